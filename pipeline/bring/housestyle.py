"""Write nodes in the book's Markdown, and tell what has no equal there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline import markup
from pipeline.bring import escapes
from pipeline.bring.elements import Node, line_nodes, said, trimmed
from pipeline.bring.losses import Losses
from pipeline.markup.checks import known_language

LISTS: Final = 5
"""Lists within lists; the page shows no more."""
OTHER_NAMES: Final = {"shell-session": "console", "viml": "vim", "objective-c": "objc", "plaintext": "text", "txt": "text", "node": "js"}
RAISED: Final = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED: Final = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
SAFE: Final = re.compile(r"https://[^/\s?#.]+[^\s]*|mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)
PUNCTUATION: Final = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


@dataclass
class Style:
    """Writes the texts of one question."""

    path: str
    losses: Losses
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Ids of questions by the names that links of the source use for them."""
    own: str = ""
    """Id of the question itself: it does not link to itself."""

    def block(self, nodes: Sequence[Node]) -> str:
        """Return blocks as a text of the book."""
        lines = self._blocks(_levelled(nodes), 0, top=True)
        while lines and not lines[-1].strip():
            lines.pop()
        return "\n".join(lines) + "\n" if lines else ""

    def line(self, nodes: Sequence[Node]) -> str:
        """Return parts of a line as one paragraph without line ends."""
        text = self._line(line_nodes(list(nodes)), joined=True)
        return escapes.first_words(" ".join(text.split()))

    def tell(self, code: str, message: str, node: Node, hint: str, words: str = "") -> None:
        """Note what is lost at a node."""
        self.losses.tell(code, message, (self.path, node.line), hint, words)

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
        text = self._line(trimmed(node.children))
        kept = [escapes.first_words(" ".join(line.split())) for line in text.split("\n")]
        return [line for line in kept if line.strip("\\ ")] if text.strip("\\ \n") else []

    def heading(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a heading; below other blocks it is a bold line."""
        text = " ".join(self._line(node.children, joined=True).split())
        if not text:
            return []
        return [f"{'#' * node.level} {text.rstrip('#')}" if top else self._bold(text)]

    def _bold(self, text: str) -> str:
        return f"**{text.replace('**', '')}**"

    def listing(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a listing between fences that are longer than any in it."""
        longest = max(map(len, re.findall("`{3,}", node.text)), default=2)
        body = node.text.removesuffix("\n")
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
        text = " ".join(self._line(line_nodes(cell.children), joined=True).split())
        return re.sub(r"(?<!\\)\|", r"\\|", text)

    def _sound(self, node: Node) -> bool:
        faults = markup.check(node.text.strip())
        if faults:
            self.tell("I308", f"a formula that the press cannot set: {faults[0].message}", node, "mend it by hand, or leave it as code")
        return not faults

    # Within a line

    def _line(self, nodes: Sequence[Node], *, joined: bool = False) -> str:
        parts: list[str] = []
        for n, node in enumerate(nodes):
            following = said(list(nodes[n + 1 : n + 2]))[:1] if n + 1 < len(nodes) and nodes[n + 1].kind not in ("soft", "break") else ""
            write = _PARTS.get(node.kind)
            written = write(self, node, following) if write else ""
            if joined and node.kind in ("soft", "break"):
                written = " "
            parts.append(written)
        return "".join(parts)

    def text(self, node: Node, following: str) -> str:
        """Return plain words; an address among them becomes a link."""
        return "".join(self._address(node, piece) if is_link else escapes.words(piece) for piece, is_link in escapes.pieces(node.text))

    def _address(self, node: Node, link: str) -> str:
        return self._link(node, link, "")

    def code(self, node: Node, following: str) -> str:
        """Return code within a line."""
        return escapes.code(node.text) if node.text.strip() else ""

    def formula(self, node: Node, following: str) -> str:
        """Return a formula within a line."""
        latex = " ".join(node.text.split())
        return f"${latex}$" if self._sound(node) else escapes.code(f"${latex}$")

    def marked(self, node: Node, following: str) -> str:
        """Return strong or emphasized words; signs that would keep the markup from closing stand outside of it."""
        sign = "**" if node.kind == "strong" else "*"
        inner = self._line(trimmed(node.children))
        if not inner.strip() or sign in inner or (sign == "*" and "*" in inner):
            return inner
        lead, tail = "", ""
        if following.isalnum() and (found := re.search(r"[^\w`\)\]$*\\]+$", inner)):
            inner, tail = inner[: found.start()], found[0]
        body = inner.strip()
        spaces = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        return f"{lead}{spaces[0]}{sign}{body}{sign}{spaces[1]}{tail}" if body else tail

    def struck(self, node: Node, following: str) -> str:
        """Return words that were struck out."""
        self.tell("I305", "words that are struck out", node, "write what they mean", said(node.children)[:40])
        return self._line(node.children)

    def shifted(self, node: Node, following: str) -> str:
        """Return what was raised or lowered: in signs of that kind, or behind a sign that says so."""
        words = said(node.children)
        table = RAISED if node.kind == "raised" else LOWERED
        if words and all(ord(c) in table for c in words):
            return words.translate(table)
        self.tell("I305", f"'{words[:40]}' was {node.kind}", node, "write it as a formula: $x_{i}$", words[:40])
        return f"{'^' if node.kind == 'raised' else escapes.words('_')}{self._line(node.children)}"

    def tag(self, node: Node, following: str) -> str:
        """Return a tag that has no equal, as code."""
        self.tell("I304", f"{node.text[:60]} has no equal", node, "put it between backticks in the source", node.text)
        return escapes.code(node.text)

    def link(self, node: Node, following: str) -> str:
        """Return a link out of the book, or to another question of it."""
        words = self._line(line_nodes(node.children), joined=True)
        if node.text:
            self.losses.leave_out("titles of links")
        return self._link(node, node.info, words)

    def _link(self, node: Node, target: str, words: str) -> str:
        name = target.removeprefix("#").lower() if target.startswith("#") else ""
        if name:
            found = self.anchors.get(name)
            if found and found != self.own and words:
                return f"[[{found}|{_label(said(node.children))}]]"
            if found is None:
                self.tell("I303", f"'{target[:60]}' leads to no question", node, "link by [[id]], or leave the words", target)
            return words
        if target.lower().startswith("http://"):
            self.tell("I306", "an address by http was written with https", node, "check that it leads somewhere", target)
            target = f"https://{target[7:]}"
        address = escapes.address(target)
        if not SAFE.fullmatch(address):
            self.tell("I303", f"'{target[:60]}' is no address that a book may link to", node, "give it one that begins with https:", target)
            return words or escapes.words(target)
        if "[" in re.sub(r"\\.", "", words) or "](" in words:
            words = escapes.words(said(node.children))
        return f"[{_balanced(words) or escapes.words(escapes.shown(target))}]({address})"

    def picture(self, node: Node, following: str) -> str:
        """Return what stands for a picture: a link where it has an address, its words where it is a file."""
        words = " ".join(node.text.split()) or said(node.children)
        name = node.info.rsplit("/", 1)[-1]
        if node.info.lower().startswith(("http://", "https://")):
            self.tell(
                "I301",
                f"the picture '{(words or name)[:60]}' is not in the source",
                node,
                "draw it as a figure, or leave the link",
                node.info,
            )
            return self._link(node, re.sub("^http:", "https:", node.info, flags=re.IGNORECASE), escapes.words(f"picture: {words or name}"))
        self.tell("I302", f"the picture '{node.info[:60]}' is not printed", node, "draw it as a figure of the book", node.info)
        return escapes.words(f"(picture: {words or name})")


def _label(words: str) -> str:
    return re.sub(r"[\[\]|\\]", "", words)[:400].strip()


def _balanced(words: str) -> str:
    return re.sub(r"(?<!\\)[\[\]]", lambda found: f"\\{found[0]}", words)


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
_PARTS: Final[Mapping[str, Callable[[Style, Node, str], str]]] = {
    "text": Style.text, "code": Style.code, "strong": Style.marked, "em": Style.marked, "link": Style.link, "picture": Style.picture,
    "struck": Style.struck, "raised": Style.shifted, "lowered": Style.shifted, "tag": Style.tag, "formula": Style.formula,
    "display": Style.formula, "soft": lambda style, node, following: "\n", "break": lambda style, node, following: "\\\n",
}  # fmt: skip
