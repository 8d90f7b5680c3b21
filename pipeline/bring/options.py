"""Find the choices of a question: lettered lists and lines, task lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.bring.haul import Node, said

LETTERED: Final = re.compile(r"\s*\(?([A-Za-z])[.)]\s+")
TASK: Final = re.compile(r"\s*\[([ xX])\]\s+")
GLUED: Final = re.compile(r"\s+(?:[-*+]\s+)?\(?A[.)]\s+")


@dataclass(slots=True)
class Option:
    """A choice: its letter, whether it is ticked, and its words."""

    letter: str
    ticked: bool
    blocks: list[Node]


def options_of(block: Node, asking: Node) -> list[Option]:
    """Return the choices of a list; none when it is no list of choices.

    The first may be glued to the question: then the list begins with the second.
    """
    if block.kind != "list" or not block.children:
        return []
    heads = [f"{said(item.children[0].children[:1]) if item.children else ''} " for item in block.children]
    letters = [LETTERED.match(head) for head in heads]
    if all(letters):
        options = [Option(m[1].upper(), False, _without(item, m.end())) for m, item in zip(letters, block.children, strict=True) if m]
        given = "".join(option.letter for option in options)
        if given == "".join(chr(65 + n) for n in range(len(given))) and len(given) > 1:
            return options
        glued = GLUED.search(said(asking.children)) if given == "".join(chr(66 + n) for n in range(len(given))) else None
        return options if glued else []
    tasks = [TASK.match(head) for head in heads]
    if all(tasks) and len(tasks) > 1:
        pairs = zip(tasks, block.children, strict=True)
        return [Option(chr(65 + n), m[1] in "xX", _without(item, m.end())) for n, (m, item) in enumerate(pairs) if m]
    return []


def unglued(asking: list[Node]) -> tuple[list[Node], list[Node]]:
    """Return the words of a question, and those of the first choice that was glued to them."""
    for n, node in enumerate(asking):
        found = GLUED.search(node.text) if node.kind == "text" else None
        if found:
            before = Node("text", node.line, text=node.text[: found.start()])
            return [*asking[:n], before], [Node("text", node.line, text=node.text[found.end() :]), *asking[n + 1 :]]
    return asking, []


def _without(item: Node, length: int) -> list[Node]:
    """Return the blocks of a choice without the letter or the box that it begins with."""
    first = item.children[0]
    head = first.children[0]
    kept = Node(first.kind, first.line, [Node("text", head.line, text=head.text[length:]), *first.children[1:]])
    return [kept, *item.children[1:]]
