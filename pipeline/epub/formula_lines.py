"""Fit formulas to narrow screens: one that is wide goes on in another line where it may, and shrinks only when it may not.

MathML Core has no line breaks, and no reading engine makes any; but all of them break lines between two formulas. So a
wide one becomes several, each of which says its part. On a wide screen they stand in one line, as the whole would.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

from pipeline.epub import reflow
from pipeline.markup import RANK, SAID

ROOM = 11.0
"""Ems of a line on a phone at twice the usual size of type."""
SHORT, POINT = 6.0, 0.4
"""Ems: what any screen has; the point or comma that stays beside a formula."""
WORTH = 0.9
"""What is left of a formula's width, at the most, where it is worth its lines."""
HANG = 1.2
"""Ems by which what goes on stands deeper than its beginning: see .lines in reflow.css."""
LINES, PIECES, FITTED, HELD = "lines", "pieces", "fitted", "nobreak"
MROW, MTABLE, MTR, MTD, MO = (f"{{{reflow.MATHML}}}{name}" for name in ("mrow", "mtable", "mtr", "mtd", "mo"))
NAMESPACES: Final[dict[Any, str]] = {None: reflow.MATHML}
SPAN = f"{{{reflow.XHTML}}}span"
RANKS = "01234"
"""From where a line begins best to where it begins worst."""


def fit_formulas(root: etree._Element) -> None:
    """Break each wide formula, and let what is wide still shrink to its line: a page that cannot be scrolled would cut it."""
    for formula in tuple(root.iter(f"{{{reflow.MATHML}}}math")):
        block = next(formula.iterancestors(*reflow.BLOCKS))
        width = reflow.formula_width(formula)
        if width > SHORT and block.tag not in (reflow.TH, reflow.TD):
            pieces = _pieces(formula) if width > ROOM else []
            if len(pieces) > 1:
                _break(formula, pieces)
            else:
                formula.set("style", f"font-size:min(1em,{100 / (width + POINT):.1f}cqi)")
            if formula.get("display") != "block":
                block.set("class", f"{block.get('class', '')} {FITTED}".strip())
    etree.strip_attributes(root, RANK, SAID)


def _pieces(formula: etree._Element) -> list[list[etree._Element]]:
    """Return what a formula consists of, in pieces that fit a narrow line as far as it may be broken."""
    parts = _row(formula)
    if len(parts) == 1 and parts[0].tag == MTABLE:
        lines = [[each for cell in line.iterchildren(MTD) for each in _row(cell)] for line in parts[0].iterchildren(MTR)]
        pieces = lines if all(line and line[0].get(SAID) for line in lines) else []
    else:
        pieces = [parts]
    for rank in RANKS[1:]:
        pieces = [piece for whole in pieces for piece in _cut(whole, rank)]
    return pieces


def _cut(whole: list[etree._Element], rank: str) -> list[list[etree._Element]]:
    """Cut a piece that is too wide where a rank says that it may be, and no more often than it must."""
    width = _width(whole)
    starts = [n for n, part in enumerate(whole) if n and part.get(RANK) == rank]
    if width <= ROOM or not starts:
        return [whole]
    pieces: list[list[etree._Element]] = []
    for start, end in zip((0, *starts), (*starts, len(whole)), strict=True):
        if pieces and _width(pieces[-1] + whole[start:end]) <= ROOM:
            pieces[-1] += whole[start:end]
        else:
            pieces.append(whole[start:end])
    return pieces if max(map(_width, pieces)) <= WORTH * width else [whole]


def _row(parent: etree._Element) -> list[etree._Element]:
    """Return the parts that stand side by side in an element."""
    parts = list(parent)
    return list(parts[0]) if len(parts) == 1 and parts[0].tag == MROW else parts


def _width(parts: Sequence[etree._Element]) -> float:
    # Copies: an element of lxml has one place.
    row = etree.Element(MROW)
    row.extend(etree.fromstring(etree.tostring(part, with_tail=False)) for part in parts)
    return reflow.formula_width(row)


def _break(formula: etree._Element, pieces: Sequence[Sequence[etree._Element]]) -> None:
    """Put several formulas in the place of one; a displayed one stands in a box, centered as long as it is one line."""
    is_display = formula.get("display") == "block"
    box = etree.Element(SPAN, {"class": LINES if is_display else PIECES})
    said = [" ".join(str(part.get(SAID)) for part in piece if part.get(SAID)) for piece in pieces]
    for piece, words in zip(pieces, said, strict=True):
        part = etree.SubElement(box, formula.tag, {"alttext": words}, nsmap=NAMESPACES)
        if is_display:
            part.set("displaystyle", "true")
        width = _width(piece)
        begins = piece[0].get(RANK) == RANKS[0] and piece is not pieces[0]
        part.extend(piece)
        if part[0].tag == MO and not part[0].get("form"):
            part[0].set("form", "infix")
        if width > SHORT:
            part.set("style", f"font-size:min(1em,(100cqi - {HANG if is_display else 0}em)/{width + (0 if is_display else POINT):.2f})")
        if begins:
            part.addprevious(etree.Element(f"{{{reflow.XHTML}}}br"))
    holder = formula.getparent()
    reflow.put(formula, box)
    if holder is not None and holder.get("class") == HELD:
        _hold(holder, box)


def _hold(holder: etree._Element, box: etree._Element) -> None:
    """Let what holds a formula and the signs beside it together hold them to its first and its last piece."""
    del holder.attrib["class"]
    first, last = box[0], box[-1]
    for piece in (first, last):
        held = etree.Element(SPAN, {"class": HELD})
        reflow.put(piece, held)
        held.append(piece)
    box[0].text, holder.text = holder.text, None
    last.tail, box.tail = box.tail, None


def mend(box: etree._Element) -> etree._Element:
    """Return the one formula that the pieces in a box were, unless they were lines of a grid."""
    pieces = list(box.iter(f"{{{reflow.MATHML}}}math"))
    said = {"alttext": " ".join(str(piece.get("alttext")) for piece in pieces)}
    display = {"display": "block"} if box.get("class") == LINES else {}
    whole = etree.Element(pieces[0].tag, display | said, nsmap=NAMESPACES)
    row = etree.SubElement(whole, MROW)
    for piece in pieces:
        row.extend(etree.fromstring(etree.tostring(each, with_tail=False)) for each in piece)
    return whole
