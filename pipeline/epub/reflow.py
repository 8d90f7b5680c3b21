"""Make documents ready for screens: trees read and written, tables fitted to what is narrow, the maths font cut.

Readers choose size and typeface, so widths are estimates in ems, on the safe side. Without a font that has a MATH table
(OpenType 1.9, chapter MATH), sums stay small and their limits collide; so an EPUB brings one, cut down to the characters
of its formulas.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from fontTools.ttLib import TTFont
from lxml import etree

from pipeline import theme
from pipeline.work import cache

XHTML = "http://www.w3.org/1999/xhtml"
MATHML = "http://www.w3.org/1998/Math/MathML"
SVG = "http://www.w3.org/2000/svg"
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
PROLOGUE = b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
TH, TD, TR = (f"{{{XHTML}}}{name}" for name in ("th", "td", "tr"))
BLOCKS = tuple(
    f"{{{XHTML}}}{name}"
    for name in ("body", "caption", "dd", "div", "dt", "figcaption", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "th")
)
LABEL = "data-label"
BREAK = re.compile(r"[\s\-\u2010-\u2014/]+")
LETTER, GAP = 0.62, 0.6
"""Ems: a letter of a wide bold face, and the white beside a cell."""
SET, SMALL = 0.85, 0.72
"""Ems: how tables are set, and those of many columns."""
NEVER, MIDDLE, WIDE = 10.0, 16.0, 22.0
"""Ems that a screen has at three times, twice, and once the usual size of type on a phone: see narrow.css."""
SPACED = 0.56
"""Ems beside a relation or an operator (two thick spaces)."""
FOLD = re.compile(r"(fold( fold-\d+)?)?")
"""Classes of a grid that is one row, or a row for each of its cells (see formula_lines)."""
LARGE, GROWN = "∑∏∫", 0.45
"""Signs that are wider in a display, and by how much, in ems."""
SCRIPT, SLACK = 0.72, 1.05
FONT_FILE = "fonts/math.ttf"
FAMILY = theme.MATH
FONT_RULE = (
    f'@font-face{{font-family:"{FAMILY}";src:url({FONT_FILE});font-weight:normal;font-style:normal}}\nmath{{font-family:"{FAMILY}",math}}\n'
)
KEPT_NAMES = (0, 5, 7, 13, 14)
"""Copyright, version, trademark, licence, and its address: the licence (OFL 1.1, condition 2) asks for them."""
NAMES = {1: FAMILY, 2: "Regular", 4: FAMILY, 6: FAMILY.replace(" ", "")}
ALPHANUMERIC = range(0x1D400, 0x1D800)
LETTERLIKE = range(0x2100, 0x2150)
RADICAL, MINUS, PRIMES = "\u221a", "\u2212", "\u2032\u2033\u2034"


def parse(text: str) -> etree._Element:
    """Read a whole document. Raises etree.XMLSyntaxError when it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(text.encode(), parser)


def serialize(root: etree._Element) -> bytes:
    """Return a document as bytes; an element that may hold something keeps its end tag even when it is empty."""
    for element in elements(root):
        name = etree.QName(element)
        if name.namespace == XHTML and name.localname not in VOID and len(element) == 0 and element.text is None:
            # Kindle's converter reads XHTML as HTML: there <i/> is never closed.
            element.text = ""
    return PROLOGUE + etree.tostring(root, encoding="utf-8") + b"\n"


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Yield every element, without comments."""
    return root.iter(etree.Element)


def ids(root: etree._Element) -> tuple[str, ...]:
    """Return the ids of a document, in order."""
    return tuple(str(element.get("id")) for element in elements(root) if element.get("id"))


def holds(root: etree._Element, namespace: str, name: str) -> bool:
    """Say whether an element of this name stands in the document."""
    return next(root.iter(f"{{{namespace}}}{name}"), None) is not None


def words(element: etree._Element, without: str = "", *, without_formulas: bool = False) -> str:
    """Return what an element says, on one line, without parts of one class; a formula says its text alternative."""
    return " ".join("".join(_words(element, without, without_formulas)).split())


def _words(element: etree._Element, without: str, without_formulas: bool) -> Iterator[str]:
    if element.tag == f"{{{MATHML}}}math":
        yield "" if without_formulas else str(element.get("alttext", ""))
        return
    yield element.text or ""
    for child in element.iterchildren(etree.Element):
        if not without or without not in str(child.get("class", "")).split():
            yield from _words(child, without, without_formulas)
        yield child.tail or ""


def put(old: etree._Element, new: etree._Element) -> None:
    """Put an element in the place of another, before the text that follows it."""
    new.tail, old.tail = old.tail, None
    parent = old.getparent()
    assert parent is not None
    parent.replace(old, new)


# Tables, and how wide formulas are


def frame_tables(root: etree._Element) -> None:
    """Put each table in a box that says by its class how wide the table is, and give its cells their column's name."""
    for table in tuple(root.iter(f"{{{XHTML}}}table")):
        _label(table)
        frame = etree.Element(f"{{{XHTML}}}div", {"class": " ".join(("table", *_width_class(table)))})
        frame.tail, table.tail = table.tail, None
        table.addprevious(frame)
        frame.append(table)


def _rows(table: etree._Element) -> list[list[etree._Element]]:
    return [list(row.iterchildren(TH, TD)) for row in table.iter(TR)]


def _label(table: etree._Element) -> None:
    head = table.find(f"{{{XHTML}}}thead")
    names = [words(cell) for cell in _rows(head)[0]] if head is not None else []
    for row in _rows(table)[1:] if names else ():
        for cell, name in zip(row, names, strict=False):
            if cell.tag == TD and name:
                cell.set(LABEL, name)


def _width_class(table: etree._Element) -> tuple[str, ...]:
    widths = [max((_longest_word(cell) for cell in column if cell is not None), default=0.0) for column in zip_longest(*_rows(table))]
    width = sum(widths) + GAP * len(widths)
    if width * SET <= NEVER:
        return ()
    if width * SET <= MIDDLE:
        return ("middle",)
    return ("wide",) if width * SMALL <= WIDE else ("widest",)


def _longest_word(cell: etree._Element) -> float:
    formulas = sum(formula_width(formula) for formula in cell.iter(f"{{{MATHML}}}math"))
    return float(max(formulas, LETTER * max(map(len, BREAK.split(words(cell, without_formulas=True))))))


def formula_width(formula: etree._Element) -> float:
    """Return the width of a formula in ems, estimated from the glyphs of the maths font."""
    return _width(formula) * SLACK


def _width(element: etree._Element) -> float:
    name = etree.QName(element).localname
    parts = [_width(child) for child in element.iterchildren(etree.Element)]
    if name in ("mfrac", "mtable"):
        return _stacked(element, parts) + 0.2
    if name in ("msub", "msup"):
        return parts[0] + SCRIPT * parts[1]
    if name == "msubsup":
        return parts[0] + SCRIPT * max(parts[1:])
    if name in ("munder", "mover", "munderover"):
        return max(parts[0], *(SCRIPT * part for part in parts[1:]))
    if name in ("msqrt", "mroot"):
        return sum(parts) + 0.9
    return sum(parts) or _token(element, name)


def _stacked(element: etree._Element, parts: list[float]) -> float:
    if etree.QName(element).localname == "mfrac":
        return max(parts)
    rows = [[_width(cell) for cell in row] for row in element]
    if element.get("class") is not None and FOLD.fullmatch(str(element.get("class"))):
        return max(rows[0]) if element.get("class") else sum(rows[0])
    return sum(max(column) + 0.8 for column in zip_longest(*rows, fillvalue=0.0))


def _token(element: etree._Element, name: str) -> float:
    if name == "mspace":
        return float(str(element.get("width", "0")).removesuffix("em") or 0)
    words = element.text or ""
    grown = GROWN * sum(letter in LARGE for letter in words)
    spaced = name == "mo" and element.get("form") not in ("prefix", "postfix") and element.get("fence") != "true"
    return sum(_advances().get(ord(letter), 0.6) for letter in words) + grown + (SPACED if spaced else 0.0)


def font_digest() -> str:
    """Return the digest of the maths font, which decides how wide formulas are."""
    return theme.look().face(theme.MATH).sha256


@theme.remembered
def _advances() -> dict[int, float]:
    """Return the width of each character of the maths font, in ems."""
    look = theme.look()
    font = TTFont(io.BytesIO(look.font(look.face(theme.MATH))), lazy=True)
    widths, units = font["hmtx"], font["head"].unitsPerEm
    return {code: widths[name][0] / units for code, name in font.getBestCmap().items()}


# The maths font


def characters(root: etree._Element) -> str:
    """Return the characters that the formulas of a document need, sorted; empty when there are none."""
    needed: set[str] = set()
    for formula in root.iter(f"{{{MATHML}}}math"):
        for element in elements(formula):
            needed |= _drawn(element)
    return "".join(sorted(needed))


def _drawn(element: etree._Element) -> set[str]:
    """Return the characters of one element, with those that a reader draws in their place (MathML Core, 2.2 and 3.2)."""
    name = etree.QName(element).localname
    # Only text keeps its spaces; one that the font lacks would come from another, with that one's width.
    said = {c for c in element.text or "" if name == "mtext" or not c.isspace()}
    styles = {str(element.get("mathvariant", "")).upper().replace("-", " ")}
    if name in ("msqrt", "mroot"):
        said.add(RADICAL)
    if name == "mi" and len((element.text or "").strip()) == 1:
        styles.add("ITALIC")
    said |= {MINUS} if "-" in said else set()
    said |= set(PRIMES) if said & set("'" + PRIMES) else set()
    return said | {_styled().get((style, c), c) for style in styles for c in said}


@lru_cache(maxsize=1)
def _styled() -> dict[tuple[str, str], str]:
    """Map a style and a plain letter to the mathematical letter: ``("ITALIC", "x")`` to U+1D465."""
    found: dict[tuple[str, str], str] = {("ITALIC", "h"): "\u210e"}
    for code in (*LETTERLIKE, *ALPHANUMERIC):
        name = unicodedata.name(chr(code), "")
        match = re.fullmatch(r"(?:MATHEMATICAL )?([A-Z -]+?) (?:CAPITAL|SMALL|DIGIT|NABLA|PARTIAL|\w+ SYMBOL)\b.*", name)
        # One step, and not NFKC: that would make one letter of both phis.
        kind, _, plain = unicodedata.decomposition(chr(code)).partition(" ")
        if match and kind == "<font>":
            found.setdefault((match[1].replace("-", " "), chr(int(plain, 16))), chr(code))
    return found


def cut(needed: str, whole: bytes) -> bytes:
    """Return a maths font with these characters, under a family name of the book's own: edits seldom bring a sign that is new."""
    return cache.remembered(lambda: _cut(needed, whole), "maths font", needed, whole)


def _cut(needed: str, whole: bytes) -> bytes:
    from fontTools import subset  # a dear import, for what a guide on paper does not need, and what is mostly remembered

    options = subset.Options(
        layout_features=["*"], hinting=False, notdef_outline=True, recalc_timestamp=False, drop_tables=["DSIG"],
        name_IDs=list(KEPT_NAMES), name_languages=["*"],
        harfbuzz_repacker=False,  # which would write other bytes where it is installed
    )  # fmt: skip
    font = subset.load_font(io.BytesIO(whole), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=needed)
    subsetter.subset(font)
    for number, name in NAMES.items():
        font["name"].setName(name, number, 3, 1, 0x409)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()
