"""Bind copies of gathered signatures: each a file of pages in its colors, stamped, with its own cover."""

import io
import re
from collections import deque
from dataclasses import dataclass

from pipeline.bindery.catalog import Structure, labels, name_destinations, place, write_outline
from pipeline.bindery.embedded_fonts import embed, open_face
from pipeline.bindery.gathering import Gathered, Quire, sew
from pipeline.bindery.page_marks import KEY, Foot, Unset, Unstamped, narrowest, stamp
from pipeline.bindery.page_numbers import Glyphs, fault
from pipeline.bindery.pdf_metadata import Imprint, describe, information
from pipeline.bindery.pdf_syntax import TOKEN, Writer, array, dictionary, refer, with_contents
from pipeline.brand import Palette
from pipeline.diagnostics import BookError
from pipeline.press import LaidOut, Signature


@dataclass(frozen=True, slots=True)
class Copy:
    """What one copy has to itself."""

    imprint: Imprint
    own: tuple[tuple[Signature, LaidOut], ...]
    """Signatures in the place of those of the same id, and with as many pages."""
    palette: Palette | None = None
    """Colors in the place of the reserved ones."""
    stamp: str = ""
    """What is printed at the foot of every page but the cover."""


def bind_copy(gathered: Gathered, copy: Copy) -> bytes:
    """Bind one copy: the same bytes whatever other copies have been bound before it.

    Its own signatures have as many pages as those they stand for. Raise BookError when a slot is too small, or the stamp has
    no room.
    """
    file, glyphs = io.BytesIO(), Glyphs()
    own = {gathered.index[signature.id]: sew(signature, leaf, gathered, glyphs) for signature, leaf in copy.own}
    binding = _Binding(Writer(file), gathered, copy, glyphs)
    for quire in gathered.quires(own):
        binding.hang(quire)
    binding.close()
    return file.getvalue()


class _Binding:
    """A file that grows by signatures. Their objects are renumbered as they come, and none is kept."""

    def __init__(self, writer: Writer, gathered: Gathered, copy: Copy, glyphs: Glyphs) -> None:
        self.writer, self.gathered, self.copy, self.glyphs = writer, gathered, copy, glyphs
        self.catalog, self.pages = writer.reserve(), writer.reserve()
        self.structure = Structure(writer)
        self.fonts: dict[str, int] = {}
        self.pictures: dict[str, int] = {}
        self.places: dict[str, bytes] = {}
        self.nodes: list[int] = []
        self.feet: list[Foot | None] = []
        self.stamped: list[Signature] = []
        self.sizes: list[tuple[float, float]] = []
        self.frame = (writer.reserve(), writer.reserve()) if copy.stamp else None
        """Streams before and after the content of a stamped page."""

    def hang(self, quire: Quire) -> None:
        """Write the pages of a signature, and all they refer to."""
        self.writer.begin_part()
        self.feet.append(quire.foot)
        if is_stamped := self.frame is not None and quire.signature.matter != "cover":
            self.stamped.append(quire.signature)
            self.sizes += quire.leaf.facts.sizes
        move = _Renumbering(self, quire, self.frame if is_stamped else None)
        self.nodes.append(move.number(quire.objects.pages))
        move.write()
        self.structure.add(quire.objects, move.number, move.renumbered)
        move.write()
        for found in quire.leaf.facts.places:
            self.places[found.id] = place(move.number(quire.pages[found.page]), found.x, found.y)

    def font(self, file: str) -> bytes:
        """Return the reference to the font of a file, which is embedded last: by then all its glyphs are known."""
        if file not in self.fonts:
            self.fonts[file] = self.writer.reserve()
        return refer(self.fonts[file])

    def close(self) -> None:
        """Write what is above the signatures."""
        gathered, put = self.gathered, self.writer.put
        glyphs = gathered.glyphs.copy()
        glyphs.update(self.glyphs)
        self._stamp(glyphs)
        for file, number in self.fonts.items():
            face = open_face(gathered.fonts[file])
            embed(self.writer, number, face, glyphs.by_file.get(file, {}))
        self.structure.close()
        count = sum(leaf.facts.pages for leaf in gathered.leaves)
        put(dictionary(Type="/Pages", Kids=array(*map(refer, self.nodes)), Count=count), self.pages)
        matters = (s.matter for s, leaf in zip(gathered.signatures, gathered.leaves, strict=True) for _ in range(leaf.facts.pages))
        entries: dict[str, object] = {"Type": "/Catalog", "Pages": refer(self.pages), "StructTreeRoot": refer(self.structure.root)}
        entries["PageLabels"] = labels(matters, gathered.numbered)
        if self.places:
            entries["Names"] = dictionary(Dests=refer(name_destinations(self.writer, self.places)))
        if gathered.outline:
            entries["Outlines"] = refer(write_outline(self.writer, gathered.outline))
        put(dictionary(**entries, **describe(self.writer, self.copy.imprint)), self.catalog)
        self.writer.close(self.catalog, put(information(self.copy.imprint)))

    def _stamp(self, glyphs: Glyphs) -> None:
        """Draw the stamp, which all pages but the cover's share, in the page's own coordinates."""
        if self.frame is None or not self.stamped:
            return
        file, first = self.gathered.folio_file, self.stamped[0]
        room = narrowest(self.feet, self.sizes)
        try:
            drawn = stamp(self.copy.stamp, file, open_face(self.gathered.fonts[file]), room, glyphs)
        except Unstamped as error:
            raise BookError(fault(first, "P205", str(error), "shorten the name of the recipient")) from error
        except Unset as error:
            raise BookError(fault(first, "P204", str(error))) from error
        before, after = self.frame
        self.writer.put_stream(b"q\n", number=before, as_is=True)
        self.writer.put_stream(b"\nQ\n" + drawn, number=after)


class _Renumbering:
    """The way of a signature's objects into the book: each gets its number when it is first referred to."""

    def __init__(self, binding: _Binding, quire: Quire, frame: tuple[int, int] | None) -> None:
        self.binding, self.quire, self.frame = binding, quire, frame
        self.key = binding.structure.next
        (document,) = quire.objects.numbers(quire.objects.tags, b"K")
        self.moved = {document: binding.structure.document}
        self.waiting: deque[int] = deque()
        self.contents = {number for numbers in quire.contents.values() for number in numbers}
        self.fonts = quire.fonts
        for number, digest in quire.pictures.items():
            # Of equal pictures the first is kept.
            self.moved[number] = binding.pictures.get(digest) or binding.pictures.setdefault(digest, self.number(number))

    def number(self, old: int) -> int:
        """Return the number that an object has in the book; one that is new there is written by and by."""
        if old not in self.moved:
            self.moved[old] = self.binding.writer.reserve()
            self.waiting.append(old)
        return self.moved[old]

    def renumbered(self, body: bytes) -> bytes:
        """Return a body with the numbers of the book."""
        return TOKEN.sub(self._replaced, body)

    def write(self) -> None:
        """Write all that is referred to and not written yet."""
        objects, writer, palette = self.quire.objects, self.binding.writer, self.binding.copy.palette
        while self.waiting:
            old = self.waiting.popleft()
            if old in objects.streams:
                stream = objects.streams[old]
                if palette is not None and old in self.contents:
                    stream = self.quire.painted(old, palette)
                writer.put_stream(stream.data, self.renumbered(stream.entries), self.moved[old], as_is=True)
            else:
                writer.put(self._body(old), self.moved[old])

    def _body(self, old: int) -> bytes:
        quire, binding = self.quire, self.binding
        if old == self.fonts:
            named = {face.key: binding.font(face.file) for face in quire.leaf.facts.faces}
            return dictionary(**named, **({KEY: binding.font(binding.gathered.folio_file)} if self.frame else {}))
        body = self.renumbered(quire.objects.bodies[old])
        if old == quire.objects.pages:
            return b"%s/Parent %d 0 R>>" % (body.removesuffix(b">>"), binding.pages)
        if self.frame and old in quire.contents:
            before, after = self.frame
            return with_contents(body, (before, *map(self.number, quire.contents[old]), after))
        return body

    def _replaced(self, found: re.Match[bytes]) -> bytes:
        if found[1]:
            return b"%d 0 R" % self.number(int(found[1]))
        return b"%s %d" % (found[2], self.key + int(found[3])) if found[2] else found[0]
