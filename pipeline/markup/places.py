"""Find the line and column of what stands in a paragraph, a cell, or a heading."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Places:
    """Translate an offset in a paragraph's content to a place in the text; both count from 1."""

    offsets: tuple[int, ...]
    """Offset at which each line of the content begins."""
    line: int
    columns: tuple[int, ...]
    """Column, from 0, at which each of these lines stands in the text."""
    escaped: str = ""
    """Content of a table's cell, in which each bar was written with a backslash."""

    def at(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        nth = max(bisect_right(self.offsets, offset) - 1, 0)
        bars = self.escaped.count("|", 0, max(offset, 0))
        return self.line + nth, self.columns[nth] + offset - self.offsets[nth] + bars + 1


def of_inline(token: Token, lines: Sequence[str]) -> Places:
    """Locate the content of an inline token, line for line, by the end of each line.

    What stands before it (bars of quotations, indentation, list markers) was cut off by the parser.
    """
    first = token.map[0] if token.map else 0
    if "column" in token.meta:
        return Places((0,), first + 1, (token.meta["column"],), token.content)
    offsets, columns, offset = [], [], 0
    for nth, part in enumerate(token.content.split("\n")):
        whole = lines[min(first + nth, len(lines) - 1)].rstrip()
        part_end = part.rstrip()
        start = len(whole) - len(part_end) if whole.endswith(part_end) else max(whole.rfind(part_end), 0)
        offsets.append(offset)
        columns.append(start)
        offset += len(part) + 1
    return Places(tuple(offsets), first + 1, tuple(columns))


def note_cells(tokens: Sequence[Token], lines: Sequence[str]) -> None:
    """Write into each table cell and each footnote the column at which it begins."""
    cursor = 0
    cell = False
    for token in tokens:
        if token.type == "footnote_reference_open":
            token.meta["column"] = max(lines[token.map[0]].find(f"[^{token.meta['label']}]:"), 0) if token.map else 0
        elif token.type == "tr_open":
            cursor = 0
        elif token.type in ("th_open", "td_open"):
            cell = True
        elif cell and token.type == "inline":
            line = lines[token.map[0]] if token.map else ""
            written = token.content.replace("|", "\\|")
            found = line.find(written, cursor)
            token.meta["column"] = max(found, 0)
            cursor = max(found, cursor) + len(written)
            cell = False


def cells(line: str) -> int:
    """Count the cells of a table row, its outer bars being optional (GFM, section 4.10)."""
    row = line.strip().replace("\\|", "")
    return row.removeprefix("|").removesuffix("|").count("|") + 1
