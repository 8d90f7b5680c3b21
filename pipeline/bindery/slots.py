"""Write page numbers into the slots the press has marked (see `pipeline.slots` for the mark)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.slots import MARKED, SHARES

from .faces import Face

TOKEN = re.compile(rb"<([0-9a-f]*)>|(-?[\d.]+)")
OUTSIDE = 0.75
"""Share of what figures leave free that goes before the words they stand beside: there it is a wider space between words."""


class SlotTooSmall(ValueError):
    """A folio that has more digits than its slot."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The glyphs shown so far in each font file, and the text each stands for."""

    by_file: dict[str, dict[int, str]] = field(default_factory=dict)

    def copy(self) -> "Glyphs":
        """Return the same glyphs, to be added to apart."""
        return Glyphs({file: dict(known) for file, known in self.by_file.items()})

    def update(self, other: "Glyphs") -> None:
        """Add all glyphs of another."""
        for file, known in other.by_file.items():
            for gid, text in known.items():
                self.add(file, gid, text)

    def add(self, file: str, gid: int, text: str) -> None:
        """Note a glyph; of several texts it stands for the simplest holds, whichever comes first."""
        known = self.by_file.setdefault(file, {})
        if known.setdefault(gid, text) != text:
            known[gid] = min(known[gid], text, key=_simplicity)


def _simplicity(text: str) -> tuple[bool, int, str]:
    """Order the texts a glyph stands for, so that the order of the signatures decides nothing."""
    return not text, len(text), text


@dataclass(frozen=True, slots=True)
class Filler:
    """Knows the faces of a signature and the numbers to write into its pages."""

    faces: Mapping[str, tuple[str, Face]]
    """Resource name to font file and face."""
    slots: tuple[str, ...]
    """The folio for each slot."""
    glyphs: Glyphs
    side: bytes = b""
    """Of two folios on a page, the one that is kept, by its alignment; nothing where there is one."""

    def fill(self, content: bytes, folio: str) -> bytes:
        """Fill the slots of one page, whose own folio this is; raise SlotTooSmall."""
        return MARKED.sub(self._replacement(folio), content)

    def _replacement(self, folio: str) -> Callable[[re.Match[bytes]], bytes]:
        def replaced(mark: re.Match[bytes]) -> bytes:
            kind, number, first, count, align, key, shown = mark.groups()
            text = self.slots[int(number)] if kind == b"slot" else folio if self.side in (b"", align) else ""
            file, face = self.faces[key.decode()]
            figures = self._figures(file, face, text, int(count))
            return _show(face, shown, int(first), int(count), figures, SHARES[align])

        return replaced

    def _figures(self, file: str, face: Face, text: str, room: int) -> tuple[int, ...]:
        if text.isdigit() and len(text) > room:
            raise SlotTooSmall(f"the page number {text} needs {len(text)} digits, its slot has room for {room}")
        figures = tuple(face.figure(character) for character in text)
        for gid, character in zip(figures, text, strict=True):
            self.glyphs.add(file, gid, character)
        return figures


def _show(face: Face, shown: bytes, first: int, count: int, figures: tuple[int, ...], share: float) -> bytes:
    """Set figures for the placeholder; what they leave free goes before the text, by its share.

    Where words stand before the figures ("p. 000"), a part of it goes between the two: one wide gap would be seen.
    """
    before, placeholder, after = _split(shown, first, count)
    free = sum(map(face.advance, placeholder)) - sum(map(face.advance, figures))
    shift = round(free * share * (OUTSIDE if before else 1), 3)
    gap = b" %g " % -round(free * share - shift, 3) if before and free else b""
    hexes = "".join(f"{gid:04x}" for gid in figures)
    number = f"<{hexes}>".encode() if figures else b""
    return b"[%g%s%s%s%s] TJ" % (-shift, before, gap, number, after)


def _split(shown: bytes, first: int, count: int) -> tuple[bytes, list[int], bytes]:
    """Part what a TJ shows into what is before the placeholder, its glyphs, and what is after."""
    before, after, placeholder, seen = b"", b"", list[int](), 0
    for glyphs, number in TOKEN.findall(shown):
        for start in range(0, len(glyphs), 4):
            glyph = glyphs[start : start + 4]
            if seen < first:
                before += b"<%s>" % glyph
            elif seen < first + count:
                placeholder.append(int(glyph, 16))
            else:
                after += b"<%s>" % glyph
            seen += 1
        if number and seen <= first:
            before += number
        elif number and seen >= first + count:
            after += number
    return before, placeholder, after
