"""Write the rules of CSS that follow from a paper: its size and margins, and what stands in which margin box."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import PaperSize, Tokens
from pipeline.theme.tokens import millimeters, side_of

FOLIO = '"00000"'
"""What the folio's box shows until binding writes the number: see `press.slots`."""
FOLIO_BOXES = {"left": ("left",), "center": ("center",), "right": ("right",), "outside": ("left", "right")}


def rules(tokens: Tokens, paper: PaperSize) -> str:
    """Return the @page rules of a paper."""
    margins, (side, gap) = paper.margins, side_of(tokens, paper)
    indent = millimeters(side, gap)
    wide = wide_margin(tokens, paper)
    text = millimeters(paper.width, f"-{margins.inner}", f"-{indent}", f"-{margins.outer}")
    heads = _heads(tokens, millimeters(text, indent), indent)
    wide_heads = _heads(tokens, millimeters(paper.width, f"-{wide}", f"-{margins.outer}"), "0mm")
    folios = "".join(f" @bottom-{box} {{ content: {FOLIO} }}" for box in FOLIO_BOXES[tokens.folio.at])
    size = f"{paper.width} {paper.height}"
    around = f"{margins.top} {margins.outer} {margins.bottom} {millimeters(margins.inner, indent)}"
    return f"""@page {{ size: {size}; margin: {around};{"".join(heads)}{folios} }}
@page wide, wide-continued {{ margin-left: {wide};{"".join(wide_heads)} }}
@page wide-opening {{ margin-left: {wide} }}
@page cover {{ margin: 0 }}
"""


def wide_margin(tokens: Tokens, paper: PaperSize) -> str:
    """Return the left margin of pages without a side column."""
    return paper.margins.outer if side_of(tokens, paper)[0] != "0mm" else paper.margins.inner


def _heads(tokens: Tokens, whole: str, indent: str) -> Iterator[str]:
    """Yield the boxes of the running heads over a page's whole width, the side column's included."""
    places = {tokens.heads.section: "string(head)", tokens.heads.guide: "string(guide)"}
    guide = tokens.heads.guide_width
    for place, content in places.items():
        if place == "none":
            continue
        is_alone = set(places) <= {place, "none"}
        width = whole if is_alone else guide if content == "string(guide)" else millimeters(whole, f"-{guide}")
        moved = f"; margin-left: -{indent}" if place == "left" else ""
        yield f" @top-{place} {{ content: {content}; width: {width}{moved} }}"
