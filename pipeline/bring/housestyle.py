"""Write what a book's files hold: blocks in its Markdown, telling what has no equal there, and records in YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pipeline.bring.haul import Node, line_nodes, said, trimmed
from pipeline.bring.linestyle import LineStyle, first_words
from pipeline.markup.highlight import known_language

LISTS: Final = 5
"""Lists within lists; the page shows no more."""
OTHER_NAMES: Final = {"shell-session": "console", "viml": "vim", "objective-c": "objc", "plaintext": "text", "txt": "text", "node": "js"}
PLAIN: Final = re.compile(r"[A-Za-z0-9][^\n]*")
SPECIAL: Final = re.compile(r": |:$| #|^[\s]|\s$|[\t]|^-|^\?")
WIDE: Final = 120


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
        return first_words(" ".join(text.split()))

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
        lines = [first_words(" ".join(line.split())) for line in text.split("\n")]
        return [line for line in lines if line not in ("", "\\")]

    def heading(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a heading; below other blocks it is a bold line."""
        text = " ".join(self.written(node.children, joined=True).split())
        if not text:
            return []
        return [f"{'#' * node.level} {text.rstrip('#')}" if top else f"**{text.replace('**', '')}**"]

    def listing(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a listing between fences that are longer than any in it."""
        longest = max(map(len, re.findall("`{3,}", node.text)), default=2)
        body = self.in_code(node.text.removesuffix("\n"), node)
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


def yaml_text(fields: Mapping[str, Any]) -> str:
    """Return a mapping as a file; a text that ends in a line end becomes a block, an empty field is left out."""
    return "".join(_field(name, value, 0) for name, value in fields.items() if value not in (None, "", (), []))


def _field(name: str, value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return f"{indent}{name}: {_block(value, depth + 1)}" if "\n" in value else f"{indent}{name}: {_scalar(value)}\n"
    if isinstance(value, Mapping):
        return f"{indent}{name}:\n" + "".join(
            _field(_key(key), inner, depth + 1) for key, inner in value.items() if inner not in (None, "")
        )
    flow = f"{indent}{name}: [{', '.join(map(str, value))}]\n"
    if all(isinstance(item, str) and re.fullmatch(r"[a-z0-9-]+", item) for item in value) and len(flow) <= WIDE and name != "questions":
        return flow
    return f"{indent}{name}:\n" + "".join(_item(item, depth + 1) for item in value)


def _item(value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return f"{indent}- {_scalar(value)}\n"
    written = "".join(_field(key, inner, depth + 1) for key, inner in value.items() if inner not in (None, "", (), []))
    return f"{indent}- {written[len(indent) + 2 :]}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][\w ]*", name) else _scalar(name)


def _scalar(text: str) -> str:
    """Return a text of one line, between quotes where YAML would read something into it."""
    if PLAIN.fullmatch(text) and not SPECIAL.search(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _block(text: str, depth: int) -> str:
    indent = "  " * depth
    lines = text.removesuffix("\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    sign = "|2" if first.startswith((" ", "\t")) or not lines[0].strip() else "|"
    return f"{sign}\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
