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
    """Id, and name of the file."""
    title: Line
    """Title."""
    summary: Line | None = None
    """Printed below the title."""
    body: Block
    """The text."""
    audience: Audience = "public"
    """Who may see it: `public`, or `kit` for a chapter that only hiring teams may see."""
    status: Status = "ready"
    """`draft` keeps it out of every edition; or `ready`."""
    figures: tuple[Slug, ...] = ()
    """Figures printed after the text, unless it places them."""
    index: tuple[IndexMark, ...] = ()
    """Index entries for the chapter as a whole."""
    sources: tuple[CitedSource, ...] = ()
    """Works cited, printed at the end."""
    reviewed: dt.date | None = None
    """When somebody last read it with care."""


class Box(Record):
    """A panel printed wherever a text includes it by id."""

    id: Slug
    """Id, and name of the file."""
    title: Line
    """Title."""
    body: Block
    """The text."""


class Figure(Record):
    """A drawing: its caption says what to see, its alt text what it shows."""

    id: Slug
    """Id, and name of the files."""
    alt: Plain
    """What the drawing shows, for those who do not see it."""
    caption: Line
    """What to see in it."""
    small: bool = False
    """A drawing no wider than the side column; it stands there, beside the paragraph before it, where both have room."""
    script: Slug | None = None
    """Name of the script that drew it, without `.py`; leave it out for a drawing made by hand."""


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
    """What links write: `[[term:id]]`."""
    term: Plain
    """What is printed."""
    definition: Line
    """What it means."""
    questions: tuple[Slug, ...] = ()
    """Questions that use it."""


class Formula(Record):
    """An entry of the formula sheet."""

    id: Slug
    """What links write: `[[formula:id]]`."""
    name: Line
    """What it is called."""
    latex: Plain
    """The formula, without dollar signs."""
    speech: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r'^[^"{}]+$', max_length=2000)] | None = None
    """The formula in words, where those of the press would not do; without quotes and braces."""
    reading: Line
    """How to read it, each symbol explained."""
    questions: tuple[Slug, ...] = ()
    """Questions that use it."""


LAST_ASIDE = re.compile(r" \(([^()]*)\)$")


def enclosed(short: str) -> str:
    """Return the short form of a work as it stands within parentheses: "Ambroise (2002)" becomes "Ambroise, 2002".

    A year does not begin a line: what stands alone in a link's line is read as the number of a page.
    """
    return LAST_ASIDE.sub(",\N{NO-BREAK SPACE}\\1", short)


class Work(Record):
    """A work cited: the key that authors use, a short form, and the full reference."""

    key: Slug
    """What records and links write: `[[source:key]]`."""
    short: Plain
    """Short form, for running text."""
    cite: Line
    """Full reference."""
    url: Address | None = None
    """Where to find it: its DOI, as `https://doi.org/10.1000/182`, or else a stable page; you are warned of a work without."""


class Glossary(Record):
    """The file of glossary entries."""

    terms: tuple[Term, ...]
    """The entries, in any order: they are sorted when printed."""


class FormulaSheet(Record):
    """The file of formulas."""

    formulas: tuple[Formula, ...]
    """The formulas, numbered in this order."""


class Works(Record):
    """The file of works cited."""

    sources: tuple[Work, ...]
    """The works, printed in this order."""


class Made(BaseModel):
    """A frozen record that no author writes."""

    model_config = ConfigDict(frozen=True)


class ChangedQuestion(Made):
    """A question that has changed since the last version: the section to look up, and where it stood in the old copy."""

    target: str
    """Empty where it is there no more."""
    number: str
    name: str
    """Its title, with markup where it is still there; nothing where its words are withheld."""
    note: str
    old: str


class ChangedGroup(Made):
    """Questions of which the same is told."""

    title: str
    questions: tuple[ChangedQuestion, ...]


class WhatChanged(Made):
    """What has changed in an edition since an earlier version of the book."""

    version: str
    date: str
    groups: tuple[ChangedGroup, ...]


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
