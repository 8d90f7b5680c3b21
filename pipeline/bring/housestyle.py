"""Write nodes in the book's Markdown, and tell what has no equal there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pipeline.bring import escapes
from pipeline.bring.haul import Node, line_nodes, said, trimmed
from pipeline.bring.linestyle import LineStyle
from pipeline.markup.highlight import known_language

LISTS: Final = 5
"""Lists within lists; the page shows no more."""
OTHER_NAMES: Final = {"shell-session": "console", "viml": "vim", "objective-c": "objc", "plaintext": "text", "txt": "text", "node": "js"}


class Style(LineStyle):
    """Writes the texts of one question."""

    def block(self, nodes: Sequence[Node]) -> str:
        """Return blocks as a text of the book."""
        lines = self._blocks(_levelled(nodes), 0, top=True)
        while lines and not lines[-1].strip():
            lines.pop()
        return "\n".join(lines) + "\n" if lines else ""

    def line(self, nodes: Sequence[Node]) -> str:
        """Return parts of a line as one paragraph without line ends."""
        text = self.written(line_nodes(list(nodes)), joined=True)
        return escapes.first_words(" ".join(text.split()))

    def _blocks(self, nodes: Sequence[Node], depth: int, *, top: bool = False) -> list[str]:
        lines: list[str] = []
        before = ""
        for node in nodes:
            if node.kind not in _BLOCKS:
                self._leave(node)
                continue
            bullet = "*" if node.kind == before == "list" and lines and _last_bullet(lines) == "-" else "-"
            written = self._list(node, depth, bullet) if node.kind == "list" else _BLOCKS[node.kind](self, node, depth, top)
            if written:
                lines += [""] * bool(lines) + written
                before = node.kind
        return lines

    def _leave(self, node: Node) -> None:
        if node.kind == "foreign":
            self.tell("I304", f"<{node.info}> has no equal", node, "write in words what it shows", f"<{node.info}")
        elif node.kind == "comment":
            self.losses.leave_out("comments")
        elif node.kind == "rule":
            self.losses.leave_out("rules between blocks")

    def paragraph(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return the lines of a paragraph."""
        text = self.written(trimmed(node.children))
        lines = [escapes.first_words(" ".join(line.split())) for line in text.split("\n")]
        return [line for line in lines if line not in ("", "\\")]

    def heading(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a heading; below other blocks it is a bold line."""
        text = " ".join(self.written(node.children, joined=True).split())
        if not text:
            return []
        return [f"{'#' * node.level} {text.rstrip('#')}" if top else self._bold(text)]

    def _bold(self, text: str) -> str:
        return f"**{text.replace('**', '')}**"

    def listing(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a listing between fences that are longer than any in it."""
        longest = max(map(len, re.findall("`{3,}", node.text)), default=2)
        body = node.text.removesuffix("\n")
        body = self.in_code(body, node)
        return [f"{'`' * (longest + 1)}{self._language(node)}", *body.split("\n"), "`" * (longest + 1)]

    def _language(self, node: Node) -> str:
        given = node.info.strip("{}.").lower()
        name = OTHER_NAMES.get(given, given)
        if not name or known_language(name):
            return name or "text"
        self.tell("I307", f"no language '{given[:40]}' is known", node, "name another after the backticks, or leave it as text", node.info)
        return "text"

    def quote(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a quotation."""
        return [f"> {line}".rstrip() for line in self._blocks(node.children, depth + 1)]

    def details(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return what is folded: its summary as a bold line, and what follows."""
        children = list(node.children)
        if children and children[0].kind == "summary":
            summary = children.pop(0)
            children[:0] = [Node("heading", summary.line, summary.children, level=node.level)] if said(summary.children) else []
        return self._blocks(children, depth)

    def group(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return what a group holds."""
        return self._blocks(node.children, depth, top=top)

    def display(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a formula on lines of its own."""
        latex = node.text.strip()
        if self._sound(node):
            return ["$$", *(line for line in latex.split("\n") if line.strip()), "$$"]
        return self.listing(Node("listing", node.line, text=f"{latex}\n", info="latex"), depth, top)

    def _list(self, node: Node, depth: int, bullet: str) -> list[str]:
        if depth >= LISTS * 2:
            self.tell("I305", "a list stands too deep in others", node, "flatten the lists")
            return self._blocks([block for item in node.children for block in item.children], depth)
        lines: list[str] = []
        number = int(node.info) if node.info.isdigit() else 0
        tight = all(len(item.children) < 2 or [n.kind for n in item.children] == ["paragraph", "list"] for item in node.children)
        for item in (item for item in node.children if item.kind == "item"):
            sign = f"{number}." if node.info else bullet
            number += 1
            inner = self._blocks(item.children, depth + 2)
            if inner and tight:
                inner = [line for n, line in enumerate(inner) if line or n != _gap(inner)]
            indent = " " * (len(sign) + 1)
            lines += [""] * bool(lines and not tight) + [f"{sign} {inner[0]}" if inner else sign]
            lines += [f"{indent}{line}" if line else "" for line in inner[1:]]
        return lines

    def table(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a table; one that only lays out a page becomes paragraphs."""
        rows = [row for row in node.walk() if row.kind == "row"]
        cells = [[self._cell(cell) for cell in row.children if cell.kind == "cell"] for row in rows]
        width = max((len(row) for row in cells), default=0)
        if len(rows) < 2 or (width < 2 and not any(c.info == "head" for c in node.walk())):
            return self._blocks([Node("paragraph", c.line, line_nodes(c.children)) for row in rows for c in row.children], depth)
        padded = [row + [""] * (width - len(row)) for row in cells]
        return [_row(padded[0]), f"|{'---|' * width}", *map(_row, padded[1:])]

    def _cell(self, cell: Node) -> str:
        text = " ".join(self.written(line_nodes(cell.children), joined=True).split())
        return re.sub(r"(?<!\\)\|", r"\\|", text)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _gap(lines: Sequence[str]) -> int:
    """Return the empty line between the paragraph of a tight item and the list below it."""
    return next((n for n, line in enumerate(lines) if not line), -1)


def _last_bullet(lines: Sequence[str]) -> str:
    return next((line[0] for line in reversed(lines) if line[:2] in ("- ", "* ")), "")


def _levelled(nodes: Sequence[Node]) -> list[Node]:
    """Return blocks whose headings begin at the second level and go down one at a time."""
    levels: list[int] = []
    found = []
    for node in nodes:
        if node.kind == "heading":
            while levels and levels[-1] >= node.level:
                levels.pop()
            levels.append(node.level)
            node = Node("heading", node.line, node.children, level=min(6, 1 + len(levels)))
        found.append(node)
    return found


_BLOCKS: Final[Mapping[str, Callable[[Style, Node, int, bool], list[str]]]] = {
    "paragraph": Style.paragraph, "heading": Style.heading, "listing": Style.listing, "quote": Style.quote, "details": Style.details,
    "group": Style.group, "display": Style.display, "table": Style.table, "list": Style.group, "item": Style.group,
    "summary": Style.paragraph, "cell": Style.paragraph, "row": Style.group,
}  # fmt: skip
