"""What fields look like: the appearance streams of texts, circles, and boxes (ISO 32000-1, 12.7.3.3).

PDF/A wants one of every field, for each of its states (ISO 19005-2, 6.3.3 and 6.4.1), and no viewer asked to draw it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.kit import field_font
from pipeline.kit.field_font import Face

SIZE: Final = 9.5
SMALLEST: Final = 5.0
"""Sizes of what is filled in: that of the form, and that below which a text is cut, with a sign that it is."""
LEADING: Final = 1.25
MARGIN: Final = 2.0
LINE: Final = 0.75
DISC, CHECK = "l", "4"
"""Letters of ZapfDingbats, which an engine that draws buttons anew has at hand (ISO 32000-1, table 189)."""
BEZIER: Final = 0.5523
"""How far control points lie from the ends of a quarter circle, of its radius."""
CUT: Final = "…"


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
    return b"%s %s Tf 0 g" % (str(field_font.NAME).encode(), _n(size))


def size_of(appearance: object) -> float:
    """Return the size that a default appearance says; that of the form where it says none, or to fit it."""
    found = re.search(r"([0-9.]+)\s+Tf", str(appearance))
    return float(found[1]) if found and float(found[1] or 0) > 0 else SIZE


def text(document: pikepdf.Pdf, box: Box, font: pikepdf.Object, content: bytes = b"") -> pikepdf.Object:
    """Return the appearance of a text field; an empty one has nothing but the mark that viewers put the text between."""
    resources = Dictionary(Font=Dictionary({str(field_font.NAME): font}))
    return _form(document, box, b"/Tx BMC\n%sEMC" % content, resources)


def circle(document: pikepdf.Pdf, box: Box, *, on: bool) -> pikepdf.Object:
    """Return the appearance of a radio button: a circle, with a disc in it when it is chosen."""
    radius = min(box.width, box.height) / 2 - LINE
    drawn = b"q %s w 0 G 1 g\n%sB\n" % (_n(LINE), _disc(box, radius))
    if on:
        drawn += b"0 g\n%sf\n" % _disc(box, radius * 0.62)
    return _form(document, box, drawn + b"Q", Dictionary())


def tick(document: pikepdf.Pdf, box: Box, *, on: bool) -> pikepdf.Object:
    """Return the appearance of a check box: a square, with a check in it when it is ticked."""
    side = min(box.width, box.height) - 2 * LINE
    left, bottom = (box.width - side) / 2, (box.height - side) / 2
    drawn = b"q %s w 0 G 1 g %s re B\n" % (_n(LINE), _n(left, bottom, side, side))
    if on:
        points = [(left + side * x, bottom + side * y) for x, y in ((0.2, 0.52), (0.42, 0.26), (0.82, 0.78))]
        first, *others = (_n(*point) for point in points)
        drawn += b"%s w 1 J 1 j %s m %s S\n" % (_n(side * 0.12), first, b" ".join(other + b" l" for other in others))
    return _form(document, box, drawn + b"Q", Dictionary())


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
    clip = _n(1, 1, max(box.width - 2, 0), max(box.height - 2, 0))
    drawn = b"q %s re W n BT\n%s %s Tf 0 g %s TL %s Td\n" % (
        clip, str(field_font.NAME).encode(), _n(size), _n(size * LEADING), _n(MARGIN, top),
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


def _form(document: pikepdf.Pdf, box: Box, drawn: bytes, resources: Dictionary) -> pikepdf.Object:
    return document.make_stream(
        drawn, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, _r(box.width), _r(box.height)]), Resources=resources
    )


def _disc(box: Box, radius: float) -> bytes:
    """Return the path of a circle in the middle of a box."""
    x, y, r, k = box.width / 2, box.height / 2, radius, radius * BEZIER
    quarters = (
        (x + r, y + k, x + k, y + r, x, y + r), (x - k, y + r, x - r, y + k, x - r, y),
        (x - r, y - k, x - k, y - r, x, y - r), (x + k, y - r, x + r, y - k, x + r, y),
    )  # fmt: skip
    return b"%s m\n" % _n(x + r, y) + b"".join(b"%s c\n" % _n(*quarter) for quarter in quarters)


def _r(number: float) -> float:
    return round(number, 3)


def _n(*numbers: float) -> bytes:
    """Write numbers as operands."""
    return " ".join(f"{number:.3f}".rstrip("0").rstrip(".") or "0" for number in numbers).encode()
