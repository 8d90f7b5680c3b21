"""The font of form fields: a whole face, so that whatever is typed shows in it, and its measures.

Engines write what is typed anew with the font that a field names, and look up its letters backward, through ToUnicode.
Of a composite font, PDFium and pdf.js both use every letter that the face has. Of a simple one with WinAnsi, 256 at most:
for the others, PDFium takes fonts of the system, not embedded, and pdf.js writes no appearance at all. Codes
are Unicode here, and a map leads from them to glyphs (ISO 32000-1, 9.7.4.2): so several letters may share a glyph, as space
and no-break space do, and each is still found. A face with CFF outlines has no such map, and its codes are its glyphs.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

import pikepdf
from fontTools.ttLib import TTFont, TTLibError
from pikepdf import Array, Dictionary, Name

NAME: Final = Name("/Wingdings")
"""What the font is called among the resources of the form; it could be anything.

PDFium guesses at a character set for each letter typed, and takes a font for Latin letters only, Cyrillic and even dashes and
quotes from fonts of the system, which are not embedded or not there. Of a font with this name it believes that it is for
all sets, and asks whether it has the letter (CPDF_BAFontMap in core/fpdfdoc). Nobody else looks at the name.
"""
INSTALLABLE, EDITABLE = 0, 8
"""What a face must allow, of OS/2 fsType: embedding to print and preview (4) is not enough for forms that are filled in."""
PLANE: Final = 0x10000
"""Codes of two bytes."""


@dataclass(frozen=True)
class Face:
    """A face as fields use it: the code and the width, in thousandths, of each letter that it has."""

    codes: Mapping[str, int]
    widths: Mapping[str, float]
    ascent: float
    descent: float

    def width(self, text: str, size: float) -> float:
        """Measure a line of text that the face has all letters of."""
        return sum(self.widths[letter] for letter in text) * size / 1000

    def shown(self, text: str) -> str:
        """Return what is shown of a text: accents joined with their letters, a sign for what the face lacks.

        A glyph for what is missing must not be shown (ISO 19005-2, 6.2.11.8).
        """
        lacking = next(sign for sign in "\N{REPLACEMENT CHARACTER}?\N{WHITE SQUARE} " if sign in self.codes)
        joined = unicodedata.normalize("NFC", text.replace("\t", "    "))
        seen = (c for c in joined if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
        return "".join(c if c in self.codes or c == "\n" else lacking for c in seen)

    def encoded(self, text: str) -> bytes:
        """Return the string that shows a text, in hexadecimal."""
        return b"<" + b"".join(b"%04X" % self.codes[letter] for letter in text) + b">"


def embed(document: pikepdf.Pdf, face: bytes) -> pikepdf.Object:
    """Embed a whole face, and return the font. Raises ValueError when it may not be embedded, or cannot be used."""
    font = _parsed(face)
    _refuse_unfit(font)
    name = Name(f"/{font['name'].getDebugName(6)}")
    descendant = _descendant(document, font, name, face)
    known = measures(face)
    return document.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([document.make_indirect(descendant)]),
            ToUnicode=document.make_stream(_to_unicode({code: letter for letter, code in known.codes.items()})),
        )
    )


def embedded(font: pikepdf.Object) -> Face:
    """Return the measures of a font that ``embed`` has made. Raises ValueError when it is not one."""
    try:
        descriptor = font.DescendantFonts[0].FontDescriptor
        return measures((descriptor.FontFile2 if "/FontFile2" in descriptor else descriptor.FontFile3).read_bytes())
    except (AttributeError, IndexError, KeyError, TypeError, pikepdf.PdfError) as error:
        raise ValueError("the fields have no font of their own") from error


@lru_cache(8)
def measures(face: bytes) -> Face:
    """Return the measures of a face."""
    font = _parsed(face)
    cmap, widths, scale = font.getBestCmap(), font["hmtx"], 1000 / font["head"].unitsPerEm
    has_map = "glyf" in font
    # PDF/A-2a has no code stand for nothing, or for a mark of byte order (ISO 19005-2, 6.2.11.7.2).
    letters = {chr(code): glyph for code, glyph in cmap.items() if code < PLANE and code not in (0, 0xFEFF, 0xFFFE)}
    return Face(
        {letter: ord(letter) if has_map else font.getGlyphID(glyph) for letter, glyph in letters.items()},
        {letter: round(widths[glyph][0] * scale, 3) for letter, glyph in letters.items()},
        font["hhea"].ascent * scale,
        font["hhea"].descent * scale,
    )


def _parsed(face: bytes) -> TTFont:
    try:
        return TTFont(io.BytesIO(face), lazy=True)
    except TTLibError as error:
        raise ValueError("the face is neither TrueType nor OpenType") from error


def _refuse_unfit(font: TTFont) -> None:
    if font["OS/2"].fsType & 0xF not in (INSTALLABLE, EDITABLE):
        raise ValueError("the face does not allow to be embedded in forms that are filled in")
    if "fvar" in font:
        raise ValueError("the face varies: fields need one that stands still")


def _descendant(document: pikepdf.Pdf, font: TTFont, name: Name, face: bytes) -> Dictionary:
    known = measures(face)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2 if "glyf" in font else Name.CIDFontType0,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=_descriptor(document, font, name, face),
        DW=round(font["hmtx"][font.getGlyphOrder()[0]][0] * 1000 / font["head"].unitsPerEm),
        W=_widths({code: known.widths[letter] for letter, code in known.codes.items()}),
    )
    if "glyf" in font:
        glyphs = bytearray(2 * PLANE)
        for letter, code in known.codes.items():
            glyphs[2 * code : 2 * code + 2] = font.getGlyphID(font.getBestCmap()[ord(letter)]).to_bytes(2, "big")
        descendant.CIDToGIDMap = document.make_stream(bytes(glyphs))
    return descendant


def _descriptor(document: pikepdf.Pdf, font: TTFont, name: Name, face: bytes) -> pikepdf.Object:
    scale, head, os2 = 1000 / font["head"].unitsPerEm, font["head"], font["OS/2"]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,  # symbolic: its letters are no standard set (ISO 32000-1, 9.8.2)
        FontBBox=Array([round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)]),
        ItalicAngle=round(font["post"].italicAngle),
        Ascent=round(font["hhea"].ascent * scale),
        Descent=round(font["hhea"].descent * scale),
        CapHeight=round(getattr(os2, "sCapHeight", 0) * scale) or 700,
        StemV=80,
    )
    if "glyf" in font:
        descriptor.FontFile2 = document.make_stream(face, Length1=len(face))
    else:
        descriptor.FontFile3 = document.make_stream(face, Subtype=Name.OpenType)
    return document.make_indirect(descriptor)


def _widths(widths: Mapping[int, float]) -> Array:
    """Return the widths of codes in a row, row by row (ISO 32000-1, 9.7.4.3)."""
    entries: list[object] = []
    for row in _rows(widths):
        entries += [row[0], Array([_number(widths[code]) for code in row])]
    return Array(entries)


def _number(width: float) -> object:
    return int(width) if width == int(width) else width


def _rows(codes: Iterable[int]) -> Iterator[list[int]]:
    """Yield codes that follow one another; the last byte of those in a row counts up (ISO 32000-1, 9.10.3)."""
    ordered = sorted(codes)
    for _, row in groupby(enumerate(ordered), lambda each: (each[1] - each[0], each[1] >> 8)):
        yield [code for _, code in row]


def _to_unicode(letters: Mapping[int, str]) -> bytes:
    """Return the CMap that leads from codes to letters (ISO 32000-1, 9.10.3)."""
    lines: list[str] = []
    for row in _rows(letters):
        lines += _ranges(row, letters)
    hundreds = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    blocks = [f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in hundreds]
    return "\n".join((
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        *blocks,
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    )).encode()


def _ranges(row: list[int], letters: Mapping[int, str]) -> Iterator[str]:
    """Yield the ranges of a row of codes in which letters follow one another as their codes do."""
    for _, run in groupby(row, lambda code: (ord(letters[code]) - code, ord(letters[code]) >> 8)):
        codes = list(run)
        yield f"<{codes[0]:04X}> <{codes[-1]:04X}> <{ord(letters[codes[0]]):04X}>"
