"""Fit formulas to narrow screens: one that is wide goes on in another line where it may, and shrinks only when it may not.

MathML Core has no line breaks, and no reading engine makes any; but all of them break lines between two formulas. So a
wide one becomes several, each of which says its part. On a wide screen they stand in one line, as the whole would.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
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
INNER = 9.6
"""Ems that a row of a fraction has beside what else such a line holds."""
FOLD, FOLDS = "fold", (16, 26, 40)
"""Ems of a line in which a long row of a fraction is folded into several: see narrow.css."""
HANG = 1.2
"""Ems by which what goes on stands deeper than its beginning: see .lines in reflow.css."""
LINES, LINE, PIECES, FITTED, HELD = "lines", "line", "pieces", "fitted", "nobreak"
NAMES = ("mrow", "mtable", "mtr", "mtd", "mo", "mi", "mfrac", "msqrt", "mtext", "mspace", "msub", "msup", "msubsup")
MROW, MTABLE, MTR, MTD, MO, MI, MFRAC, MSQRT, *OTHERS = (f"{{{reflow.MATHML}}}{name}" for name in NAMES)
SPACE_LIKE, SCRIPTED = OTHERS[:2], OTHERS[2:]
NAMESPACES: Final[dict[Any, str]] = {None: reflow.MATHML}
SPAN = f"{{{reflow.XHTML}}}span"
RANKS = "0123456"
"""From where a line begins best to where it begins worst."""


def fit_formulas(root: etree._Element) -> None:
    """Break each wide formula, and let what is wide still shrink to its line: a page that cannot be scrolled would cut it."""
    for formula in tuple(root.iter(f"{{{reflow.MATHML}}}math")):
        block = next(formula.iterancestors(*reflow.BLOCKS))
        width = reflow.formula_width(formula)
        if width > SHORT and block.tag not in (reflow.TH, reflow.TD):
            if width > ROOM:
                _fold(formula)
            pieces = _pieces(formula) if width > ROOM else [_row(formula)]
            if len(pieces) > 1:
                _break(formula, pieces)
            else:
                _class_folds(pieces[0])
                formula.set("style", f"font-size:min(1em,{100 / (_width(pieces[0]) + POINT):.1f}cqi)")
            if formula.get("display") != "block":
                block.set("class", f"{block.get('class', '')} {FITTED}".strip())
    etree.strip_attributes(root, RANK, SAID)


def _pieces(formula: etree._Element) -> list[list[etree._Element]]:
    """Return what a formula consists of, in pieces that fit a narrow line as far as it may be broken."""
    parts = _row(formula)
    if len(parts) == 1 and parts[0].tag == MTABLE:
        lines = [[each for cell in line.iterchildren(MTD) for each in _row(cell)] for line in parts[0].iterchildren(MTR)]
        pieces = lines if all(line and line[0].get(SAID) for line in lines) else [parts]
    else:
        pieces = [parts]
    for rank in RANKS[1:]:
        pieces = [piece for whole in pieces for piece in _cut(whole, rank)]
    return pieces


def _fold(formula: etree._Element) -> None:
    """Put long rows of fractions into grids of one row, which narrow.css makes one of several."""
    for fraction in formula.iter(MFRAC):
        for child in fraction:
            row = child[0] if child.tag == MSQRT and len(child) == 1 else child
            cells = _cells(list(row)) if row.tag == MROW and _width([row]) > INNER else []
            if len(cells) > 1:
                grid = etree.Element(MTABLE, {"class": FOLD, "columnspacing": "0em"})
                line = etree.SubElement(grid, MTR)
                for cell in cells:
                    filled = etree.SubElement(etree.SubElement(line, MTD), MROW)
                    filled.extend(cell)
                    _set_infix(filled[0])
                    if all(part.tag in SPACE_LIKE for part in list(filled)[1:]):
                        etree.SubElement(filled, MI)  # or the operator has no space (MathML Core, 3.2.4.1)
                reflow.put(row, grid)


def _cells(parts: list[etree._Element]) -> list[list[etree._Element]]:
    """Return the parts of a row, parted before operators and parentheses that stand in none."""
    cells: list[list[etree._Element]] = []
    depth = 0
    for part in parts:
        form = part.get("form")
        begins = _opens(part) or (part.tag == MO and not form and part.text not in (",", ";"))
        if cells and begins and not depth and _ends(cells[-1][-1]):
            cells.append([part])
        elif cells:
            cells[-1].append(part)
        else:
            cells = [[part]]
        depth += (form == "prefix") - (_last(part).get("form") == "postfix")
    widths = [_width(cell) for cell in cells]
    lines, room = ceil(sum(widths) / INNER), max(widths)
    while len(found := _filled(cells, room)) > lines:
        room += 0.25
    return found


def _filled(cells: Sequence[list[etree._Element]], room: float) -> list[list[etree._Element]]:
    """Return cells, joined to lines of at most so many ems."""
    found = [list(cells[0])]
    for cell in cells[1:]:
        if _width(found[-1] + cell) <= room:
            found[-1] += cell
        else:
            found.append(list(cell))
    return found


def _opens(part: etree._Element) -> bool:
    return part.get("form") == "prefix" or (part.tag == MROW and len(part) > 0 and part[0].get("form") == "prefix")


def _ends(part: etree._Element) -> bool:
    return part.tag != MO or part.get("form") == "postfix"


def _last(part: etree._Element) -> etree._Element:
    """Return the base of what has scripts."""
    return part[0] if len(part) and part.tag in SCRIPTED else part


def _class_folds(piece: Sequence[etree._Element]) -> None:
    """Say of the folds of a piece from which width of its line they are needed."""
    folds = [grid for part in piece for grid in part.iter(MTABLE) if grid.get("class") == FOLD]
    for grid in folds:
        grid.set("class", "")
    width = _width(piece) + HANG
    for grid in folds:
        grid.set("class", f"{FOLD} {FOLD}-{next((ems for ems in FOLDS if width <= ems), FOLDS[-1])}")


def _cut(whole: list[etree._Element], rank: str) -> list[list[etree._Element]]:
    """Cut a piece that is too wide where a rank says that it may be, and no more often than it must."""
    width = _width(whole)
    starts = [n for n, part in enumerate(whole) if n and part.get(RANK) == rank]
    if width <= ROOM or not starts:
        return [whole]
    pieces = _filled([whole[start:end] for start, end in pairwise((0, *starts, len(whole)))], ROOM)
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
    is_display, is_grid = formula.get("display") == "block", formula[0].tag == MTABLE
    box = line = etree.Element(SPAN, {"class": LINES if is_display else PIECES})
    said = [" ".join(str(part.get(SAID)) for part in piece if part.get(SAID)) for piece in pieces]
    for piece, words in zip(pieces, said, strict=True):
        if is_grid and piece[0].get(RANK) == RANKS[0]:
            line = etree.SubElement(box, SPAN, {"class": LINE})
        part = etree.SubElement(line, formula.tag, {"alttext": words}, nsmap=NAMESPACES)
        if is_display:
            part.set("displaystyle", "true")
        width = _width(piece)
        if width > SHORT:
            part.set("style", f"font-size:min(1em,(100cqi - {HANG if is_display else 0}em)/{width + (0 if is_display else POINT):.2f})")
        _class_folds(piece)
        part.extend(piece)
        _set_infix(part[0])
    holder = formula.getparent()
    reflow.put(formula, box)
    if holder is not None and holder.get("class") == HELD:
        _hold(holder, box)


def _set_infix(part: etree._Element) -> None:
    """Let an operator keep its form where nothing stands before it."""
    if part.tag == MO and not part.get("form"):
        part.set("form", "infix")


def _hold(holder: etree._Element, box: etree._Element) -> None:
    """Let what holds a formula and the signs beside it together hold them to its first and its last piece."""
    del holder.attrib["class"]
    pieces = list(box.iter(f"{{{reflow.MATHML}}}math"))
    held = [etree.Element(SPAN, {"class": HELD}) for _ in range(2)]
    for span, piece in zip(held, (pieces[0], pieces[-1]), strict=True):
        reflow.put(piece, span)
        span.append(piece)
    held[0].text, holder.text = holder.text, None
    pieces[-1].tail, box.tail = box.tail, None


def unfold(formula: etree._Element) -> None:
    """Put the rows of fractions in the place of the grids that they were folded into."""
    for grid in [each for each in formula.iter(MTABLE) if FOLD in str(each.get("class")).split()]:
        row = etree.Element(MROW)
        row.extend(part for cell in grid[0] for part in list(cell[0]) if part.tag != MI or part.text)
        reflow.put(grid, row)


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
