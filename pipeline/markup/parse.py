"""Parse Markdown into a Text: tokens, what they refer to, and every fault with its place."""

from __future__ import annotations

import functools
import re
from typing import Final

from pipeline.markup import arrange, blocks, checks, gather, places, remembering
from pipeline.markup.faults import Fault
from pipeline.markup.gather import Found
from pipeline.markup.plain import said_by
from pipeline.markup.text import Text, Tokens

LARGEST: Final = 1_000_000
"""Characters of one text."""
LINES: Final = 20_000
"""Lines of one text."""
FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)


@functools.lru_cache(maxsize=131072)
def parse(source: str, *, inline: bool = False) -> Text:
    """Return the parsed text; `inline` allows one paragraph and nothing else. Never raises."""
    known = remembering.recalled(source, inline, functools.partial(_tokens, source, inline))
    return known or remembering.remembered(_parsed(source, inline))


def _parsed(source: str, inline: bool) -> Text:
    tokens, found, faults = _read(source, inline)
    return Text(
        source=source,
        inline=inline,
        read=functools.partial(_tokens, source, inline),
        said=said_by(tokens.tokens) if inline else "",
        references=tuple(found.references),
        marks=tuple(found.marks),
        formulas=tuple(found.formulas),
        headings=tuple(found.headings),
        tables=sum(1 for token in tokens.tokens if token.type == "table_open" and "caption" in token.meta),
        footnotes=found.footnotes,
        words=found.words,
        faults=tuple(sorted({*faults, *found.faults}, key=_order)),
    )


def _tokens(source: str, inline: bool) -> Tokens:
    return _read(source, inline)[0]


@functools.lru_cache(maxsize=8192)
def _read(source: str, inline: bool) -> tuple[Tokens, Found, list[Fault]]:
    """Read a text. Of a large book, the texts read last are kept, and others read again when they are written out."""
    clean, faults = _cleaned(source.replace("\r\n", "\n"))
    lines = clean.split("\n")
    tokens = blocks.parser().parse(clean)
    places.note_cells(tokens, lines)
    faults += checks.check_blocks(tokens, lines, inline=inline)
    tokens, notes, more = arrange.arrange(tokens)
    faults += more
    found = gather.gather(tokens, notes, lines)
    return Tokens(tuple(tokens), notes), found, faults


def _order(fault: Fault) -> tuple[int, int, str, str]:
    return fault.line, fault.column, fault.code, fault.message


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
