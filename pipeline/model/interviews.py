"""What planned interviews need beside questions: the role to fill, the plan with its forms, and what was asked before."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.model.fields import Level, Line, Plain, Record, Slug

Minutes = Annotated[int, Field(ge=1, le=240)]
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
        return self.minutes - self.agenda.opening - self.agenda.candidate - self.agenda.closing


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
