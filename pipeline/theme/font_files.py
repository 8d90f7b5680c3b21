"""Read the files of fonts, and cut those of scripts: to one weight of a variable font, and of many thousand glyphs to the usual ones."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from fontTools.ttLib import TTFont

from pipeline.diagnostics import ToolError
from pipeline.work.cache import remembered

LATIN = "\u02af"
"""The last character that a font of Han characters leaves to the fonts of running text."""
SPACES = " \u00a0"
"""Pango takes spaces from the font that is asked first."""


def package_file(package: str, file: str) -> Path:
    """Find a file of a package without importing the package: that could take a second, or warn. Raises FileNotFoundError."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(package)
    return Path(spec.origin).parent / file


@cache
def package_font(package: str, file: str, sha256: str, target: str) -> bytes:
    """Return the bytes of a package's font; ``target`` is what make is asked for when the package is missing.

    Raises ToolError when the file is missing or is not the one that its digest names.
    """
    name = PurePosixPath(file).name
    try:
        data = package_file(package, file).read_bytes()
    except OSError as error:
        raise ToolError(f"font {name} is missing: run '{target}' to install package {package}") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ToolError(f"font {name} is not the file this theme was made with: run '{target}' to reinstall package {package}")
    return data


@cache
def family_name(data: bytes) -> str:
    """Return the name of a font's family, of which nothing is kept that has a meaning in a style sheet."""
    return re.sub(r"[^\w .-]", "", str(TTFont(io.BytesIO(data), lazy=True)["name"].getBestFamilyName()))


@cache
def postscript_name(data: bytes) -> str:
    """Return the name by which a PDF knows a font."""
    return str(TTFont(io.BytesIO(data), lazy=True)["name"].getDebugName(6))


@cache
def widths(data: bytes) -> Mapping[int, float]:
    """Return how wide a font's characters are, in ems, by their code points."""
    font = TTFont(io.BytesIO(data), lazy=True)
    advances, em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {code: advances[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def cut(data: bytes, weight: int | None, kept: frozenset[str]) -> bytes:
    """Return a font file in one weight, with no characters but those kept; without either, as it is.

    Raises ToolError where HarfBuzz's Python package is missing.
    """
    return _cut(data, weight, "".join(sorted(kept))) if weight or kept else data


@lru_cache(maxsize=16)
def _cut(data: bytes, weight: int | None, kept: str) -> bytes:
    return remembered(lambda: _made(data, weight, kept), "script font", data, weight, kept)


def _made(data: bytes, weight: int | None, kept: str) -> bytes:
    try:
        import uharfbuzz  # only books in scripts of their own need it
    except ImportError as error:
        raise ToolError("fonts of scripts are cut by uharfbuzz, which is missing: run 'make languages'") from error
    face, wanted = uharfbuzz.Face(data), uharfbuzz.SubsetInput()
    if kept:
        wanted.unicode_set.update(ord(character) for character in (*kept, *SPACES) if character > LATIN or character in SPACES)
    else:
        wanted.keep_everything()
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.DOWNGRADE_CFF2 | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    if weight:
        wanted.pin_all_axes_to_default(face)
        wanted.pin_axis_location(face, "wght", float(weight))
    return _named(bytes(uharfbuzz.subset(face, wanted).blob.data), weight)


def _named(data: bytes, weight: int | None) -> bytes:
    """Return a font whose names say its weight: those of the variable one name its default."""
    font = TTFont(io.BytesIO(data), recalcTimestamp=False, lazy=True)
    names = font["name"]
    if weight:
        style = "Bold" if weight >= 600 else "Regular"
        family = str(names.getBestFamilyName()).replace(" Thin", "").replace(" Light", "")
        for number, words in ((1, family), (2, style), (4, f"{family} {style}"), (6, f"{family.replace(' ', '')}-{style}")):
            names.removeNames(nameID=number)
            names.setName(words, number, 3, 1, 0x409)
        names.removeNames(nameID=16)
        names.removeNames(nameID=17)
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()
