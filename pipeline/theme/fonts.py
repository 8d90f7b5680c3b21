"""The fonts of a look by what they are for; each is the very file that its digest names."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from fontTools.ttLib import TTFont

from pipeline import slots
from pipeline.diagnostics import ToolError
from pipeline.model import FontFile, Fonts, Layer

SERIF, SANS, CODE, MATH = "Book Serif", "Book Sans", "Book Code", "Book Math"
FAMILIES = {"serif": SERIF, "sans": SANS, "code": CODE, "maths": MATH}
STYLES: Mapping[str, tuple[int, str]] = {
    "regular": (400, "normal"), "italic": (400, "italic"), "bold": (700, "normal"), "bold_italic": (700, "italic"),
}  # fmt: skip
ALIASES = ((slots.FOLIO_FACE, SANS), (slots.FACE, SANS), (slots.SERIF_FACE, SERIF))
"""Families that hold page numbers and nothing else, so that binding finds their text."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file: the family and style it is known by, where it is, and its digest."""

    family: str
    weight: int
    style: str
    package: str
    """The installed package that carries it; empty for a file of a layer."""
    file: str
    sha256: str

    @property
    def resource(self) -> str:
        """Name of the file among the resources of a rendition."""
        name = PurePosixPath(self.file).name
        return f"font/{name}" if self.package else f"font/{self.sha256[:12]}-{name}"


def faces(fonts: Fonts, layers: Sequence[Layer]) -> tuple[Face, ...]:
    """Return the faces of a look, role by role. A file without a package is looked for in the layers, the last one first."""
    return tuple(_faces(fonts, layers))


def _faces(fonts: Fonts, layers: Sequence[Layer]) -> Iterator[Face]:
    for role, family in FAMILIES.items():
        record = getattr(fonts, role)
        for style in type(record).model_fields:
            font: FontFile = getattr(record, style)
            digest = font.sha256 or hashlib.sha256(layer_file(layers, font.file)).hexdigest()
            yield Face(family, *STYLES[style], font.package or "", font.file, digest)


def layer_file(layers: Sequence[Layer], name: str) -> bytes:
    """Return a file of the last layer that has it; nothing when none does."""
    return next((layer.files[name] for layer in reversed(layers) if name in layer.files), b"")


def package_file(package: str, file: str) -> Path:
    """Find a file of a package without importing the package: that could take a second, or warn. Raises FileNotFoundError."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(package)
    return Path(spec.origin).parent / file


@cache
def font(face: Face) -> bytes:
    """Return the bytes of a package's font. Raises ToolError when the file is missing or is not the one that its digest names."""
    name = PurePosixPath(face.file).name
    try:
        data = package_file(face.package, face.file).read_bytes()
    except OSError as error:
        raise ToolError(f"font {name} is missing: run 'make' to install package {face.package}") from error
    if hashlib.sha256(data).hexdigest() != face.sha256:
        raise ToolError(f"font {name} is not the file this theme was made with: run 'make' to reinstall package {face.package}")
    return data


@cache
def postscript_name(data: bytes) -> str:
    """Return the name by which a PDF knows a font."""
    return str(TTFont(io.BytesIO(data), lazy=True)["name"].getDebugName(6))


def slot_faces(every: Sequence[Face]) -> list[tuple[str, Face]]:
    """Return the faces that page numbers are set in, each with the family they are known by there."""
    return [
        (alias, face)
        for alias, family in ALIASES
        for face in every
        if face.family == family and (face.weight, face.style) == (400, "normal")
    ]


def rules(every: Sequence[Face]) -> str:
    """Return the @font-face rules of faces, aliases included."""
    return "\n".join(
        f'@font-face{{font-family:"{family}";src:url(guidepress:{face.resource});font-weight:{face.weight};font-style:{face.style}}}'
        for family, face in [*((face.family, face) for face in every), *slot_faces(every)]
    )
