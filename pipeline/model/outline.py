"""``book.yaml``: what a book is, and the order of all that stands in it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from pipeline.model.fields import Audience, Block, Language, Line, Plain, QuestionType, Record, Slug, Version
from pipeline.model.questions import COUNTED


class Creator(Record):
    """Someone who made the book; ``role`` is a MARC relator code."""

    name: Plain
    role: Annotated[str, StringConstraints(pattern="^[a-z]{3}$")] = "aut"


class Change(Record):
    """What a version changed."""

    version: Version
    date: dt.date
    text: Line


class Named(Record):
    """A word of a declared vocabulary."""

    id: Slug
    title: Plain
    definition: Line | None = None


class Spoken(Record):
    """Letters that stand for one quantity in formulas, and what is said for them."""

    letters: Annotated[str, StringConstraints(pattern="^[A-Za-z]{2,12}$")]
    words: Plain


class Division(Record):
    """A section of the book: its title, its introduction, and its questions in order."""

    id: Slug
    title: Plain
    intro: Block | None = None
    questions: Annotated[tuple[Slug, ...], Field(min_length=1)]


class Limit(Record):
    """How many there may be of one kind: questions of a level, or minutes of a section."""

    of: Slug
    least: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=0)] | None = None


if TYPE_CHECKING:
    Counted = str
else:
    Counted = Literal[COUNTED]


class Requirement(Record):
    """A part that questions for an audience need, of some types, an empty list standing for all types, and how many of it."""

    part: Counted
    audience: Audience = "public"
    types: tuple[QuestionType, ...] = ()
    least: Annotated[int, Field(ge=0)] = 1
    most: Annotated[int, Field(ge=0)] | None = None


class Bounds(Record):
    """What the book holds itself to: the parts of a question, the mix of questions, and how old a review may be."""

    parts: tuple[Requirement, ...] = ()
    types: tuple[Limit, ...] = ()
    levels: tuple[Limit, ...] = ()
    topics: tuple[Limit, ...] = ()
    minutes: tuple[Limit, ...] = ()
    reviewed_days: Annotated[int, Field(ge=1)] | None = None


def _known_schema(value: int) -> int:
    if value != 1:
        raise ValueError("this version reads schema 1")
    return value


class Outline(Record):
    """``book.yaml``: what the book is, and the order of all that stands in it."""

    schema_: Annotated[int, AfterValidator(_known_schema)] = Field(alias="schema")
    id: Slug
    slug: Slug
    title: Plain
    subtitle: Plain | None = None
    lang: Language
    version: Version
    date: dt.date
    creators: Annotated[tuple[Creator, ...], Field(min_length=1)]
    publisher: Plain
    rights: Plain
    errata: Plain
    description: Plain
    subjects: tuple[Plain, ...] = ()
    changes: tuple[Change, ...] = ()
    competencies: tuple[Named, ...] = ()
    topics: tuple[Named, ...] = ()
    front: tuple[Slug, ...] = ()
    sections: Annotated[tuple[Division, ...], Field(min_length=1)]
    back: tuple[Slug, ...] = ()
    end: tuple[Slug, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    bounds: Bounds = Bounds()
