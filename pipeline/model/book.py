"""The book as a whole: what its files say of it, its editions, and its teams, and all records with where each was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from pipeline.diagnostics import Place
from pipeline.formats import CHOSEN, PAPERS
from pipeline.model.appearance import ENGLISH, Layer, PictureFile, Writing
from pipeline.model.fields import (
    Audience,
    Block,
    Color,
    Keys,
    Language,
    Level,
    Line,
    Plain,
    QuestionType,
    Record,
    Slug,
    Version,
    identity,
    kind_of,
)
from pipeline.model.interviews import Exposure, FormName, Plan, Role
from pipeline.model.matter import Box, Chapter, Figure, Formula, Term, Work
from pipeline.model.questions import COUNTED, PARTS, Question
from pipeline.section_kinds import PLACES, SectionKind

if TYPE_CHECKING:
    Counted = str
    SectionPlace = str
    Part = str
    Format = str
else:
    Counted, SectionPlace, Part, Format = Literal[COUNTED], Literal[PLACES], Literal[tuple(PARTS)], Literal[CHOSEN]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


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
    kit_front: tuple[Slug, ...] = ()
    kit_back: tuple[Slug, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    bounds: Bounds = Bounds()


class Selection(Record):
    """Which questions an edition takes; an empty list takes all."""

    sections: tuple[Slug, ...] = ()
    types: tuple[QuestionType, ...] = ()
    levels: tuple[Level, ...] = ()
    topics: tuple[Slug, ...] = ()
    questions: tuple[Slug, ...] = ()


class Edition(Record):
    """One audience's book: what it takes, where answers stand, and what it is made into."""

    id: Slug
    title: Plain
    audience: Literal["candidate", "kit"]
    description: Plain
    select: Selection = Selection()
    sections: Annotated[tuple[SectionPlace, ...], Field(min_length=1)]
    parts: tuple[Part, ...]
    answers: Literal["inline", "end-of-section", "end-of-book", "none"]
    answer_parts: tuple[Part, ...] = ()
    flow: Literal["page", "run-on"] = "page"
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = CHOSEN
    papers: Annotated[tuple[Slug, ...], Field(min_length=1)] = PAPERS
    plan: Slug | None = None
    fillable: bool = False
    form: FormName | None = None

    @property
    def look_name(self) -> str:
        """Under which name themes say what it looks like: all kits look alike."""
        return "interviewer" if self.plan or "spreads" in self.sections else self.id

    @property
    def family(self) -> str:
        """The name of its file, which is that of all editions for the forms of a plan."""
        return self.id.removesuffix(f"-{self.form.lower()}") if self.form else self.id

    def of_form(self, form: FormName) -> Edition:
        """Return the edition for one form of its plan."""
        return self.model_copy(update={"id": f"{self.id}-{form.lower()}", "title": f"{self.title} {form}", "form": form})

    def lists(self, kind: SectionKind) -> bool:
        """Tell whether sections of a kind have a place in the edition."""
        return any(place in self.sections for place in kind.places)

    def takes(self, section: str, question: Question) -> bool:
        """Tell whether the edition prints a question of a section."""
        pick = self.select
        return (
            (question.audience == "public" or self.audience == "kit")
            and (not pick.sections or section in pick.sections)
            and (not pick.types or question.type in pick.types)
            and (not pick.levels or question.level in pick.levels)
            and (not pick.topics or bool(set(question.topics) & set(pick.topics)))
            and (not pick.questions or question.id in pick.questions)
        )


class Team(Record):
    """A hiring team or a publisher: its name, color, logo, and where to reach it."""

    id: Slug
    name: Short
    accent: Color | None = None
    logo: PictureFile | None = None
    logo_alt: Short | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture beside a team's record."""

    data: bytes
    type: Literal["svg", "png"]


class Ignore(Record):
    """A diagnostic that the author has weighed and set aside, with the reason."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")]
    place: Plain
    reason: Plain


class Ignores(Record):
    """The file of diagnostics set aside."""

    ignore: tuple[Ignore, ...]


class Located(Protocol):
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
    teams: Mapping[str, Team]
    roles: Mapping[str, Role]
    plans: Mapping[str, Plan]
    exposure: Exposure
    logos: Mapping[str, Logo]
    """By the id of the team."""
    ignores: tuple[Ignore, ...]
    origins: Mapping[tuple[str, str], Origin]
    refused: frozenset[tuple[str, str]]
    """Kind and id of records that were refused: links to them are not reported again."""
    words: frozenset[str] = frozenset()
    """The book's own words, which no dictionary needs to know."""
    layers: tuple[Layer, ...] = ()
    """What its look is made of over the package's own, the later over the earlier."""
    writing: Writing = ENGLISH
    """Its language, and the scripts of its texts."""

    def origin(self, record: BaseModel) -> Origin:
        """Return where a record was written."""
        return self.origins[kind_of(record), identity(record)]

    def records(self) -> Iterator[Record]:
        """Yield every record, the outline first."""
        yield self.outline
        for group in (self.questions, self.chapters, self.boxes, self.figures, self.terms, self.formulas, self.works, self.editions,
                      self.teams, self.roles, self.plans):  # fmt: skip
            yield from group.values()


def question_numbers(book: Book) -> dict[str, str]:
    """Number public questions 1, 2, … through the book and kit questions K1, K2, …, the same in every edition."""
    numbers: dict[str, str] = {}
    public = kit = 0
    for name in (q for division in book.outline.sections for q in division.questions):
        if name in book.questions and book.questions[name].audience == "kit":
            kit += 1
            numbers[name] = f"K{kit}"
        else:
            public += 1
            numbers[name] = str(public)
    return numbers
