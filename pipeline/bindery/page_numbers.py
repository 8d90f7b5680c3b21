"""Count the pages, and write their numbers into the slots that the press has marked (see `pipeline.slots` for the mark).

Front matter has roman folios, the body arabic ones, and the cover none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count

from pipeline.bindery.embedded_fonts import Face
from pipeline.diagnostics import BookError, Diagnostic, Place, Rule
from pipeline.press import LaidOut, Signature
from pipeline.slots import LINK, MARKED, MOVED, RECT, SHARES


@dataclass(frozen=True, slots=True)
class Folios:
    """The pages of the book: what each is called, and where each id landed."""

    labels: tuple[str, ...]
    """One for each physical page."""
    printed: tuple[str, ...]
    """The folio printed on each physical page; empty on the cover."""
    pages: Mapping[str, int]
    """Destination id to physical page, counted from 0."""
    first: tuple[int, ...]
    """The physical page each signature begins on."""

    def folio(self, target: str) -> str:
        """Return the folio of the page a destination is on; raise KeyError for an unknown id."""
        return self.labels[self.pages[target]]


RULES = (
    Rule(
        "P201",
        "a link or page number leads nowhere",
        "A link, a slot or an outline entry names an id that no section of this edition has. What an edition "
        "withholds cannot be linked to.",
    ),
    Rule(
        "P202",
        "a page number does not fit its slot",
        "Slots are laid out with room for as many digits as they hold zeros. A longer book needs wider ones.",
    ),
    Rule("P203", "an id stands in two sections", "Ids are the destinations of links and of the outline, and must be unique in the book."),
    Rule(
        "P204",
        "a label cannot be set in the book's face",
        "The face that sets labels on note lines has no glyph for one of the characters.",
    ),
    Rule(
        "P205",
        "no room for the recipient's name",
        "The name of whom a copy is for stands at the foot of each page, left of the folio, in one line of 6 points at least.",
    ),
)


def fault(signature: Signature, code: str, message: str, hint: str = "") -> Diagnostic:
    """Return a diagnostic at the source of a signature's first section."""
    sources = dict(signature.sections)
    place = sources.get(signature.id) or next(iter(sources.values()), signature.id)
    return Diagnostic(code, f"section '{signature.id}': {message}", Place(place), hint)


ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def folios(signatures: Sequence[Signature], leaves: Sequence[LaidOut], *, cover: str) -> Folios:
    """Number the pages of the signatures in this order; `cover` is the label of pages that have no folio.

    Raise BookError when an id stands in two signatures.
    """
    printed = tuple(_printed(signatures, leaves))
    first = tuple(accumulate((leaf.facts.pages for leaf in leaves), initial=0))[:-1]
    return Folios(tuple(folio or cover for folio in printed), printed, _pages(signatures, leaves, first), first)


def roman(number: int) -> str:
    """Return a number in lower-case roman numerals."""
    text = ""
    for value, letters in ROMAN:
        times, number = divmod(number, value)
        text += letters * times
    return text


def _printed(signatures: Sequence[Signature], leaves: Sequence[LaidOut]) -> Iterator[str]:
    front, body = count(1), count(1)
    for signature, leaf in zip(signatures, leaves, strict=True):
        for _ in range(leaf.facts.pages):
            match signature.matter:
                case "cover":
                    yield ""
                case "front":
                    yield roman(next(front))
                case "body":
                    yield str(next(body))


def _pages(signatures: Sequence[Signature], leaves: Sequence[LaidOut], first: Sequence[int]) -> dict[str, int]:
    pages: dict[str, int] = {}
    for signature, leaf, start in zip(signatures, leaves, first, strict=True):
        for place in leaf.facts.places:
            if place.id in pages:
                raise BookError(fault(signature, "P203", f"the id '{place.id}' stands in another section too"))
            pages[place.id] = start + place.page
    return pages


TOKEN = re.compile(rb"<([0-9a-f]*)>|(-?[\d.]+)")
OUTSIDE = 0.75
"""Share of what figures leave free that goes before the words they stand beside: there it is a wider space between words."""
POINTS = 0.75
"""PDF points in a CSS pixel."""


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
        return MOVED.sub(self._moved, MARKED.sub(lambda mark: self._filled(mark, folio), content))

    def moved_link(self, annotation: bytes) -> bytes:
        """Return a link put where its words are, when they close up to page numbers."""
        if not (found := LINK.search(annotation)):
            return annotation
        left = right = 0.0
        for number, zeros, size, key, edges in (mark.split() for mark in found[1].split(b";")):
            free = POINTS * self._free(number, zeros, size, key)
            left, right = left + free * (edges == b"2"), right + free
        rect = RECT.sub(lambda box: b"/Rect [%.6g %s %.6g %s]" % (float(box[1]) - left, box[2], float(box[3]) - right, box[4]), annotation)
        return LINK.sub(b"", rect)

    def _moved(self, mark: re.Match[bytes]) -> bytes:
        number, zeros, size, sign, key = mark.groups()
        return b"1 0 0 1 %.6g 0 cm" % (int(sign) * self._free(number, zeros, size, key))

    def _free(self, number: bytes, zeros: bytes, size: bytes, key: bytes) -> float:
        """Return how much of a slot its number leaves free, in CSS pixels."""
        _, face = self.faces[key.decode()]
        figures = sum(face.advance(face.figure(character)) for character in self.slots[int(number)])
        return float(int(zeros) * face.advance(face.figure("0")) - figures) / 1000 * float(size)

    def _filled(self, mark: re.Match[bytes], folio: str) -> bytes:
        kind, number, first, count, align, key, shown = mark.groups()
        text = self.slots[int(number)] if kind == b"slot" else folio if self.side in (b"", align) else ""
        file, face = self.faces[key.decode()]
        figures = self._figures(file, face, text, int(count))
        return _show(face, _split(shown, int(first), int(count)), figures, SHARES[align])

    def _figures(self, file: str, face: Face, text: str, room: int) -> tuple[int, ...]:
        if text.isdigit() and len(text) > room:
            raise SlotTooSmall(f"the page number {text} needs {len(text)} digits, its slot has room for {room}")
        figures = tuple(face.figure(character) for character in text)
        for gid, character in zip(figures, text, strict=True):
            self.glyphs.add(file, gid, character)
        return figures


def _show(face: Face, shown: tuple[bytes, list[int], bytes], figures: tuple[int, ...], share: float) -> bytes:
    """Set figures for the placeholder; what they leave free goes before the text, by its share.

    Where words stand before the figures ("p. 000"), a part of it goes between the two: one wide gap would be seen.
    """
    before, placeholder, after = shown
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
