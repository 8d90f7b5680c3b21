"""Read Markdown as GitHub does: CommonMark, tables, strikethrough, footnotes, formulas, and HTML."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from pipeline.bring.elements import Node, trimmed
from pipeline.bring.rawhtml import Folder

DEEPEST: Final = 60
"""Levels of blocks in one another; markdown-it would leave out what is deeper."""
LONGEST: Final = 60_000
"""Characters of one paragraph that is read; a longer one is taken as plain words."""
LONGEST_FORMULA: Final = 1_000
DENSEST: Final = 3_000
"""Signs of one sort in one paragraph."""
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


class TooDeep(Exception):
    """Say at which line blocks are nested too deep to be read whole."""

    def __init__(self, line: int) -> None:
        super().__init__(f"blocks are nested more than {DEEPEST} deep")
        self.line = line


def read(text: str, line: int = 1) -> Node:
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
        if token.type == "inline" and (len(content) > LONGEST or dense):
            token.type, token.meta = "text", {"unread": True}


def _blocks(text: str, line: int, *, whole: bool) -> list[Node]:
    tokens = _parser(whole).parse(text)
    deep = next((token for token in tokens if token.level > DEEPEST), None)
    if deep is not None:
        raise TooDeep(line + (deep.map or [0])[0])
    return _tree(tokens, line)


def _between(text: str, line: int) -> list[Node]:
    """Read what stands between tags of a block of HTML."""
    shift = len(text) - len(text.lstrip("\n"))
    first, newline, rest = text[shift:].partition("\n")
    body = f"{first.lstrip()}{newline}{textwrap.dedent(rest)}" if text[:1] not in "\n " else textwrap.dedent(text[shift:])
    return _blocks(body, line + shift, whole=False)


def _tree(tokens: Sequence[Token], first: int) -> list[Node]:
    """Build nodes from a list of tokens."""
    stack = [Node("document", first)]
    for token in tokens:
        line = first + token.map[0] if token.map else stack[-1].line
        name = token.type.removesuffix("_open").removesuffix("_close")
        if token.type == "inline":
            stack[-1].children += _inline(token, line)
        elif name not in CONTAINERS:
            if token.type in LEAVES:
                stack[-1].children.append(_leaf(token, line))
        elif token.nesting > 0:
            stack.append(_opened(token, CONTAINERS[name], line))
        else:
            node = stack.pop()
            node.children = Folder(node, _between).fold(node.children) if node.kind in ("item", "quote") else node.children
            stack[-1].children.append(node)
    return tidied(Folder(stack[0], _between).fold(stack[0].children))


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


def _inline(token: Token, line: int) -> list[Node]:
    """Return the parts of a paragraph; each knows its line."""
    stack = [Node("line", line)]
    for child in token.children or []:
        name = child.type.removesuffix("_open").removesuffix("_close")
        if child.type in LEAVES:
            stack[-1].children.append(_leaf(child, line))
            line += child.type in ("softbreak", "hardbreak")
        elif child.nesting > 0:
            stack.append(_opened(child, CONTAINERS[name], line))
        elif child.nesting < 0:
            node = stack.pop()
            node.children = Folder(node, None).fold(node.children)
            stack[-1].children.append(node)
    return Folder(stack[0], None).fold(stack[0].children)


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
