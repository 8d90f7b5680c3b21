"""Rule the free part of a page for notes."""

from pipeline.press import Facts, Room
from pipeline.slots import FOLIO_FACE

from .faces import Face
from .slots import Glyphs

PITCH, HAIRLINE = 24.0, 0.35
LINE_GREY, LABEL_GREY = 0.6, 0.4
SIZE = 7.5
"""Of the label, in points."""


class Unset(ValueError):
    """A character the face of the label does not have."""


def ruling(facts: Facts, label: str, faces: dict[str, tuple[str, Face]], glyphs: Glyphs) -> bytes:
    """Draw a label and hairlines below the content of the last page, as an artifact; raise Unset."""
    room, lines = facts.room, _lines(facts.room)
    if not lines:
        return b""
    key = next((face.key for face in facts.faces if face.family == FOLIO_FACE), facts.faces[0].key)
    text = _label(label, *faces[key], glyphs)
    strokes = "".join(f"{room.x:g} {y:g} m {room.x + room.width:g} {y:g} l S\n" for y in lines)
    written = f"BT /{key} {SIZE} Tf 1 0 0 1 {room.x:g} {lines[0] + PITCH:g} Tm <{text}> Tj ET\n"
    pens = f"{HAIRLINE} w {LINE_GREY} G {LABEL_GREY} g\n"
    return f"/Artifact <</Type /Layout>> BDC\nq\n{pens}{strokes}{written}Q\nEMC\n".encode()


def _lines(room: Room) -> list[float]:
    """Place the lines, from the label's own downwards."""
    count = int((room.height - PITCH) // PITCH)
    top = room.y + room.height - PITCH
    return [round(top - PITCH * number, 3) for number in range(1, count + 1)]


def _label(label: str, file: str, face: Face, glyphs: Glyphs) -> str:
    hexes = ""
    for character in label:
        try:
            gid = face.letter(character)
        except KeyError:
            raise Unset(f"{file} has no glyph for '{character}'") from None
        glyphs.add(file, gid, character)
        hexes += f"{gid:04x}"
    return hexes
