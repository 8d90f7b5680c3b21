"""Compose nodes from YAML's events without recursion, so that depth is a check and not a crash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from pipeline.diagnostics import Place
from pipeline.source.faults import CONTROL, MAX_DEPTH, MAX_NODES, SourceFault, fault, yaml_fault

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
