"""Read the fonts that a theme names, and refuse what cannot be embedded or set in."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from fontTools.ttLib import TTFont

from pipeline import source, theme
from pipeline.load.diagnosing import at
from pipeline.load.reading import Reading
from pipeline.model import FontFile, Fonts, Keys
from pipeline.source import Source, SourceFault

LARGEST: Final = 10_000_000
"""Bytes of a font."""
NEEDED: Final = ("head", "hhea", "hmtx", "maxp", "cmap", "name", "OS/2")
OUTLINES: Final = ("glyf", "CFF ")
NO_EMBEDDING: Final = 0x0002
"""Bit of fsType: the owner forbids embedding (OpenType 1.9, OS/2)."""
DIGITS: Final = "0123456789"


def files(reading: Reading, read: Source, folder: Path, keys: Keys, fonts: Fonts) -> dict[str, bytes]:
    """Return the font files beside ``theme.yaml`` that it names below ``keys``, by their paths; faults are noted."""
    found: dict[str, bytes] = {}
    for role in type(fonts).model_fields:
        family = getattr(fonts, role)
        for style in type(family).model_fields:
            where = (*keys, "fonts", role, style)
            if not read.holds(where):
                continue
            font: FontFile = getattr(family, style)
            data = _data(reading, folder, font)
            reason, hint = _wrong(data, font, role)
            if reason:
                place = read.place((*where, "file"))
                reading.faults.append(at(read, "T107", f"font {font.file}: {reason}", place, hint))
            elif not font.package and data is not None:
                found[font.file] = data
    return found


def _data(reading: Reading, folder: Path, font: FontFile) -> bytes | None:
    """Return the bytes of a font; None where they cannot be read."""
    path = folder / font.file
    if not font.package and not reading.inside(path):
        return None
    try:
        return source.octets(theme.package_file(font.package, font.file) if font.package else path, font.file, LARGEST)
    except (FileNotFoundError, ImportError, ValueError, SourceFault):
        return None


def _wrong(data: bytes | None, font: FontFile, role: str) -> tuple[str, str]:
    """Return what is wrong with a font, and what to do; nothing when all is well."""
    if data is None:
        lacking = f"package {font.package} is not installed, or lacks it" if font.package else "no such file beside theme.yaml can be read"
        return lacking, f"put the file into the folder of the theme, or install the package: at most {LARGEST:,} bytes"
    digest = hashlib.sha256(data).hexdigest()
    if font.package and font.sha256 is None:
        return "a font of a package is named with its digest", f"add 'sha256: {digest}'"
    if font.sha256 not in (None, digest):
        return "the file is another than its digest says", f"write 'sha256: {digest}' if this is the font that is meant"
    return _unusable(data, role), "choose a static TrueType or OpenType font that may be embedded"


@lru_cache(maxsize=64)
def _unusable(data: bytes, role: str) -> str:
    try:
        font = TTFont(io.BytesIO(data), lazy=True)
        return _lack(font, role)
    except Exception as error:  # fontTools raises whatever a damaged table makes it stumble over
        return f"it is no font that can be read ({type(error).__name__})"


def _lack(font: Any, role: str) -> str:
    """Say what a font lacks that can be read."""
    lacking = [table for table in NEEDED if table not in font]
    if lacking or not any(table in font for table in OUTLINES):
        return f"it lacks the table {lacking[0]}" if lacking else "it has no outlines"
    if "fvar" in font:
        return "it is a variable font"
    if font["OS/2"].fsType & NO_EMBEDDING:
        return "its owner does not allow embedding"
    if role == "maths" and "MATH" not in font:
        return "it lacks the table MATH"
    missing = [digit for digit in DIGITS if ord(digit) not in font.getBestCmap()]
    return f"it has no sign '{missing[0]}'" if missing else ""
