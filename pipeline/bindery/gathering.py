"""Gather signatures once, for as many copies as are wanted: counted, their links found to lead somewhere, sewn when bound."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.bindery.catalog import Entry, described, targets
from pipeline.bindery.embedded_fonts import open_face
from pipeline.bindery.page_marks import SAME, Foot, Notes, Trim, Unset, foot, recolor, ruling
from pipeline.bindery.page_numbers import Filler, Folios, Glyphs, SlotTooSmall, fault, folios
from pipeline.bindery.pdf_syntax import LEVEL, REFERENCE, Objects, Stream, parse, with_contents
from pipeline.brand import Palette
from pipeline.diagnostics import BookError, Diagnostic
from pipeline.press import Destination, LaidOut, Signature
from pipeline.slots import FOLIO_FACE


@dataclass
class Quire:
    """A signature with its page numbers written in."""

    signature: Signature
    leaf: LaidOut
    objects: Objects
    pages: tuple[int, ...]
    """Objects that are its pages; all pages share their resources, and with these their fonts and pictures."""
    foot: Foot | None
    pictures: Mapping[int, str]
    """Images and forms, and what is equal in equal ones."""
    contents: Mapping[int, tuple[int, ...]]
    """Streams of each page, in their order."""
    _painted: dict[int, Stream] = field(default_factory=dict)
    """In the colors of the last palette: of a thousand teams each has its own."""
    _palette: Palette | None = None

    @property
    def fonts(self) -> int:
        """The object that names the fonts of its pages."""
        (resources,) = self.objects.numbers(self.pages[0], b"Resources")
        (fonts,) = self.objects.numbers(resources, b"Font")
        return fonts

    def painted(self, number: int, palette: Palette) -> Stream:
        """Return the content of a page in the colors of a palette."""
        if palette != self._palette:
            self._painted, self._palette = {}, palette
        if number not in self._painted:
            plain = self.objects.streams[number]
            content = plain.content
            colored = recolor(content, palette)
            self._painted[number] = deflated(colored) if colored != content else plain
        return self._painted[number]


@dataclass
class Gathered:
    """Signatures to be bound; a copy may have some of its own in their places.

    Raises BookError with every link that leads nowhere, and for an id that stands in two signatures.
    """

    signatures: Sequence[Signature]
    leaves: Sequence[LaidOut]
    outline: tuple[Entry, ...]
    fonts: Mapping[str, bytes]
    """The files the press was given."""
    cover: str
    """Label of pages without a folio."""
    notes: Mapping[str, Notes] = field(default_factory=dict)
    """Rules the last page of the signatures it names."""
    trim: Trim = SAME
    """Where the paper lies."""
    keeps: bool = False
    """Whether sewn signatures are kept for the next copy. Kept, they are sewn once; else one is in memory at a time."""
    glyphs: Glyphs = field(default_factory=Glyphs)
    """Glyphs of all signatures sewn so far; those of a copy's own are not among them."""
    numbered: Folios = field(init=False)
    folio_file: str = field(init=False)
    index: Mapping[str, int] = field(init=False)
    """Place of each signature among all, by its id."""
    _kept: dict[int, Quire] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count the pages, and find what sets the folios and where each signature stands."""
        self.numbered = folios(self.signatures, self.leaves, cover=self.cover)
        self.folio_file = _folio_file(self.leaves)
        self.index = {signature.id: place for place, signature in enumerate(self.signatures)}
        if faults := [*self._dead_links()]:
            raise BookError(*faults)

    def _dead_links(self) -> Iterator[Diagnostic]:
        """Yield every link, slot and outline entry that leads nowhere."""
        known = self.numbered.pages.keys()
        for signature, leaf in zip(self.signatures, self.leaves, strict=True):
            for target in sorted({*leaf.facts.links, *leaf.facts.slots} - known):
                yield fault(signature, "P201", f"no section has the id '{target}'", "drop the link or mend its id")
        for target, title in targets(self.outline).items():
            if target not in known:
                yield fault(self.signatures[0], "P201", f"no section has the id '{target}' of '{title}' in the outline")

    def quires(self, own: Mapping[int, Quire]) -> Iterator[Quire]:
        """Yield all signatures in their order, a copy's own in the places of those with their ids."""
        for place, (signature, leaf) in enumerate(zip(self.signatures, self.leaves, strict=True)):
            quire = own.get(place) or self._kept.get(place) or sew(signature, leaf, self, self.glyphs)
            if self.keeps and place not in own:
                self._kept[place] = quire
            yield quire


def sew(signature: Signature, leaf: LaidOut, gathered: Gathered, glyphs: Glyphs) -> Quire:
    """Write the page numbers into a signature's pages, and rule its last page if asked; note the glyphs."""
    named = {face.key: (face.file, open_face(gathered.fonts[face.file])) for face in leaf.facts.faces}
    for face in leaf.facts.faces:
        for gid, text in face.glyphs:
            glyphs.add(face.file, gid, text)
    start = gathered.numbered.first[gathered.index[signature.id]]
    objects = parse(leaf.pdf)
    pages = tuple(objects.numbers(objects.pages, b"Kids"))
    digit = next((face.advance(face.figure("0")) for file, face in named.values() if file == gathered.folio_file), 0.0)
    room = foot(b"".join(_marked(objects, pages[0])), leaf.facts, digit, gathered.trim.folio)
    filler = Filler(named, tuple(gathered.numbered.folio(target) for target in leaf.facts.slots), glyphs)
    notes = gathered.notes.get(signature.id)
    try:
        for number, page in enumerate(pages, start=start):
            _fill(objects, page, gathered.numbered.printed[number], replace(filler, side=gathered.trim.side(number)))
            if signature.matter != "cover":
                objects.bodies[page] = gathered.trim.laid(objects.bodies[page], number)
        if notes is not None:
            _prepend(objects, pages[-1], ruling(leaf.facts, notes.label, named, glyphs))
    except SlotTooSmall as error:
        raise BookError(fault(signature, "P202", str(error), "lay the book out with wider slots")) from error
    except Unset as error:
        raise BookError(fault(signature, "P204", str(error))) from error
    (resources,) = objects.numbers(pages[0], b"Resources")
    contents = {page: tuple(objects.numbers(page, b"Contents")) for page in pages}
    return Quire(signature, leaf, objects, pages, room, _drawn(objects, resources), contents)


def deflated(content: bytes) -> Stream:
    """Return a stream that is deflated here, once."""
    return Stream(b"/Filter /FlateDecode", zlib.compress(content, LEVEL))


def _marked(objects: Objects, page: int) -> Iterator[bytes]:
    """Yield the content of a page that has page numbers to be filled in: the press does not deflate that."""
    streams = (objects.streams[number] for number in objects.numbers(page, b"Contents"))
    return (stream.data for stream in streams if not stream.is_deflated)


def _fill(objects: Objects, page: int, folio: str, filler: Filler) -> None:
    """Fill the slots of one page, in its content and in what its links say."""
    for number in objects.numbers(page, b"Contents"):
        if not objects.streams[number].is_deflated:
            objects.streams[number] = deflated(filler.fill(objects.streams[number].data, folio))
    for number in objects.numbers(page, b"Annots"):
        objects.bodies[number] = described(filler.moved_link(objects.bodies[number]), filler.slots)


def _prepend(objects: Objects, page: int, content: bytes) -> None:
    """Put a stream before the content of a page."""
    if content:
        number = max((*objects.bodies, *objects.streams)) + 1
        objects.streams[number] = deflated(content)
        objects.bodies[page] = with_contents(objects.bodies[page], (number, *objects.numbers(page, b"Contents")))


def _folio_file(leaves: Sequence[LaidOut]) -> str:
    """Return the font file that sets folios, or else the first that sets anything."""
    used = [face for leaf in leaves for face in leaf.facts.faces]
    return next((face.file for face in used if face.family == FOLIO_FACE), used[0].file if used else "")


DRAWN = re.compile(rb"/XObject <<([^>]*)>>")


def _drawn(objects: Objects, resources: int) -> dict[int, str]:
    """Return the images and forms that the resources of pages name, with a digest of each and of all it refers to."""
    found = DRAWN.search(objects.bodies[resources])
    return {int(number): _fingerprint(objects, int(number)) for number in REFERENCE.findall(found[1])} if found else {}


def _fingerprint(objects: Objects, number: int) -> str:
    """Digest an object and all it refers to: the same for equal ones, whatever their numbers."""
    total = hashlib.sha256()
    if number in objects.streams:
        body, data = objects.streams[number]
        total.update(data)
    else:
        body = objects.bodies[number]
    total.update(REFERENCE.sub(lambda found: _fingerprint(objects, int(found[1])).encode(), body))
    return total.hexdigest()


Shown = Sequence[tuple[str, int]]
"""A digest of what is on the pages of each signature, and their number."""


def shown(gathered: Gathered) -> Shown:
    """Digest, for each signature of a plain guide that has been bound, all that decides what is on its pages; give their number.

    That is what the press laid out, the numbers written into it, where its links land, and what its glyphs stand for.
    """
    points = {place.id: place for leaf in gathered.leaves for place in leaf.facts.places}
    found = []
    for signature, leaf, start in zip(gathered.signatures, gathered.leaves, gathered.numbered.first, strict=True):
        notes = repr(gathered.notes.get(signature.id))
        parts = (signature.fonts, notes, repr(gathered.trim), *_numbers(gathered, leaf, start, points), _texts(gathered, leaf))
        digest = hashlib.sha256(leaf.pdf)
        digest.update(json.dumps(parts).encode())
        found.append((digest.hexdigest(), leaf.facts.pages))
    return tuple(found)


def _numbers(gathered: Gathered, leaf: LaidOut, start: int, points: dict[str, Destination]) -> tuple[object, ...]:
    """Return the page numbers on a signature's pages, and the pages and points that its links lead to."""
    numbered, facts = gathered.numbered, leaf.facts
    landings = [(numbered.pages[target], points[target].x, points[target].y) for target in facts.links]
    printed, labels = (numbers[start : start + facts.pages] for numbers in (numbered.printed, numbered.labels))
    return start, printed, labels, [numbered.folio(target) for target in facts.slots], landings


def _texts(gathered: Gathered, leaf: LaidOut) -> list[str]:
    """Return what the glyphs of a signature stand for: of several texts all signatures share the simplest."""
    return [gathered.glyphs.by_file[face.file][gid] for face in leaf.facts.faces for gid, _ in face.glyphs]
