"""Draw what is computed from the book itself: the ring of its questions, which is the map of the book, and the chart of an opener.

On the ring every question is a mark, in the book's order from the top on; what sends readers from one to another is a line.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from pipeline.brand import Palette
from pipeline.model import Entry, Group, Level, Overview, Question
from pipeline.publication import Section

INK = "#1c2b30"
USUAL = 5
"""Minutes of a question that plans none."""
RADIUS = 83.0
"""Millimeters from the middle of the ring to the outer side of its numbers, as drawn."""
MOST = 450
"""Questions that the ring has room for; of a larger book it shows the sections."""
STEPS = (1, 2, 5, 10, 20, 50, 100)
"""Where there is no room for each number, one of so many is printed."""
ROOMY = 14.0
"""Millimeters between two marks from which on they and their numbers are drawn larger, up to twice as large."""
GAP = 1.2
"""Marks that would stand where a section ends."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """How the ring is drawn."""

    color: str
    letters: float
    """Height of its numbers in millimeters, as drawn."""
    family: str = ""
    """Their font; the reader's own where it is not said."""
    is_mirrored: bool = False
    """Whether it runs against the clock."""
    style: str = ""
    """What CSS says of the drawing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A question on the ring."""

    entry: Entry
    turn: float
    """Where it stands: 0 at the top, 1 after a whole turn."""


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


def millimeters(size: str) -> float:
    """Return the height of a size of type, ``10.25/14``."""
    return float(size.partition("/")[0]) * 25.4 / 72


# The map


def ties(overview: Overview) -> Mapping[str, tuple[Entry, ...]]:
    """Return the questions that each question is tied to, whichever of the two names the other, in the book's order."""
    order = {entry.id: n for n, entry in enumerate(overview.entries)}
    tied: dict[str, set[str]] = {name: set() for name in order}
    for entry in overview.entries:
        for other in entry.see_also:
            if other in order and other != entry.id:
                tied[entry.id].add(other)
                tied[other].add(entry.id)
    return {name: tuple(overview.entries[n] for n in sorted(order[other] for other in others)) for name, others in tied.items()}


def span(group: Group) -> str:
    """Return the numbers of a section's questions, the first and the last."""
    return "–".join(dict.fromkeys(group.entries[n].number for n in (0, -1) if group.entries))


def by_section(overview: Overview) -> Overview:
    """Return an overview that has one entry for each section, tied as its questions are."""
    home = {entry.id: f"section-{n}" for n, group in enumerate(overview.groups) for entry in group.entries}
    groups = []
    for n, group in enumerate(overview.groups):
        led = (home[other] for entry in group.entries for other in entry.see_also if other in home)
        whole = Entry(id=f"section-{n}", number=span(group), name=group.title, level=None, gist="", see_also=tuple(dict.fromkeys(led)))
        groups.append(Group(title=group.title, entries=(whole,)))
    return Overview(groups=tuple(groups))


def shown(overview: Overview) -> Overview:
    """Return what the ring shows: the questions, or the sections where those are too many."""
    return overview if len(overview.entries) <= MOST else by_section(overview)


def ring(overview: Overview, alt: str, pen: Pen) -> str:
    """Return the map of a book as SVG. Without ``alt`` it is hidden from whoever hears the page."""
    overview = shown(overview)
    turns, pitch = _turns(overview)
    marks = {entry.id: Mark(entry, turn) for entry, turn in zip(overview.entries, turns, strict=True)}
    pen = replace(pen, letters=pen.letters * min(2.0, max(1.0, math.tau * RADIUS * pitch / ROOMY)))
    widest = max((len(entry.number) for entry in overview.entries), default=1) * 0.54 * pen.letters
    room, apart = max(widest, pen.letters), math.tau * pitch * RADIUS
    dot = min(0.32 * pen.letters, 0.36 * apart)
    at_marks = RADIUS - room - 0.5 * pen.letters - dot
    step = next((step for step in STEPS if step * (1 - room / RADIUS) * apart >= 1.2 * widest), STEPS[-1])
    lines = _lines(ties(overview), marks, at_marks - 2.3 * dot - 0.4, pen)
    heard = f'role="img" aria-label="{escape(alt)}"><title>{escape(alt)}</title>' if alt else 'aria-hidden="true" focusable="false">'
    half, style = RADIUS + 1, f'style="{pen.style}" ' if pen.style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-half:g} {-half:g} {2 * half:g} {2 * half:g}" {style}{heard}'
        f'<g fill="none" stroke="{pen.color}" stroke-width="0.25" stroke-opacity="0.6">{"".join(lines)}</g>'
        f'<g fill="none" stroke="{pen.color}" stroke-width="{max(0.3, 0.35 * dot):.2f}">'
        f"{''.join(_arcs(overview, marks, pitch, at_marks - 1.9 * dot, pen))}</g>"
        f"{''.join(_marks(marks.values(), at_marks, dot, pen))}{_numbers(tuple(marks.values()), RADIUS - room / 2, step, pen)}</svg>"
    )


def _turns(overview: Overview) -> tuple[list[float], float]:
    """Return where each question stands on the ring, and how far two of a section are apart, in turns."""
    gaps = GAP if len(overview.groups) > 1 else 0.0
    whole = len(overview.entries) + gaps * len(overview.groups)
    found, at = [], 0.0
    for group in overview.groups:
        at += gaps / 2
        found += [(at + n + 0.5) / whole for n in range(len(group.entries))]
        at += len(group.entries) + gaps / 2
    return found, 1 / max(1.0, whole)


def _point(turn: float, radius: float, pen: Pen) -> Point:
    x = radius * math.sin(math.tau * turn)
    return (-x if pen.is_mirrored else x), -radius * math.cos(math.tau * turn)


def _lines(tied: Mapping[str, tuple[Entry, ...]], marks: Mapping[str, Mark], radius: float, pen: Pen) -> Iterator[str]:
    """Yield each line once: the farther its ends are apart, the nearer it comes to the middle."""
    for name, others in tied.items():
        for other in others:
            one, two = marks[name].turn, marks[other.id].turn
            if two > one:
                between = min(two - one, 1 - two + one)
                middle = (one + two) / 2 + (0.5 if two - one > 0.5 else 0)
                (x, y), (bx, by), (ex, ey) = (
                    _point(one, radius, pen),
                    _point(middle, radius * max(0.0, 1 - 3.2 * between), pen),
                    _point(two, radius, pen),
                )
                yield f'<path d="M{x:.2f} {y:.2f}Q{bx:.2f} {by:.2f} {ex:.2f} {ey:.2f}"/>'


def _arcs(overview: Overview, marks: Mapping[str, Mark], pitch: float, radius: float, pen: Pen) -> Iterator[str]:
    """Yield an arc along the questions of each section."""
    for group in overview.groups:
        first, last = (marks[group.entries[n].id].turn + side * 0.5 * pitch for n, side in ((0, -1), (-1, 1)))
        (x, y), (ex, ey) = _point(first, radius, pen), _point(min(last, first + 0.9999), radius, pen)
        large, sweep = int(last - first > 0.5), int(not pen.is_mirrored)
        yield f'<path d="M{x:.2f} {y:.2f}A{radius:.2f} {radius:.2f} 0 {large} {sweep} {ex:.2f} {ey:.2f}"/>'


def _marks(marks: Iterable[Mark], radius: float, dot: float, pen: Pen) -> Iterator[str]:
    """Yield the marks, level by level: a circle, a circle half filled, a disk; a small disk where no level is said."""
    drawn: dict[Level | None, list[Point]] = {}
    for mark in marks:
        drawn.setdefault(mark.entry.level, []).append(_point(mark.turn, radius, pen))
    for level, points in drawn.items():
        yield level_mark(level, points, dot, pen.color)


def level_mark(level: Level | None, points: Iterable[Point], dot: float, color: str) -> str:
    """Return the marks of a level at these points: its form says which it is, in any color."""
    line, radius, points = 0.3 * dot, dot if level else 0.5 * dot, list(points)
    inner = radius - line / 2
    turn = f"a{inner:.2f} {inner:.2f} 0 1 0"
    circles = "".join(f"M{x - inner:.2f} {y:.2f}{turn} {2 * inner:.2f} 0{turn} {-2 * inner:.2f} 0z" for x, y in points)
    filled = color if level in ("advanced", None) else "none"
    halves = "".join(f"M{x:.2f} {y - inner:.2f}a{inner:.2f} {inner:.2f} 0 0 1 0 {2 * inner:.2f}z" for x, y in points)
    half = f'<path d="{halves}" fill="{color}"/>' if level == "intermediate" else ""
    return f'<path d="{circles}" fill="{filled}" stroke="{color}" stroke-width="{line:.2f}"/>{half}'


def level_key(level: Level, color: str) -> str:
    """Return the mark of a level by itself, for a legend, as high as small letters."""
    box = 'viewBox="0 0 4 4" width="0.7em" height="0.7em" aria-hidden="true" focusable="false"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{level_mark(level, [(2, 2)], 1.7, color)}</svg>'


def _numbers(marks: Sequence[Mark], radius: float, step: int, pen: Pen) -> str:
    """Return the numbers around the ring, each upright: of all marks, or of the first and of one in so many, none beside the first."""
    family = f' font-family="{pen.family}"' if pen.family else ""
    texts = []
    for n, mark in enumerate(marks, start=1):
        if n == 1 or (n % step == 0 and n <= len(marks) + 1 - step):
            x, y = _point(mark.turn, radius, pen)
            texts.append(f'<text x="{x:.2f}" y="{y + 0.34 * pen.letters:.2f}">{escape(mark.entry.number)}</text>')
    return f'<g fill="{pen.color}" font-size="{pen.letters:.2f}" text-anchor="middle"{family}>{"".join(texts)}</g>'
