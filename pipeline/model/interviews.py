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
    """People who know the job, at least one."""
    on: dt.date
    """The day on which they confirmed it."""
    how: Line
    """How they found out."""


class Sought(Record):
    """A competency that a role asks for: why, how much it weighs, and whether a candidate may fail it."""

    id: Slug
    """The competency."""
    why: Line
    """Why the job needs it."""
    weight: Annotated[int, Field(ge=1, le=9)] = 1
    """What it weighs, 1 when left out: 1 to 9."""
    must_pass: bool = False
    """Whether a candidate who is rated below 3 in it is not hired, whatever the rest."""


class Role(Record):
    """A job to fill: what is done in it, what that takes and who says so, and how candidates for it are rated."""

    id: Slug
    """Id, and name of the file."""
    title: Plain
    """Title of the job."""
    level: Plain
    """Level, in your own words."""
    tasks: Annotated[tuple[Line, ...], Field(min_length=1, max_length=9)]
    """One to nine things done in the job."""
    competencies: Annotated[tuple[Sought, ...], Field(min_length=1, max_length=8)]
    """One to eight competencies, each declared in `book.yaml`."""
    basis: Basis
    """Who says that the job needs these."""
    weights: Line | None = None
    """Why competencies weigh differently; needed when they do."""
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] = ("foundation", "intermediate", "advanced")
    """Levels of the questions that may be drawn: `foundation`, `intermediate`, `advanced`."""
    interviewers: Annotated[int, Field(ge=1, le=4)] = 2
    """How many there are in the room, 2 when left out: 1 to 4."""
    scale: Literal["four-point", "five-point"] = "five-point"
    """How answers are rated: `four-point` or `five-point`."""
    aggregation: Literal["sum", "discuss-only"] = "discuss-only"
    """How ratings are put together: `sum` adds them up, `discuss-only` leaves them to the panel."""
    asked: Annotated[int, Field(ge=0)] = 3
    """How often a question may have been asked when it is drawn again, 3 when left out."""
    retention: Line
    """How long filled forms are kept, and by whom."""
    contact: Plain
    """Whom candidates ask for adjustments: stands after "ask"."""

    @property
    def highest(self) -> int:
        """The best rating of the scale."""
        return 4 if self.scale == "four-point" else 5


class Agenda(Record):
    """Minutes of an interview that are not for questions."""

    opening: Minutes = 5
    """Minutes for the greeting, 5 when left out."""
    candidate: Minutes = 7
    """Minutes for the candidate's own questions, 7 when left out."""
    closing: Minutes = 3
    """Minutes for the closing, 3 when left out."""

    @property
    def minutes(self) -> int:
        """All of them."""
        return self.opening + self.candidate + self.closing


class Asked(Record):
    """A question of a form, the minutes it gets, and which interviewer asks it."""

    id: Slug
    """The question."""
    minutes: Minutes
    """The minutes it gets."""
    interviewer: Annotated[int, Field(ge=1, le=4)] = 1
    """Who asks it, the first when left out: 1 to 4."""


class Form(Record):
    """One of several interviews that are alike: its questions, in the order to ask them."""

    id: FormName
    """A capital letter."""
    questions: Annotated[tuple[Asked, ...], Field(min_length=1)]
    """Its questions, in the order in which they are asked."""

    @property
    def minutes(self) -> int:
        """The minutes of its questions."""
        return sum(each.minutes for each in self.questions)


class Draw(Record):
    """What a plan was drawn with, so that it can be drawn again."""

    seed: int
    """The seed."""
    minutes_apart: int
    """By how many minutes two forms may differ."""
    levels_apart: int
    """By how many questions of a level two forms may differ."""
    asked: int | None = None
    """How often a question may have been asked before."""
    topics: tuple[Slug, ...] = ()
    """The topics it was drawn from, all when left out."""
    avoid_since: dt.date | None = None
    """Nothing was drawn that was asked on this day or later."""


class Plan(Record):
    """Interviews for a role that are alike: how long, in which order, and the questions of each form."""

    id: Slug
    """Id, and name of the file."""
    role: Slug
    """The role."""
    minutes: Minutes
    """Length of an interview: 1 to 240."""
    agenda: Agenda = Agenda()
    """The minutes that are not for questions."""
    public: Literal["allowed", "refused"] = "refused"
    """Whether questions may be asked that a public guide prints."""
    forms: Annotated[tuple[Form, ...], Field(min_length=1, max_length=26)]
    """The interviews, one to 26."""
    drawn: Draw | None = None
    """What it was drawn with."""

    @property
    def question_minutes(self) -> int:
        """What is left for questions."""
        return self.minutes - self.agenda.minutes


class Exposed(Record):
    """A question that was asked: on which day, in which form of which plan, and of how many candidates."""

    question: Slug
    """The question."""
    plan: Slug
    """The plan."""
    form: FormName
    """The form: a capital letter."""
    on: dt.date
    """The day."""
    times: Annotated[int, Field(ge=1)] = 1
    """Of how many candidates, 1 when left out."""


class Exposure(Record):
    """``exposure.yaml``: what was asked, and when."""

    asked: tuple[Exposed, ...] = ()
    """What was asked."""

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
