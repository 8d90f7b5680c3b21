"""Draw the map of a book: its questions in rows, and a bow for each two of which one sends readers to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from pipeline.brand import RESERVED
from pipeline.model import Entry, Overview

TALL, HIGHEST = 205.0, 5.0
"""Millimeters that all rows may take together, and one row at most."""
LEFT, RIGHT, WIDTH = 42.0, 108.0, 166.0
"""Where the column of names begins and ends, and how wide the map is: the bows within sections stand left of it, others right."""
COLORS = (RESERVED.accent, "#8a3b12", "#4a5a9a", "#766018", "#7a3565", "#4d5a60")
SHADES = {"foundation": RESERVED.faint, "intermediate": RESERVED.middle, "advanced": RESERVED.accent}
Bow = tuple[int, int, int]
"""Rows of the two questions, the upper first, and the number of the upper one's section."""


def pitch(overview: Overview) -> float:
    """Return the height of a row in millimeters; the title of a section has one too."""
    return round(min(HIGHEST, TALL / (len(overview.entries) + len(overview.groups))), 2)


def color(group: int) -> str:
    """Return the color of a section's bows."""
    return COLORS[group % len(COLORS)]


def rows(overview: Overview) -> dict[str, tuple[int, int]]:
    """Return the row and the section of each question, both from 0; each section's title takes a row."""
    found: dict[str, tuple[int, int]] = {}
    for group, members in enumerate(overview.groups):
        first = len(found) + group + 1
        found |= {entry.id: (first + n, group) for n, entry in enumerate(members.entries)}
    return found


def neighbors(entry: Entry, overview: Overview) -> tuple[str, ...]:
    """Return the questions that a question is tied to, whichever of the two names the other."""
    tied = (other.id for other in overview.entries if other.id in entry.see_also or entry.id in other.see_also)
    return tuple(other for other in tied if other != entry.id)


def _bows(overview: Overview) -> Iterator[tuple[Bow, bool]]:
    """Yield each bow once, and whether it stays within a section."""
    places = rows(overview)
    for entry in overview.entries:
        row, group = places[entry.id]
        for other in neighbors(entry, overview):
            below, its_group = places[other]
            if below > row:
                yield (row, below, group), group == its_group


def draw(overview: Overview, alt: str) -> str:
    """Return the bows as SVG, in millimeters."""
    high = pitch(overview)
    height = high * (len(overview.entries) + len(overview.groups))
    bows = tuple(_bows(overview))
    inner = "".join(_paths([bow for bow, is_inner in bows if is_inner], LEFT - 3, -LEFT + 3.5, high))
    outer = "".join(_paths([bow for bow, is_inner in bows if not is_inner], RIGHT + 1, WIDTH - RIGHT - 2, high))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:.2f}" width="{WIDTH:g}mm" height="{height:.2f}mm" '
        f'role="img" aria-label="{escape(alt)}"><title>{escape(alt)}</title>'
        f'<g fill="none" stroke-width="0.25">{inner}{outer}</g>{"".join(_dots(overview, high))}</svg>'
    )


def _paths(bows: Iterable[Bow], x: float, reach: float, high: float) -> Iterator[str]:
    """Yield a path for each bow: the farther its ends are apart, the farther it reaches."""
    drawn = sorted(bows, key=lambda bow: bow[0] - bow[1])
    longest = max((below - above for above, below, _ in drawn), default=1)
    for above, below, group in drawn:
        top, bottom = (above + 0.5) * high, (below + 0.5) * high
        bulge = x + reach * 4 / 3 * ((below - above) / longest) ** 0.7
        yield f'<path d="M{x:g} {top:.2f}C{bulge:.2f} {top:.2f} {bulge:.2f} {bottom:.2f} {x:g} {bottom:.2f}" stroke="{color(group)}"/>'


def _dots(overview: Overview, high: float) -> Iterator[str]:
    places = rows(overview)
    for entry in overview.entries:
        y = (places[entry.id][0] + 0.5) * high
        yield f'<circle cx="{LEFT - 1.6:g}" cy="{y:.2f}" r="1.05" fill="{SHADES[entry.level or "intermediate"]}"/>'


def key(level: str) -> str:
    """Return the dot of a level, for the legend."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4" width="2.6mm" height="2.6mm" aria-hidden="true" focusable="false">'
        f'<circle cx="2" cy="2" r="1.6" fill="{SHADES[level]}"/></svg>'
    )
