"""Cut the maths font down to the characters of a book's formulas, its MATH table kept.

Without a font that has a MATH table (OpenType 1.9, chapter MATH), sums stay small and their limits collide.
"""

from __future__ import annotations

import io
import re
import unicodedata
from functools import cache

from lxml import etree

from pipeline import theme
from pipeline.epub import tree

FILE = "fonts/math.ttf"
FAMILY = theme.MATH
RULE = f'@font-face{{font-family:"{FAMILY}";src:url({FILE});font-weight:normal;font-style:normal}}\nmath{{font-family:"{FAMILY}",math}}\n'
KEPT_NAMES = (0, 5, 7, 13, 14)
"""Copyright, version, trademark, licence, and its address: the licence (OFL 1.1, condition 2) asks for them."""
NAMES = {1: FAMILY, 2: "Regular", 4: FAMILY, 6: FAMILY.replace(" ", "")}
ALPHANUMERIC = range(0x1D400, 0x1D800)
LETTERLIKE = range(0x2100, 0x2150)
RADICAL, MINUS, PRIMES = "\u221a", "\u2212", "\u2032\u2033\u2034"


def characters(root: etree._Element) -> str:
    """Return the characters that the formulas of a document need, sorted; empty when there are none."""
    needed: set[str] = set()
    for formula in root.iter(f"{{{tree.MATHML}}}math"):
        for element in tree.elements(formula):
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


@cache
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


@cache
def cut(needed: str, whole: bytes) -> bytes:
    """Return a maths font with these characters, under a family name of the book's own."""
    from fontTools import subset  # a dear import, for what a guide on paper does not need

    options = subset.Options(
        layout_features=["*"], hinting=False, notdef_outline=True, recalc_timestamp=False, drop_tables=["DSIG"],
        name_IDs=list(KEPT_NAMES), name_languages=["*"],
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
