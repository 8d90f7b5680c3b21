"""Read YAML files as text and shape, remembering where every key stands.

PyYAML's C parser gives events; the nodes are composed here, iteratively, all scalars as text. YAML 1.1's implicit
types (``no`` as False, ``1:30`` as 90) never arise, and aliases, tags, duplicate keys, depth, and size are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from pipeline.diagnostics import Diagnostic, Place, Rule

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_NODES = 50_000

RULES = (
    Rule("S101", "file cannot be read", "The file is missing, unreadable, or not a regular file inside the book's folder."),
    Rule("S102", "file too large", f"A source file may hold {MAX_BYTES // 1000} kB at most. Split it."),
    Rule("S103", "not UTF-8", "Source files are UTF-8. The place is the first byte that is not."),
    Rule("S104", "not YAML", "The file breaks a rule of YAML: a tab in the indentation, an unclosed bracket or quote."),
    Rule("S105", "alias or anchor", "Aliases and anchors let a small file grow without bound, so they are refused."),
    Rule("S106", "tag", "YAML tags name types of a program. A book has text only: types come from the schema."),
    Rule("S107", "duplicate key", "A key stands twice in one mapping. YAML would silently keep one of the two."),
    Rule("S108", "nested too deeply", f"No record nests deeper than {MAX_DEPTH} levels."),
    Rule("S109", "too many values", f"A file may hold {MAX_NODES:,} values at most."),
    Rule("S110", "empty file", "The file holds no record."),
    Rule("S111", "more than one document", "A file holds one record; '---' begins a second one."),
    Rule("S112", "key is not text", "A key must be plain text."),
    Rule("S113", "control character", "Control characters other than line feed have no place in a source file."),
)

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value and its place: text, a tuple of nodes, or a tuple of (key, node) pairs."""

    value: Any
    line: int
    column: int
    key_line: int = 0
    key_column: int = 0
    style: str = ""

    def child(self, key: str | int) -> Node | None:
        """Return the value under a key or at an index, or None."""
        if isinstance(self.value, str):
            return None
        if isinstance(key, int):
            return self.value[key] if key < len(self.value) and isinstance(self.value[key], Node) else None
        return next((n for k, n in (p for p in self.value if isinstance(p, tuple)) if k == key), None)


class SourceFault(Exception):
    """Carry the first fault that keeps a file from being read."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


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
        return _plain(self.root)

    def place(self, keys: Keys = (), *, of_key: bool = False) -> Place:
        """Return the place of the value at ``keys``, or of its nearest parent."""
        node, last = self.root, ""
        for key in keys:
            child = node.child(key)
            if child is None:
                break
            node, last = child, str(key)
        if of_key and node.key_line:
            return Place(self.path, node.key_line, node.key_column, len(last))
        return Place(self.path, node.line, node.column)

    def place_in(self, keys: Keys, line: int, column: int, length: int = 1) -> Place:
        """Return the place of a line and column (from 1) inside the text at ``keys``."""
        node: Node | None = self.root
        for key in keys:
            node = node.child(key) if node else None
        if node is None or not isinstance(node.value, str):
            return self.place(keys)
        if node.style in ("|", ">"):
            first = _first_text_line(self.lines, node.line)
            indent = len(self.lines[first - 1]) - len(self.lines[first - 1].lstrip(" "))
            start = node.line + 1
            return Place(self.path, start + line - 1, indent + column, length)
        quote = 1 if node.style in ("'", '"') else 0
        if line == 1:
            return Place(self.path, node.line, node.column + quote + column - 1, length)
        return Place(self.path, node.line + line - 1, 1, length)

    def line_text(self, place: Place) -> str:
        """Return the line a place stands on."""
        return self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""


def read(path: Path, name: str) -> Source:
    """Read one file; ``name`` is the path shown to the author.

    Raises SourceFault with the first fault that keeps the file from being read.
    """
    return parse(_text(path, name), name)


def parse(text: str, name: str) -> Source:
    """Compose the nodes of YAML text. Raises SourceFault."""
    try:
        root = _compose(text, name)
    except yaml.YAMLError as error:
        raise SourceFault(_yaml_fault(error, text, name)) from error
    return Source(name, text, root)


def _text(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            size = path.stat().st_size
            raise SourceFault(_fault("S102", f"file is {size:,} bytes, over the limit of {MAX_BYTES:,}", Place(name), "split the file"))
        raw = path.read_bytes()
    except OSError as error:
        raise SourceFault(_fault("S101", f"cannot read the file: {error.strerror}", Place(name), "check its name and its permissions")) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        place = Place(name, before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1)
        raise SourceFault(_fault("S103", f"byte 0x{raw[error.start]:02x} is not UTF-8", place, "save the file as UTF-8")) from error
    text = text.replace("\r\n", "\n")
    control = re.search("[\x00-\x08\x0b-\x1f\x7f\x80-\x84\x86-\x9f\u2028\u2029\ufffe\uffff]", text)
    if control:
        place = _place_at(text, control.start(), name)
        line = text.split("\n")[place.line - 1].replace(control.group(), "\ufffd")
        message = f"control character U+{ord(control.group()):04X}"
        raise SourceFault(_fault("S113", message, place, "delete it, or write what was meant", line))
    return text


def _compose(text: str, name: str) -> Node:
    """Build nodes from parser events without recursion, so that depth is a check and not a crash."""
    stack: list[_Open] = []
    root: Node | None = None
    count = 0
    lines = text.split("\n")
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark = event.start_mark
        place = Place(name, mark.line + 1, mark.column + 1)
        line = lines[mark.line] if mark.line < len(lines) else ""
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise SourceFault(_fault("S111", "a second document begins here", place, "move it to a file of its own", line))
        _refuse(event, place, line)
        node: Node | None = None
        if isinstance(event, yaml.ScalarEvent):
            node = Node(event.value, place.line, place.column, style=event.style or "")
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(stack) >= MAX_DEPTH:
                raise SourceFault(_fault("S108", f"nested more than {MAX_DEPTH} levels deep", place, "flatten the record", line))
            stack.append(_Open(isinstance(event, yaml.MappingStartEvent), place.line, place.column))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            node = stack.pop().close()
        if node is None:
            continue
        count += 1
        if count > MAX_NODES:
            raise SourceFault(_fault("S109", f"more than {MAX_NODES:,} values in one file", place, "split the file", line))
        if stack:
            stack[-1].add(node, name, line)
        else:
            root = node
    if root is None or root.value in ("", ()):
        raise SourceFault(_fault("S110", "the file is empty", Place(name), "write a record, or delete the file"))
    return root


class _Open:
    """A mapping or sequence whose end has not come yet."""

    def __init__(self, mapping: bool, line: int, column: int) -> None:  # noqa: FBT001
        self.mapping, self.line, self.column = mapping, line, column
        self.items: list[Any] = []
        self.seen: set[str] = set()
        self.key: Node | None = None

    def add(self, node: Node, name: str, line: str) -> None:
        if not self.mapping:
            self.items.append(node)
        elif self.key is None:
            place = Place(name, node.line, node.column, len(node.value) if isinstance(node.value, str) else 1)
            if not isinstance(node.value, str):
                raise SourceFault(_fault("S112", "a key must be text", place, "write the key as plain text", line))
            if node.value in self.seen:
                message = f"key '{node.value}' stands twice"
                raise SourceFault(_fault("S107", message, place, "keep one of the two", line))
            self.seen.add(node.value)
            self.key = node
        else:
            key, self.key = self.key, None
            self.items.append((key.value, Node(node.value, node.line, node.column, key.line, key.column, node.style)))

    def close(self) -> Node:
        return Node(tuple(self.items), self.line, self.column, style="{" if self.mapping else "[")


def _refuse(event: yaml.Event, place: Place, line: str) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise SourceFault(_fault("S105", f"alias '*{event.anchor}'", place, "write the value out", line))
    if getattr(event, "anchor", None):
        raise SourceFault(_fault("S105", f"anchor '&{event.anchor}'", place, "write the value out where it is needed", line))
    if getattr(event, "tag", None):
        raise SourceFault(_fault("S106", f"tag '{event.tag}'", place, "delete the tag", line))


def _yaml_fault(error: yaml.YAMLError, text: str, name: str) -> Diagnostic:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _fault("S104", f"not YAML: {error}", Place(name), "")
    lines = text.split("\n")
    row = min(mark.line, len(lines) - 1)
    line = lines[row]
    tab = line.find("\t")
    if tab >= 0 and not line[:tab].strip():
        return _fault("S104", "a tab in the indentation", Place(name, row + 1, tab + 1), "indent with spaces", line)
    problem = getattr(error, "problem", None) or "the text breaks off"
    return _fault("S104", f"not YAML: {problem}", Place(name, row + 1, mark.column + 1), _hint(problem), line)


def _hint(problem: str) -> str:
    hints = {
        "mapping values are not allowed": "put quotes around a value that holds ': '",
        "could not find expected ':'": "close the quote or bracket above, or indent the text below its key",
        "did not find expected key": "close the quote or bracket above, or mend the indentation",
        "cannot start any token": "put quotes around the value",
        "unexpected end of stream": "close the quote or bracket that is still open",
        "did not find expected ',' or": "close the bracket that is still open",
    }
    return next((hint for part, hint in hints.items() if part in problem), "mend the YAML here or on the line above")


def _fault(code: str, message: str, place: Place, hint: str, line: str = "") -> Diagnostic:
    return Diagnostic(code, message, place, hint, line_text=line)


def _place_at(text: str, offset: int, name: str) -> Place:
    before = text[:offset]
    return Place(name, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)


def _first_text_line(lines: tuple[str, ...], header: int) -> int:
    """Return the number of the first line with text after a block scalar's header line."""
    return next((n for n in range(header + 1, len(lines) + 1) if lines[n - 1].strip()), header)


def _plain(node: Node) -> Any:
    if isinstance(node.value, str):
        return node.value
    if node.style == "{":
        return {key: _plain(child) for key, child in node.value}
    return [_plain(child) for child in node.value]


def texts(node: Node, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Yield every scalar below a node with the keys that lead to it."""
    if isinstance(node.value, str):
        yield keys, node.value
        return
    for index, item in enumerate(node.value):
        yield from texts(item[1], (*keys, item[0])) if node.style == "{" else texts(item, (*keys, index))
