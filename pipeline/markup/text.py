"""A text once it has been parsed, what stands in it and what it says, and what it needs to be printed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from markdown_it.token import Token

from pipeline.markup.text_faults import WARNINGS, Fault

FORMULAS = "math/"
"""Begins the names of formulas among what is shown."""
Kind = Literal["section", "term", "formula", "source", "figure", "box", "value", "picture"]


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
    said: str | None
    """What a line says, without its markup; None of anything longer, and where it is to be read."""
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
    def is_remembered(self) -> bool:
        """Whether what is made of the text may be remembered: it is printed, and nothing in it was given up for want of time."""
        return all(fault.code in WARNINGS and fault.code != "M114" for fault in self.faults)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Tokens of the text."""
        return self.read().tokens

    @property
    def notes(self) -> dict[str, Token]:
        """Inline token of each footnote, by label."""
        return self.read().notes


_WRITTEN: Final[dict[str, Callable[[Token], str]]] = {
    "text": lambda token: token.content,
    "code_inline": lambda token: token.content,
    "softbreak": lambda token: " ",
    "hardbreak": lambda token: " ",
    "reference": lambda token: token.content,
    "value": lambda token: token.content,
    "picture": lambda token: token.content,
    "formula": lambda token: f"{token.meta['before']}{token.content}{token.meta['after']}",
}


_STANDS_FOR: Final = {"formula": "x", "value": "five", "code_inline": "name"}
"""A short word for what has no syllables: readers say it, and no formula of readability knows how."""


def words_of(children: Iterable[Token]) -> str:
    """Return what inline tokens say; a formula stays LaTeX, a reference its label or id."""
    return "".join(_WRITTEN[child.type](child) for child in children if child.type in _WRITTEN)


def plain(text: Text) -> str:
    """Return a text without markup, its blocks separated by line feeds; footnotes are left out."""
    return said_by(text.tokens) if text.said is None else text.said


def said_by(tokens: Iterable[Token]) -> str:
    """Return what the blocks of a text say, separated by line feeds."""
    parts = (_block(token) for token in tokens)
    return "\n".join(part for part in parts if part)


def paragraphs(text: Text) -> Iterator[str]:
    """Yield the paragraphs and items of a text as a reader reads them: a formula is an "x", code a "name", a value a "five"."""
    before = ""
    for token in text.tokens:
        if token.type == "inline" and before == "paragraph_open":
            yield " ".join("".join(map(_read, token.children or ())).split())
        before = token.type


def _read(token: Token) -> str:
    if token.type == "reference":
        return str(token.meta["label"] or token.meta["id"].replace("-", " "))
    if token.type in _STANDS_FOR:
        return f"{token.meta.get('before', '')}{_STANDS_FOR[token.type]}{token.meta.get('after', '')}"
    return _WRITTEN[token.type](token) if token.type in _WRITTEN else ""


def _block(token: Token) -> str:
    if token.type == "inline":
        return words_of(token.children or ())
    if token.type in ("fence", "code_block", "formula_block"):
        return token.content.strip("\n")
    if token.type == "table_open" and "caption" in token.meta:
        return words_of(token.meta["caption"].children)
    return ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A formula drawn as SVG; its measures are in em, `depth` below the baseline."""

    data: bytes
    width: float
    height: float
    depth: float

    @property
    def name(self) -> str:
        """Return the resource's name, which follows from its bytes."""
        return f"{FORMULAS}{hashlib.sha256(self.data).hexdigest()[:24]}.svg"


@dataclass(frozen=True, slots=True)
class Target:
    """What a text needs from its surroundings to be printed: all of it looked up before a word is written."""

    medium: Literal["paged", "reflow"]
    scope: str
    """Prefix of every id in the fragment; unique in the book."""
    level: int
    """Level of HTML heading that `##` becomes."""
    labels: Mapping[str, str]
    """Titles of note, tip, warning, example; back_to_text for the way back from a footnote."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """Words for formulas: the file spoken.<lang>.yaml."""
    words: str = ""
    """Digest of both."""
    shown: Mapping[Reference, str] = field(default_factory=dict)
    """Each link, figure, and box that the text refers to, as XHTML; each value, as plain text."""
    drawings: Mapping[Formula, Setting] = field(default_factory=dict)
    """Its formulas, for paged media."""
    lang: str = "en"
    """The language of the text."""
    quotes: tuple[str, str] = ("“", "”")
    """What it opens and closes quotations with."""
    table_labels: tuple[str, ...] = ()
    """The printed label of each table with a caption, as plain text, such as "Table 12.1"."""

    def tongue(self, formula: Formula) -> str:
        """Return the language that a formula is spoken in where that is not the text's; nothing where it is."""
        spoken = self.spoken.get("lang", "")
        return "" if formula.alt or spoken == self.lang.split("-")[0] else spoken

    def quoted(self, words: str, source: str) -> str:
        """Return words with the language's marks for those that straight quotation marks became; what the source has typed stays."""
        if self.quotes == ("“", "”") or '"' not in source or "“" in source or "”" in source:
            return words
        return words.replace("“", self.quotes[0]).replace("”", self.quotes[1])
