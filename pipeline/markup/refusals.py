"""Refuse what no text of a book may hold: blocks that are slips or too large, and links that are unsafe, bare, or broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import autolink as read_autolink
from markdown_it.rules_inline import entity as read_entity
from markdown_it.rules_inline import link as read_link
from markdown_it.token import Token

from pipeline.markup import slips
from pipeline.markup.dialect import ADMONITIONS, Rule, push_fault
from pipeline.markup.highlight import COLUMNS, is_colored, known_language, language_of
from pipeline.markup.text_faults import FORBIDDEN, Fault

DEEPEST: Final = 12
"""Levels of blocks in one another; a list counts two."""
LONGEST: Final = 20_000
"""Characters of one paragraph."""
DENSEST: Final = 500
"""Signs of one sort in one paragraph."""
SIGNS: Final = "[]*_~^$`<!{\"'&\\"
RULE: Final = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?|\|\s*:?-+:?\s*\|")
SAFE: Final = re.compile(r"(?:https://[^/\s?#]+|mailto:[^\s@]+@[^\s@]+)")
Lines = Sequence[str]


# Blocks


def refuse_large(state: StateCore) -> None:
    """Empty each paragraph that would take long to read, and note why."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        content = token.content
        if len(content) > LONGEST or (len(content) > DENSEST and any(content.count(sign) > DENSEST for sign in SIGNS)):
            token.meta = {"refused": len(content)}
            token.content = ""


def check_blocks(tokens: Sequence[Token], lines: Lines, *, inline: bool) -> list[Fault]:
    """Return the faults of all blocks; a text that shall be `inline` has one paragraph and no other."""
    faults = [*_check_single(tokens, lines)] if inline else []
    faults += [*_check_headings(tokens, lines), *_check_depth(tokens, lines)]
    for index, token in enumerate(tokens):
        check = _CHECKS.get(token.type)
        if check is not None:
            faults += check(tokens, index, lines)
    return faults


def _fault(code: str, message: str, token: Token, lines: Lines, hint: str) -> Fault:
    """Return a fault at the first sign of a block's first line."""
    line = token.map[0] if token.map else 0
    text = lines[line] if line < len(lines) else ""
    start = text.find(token.markup) if token.type in ("fence", "heading_open", "admonition_open") else -1
    shown = text[start:] if start >= 0 else text.lstrip(" >")
    return Fault(code, message, line + 1, len(text) - len(shown) + 1, max(len(shown.rstrip()), 1), hint)


def _check_single(tokens: Sequence[Token], lines: Lines) -> Iterator[Fault]:
    expected = ("paragraph_open", "inline", "paragraph_close")
    for nth, token in enumerate(tokens):
        if nth > 2 or token.type != expected[nth]:
            hint = "write one paragraph, or escape the first sign with a backslash"
            yield _fault("M105", "only one paragraph can stand here", token, lines, hint)
            return


def _check_headings(tokens: Sequence[Token], lines: Lines) -> Iterator[Fault]:
    deepest = 1
    for index, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        level = int(token.tag[1])
        if token.level:
            yield _fault("M142", "a heading stands within another block", token, lines, "end the block before it")
        if level == 1:
            yield _fault("M140", "a heading of the first level", token, lines, "begin it with ##")
        elif level > deepest + 1:
            hint = f"write {'#' * (deepest + 1)}"
            yield _fault("M141", f"{'#' * level} comes after level {deepest}", token, lines, hint)
        if not tokens[index + 1].content.strip():
            yield _fault("M143", "this heading is empty", token, lines, "write its words, or remove it")
        deepest = max(level, 1)


def _check_depth(tokens: Sequence[Token], lines: Lines) -> Iterator[Fault]:
    for token in tokens:
        if token.level > DEEPEST and token.map and token.type != "inline":
            yield _fault("M103", "blocks are nested too deep here", token, lines, "flatten the lists or quotations")
            return


def _check_fence(tokens: Sequence[Token], index: int, lines: Lines) -> Iterator[Fault]:
    token = tokens[index]
    first, end = token.map or (0, 0)
    written = token.content.count("\n") + (not token.content.endswith("\n") and bool(token.content))
    if written != end - first - 2:
        yield _fault("M110", "this code block is not closed", token, lines, f"close it with {token.markup}")
    yield from slips.curled(token, lines)
    language = language_of(token.info)
    if language and not known_language(language):
        message = f"“{language}” is no known language: it is printed without colors"
        yield _fault("M111", message, token, lines, "write another name of the language, or text")
    elif language and not is_colored(token.content, language):
        message = f"what colors “{language}” does not come to an end over this: it is printed without colors"
        yield _fault("M114", message, token, lines, "write text in place of the language, or shorten its longest lines")
    for nth, line in enumerate(token.content.split("\n")):
        if len(line) > COLUMNS:
            whole = lines[first + 1 + nth]
            column = len(whole) - len(line) + COLUMNS + 1
            message = f"this line of code has {len(line)} columns"
            yield Fault("M112", message, first + 2 + nth, column, len(line) - COLUMNS, f"break it at {COLUMNS}")


def _check_indented(tokens: Sequence[Token], index: int, lines: Lines) -> Iterator[Fault]:
    yield _fault("M113", "this is indented like code", tokens[index], lines, "indent less, or use three backticks")


def _check_admonition(tokens: Sequence[Token], index: int, lines: Lines) -> Iterator[Fault]:
    token = tokens[index]
    kind = token.meta["tag"]
    if kind not in ADMONITIONS or token.markup != "!!!":
        name = kind if token.markup == "!!!" else token.markup
        hint = f"write !!! and one of {', '.join(ADMONITIONS)}"
        yield _fault("M150", f"there is no admonition “{name}”", token, lines, hint)
    follower = index + 1
    if tokens[follower].type == "admonition_title_open":
        follower += 3
    if tokens[follower].type == "admonition_close":
        yield _fault("M151", "this admonition is empty", token, lines, "indent its body by four spaces")


def _check_table(tokens: Sequence[Token], index: int, lines: Lines) -> Iterator[Fault]:
    width = 0
    for token in tokens[index:]:
        if token.type == "table_close":
            return
        if token.type == "tr_open" and token.map:
            count = _cells(lines[token.map[0]].lstrip(" >"))
            width = width or count
            if count > width:
                message = f"this row has {count} cells, the head of its table {width}"
                yield _fault("M160", message, token, lines, "remove a cell, or write \\| for a bar in a cell")


def _cells(line: str) -> int:
    """Count the cells of a table row, its outer bars being optional (GFM, section 4.10)."""
    row = line.strip().replace("\\|", "")
    return row.removeprefix("|").removesuffix("|").count("|") + 1


def _check_paragraph(tokens: Sequence[Token], index: int, lines: Lines) -> Iterator[Fault]:
    token = tokens[index]
    if "refused" in token.meta:
        message = f"this paragraph has {token.meta['refused']:,} characters, or too many signs"
        yield _fault("M102", message, token, lines, f"split it: at most {LONGEST:,}")
    first = token.map[0] if token.map else 0
    if "|" not in token.content:
        return
    rows = token.content.split("\n")
    if not any(RULE.fullmatch(row.strip()) for row in rows):
        yield from slips.barred(token.content, first + 1)
    for nth, line in enumerate(rows):
        if RULE.fullmatch(line.strip()):
            hint = "give the line above as many cells as this one"
            yield Fault("M162", "this is not read as a table", first + nth + 1, 1, len(line), hint)


_CHECKS: Final[dict[str, Callable[[Sequence[Token], int, Lines], Iterator[Fault]]]] = {
    "fence": _check_fence,
    "code_block": _check_indented,
    "admonition_open": _check_admonition,
    "table_open": _check_table,
    "inline": _check_paragraph,
    **slips.BLOCKS,
}


# Within a paragraph


def entity(state: StateInline, silent: bool) -> bool:
    """Read `&amp;` and `&#38;`, and refuse those that stand for what no text may hold."""
    at, first = state.pos, len(state.tokens)
    if not read_entity(state, silent):
        return False
    for token in state.tokens[first:]:
        if token.type == "text_special" and (found := FORBIDDEN.search(token.content)):
            token.content = "\N{REPLACEMENT CHARACTER}"
            message = f"the character U+{ord(found[0]):04X} cannot be printed"
            push_fault(state, "M101", message, (at, state.pos - at), "remove it")
    return True


def bare_link(state: StateInline, silent: bool) -> bool:
    """Refuse an address in running text."""
    at = state.pos
    if not state.src.startswith("://", at) or state.linkLevel:
        return False
    scheme = re.compile(r"https?\Z").search(state.src, max(0, at - 5), at)
    if scheme is None:
        return False
    if not silent:
        hint = "write [words](https://...)"
        push_fault(state, "M126", "a bare address is no link", (scheme.start(), at + 3 - scheme.start()), hint)
        state.append_pending("://")
    state.pos = at + 3
    return True


def broken_link(state: StateInline, silent: bool) -> bool:
    """Refuse the `](` of a link that could not be read: its words hold a reference, or brackets."""
    if not state.src.startswith("](", state.pos):
        return False
    if not silent:
        hint = "take references and brackets out of its words, or write \\] for a bracket"
        push_fault(state, "M129", "this link cannot be read", (state.pos, 2), hint)
        state.append_pending("](")
    state.pos += 2
    return True


def link(state: StateInline, silent: bool) -> bool:
    """Read `[words](https://...)` and refuse every other scheme."""
    return _link_by(read_link, state, silent)


def autolink(state: StateInline, silent: bool) -> bool:
    """Read `<https://...>` and refuse every other scheme."""
    return _link_by(read_autolink, state, silent)


def _link_by(rule: Rule, state: StateInline, silent: bool) -> bool:
    at, first = state.pos, len(state.tokens)
    if not rule(state, silent):
        return False
    if not silent:
        opening = next(i for i in range(first, len(state.tokens)) if state.tokens[i].type == "link_open")
        bare = state.tokens[opening + 1].type == "link_close"
        judge_link(state, state.tokens[opening], at, bare=bare)
    return True


def judge_link(state: StateInline, token: Token, at: int, *, bare: bool) -> None:
    """Refuse a link that began at an offset and ends here where its address is unsafe, or it has no words."""
    length = state.pos - at
    address = str(token.attrs.get("href", ""))
    if not SAFE.match(address):
        token.meta = {"refused": True}
        hint = "write https:" if address.lower().startswith("http") else "link with https: or mailto:, or by [[id]]"
        push_fault(state, "M125", f"“{address[:60]}” is no address a book may link to", (at, length), hint)
    if bare:
        push_fault(state, "M122", "this link has no words", (at, length), "write the words between the brackets")
    if "title" in token.attrs:
        push_fault(state, "M128", "a link's title is not printed", (at, length), "remove the title")
    if state.linkLevel:
        push_fault(state, "M129", "a link stands within a link", (at, length), "write one after the other")
