"""An edition assembled: its sections in order, numbered, with all that it withholds left out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pipeline import model
from pipeline.brand import PLAIN, Brand
from pipeline.model import Edition, Example, Glossary, Keys, Made, Outline, Prose, Record
from pipeline.section_kinds import HINT, Matter, SectionKind
from pipeline.theme import Look, look
from pipeline.work import cache

LONG_TITLE, MANY_LONG = 120, 0.1
"""Letters that fill three lines of a title as it is usually set; the share of titles longer than that for which all are smaller."""
LONGEST_RUN = 40
"""Sections that share pages, and are laid out as one: were they more, a word changed in one would have very many laid out again."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the book that stands in the contents or in the front matter, and is rendered on its own."""

    id: str
    kind: SectionKind
    title: str
    """Inline Markdown."""
    level: int = 1
    """Depth in the contents, from 1."""
    number: str = ""
    record: Record | Made | None = None
    """What it prints, without what the edition withholds."""
    parts: tuple[str, ...] = ()
    """Parts of a question, in order."""
    counterpart: str = ""
    """Id of the section with this question's answer, or of the question that this section answers."""
    members: tuple[Section, ...] = ()
    """Sections that an opener announces."""
    source: str = ""
    """File it was written in."""
    starts_page: bool = True
    """Whether what is laid out as one begins with it."""
    share: float = 0.0
    """Of the height of a page, what a question has for itself; 0 where it takes what it needs."""
    leads: bool = False
    """Whether it is the first of those that share a page."""
    bank_number: str = ""
    """The number that a question has in the book, where it is printed under another."""
    examples: tuple[Example, ...] = ()
    """Examples whose values its texts may print, also when the edition leaves the examples themselves out."""
    is_front: bool = False
    """Whether it belongs to the front matter though its kind does not."""

    @property
    def matter(self) -> Matter:
        """The part of the book that it belongs to."""
        return "front" if self.is_front else self.kind.matter

    @property
    def own(self) -> str:
        """All that is its own, written out; the file it was read from is not part of that."""
        return repr(replace(self, source="", members=tuple(replace(member, source="") for member in self.members)))

    @property
    def bare(self) -> Section:
        """Return it as others print it."""
        return replace(self, source="", record=None, members=tuple(member.bare for member in self.members), examples=())

    @property
    def listed(self) -> bool:
        """Whether it stands in the contents."""
        return self.matter == "body" and self.kind.on_screen and self.kind.in_contents

    @property
    def shown_number(self) -> str:
        """The number that stands before its title; empty when none does."""
        return self.number if self.kind.is_numbered else ""


@dataclass(frozen=True, slots=True)
class Name:
    """What a link to an id says: the kind of its target, the number printed, the title, which of a section is Markdown."""

    kind: str
    number: str
    title: str
    is_section: bool = False


@dataclass(frozen=True, slots=True)
class Locator:
    """A place that an index entry points at."""

    target: str
    section: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A line of the index: its heading (inline text), locators, references, and subentries."""

    heading: str
    locators: tuple[Locator, ...] = ()
    see: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    subentries: tuple[IndexEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexGroup:
    """The entries under one letter."""

    letter: str
    entries: tuple[IndexEntry, ...]


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A line of the contents with those below it."""

    section: Section
    children: tuple[TocEntry, ...] = ()


@dataclass(frozen=True)
class Publication:
    """One edition of a book, ready to render."""

    outline: Outline
    edition: Edition
    sections: tuple[Section, ...]
    names: Mapping[str, Name]
    """What may be linked to, by id."""
    absent: Mapping[str, Name]
    """What texts may name and this edition leaves out, by id."""
    numbers: Mapping[str, str]
    """Printed number of every figure and captioned table, by id or scope."""
    index: tuple[IndexGroup, ...]
    box_homes: Mapping[str, str]
    """Section that prints each box in full; every other one that includes it points there."""
    resources: Mapping[str, Any]
    """Boxes, figures, drawings, works, formulas, terms by id, as the texts of this edition need them."""
    links: Mapping[str, tuple[str, ...]]
    """Questions that each question points at."""
    modified: dt.datetime
    digits: int
    """Digits that a page number may need on paper."""
    withheld: tuple[str, ...]
    """Texts that must not stand in any file made of this publication."""
    secret: tuple[str, ...] = ()
    """Those of them that are for hiring teams alone: not even a few words of them may stand in a file for candidates."""
    homes: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Record and field of each text of the book that may be withheld, for messages."""
    look: Look = field(default_factory=look, repr=False, compare=False)
    brand: Brand = PLAIN
    """Whose copy it is."""

    @cached_property
    def toc(self) -> tuple[TocEntry, ...]:
        """The tree of the contents, nav document, and outline."""
        tree, _ = _branch([s for s in self.sections if s.listed], 0, 1)
        return tree

    @cached_property
    def division_titles(self) -> Mapping[str, str]:
        """Title of the section of the book that each question stands in, by the question's id."""
        return {member.id: s.title for s in self.sections for member in s.members}

    @cached_property
    def hints(self) -> Mapping[str, tuple[Section, ...]]:
        """The hints on each question that has sections for them, by the question's id."""
        of = [s for s in self.sections if s.kind == HINT]
        return {name: tuple(s for s in of if s.counterpart == name) for name in dict.fromkeys(s.counterpart for s in of)}

    @cached_property
    def answered_in(self) -> Mapping[str, str]:
        """Where a reference to a question leads whose answer stands apart: to the answer, for the question is followed by nothing."""
        return {s.id: s.counterpart for s in self.sections if s.kind.is_question and s.counterpart}

    @property
    def title(self) -> str:
        """Title as printed on the title page."""
        return self.outline.title

    @property
    def stem(self) -> str:
        """File name of every artefact, without paper and suffix."""
        return f"{self.outline.slug}-{self.edition.id}-{self.outline.version}{self.brand.suffix}"

    @property
    def identifier(self) -> str:
        """Identifier of this edition, or of this copy of it, for ever: UUIDv5 (RFC 9562) of the ids of book and edition."""
        return identifier(self.outline.id, f"/{self.edition.id}{self.brand.query}")

    def identifier_of(self, form: str) -> str:
        """Return the identifier of what this edition is made into beside its EPUB."""
        return identifier(self.outline.id, f"/{self.edition.id}{self.brand.query}#{form}")

    @property
    def has_same_pages(self) -> bool:
        """Whether it is printed on several papers, which have the same page numbers because they have one type area."""
        papers = self.edition.papers
        return len(papers) > 1 and {self.look.laid_on(papers, paper) for paper in papers} == {papers[0]}

    @cached_property
    def surroundings(self) -> str:
        """Digest of all that a section may print beside what is its own: no record of another section but a glossary's definitions.

        Templates of a theme may print whatever they like: where there are some, it is the digest of everything.
        """
        sections = tuple(section if isinstance(section.record, Glossary) else section.bare for section in self.sections)
        shown = replace(self, sections=sections, index=(), withheld=(), secret=())
        others = [self.index, *(section.own for section in self.sections)] if len(self.look.templates) > 1 else []
        return cache.digest(repr(shown), repr(others), self.look.digest(self.outline.lang))

    @cached_property
    def has_long_titles(self) -> bool:
        """Whether its questions have whole paragraphs for titles, so many of them that all titles are set smaller."""
        lengths = [len(section.title) for section in self.sections if section.kind.is_question]
        return sum(length > LONG_TITLE for length in lengths) > MANY_LONG * len(lengths)

    @property
    def questions(self) -> int:
        """Number of questions asked."""
        return sum(section.kind.is_question for section in self.sections)


def passages(section: Section) -> Iterator[tuple[Keys, Prose, str]]:
    """Yield the texts that a section prints, in the order of its parts."""
    record = section.record
    if record is None:
        return
    found = [(keys, kind, text) for keys, kind, text in model.prose(record) if text]
    order = {name: n for n, part in enumerate(section.parts) for name in model.PARTS[part]}
    yield from sorted(found, key=lambda item: order.get(str(item[0][0]), -1))


def identifier(book: str, part: str = "") -> str:
    """Return the identifier of a book, or of what it is made into, for ever: UUIDv5 (RFC 9562) of an address that leads nowhere."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'https://guidepress.invalid/{book}{part}')}"


def _branch(sections: list[Section], start: int, level: int) -> tuple[tuple[TocEntry, ...], int]:
    """Read entries of one level from ``start``; return them with the index of the first section left."""
    entries: list[TocEntry] = []
    while start < len(sections) and sections[start].level >= level:
        section = sections[start]
        children, start = _branch(sections, start + 1, section.level + 1)
        entries.append(TocEntry(section, children))
    return tuple(entries), start
