"""What stands around the questions: chapters, boxes, figures, glossary, formulas, works cited, and overviews of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from pipeline.model.fields import Address, Audience, Block, Level, Line, Plain, Record, Slug, Status
from pipeline.model.questions import CitedSource, IndexMark


class Chapter(Record):
    """A chapter before or after the questions."""

    id: Slug
    title: Line
    summary: Line | None = None
    body: Block
    audience: Audience = "public"
    status: Status = "ready"
    figures: tuple[Slug, ...] = ()
    index: tuple[IndexMark, ...] = ()
    sources: tuple[CitedSource, ...] = ()
    reviewed: dt.date | None = None


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


@dataclass(frozen=True, slots=True)
class Drawing:
    """The committed SVG of a figure, and the digests that tell whether it is fresh."""

    svg: bytes
    recorded: str
    """Digest that the SVG says it was drawn from."""
    expected: str
    """Digest of the script and data as they are now; empty for a drawing without a script."""


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture beside a team's record."""

    data: bytes
    type: Literal["svg", "png"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made of pixels, written anew, and the size in pixels of what it was made from."""

    data: bytes = field(repr=False)
    type: Literal["png", "jpg"]
    width: int
    height: int
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the picture by its bytes."""
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())

    @property
    def name(self) -> str:
        """Its name among the resources of a page."""
        return f"picture/{self.digest[:24]}.{self.type}"


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
    speech: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r'^[^"{}]+$', max_length=2000)] | None = None
    reading: Line
    questions: tuple[Slug, ...] = ()


LAST_ASIDE = re.compile(r" \(([^()]*)\)$")


def enclosed(short: str) -> str:
    """Return the short form of a work as it stands within parentheses: "Ambroise (2002)" becomes "Ambroise, 2002".

    A year does not begin a line: what stands alone in a link's line is read as the number of a page.
    """
    return LAST_ASIDE.sub(",\N{NO-BREAK SPACE}\\1", short)


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


class Made(BaseModel):
    """A frozen record that no author writes."""

    model_config = ConfigDict(frozen=True)


class Entry(Made):
    """A question in a line: its number and name, its first key point if it has one, and where it sends the reader."""

    id: Slug
    number: Plain
    name: Plain
    level: Level | None
    gist: Line | Literal[""]
    see_also: tuple[Slug, ...]


class Group(Made):
    """The questions of a section of the book."""

    title: Plain
    entries: tuple[Entry, ...]


class Overview(Made):
    """The questions of an edition, section by section, and the formulas of the book."""

    groups: tuple[Group, ...]
    formulas: tuple[Formula, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All questions, in order."""
        return tuple(entry for group in self.groups for entry in group.entries)
