"""The book as a whole: its records, and where each of them was written."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from pipeline.diagnostics import Place
from pipeline.model.editions import Edition, Ignore
from pipeline.model.fields import Record
from pipeline.model.layers import Layer
from pipeline.model.matter import Box, Chapter, Figure, Formula, Term, Work
from pipeline.model.outline import Outline
from pipeline.model.questions import Question
from pipeline.model.teams import Logo, Team
from pipeline.model.walking import Keys, identity, kind_of


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
    teams: Mapping[str, Team]
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

    def origin(self, record: BaseModel) -> Origin:
        """Return where a record was written."""
        return self.origins[kind_of(record), identity(record)]

    def records(self) -> Iterator[Record]:
        """Yield every record, the outline first."""
        yield self.outline
        for group in (self.questions, self.chapters, self.boxes, self.figures, self.terms, self.formulas, self.works, self.editions,
                      self.teams):  # fmt: skip
            yield from group.values()
