"""Read display formulas, and build the parser of the book's Markdown."""

from __future__ import annotations

import functools
import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from pipeline.markup import dialect, inlines, links

DEEPEST: Final = 12
"""Levels of blocks in one another; a list counts two."""
LONGEST: Final = 20_000
"""Characters of one paragraph."""
DENSEST: Final = 500
"""Signs of one sort in one paragraph."""
CLOSING: Final = re.compile(rf"\$\$(?:\s*{dialect.ALT})?\s*$")
SIGNS: Final = "[]*_$`<!{\"'&\\"


def _line(state: StateBlock, line: int) -> tuple[str, int]:
    """Return the text of a line and the column it begins at, from 0."""
    start = state.bMarks[line] + state.tShift[line]
    return state.src[start : state.eMarks[line]], start - (state.src.rfind("\n", 0, start) + 1)


def display_formula(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """Read a formula between two lines of `$$`, with `{alt="..."}` after the second if wanted."""
    first, column = _line(state, startLine)
    if not first.startswith("$$") or state.is_code_block(startLine):
        return False
    rest = first[2:]
    closing = CLOSING.search(rest)
    if closing is None and "$$" in rest:
        return False  # text follows on the line: the inline rule says what is wrong
    if silent:
        return True
    pieces = [(rest[: closing.start()] if closing else rest, startLine, column + 2)]
    line = startLine + 1
    while closing is None and line < endLine and not _outside(state, line):
        text, column = _line(state, line)
        closing = CLOSING.search(text)
        pieces.append((text[: closing.start()] if closing else text, line, column))
        line += 1
    token = state.push("formula_block", "", 0)
    token.map = [startLine, line]
    token.block = True
    token.content = "\n".join(piece for piece, _, _ in pieces)
    token.meta = {
        "lines": [(number, start) for _, number, start in pieces],
        "alt": closing[1] if closing else None,
        "closed": closing is not None,
    }
    state.line = line
    return True


def _outside(state: StateBlock, line: int) -> bool:
    return state.sCount[line] < state.blkIndent and not state.isEmpty(line)


def _guard(state: StateCore) -> None:
    """Empty each paragraph that would take long to read, and note why."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        content = token.content
        if len(content) > LONGEST or (len(content) > DENSEST and any(content.count(sign) > DENSEST for sign in SIGNS)):
            token.meta = {"refused": len(content)}
            token.content = ""


@functools.cache
def parser() -> MarkdownIt:
    """Return the parser: CommonMark without HTML, with tables, definitions, footnotes, and our own rules."""
    md = MarkdownIt("commonmark", {"html": False, "typographer": True, "maxNesting": 20})
    md.use(deflist_plugin).use(admon_plugin).use(footnote_plugin, inline=False, move_to_end=False)
    md.disable(dialect.OFF).enable(dialect.ON)
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("fence", "display_formula", display_formula, {"alt": interrupted})
    md.core.ruler.after("block", "guard", _guard)
    for name in dialect.BEFORE_LINKS:
        md.inline.ruler.before("link", f"{name}_inline", getattr(inlines, name))
    for name in dialect.AFTER_ALL:
        md.inline.ruler.push(f"{name}_inline", getattr(inlines, name))
    md.inline.ruler.push("html", links.html)
    md.inline.ruler.push("bare_link", links.bare_link)
    md.inline.ruler.push("broken_link", links.broken_link)
    md.inline.ruler.at("link", links.link)
    md.inline.ruler.at("autolink", links.autolink)
    # Judged, refused, and named by our own rules: markdown-it would print a refused link as text.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    return md
