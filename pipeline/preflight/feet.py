"""Say where at the foot of a page its folio stands, and where the stamp of a copy."""

from __future__ import annotations

from typing import Any

from pipeline.bindery import FOLIO_SIDE
from pipeline.theme import Foot

Region = tuple[float, float, float, float]
"""Left, bottom, right, and top, in points."""


def regions(page: Any, number: int, foot: Foot) -> tuple[Region, Region]:
    """Return where the folio of a page stands, and where the stamp of a copy."""
    left, bottom, right, _ = page.get_mediabox()
    quarter, top = (right - left) / 4, bottom + foot.height
    if foot.folio == "right":
        parting = right - FOLIO_SIDE
        return (parting, bottom, right, top), (left, bottom, parting, top)
    is_left = foot.folio == "left" or (foot.folio == "outside" and number % 2 == 1)
    start = left + quarter if foot.folio == "center" else left if is_left else left + 2 * quarter
    line = bottom + foot.stamp
    return (start, line, start + 2 * quarter, top), (left, bottom, right, line)
