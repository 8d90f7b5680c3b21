"""Which glyphs of which font file the pages show."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from .records import FaceUse
from .weasyprint70 import font_file


def names_by_digest(fonts: Mapping[str, bytes]) -> dict[str, str]:
    """Map the digest of each font file to its name; of equal files, the first by name."""
    names = sorted(fonts, reverse=True)
    return {hashlib.sha256(fonts[name]).hexdigest(): name for name in names}


def faces(fonts: Iterable[Any], names: Mapping[str, str]) -> tuple[FaceUse, ...]:
    """List the faces used, given WeasyPrint's fonts of a document and the names of the files by digest."""
    united: dict[str, FaceUse] = {}
    for font in fonts:
        glyphs = dict(united[font.hash].glyphs) if font.hash in united else {}
        for gid, text in font.to_unicode.items():
            glyphs.setdefault(gid, text)
        file = names[hashlib.sha256(font_file(font)).hexdigest()]
        united[font.hash] = FaceUse(font.hash, file, font.family, tuple(sorted(glyphs.items())))
    return tuple(united[key] for key in sorted(united))
