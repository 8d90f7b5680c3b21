"""Fit tables and formulas to narrow screens: estimate their widths, and say where style sheets may stack or shrink them.

Readers choose size and typeface, so widths are estimates in ems, on the safe side.
"""

from __future__ import annotations

import io
import re
from functools import cache
from itertools import zip_longest

from fontTools.ttLib import TTFont
from lxml import etree

from pipeline import theme
from pipeline.epub import tree

TH, TD, TR = (f"{{{tree.XHTML}}}{name}" for name in ("th", "td", "tr"))
BLOCKS = tuple(
    f"{{{tree.XHTML}}}{name}"
    for name in ("body", "caption", "dd", "div", "dt", "figcaption", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "th")
)
FITTED = "fitted"
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
SCRIPT, SLACK = 0.72, 1.05
SHORT, POINT = 6.0, 0.4
"""Ems: what any screen has; the point or comma that stays beside a formula."""


def frame_tables(root: etree._Element) -> None:
    """Put each table in a box that says by its class how wide the table is, and give its cells their column's name."""
    for table in tuple(root.iter(f"{{{tree.XHTML}}}table")):
        _label(table)
        frame = etree.Element(f"{{{tree.XHTML}}}div", {"class": " ".join(("table", *_width_class(table)))})
        frame.tail, table.tail = table.tail, None
        table.addprevious(frame)
        frame.append(table)


def _rows(table: etree._Element) -> list[list[etree._Element]]:
    return [list(row.iterchildren(TH, TD)) for row in table.iter(TR)]


def _label(table: etree._Element) -> None:
    head = table.find(f"{{{tree.XHTML}}}thead")
    names = [tree.words(cell) for cell in _rows(head)[0]] if head is not None else []
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
    formulas = sum(formula_width(formula) for formula in cell.iter(f"{{{tree.MATHML}}}math"))
    return float(max(formulas, LETTER * max(map(len, BREAK.split(tree.words(cell, without_formulas=True))))))


def fit_formulas(root: etree._Element) -> None:
    """Let each long formula shrink to the line it stands in: a page that cannot be scrolled would cut it."""
    for formula in root.iter(f"{{{tree.MATHML}}}math"):
        width = formula_width(formula)
        block = next(formula.iterancestors(*BLOCKS))
        if width <= SHORT or block.tag in (TH, TD):
            continue
        formula.set("style", f"font-size:min(1em,{100 / (width + POINT):.1f}cqi)")
        if formula.get("display") != "block":
            block.set("class", f"{block.get('class', '')} {FITTED}".strip())


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
    return sum(max(column) + 0.8 for column in zip_longest(*rows, fillvalue=0.0))


def _token(element: etree._Element, name: str) -> float:
    if name == "mspace":
        return float(str(element.get("width", "0")).removesuffix("em") or 0)
    words = element.text or ""
    spaced = name == "mo" and element.get("form") not in ("prefix", "postfix") and element.get("fence") != "true"
    return sum(_advances().get(ord(letter), 0.6) for letter in words) + (SPACED if spaced else 0.0)


@cache
def _advances() -> dict[int, float]:
    """Return the width of each character of the maths font, in ems."""
    look = theme.look()
    font = TTFont(io.BytesIO(look.font(look.face(theme.MATH))), lazy=True)
    widths, units = font["hmtx"], font["head"].unitsPerEm
    return {code: widths[name][0] / units for code, name in font.getBestCmap().items()}
