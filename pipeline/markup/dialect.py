r"""The Markdown of a book: which rules are on, what may be named, how each construct is written, and how those in a paragraph are read.

The checks that mask what is no prose read the patterns, and preflight, which looks for what is printed as it is written. They hold
no white space of their own, so that they may stand in a verbose one.

Every rule leaves tokens whose `meta["at"]` is the offset into the paragraph's content; a token of type `fault` prints nothing and
says what is wrong there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline

Rule = Callable[[StateInline, bool], bool]

OFF: Final = ["lheading", "html_block", "html_inline", "image", "footnote_ref"]
ON: Final = ["table", "smartquotes", "strikethrough"]
"""Rules of CommonMark that are off, and more that are on; beside these, definitions, admonitions, footnotes, and our own."""
REFERENCES: Final = {"": "section", "chapter": "section", "term": "term", "formula": "formula", "source": "source", "box": "box"}
"""What may stand before the colon of a reference, and what it names then."""
ADMONITIONS: Final = ("note", "tip", "warning", "example")
INDEXED: Final = ("term", "sub", "see", "see-also")
"""What the attributes of an index mark say."""

NAMED: Final = r"\[\[([^\[\]|]{0,200})"
REFERENCE: Final = NAMED + r"(?:\|([^\[\]]{0,500}))?\]\]"
TARGET: Final = r"(?:([a-z]+):)?([a-z0-9]+(?:-[a-z0-9]+)*)"
FOOTNOTE: Final = r"\[\^([^\[\]\s]{1,80})\]"
FIGURE: Final = r"!\[([^\]]{0,500})\]\(([^)]{0,500})\)"
VALUE: Final = r"\{=([a-z0-9-]+\.[^{}\n]+)\}"
ATTRIBUTES: Final = r"\{([^{}]*)\}"
ATTRIBUTE: Final = r"""\s*(?:([.#][\w-]+)|([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s"]+)))(?=\s|$)"""
ALT: Final = r'\{\s*alt="([^"{}]*)"\s*\}'
FORMULA: Final = rf"(?<!\\)\$(?:\\.|[^$\\]){{1,2000}}\$(?:\s?{ALT})?"
DISPLAY: Final = rf"\$\$(?s:.*?)\$\$(?:\s*{ALT})?"
CODE: Final = r"(?P<tick>`+)(?!`)(?s:.{1,2000}?)(?<!`)(?P=tick)(?!`)"
FENCE: Final = r"^[ ]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?s:.*?)(?:^[ ]*(?P=fence)[`~]*[ ]*$|\Z)"
ADMONITION: Final = r"^[ ]*!!![ ]\w+"
LINKED: Final = r"\]\([^)\s]{0,500}\)"
"""The end of a link, after its words."""
TASK: Final = r"(?<=[-*+][ ])\[[ xX]\](?=[ ])"
COMMENT: Final = r"<!--(?s:.*?)-->"
TAG: Final = r"</?[A-Za-z][^<>\n]{0,500}>"
DEFINED: Final = r"^[ ]{0,3}\[(?!\^)[^\[\]\n]{1,200}\]:[ ]*\S+[^\n]*$"
"""Where the address of a link by reference is written."""
ADDRESS: Final = r"(?:<\w+:[^>\s]{0,500}>|https?://\S+)"
ESCAPED: Final = r"\\."
OPENING: Final = r"^[ \t]*(?:[-*+]|\d+[.)]|\#+|>|:)(?=[ \t])"
"""What begins an item, a heading, a quotation, or a definition."""

_REFERRED: Final = re.compile(r"!\[([^\]]{1,500})\](?:\[([^\]]{0,200})\])?")
_ADDRESSED: Final = re.compile(r"""(?:<([^<>]*)>|([^\s"']*))(\s+(?:"[^"]*"|'[^']*'))?""")
"""What stands between the parentheses of a picture: an address, and a title."""
_FILE: Final = re.compile(r"(?:[^/\\:*?\"<>|\x00-\x1f]{1,100}/){0,4}[^/\\:*?\"<>|\x00-\x1f]{1,100}\.(?:png|jpe?g|webp|gif)", re.IGNORECASE)
"""The path of a picture from the folder of the book."""
_REFERENCE, _TARGET, _FOOTNOTE, _FIGURE, _VALUE, _ATTRIBUTES, _ATTRIBUTE, _ALT = map(
    re.compile, (REFERENCE, TARGET, FOOTNOTE, FIGURE, VALUE, ATTRIBUTES, ATTRIBUTE, rf"\s?{ALT}")
)


def push_fault(state: StateInline, code: str, message: str, span: tuple[int, int], hint: str) -> None:
    """Leave a token that records a fault, whose span is an offset and a length."""
    token = state.push("fault", "", 0)
    token.meta = {"at": span[0], "code": code, "message": message, "length": span[1], "hint": hint}


def reference(state: StateInline, silent: bool) -> bool:
    """Read `[[id]]`, `[[kind:id]]`, and `[[id|label]]`."""
    at = state.pos
    if not state.src.startswith("[[", at):
        return False
    match = _REFERENCE.match(state.src, at, state.posMax)
    end = match.end() if match else at + 2
    if not silent:
        if match is None:
            push_fault(state, "M120", "this reference is not closed", (at, 2), "write [[id]] or [[id|label]], in a table [[id\\|label]]")
            state.append_pending("[[")
        else:
            _push_reference(state, match)
    state.pos = end
    return True


def _push_reference(state: StateInline, match: re.Match[str]) -> None:
    at, length = match.start(), match.end() - match.start()
    target = _TARGET.fullmatch(match[1].strip())
    label = " ".join(match[2].split()) if match[2] is not None else None
    if target is None or (target[1] or "") not in REFERENCES:
        hint = f"write an id in lower case with hyphens, after one of {', '.join(f'{k}:' for k in REFERENCES if k)}"
        push_fault(state, "M121", f"“{match[1].strip()}” names nothing", (at, length), hint)
        state.append_pending(label or match[1])
        return
    if label == "":
        push_fault(state, "M122", "the label of this reference is empty", (at, length), "write a label, or no |")
    token = state.push("reference", "", 0)
    token.content = label or target[2]
    token.meta = {"at": at, "kind": REFERENCES[target[1] or ""], "id": target[2], "label": label or None}


def footnote(state: StateInline, silent: bool) -> bool:
    """Read `[^name]`."""
    match = _FOOTNOTE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
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
    match = _ATTRIBUTES.match(state.src, end + 1, maximum)
    if match is None:
        return False
    if not silent:
        _push_mark(state, start, end, match)
    state.pos, state.posMax = match.end(), maximum
    return True


def _push_mark(state: StateInline, start: int, end: int, match: re.Match[str]) -> None:
    names = _attributes(state, match)
    if not state.src[start + 1 : end].strip():
        push_fault(state, "M122", "this index mark has no words", (start, match.end() - start), "mark some words")
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
        found = _ATTRIBUTE.match(text, at)
        place = match.start(1) + at + (len(text[at:]) - len(text[at:].lstrip()))
        if found is None:
            push_fault(state, "M128", "these attributes cannot be read", (place, 1), 'write {.index term="..."}')
            break
        if found[1] == ".index":
            marked = True
        elif found[2] in INDEXED and found[2] not in names:
            names[found[2]] = " ".join((found[3] if found[3] is not None else found[4]).split())
        else:
            word = found[1] or found[2]
            push_fault(state, "M128", f"“{word}” is no attribute of text", (place, len(word)), "use .index only")
        at = found.end()
    if not marked:
        push_fault(state, "M128", "attributes without .index", (match.start(), len(match[0])), "write {.index ...}")
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
            push_fault(state, "M170", "this formula is not closed", (at, 1), "close it with $, or write \\$ for money")
            state.append_pending("$")
        state.pos = at + 1
        return True
    latex = state.src[at + 1 : end]
    alt = _ALT.match(state.src, end + 1, state.posMax) if state.src.startswith("{", end + 1) else None
    if not silent:
        _push_formula(state, latex, at, alt[1] if alt else None)
    state.pos = alt.end() if alt else end + 1
    return True


def _push_formula(state: StateInline, latex: str, at: int, alt: str | None) -> None:
    if latex != latex.strip():
        hint = "remove the space, or write \\$ for money"
        push_fault(state, "M171", "this formula begins or ends with a space", (at, len(latex) + 2), hint)
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
        push_fault(state, "M170", "this display formula is not closed", (at, 2), "close it with $$")
    elif not state.src[at + 2 : end].strip():
        push_fault(state, "M172", "this formula is empty", (at, end + 2 - at), "write the formula, or remove the signs")
    else:
        hint = "put $$ on a line of its own, with an empty line before and after"
        push_fault(state, "M123", "a display formula stands within a paragraph", (at, end + 2 - at), hint)
    state.append_pending(state.src[at : state.pos])
    return True


def braces(state: StateInline, silent: bool) -> bool:
    """Read `{=example.name}`; refuse attributes on anything but words in brackets."""
    at = state.pos
    if state.src[at] != "{" or state.src[at + 1 : at + 2] not in ("=", ".", "#", ":", "a"):
        return False
    match = _VALUE.match(state.src, at, state.posMax)
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
            push_fault(state, "M127", "this value cannot be read", (at, 2), "write {=example.name}")
        else:
            hint = "put the words they belong to in brackets: [words]{.index}"
            push_fault(state, "M128", "attributes belong to nothing here", (at, 2), hint)
        state.append_pending("{")
    state.pos = at + 1
    return True


def figure(state: StateInline, silent: bool) -> bool:
    """Read `![](figure:id)`, and `![words](file.png)`."""
    match = _FIGURE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "!" else None
    if match is None:
        return _by_reference(state, silent)
    if not silent:
        kind, _, name = match[2].partition(":")
        if kind == "figure" and _TARGET.fullmatch(name) and ":" not in name:
            token = state.push("figure", "", 0)
            token.meta = {"at": match.start(), "kind": "figure", "id": name, "label": None}
        else:
            push_picture(state, match[1], match[2], (match.start(), len(match[0])))
    state.pos = match.end()
    return True


def _by_reference(state: StateInline, silent: bool) -> bool:
    """Read `![words][name]` and `![name]`, where `[name]: file.png` stands in the text."""
    match = _REFERRED.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "!" else None
    found = state.env.get("references", {}).get(normalizeReference(match[2] or match[1])) if match else None
    if match is None or found is None:
        return False
    if not silent:
        push_picture(state, match[1], found["href"], (match.start(), len(match[0])))
    state.pos = match.end()
    return True


def push_picture(state: StateInline, words: str, address: str, span: tuple[int, int]) -> None:
    """Leave a token for a picture that lies in the book, or one that says why there is none; a span is an offset and a length."""
    found = _ADDRESSED.fullmatch(address.strip())
    name = unquote((found[1] or found[2]) if found else "").removeprefix("./")
    words = " ".join(re.sub(r"\\(?=[^\w\s])|[*`]", "", words).split())
    if not _FILE.fullmatch(name) or {"", "..", "."} & set(name.split("/")):
        hint = "put the file into the book, and name it from there: ![words](pictures/name.png); a figure is ![](figure:id)"
        push_fault(state, "M124", f"“{address[:60]}” is no picture in the book", span, hint)
        return
    if not words:
        push_fault(state, "M135", "this picture has no words", span, "say between the brackets what it shows")
    if found and found[3]:
        push_fault(state, "M128", "a picture's title is not printed", span, "remove the title")
    token = state.push("picture", "", 0)
    token.content = words
    token.meta = {"at": span[0], "kind": "picture", "id": name, "label": words}


BEFORE_LINKS: Final[tuple[Rule, ...]] = (reference, footnote, mark)
AFTER_ALL: Final[tuple[Rule, ...]] = (formula, braces, figure)
"""Our own rules within a paragraph."""
