"""What goes into the press and what comes out of it: frozen records, and their JSON."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.section_kinds import Matter

PICTURE = "\ufffc"
"""Stands for a picture or a formula among the letters of a section."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A run of sections laid out on its own, between forced page breaks."""

    id: str
    """The id of its first section; unique in the book."""
    matter: Matter
    """Cover pages are not counted, front pages have roman folios, body pages arabic ones."""
    xhtml: str
    """A whole, well-formed XHTML document with `lang` and `title`."""
    stylesheet: str
    """The complete CSS, `@font-face` rules included; the same for all signatures of a rendition."""
    fonts: str
    """The digest of the font files the stylesheet names: see `fonts_digest`."""
    resources: tuple[tuple[str, bytes], ...] = ()
    """Images by name, sorted; the markup calls them `guidepress:<name>`."""
    sections: tuple[tuple[str, str], ...] = ()
    """Each section's id and the place of its source, for messages."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an element with an id begins: page of the signature from 0, point from its lower left."""

    id: str
    page: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FaceUse:
    """The glyphs a signature shows in one face."""

    key: str
    """The name of the face in the page's resources."""
    file: str
    """The name of the font file, as in the `fonts` given."""
    family: str
    """The family the stylesheet calls it by."""
    glyphs: tuple[tuple[int, str], ...]
    """Glyph ids and the text each stands for, sorted."""


@dataclass(frozen=True, slots=True)
class Room:
    """The part of the last page's text column left free: lower left corner, width and height in points."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Begin:
    """Where a page begins: in which section, after how many of its letters."""

    section: str
    before: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to be known about a laid-out signature without opening its pages."""

    pages: int
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in points."""
    places: tuple[Destination, ...]
    """One for every id of the document that has a box."""
    slots: tuple[str, ...]
    """Targets of the slots; the pages refer to them by index."""
    links: tuple[str, ...]
    """Ids linked to that are not in this signature, sorted."""
    fill: tuple[float, ...]
    """Share (0 to 1) of the height of each page's content area that is used; margin boxes do not count."""
    space_left: float
    """Points left on the last page below what is in it, above its footnotes."""
    room: Room
    """The same as a rectangle."""
    starts: tuple[str | None, ...]
    """The first word of each page."""
    begins: tuple[Begin, ...]
    """One for each page."""
    texts: tuple[tuple[str, str], ...]
    """Each section's id and its letters and digits, a `PICTURE` for each picture: what `begins` counts."""
    faces: tuple[FaceUse, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> str:
        """Give the facts as JSON text, the same bytes for the same facts."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Facts":
        """Read what `to_json` gave; raise KeyError or ValueError for anything else."""
        return _facts(json.loads(text))


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A signature's pages, as a PDF without fonts that only the bindery can use, and the facts about them."""

    pdf: bytes
    facts: Facts


def _facts(data: dict[str, Any]) -> Facts:
    places = tuple(Destination(**place) for place in data["places"])
    faces = tuple(
        FaceUse(face["key"], face["file"], face["family"], tuple((gid, text) for gid, text in face["glyphs"])) for face in data["faces"]
    )
    sizes = tuple((width, height) for width, height in data["sizes"])
    plain = {name: tuple(data[name]) for name in ("slots", "links", "fill", "starts", "warnings")}
    return Facts(
        pages=data["pages"],
        sizes=sizes,
        places=places,
        begins=tuple(Begin(**begin) for begin in data["begins"]),
        texts=tuple((section, text) for section, text in data["texts"]),
        faces=faces,
        space_left=data["space_left"],
        room=Room(**data["room"]),
        **plain,
    )
