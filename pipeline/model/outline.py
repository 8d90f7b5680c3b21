"""``book.yaml``: what the book is, its vocabulary, what it holds itself to, and the order of all that stands in it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from pipeline.model.fields import Audience, Block, Language, Line, Plain, QuestionType, Record, Slug, Version, slug
from pipeline.model.questions import COUNTED

if TYPE_CHECKING:
    Counted = str
else:
    Counted = Literal[COUNTED]
MANIFEST_FILE = r"^([A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*\.json$"
ManifestFile = Annotated[str, StringConstraints(pattern=MANIFEST_FILE, max_length=200)]
UNDATED = dt.date(1980, 1, 1)
"""The date that files of a book without one are stamped with: the first that a ZIP file can say."""


class Creator(Record):
    """Someone who made the book; ``role`` is a MARC relator code."""

    name: Plain
    """Name, as printed."""
    role: Annotated[str, StringConstraints(pattern="^[a-z]{3}$")] = "aut"
    """A MARC relator code, such as `aut`, `edt`, `ill`."""


class Change(Record):
    """What a version changed."""

    version: Version
    """The version."""
    date: dt.date
    """Its date."""
    text: Line
    """What changed."""


class Named(Record):
    """A word of a declared vocabulary."""

    id: Slug
    """What questions write."""
    title: Plain
    """What is printed."""
    definition: Line | None = None
    """What it covers."""


class Spoken(Record):
    """Letters that stand for one quantity in formulas, and what is said for them."""

    letters: Annotated[str, StringConstraints(pattern="^[A-Za-z]{2,12}$")]
    """Two to twelve letters that stand side by side in formulas, all of them: `TP` is not found in `TPR`."""
    words: Plain
    """What is said."""


class Division(Record):
    """A section of the book: its title, its introduction, and its questions in order."""

    id: Slug
    """Also the name of the folder under `questions/`."""
    title: Plain
    """Title."""
    intro: Block | None = None
    """Text of the page that opens the section."""
    questions: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """Its questions in order, at least one."""


class Limit(Record):
    """How many there may be of one kind: questions of a level, or minutes of a section."""

    of: Slug
    """A type, a level, a topic, or a section."""
    least: Annotated[int, Field(ge=0)] = 0
    """How many there are at least."""
    most: Annotated[int, Field(ge=0)] | None = None
    """How many there may be."""


class Requirement(Record):
    """A part that questions for an audience need, of some types, an empty list standing for all types, and how many of it."""

    part: Counted
    """The part."""
    audience: Audience = "public"
    """Questions that need it: `public`, or `kit`."""
    types: tuple[QuestionType, ...] = ()
    """Types of question that need it, all when left out: `technical`, `scenario`, `behavioral`, `coding`."""
    least: Annotated[int, Field(ge=0)] = 1
    """How many of it at least, 1 when left out."""
    most: Annotated[int, Field(ge=0)] | None = None
    """How many of it there may be."""


class Bounds(Record):
    """What the book holds itself to: the parts of a question, the mix of questions, and how old a review may be."""

    parts: tuple[Requirement, ...] = ()
    """What a question needs to be complete."""
    types: tuple[Limit, ...] = ()
    """How many questions of a type."""
    levels: tuple[Limit, ...] = ()
    """How many questions of a level."""
    topics: tuple[Limit, ...] = ()
    """How many questions on a topic."""
    minutes: tuple[Limit, ...] = ()
    """How many minutes the questions of a section take together."""
    reviewed_days: Annotated[int, Field(ge=1)] | None = None
    """How many days before the book's date a review may lie."""


def _known_schema(value: int) -> int:
    if value != 1:
        raise ValueError("this version reads schema 1")
    return value


class Outline(Record):
    """``book.yaml``: what the book is, and the order of all that stands in it."""

    schema_: Annotated[int, AfterValidator(_known_schema)] = Field(
        default=1, alias="schema", json_schema_extra={"minimum": 1, "maximum": 1}
    )
    """The format of these files: `1`."""
    id: Slug = ""
    """Names the book for ever; identifiers inside the files are made from it."""
    slug: Slug = ""
    """How file names begin."""
    title: Plain
    """Title."""
    subtitle: Plain | None = None
    """Subtitle."""
    lang: Language = "en"
    """Language of the book."""
    version: Version = "1.0.0"
    """Version, printed and part of every file name."""
    date: dt.date = UNDATED
    """Date of this version; every time stamp in the files comes from it."""
    creators: tuple[Creator, ...] = ()
    """Who made it."""
    publisher: Plain = ""
    """Who publishes it."""
    rights: Plain = ""
    """Copyright and license, in a sentence."""
    errata: Plain = ""
    """Where readers report errors."""
    description: Plain = ""
    """What a shop or a library shows of it."""
    subjects: tuple[Plain, ...] = ()
    """Subject headings."""
    changes: tuple[Change, ...] = ()
    """What each version changed."""
    previous: ManifestFile | None = None
    """The manifest of the last version, a file in the book: guides then say what has changed since."""
    competencies: tuple[Named, ...] = ()
    """What the questions assess."""
    topics: tuple[Named, ...] = ()
    """What the questions are about."""
    front: tuple[Slug, ...] = ()
    """Chapters before the questions."""
    sections: tuple[Division, ...] = ()
    """Sections of questions."""
    back: tuple[Slug, ...] = ()
    """Chapters after the questions."""
    end: tuple[Slug, ...] = ()
    """Chapters at the very end."""
    kit_front: tuple[Slug, ...] = ()
    """Chapters for interviewers, before the questions."""
    kit_back: tuple[Slug, ...] = ()
    """Chapters for interviewers, after the questions and forms."""
    spoken: tuple[Spoken, ...] = ()
    """What is said for letters in formulas."""
    bounds: Bounds = Bounds()
    """What the book holds itself to."""

    @model_validator(mode="before")
    @classmethod
    def _called(cls, data: Any) -> Any:
        """Name the book after its title where it has no id, and its files after that."""
        if not isinstance(data, dict) or not isinstance(data.get("title"), str):
            return data
        name = data.get("id") or data.get("slug") or slug(data["title"])
        return {"id": name, "slug": name, **data}

    @property
    def is_dated(self) -> bool:
        """Tell whether ``book.yaml`` says of when the book is."""
        return self.date != UNDATED
