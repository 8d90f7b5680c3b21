"""Print whose copy it is at the foot of the pages, left of the folio."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.press import Facts
from pipeline.slots import FOLIO

from .faces import Face, open_face

POINTS = 0.75
"""PDF points in a CSS pixel."""
KEY = "Stamp"
"""Name of the stamp's face in the resources of a page."""
SIZE, SMALLEST = 8.0, 6.0
"""Points."""
GRAY = b"0.333333 0.384314 0.415686"
LINE, LINE_SHARE = 11.0, 1.2
"""Points from the folio's baseline to that of a stamp below it: this many, or this share of the folio's size."""
FOLIO_SIDE = 110.0
"""Points at the right of the foot that are the folio's own, margin included."""


class Unstamped(ValueError):
    """A stamp that the foot of the page has no room for."""


@dataclass(frozen=True, slots=True)
class Foot:
    """The free part of the foot of a page in points: as far from the left edge as folios are from the right."""

    left: float
    right: float
    baseline: float


def foot(content: bytes, facts: Facts, digit: float, folio: str) -> Foot | None:
    """Find the free part of the foot of a signature's pages by their folio, before that is filled in.

    ``digit`` is an advance per mille. Left of a ``folio`` at the right there is room; of any other, on a line of its own below.
    """
    found = FOLIO.search(content)
    if found is None:
        return None
    width, height = facts.sizes[0]
    x, y, type_size = (float(found[group]) * POINTS for group in (1, 2, 4))
    if folio != "right":
        below = max(LINE, LINE_SHARE * type_size)
        return Foot(facts.room.x, facts.room.x + facts.room.width, height - y - below)
    end = x + int(found[5]) * digit * type_size / 1000
    return Foot(width - end, min(x - SIZE, width - FOLIO_SIDE), height - y)


def stamp(text: str, face: Face, room: Foot) -> tuple[bytes, dict[int, str]]:
    """Draw a line of text as an artifact (ISO 32000-1, 14.8.2.2); give it with its glyphs. Raise Unstamped."""
    glyphs = [(face.letter(character), character) for character in text]
    width = sum(face.advance(gid) for gid, _ in glyphs) / 1000
    size = min(SIZE, (room.right - room.left) / width) if width else SIZE
    if size < SMALLEST:
        raise Unstamped(f"the foot of the page has no room for '{text}'")
    shown = "".join(f"{gid:04x}" for gid, _ in glyphs)
    line = f"BT /{KEY} {size:.3f} Tf 1 0 0 1 {room.left:.3f} {room.baseline:.3f} Tm <{shown}> Tj ET"
    drawn = b"/Artifact <</Type /Pagination /Subtype /Footer>> BDC\nq\n%s rg\n%s\nQ\nEMC\n" % (GRAY, line.encode())
    return drawn, dict(glyphs)


def lacking(text: str, font: bytes) -> str:
    """Return the characters of a text that a font file has no glyph for, each once."""
    face = open_face(font)
    return "".join(dict.fromkeys(character for character in text if not _has(face, character)))


def narrowest(feet: Iterable[Foot | None], fallback: Sequence[tuple[float, float]]) -> Foot:
    """Return the room that all pages have; a book without folios has its own at 62 points from either side."""
    known = [room for room in feet if room is not None]
    if not known:
        return Foot(62.0, min(width for width, _ in fallback) - FOLIO_SIDE, 40.0)
    return Foot(max(r.left for r in known), min(r.right for r in known), min(r.baseline for r in known))


def _has(face: Face, character: str) -> bool:
    try:
        return face.letter(character) > 0
    except KeyError:
        return False
