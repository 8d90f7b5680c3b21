"""Signatures, the pages and facts that they become, and the key of each: a digest of everything its pages depend on."""

import ctypes
import hashlib
import importlib.metadata
import platform
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.diagnostics import ToolError
from pipeline.section_kinds import Matter
from pipeline.work.cluster import CODE

PICTURE = "\ufffc"
"""Stands for a picture or a formula among the letters of a section."""
LIBRARIES = {
    "pango": (("libpango-1.0.so.0", "libpango-1.0.dylib", "pango-1.0-0.dll"), "pango_version_string"),
    "harfbuzz": (("libharfbuzz.so.0", "libharfbuzz.0.dylib", "harfbuzz.dll"), "hb_version_string"),
    "fontconfig": (("libfontconfig.so.1", "libfontconfig.1.dylib", "fontconfig-1.dll"), "FcGetVersion"),
}


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
    begins: tuple[Begin, ...]
    """One for each page."""
    texts: tuple[tuple[str, str], ...]
    """Each section's id and its letters and digits, a `PICTURE` for each picture: what `begins` counts."""
    faces: tuple[FaceUse, ...]
    warnings: tuple[str, ...]

    @classmethod
    def from_json(cls, data: Any) -> "Facts":
        """Read facts that were kept as a JSON value; raise KeyError, TypeError, or ValueError for anything else."""
        plain = {name: tuple(data[name]) for name in ("slots", "links", "fill", "warnings")}
        return cls(
            pages=data["pages"],
            sizes=tuple((width, height) for width, height in data["sizes"]),
            places=tuple(Destination(**place) for place in data["places"]),
            space_left=data["space_left"],
            room=Room(**data["room"]),
            begins=tuple(Begin(**begin) for begin in data["begins"]),
            texts=tuple((section, text) for section, text in data["texts"]),
            faces=tuple(FaceUse(**face | {"glyphs": tuple((gid, text) for gid, text in face["glyphs"])}) for face in data["faces"]),
            **plain,
        )


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A signature's pages, as a PDF without fonts that only the bindery can use, and the facts about them."""

    pdf: bytes
    facts: Facts


# Keys


def fonts_digest(fonts: Mapping[str, bytes]) -> str:
    """Digest font files by name and content, as `Signature.fonts` wants it."""
    files = (f"{name}\0{hashlib.sha256(data).hexdigest()}" for name, data in sorted(fonts.items()))
    return _digest(file.encode() for file in files)


def key(signature: Signature) -> str:
    """Digest exactly what a signature prints, the libraries that print it, and this package."""
    parts = [signature.id, signature.xhtml, _shared(signature.stylesheet), signature.fonts]
    parts += [f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in signature.resources]
    return _digest(part.encode() for part in parts)


@lru_cache(maxsize=32)
def _shared(stylesheet: str) -> str:
    """Digest what many signatures have in common: their style sheet, the libraries, and this package."""
    versions = (f"{name} {version}" for name, version in system_versions().items())
    return _digest(part.encode() for part in (stylesheet, own_digest(), *versions))


def picture_key(name: str, svg: bytes) -> str:
    """Digest all that the form of a picture follows from."""
    return _digest((b"form", name.encode(), svg, own_digest().encode(), *(f"{n} {v}".encode() for n, v in system_versions().items())))


@lru_cache(maxsize=1)
def system_versions() -> Mapping[str, str]:
    """Name the versions that decide how pages look, without importing WeasyPrint (that takes a second)."""
    versions = {name: _library_version(*where) for name, where in LIBRARIES.items()}
    return {
        "weasyprint": importlib.metadata.version("weasyprint"),
        "pydyf": importlib.metadata.version("pydyf"),
        **versions,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "python": platform.python_version(),
    }


def versions() -> Mapping[str, str]:
    """Name all that decides what pages are made of signatures: libraries, and the code of this package."""
    return {**system_versions(), CODE: own_digest()}


def _library_version(names: Iterable[str], function: str) -> str:
    for name in names:
        try:
            version = getattr(ctypes.CDLL(name), function)
        except OSError:
            continue
        if function == "FcGetVersion":
            return str(version())
        version.restype = ctypes.c_char_p
        return str(version().decode())
    raise ToolError(f"cannot find the library {next(iter(names))}: install Pango (libpango-1.0-0 and libpangoft2-1.0-0)")


@lru_cache(maxsize=1)
def own_digest() -> str:
    """Digest the code that lays out."""
    here = Path(__file__).parent
    sources = sorted((*here.glob("*.py"), here / "fonts.conf", here.parent / "slots.py"))
    return _digest(path.read_bytes() for path in sources)


def _digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8) + part)
    return total.hexdigest()
