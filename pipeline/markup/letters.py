"""Two digests of a text: of what is printed, exactly, and of its letters alone.

Exact is what a reader sees: words, emphasis, blocks, and where links lead. Where lines break in the file is no part of it, nor
are marks of the index. Letters alone are what is said: without case, markup, spaces, and punctuation. What stands between two
figures stays (1.5 is not 15, 3-5 is not 35), and so do a minus, signs of mathematics and of money, percent, all of a formula,
and all of code: there a point or a bracket is as good as a letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256

from markdown_it.token import Token

from pipeline.markup.text import Text
from pipeline.work import cache

Piece = tuple[str, str]
"""What a piece of a text is (prose, raw, or markup), and what it says."""
DIGITS = 16
"""Hexadecimal digits of a digest: enough to tell versions of one text apart."""
BEGINNING = 40
"""Letters that a text is found by in what is printed."""
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
BETWEEN = re.compile(r"(?<=\d)[^\w]+(?=\d)|(?<![\w)\]])[-.](?=\.?\d)")
KEPT = frozenset("%\u2030\u00b0\x02")
SILENT = frozenset({"mark_open", "mark_close", "softbreak", "hardbreak", "note"})
MEANT = {"sup_open": "^", "sub_open": "_", "s_open": "~"}
"""Markup that says something."""


def digest(*parts: str) -> str:
    """Return a digest of some texts."""
    return sha256("\x1e".join(parts).encode()).hexdigest()[:DIGITS]


def letters(text: str) -> str:
    """Return the letters of a text, and what else must stay for it to say the same."""
    text = unicodedata.normalize("NFC", text).casefold().translate(DASHES)
    text = BETWEEN.sub(lambda found: "".join(f"\x02{ord(c)}\x02" for c in ("".join(found[0].split()) or " ")), text)
    return "".join(c for c in text if c.isalnum() or c in KEPT or unicodedata.category(c) in ("Mn", "Mc", "Me", "Sm", "Sc"))


def digests(text: Text) -> tuple[str, str]:
    """Return the two digests of a text as it stands; what its references lead to is not part of them."""
    exact, said, _ = _traced(text)
    return exact, said


def beginning(text: Text) -> str:
    """Return the letters and figures that a text begins with as it is printed: some forty, up to a formula or whatever is looked up."""
    return _traced(text)[2]


def _traced(text: Text) -> tuple[str, str, str]:
    exact, said, begins = cache.shelf("traced").remembered(lambda: [*_digests(text), _beginning(text.tokens)], (text.source, text.inline))
    return exact, said, begins


def _beginning(tokens: Iterable[Token]) -> str:
    said = ""
    for child in next((token.children or () for token in tokens if token.type in ("inline", "placement")), ()):
        if child.type not in ("text", "code_inline", "softbreak", "hardbreak") and child.nesting == 0:
            break
        said += child.content
    return "".join(filter(str.isalnum, said))[:BEGINNING]


def _digests(text: Text) -> list[str]:
    pieces = list(_pieces(text.tokens))
    for label, note in text.notes.items():
        pieces += [("markup", f"note {label}"), *_inline(note.children or ())]
    said = ("".join(content if kind == "raw" else letters(content) for kind, content in _joined(pieces, ("markup",))),)
    return [digest(*(f"{kind}\x1f{content}" for kind, content in _joined(pieces, ()))), digest(*said)]


def _joined(pieces: Iterable[Piece], without: tuple[str, ...]) -> Iterator[Piece]:
    """Yield pieces without those of some kinds, prose that then adjoins as one."""
    prose = ""
    for kind, content in pieces:
        if kind in without:
            continue
        if kind == "prose":
            prose += content
            continue
        if prose:
            yield "prose", prose
        prose = ""
        yield kind, content
    if prose:
        yield "prose", prose


def _pieces(tokens: Iterable[Token]) -> Iterator[Piece]:
    for token in tokens:
        if token.type == "inline":
            yield from _inline(token.children or ())
        elif token.type in ("fence", "code_block"):
            lines = "\n".join(line.rstrip() for line in token.content.strip("\n").split("\n"))
            yield "raw", f"\x01{lines}\x01"
        elif token.type == "formula_block":
            yield "raw", f"\x01{_squeezed(token.content)}\x01"
        else:
            yield "markup", f"{token.type} {token.tag} {token.attrs.get('start', '')}"
            yield "prose", "\n"  # figures of two cells or paragraphs stay apart
            if token.type == "table_open" and "caption" in token.meta:
                yield from _inline(token.meta["caption"].children or ())


def _inline(children: Iterable[Token]) -> Iterator[Piece]:
    for child in children:
        if child.type == "text":
            yield "prose", child.content
        elif child.type == "code_inline":
            yield "markup", "code"
            yield "raw", "".join(child.content.split())
        elif child.type == "formula":
            yield "prose", child.meta["before"]
            yield "raw", _squeezed(child.content)
            yield "prose", child.meta["after"]
        elif child.type == "reference" and child.meta["label"]:
            yield "markup", f"link {child.meta['kind']}"
            yield "prose", child.meta["label"]
        elif child.type in SILENT:
            yield "prose", " " if child.type.endswith("break") else ""
        else:
            yield "markup", f"{child.type} {child.attrs.get('href', '')}"
            yield "raw", MEANT.get(child.type, "")


def _squeezed(formula: str) -> str:
    return " ".join(formula.split())
