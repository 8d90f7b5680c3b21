"""Read the HTML that people write into Markdown, as what Markdown says of it: bold, code, a break, a picture, a comment.

Tags are allowed by name, and nothing of them is kept but what has an equal; any other tag is refused, and printed as it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from html import unescape
from typing import Final

from markdown_it.common.html_re import HTML_TAG_RE
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from pipeline.markup.dialect import push_fault, push_picture
from pipeline.markup.refusals import judge_link

MARKED: Final = {
    "b": "strong", "strong": "strong", "summary": "strong", "i": "em", "em": "em", "cite": "em", "dfn": "em", "var": "em",
    "s": "s", "del": "s", "strike": "s", "sub": "sub", "sup": "sup",
}  # fmt: skip
"""Tags of a pair around words, and the token that says the same."""
CODE: Final = frozenset({"code", "kbd", "samp", "tt"})
NOTHING: Final = frozenset({
    "p", "div", "span", "center", "details", "u", "ins", "mark", "small", "big", "font", "abbr", "q", "wbr", "hr", "section", "article",
})  # fmt: skip
"""Tags that only say how their words look, or where; the words stand without them."""
NAMED: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
ATTRIBUTE: Final = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
TAG: Final = re.compile(r"<[^<>]*>")
FARTHEST: Final = 2000
"""Characters of a tag, or of a comment within a paragraph."""


def comment(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """Read a comment that begins a line, as nothing; it may hold empty lines."""
    start = state.bMarks[startLine] + state.tShift[startLine]
    if not state.src.startswith("<!--", start) or state.is_code_block(startLine):
        return False
    end = state.src.find("-->", start, state.eMarks[endLine - 1])
    line = bisect_left(state.eMarks, end, startLine, endLine)
    if end < 0 or line >= endLine or state.src[end + 3 : state.eMarks[line]].strip():
        return False  # it has no end, or the rest of a paragraph follows
    state.line = state.line if silent else line + 1
    return True


def html(state: StateInline, silent: bool) -> bool:
    """Read a tag, or a comment within a paragraph; refuse a tag that has no equal, and print it as it stands."""
    at = state.pos
    if state.src[at] != "<":
        return False
    if state.src.startswith("<!--", at) and (end := state.src.find("-->", at + 4, min(state.posMax, at + FARTHEST))) >= 0:
        state.pos = end + 3
        return True
    match = HTML_TAG_RE.match(state.src[at : min(state.posMax, at + FARTHEST)])
    if match is None and not state.src.startswith("<!--", at):
        return False
    tag = match[0] if match else "<!--"
    named = NAMED.match(tag)
    name = named[2].lower() if named else ""
    if named is None or not _equal(state, name, tag, silent):
        if not silent:
            hint = "put it between backticks, write \\<, or say it in Markdown"
            push_fault(state, "M104", "raw HTML is not printed", (at, len(tag)), hint)
            state.append_pending(tag)
        state.pos = at + len(tag)
    return True


def _equal(state: StateInline, name: str, tag: str, silent: bool) -> bool:
    """Write what says the same as a tag, up to its end or that of its pair; tell whether there is such a thing."""
    after = state.pos + len(tag)
    if name in NOTHING or (name == "a" and not _attributes(tag).get("href")):
        state.pos = after
        return True
    if tag.startswith("</"):
        return False
    if name in ("br", "img"):
        if not silent:
            _push_alone(state, name, tag)
        state.pos = after
        return True
    closing = _closing(state.src, name, after, state.posMax) if name in MARKED or name in CODE or name == "a" else None
    if closing is None:
        return False
    if not silent and name in CODE:
        token = state.push("code_inline", "code", 0)
        token.content = " ".join(unescape(TAG.sub("", state.src[after : closing.start()])).split())
    elif not silent:
        _push_pair(state, name, tag, closing.start())
    state.pos = closing.end()
    return True


def _attributes(tag: str) -> dict[str, str]:
    return {found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in ATTRIBUTE.finditer(tag)}


def _closing(text: str, name: str, start: int, end: int) -> re.Match[str] | None:
    """Return the tag that closes a pair; pairs of one name may stand in one another."""
    depth = 1
    for found in re.compile(rf"<(/?){name}(?=[\s/>])[^<>]*>", re.IGNORECASE).finditer(text, start, end):
        depth += -1 if found[1] else 1
        if depth == 0:
            return found
    return None


def _push_alone(state: StateInline, name: str, tag: str) -> None:
    said = _attributes(tag)
    if name == "br":
        state.push("hardbreak", "br", 0)
    else:
        push_picture(state, said.get("alt", ""), said.get("src", "").replace(" ", "%20"), (state.pos, len(tag)))


def _push_pair(state: StateInline, name: str, tag: str, end: int) -> None:
    """Write the tokens of a pair, and of the words within it."""
    at, maximum = state.pos, state.posMax
    kind = MARKED.get(name, "link")
    opening = state.push(f"{kind}_open", name, 1)
    if kind == "link":
        opening.attrs = {"href": _attributes(tag)["href"]}
        opening.meta = {"at": at}
        state.linkLevel += 1
    state.pos, state.posMax = at + len(tag), end
    state.md.inline.tokenize(state)
    state.push(f"{kind}_close", name, -1)
    if kind == "link":
        state.linkLevel -= 1
        judge_link(state, opening, at, bare=state.tokens[-2] is opening)
    state.posMax = maximum
    if name == "summary" and state.src[end:maximum].partition(">")[2][:1] not in ("", "\n"):
        state.push("hardbreak", "br", 0)
