"""Draw what is computed from the book itself: the cover's arcs, the chart of an opener, and the map.

The map has the book's questions in rows, and a bow for each two of which one sends readers to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from pipeline.brand import RESERVED, Palette
from pipeline.model import Entry, Overview, Question
from pipeline.publication import Publication, Section

INK = "#1c2b30"
USUAL = 5
"""Minutes of a question that plans none."""
TALL, HIGHEST = 205.0, 5.0
"""Millimeters that all rows may take together, and one row at most."""
LEFT, RIGHT, WIDTH = 42.0, 108.0, 166.0
"""Where the column of names begins and ends, and how wide the map is: the bows within sections stand left of it, others right."""
COLORS = (RESERVED.accent, "#8a3b12", "#4a5a9a", "#766018", "#7a3565", "#4d5a60")
MAP_SHADES = {"foundation": RESERVED.faint, "intermediate": RESERVED.middle, "advanced": RESERVED.accent}
Bow = tuple[int, int, int]
"""Rows of the two questions, the upper first, and the number of the upper one's section."""


def arcs(publication: Publication, stroke: str) -> str:
    """Return an SVG of the book: a stroke for each question, as long as its minutes, and an arc for each 'see also'."""
    questions = [s for opener in publication.sections for s in opener.members]
    places = {section.id: 30 + 540 * (n + 0.5) / max(1, len(questions)) for n, section in enumerate(questions)}
    strokes, bows = [], []
    for section in questions:
        record = section.record
        if not isinstance(record, Question):
            continue
        x = places[section.id]
        strokes.append(f'<path d="M{x:.1f} 330v{(record.minutes or USUAL) * 9:.1f}" stroke-width="{4 if len(questions) < 90 else 1.6}"/>')
        for other in publication.links.get(section.id, ()):
            if other in places and places[other] > x:
                radius = (places[other] - x) / 2
                bows.append(f'<path d="M{x:.1f} 322a{radius:.1f} {min(radius, 300):.1f} 0 0 1 {2 * radius:.1f} 0"/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 480" aria-hidden="true" focusable="false">'
        f'<g fill="none" stroke="{stroke}" stroke-opacity="0.55" stroke-width="1.1">{"".join(bows)}</g>'
        f'<g fill="none" stroke="{stroke}" stroke-linecap="butt">{"".join(strokes)}</g></svg>'
    )


def minutes(section: Section, alt: str, palette: Palette) -> str:
    """Return a bar chart of an opener's questions: height is minutes, shade is level."""
    members = [m.record for m in section.members if isinstance(m.record, Question)]
    width, height = 360.0, 78.0
    step = min(24.0, width / max(1, len(members)))
    top = max((record.minutes or USUAL for record in members), default=1)
    shades = {"foundation": palette.faint, "intermediate": palette.middle, "advanced": palette.accent}
    bars = []
    for n, record in enumerate(members):
        tall, x, wide = 72 * (record.minutes or USUAL) / top, n * step, step * 0.7
        place = f'x="{x + step * 0.15:.1f}" y="{76 - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
        shade = shades[record.level or "intermediate"]
        bars.append(f'<rect {place} fill="{shade}"/>')
    used = max(step * len(members), 40)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {used:.0f} {height:.0f}" '
        f'width="{used:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="{escape(alt)}"><title>{escape(alt)}</title>{"".join(bars)}'
        f'<path d="M0 76.5h{used:.0f}" stroke="{INK}" stroke-width="0.6"/></svg>'
    )


# The map


def map_pitch(overview: Overview) -> float:
    """Return the height of a row in millimeters; the title of a section has one too."""
    return round(min(HIGHEST, TALL / (len(overview.entries) + len(overview.groups))), 2)


def map_color(group: int) -> str:
    """Return the color of a section's bows."""
    return COLORS[group % len(COLORS)]


def map_rows(overview: Overview) -> dict[str, tuple[int, int]]:
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
    places = map_rows(overview)
    for entry in overview.entries:
        row, group = places[entry.id]
        for other in neighbors(entry, overview):
            below, its_group = places[other]
            if below > row:
                yield (row, below, group), group == its_group


def map_bows(overview: Overview, alt: str) -> str:
    """Return the bows as SVG, in millimeters."""
    high = map_pitch(overview)
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
        yield f'<path d="M{x:g} {top:.2f}C{bulge:.2f} {top:.2f} {bulge:.2f} {bottom:.2f} {x:g} {bottom:.2f}" stroke="{map_color(group)}"/>'


def _dots(overview: Overview, high: float) -> Iterator[str]:
    places = map_rows(overview)
    for entry in overview.entries:
        y = (places[entry.id][0] + 0.5) * high
        yield f'<circle cx="{LEFT - 1.6:g}" cy="{y:.2f}" r="1.05" fill="{MAP_SHADES[entry.level or "intermediate"]}"/>'


def map_key(level: str) -> str:
    """Return the dot of a level, for the legend."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4" width="2.6mm" height="2.6mm" aria-hidden="true" focusable="false">'
        f'<circle cx="2" cy="2" r="1.6" fill="{MAP_SHADES[level]}"/></svg>'
    )
