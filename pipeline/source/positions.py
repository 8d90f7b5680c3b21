"""Find the line and column of every value, and of every character inside a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any, Final

from pipeline.diagnostics import Place
from pipeline.source.nodes import Keys, Node

BLANK_ESCAPES: Final = "nrtvfbae0N_LP \t"
MAX_INSET: Final = 1_000
HEXADECIMAL: Final = {"x": 2, "u": 4, "U": 8}
Position = tuple[int, int]


@dataclass(frozen=True)
class Source:
    """A YAML file as text: its path within the book, its text, and its nodes."""

    path: str
    text: str
    root: Node

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Lines of the file, without line ends."""
        return tuple(self.text.split("\n"))

    @property
    def data(self) -> Any:
        """Plain dicts, lists, and strings, for the schema."""
        return self.value(())

    def value(self, keys: Keys) -> Any:
        """Return plain data at ``keys``, which must be there."""
        node = self._node(keys)
        if node is None:
            raise KeyError(keys)
        return _plain(node)

    def holds(self, keys: Keys) -> bool:
        """Tell whether there is a value at ``keys``."""
        return self._node(keys) is not None

    def _node(self, keys: Keys) -> Node | None:
        node: Node | None = self.root
        for key in keys:
            node = node.child(key) if node else None
        return node

    @cached_property
    def _aligned(self) -> dict[Keys, tuple[list[int], list[Position]]]:
        return {}

    def place(self, keys: Keys = (), *, of_key: bool = False) -> Place:
        """Return the place of the value at ``keys``, or of its nearest parent."""
        node = self.root
        for key in keys:
            child = node.child(key)
            if child is None:
                break
            node = child
        if of_key and node.key_line:
            return Place(self.path, node.key_line, node.key_column, node.key_length)
        return Place(self.path, node.line, node.column, node.length)

    def place_in(self, keys: Keys, line: int, column: int, length: int = 1) -> Place:
        """Return the place of a line and column (from 1) inside the text at ``keys``.

        A bare text may stand for a record that has nothing but the text.
        """
        node: Node | None = self.root
        for key in keys:
            node = node if node is None or isinstance(node.value, str) else node.child(key)
        if node is None or not isinstance(node.value, str):
            return self.place(keys)
        if node.style == "|":
            return Place(self.path, node.line + line, _indent(self.lines, node) + column, length)
        if keys not in self._aligned:
            offsets = [offset for offset, char in enumerate(node.value) if not char.isspace()]
            self._aligned[keys] = offsets, list(_positions(self.lines, node))
        row, start = _nearest(self._aligned[keys], _offset(node.value, line, column), (node.line, node.column))
        return Place(self.path, row, start, length)

    def unfolded(self, keys: Keys) -> tuple[str, Position] | None:
        """Return a text of several lines as it is written, before YAML joins them, and where it begins; None of any other text."""
        node = self._node(keys)
        if node is None or not isinstance(node.value, str) or node.style not in ("", ">"):
            return None
        first = node.line if node.style == ">" else node.line - 1
        inner = self.lines[node.line : node.line + 1 + node.value.count(" ") + node.value.count("\n")]
        least = node.key_column if node.key_line else node.column - 1
        comment = "#" if node.style == "" else "\0"
        taken = list(takewhile(lambda line: _inset(line) >= least and not line.lstrip().startswith(comment), inner))
        indent = min((_inset(line) for line in taken), default=0)
        head = [] if node.style == ">" else [self.lines[first][node.column - 1 :]]
        written = "\n".join([*head, *(line[indent:] for line in taken)]).rstrip()
        return (written, (first + 1, indent + 1)) if "\n" in written else None

    def line_text(self, place: Place) -> str:
        """Return the line a place stands on."""
        return self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""


def _inset(line: str) -> int:
    """Return how far a line is indented; an empty one belongs to whatever stands around it."""
    return len(line) - len(line.lstrip(" ")) if line.strip() else len(line) + MAX_INSET


def _plain(node: Node) -> Any:
    if isinstance(node.value, str):
        return node.value
    if node.style == "{":
        return {key: _plain(child) for key, child in node.value}
    return [_plain(child) for child in node.value]


def _indent(lines: Sequence[str], node: Node) -> int:
    """Return how far a literal block is indented: what its first written line has more than its value."""
    first = re.search(r"[^\n]*\S[^\n]*", node.value)
    if first is None:
        return 0
    row = node.line + node.value.count("\n", 0, first.start())
    return len(lines[row]) - len(first[0]) if row < len(lines) else 0


def _offset(value: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = value.find("\n", start) + 1
    return start + column - 1


def _nearest(aligned: tuple[list[int], list[Position]], offset: int, default: Position) -> Position:
    """Return the position of an offset; of a space, what follows from the character before it."""
    offsets, positions = aligned
    nth = bisect_left(offsets, offset)
    if nth < len(positions) and offsets[nth] == offset:
        return positions[nth]
    if not 0 < nth <= len(positions):
        return positions[0] if positions else default
    row, column = positions[nth - 1]
    return row, column + offset - offsets[nth - 1]


def _positions(lines: Sequence[str], node: Node) -> Iterator[Position]:
    """Yield line and column of each character of a scalar that is not a space.

    Folding moves spaces and line ends only (YAML 1.1, 4.2.6), so the other characters stand in the file in the same order.
    """
    row, column = (node.line, 0) if node.style == ">" else (node.line - 1, node.column - 1 + (node.style in ("'", '"')))
    for char in node.value:
        if char.isspace():
            continue
        while row < len(lines):
            if column >= len(lines[row]):
                row, column = row + 1, 0
                continue
            width, blank = _width(lines[row], column, node.style)
            if not blank:
                yield row + 1, column + 1
            column += width
            if not blank:
                break


def _width(line: str, column: int, style: str) -> tuple[int, bool]:
    """Return how many characters of the file stand for the next one of the value, and whether it is a space."""
    char, following = line[column], line[column + 1 : column + 2]
    if style == "'" and char == following == "'":
        return 2, False
    if style != '"' or char != "\\":
        return 1, char.isspace()
    digits = HEXADECIMAL.get(following)
    if digits is None:
        return 2, not following or following in BLANK_ESCAPES
    return 2 + digits, chr(int(line[column + 2 : column + 2 + digits], 16)).isspace()
