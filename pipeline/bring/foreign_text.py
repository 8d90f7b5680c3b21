"""Read texts as others write them: Markdown as GitHub does (tables, formulas, HTML in it), HTML, or plain words.

A block of HTML is cut at the tags of blocks; what stands between them is Markdown again. Nothing is dropped: a tag that
has no equal stays as a node of its own, and its words stay where they are.
"""

from __future__ import annotations

import functools
import html
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from pipeline.bring.haul import Node, is_blank, line_nodes, paragraph, said, tidied
from pipeline.bring.html_tags import BLOCK_TAGS, LINE_TAGS, VOID, Event, events

DEEPEST: Final = 60
"""Levels of blocks in one another; markdown-it would leave out what is deeper."""
LONGEST_PARAGRAPH: Final = 60_000
"""Characters of one paragraph that is read; a longer one is taken as plain words."""
LONGEST_FORMULA: Final = 1_000
DENSEST: Final = 3_000
"""Signs of one sort in one paragraph."""
EMPHASIS: Final = ("strong", "em", "struck")
CONTAINERS: Final = {
    "paragraph": "paragraph", "heading": "heading", "bullet_list": "list", "ordered_list": "list", "list_item": "item",
    "blockquote": "quote", "table": "table", "tr": "row", "th": "cell", "td": "cell", "strong": "strong", "em": "em", "s": "struck",
    "link": "link",
}  # fmt: skip
LEAVES: Final = {
    "text": "text", "code_inline": "code", "softbreak": "soft", "hardbreak": "break", "image": "picture", "html_inline": "html",
    "html_block": "html", "fence": "listing", "code_block": "listing", "hr": "rule", "math_inline": "formula",
    "math_inline_double": "display", "math_block": "display", "front_matter": "facts",
}  # fmt: skip
CLASSED: Final = re.compile(r"(?:language|lang|highlight-source)-([\w+#-]{1,30})")
LOOKS: Final = re.compile(r"</?(?:p|div|br|b|i|em|strong|ul|ol|li|pre|code|img|span|table|a|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
PART: Final = "part-"
"""Begins the class of the title of a part of a question, in what the press has exported."""
TEX: Final = re.compile(r"\\\(([^<>]{1,3000}?)\\\)|\\\[([^<>]{1,3000}?)\\\]")
Inner = Callable[[str, int], list[Node]]


class TooDeep(Exception):
    """Say at which line blocks are nested too deep to be read whole."""

    def __init__(self, line: int) -> None:
        super().__init__(f"blocks are nested more than {DEEPEST} deep")
        self.line = line


def markdown(text: str, line: int = 1) -> Node:
    """Return the document: its blocks, and what stands in them. Raises TooDeep."""
    return Node("document", line, _blocks(text, line, whole=True))


@functools.cache
def _parser(whole: bool) -> MarkdownIt:
    """Return the parser; what stands between tags of a block of HTML is no HTML block itself."""
    md = MarkdownIt("commonmark", {"maxNesting": DEEPEST + 4}).enable(["table", "strikethrough"])
    md.use(dollarmath_plugin, allow_blank_lines=False).disable("math_inline")
    md.inline.ruler.before("escape", "dollars", _dollars)
    if whole:
        md.use(front_matter_plugin)
    else:
        md.disable(["html_block", "reference"])
    # What an address may be is judged when it is written.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    md.normalizeLink = lambda url: url  # type: ignore[method-assign]
    md.core.ruler.after("block", "guard", _guard)
    return md


def _dollars(state: StateInline, silent: bool) -> bool:
    """Read a formula between dollars as GitHub does: money and variables of a shell are none."""
    source, at = state.src, state.pos
    if source[at] != "$" or (at and (source[at - 1].isalnum() or source[at - 1] in "\\$`")):
        return False
    sign = "$$" if source.startswith("$$", at) else "$"
    end = source.find(sign, at + len(sign), min(state.posMax, at + LONGEST_FORMULA))
    inside = source[at + len(sign) : end] if end > 0 else ""
    after = source[end + len(sign) : end + len(sign) + 1]
    if not inside.strip() or "`" in inside or inside[-1] == "\\" or after.isalnum() or (sign == "$" and inside != inside.strip()):
        return False
    if not silent:
        token = state.push("math_inline_double" if sign == "$$" else "math_inline", "math", 0)
        token.content = inside
    state.pos = end + len(sign)
    return True


def _guard(state: object) -> None:
    """Take a paragraph that would take long to read as plain words."""
    for token in getattr(state, "tokens", ()):
        content = token.content
        dense = len(content) > DENSEST and any(content.count(sign) > DENSEST for sign in "[]*_`<!$~")
        if token.type == "inline" and (len(content) > LONGEST_PARAGRAPH or dense):
            token.type = "text"


def _blocks(text: str, line: int, *, whole: bool) -> list[Node]:
    tokens = _parser(whole).parse(text)
    deep = next((token for token in tokens if token.level > DEEPEST), None)
    if deep is not None:
        raise TooDeep(line + (deep.map or [0])[0])
    return tidied(_tree(tokens, line, _between))


def _between(text: str, line: int) -> list[Node]:
    """Read what stands between tags of a block of HTML."""
    shift = len(text) - len(text.lstrip("\n"))
    first, newline, rest = text[shift:].partition("\n")
    body = f"{first.lstrip()}{newline}{textwrap.dedent(rest)}" if text[:1] not in "\n " else textwrap.dedent(text[shift:])
    return _blocks(body, line + shift, whole=False)


def _tree(tokens: Sequence[Token], first: int, inner: Inner | None) -> list[Node]:
    """Build nodes from blocks, or, without what reads the words between tags, from the parts of a line; each knows its line."""
    stack = [Node("document", first)]
    line = first
    for token in tokens:
        line = first + token.map[0] if token.map else line
        kind = CONTAINERS.get(token.type.removesuffix("_open").removesuffix("_close"), "")
        if token.type == "inline":
            stack[-1].children += _tree(token.children or [], line, None)
        elif token.type in LEAVES:
            stack[-1].children.append(_leaf(token, line))
            line += token.type in ("softbreak", "hardbreak")
        elif kind and token.nesting > 0:
            stack.append(_opened(token, kind, line))
        elif kind:
            node = stack.pop()
            if inner is None or kind in ("item", "quote"):
                node.children = Folder(inner).fold(node.children)
            # Stars within stars of their kind say nothing more, and may be as many as a line has.
            is_again = kind in EMPHASIS and any(outer.kind == kind for outer in stack)
            stack[-1].children += node.children if is_again else [node]
    return Folder(inner).fold(stack[0].children)


def _opened(token: Token, kind: str, line: int) -> Node:
    node = Node(kind, line)
    if kind == "heading":
        node.level = int(token.tag[1])
    elif token.type == "ordered_list_open":
        node.info = str(token.attrs.get("start", 1))
    elif kind == "link":
        node.info, node.text = str(token.attrs.get("href", "")), str(token.attrs.get("title", ""))
    elif token.type == "th_open":
        node.info = "head"
    return node


def _leaf(token: Token, line: int) -> Node:
    node = Node(LEAVES[token.type], line, text=token.content)
    if node.kind == "listing":
        node.info = token.info.strip().split()[0] if token.info.strip() else ""
    elif node.kind == "picture":
        node.info = str(token.attrs.get("src", ""))
    return node


def blocks(text: str, kind: str, line: int) -> list[Node]:
    """Return the blocks of a text; ``kind`` is html, markdown, or plain. What is nested too deep is taken as plain words."""
    try:
        if kind == "html":
            return from_html(text, line, tex=True)
        if kind == "markdown":
            return markdown(text, line).children
    except TooDeep:
        pass
    return [paragraph(" ".join(part.split()), line) for part in re.split(r"\n\s*\n", text) if part.strip()]


def from_html(text: str, line: int, *, tex: bool = False) -> list[Node]:
    r"""Return the blocks of HTML; with ``tex``, what stands between `\( \)` and `\[ \]` is a formula, as MathJax reads it."""
    tags = {**LINE_TAGS, **BLOCK_TAGS}
    return tidied(Folder(_tex_words if tex else _words, tags).fold([Node("html", line, text=text)]))


def looks_like_html(text: str) -> bool:
    """Tell whether a text holds tags of HTML."""
    return bool(LOOKS.search(text)) or bool(re.search(r"&(?:lt|gt|amp|nbsp|quot|#\d{2,5});", text))


def _words(text: str, line: int) -> list[Node]:
    plain = html.unescape(text).replace("\xa0", " ")
    kept = re.sub(r"\s+", " ", plain)
    return [Node("text", line, text=kept)]


def _tex_words(text: str, line: int) -> list[Node]:
    found: list[Node] = []
    at = 0
    for formula in TEX.finditer(text):
        if formula.start() > at:
            found += _words(text[at : formula.start()], line)
        kind, latex = ("formula", formula[1]) if formula[1] else ("display", formula[2])
        found.append(Node(kind, line, text=html.unescape(latex)))
        at = formula.end()
    return found + (_words(text[at:], line) if text[at:] else [])


class Folder:
    """Fold siblings: what a tag opens holds what follows, until it is closed."""

    def __init__(self, inner: Inner | None, names: Mapping[str, str] = BLOCK_TAGS) -> None:
        """Take what reads the words between tags, if there are any, and the tags that are known."""
        self.stack: list[tuple[Node, str]] = [(Node("document"), "")]
        self.inner = inner
        self.names = names if inner else LINE_TAGS

    def fold(self, children: Sequence[Node]) -> list[Node]:
        """Return the children with all HTML folded."""
        for child in children:
            if child.kind != "html":
                self.stack[-1][0].children.append(child)
                continue
            pieces = list(events(child.text, child.line, self.names))
            if self.inner is None and (not pieces or pieces[0].kind == "words"):
                self.stack[-1][0].children.append(Node("tag", child.line, text=child.text))
                continue
            for event in pieces if self.inner else pieces[:1]:
                self.take(event)
        while len(self.stack) > 1:
            self.close()
        return self.stack[0][0].children

    def take(self, event: Event) -> None:
        """Take a piece of HTML."""
        top = self.stack[-1][0]
        if event.kind == "comment":
            top.children.append(Node("comment", event.line, text=event.text))
        elif event.kind == "words":
            read = _words if self.inner is _tex_words and top.kind == "code" else self.inner
            top.children += read(event.text, event.line) if read else []
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
            node.info = event.attribute("class").removeprefix(PART) if event.attribute("class").startswith(PART) else ""
        elif kind == "foreign" or event.name in ("ol", "th"):
            node.info = {"ol": "1", "th": "head"}.get(event.name, event.name)
        if event.name in ("li", "tr", "td", "th"):
            self.close_open(event.name)
        if kind in VOID:
            self.stack[-1][0].children.append(node)
        elif len(self.stack) < DEEPEST:
            self.stack.append((node, event.name))

    def close_open(self, name: str) -> None:
        """Close what HTML lets an author leave open: an item before the next one, a cell before the next."""
        names = {"td", "th"} if name in ("td", "th") else {name, "td", "th"} if name == "tr" else {name}
        while self.stack[-1][1] in names:
            self.close()

    def close(self) -> None:
        """Close the innermost element, and give it to the one around it."""
        node, _ = self.stack.pop()
        self.stack[-1][0].children.extend(_finished(node))


def _finished(node: Node) -> list[Node]:
    """Return what stands for an element once all of it is known."""
    if node.kind == "listing":
        language = CLASSED.search(node.text[:200])
        node.info = language[1] if language else ""
        plain = re.sub(r"</?[A-Za-z][^<>]{0,500}>", "", node.text.removeprefix("\n"))
        node.text = re.sub(r"(?:\n[ \t]*)+\Z", "", html.unescape(plain)) + "\n"
        return [node] if node.text.strip() else []
    if node.kind == "code":
        return [Node("code", node.line, text=said(node.children))] if said(node.children) else []
    if node.kind in ("heading", "cell", "summary"):
        node.children = line_nodes(node.children)
    if node.kind == "group" and [child.kind for child in node.children if not is_blank(child)] == ["display"]:
        return node.children
    if node.kind == "group" and not all(child.is_block or is_blank(child) for child in node.children):
        return [Node("paragraph", node.line, line_nodes(node.children))]
    return node.children if node.kind in ("span", "group") or (node.kind == "link" and not node.info) else [node]
