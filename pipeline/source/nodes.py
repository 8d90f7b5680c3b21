"""Compose nodes from YAML's events without recursion, so that depth is a check and not a crash; refuse what a book has no use for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml

from pipeline.diagnostics import Diagnostic, Place, Rule

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_NODES = 50_000
CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value and its place: text, a tuple of nodes, or a tuple of (key, node) pairs."""

    value: Any
    line: int
    column: int
    length: int = 1
    key_line: int = 0
    key_column: int = 0
    key_length: int = 1
    style: str = ""
    """Sign of the scalar's style, '{' of a mapping, or '[' of a sequence; empty for plain text."""

    def child(self, key: str | int) -> Node | None:
        """Return the value under a key or at an index, or None."""
        if self.style == "[" and isinstance(key, int):
            return self.value[key] if key < len(self.value) else None
        if self.style == "{":
            return next((node for name, node in self.value if name == key), None)
        return None


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    start: Node
    items: list[Any] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    key: Node | None = None


def compose(events: Iterable[yaml.Event], lines: Sequence[str], name: str) -> Node:
    """Return the root of a file. Raises SourceFault with the first thing that is refused."""
    composer = _Composer(lines, name)
    try:
        for event in events:
            composer.take(event)
    except yaml.YAMLError as error:
        raise yaml_fault(error, lines, name, composer.opened()) from error
    if composer.root is None or composer.root.value in ("", ()):
        raise fault("S110", "the file is empty", Place(name), "write a record, or delete the file")
    return composer.root


class _Composer:
    """Take events one by one, and refuse what a book has no use for."""

    def __init__(self, lines: Sequence[str], name: str) -> None:
        self.lines, self.name = lines, name
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.count = 0

    def opened(self) -> Place | None:
        """Return the place of the innermost bracket or brace that is open."""
        start = self.stack[-1].start if self.stack else None
        flow = start is not None and self.lines[start.line - 1][start.column - 1 :].startswith(("[", "{"))
        return Place(self.name, start.line, start.column) if start is not None and flow else None

    def take(self, event: yaml.Event) -> None:
        self.refuse(event)
        if isinstance(event, yaml.ScalarEvent):
            self.close(self.node(event, event.value, event.style or ""))
        elif isinstance(event, yaml.MappingStartEvent):
            self.open(self.node(event, (), "{"))
        elif isinstance(event, yaml.SequenceStartEvent):
            self.open(self.node(event, (), "["))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            opened = self.stack.pop()
            self.close(replace(opened.start, value=tuple(opened.items)))

    def node(self, event: yaml.Event, value: Any, style: str) -> Node:
        start: Any = event.start_mark
        end: Any = event.end_mark
        length = 1
        if isinstance(value, str) and style not in ("|", ">"):
            last = end.column if end.line == start.line else len(self.lines[start.line])
            length = max(1, last - start.column)
        return Node(value, start.line + 1, start.column + 1, length, style=style)

    def sign(self, event: yaml.Event, length: int) -> Node:
        return replace(self.node(event, (), ""), length=length)

    def open(self, node: Node) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.fault("S108", f"nested more than {MAX_DEPTH} levels deep", node, "flatten the record")
        self.stack.append(_Open(node))

    def close(self, node: Node) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise self.fault("S109", f"more than {MAX_NODES:,} values in one file", node, "split the file")
        if not self.stack:
            self.root = node
        elif self.stack[-1].start.style == "[":
            self.stack[-1].items.append(node)
        else:
            self.pair(self.stack[-1], node)

    def pair(self, mapping: _Open, node: Node) -> None:
        key, mapping.key = mapping.key, None
        if key is not None:
            mapping.items.append((key.value, replace(node, key_line=key.line, key_column=key.column, key_length=key.length)))
            return
        if not isinstance(node.value, str):
            raise self.fault("S112", "a key must be text", node, "write the key as plain text")
        if node.value in mapping.seen:
            raise self.fault("S107", f"key '{node.value[:60]}' stands twice", node, "keep one of the two")
        mapping.seen.add(node.value)
        mapping.key = node

    def refuse(self, event: yaml.Event) -> None:
        """Refuse what stands for more than its own text."""
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self.fault("S111", "a second document begins here", self.node(event, "", ""), "move it to a file of its own")
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            what = f"alias '*{anchor[:60]}'" if isinstance(event, yaml.AliasEvent) else f"anchor '&{anchor[:60]}'"
            raise self.fault("S105", what, self.sign(event, len(anchor) + 1), "write the value out, or put it in quotes")
        if tag:
            written = tag.replace("tag:yaml.org,2002:", "!!")
            raise self.fault("S106", f"tag '{written[:60]}'", self.sign(event, len(written)), "delete it, or put the value in quotes")
        if isinstance(event, yaml.ScalarEvent) and event.style == '"' and (control := CONTROL.search(event.value)):
            message = f"the escapes in this text give control character U+{ord(control[0]):04X}"
            raise self.fault("S113", message, self.node(event, event.value, '"'), "use single quotes, in which a backslash means itself")

    def fault(self, code: str, message: str, node: Node, hint: str) -> SourceFault:
        line = self.lines[node.line - 1] if node.line <= len(self.lines) else ""
        return fault(code, message, Place(self.name, node.line, node.column, node.length), hint, line)


# What is refused, and YAML's own complaints in an author's words


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
    Rule(
        "S113",
        "control character",
        "Control characters other than line feed and tab have no place in a source file, not even as escapes.",
    ),
    Rule(
        "S114",
        "conflict never resolved",
        "Lines that begin with <<<<<<< and >>>>>>> are what git leaves where two versions of a file could not be joined.",
    ),
)


class SourceFault(Exception):
    """Carry the first fault that keeps a file from being read."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def fault(code: str, message: str, place: Place, hint: str, line: str = "") -> SourceFault:
    """Return a fault to be raised."""
    return SourceFault(Diagnostic(code, message, place, hint, line_text=line))


@dataclass(frozen=True, slots=True)
class _Saying:
    """What an author is told when libyaml's problem contains a phrase; ``opening`` points at what was left open."""

    phrase: str
    message: str
    hint: str
    opening: bool = False


_SAYINGS: Final = (
    _Saying("found unexpected end of stream", "this quote is not closed", "close it with the same sign", opening=True),
    _Saying("did not find expected ',' or ']'", "this bracket is not closed", "close it with ], or add a comma", opening=True),
    _Saying("did not find expected ',' or '}'", "this brace is not closed", "close it with }, or add a comma", opening=True),
    _Saying("could not find expected ':'", "this line is no key and value", "write 'key: value', or indent it below its key", opening=True),
    _Saying("tab character", "a tab in the indentation", "indent with spaces"),
    _Saying("mapping values are not allowed", "a second ': ', or a wrong indentation", "put quotes around a value that holds ': '"),
    _Saying("did not find expected key", "no key can be read here", "mend the indentation, or a quote or bracket before this place"),
    _Saying("cannot start any token", "no value can begin with this character", "put quotes around the value"),
    _Saying("unknown escape character", "no such escape in double quotes", "use single quotes, in which a backslash means itself"),
    _Saying("expected '-' indicator", "the list ends here, and no key does", "begin the item with '- ', or indent this line"),
    _Saying("expected <document start>", "this line is indented less than the first", "begin every key of the record in the same column"),
    _Saying("block sequence entries", "a list cannot begin on this line", "begin each item on a line of its own, below the key"),
    _Saying("expected alphabetic or numeric", "no value can begin with this character", "put quotes around the value", opening=True),
    _Saying("did not find expected node content", "no value can be read here", "put quotes around the value, or delete the sign"),
)


def yaml_fault(error: yaml.YAMLError, lines: Sequence[str], name: str, opened: Place | None) -> SourceFault:
    """Return the fault that libyaml found, at the place where an author would mend it.

    ``opened`` is the innermost bracket that is open; a value that is missing on a later line means that it was left so.
    """
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "the text breaks off"
    if mark is None:
        return fault("S104", f"not YAML: {problem}", Place(name), "mend the YAML")
    said = next((s for s in _SAYINGS if s.phrase in problem), _Saying("", f"not YAML: {problem}", "mend the YAML here, or above"))
    if opened is not None and "expected node content" in problem and mark.line >= opened.line:
        return fault("S104", "this bracket is not closed", opened, "close it", lines[opened.line - 1])
    if said.opening and getattr(error, "context_mark", None) is not None:
        mark = error.context_mark  # type: ignore[attr-defined]
    row = min(mark.line, len(lines) - 1)
    line = lines[row]
    tab = line.find("\t")
    if tab >= 0 and not line[:tab].strip():
        return fault("S104", "a tab in the indentation", Place(name, row + 1, tab + 1), "indent with spaces", line)
    hint = "write '' for an apostrophe inside single quotes" if line[: mark.column].endswith("'") else said.hint
    return fault("S104", said.message, Place(name, row + 1, mark.column + 1), hint, line)
