"""Parse Markdown into a Text: tokens, what they refer to, and every fault with its place.

What stands in texts is remembered, where nothing stops a build, so that those of the last build need not be parsed again.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.subscript import sub_plugin
from mdit_py_plugins.superscript import superscript_plugin

from pipeline.markup import dialect, raw_html, refusals, slips
from pipeline.markup.normalize import arrange, note_cells
from pipeline.markup.references import Found, gather
from pipeline.markup.text import Formula, Heading, Mark, Reference, Text, Tokens, said_by
from pipeline.markup.text_faults import FORBIDDEN, Fault
from pipeline.work import cache

CLOSING: Final = re.compile(rf"\$\$(?:\s*{dialect.ALT})?\s*$")
LARGEST: Final = 1_000_000
"""Characters of one text."""
LINES: Final = 20_000
"""Lines of one text."""


@functools.lru_cache(maxsize=131072)
def parse(source: str, *, inline: bool = False) -> Text:
    """Return the parsed text; `inline` allows one paragraph and nothing else. Never raises."""
    read = functools.partial(_tokens, source, inline)
    return recalled(source, inline, read) or _remembered(_parsed(source, inline, read))


def _parsed(source: str, inline: bool, read: Callable[[], Tokens]) -> Text:
    tokens, found, faults = _read(source, inline)
    return Text(
        source=source,
        inline=inline,
        read=read,
        said=said_by(tokens.tokens) if inline else None,
        references=tuple(found.references),
        marks=tuple(found.marks),
        formulas=tuple(found.formulas),
        headings=tuple(found.headings),
        tables=sum(1 for token in tokens.tokens if token.type == "table_open" and "caption" in token.meta),
        footnotes=len(found.numbers),
        words=found.words,
        faults=tuple(sorted({*faults, *found.faults}, key=lambda fault: (fault.line, fault.column, fault.code, fault.message))),
    )


def _tokens(source: str, inline: bool) -> Tokens:
    return _read(source, inline)[0]


@functools.lru_cache(maxsize=8192)
def _read(source: str, inline: bool) -> tuple[Tokens, Found, list[Fault]]:
    """Read a text. Of a large book, the texts read last are kept, and others read again when they are written out."""
    clean, faults = _cleaned(source.replace("\r\n", "\n"))
    lines = clean.split("\n")
    tokens = parser().parse(clean)
    note_cells(tokens, lines)
    faults += refusals.check_blocks(tokens, lines, inline=inline)
    tokens, notes, more = arrange(tokens)
    faults += more
    found = gather(tokens, notes, lines)
    return Tokens(tuple(tokens), notes), found, faults


def _cleaned(source: str) -> tuple[str, list[Fault]]:
    """Return the text without what cannot be printed, and the faults of its characters."""
    if len(source) > LARGEST or source.count("\n") > LINES:
        message = f"this text has {len(source):,} characters in {source.count(chr(10)) + 1:,} lines"
        return "", [Fault("M102", message, 1, 1, 1, f"split it: at most {LARGEST:,} in {LINES:,} are read")]
    faults: list[Fault] = []
    for match in FORBIDDEN.finditer(source):
        if len(faults) == 100:
            break
        line = source.count("\n", 0, match.start()) + 1
        column = match.start() - (source.rfind("\n", 0, match.start()) + 1) + 1
        name = f"U+{ord(match[0]):04X}"
        faults.append(Fault("M101", f"the character {name} cannot be printed", line, column, 1, "remove it"))
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", source), faults


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


@functools.cache
def parser() -> MarkdownIt:
    """Return the parser: CommonMark with tables, definitions, footnotes, GitHub's everyday marks, and our own rules."""
    md = MarkdownIt("commonmark", {"html": False, "typographer": True, "maxNesting": 20})
    md.use(sub_plugin).use(superscript_plugin)
    md.use(deflist_plugin).use(admon_plugin).use(footnote_plugin, inline=False, move_to_end=False)
    md.disable(dialect.OFF).enable(dialect.ON)
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("fence", "display_formula", display_formula, {"alt": interrupted})
    md.block.ruler.before("fence", "comment", raw_html.comment, {"alt": interrupted})
    md.core.ruler.after("block", "guard", refusals.refuse_large)
    for rule in dialect.BEFORE_LINKS:
        md.inline.ruler.before("link", rule.__name__, rule)
    for rule in (*dialect.AFTER_ALL, raw_html.html, refusals.bare_link, refusals.broken_link):
        md.inline.ruler.push(rule.__name__, rule)
    md.inline.ruler.before("text", "slips", slips.look)
    md.inline.ruler.at("text", slips.words)
    md.inline.ruler.at("backticks", slips.code)
    md.inline.ruler.at("emphasis", slips.stars)
    md.inline.ruler.push("no_target", slips.no_target)
    md.inline.ruler2.after("emphasis", "left_stars", slips.left_stars)
    md.inline.ruler.at("link", refusals.link)
    md.inline.ruler.at("entity", refusals.entity)
    md.inline.ruler.at("autolink", refusals.autolink)
    # Judged, refused, and named by our own rules: markdown-it would print a refused link as text.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    return md


def recalled(source: str, inline: bool, read: Callable[[], Tokens]) -> Text | None:
    """Return a text that is remembered, or None; ``read`` returns its tokens when they are asked for."""
    facts = cache.shelf("parsed").get(cache.digest(source, inline))
    if facts is None:
        return None
    said, references, marks, formulas, headings, tables, footnotes, words, faults = facts
    return Text(
        source, inline, read, said, tuple(Reference(*each) for each in references), tuple(Mark(*each) for each in marks),
        tuple(Formula(*each) for each in formulas), tuple(Heading(*each) for each in headings), tables, footnotes, words,
        tuple(Fault(*each) for each in faults),
    )  # fmt: skip


def not_to_be_kept(source: str) -> None:
    """Leave a text out of what is remembered for the next process, but that it can be printed and refers to nothing, if it is so."""
    for inline in (True, False):
        name = cache.digest(source, inline)
        facts = cache.shelf("parsed").get(name)
        cache.shelf("parsed").lose(name)
        if facts is not None and not any(facts[1:5]) and not facts[-1]:
            cache.shelf("parsed").put(name, [None, *facts[1:]])


def _remembered(text: Text) -> Text:
    """Return a text, and remember it if it may be."""
    if text.is_remembered:
        found = text.references, text.marks, text.formulas, text.faults
        *lists, faults = ([[getattr(each, name) for name in each.__slots__] for each in some] for some in found)
        cache.shelf("parsed").put(
            cache.digest(text.source, text.inline),
            [text.said, *lists, [list(heading) for heading in text.headings], text.tables, text.footnotes, text.words, faults],
        )
    return text
