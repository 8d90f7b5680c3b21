"""Write the files of a book from questions: their ids, their sections, and all texts in the book's Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline import markup, source
from pipeline.bring.banks import Dialect
from pipeline.bring.gallery import Gallery
from pipeline.bring.haul import Haul, Item, Losses, Node, Picked, line_nodes, said, trimmed
from pipeline.bring.ledger import Ledger
from pipeline.bring.linestyle import LineStyle, first_words
from pipeline.bring.segment import anchor
from pipeline.bring.shelf import Drafted, identify, slug
from pipeline.markup.highlight import known_language

ABOUT: Final = "about-this-bank"
SHORTENED: Final = 200
ROOM: Final = 4000
"""Characters of a line of the book."""
LISTS: Final = 5
"""Lists within lists; the page shows no more."""
OTHER_NAMES: Final = {"shell-session": "console", "viml": "vim", "objective-c": "objc", "plaintext": "text", "txt": "text", "node": "js"}


def draft(haul: Haul, ledger: Ledger, taken: set[str], losses: Losses, dialect: Dialect) -> Drafted:
    """Return the files of the questions, and what book.yaml lists."""
    items = identify(haul.items, ledger, taken)
    sections = _sections(items, ledger, taken, haul.section_ids)
    anchors = _anchors(items)
    enclosed = {address: data for item in items.values() for address, data in item.enclosed.items()}
    texts = _Around(losses, anchors, dialect, Gallery(haul.root, enclosed))
    topics = {slug(words, "topic"): haul.titles.get(words, words) for item in items.values() for words in item.topics}
    drafted = Drafted({}, {}, topics, {}, items)
    homes = {title: (name, titles) for name, (title, titles) in sections.items()}
    for name, item in items.items():
        section, members = homes[item.section]
        members.append(name)
        style = Style(item.path, losses, anchors.get(item.path, {}), name, dialect.signs, texts.gallery)
        style.changes_code = dialect.code == "change"
        drafted.questions[name] = f"questions/{section}/{name}.yaml", _question(name, item, style)
    for section, (title, members) in sections.items():
        drafted.sections[section] = title, texts.intro(haul, title), members
    texts.about(haul, drafted)
    drafted.pictures.update(texts.gallery.found)
    drafted.others |= haul.others
    return drafted


def _sections(items: Mapping[str, Item], ledger: Ledger, taken: set[str], given: Mapping[str, str]) -> dict[str, tuple[str, list[str]]]:
    """Return sections by id, in the order in which they come, each with its title and room for its questions."""
    found: dict[str, tuple[str, list[str]]] = {}
    for title in dict.fromkeys(item.section for item in items.values()):
        name = ledger.sections.get(title) or slug(given.get(title, title), "section")
        while title not in ledger.sections and (name in items or name in found or name in taken):
            name = f"{name[:50]}-questions" if not name.endswith("-questions") else f"{name}-2"
        ledger.sections[title] = name
        found[name] = title, []
    return found


def _anchors(items: Mapping[str, Item]) -> dict[str, dict[str, str]]:
    """Return the ids of questions by the names that links of each file use; a second heading of a name has a number there."""
    found: dict[str, dict[str, str]] = {}
    for name, item in items.items():
        names = found.setdefault(item.path, {})
        for known in item.anchors or {anchor(said(item.ask))}:
            names.setdefault(known, name)
        for path, anchors in item.elsewhere:
            for known in anchors:
                found.setdefault(path, {}).setdefault(known, name)
    return found


def _question(name: str, item: Item, style: Style) -> str:
    """Return the file of a question; a record in the book's own words stays as it is."""
    if item.kept is not None:
        return source.yaml_text({**item.kept, "id": name})
    style.asking = True
    ask = style.line(item.ask)
    style.asking = False
    shown = [node for top in item.ask for node in top.walk() if node.kind == "picture"]
    answer = style.block([*(Node("paragraph", node.line, [node]) for node in shown), *item.answer])
    if len(ask) > ROOM:
        hint = "shorten it in the source: its first words ask now, and all of it leads the answer"
        style.losses.tell("I203", f"a question of {len(ask):,} characters is no line", (item.path, item.line), hint)
        ask, answer = f"{ask[:SHORTENED].rpartition(' ')[0] or ask[:SHORTENED]} …", f"{ask}\n\n{answer}"
    fields: dict[str, Any] = {
        "id": name,
        "ask": ask,
        "level": item.level,
        "topics": [slug(words, "topic") for words in item.topics],
        "choices": [_choice(choice, style) for choice in item.choices],
        "answer": answer,
        "key_points": [style.line(point) for point in item.key_points],
    }
    if item.choices and not any(choice.correct for choice in item.choices):
        hint = "mark the correct choice in the source, or add 'correct: true'"
        style.losses.tell("I202", "none of the choices is marked as correct", (item.path, item.line), hint)
    _refused(ask, answer, item, style)
    return source.yaml_text(fields)


def _choice(choice: Picked, style: Style) -> dict[str, str]:
    return {"text": style.line(choice.text) or "-", "correct": "true" if choice.correct else "", "note": style.line(choice.note)}


def _refused(ask: str, answer: str, item: Item, style: Style) -> None:
    """Tell what the press will object to, at the question it stands in."""
    for text, inline in ((ask, True), (answer, False)):
        for fault in (f for f in markup.parse(text, inline=inline).faults if text and f.code not in markup.WARNINGS):
            message = f"{fault.code}: {fault.message} (line {fault.line} of the {'question' if inline else 'answer'})"
            style.losses.tell("I309", message, (item.path, item.line), f"mend it in the book: {fault.hint}")


@dataclass(frozen=True)
class _Around:
    """Writes the words that stand around questions."""

    losses: Losses
    anchors: Mapping[str, Mapping[str, str]]
    dialect: Dialect
    gallery: Gallery

    def block(self, path: str, nodes: list[Node]) -> str:
        return Style(path, self.losses, self.anchors.get(path, {}), "", self.dialect.signs, self.gallery).block(nodes)

    def intro(self, haul: Haul, title: str) -> str:
        """Return what opens a section."""
        texts = [haul.intros.get(title, ""), *(self.block(path, blocks) for path, blocks in haul.around.get(title, ()))]
        return "\n".join(text for text in texts if text)

    def about(self, haul: Haul, drafted: Drafted) -> None:
        """Keep the words that stand around all questions in a chapter of their own."""
        blocks: list[str] = []
        titles = {title for title, _, _ in drafted.sections.values()}
        for chain, pieces in ((chain, pieces) for chain, pieces in haul.around.items() if chain not in titles):
            for path, nodes in pieces:
                heading = chain.strip("\n").split("\n")[-1]
                first = [Node("heading", nodes[0].line, [Node("text", text=heading)], level=1)] if heading not in ("", haul.title) else []
                blocks.append(self.block(path, [*first, *nodes]))
                more = f" and {len(nodes) - 1} more" if len(nodes) > 1 else ""
                message = f"'{said(nodes[:1])[:60]}'{more} stand outside of all questions, and are kept in chapters/{ABOUT}.yaml"
                self.losses.tell("I205", message, (path, nodes[0].line), "delete the chapter if they say nothing to readers")
        body = "\n".join(block for block in blocks if block)
        if body:
            drafted.others[f"chapters/{ABOUT}.yaml"] = source.yaml_text({"id": ABOUT, "title": "About this bank", "body": body})


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
        # A table takes away the backslash next to a bar, whatever stands before the two.
        return text.replace("|", "\\|")


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
    "paragraph": Style.paragraph, "heading": lambda style, node, *rest: style.heading(node, *rest),
    "listing": Style.listing, "quote": Style.quote, "details": Style.details,
    "group": Style.group, "display": Style.display, "table": Style.table, "list": Style.group, "item": Style.group,
    "summary": Style.paragraph, "cell": Style.paragraph, "row": Style.group,
}  # fmt: skip
