"""Change pages when they are bound: print whose copy it is, rule lines for notes, put in a team's colors, trim to a paper."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from pipeline.bindery.embedded_fonts import Face, open_face
from pipeline.bindery.page_numbers import POINTS, Glyphs
from pipeline.brand import RESERVED, Palette
from pipeline.press import Facts, Room
from pipeline.slots import FOLIO, FOLIO_FACE


@dataclass(frozen=True, slots=True)
class Notes:
    """Ruled lines for the free part of a signature's last page; the label is set letter for letter."""

    label: str


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


def stamp(text: str, file: str, face: Face, room: Foot, glyphs: Glyphs) -> bytes:
    """Draw a line of text as an artifact (ISO 32000-1, 14.8.2.2). Raise Unset, or Unstamped."""
    gids = _set(text, file, face, glyphs)
    width = sum(map(face.advance, gids)) / 1000
    size = min(SIZE, (room.right - room.left) / width) if width else SIZE
    if size < SMALLEST:
        raise Unstamped(f"the foot of the page has no room for '{text}'")
    line = f"BT /{KEY} {size:.3f} Tf 1 0 0 1 {room.left:.3f} {room.baseline:.3f} Tm <{_hexadecimal(gids)}> Tj ET"
    return b"/Artifact <</Type /Pagination /Subtype /Footer>> BDC\nq\n%s rg\n%s\nQ\nEMC\n" % (GRAY, line.encode())


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


# Lines for notes

PITCH, HAIRLINE = 24.0, 0.35
LINE_GREY, LABEL_GREY = 0.6, 0.4
LABEL_SIZE = 7.5
"""Of the label, in points."""


class Unset(ValueError):
    """A character that the face of a stamp or a label does not have."""


def ruling(facts: Facts, label: str, faces: dict[str, tuple[str, Face]], glyphs: Glyphs) -> bytes:
    """Draw a label, if there is one, and hairlines below the content of the last page, as an artifact; raise Unset."""
    room, lines = facts.room, _lines(facts.room)
    if not lines:
        return b""
    key = next((face.key for face in facts.faces if face.family == FOLIO_FACE), facts.faces[0].key)
    text = _hexadecimal(_set(label, *faces[key], glyphs))
    strokes = "".join(f"{room.x:g} {y:g} m {room.x + room.width:g} {y:g} l S\n" for y in lines)
    written = label and f"BT /{key} {LABEL_SIZE} Tf 1 0 0 1 {room.x:g} {lines[0] + PITCH:g} Tm <{text}> Tj ET\n"
    pens = f"{HAIRLINE} w {LINE_GREY} G {LABEL_GREY} g\n"
    return f"/Artifact <</Type /Layout>> BDC\nq\n{pens}{strokes}{written}Q\nEMC\n".encode()


def _lines(room: Room) -> list[float]:
    """Place the lines, from the label's own downwards."""
    count = int((room.height - PITCH) // PITCH)
    top = room.y + room.height - PITCH
    return [round(top - PITCH * number, 3) for number in range(1, count + 1)]


def _set(text: str, file: str, face: Face, glyphs: Glyphs) -> list[int]:
    """Return the glyphs of a text, and note them; raise Unset."""
    for character in text:
        try:
            glyphs.add(file, face.letter(character), character)
        except KeyError:
            raise Unset(f"{file} has no glyph for '{character}'") from None
    return [face.letter(character) for character in text]


def _hexadecimal(gids: Iterable[int]) -> str:
    return "".join(f"{gid:04x}" for gid in gids)


# Colors of a team

STRING = re.compile(rb"(\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\))", re.DOTALL)
"""Text written in letters: what looks like an operator in it is none."""


def operands(color: str) -> bytes:
    """Write ``#rrggbb`` as the press writes it before an operator: three parts of one, of six digits at most."""
    return b" ".join(f"{value / 255:.6f}".rstrip("0").rstrip(".").encode() for value in bytes.fromhex(color[1:]))


RESERVED_OPERANDS = tuple(operands(color) for color in astuple(RESERVED))
COLOR = re.compile(rb"\n(%s)(?=\s(?:rg|RG|sc|SC|scn|SCN)\s)" % b"|".join(map(re.escape, RESERVED_OPERANDS)))


def recolor(content: bytes, palette: Palette) -> bytes:
    """Return a page's content in the colors of a palette; it holds an operator to a line, as the press writes it."""
    colors = dict(zip(RESERVED_OPERANDS, map(operands, astuple(palette)), strict=True))

    def recolored(part: bytes) -> bytes:
        return COLOR.sub(lambda found: b"\n" + colors[found[1]], part)

    # Operators stand between line ends, the first and the last too.
    lines = b"\n" + content + b"\n"
    if b"(" not in lines:
        return recolored(lines)[1:-1]
    return b"".join(part if n % 2 else recolored(part) for n, part in enumerate(STRING.split(lines)))[1:-1]


# Paper around pages

BOX = re.compile(rb"(/(?:Media|Crop|Trim|Bleed|Art)Box \[)([\d.]+) (\S+) ([\d.]+) (\S+)\]")
Box = tuple[float, float, float, float]
"""Left, bottom, right, and top, in points."""


@dataclass(frozen=True, slots=True)
class Trim:
    """Where the paper lies around what was laid out. Left pages are the even ones of the file: so both sides of a sheet come out right."""

    paper: Box | None = None
    """The edges of the paper, in the coordinates of what was laid out; None where it was laid out for that paper."""
    shift: float = 0.0
    """Points that what is on a left page lies further right."""
    folio: str = "right"
    """Where folios stand: ``left``, ``center``, ``right``; or ``outside`` and ``inside``, printed at both sides and kept at one."""

    def side(self, number: int) -> bytes:
        """Return which of the two folios of a page is kept, by its number from 0: ``l``, ``r``, or nothing where there is one."""
        if self.folio not in ("outside", "inside"):
            return b""
        return b"l" if (number % 2 == 1) == (self.folio == "outside") else b"r"

    def laid(self, page: bytes, number: int) -> bytes:
        """Return a page object put on its paper: its boxes begin elsewhere, so that links and destinations move with it."""
        shift = self.shift if number % 2 else 0.0
        if self.paper is None and not shift:
            return page

        def moved(found: re.Match[bytes]) -> bytes:
            left, bottom, right, top = self.paper or (float(edge) for edge in found.groups()[1:])
            return b"%s%.6g %.6g %.6g %.6g]" % (found[1], left - shift, bottom, right - shift, top)

        return BOX.sub(moved, page)


SAME = Trim()
"""Left pages are as right ones, on the paper that they were laid out for."""
