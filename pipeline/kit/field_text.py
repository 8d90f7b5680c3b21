"""Text in form fields: the font, a whole face, so that whatever is typed shows in it, and lines written with it.

Engines write what is typed anew with the font that a field names, and look up its letters backward, through ToUnicode.
Of a composite font, PDFium and pdf.js both use every letter that the face has. Of a simple one with WinAnsi, 256 at most:
for the others, PDFium takes fonts of the system, not embedded, and pdf.js writes no appearance at all. Codes
are Unicode here, and a map leads from them to glyphs (ISO 32000-1, 9.7.4.2): so several letters may share a glyph, as space
and no-break space do, and each is still found. A face with CFF outlines has no such map, and its codes are its glyphs.
"""

from __future__ import annotations

import io
import re
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
SIZE: Final = 9.5
SMALLEST: Final = 5.0
"""Sizes of what is filled in: that of the form, and that below which a text is cut, with a sign that it is."""
LEADING: Final = 1.25
MARGIN: Final = 2.0
CUT: Final = "…"


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


@dataclass(frozen=True)
class Box:
    """The room of a field, in points."""

    width: float
    height: float

    @classmethod
    def of(cls, widget: pikepdf.Object) -> Box:
        """Measure a widget."""
        left, bottom, right, top = (float(side) for side in widget.Rect)
        return cls(abs(right - left), abs(top - bottom))


def default(size: float = SIZE) -> bytes:
    """Return the default appearance of a text: font, size, and color."""
    return b"%s %s Tf 0 g" % (str(NAME).encode(), operands(size))


def size_of(appearance: object) -> float:
    """Return the size that a default appearance says; that of the form where it says none, or to fit it."""
    found = re.search(r"([0-9.]+)\s+Tf", str(appearance))
    return float(found[1]) if found and float(found[1] or 0) > 0 else SIZE


def text(document: pikepdf.Pdf, box: Box, font: pikepdf.Object, content: bytes = b"") -> pikepdf.Object:
    """Return the appearance of a text field; an empty one has nothing but the mark that viewers put the text between."""
    resources = Dictionary(Font=Dictionary({str(NAME): font}))
    return appearance(document, box, b"/Tx BMC\n%sEMC" % content, resources)


def written(value: str, box: Box, face: Face, size: float, *, is_area: bool) -> bytes:
    """Return the operators that write a text into a field: smaller where it is long, cut where it is too long even so."""
    shown = face.shown(value)
    if not is_area:
        shown = " ".join(shown.split())
    lines, size = _fitted(shown, box, face, size, is_area=is_area)
    if not any(lines):
        return b""
    top = box.height - MARGIN - face.ascent * size / 1000
    if not is_area:
        top = (box.height - (face.ascent + face.descent) * size / 1000) / 2
    clip = operands(1, 1, max(box.width - 2, 0), max(box.height - 2, 0))
    drawn = b"q %s re W n BT\n%s %s Tf 0 g %s TL %s Td\n" % (
        clip, str(NAME).encode(), operands(size), operands(size * LEADING), operands(MARGIN, top),
    )  # fmt: skip
    return drawn + b"".join(face.encoded(line) + b" Tj T*\n" for line in lines) + b"ET Q\n"


def _fitted(shown: str, box: Box, face: Face, size: float, *, is_area: bool) -> tuple[list[str], float]:
    """Break a text into the lines of a field at the largest size that it fits in."""
    room = max(box.width - 2 * MARGIN, 1)
    while True:
        lines = list(_lines(shown, room, face, size)) if is_area else [shown]
        most = max(int((box.height - 2 * MARGIN - size) / (size * LEADING)) + 1, 1)
        if len(lines) <= most and all(face.width(line, size) <= room for line in lines):
            return lines, size
        if size <= SMALLEST:
            return _cut(lines[:most], len(lines) > most, room, face), SMALLEST
        size = max(size - 0.5, SMALLEST)


def _cut(lines: list[str], is_more: bool, room: float, face: Face) -> list[str]:
    """Cut the last line so that a sign for what is missing has room."""
    last, sign = lines[-1], CUT if CUT in face.codes else ""
    if is_more or face.width(last, SMALLEST) > room:
        while last and face.width(last + sign, SMALLEST) > room:
            last = last[:-1]
        lines[-1] = last + sign
    return lines


def _lines(shown: str, room: float, face: Face, size: float) -> Iterator[str]:
    """Yield the lines of a text, broken at spaces, and inside of words that are longer than a line."""
    for paragraph in shown.split("\n"):
        line = ""
        for word in re.findall(r" *[^ ]+", paragraph):
            if face.width(line + word, size) <= room:
                line += word
                continue
            if line:
                yield line
            *full, line = _pieces(word.lstrip(" "), room, face, size)
            yield from full
        yield line


def _pieces(word: str, room: float, face: Face, size: float) -> Iterator[str]:
    """Yield a word in pieces that have room in a line; the last one may go on."""
    start, width = 0, 0.0
    for at, letter in enumerate(word):
        width += face.width(letter, size)
        if width > room and at > start:
            yield word[start:at]
            start, width = at, face.width(letter, size)
    yield word[start:]


def appearance(document: pikepdf.Pdf, box: Box, drawn: bytes, resources: Dictionary) -> pikepdf.Object:
    """Return an appearance that draws into the room of a field."""
    return document.make_stream(
        drawn, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, round(box.width, 3), round(box.height, 3)]), Resources=resources
    )


def operands(*numbers: float) -> bytes:
    """Write numbers as operands."""
    return " ".join(f"{number:.3f}".rstrip("0").rstrip(".") or "0" for number in numbers).encode()
