"""Draw what is computed from the book itself: the cover's arcs and the chart of an opener."""

from __future__ import annotations

from html import escape

from pipeline import model
from pipeline.brand import Palette
from pipeline.publication import Publication, Section

INK = "#1c2b30"
USUAL = 5
"""Minutes of a question that plans none."""


def arcs(publication: Publication, stroke: str) -> str:
    """Return an SVG of the book: a stroke for each question, as long as its minutes, and an arc for each 'see also'."""
    questions = [s for opener in publication.sections for s in opener.members]
    places = {section.id: 30 + 540 * (n + 0.5) / max(1, len(questions)) for n, section in enumerate(questions)}
    strokes, bows = [], []
    for section in questions:
        record = section.record
        if not isinstance(record, model.Question):
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
    members = [m.record for m in section.members if isinstance(m.record, model.Question)]
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
