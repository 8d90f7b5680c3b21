"""Read what the book's dialect adds within a paragraph: references, marks, formulas, values, figures; and refuse bad links and HTML.

Every rule leaves tokens whose `meta["at"]` is the offset into the paragraph's content; a token of type
`fault` prints nothing and says what is wrong there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from markdown_it.common.html_re import HTML_TAG_RE
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import autolink as read_autolink
from markdown_it.rules_inline import link as read_link
from markdown_it.token import Token

from pipeline.markup import dialect

REFERENCE, TARGET, FOOTNOTE, FIGURE, VALUE, ATTRIBUTES, ATTRIBUTE = map(
    re.compile,
    (dialect.REFERENCE, dialect.TARGET, dialect.FOOTNOTE, dialect.FIGURE, dialect.VALUE, dialect.ATTRIBUTES, dialect.ATTRIBUTE),
)
ALT: Final = re.compile(rf"\s?{dialect.ALT}")
SAFE: Final = re.compile(r"(?:https://[^/\s?#]+|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE)
Rule = Callable[[StateInline, bool], bool]


def _push_fault(state: StateInline, code: str, message: str, span: tuple[int, int], hint: str) -> None:
    """Leave a token that records a fault, whose span is an offset and a length."""
    token = state.push("fault", "", 0)
    token.meta = {"at": span[0], "code": code, "message": message, "length": span[1], "hint": hint}


def reference(state: StateInline, silent: bool) -> bool:
    """Read `[[id]]`, `[[kind:id]]`, and `[[id|label]]`."""
    at = state.pos
    if not state.src.startswith("[[", at):
        return False
    match = REFERENCE.match(state.src, at, state.posMax)
    end = match.end() if match else at + 2
    if not silent:
        if match is None:
            _push_fault(state, "M120", "this reference is not closed", (at, 2), "write [[id]] or [[id|label]], in a table [[id\\|label]]")
            state.append_pending("[[")
        else:
            _push_reference(state, match)
    state.pos = end
    return True


def _push_reference(state: StateInline, match: re.Match[str]) -> None:
    at, length = match.start(), match.end() - match.start()
    target = TARGET.fullmatch(match[1].strip())
    label = " ".join(match[2].split()) if match[2] is not None else None
    if target is None or (target[1] or "") not in dialect.REFERENCES:
        hint = f"write an id in lower case with hyphens, after one of {', '.join(f'{k}:' for k in dialect.REFERENCES if k)}"
        _push_fault(state, "M121", f"“{match[1].strip()}” names nothing", (at, length), hint)
        state.append_pending(label or match[1])
        return
    if label == "":
        _push_fault(state, "M122", "the label of this reference is empty", (at, length), "write a label, or no |")
    token = state.push("reference", "", 0)
    token.content = label or target[2]
    token.meta = {"at": at, "kind": dialect.REFERENCES[target[1] or ""], "id": target[2], "label": label or None}


def footnote(state: StateInline, silent: bool) -> bool:
    """Read `[^name]`."""
    match = FOOTNOTE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
    if match is None:
        return False
    if not silent:
        token = state.push("note", "", 0)
        token.meta = {"at": match.start(), "label": match[1], "length": len(match[0])}
    state.pos = match.end()
    return True


def mark(state: StateInline, silent: bool) -> bool:
    """Read `[words]{.index term="..." sub="..."}`."""
    start, maximum = state.pos, state.posMax
    if state.src[start] != "[" or state.src.find("]{", start, maximum) < 0:
        return False
    end = state.md.helpers.parseLinkLabel(state, start)
    if end < 0 or not state.src.startswith("{", end + 1) or end + 1 >= maximum:
        return False
    match = ATTRIBUTES.match(state.src, end + 1, maximum)
    if match is None:
        return False
    if not silent:
        _push_mark(state, start, end, match)
    state.pos, state.posMax = match.end(), maximum
    return True


def _push_mark(state: StateInline, start: int, end: int, match: re.Match[str]) -> None:
    names = _attributes(state, match)
    if not state.src[start + 1 : end].strip():
        _push_fault(state, "M122", "this index mark has no words", (start, match.end() - start), "mark some words")
    opening = state.push("mark_open", "span", 1)
    opening.meta = {"at": start, **names}
    state.pos, state.posMax = start + 1, end
    state.md.inline.tokenize(state)
    state.push("mark_close", "span", -1)


def _attributes(state: StateInline, match: re.Match[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    text, at = match[1], 0
    marked = False
    while at < len(text.rstrip()):
        found = ATTRIBUTE.match(text, at)
        place = match.start(1) + at + (len(text[at:]) - len(text[at:].lstrip()))
        if found is None:
            _push_fault(state, "M128", "these attributes cannot be read", (place, 1), 'write {.index term="..."}')
            break
        if found[1] == ".index":
            marked = True
        elif found[2] in dialect.INDEXED and found[2] not in names:
            names[found[2]] = " ".join((found[3] if found[3] is not None else found[4]).split())
        else:
            word = found[1] or found[2]
            _push_fault(state, "M128", f"“{word}” is no attribute of text", (place, len(word)), "use .index only")
        at = found.end()
    if not marked:
        _push_fault(state, "M128", "attributes without .index", (match.start(), len(match[0])), "write {.index ...}")
    return names


def formula(state: StateInline, silent: bool) -> bool:
    r"""Read `$latex$`, then `{alt="..."}` if it follows; a dollar of money is `\$`."""
    at = state.pos
    if state.src[at] != "$":
        return False
    if state.src.startswith("$$", at):
        return _double_dollar(state, silent)
    end = _closing_dollar(state, at + 1)
    if end < 0:
        if not silent:
            _push_fault(state, "M170", "this formula is not closed", (at, 1), "close it with $, or write \\$ for money")
            state.append_pending("$")
        state.pos = at + 1
        return True
    latex = state.src[at + 1 : end]
    alt = ALT.match(state.src, end + 1, state.posMax) if state.src.startswith("{", end + 1) else None
    if not silent:
        _push_formula(state, latex, at, alt[1] if alt else None)
    state.pos = alt.end() if alt else end + 1
    return True


def _push_formula(state: StateInline, latex: str, at: int, alt: str | None) -> None:
    if latex != latex.strip():
        hint = "remove the space, or write \\$ for money"
        _push_fault(state, "M171", "this formula begins or ends with a space", (at, len(latex) + 2), hint)
    token = state.push("formula", "", 0)
    token.content = latex
    token.meta = {"at": at, "inside": at + 1, "alt": alt}


def _closing_dollar(state: StateInline, start: int) -> int:
    end = state.src.find("$", start, state.posMax)
    while end > 0 and state.src[end - 1] == "\\":
        end = state.src.find("$", end + 1, state.posMax)
    return end


def _double_dollar(state: StateInline, silent: bool) -> bool:
    at = state.pos
    end = state.src.find("$$", at + 2, state.posMax)
    state.pos = end + 2 if end >= 0 else at + 2
    if silent:
        return True
    if end < 0:
        _push_fault(state, "M170", "this display formula is not closed", (at, 2), "close it with $$")
    elif not state.src[at + 2 : end].strip():
        _push_fault(state, "M172", "this formula is empty", (at, end + 2 - at), "write the formula, or remove the signs")
    else:
        hint = "put $$ on a line of its own, with an empty line before and after"
        _push_fault(state, "M123", "a display formula stands within a paragraph", (at, end + 2 - at), hint)
    state.append_pending(state.src[at : state.pos])
    return True


def braces(state: StateInline, silent: bool) -> bool:
    """Read `{=example.name}`; refuse attributes on anything but words in brackets."""
    at = state.pos
    if state.src[at] != "{" or state.src[at + 1 : at + 2] not in ("=", ".", "#", ":", "a"):
        return False
    match = VALUE.match(state.src, at, state.posMax)
    if match is None:
        return _stray_braces(state, silent)
    if not silent:
        token = state.push("value", "", 0)
        token.content = match[1].strip()
        token.meta = {"at": at, "kind": "value", "id": match[1].strip(), "label": None}
    state.pos = match.end()
    return True


def _stray_braces(state: StateInline, silent: bool) -> bool:
    at = state.pos
    if not re.compile(r"\{(?:=|[.#:]\w|alt=)").match(state.src, at, state.posMax):
        return False
    if not silent:
        if state.src[at + 1] == "=":
            _push_fault(state, "M127", "this value cannot be read", (at, 2), "write {=example.name}")
        else:
            hint = "put the words they belong to in brackets: [words]{.index}"
            _push_fault(state, "M128", "attributes belong to nothing here", (at, 2), hint)
        state.append_pending("{")
    state.pos = at + 1
    return True


def figure(state: StateInline, silent: bool) -> bool:
    """Read `![](figure:id)`."""
    match = FIGURE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "!" else None
    if match is None:
        return False
    if not silent:
        kind, _, name = match[1].partition(":")
        if kind == "figure" and TARGET.fullmatch(name) and ":" not in name:
            token = state.push("figure", "", 0)
            token.meta = {"at": match.start(), "kind": "figure", "id": name, "label": None}
        else:
            hint = "write ![](figure:id)"
            _push_fault(state, "M124", "an image has no figure's id", (match.start(), len(match[0])), hint)
    state.pos = match.end()
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
        _push_fault(state, "M126", "a bare address is no link", (scheme.start(), at + 3 - scheme.start()), hint)
        state.append_pending("://")
    state.pos = at + 3
    return True


def broken_link(state: StateInline, silent: bool) -> bool:
    """Refuse the `](` of a link that could not be read: its words hold a reference, or brackets."""
    if not state.src.startswith("](", state.pos):
        return False
    if not silent:
        hint = "take references and brackets out of its words, or write \\] for a bracket"
        _push_fault(state, "M129", "this link cannot be read", (state.pos, 2), hint)
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
        _push_fault(state, "M125", f"“{address[:60]}” is no address a book may link to", (at, length), hint)
    if bare:
        _push_fault(state, "M122", "this link has no words", (at, length), "write the words between the brackets")
    if "title" in token.attrs:
        _push_fault(state, "M128", "a link's title is not printed", (at, length), "remove the title")
    if state.linkLevel:
        _push_fault(state, "M129", "a link stands within a link", (at, length), "write one after the other")


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
        _push_fault(state, "M104", "raw HTML is not printed", (state.pos, length), hint)
        state.append_pending(state.src[state.pos : state.pos + length])
    state.pos += length
    return True
