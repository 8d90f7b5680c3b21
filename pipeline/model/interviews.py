"""What planned interviews need beside questions: the role to fill, the plan, what was asked before, and what a kit prints of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.model.fields import Block, Level, Line, Plain, Record, Slug
from pipeline.model.matter import Made

Minutes = Annotated[int, Field(ge=1, le=240)]
MINUTES_APART = 2
"""Minutes by which the forms of a plan may differ, where it does not say otherwise."""
FormName = Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]


class Basis(Record):
    """Who says that the job needs these competencies, since when, and how they found out."""

    confirmed_by: Annotated[tuple[Plain, ...], Field(min_length=1)]
    on: dt.date
    how: Line


class Sought(Record):
    """A competency that a role asks for: why, how much it weighs, and whether a candidate may fail it."""

    id: Slug
    why: Line
    weight: Annotated[int, Field(ge=1, le=9)] = 1
    must_pass: bool = False


class Role(Record):
    """A job to fill: what is done in it, what that takes and who says so, and how candidates for it are rated."""

    id: Slug
    title: Plain
    level: Plain
    tasks: Annotated[tuple[Line, ...], Field(min_length=1, max_length=9)]
    competencies: Annotated[tuple[Sought, ...], Field(min_length=1, max_length=8)]
    basis: Basis
    weights: Line | None = None
    """Why competencies weigh differently; needed when they do."""
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] = ("foundation", "intermediate", "advanced")
    interviewers: Annotated[int, Field(ge=1, le=4)] = 2
    scale: Literal["four-point", "five-point"] = "five-point"
    aggregation: Literal["sum", "discuss-only"] = "discuss-only"
    asked: Annotated[int, Field(ge=0)] = 3
    """How often a question may have been asked before it is drawn again."""
    retention: Line
    contact: Plain

    @property
    def highest(self) -> int:
        """The best rating of the scale."""
        return 4 if self.scale == "four-point" else 5


class Agenda(Record):
    """Minutes of an interview that are not for questions."""

    opening: Minutes = 5
    candidate: Minutes = 7
    closing: Minutes = 3

    @property
    def minutes(self) -> int:
        """All of them."""
        return self.opening + self.candidate + self.closing


class Asked(Record):
    """A question of a form, the minutes it gets, and which interviewer asks it."""

    id: Slug
    minutes: Minutes
    interviewer: Annotated[int, Field(ge=1, le=4)] = 1


class Form(Record):
    """One of several interviews that are alike: its questions, in the order to ask them."""

    id: FormName
    questions: Annotated[tuple[Asked, ...], Field(min_length=1)]

    @property
    def minutes(self) -> int:
        """The minutes of its questions."""
        return sum(each.minutes for each in self.questions)


class Draw(Record):
    """What a plan was drawn with, so that it can be drawn again."""

    seed: int
    minutes_apart: int
    levels_apart: int
    asked: int | None = None
    topics: tuple[Slug, ...] = ()
    avoid_since: dt.date | None = None


class Plan(Record):
    """Interviews for a role that are alike: how long, in which order, and the questions of each form."""

    id: Slug
    role: Slug
    minutes: Minutes
    agenda: Agenda = Agenda()
    public: Literal["allowed", "refused"] = "refused"
    """Whether questions may be asked that a public guide prints."""
    forms: Annotated[tuple[Form, ...], Field(min_length=1, max_length=26)]
    drawn: Draw | None = None

    @property
    def question_minutes(self) -> int:
        """What is left for questions."""
        return self.minutes - self.agenda.minutes


class Exposed(Record):
    """A question that was asked: on which day, in which form of which plan, and of how many candidates."""

    question: Slug
    plan: Slug
    form: FormName
    on: dt.date
    times: Annotated[int, Field(ge=1)] = 1


class Exposure(Record):
    """``exposure.yaml``: what was asked, and when."""

    asked: tuple[Exposed, ...] = ()

    @property
    def times(self) -> Counter[str]:
        """How often each question was asked; 0 of those that were not."""
        found = Counter[str]()
        for each in self.asked:
            found[each.question] += each.times
        return found


class KitQuestion(Made):
    """A question of a form in a line: where it stands, what it rates, how long it takes, and who asks it."""

    id: Slug
    place: int
    number: Plain
    name: Plain
    competency: Plain
    minutes: int
    interviewer: int
    starts: int
    """Minutes after the interview has begun."""
    retire: dt.date | None = None


class KitCompetency(Made):
    """A competency of the role: what it means, why it is asked for, and the places of the questions that rate it."""

    id: Slug
    title: Plain
    definition: Line | None
    why: Line
    weight: int
    must_pass: bool
    places: tuple[int, ...]


class Kit(Made):
    """One form of a plan, ready to print."""

    role: Role
    plan: Plan
    form: Form
    questions: tuple[KitQuestion, ...]
    competencies: tuple[KitCompetency, ...]
    digest: Plain
    """Of the questions, as sheets that were filled in for this form bear it."""
    asked: tuple[Exposed, ...] = ()
    """When questions of this form were asked before."""

    def clock(self, minutes: int) -> str:
        """Return what a clock says that was at 0:00 when the interview began."""
        return f"{minutes // 60}:{minutes % 60:02}"

    @property
    def spare(self) -> int:
        """Minutes that nothing is planned for."""
        return self.plan.question_minutes - self.form.minutes

    @property
    def must_pass(self) -> tuple[str, ...]:
        """Titles of the competencies that must be passed."""
        return tuple(competency.title for competency in self.competencies if competency.must_pass)

    @property
    def weighs(self) -> bool:
        """Whether competencies weigh differently."""
        return len({competency.weight for competency in self.competencies}) > 1

    def times(self, question: str) -> int:
        """Return how often a question was asked before."""
        return sum(each.times for each in self.asked if each.question == question)

    def last(self, question: str) -> dt.date | None:
        """Return when a question was last asked."""
        return max((each.on for each in self.asked if each.question == question), default=None)

    @property
    def panel(self) -> tuple[int, ...]:
        """The interviewers, by number."""
        return tuple(range(1, self.role.interviewers + 1))


class KitTopic(Made):
    """A competency as a candidate is told of it."""

    title: Plain
    definition: Line | None


class Handout(Made):
    """What a candidate is told before the interview: nothing of its questions."""

    role: Plain
    minutes: int
    opening: int
    questions: int
    candidate: int
    closing: int
    count: int
    competencies: tuple[KitTopic, ...]
    contact: Plain


class Heard(Made):
    """An answer to rate: its letter, what it was written to earn, and its words."""

    letter: Plain
    rating: int
    said: Block


class Rated(Made):
    """A question with answers to train on."""

    place: int
    name: Plain
    answers: tuple[Heard, ...]


class CalibrationPack(Made):
    """The questions of a form with answers to train on."""

    questions: tuple[Rated, ...]

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters under which answers stand."""
        return tuple(answer.letter for answer in self.questions[0].answers) if self.questions else ()
