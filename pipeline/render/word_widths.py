"""Say how words fall into lines before they are set, out of how wide the letters of a font are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from pipeline import theme
from pipeline.theme import Look

SPARE = 1.01
"""What a line is given beyond what its letters take."""
USUAL = 0.55
"""Ems of a letter that the font of titles lacks."""


def lines(units: Sequence[float], room: float) -> int:
    """Return how many lines words take where a line has so many ems; ``units`` are as wide as what no line may end within."""
    count, used = 1, 0.0
    for unit in units:
        if used and used + unit > room:
            count, used = count + 1, 0.0
        count += max(0, int((unit - 1e-6) / room))
        used += unit
    return count


def even(units: Sequence[float], room: float) -> float:
    """Return the narrowest line, in ems, in which words take no more lines than in one of this width."""
    fewest, narrow, broad = lines(units, room), 1.0, room
    if fewest == 1:
        return round(room, 2)
    while broad - narrow > 0.05:
        middle = (narrow + broad) / 2
        narrow, broad = (narrow, middle) if lines(units, middle) <= fewest else (middle, broad)
    return round(min(room, broad + 0.05), 2)


def wide(look: Look, family: str, words: str) -> tuple[float, ...]:
    """Return how wide what no line may end within is in a family of a look, in ems."""
    known = theme.widths(look.font(look.face(family)))

    def width(letter: str) -> float:
        full = unicodedata.east_asian_width(letter) in "WF"
        return 0.0 if unicodedata.combining(letter) else 1.0 if full else known.get(ord(letter), USUAL)

    return tuple(SPARE * sum(map(width, unit)) for unit in _units(words))


def _units(words: str) -> Iterator[str]:
    """Give what no line may end within: words with their space, and characters of scripts without spaces."""
    unit = ""
    for letter in words:
        unit += letter
        if letter == " " or unicodedata.east_asian_width(letter) in "WF":
            yield unit
            unit = ""
    if unit:
        yield unit
