"""Hold what a source says, whatever it was written in: blocks, and what stands within them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

BLOCKS: Final = frozenset({"heading", "paragraph", "list", "item", "quote", "listing", "rule", "table", "row", "cell", "details", "summary",
                           "group", "comment", "foreign"})  # fmt: skip
"""Kinds of nodes that are no part of a line."""
SPACED: Final = frozenset({"soft", "break"})


@dataclass(slots=True)
class Node:
    """A block, or a part of a line; ``kind`` says which."""

    kind: str
    line: int = 1
    children: list[Node] = field(default_factory=list)
    text: str = ""
    """Words of a text, code, a listing, a comment, or of a tag that is not known."""
    info: str = ""
    """Language of a listing, address of a link or a picture, first number of a list, name of an anchor."""
    level: int = 0
    """Level of a heading."""

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it, in reading order."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))

    @property
    def is_block(self) -> bool:
        """Whether it is no part of a line."""
        return self.kind in BLOCKS


def said(nodes: list[Node]) -> str:
    """Return the words of nodes, without markup, on one line."""
    words = []
    for top in nodes:
        for node in top.walk():
            if node.kind in ("text", "code", "listing", "formula", "tag"):
                words.append(node.text)
            elif node.kind in SPACED or node.is_block:
                words.append(" ")
    return " ".join("".join(words).split())


def line_nodes(nodes: list[Node]) -> list[Node]:
    """Return nodes as parts of one line: blocks lose their bounds, and breaks stand between them."""
    found: list[Node] = []
    for node in nodes:
        if node.kind == "listing":
            found += [Node("break", node.line), Node("code", node.line, text=" ".join(node.text.split()))]
        elif node.is_block:
            inner = line_nodes(node.children)
            found += [Node("break", node.line)] * bool(found and inner) + inner
        else:
            found.append(node)
    return trimmed(found)


def trimmed(nodes: list[Node]) -> list[Node]:
    """Return parts of a line without the breaks and spaces at its ends."""
    first, last = 0, len(nodes)
    while first < last and _blank(nodes[first]):
        first += 1
    while last > first and _blank(nodes[last - 1]):
        last -= 1
    return nodes[first:last]


def _blank(node: Node) -> bool:
    return node.kind in SPACED or (node.kind == "text" and not node.text.strip())


def paragraph(text: str, line: int) -> Node:
    """Return a paragraph of plain words."""
    return Node("paragraph", line, [Node("text", line, text=text)])
