"""Fold HTML that stands in Markdown into the nodes that say the same.

A block of HTML is cut at the tags of blocks; what stands between them is Markdown again. Nothing is dropped: a tag that
has no equal stays as a node of its own, and its words stay where they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.bring.elements import Node, line_nodes, said

TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})((?:\s[^<>]{0,4000})?)(/?)>")
ATTRIBUTE: Final = re.compile(r"([A-Za-z][\w:-]{0,40})\s{0,8}=\s{0,8}(?:\"([^\"]{0,3000})\"|'([^']{0,3000})'|([^\s\"'>]{1,3000}))")
CLASSED: Final = re.compile(r"(?:language|lang|highlight-source)-([\w+#-]{1,30})")

BLOCK_TAGS: Final = {
    "details": "details", "summary": "summary", "table": "table", "tr": "row", "td": "cell", "th": "cell", "ul": "list", "ol": "list",
    "li": "item", "blockquote": "quote", "hr": "rule", "pre": "listing", "p": "group", "div": "group", "center": "group",
    "figure": "group", "figcaption": "group", "section": "group", "article": "group", "header": "group", "footer": "group",
    "main": "group", "nav": "group", "aside": "group", "thead": "group", "tbody": "group", "tfoot": "group", "dl": "group",
    "dt": "group", "dd": "group", "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading",
    "script": "foreign", "style": "foreign", "iframe": "foreign", "object": "foreign", "svg": "foreign", "video": "foreign",
    "audio": "foreign", "form": "foreign",
}  # fmt: skip
LINE_TAGS: Final = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "var": "em", "dfn": "em", "code": "code", "kbd": "code",
    "tt": "code", "samp": "code", "a": "link", "sub": "lowered", "sup": "raised", "del": "struck", "s": "struck", "strike": "struck",
    "br": "break", "img": "picture", "span": "span", "font": "span", "small": "span", "big": "span", "mark": "span", "abbr": "span",
    "u": "span", "ins": "span", "q": "span", "bdi": "span", "label": "span", "center": "span", "p": "span", "div": "span",
}  # fmt: skip
VOID: Final = frozenset({"rule", "break", "picture"})
WHOLE: Final = frozenset({"listing", "foreign"})
"""What is taken as it stands, up to its closing tag."""
Inner = Callable[[str, int], list[Node]]


@dataclass(frozen=True, slots=True)
class Event:
    """A piece of HTML: words, a comment, or a tag with its attributes."""

    kind: str
    text: str
    line: int
    name: str = ""
    closes: bool = False
    given: str = ""

    def attribute(self, name: str) -> str:
        """Return an attribute, or nothing."""
        for found in ATTRIBUTE.finditer(self.given):
            if found[1].lower() == name:
                return html.unescape(next((value for value in found.groups()[1:] if value is not None), ""))
        return ""


def events(text: str, line: int, names: Mapping[str, str]) -> Iterator[Event]:
    """Yield the tags of the given names, comments, and the words between them."""
    start = at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            event, after = Event("comment", text[at + 4 : end if end >= 0 else None], 0), end + 3 if end >= 0 else len(text)
        else:
            found = TAG.match(text, at)
            if found is None or found[2].lower() not in names:
                at += 1
                continue
            event, after = Event("tag", found[0], 0, found[2].lower(), bool(found[1]), found[3]), found.end()
        if text[start:at].strip():
            yield Event("words", text[start:at], line + text.count("\n", 0, start))
        yield Event(event.kind, event.text, line + text.count("\n", 0, at), event.name, event.closes, event.given)
        if BLOCK_TAGS.get(event.name) in WHOLE and not event.closes:
            closing = re.compile(rf"</{event.name}\s*>", re.IGNORECASE).search(text, after)
            end = closing.start() if closing else len(text)
            yield Event("whole", text[after:end], line + text.count("\n", 0, after))
            after = end
        start = at = after
    if text[start:].strip():
        yield Event("words", text[start:], line + text.count("\n", 0, start))


class Folder:
    """Fold siblings: what a tag opens holds what follows, until it is closed."""

    def __init__(self, parent: Node, inner: Inner | None, names: Mapping[str, str] = BLOCK_TAGS) -> None:
        """Take the node whose children are folded, what reads the words between tags, and the tags that are known."""
        self.stack: list[tuple[Node, str]] = [(Node(parent.kind, parent.line), "")]
        self.inner = inner
        self.names = names if inner else LINE_TAGS

    def fold(self, children: Sequence[Node]) -> list[Node]:
        """Return the children with all HTML folded."""
        for child in children:
            if child.kind != "html":
                self.stack[-1][0].children.append(child)
            elif self.inner is None:
                self.tag(child)
            else:
                for event in events(child.text, child.line, self.names):
                    self.take(event)
        while len(self.stack) > 1:
            self.close()
        return self.stack[0][0].children

    def tag(self, node: Node) -> None:
        """Take a tag that stands within a line."""
        event = next(events(node.text, node.line, self.names), None)
        if event is None or event.kind == "words":
            self.stack[-1][0].children.append(Node("tag", node.line, text=node.text))
        else:
            self.take(event)

    def take(self, event: Event) -> None:
        """Take a piece of HTML."""
        top = self.stack[-1][0]
        if event.kind == "comment":
            top.children.append(Node("comment", event.line, text=event.text))
        elif event.kind == "words":
            top.children += self.inner(event.text, event.line) if self.inner else []
        elif event.kind == "whole":
            top.text += event.text
        elif not event.closes:
            self.open(event)
        elif any(name == event.name for _, name in self.stack):
            while self.stack[-1][1] != event.name:
                self.close()
            self.close()

    def open(self, event: Event) -> None:
        """Open what a tag begins."""
        kind = self.names[event.name]
        node = Node(kind, event.line)
        if kind == "picture":
            node.info, node.text = event.attribute("src"), event.attribute("alt")
        elif kind == "link":
            node.info = event.attribute("href")
            if anchor := event.attribute("name") or event.attribute("id"):
                self.stack[-1][0].children.append(Node("anchor", event.line, info=anchor))
        elif kind == "heading":
            node.level = int(event.name[1])
        elif event.name in ("ol", "th", "script", "style", "iframe", "object", "svg", "video", "audio", "form"):
            node.info = {"ol": "1", "th": "head"}.get(event.name, event.name)
        if event.name in ("li", "tr", "td", "th"):
            self.close_open(event.name)
        if kind in VOID:
            self.stack[-1][0].children.append(node)
        elif len(self.stack) < 60:
            self.stack.append((node, event.name))

    def close_open(self, name: str) -> None:
        """Close what HTML lets an author leave open: an item before the next one, a cell before the next."""
        names = {"td", "th"} if name in ("td", "th") else {name, "td", "th"} if name == "tr" else {name}
        while self.stack[-1][1] in names:
            self.close()

    def close(self) -> None:
        """Close the innermost element, and give it to the one around it."""
        node, name = self.stack.pop()
        top = self.stack[-1][0].children
        finished = finish(node, name)
        top += finished


def finish(node: Node, name: str) -> list[Node]:
    """Return what stands for an element once all of it is known."""
    if node.kind == "listing":
        language = CLASSED.search(node.text[:200])
        node.info = language[1] if language else ""
        plain = re.sub(r"</?[A-Za-z][^<>]{0,500}>", "", node.text)
        node.text = html.unescape(plain).removeprefix("\n").rstrip() + "\n"
        return [node] if node.text.strip() else []
    if node.kind == "code":
        return [Node("code", node.line, text=said(node.children))] if said(node.children) else []
    if node.kind in ("heading", "cell", "summary"):
        node.children = line_nodes(node.children)
    if node.kind in ("span", "group"):
        return _loose(node)
    if node.kind == "link" and not node.info:
        return node.children
    return [node]


def _loose(node: Node) -> list[Node]:
    """Return what a group holds: parts of a line make a paragraph there, blocks stand as they are."""
    if node.kind == "span" or all(child.is_block for child in node.children):
        return node.children
    return [Node("paragraph", node.line, line_nodes(node.children))]
