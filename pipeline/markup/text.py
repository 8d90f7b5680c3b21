"""Hold a text once it has been parsed, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from markdown_it.token import Token

from pipeline.markup.faults import Fault

Kind = Literal["section", "term", "formula", "source", "figure", "box", "value"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a text that names something else in the book."""

    kind: Kind
    id: str
    label: str | None
    line: int
    column: int
    enclosed: bool = False
    """Whether it stands within parentheses of its paragraph."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text where the index shall lead."""

    term: str
    sub: str | None
    see: str | None
    see_also: str | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in LaTeX, with the author's own spoken words if there are any."""

    latex: str
    display: bool
    alt: str | None
    line: int
    column: int


class Heading(NamedTuple):
    """A heading of a text; level 2 is the highest."""

    level: int
    title: str
    line: int


class Tokens(NamedTuple):
    """What a text is written out from."""

    tokens: tuple[Token, ...]
    notes: dict[str, Token]
    """Inline token of each footnote, by label."""


@dataclass(frozen=True, slots=True)
class Text:
    """A parsed text: what it refers to, and what is wrong with it."""

    source: str
    inline: bool
    read: Callable[[], Tokens] = field(repr=False, compare=False)
    """Return the tokens; those of a large book are too many to be kept."""
    said: str
    """What a line says, without its markup; of anything longer, nothing."""
    references: tuple[Reference, ...]
    marks: tuple[Mark, ...]
    formulas: tuple[Formula, ...]
    headings: tuple[Heading, ...]
    tables: int
    """Number of tables with a caption."""
    footnotes: int
    words: int
    faults: tuple[Fault, ...]

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Tokens of the text."""
        return self.read().tokens

    @property
    def notes(self) -> dict[str, Token]:
        """Inline token of each footnote, by label."""
        return self.read().notes
