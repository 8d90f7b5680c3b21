"""A question, and all that belongs to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pipeline.model.fields import Audience, Block, Duration, Level, Line, Listing, Plain, QuestionType, Record, Slug, Status, bare

PACE = 150
"""Words a minute of someone who speaks calmly."""


def speaking_time(words: int) -> int:
    """Return the seconds that so many words take to say, to the nearest five."""
    return 5 * round(words * 60 / PACE / 5)


class Speak(Record):
    """How long an answer takes to say."""

    short: Duration
    full: Duration


class Star(Record):
    """A behavioral answer: situation, task, action, result, and what was learned."""

    situation: Block
    task: Block
    action: Block
    result: Block
    learning: Block | None = None


class Example(Record):
    """Code that runs, with the output it prints."""

    id: Slug
    title: Line
    language: Slug = "python"
    code: Listing
    output: Listing
    note: Line | None = None


def output_value(examples: Iterable[Example], name: str) -> str | None:
    """Return a value that an example prints: ``sweep.best`` is what follows ``best:`` in the output of ``sweep``."""
    example_id, _, key = name.partition(".")
    lines = (line for example in examples if example.id == example_id for line in example.output.split("\n"))
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for label, colon, value in pairs if colon and label.strip() == key), None)


class FollowUp(Record):
    """A question that an interviewer may ask next, with its answer."""

    ask: Line
    answer: Block


class Rubric(Record):
    """Anchors of a five-point rating scale at 1, 3, and 5."""

    low: Line = Field(alias="1")
    middle: Line = Field(alias="3")
    high: Line = Field(alias="5")


class Samples(Record):
    """Spoken answers of three qualities."""

    weak: Block
    solid: Block
    strong: Block


class Calibration(Record):
    """Spoken answers that earn exactly the ratings 1 to 5, for interviewers to train on."""

    one: Block = Field(alias="1")
    two: Block = Field(alias="2")
    three: Block = Field(alias="3")
    four: Block = Field(alias="4")
    five: Block = Field(alias="5")

    @property
    def said(self) -> tuple[str, ...]:
        """The answers, the one that earns a 1 first."""
        return self.one, self.two, self.three, self.four, self.five


class Choice(Record):
    """One of the answers to choose from: whether it is correct, and why."""

    text: Line
    correct: bool = False
    note: Line | None = None

    @property
    def unmarked(self) -> Choice:
        """The choice without a word of whether it is correct."""
        return self.model_copy(update={"correct": False, "note": None})


class IndexMark(Record):
    """An index entry that a record asks for as a whole."""

    term: Plain
    sub: Plain | None = None
    see: Plain | None = None
    see_also: Plain | None = None


class Cited(Record):
    """A source, with the place in it."""

    key: Slug
    at: Plain | None = None


CitedSource = Annotated[Cited, BeforeValidator(partial(bare, "key"), json_schema_input_type=str | Cited)]


class Hint(Record):
    """What an interviewer may give a candidate who is stuck, and the best score that is left after it."""

    text: Line
    at_most: Annotated[int, Field(ge=1, le=4)] | None = None


GivenHint = Annotated[Hint, BeforeValidator(partial(bare, "text"), json_schema_input_type=str | Hint)]


class Question(Record):
    """One question with all that any edition may print of it."""

    id: Slug
    name: Plain | None = None
    ask: Line
    type: QuestionType = "technical"
    level: Level | None = None
    speak: Speak | None = None
    minutes: Annotated[int, Field(ge=1, le=60)] = 0
    topics: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=6)] = ()
    competency: Slug | None = None
    audience: Audience = "public"
    status: Status = "ready"
    exhibit: Block | None = None
    choices: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=26)] = ()
    summary: Block | None = None
    answer: Block | None = None
    star: Star | None = None
    key_points: Annotated[tuple[Line, ...], Field(min_length=1, max_length=9)] = ()
    spoken: Block | None = None
    examples: tuple[Example, ...] = ()
    figures: tuple[Slug, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    probes: tuple[Line, ...] = ()
    hints: tuple[GivenHint, ...] = ()
    red_flags: tuple[Line, ...] = ()
    rubric: Rubric | None = None
    samples: Samples | None = None
    calibration: Calibration | None = None
    variant_of: Slug | None = None
    enemies: tuple[Slug, ...] = ()
    retire: dt.date | None = None
    see_also: tuple[Slug, ...] = ()
    index: tuple[IndexMark, ...] = ()
    sources: tuple[CitedSource, ...] = ()
    reviewed: dt.date | None = None

    @property
    def called(self) -> str:
        """What it is called where it has no room: its name, else its first index entry, else its own words."""
        if self.name is None and self.index:
            term = self.index[0].term
            return term[:1].upper() + term[1:]
        return self.name or self.ask


FACTS = {"id", "name", "ask", "type", "level", "speak", "minutes", "topics", "competency", "audience", "status", "index", "reviewed"}
"""What every edition knows of a question. Every other field is withheld where no part of it is printed."""
BLANKS: Mapping[str, Any] = {name: field.default for name, field in Question.model_fields.items() if name not in FACTS}
"""What stands in a field that is withheld."""
PLANNING = ("variant_of", "enemies", "retire")
"""Fields that help to plan interviews, and that no edition prints."""
PARTS: Mapping[str, tuple[str, ...]] = {name: (name,) for name in BLANKS if name not in ("figures", *PLANNING)} | {
    "answer": ("answer", "figures"),
    "key": ("choices",),
    "writing_space": (),
}
"""The parts of a question that an edition may print, with the fields of each: a field, and its template of the same name."""


def has_any(question: Question, parts: Iterable[str]) -> bool:
    """Tell whether a question has anything to print in some of its parts."""
    return any(getattr(question, name) not in (None, ()) for part in parts for name in PARTS[part])


COUNTED = (*BLANKS, "index")
"""Fields that a question may lack, or have several of."""
INTERVIEWER_PARTS = ("probes", "hints", "calibration")
"""What candidates may not see."""
