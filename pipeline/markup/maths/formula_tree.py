"""A formula as a tree, and which of its delimiters belong together where it does not say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pipeline.markup.maths.symbols import CHARACTERS, Font, Role


@dataclass(frozen=True, slots=True)
class Letter:
    """A variable; `sign` is printed, `name` is its letter or the name of its Greek letter."""

    sign: str
    name: str
    font: Font = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, in a mathematical alphabet if `font` says so."""

    digits: str
    sign: str
    font: Font = ""


@dataclass(frozen=True, slots=True)
class Word:
    """An upright word: a function's name, or letters set as one."""

    words: str
    function: bool
    limits: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """An operator, relation, delimiter, or letter-like symbol."""

    sign: str
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """White space, in em."""

    width: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """Plain text within a formula."""

    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """Nodes side by side."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    """One row over another; the style is text, display, binomial, or nothing."""

    top: Row
    bottom: Row
    style: str


@dataclass(frozen=True, slots=True)
class Root:
    """A square root, or the root of an index."""

    body: Row
    index: Row | None


@dataclass(frozen=True, slots=True)
class Script:
    """A base with subscript, superscript, and primes."""

    base: Node
    sub: Row | None
    sup: Row | None
    primes: int


@dataclass(frozen=True, slots=True)
class Accent:
    """A row under a hat or the like, or over a line."""

    body: Row
    name: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A row between delimiters that grow with it; a delimiter may be empty."""

    opening: str
    closing: str
    body: Row


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows and cells of an environment."""

    environment: str
    rows: tuple[tuple[Row, ...], ...]


Node: TypeAlias = Letter | Number | Word | Sign | Gap | Phrase | Row | Fraction | Root | Script | Accent | Fence | Grid


def with_thousands(items: list[Node]) -> tuple[Node, ...]:
    """Join the parts of `10{,}000`, TeX's idiom for a comma without a space."""
    joined: list[Node] = []
    for item in items:
        comma = joined[-1] if joined else None
        if (
            isinstance(item, Number)
            and len(joined) > 1
            and comma == Row((Sign(*CHARACTERS[","]),))
            and isinstance(first := joined[-2], Number)
        ):
            joined[-2:] = [Number(f"{first.digits},{item.digits}", f"{first.sign},{item.sign}", item.font)]
        else:
            joined.append(item)
    return tuple(joined)


def is_simple(row: Row) -> bool:
    """Tell whether a row is over when one hears its next word."""
    items = [item for item in row.items if not isinstance(item, Gap)]
    if len(items) == 2 and isinstance(items[0], Sign) and items[0].sign == "−":
        items = items[1:]
    if len(items) != 1:
        return False
    item = items[0]
    if isinstance(item, Script):
        return not item.sup and isinstance(item.base, Letter | Word) and (item.sub is None or is_simple(item.sub))
    if isinstance(item, Accent):
        return is_simple(item.body)
    return isinstance(item, Letter | Number | Word | Phrase) or (isinstance(item, Sign) and item.role == "letter")


PAIRS: Final = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}


def paired(items: Sequence[Node]) -> tuple[Node, ...]:
    """Put each pair of delimiters and what is between them into one node."""
    found: list[Node] = []
    openings: list[tuple[int, Sign]] = []
    for item in items:
        sign = item.base if isinstance(item, Script) else item
        if isinstance(sign, Sign) and _closes(sign, openings):
            start, opening = openings.pop()
            fence = Fence(opening.sign, sign.sign, Row(tuple(found[start + 1 :])))
            node: Node = Script(fence, item.sub, item.sup, item.primes) if isinstance(item, Script) else fence
            found[start:] = [node]
            continue
        if isinstance(item, Sign) and (item.role == "open" or (item.role == "bar" and _begins(found))):
            openings.append((len(found), item))
        found.append(item)
    return tuple(found)


def opened(row: Row) -> Row:
    """Return a row that can be parted: low delimiters in it are of the usual size, and long texts are one for each word."""
    items: list[Node] = []
    for item in row.items:
        ends = [CHARACTERS.get(sign) for sign in (item.opening, item.closing)] if isinstance(item, Fence) else [None]
        if isinstance(item, Fence) and item.opening in "([" and None not in ends and _is_low(item.body):
            items += [Sign(*ends[0]), *item.body.items, Sign(*ends[1])]  # type: ignore[misc]  # neither is None
        elif isinstance(item, Phrase) and item.words.count(" ") > 1:
            items += [Phrase(word) for word in re.findall(r"\s*\S+\s*", item.words)]
        else:
            items.append(item)
    return Row(tuple(items))


def _is_low(node: Node | None) -> bool:
    if isinstance(node, Row):
        return all(map(_is_low, node.items))
    if isinstance(node, Fence):
        return _is_low(node.body)
    if isinstance(node, Script):
        return all(map(_is_low, (node.base, node.sub, node.sup)))
    return not isinstance(node, Fraction | Root | Grid) and not (isinstance(node, Sign) and node.role in ("sum", "integral"))


def _closes(sign: Sign, openings: Sequence[tuple[int, Sign]]) -> bool:
    if not openings or sign.role not in ("close", "bar"):
        return False
    opening = openings[-1][1]
    if "bar" in (sign.role, opening.role):
        return sign.role == opening.role
    return PAIRS.get(opening.sign) == sign.sign or {opening.sign, sign.sign} <= set("()[]")


def _begins(before: Sequence[Node]) -> bool:
    last = before[-1] if before else None
    if isinstance(last, Gap):
        return _begins(before[:-1])
    return last is None or (isinstance(last, Sign) and last.role in ("infix", "open", "comma", "sum", "prefix")) or (
        isinstance(last, Word | Script) and function_of(last) is not None
    )  # fmt: skip


def function_of(node: Node) -> Word | None:
    """Return the function a node names, with or without scripts."""
    base = node.base if isinstance(node, Script) else node
    return base if isinstance(base, Word) and base.function else None
