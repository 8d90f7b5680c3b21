"""Read links out of the book; refuse those that are unsafe, bare, or broken, and raw HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from markdown_it.common.html_re import HTML_TAG_RE
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import autolink as read_autolink
from markdown_it.rules_inline import link as read_link
from markdown_it.token import Token

from pipeline.markup.inline_rules import push_fault

Rule = Callable[[StateInline, bool], bool]
SAFE: Final = re.compile(r"(?:https://[^/\s?#]+|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE)


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
        _judge_link(state, state.tokens[opening], at, bare=bare)
    return True


def _judge_link(state: StateInline, token: Token, at: int, *, bare: bool) -> None:
    length = state.pos - at
    address = str(token.attrs.get("href", ""))
    if not SAFE.match(address):
        token.meta = {"refused": True}
        hint = "write https:" if address.startswith("http:") else "link with https: or mailto:, or by [[id]]"
        push_fault(state, "M125", f"“{address[:60]}” is no address a book may link to", (at, length), hint)
    if bare:
        push_fault(state, "M122", "this link has no words", (at, length), "write the words between the brackets")
    if "title" in token.attrs:
        push_fault(state, "M128", "a link's title is not printed", (at, length), "remove the title")
    if state.linkLevel:
        push_fault(state, "M129", "a link stands within a link", (at, length), "write one after the other")


def html(state: StateInline, silent: bool) -> bool:
    """Refuse what reads as an HTML tag, and print it as it stands."""
    if state.src[state.pos] != "<":
        return False
    match = HTML_TAG_RE.match(state.src[state.pos : min(state.posMax, state.pos + 2000)])
    comment = state.src.startswith("<!--", state.pos)
    if match is None and not comment:
        return False
    length = len(match[0]) if match else 4
    if not silent:
        hint = "put it between backticks, or write \\<"
        push_fault(state, "M104", "raw HTML is not printed", (state.pos, length), hint)
        state.append_pending(state.src[state.pos : state.pos + length])
    state.pos += length
    return True
