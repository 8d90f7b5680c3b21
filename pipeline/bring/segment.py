"""Cut a document into questions, as its dialect says: find what asks, its choices, and what is no content."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from pipeline.bring.banks import Dialect
from pipeline.bring.boilerplate import SHORTCODE, boilerplate, is_banner
from pipeline.bring.haul import SPACED, Node, said, trimmed

LETTERED: Final = re.compile(r"\s*\(?([A-Za-z])[.)]\s+")
TASK: Final = re.compile(r"\s*\[([ xX])\]\s+")
GLUED: Final = re.compile(r"\s+(?:[-*+]\s+)?\(?A[.)]\s+")
ASKING: Final = (
    "what", "why", "how", "when", "where", "which", "who", "explain", "describe", "define", "write", "implement", "give", "list", "tell",
    "compare", "is", "are", "do", "does", "can", "name", "discuss", "difference", "should", "have",
)  # fmt: skip
NUMBER: Final = re.compile(r"\s*(?:Q(?:uestion)?\s*)?\(?\d{1,5}(?:\.\d{1,3})?\s*(?:[.):]|[-–—]\s)\s*", re.IGNORECASE)
COUNTED: Final = re.compile(r"\s*\(\d{1,4}(?:\s*questions?)?\)\s*$", re.IGNORECASE)


@dataclass(slots=True)
class Option:
    """A choice: its letter, whether it is ticked, and its words."""

    letter: str
    ticked: bool
    blocks: list[Node]


def options_of(block: Node, asking: Node) -> list[Option]:
    """Return the choices of a list, or of a paragraph with one in each line; none when these are no choices.

    The first may be glued to the question: then the list begins with the second.
    """
    if block.kind == "paragraph":
        block = _listed(block)
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


def _listed(paragraph: Node) -> Node:
    """Return a paragraph as a list of its lines, where each of them begins with a letter."""
    lines = [[*line] for is_break, line in groupby(paragraph.children, lambda node: node.kind in SPACED) if not is_break]
    if not all(LETTERED.match(f"{said(line[:1])} ") for line in lines):
        return paragraph
    items = [Node("item", line[0].line, [Node("paragraph", line[0].line, line)]) for line in lines]
    return Node("list", paragraph.line, items)


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


@dataclass(slots=True)
class Draft:
    """A question as it was found: its words, what follows, and where it stands."""

    path: str
    line: int
    ask: list[Node]
    body: list[Node] = field(default_factory=list)
    section: str = ""
    level: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    anchors: set[str] = field(default_factory=set)
    options: bool = False
    loose: bool = False
    """Whether it is written in another way than the dialect says."""


@dataclass(slots=True)
class Cut:
    """A document cut up: its questions, and the words that belong to none, by the section that they open."""

    path: str
    title: str = ""
    drafts: list[Draft] = field(default_factory=list)
    around: dict[str, list[Node]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    strays: list[Node] = field(default_factory=list)
    """Blocks behind a question that had ended: they were put at the end of its answer."""


def cut(document: Node, dialect: Dialect, path: str) -> Cut:
    """Return a document cut up."""
    cutter = _Cutter(dialect, path, _asking_level(document))
    cutter.facts = next((node.text for node in document.children if node.kind == "facts"), "")
    cutter.read(document)
    cutter.close()
    return cutter.cut


def _asking_level(document: Node) -> int:
    """Return the level at which most headings ask."""
    counts = Counter(node.level for node in document.children if node.kind == "heading" and asks(said(node.children)))
    return counts.most_common(1)[0][0] if counts else 0


def asks(words: str) -> bool:
    """Tell whether words are a question, or tell somebody to answer."""
    plain = NUMBER.sub("", words, count=1).strip()
    return "?" in plain or plain.lower().partition(" ")[0] in ASKING


class _Cutter:
    """Go through the blocks of a document in order."""

    def __init__(self, dialect: Dialect, path: str, asking: int) -> None:
        self.dialect, self.asking = dialect, asking
        self.cut = Cut(path)
        self.headings: list[tuple[int, str]] = []
        self.draft: Draft | None = None
        self.closed = self.loose = self.only_contents = False
        self.facts = ""
        self.names: set[str] = set()
        self.contents = 0

    def read(self, parent: Node) -> None:
        """Go through the children of a node."""
        for child in parent.children:
            if child.kind == "anchor":
                self.names.add(child.info)
            elif child.kind == "facts" or self.leave_out(child):
                continue
            elif self.sign(child, parent):
                self.begin(child)
            elif child.kind == "heading" and self.opens_section(child):
                self.enter(child)
            elif child.kind in ("list", "quote", "details") and any(self.sign(n, child) for n in child.children):
                self.read(child)
            else:
                self.put(child)

    def close(self) -> None:
        """Take away a question that does not ask, with nothing below it but a table of contents: its heading is a part of that."""
        draft = self.draft
        if draft is not None and self.only_contents and not draft.body and not asks(said(draft.ask)):
            self.cut.drafts.remove(draft)
            self.cut.left_out["contents tables"] += 1
        self.only_contents = False

    def put(self, block: Node) -> None:
        """Give a block to the question that is open, or to what opens the section."""
        if self.draft is not None:
            if self.closed and block.kind != "comment":
                self.cut.strays.append(block)
            self.draft.body.append(block)
        else:
            self.cut.around.setdefault(self.section(), []).append(block)

    def sign(self, node: Node, parent: Node) -> bool:
        """Tell whether a question begins with a block; where none of the dialect is open, one may begin in another way."""
        if any(_SIGNS[sign.partition(" ")[0]](self, sign, node, parent) for sign in self.dialect.question):
            self.loose = False
            return True
        self.loose = (self.draft is None or self.draft.loose) and _is_loose(self, node, parent)
        return self.loose

    def opens_section(self, node: Node) -> bool:
        """Tell whether a heading opens a section."""
        return f"heading {node.level}" in self.dialect.section and not (self.draft and self.asking and node.level > self.asking)

    def enter(self, node: Node) -> None:
        """Open a section."""
        self.close()
        title = COUNTED.sub("", SHORTCODE.sub("", said(node.children))).strip()
        if node.level == 1 and not self.cut.title:
            self.cut.title = title
        self.headings = [*(h for h in self.headings if h[0] < node.level), (node.level, title)]
        self.draft, self.closed = None, False

    def section(self) -> str:
        """Return the headings above this place, the outermost first."""
        return "\n".join(title for _, title in self.headings)

    def begin(self, node: Node) -> None:
        """Open a question."""
        self.close()
        ask, body, self.closed = _parted(node)
        line = _first(node).line if node.kind == "details" else node.line
        options = "item options" in self.dialect.question
        draft = Draft(self.cut.path, line, ask, body, self.section(), options=options, loose=self.loose)
        draft.anchors = {anchor(said(ask)), anchor(said(node.children[:1] or [node])), *self.names} - {""}
        draft.anchors |= {n.info for n in node.walk() if n.kind == "anchor"}
        self.names = set()
        self.draft = draft
        self.cut.drafts.append(draft)

    def leave_out(self, node: Node) -> bool:
        """Tell whether a block is no content of its own, and count it."""
        what = boilerplate(node, self.dialect, 1 if self.contents else 3)
        if node.kind == "heading" and (what or node.level <= self.contents):
            self.contents = node.level if what else 0
        if not what and self.draft is None and is_banner(node, inside=len(self.headings) > 1):
            what = "banners and badges"
        if what:
            self.cut.left_out[what] += 1
        self.only_contents |= what == "contents tables"
        return bool(what)


def anchor(words: str) -> str:
    """Return the name that GitHub gives a heading."""
    kept = "".join(c for c in words.lower() if c.isalnum() or c in " -_")
    return kept.strip().replace(" ", "-")


def _first(node: Node) -> Node:
    return node.children[0] if node.children else Node("none")


def _all_bold(node: Node) -> bool:
    parts = [n for n in trimmed(node.children) if n.kind != "anchor"]
    return node.kind == "paragraph" and len(parts) == 1 and parts[0].kind == "strong"


def _marked(cutter: _Cutter, node: Node) -> bool:
    words = said(node.children)
    return any(mark in words for mark in cutter.dialect.levels if not mark.isalnum())


def _heading(cutter: _Cutter, sign: str, node: Node, parent: Node) -> bool:
    level = sign.partition(" ")[2]
    return (
        node.kind == "heading"
        and parent.kind not in ("item", "quote")
        and (str(node.level) == level if level else node.level == cutter.asking)
    )


def _item(cutter: _Cutter, sign: str, node: Node, parent: Node) -> bool:
    if node.kind != "item" or parent.kind != "list":
        return False
    first = _first(node)
    match sign.partition(" ")[2]:
        case "heading":
            return first.kind == "heading"
        case "bold":
            return _all_bold(first)
        case "options":
            return any(options_of(block, first) for block in node.children)
        case "numbered":
            return bool(parent.info)
        case _:
            return first.kind == "paragraph"


def _bold(cutter: _Cutter, sign: str, node: Node, parent: Node) -> bool:
    if node.kind != "paragraph" or not node.children or node.children[0].kind != "strong":
        return False
    match sign.partition(" ")[2]:
        case "level":
            return _all_bold(node) and _marked(cutter, node)
        case "number":
            return bool(NUMBER.match(said(node.children[:1])))
        case _:
            return _all_bold(node) and asks(said(node.children))


def _file(cutter: _Cutter, sign: str, node: Node, parent: Node) -> bool:
    return node.kind == "heading" and cutter.draft is None and not cutter.cut.drafts


_SIGNS: Final = {
    "heading": _heading,
    "numbered": lambda cutter, sign, node, parent: node.kind == "heading" and bool(NUMBER.match(said(node.children))),
    "item": _item,
    "details": lambda cutter, sign, node, parent: node.kind == "details" and _first(node).kind == "summary",
    "bold": _bold,
    "file": _file,
}


def _is_loose(cutter: _Cutter, node: Node, parent: Node) -> bool:
    """Tell whether a block asks in a way that few banks mix with others: folded, or bold with a number."""
    if parent.kind != "document":
        return False
    if node.kind == "details":
        return _first(node).kind == "summary" and asks(said(_first(node).children))
    return _bold(cutter, "bold number", node, parent) and asks(said(node.children[:1]))


def _parted(node: Node) -> tuple[list[Node], list[Node], bool]:
    """Return what a question asks, what follows, and whether nothing beyond its block belongs to it."""
    if node.kind in ("item", "details"):
        rest = list(node.children[1:])
        return _first(node).children, rest, node.kind == "details" or _all_bold(_first(node))
    return node.children, [], False
