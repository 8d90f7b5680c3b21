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
    """For the summary."""
    full: Duration
    """For the answer, as `spoken` says it; longer than `short`."""


class Star(Record):
    """A behavioral answer: situation, task, action, result, and what was learned."""

    situation: Block
    """Where and when."""
    task: Block
    """What was yours to do."""
    action: Block
    """What you did."""
    result: Block
    """What came of it."""
    learning: Block | None = None
    """What you took from it."""


class Example(Record):
    """Code that runs, with the output it prints."""

    id: Slug
    """Id, unlike that of any other example in the book."""
    title: Line
    """What it shows."""
    language: Slug = "python"
    """Language, for the colors."""
    code: Listing
    """The code: 25 lines of 68 columns at most, or you are warned."""
    output: Listing
    """Exactly what the code prints."""
    note: Line | None = None
    """What to see in the output."""


def output_value(examples: Iterable[Example], name: str) -> str | None:
    """Return a value that an example prints: ``sweep.best`` is what follows ``best:`` in the output of ``sweep``."""
    example_id, _, key = name.partition(".")
    lines = (line for example in examples if example.id == example_id for line in example.output.split("\n"))
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for label, colon, value in pairs if colon and label.strip() == key), None)


class FollowUp(Record):
    """A question that an interviewer may ask next, with its answer."""

    ask: Line
    """The question."""
    answer: Block
    """Its answer."""


class Rubric(Record):
    """Anchors of a five-point rating scale at 1, 3, and 5."""

    low: Line = Field(alias="1")
    """The lowest."""
    middle: Line = Field(alias="3")
    """The middle."""
    high: Line = Field(alias="5")
    """The highest."""


class Samples(Record):
    """Spoken answers of three qualities."""

    weak: Block
    """An answer that fails."""
    solid: Block
    """An answer that passes."""
    strong: Block
    """An answer to remember."""


class Calibration(Record):
    """Spoken answers that earn exactly the ratings 1 to 5, for interviewers to train on."""

    one: Block = Field(alias="1")
    """An answer that earns a 1."""
    two: Block = Field(alias="2")
    """An answer that earns a 2."""
    three: Block = Field(alias="3")
    """An answer that earns a 3."""
    four: Block = Field(alias="4")
    """An answer that earns a 4."""
    five: Block = Field(alias="5")
    """An answer that earns a 5."""

    @property
    def said(self) -> tuple[str, ...]:
        """The answers, the one that earns a 1 first."""
        return self.one, self.two, self.three, self.four, self.five


class Choice(Record):
    """One of the answers to choose from: whether it is correct, and why."""

    text: Line
    """The option."""
    correct: bool = False
    """Whether it is correct; several may be."""
    note: Line | None = None
    """Why it is, or is not."""

    @property
    def unmarked(self) -> Choice:
        """The choice without a word of whether it is correct."""
        return self.model_copy(update={"correct": False, "note": None})


class IndexMark(Record):
    """An index entry that a record asks for as a whole."""

    term: Plain
    """Heading of the entry."""
    sub: Plain | None = None
    """Subentry."""
    see: Plain | None = None
    """Another heading to look under instead; it gets no page number."""
    see_also: Plain | None = None
    """Another heading to look under as well."""


class Cited(Record):
    """A source, with the place in it."""

    key: Slug
    """Key of a work in `sources.yaml`."""
    at: Plain | None = None
    """The place in it."""


CitedSource = Annotated[Cited, BeforeValidator(partial(bare, "key"), json_schema_input_type=Slug | Cited)]


class Hint(Record):
    """What an interviewer may give a candidate who is stuck, and the best score that is left after it."""

    text: Line
    """What the interviewer says."""
    at_most: Annotated[int, Field(ge=1, le=4)] | None = None
    """The best score that is left after it: 1 to 4."""


GivenHint = Annotated[Hint, BeforeValidator(partial(bare, "text"), json_schema_input_type=Line | Hint)]


class Question(Record):
    """One question with all that any edition may print of it."""

    id: Slug
    """Id, and name of the file."""
    name: Plain | None = None
    """What it is called where there is no room for more; its first index entry when left out."""
    ask: Line
    """The question, in the words that an interviewer would use."""
    type: QuestionType = "technical"
    """What kind of question it is: `technical`, `scenario`, `behavioral`, or `coding`."""
    level: Level | None = None
    """How hard it is: `foundation`, `intermediate`, or `advanced`."""
    speak: Speak | None = None
    """How long the answer takes to say."""
    minutes: Annotated[int, Field(ge=1, le=60)] = 0
    """Minutes to plan in an interview, probes and notes included: 1 to 60."""
    topics: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=6)] = ()
    """One to six declared topics."""
    competency: Slug | None = None
    """One declared competency."""
    audience: Audience = "public"
    """Who may see it: `public`, or `kit` for a question that only hiring teams may see."""
    status: Status = "ready"
    """`draft` keeps it out of every edition; or `ready`."""
    exhibit: Block | None = None
    """What the candidate is shown beside the question: code, a table, a log."""
    choices: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=26)] = ()
    """Answers to choose from, two to 26."""
    summary: Block | None = None
    """The answer in brief: what to say in the short time."""
    answer: Block | None = None
    """The answer in full."""
    star: Star | None = None
    """The story; behavioral questions need one, and no others may have one."""
    key_points: Annotated[tuple[Line, ...], Field(min_length=1, max_length=9)] = ()
    """One to nine points to remember."""
    spoken: Block | None = None
    """The answer as one would say it, the key points in order: 250 to 400 words."""
    examples: tuple[Example, ...] = ()
    """Code that runs, with what it prints."""
    figures: tuple[Slug, ...] = ()
    """Figures printed after the answer, unless the text places them."""
    follow_ups: tuple[FollowUp, ...] = ()
    """What may be asked next."""
    probes: tuple[Line, ...] = ()
    """Neutral prompts for the interviewer; never in a candidate's edition."""
    hints: tuple[GivenHint, ...] = ()
    """Hints an interviewer may give, the same to everybody, in order; in a candidate's edition only where it has a section `hints`."""
    red_flags: tuple[Line, ...] = ()
    """What should worry a listener."""
    rubric: Rubric | None = None
    """The rating scale."""
    samples: Samples | None = None
    """Three spoken answers."""
    calibration: Calibration | None = None
    """Five spoken answers, for interviewers to train on; never in a candidate's edition."""
    variant_of: Slug | None = None
    """The question, or the competency, that this one is another form of; for planning, never printed."""
    enemies: tuple[Slug, ...] = ()
    """Questions that must not stand in one interview with this one; for planning, never printed."""
    retire: dt.date | None = None
    """From when on no interview may ask it; for planning, never printed."""
    see_also: tuple[Slug, ...] = ()
    """Other questions."""
    index: tuple[IndexMark, ...] = ()
    """Index entries for the question as a whole."""
    sources: tuple[CitedSource, ...] = ()
    """Works cited; in a book that has sources, an answer without any gets a warning."""
    reviewed: dt.date | None = None
    """When somebody last read it with care; not after the date of the book."""

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
