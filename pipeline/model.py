"""The records of a book: every field an author may write, with its type.

Scalars reach the model as text (see `pipeline.source`); types come from here. Fields marked `Block` hold Markdown
paragraphs, fields marked `Line` hold one line of inline Markdown.
"""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from pipeline.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Prose:
    """Mark a field as Markdown: a block of paragraphs, or one line."""

    inline: bool


SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=60)]
Plain = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), Prose(inline=True)]
Block = Annotated[str, StringConstraints(min_length=1, max_length=200_000), Prose(inline=False)]
Listing = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][A-Za-z0-9]{1,7})*$")]
Address = Annotated[str, StringConstraints(pattern=r"^(https://[^\s<>\"]+|mailto:[^\s<>\"]+)$", max_length=400)]

QuestionType = Literal["technical", "scenario", "behavioral", "coding"]
Level = Literal["foundation", "intermediate", "advanced"]
LEVELS: tuple[Level, ...] = ("foundation", "intermediate", "advanced")
Audience = Literal["public", "kit"]


def _seconds(value: Any) -> Any:
    """Read ``90s`` or ``3m`` as seconds."""
    if isinstance(value, str) and value[:-1].isdigit() and value[-1:] in ("s", "m"):
        return int(value[:-1]) * (60 if value.endswith("m") else 1)
    raise ValueError("a duration is a whole number and 's' or 'm', such as 90s or 3m")


def _listed(value: Any) -> Any:
    """Let a bare id stand for the record that has nothing but the id."""
    return {"key": value} if isinstance(value, str) else value


Duration = Annotated[int, BeforeValidator(_seconds), Field(json_schema_extra={"type": "string", "pattern": r"^\d+[sm]$"})]


class Record(BaseModel):
    """A frozen record that knows no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


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


CitedSource = Annotated[Cited, BeforeValidator(_listed)]


class Question(Record):
    """One question with all that any edition may print of it."""

    id: Slug
    ask: Line
    type: QuestionType
    level: Level
    speak: Speak
    minutes: Annotated[int, Field(ge=1, le=60)]
    topics: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=6)]
    competency: Slug
    audience: Audience = "public"
    summary: Block
    answer: Block
    star: Star | None = None
    key_points: Annotated[tuple[Line, ...], Field(min_length=1, max_length=9)]
    examples: tuple[Example, ...] = ()
    figures: tuple[Slug, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    probes: tuple[Line, ...] = ()
    hints: tuple[Line, ...] = ()
    red_flags: tuple[Line, ...] = ()
    rubric: Rubric | None = None
    samples: Samples | None = None
    see_also: tuple[Slug, ...] = ()
    index: tuple[IndexMark, ...] = ()
    sources: tuple[CitedSource, ...] = ()
    reviewed: dt.date


class Chapter(Record):
    """A chapter before or after the questions."""

    id: Slug
    title: Line
    summary: Line | None = None
    body: Block
    figures: tuple[Slug, ...] = ()
    index: tuple[IndexMark, ...] = ()
    sources: tuple[CitedSource, ...] = ()
    reviewed: dt.date


class Box(Record):
    """A panel printed wherever a text includes it by id."""

    id: Slug
    title: Line
    body: Block


class Figure(Record):
    """A drawing: its caption says what to see, its alt text what it shows."""

    id: Slug
    alt: Plain
    caption: Line
    script: Slug | None = None


class Term(Record):
    """A glossary entry."""

    id: Slug
    term: Plain
    definition: Line
    questions: tuple[Slug, ...] = ()


class Formula(Record):
    """An entry of the formula sheet."""

    id: Slug
    name: Line
    latex: Plain
    reading: Line
    questions: tuple[Slug, ...] = ()


class Work(Record):
    """A work cited: the key that authors use, a short form, and the full reference."""

    key: Slug
    short: Plain
    cite: Line
    url: Address | None = None


class Glossary(Record):
    """The file of glossary entries."""

    terms: tuple[Term, ...]


class FormulaSheet(Record):
    """The file of formulas."""

    formulas: tuple[Formula, ...]


class Works(Record):
    """The file of works cited."""

    sources: tuple[Work, ...]


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
    definition: Line


class Division(Record):
    """A section of the book: its title, its introduction, and its questions in order."""

    id: Slug
    title: Plain
    intro: Block
    questions: Annotated[tuple[Slug, ...], Field(min_length=1)]


class Limit(Record):
    """How many there may be of one kind: questions of a level, or minutes of a section."""

    of: Slug
    least: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=0)] | None = None


Counted = Literal[
    "star", "key_points", "examples", "figures", "follow_ups", "probes", "hints", "red_flags", "rubric", "samples", "see_also",
    "index", "sources",
]  # fmt: skip


class Requirement(Record):
    """A part that questions of some types need, an empty list standing for all types, and how many of it."""

    part: Counted
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
    competencies: tuple[Named, ...]
    topics: tuple[Named, ...]
    front: tuple[Slug, ...] = ()
    sections: Annotated[tuple[Division, ...], Field(min_length=1)]
    back: tuple[Slug, ...] = ()
    end: tuple[Slug, ...] = ()
    bounds: Bounds = Bounds()


SectionKind = Literal[
    "cover", "title-page", "imprint", "contents", "front", "questions", "answers", "back",
    "formulas", "glossary", "sources", "index", "end", "colophon",
]  # fmt: skip
Part = Literal[
    "summary", "answer", "star", "key_points", "examples", "follow_ups", "probes", "hints",
    "red_flags", "rubric", "samples", "see_also", "sources", "writing_space",
]  # fmt: skip
Paper = Literal["a4", "letter"]
Format = Literal["pdf", "epub"]
PAPERS: tuple[Paper, ...] = ("a4", "letter")
FORMATS: tuple[Format, ...] = ("pdf", "epub")


class Selection(Record):
    """Which questions an edition takes; an empty list takes all."""

    sections: tuple[Slug, ...] = ()
    types: tuple[QuestionType, ...] = ()
    levels: tuple[Level, ...] = ()
    topics: tuple[Slug, ...] = ()


class Edition(Record):
    """One audience's book: what it takes, where answers stand, and what it is made into."""

    id: Slug
    title: Plain
    audience: Literal["candidate", "kit"]
    description: Plain
    select: Selection = Selection()
    sections: Annotated[tuple[SectionKind, ...], Field(min_length=1)]
    parts: tuple[Part, ...]
    answers: Literal["inline", "end-of-section", "end-of-book", "none"]
    answer_parts: tuple[Part, ...] = ()
    flow: Literal["page", "run-on"] = "page"
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = FORMATS
    papers: Annotated[tuple[Paper, ...], Field(min_length=1)] = PAPERS

    def takes(self, section: str, question: Question) -> bool:
        """Tell whether the edition prints a question of a section."""
        pick = self.select
        return (
            (question.audience == "public" or self.audience == "kit")
            and (not pick.sections or section in pick.sections)
            and (not pick.types or question.type in pick.types)
            and (not pick.levels or question.level in pick.levels)
            and (not pick.topics or bool(set(question.topics) & set(pick.topics)))
        )


class Ignore(Record):
    """A diagnostic that the author has weighed and set aside, with the reason."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")]
    place: Plain
    reason: Plain


class Ignores(Record):
    """The file of diagnostics set aside."""

    ignore: tuple[Ignore, ...]


Keys = tuple[str | int, ...]


def prose(record: BaseModel, keys: Keys = ()) -> Iterator[tuple[Keys, Prose, str]]:
    """Yield every Markdown text of a record with the keys that lead to it."""
    for name, field in type(record).model_fields.items():
        kind = next((m for m in field.metadata if isinstance(m, Prose)), None)
        yield from _prose(getattr(record, name), kind, field.annotation, (*keys, field.alias or name))


def _prose(value: Any, kind: Prose | None, annotation: Any, keys: Keys) -> Iterator[tuple[Keys, Prose, str]]:
    kind = kind or _kind(annotation)
    if isinstance(value, BaseModel):
        yield from prose(value, keys)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _prose(item, kind, annotation, (*keys, index))
    elif isinstance(value, str) and kind:
        yield keys, kind, value


def _kind(annotation: Any) -> Prose | None:
    """Find the mark inside ``tuple[Line, ...]`` or ``Block | None``."""
    for item in getattr(annotation, "__metadata__", ()):
        if isinstance(item, Prose):
            return item
    return next((found for part in typing.get_args(annotation) if (found := _kind(part))), None)


def scope(record_id: str, keys: Keys) -> str:
    """Return the prefix of the ids inside one text of a record."""
    return "-".join([record_id, *(str(key) for key in keys)]).replace("_", "-")


class Located(typing.Protocol):
    """A file that knows where each of its values stands."""

    @property
    def path(self) -> str:
        """Path as the author would type it."""

    def place(self, keys: Keys = (), *, of_key: bool = False) -> Place:
        """Return the place of a value, or of its key."""

    def place_in(self, keys: Keys, line: int, column: int, length: int = 1) -> Place:
        """Return the place of a line and column inside a text."""

    def line_text(self, place: Place) -> str:
        """Return the line a place stands on."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was written: its file, and the keys that lead to it there."""

    source: Located
    keys: Keys = ()

    def place(self, keys: Keys = (), *, of_key: bool = False) -> Place:
        """Return the place of a field of the record."""
        return self.source.place((*self.keys, *keys), of_key=of_key)

    def place_in(self, keys: Keys, line: int, column: int, length: int = 1) -> Place:
        """Return the place of a line and column inside one of the record's texts."""
        return self.source.place_in((*self.keys, *keys), line, column, length)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The committed SVG of a figure, and the digests that tell whether it is fresh."""

    svg: bytes
    recorded: str
    """Digest that the SVG says it was drawn from."""
    expected: str
    """Digest of the script and data as they are now; empty for a drawing without a script."""


@dataclass(frozen=True, eq=False)
class Book:
    """All that is written: the valid records by id, in the order they were read."""

    outline: Outline
    questions: Mapping[str, Question]
    chapters: Mapping[str, Chapter]
    boxes: Mapping[str, Box]
    figures: Mapping[str, Figure]
    drawings: Mapping[str, Drawing]
    terms: Mapping[str, Term]
    formulas: Mapping[str, Formula]
    works: Mapping[str, Work]
    editions: Mapping[str, Edition]
    ignores: tuple[Ignore, ...]
    origins: Mapping[tuple[str, str], Origin]
    refused: frozenset[tuple[str, str]]
    """Kind and id of records that were refused: links to them are not reported again."""
    words: frozenset[str] = frozenset()
    """The book's own words, which no dictionary needs to know."""

    def origin(self, record: BaseModel) -> Origin:
        """Return where a record was written."""
        return self.origins[kind_of(record), identity(record)]

    def records(self) -> Iterator[Record]:
        """Yield every record, the outline first."""
        yield self.outline
        for group in (self.questions, self.chapters, self.boxes, self.figures, self.terms, self.formulas, self.works, self.editions):
            yield from group.values()


def kind_of(record: BaseModel) -> str:
    """Return the kind of a record: its class in lower case."""
    return type(record).__name__.lower()


def identity(record: BaseModel) -> str:
    """Return the id, or the key, of a record."""
    return str(getattr(record, "id", "") or getattr(record, "key", ""))


def output_value(examples: Iterable[Example], name: str) -> str | None:
    """Return a value that an example prints: ``sweep.best`` is what follows ``best:`` in the output of ``sweep``."""
    example_id, _, key = name.partition(".")
    lines = (line for example in examples if example.id == example_id for line in example.output.split("\n"))
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for label, colon, value in pairs if colon and label.strip() == key), None)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of every kind of file, for editors."""
    files: dict[str, type[Record]] = {"book.yaml": Outline, "questions": Question, "chapters": Chapter, "boxes": Box, "figures": Figure,
             "glossary.yaml": Glossary, "formulas.yaml": FormulaSheet, "sources.yaml": Works, "editions": Edition,
             "ignore.yaml": Ignores}  # fmt: skip
    return {name: record.model_json_schema() for name, record in files.items()}
