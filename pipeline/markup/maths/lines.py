"""Tell where a formula may go on in another line, and what each part of it says: together, what the whole one says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.markup.maths.formula_tree import Fraction, Gap, Grid, Node, Phrase, Row, Script, Sign, opened
from pipeline.markup.maths.latex import read
from pipeline.markup.maths.presentation import BINARY, TIGHT
from pipeline.markup.maths.speech import heard, row_said
from pipeline.markup.maths.symbols import Words

LINE, GAP, RELATION, OPERATOR, WITHIN, FACTOR, DEEP = range(7)
"""How well a line begins: where the author begins one, after white, at a relation, at an operator, between parentheses,
in a product, between parentheses in others."""


class Part(NamedTuple):
    """Where a part of a formula begins, by the number of its node; how well; and what it says."""

    start: int
    rank: int
    said: str


def parts(latex: str, words: Words) -> tuple[Part, ...]:
    """Return the parts of a checked formula; none when it must stay whole, since parts of it would be heard otherwise.

    The nodes of a grid that is all of a formula count row by row, and cell by cell.
    """
    row = opened(read(latex)[0])
    whole = heard(row_said(row, words))
    grid = row.items[0] if len(row.items) == 1 else None
    if not isinstance(grid, Grid):
        return _heard(_parts(row.items, words), whole)
    lines = [tuple(item for cell in cells for item in cell.items) for cells in grid.rows]
    if grid.environment != "aligned" or not all(lines):
        return ()
    fine = [_parts(line, words) for line in lines]
    rough = [[Part(0, LINE, row_said(Row(line), words))] for line in lines]
    return _heard(_lines(fine, lines, words), whole) or _heard(_lines(rough, lines, words), whole)


def _parts(items: Sequence[Node], words: Words) -> list[Part]:
    """Return the parts of a row."""
    whole = _said(items, (0, len(items)), words)
    starts = [(0, LINE), *_starts(items)]
    starts = [(start, rank) for start, rank in starts if _is_alike(_said(items, (0, start, len(items)), words), whole)]
    said = _said(items, [*(start for start, _ in starts), len(items)], words)
    return [Part(start, rank, text) for (start, rank), text in zip(starts, said, strict=True)]


def _said(items: Sequence[Node], bounds: Sequence[int], words: Words) -> list[str]:
    return [row_said(Row(tuple(items[start:end])), words) for start, end in pairwise(bounds)]


def _is_alike(said: Sequence[str], other: Sequence[str]) -> bool:
    return heard(" ".join(said)) == heard(" ".join(other))


def _lines(each: Sequence[Sequence[Part]], lines: Sequence[Sequence[Node]], words: Words) -> list[Part]:
    """Return the parts of several lines, which say their number when there are others."""
    found: list[Part] = []
    begun = 0
    for number, (parts, line) in enumerate(zip(each, lines, strict=True), start=1):
        said = [part.said for part in parts]
        if len(lines) > 1:
            said[0] = words["grid-line"].format(number, said[0])
            said[-1] += ","
        found += [Part(begun + part.start, part.rank, text) for part, text in zip(parts, said, strict=True)]
        begun += len(line)
    return found


def _heard(parts: Sequence[Part], whole: str) -> tuple[Part, ...]:
    """Return parts that say together what the whole does; a pause belongs to the part that it ends."""
    said = [part.said for part in parts]
    if len(parts) < 2 or not _is_alike(said, [whole]):
        return ()
    pauses = [text.rstrip().endswith(",") or after.lstrip().startswith(",") for text, after in pairwise(said)]
    return tuple(part._replace(said=heard(part.said) + "," * pause) for part, pause in zip(parts, (*pauses, False), strict=True))


def _starts(items: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Yield where a line may begin, but for the first, and how well."""
    depth = 0
    for number, (before, item) in enumerate(pairwise(items), start=1):
        depth = max(depth + _turn(before), 0)
        is_white = isinstance(before, Gap) and before.width >= 1 and not isinstance(item, Gap)
        if is_white or (isinstance(before, Phrase) and before.words.endswith(" ")):
            yield number, (GAP, WITHIN, DEEP)[min(depth, 2)]
        elif isinstance(item, Sign) and item.role == "infix" and item.sign not in TIGHT and not _opens(before):
            yield number, (OPERATOR if item.sign in BINARY else RELATION, WITHIN, DEEP)[min(depth, 2)]
        elif not depth and _is_high(item) and not (_opens(before) or _is_sum(before)):
            yield number, FACTOR


def _is_high(node: Node) -> bool:
    return _is_sum(node) or isinstance(node, Fraction) or (isinstance(node, Script) and isinstance(node.base, Fraction))


def _is_sum(node: Node) -> bool:
    sign = node.base if isinstance(node, Script) else node
    return isinstance(sign, Sign) and sign.role in ("sum", "integral")


def _turn(node: Node) -> int:
    """Return how many parentheses more are open after a node."""
    sign = node.base if isinstance(node, Script) else node
    return {"open": 1, "close": -1}.get(sign.role, 0) if isinstance(sign, Sign) else 0


def _opens(before: Node) -> bool:
    return isinstance(before, Sign) and before.role in ("infix", "open", "comma", "prefix")
