"""Hold what a source says, whatever it was written in: nodes, the questions made of them, and what could not be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.diagnostics import Diagnostic, Place, Rule, Severity

BLOCKS: Final = frozenset({"heading", "paragraph", "list", "item", "quote", "listing", "rule", "table", "row", "cell", "details", "summary",
                           "group", "comment", "foreign"})  # fmt: skip
"""Kinds of nodes that are no part of a line."""
SPACED: Final = frozenset({"soft", "break"})
RULES: Final = (
    Rule("I101", "source cannot be read", "The source of an import is missing, not a regular file, or of a kind that no dialect reads."),
    Rule("I102", "source too large", "A source, or what it unpacks to, passes a limit, or nests deeper than can be read whole."),
    Rule("I103", "not UTF-8", "Texts are read as UTF-8. The place is the first byte that is not."),
    Rule(
        "I104",
        "invisible character removed",
        "A control character, a change of direction, or a character of no width was taken out: it cannot be printed, and can hide what "
        "a text says.",
    ),
    Rule(
        "I105", "source broken", "A file is not what its kind must be: JSON, XML, a table, a deck. Nothing of what is broken is imported."
    ),
    Rule(
        "I106",
        "no question found",
        "No question of the dialect stands in the file, or it is of another kind than those that are read. Another dialect may fit it.",
    ),
    Rule("I107", "dialect not understood", "A dialect has a key or a word that means nothing. docs/importing.md lists them all."),
    Rule("I201", "no answer", "The source has no answer to the question, or only a placeholder for one. The question is imported without."),
    Rule(
        "I202",
        "no correct choice",
        "A question has choices, and none of them is marked as correct, or the key names one that is not there.",
    ),
    Rule("I203", "item not imported", "An item of the source could not become a question; the message says why."),
    Rule("I204", "same words twice", "Two questions ask the same words. Both are imported, under ids of their own."),
    Rule("I205", "text outside of questions", "Words stand between questions; they are kept where the message says."),
    Rule(
        "I206",
        "stands twice",
        "A question stands in two places of the source, and the answer at one holds all that the other says. It is imported once.",
    ),
    Rule("I301", "remote picture", "An import reaches no network: a link stands in the place of a picture with an address."),
    Rule(
        "I302",
        "picture not imported",
        "A picture that does not lie beside its source, or cannot be read, is not printed: its words are.",
    ),
    Rule("I303", "dead link", "A link leads to nothing in the book, or to no address that a book may have. Its words are kept."),
    Rule("I304", "HTML without an equal", "Raw HTML has no equal in the book's Markdown. Its words are kept, or it stands as code."),
    Rule("I305", "formatting lost", "Markup of the source has no equal in the book's Markdown. Its words are kept."),
    Rule("I306", "address changed", "A book links by https; a link by http was written so, and may lead nowhere."),
    Rule("I307", "language of code unknown", "The highlighter does not know the language; the listing is printed plain."),
    Rule("I308", "formula not understood", "LaTeX that the press cannot set; it is kept as code."),
    Rule(
        "I309",
        "refused by the press",
        "What was imported breaks a rule of the book's Markdown; `check` reports it at its place in the book.",
    ),
    Rule("I310", "sign without a glyph", "No face of the press has the sign. In words another stands in its place; in code it stays."),
    Rule("I311", "picture without words", "Who cannot see a picture hears its words; where it has none, its name stands for them."),
    Rule(
        "I401",
        "changed on both sides",
        "A file was edited by hand since it was imported, and its source has changed as well. The file stays; the message has both.",
    ),
    Rule("I402", "no longer in the source", "A question that was imported once is not in the source any more. Its file stays."),
    Rule("I403", "deleted by hand", "A file that an import wrote has been deleted. It is not written again."),
    Rule("I404", "book.yaml cannot be edited", "New questions could not be listed in book.yaml, which was edited by hand."),
    Rule("I405", "to be filled in", "A book needs what its source does not say; a line stands in its place."),
)
SEVERITIES: Final[dict[str, Severity]] = {
    "I106": "note", "I104": "warning", "I201": "warning", "I202": "warning", "I204": "note", "I205": "note", "I206": "note",
    "I301": "warning", "I302": "warning", "I303": "warning", "I304": "warning", "I305": "note", "I306": "note", "I307": "note",
    "I308": "warning", "I309": "warning", "I310": "note", "I311": "note", "I402": "note", "I403": "note", "I405": "note",
}  # fmt: skip
MOST_POINTS: Final = 9
"""Key points of a question; more stay in the answer."""
NOWHERE: Final = Place("source")


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
    while first < last and is_blank(nodes[first]):
        first += 1
    while last > first and is_blank(nodes[last - 1]):
        last -= 1
    return nodes[first:last]


def is_blank(node: Node) -> bool:
    """Tell whether a part of a line is a break, or white."""
    return node.kind in SPACED or (node.kind == "text" and not node.text.strip())


def tidied(nodes: list[Node]) -> list[Node]:
    """Return blocks without paragraphs that hold nothing; parts of a line between blocks become paragraphs."""
    tidy: list[Node] = []
    loose: list[Node] = []
    for node in [*nodes, Node("rule", 0)]:
        if not node.is_block and node.kind not in ("facts", "display", "anchor"):
            loose.append(node)
            continue
        if trimmed(loose):
            tidy.append(Node("paragraph", loose[0].line, trimmed(loose)))
        loose = []
        if node.kind in ("item", "quote", "details", "list"):
            node.children = tidied(node.children)
        if node.kind == "paragraph":
            node.children = trimmed(node.children)
        if node.kind not in ("paragraph", "heading", "quote", "list") or node.children:
            tidy.append(node)
    return tidy[:-1]


def paragraph(text: str, line: int) -> Node:
    """Return a paragraph of plain words."""
    return Node("paragraph", line, [Node("text", line, text=text)])


@dataclass(slots=True)
class Picked:
    """A choice of a question: its words, whether it is correct, and why."""

    text: list[Node]
    correct: bool = False
    note: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """A question of a source: what it asks, its answer, and what else is known of it."""

    path: str
    line: int
    ask: list[Node]
    answer: list[Node] = field(default_factory=list)
    section: str = ""
    level: str = ""
    topics: tuple[str, ...] = ()
    key_points: list[list[Node]] = field(default_factory=list)
    choices: list[Picked] = field(default_factory=list)
    given: str = ""
    """The name that the source has for it."""
    anchors: set[str] = field(default_factory=set)
    """Names that links of its file use for it."""
    elsewhere: list[tuple[str, set[str]]] = field(default_factory=list)
    """Other files that hold it too, and the names that their links use for it."""
    enclosed: Mapping[str, bytes] = field(default_factory=dict)
    """Pictures that stand in its file, by the addresses that its texts name them with."""
    kept: Mapping[str, Any] | None = None
    """Its record, where the source has that in the book's own words."""

    @property
    def asked(self) -> str:
        """Its words, as they are compared with those of others."""
        return said(self.ask).casefold()

    @property
    def content(self) -> str:
        """All its words, as they are compared with those of another import."""
        texts = [said(self.ask), said(self.answer), *map(said, self.key_points)]
        texts += [f"{said(choice.text)}\t{choice.correct}\t{said(choice.note)}" for choice in self.choices]
        return "\n".join(texts)


def in_parts(blocks: list[Node], names: Mapping[str, str]) -> tuple[list[Node], dict[str, list[Node]]]:
    """Return the blocks before the titles of parts, and those below each title that has one of the names; others stay where they are."""
    before: list[Node] = []
    found: dict[str, list[Node]] = {}
    into = before
    for block in blocks:
        name = names.get(block.info, "") if block.kind == "heading" else ""
        if name:
            into = found.setdefault(name, [])
        elif block.kind == "heading" and block.info:
            into = before
            into.append(block)
        else:
            into.append(block)
    return before, found


def points(blocks: list[Node]) -> list[list[Node]]:
    """Return key points, each a line: the items of lists, and paragraphs."""
    items = [inner for block in blocks for inner in (block.children if block.kind == "list" else [block])]
    return [line_nodes([item]) for item in items]


@dataclass(slots=True)
class Haul:
    """All that a source holds: its questions in order, its title, and words that stand around them."""

    items: list[Item] = field(default_factory=list)
    title: str = ""
    around: dict[str, list[tuple[str, list[Node]]]] = field(default_factory=dict)
    """Blocks before the questions of a section, by its title, each with its file."""
    files: int = 0
    root: Path = Path()
    """Folder in which pictures are looked for."""
    empty: list[str] = field(default_factory=list)
    """Files in which no question was found."""
    lang: str = ""
    section_ids: dict[str, str] = field(default_factory=dict)
    """Ids of sections by title, where the source gives them."""
    intros: dict[str, str] = field(default_factory=dict)
    """What opens a section, by its title, in the book's own Markdown."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of topics by id."""
    competencies: list[dict[str, Any]] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    """Files of the book that hold what questions name, by path."""


@dataclass(slots=True)
class Losses:
    """What has been lost or changed so far, and what was left out by rule, counted."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    lines: dict[str, list[str]] = field(default_factory=dict)
    """Lines of each file that has been read, to be shown."""

    @staticmethod
    def alone(code: str, message: str, hint: str, place: Place = NOWHERE) -> Diagnostic:
        """Return a diagnostic without a line."""
        return Diagnostic(code, message, place, hint, SEVERITIES.get(code, "error"))

    def tell(self, code: str, message: str, where: tuple[str, int], hint: str, words: str = "") -> None:
        """Note what was lost at a line of a file; ``words`` are looked for in the line."""
        path, number = where
        lines = self.lines.get(path, [])
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        found = line.find(words) if words else -1
        column = found if found >= 0 else len(line) - len(line.lstrip())
        length = len(words) if found >= 0 else max(1, len(line.strip()))
        place = Place(path, number, column + 1, length)
        self.diagnostics.append(Diagnostic(code, message, place, hint, SEVERITIES.get(code, "error"), line))

    def leave_out(self, what: str, times: int = 1) -> None:
        """Count what is left out by rule."""
        self.left_out[what] += times

    def extend(self, more: Iterable[Diagnostic]) -> None:
        """Take diagnostics that another part has made."""
        self.diagnostics += more
