"""Gather signatures once, for as many copies as are wanted: pages numbered, linked, tagged, with each face named once."""

import io
import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from pikepdf import Dictionary, Name, Object, Page, Pdf

from pipeline.brand import Palette
from pipeline.diagnostics import BookError, Diagnostic
from pipeline.press import LaidOut, Signature

from . import faces as faces_
from .faces import Subset, subset
from .faults import fault
from .merging import merge
from .navigation import describe_links, destinations, targets, write_labels, write_outline
from .pagination import folios
from .records import Entry, Folios, Notes
from .ruling import Unset, ruling
from .slots import Filler, Glyphs, SlotTooSmall
from .stamping import Foot, foot
from .structure import Structure

THREADS = 2
OPEN = 8
"""Signatures that are sewn and not hung yet: their pages are being deflated, and all they hold is in memory twice."""
NO_NOTES: Mapping[str, Notes] = {}
FOLIO_FAMILY = "Book Folio"
LEVEL = 5
"""Of compression (zlib): the next one takes twice as long, and saves two bytes in a hundred."""


@dataclass
class Quire:
    """A signature with its page numbers written in, and its pages once they hang in the book."""

    signature: Signature
    leaf: LaidOut
    start: int
    source: Pdf | None
    """Pages as the press wrote them, until they hang in the book."""
    slots: tuple[str, ...]
    foot: Foot | None
    contents: tuple[Future[bytes], ...]
    """Content of each page, being deflated by other threads."""
    pages: list[Page] = field(default_factory=list)
    places: dict[bytes, Object] = field(default_factory=dict)
    painted: dict[Palette | None, list[Object]] = field(default_factory=dict)
    """Content of each page, by the colors it is in; None: as it was laid out."""

    def hang(self, pdf: Pdf, at: int) -> Object:
        """Hang the pages into the book from number ``at`` on; return their tags. What the press wrote is let go."""
        assert self.source is not None, "a quire is hung once"
        source, self.source = self.source, None
        for number, (page, content) in enumerate(zip(source.pages, self.contents, strict=True), start=at):
            # Saving leaves as it is what is deflated here.
            page.Contents = source.make_stream(content.result(), Filter=Name.FlateDecode)
            pdf.pages.insert(number, page)
        self.contents = ()
        self.pages = [pdf.pages[at + number] for number in range(self.leaf.facts.pages)]
        self.places = destinations(self.leaf, self.pages)
        self.painted[None] = [page.obj.Contents for page in self.pages]
        return pdf.copy_foreign(source.Root.StructTreeRoot)


@dataclass
class Gathered:
    """Signatures in one unfinished PDF, some of them left open: each copy has those to itself."""

    fonts: Mapping[str, bytes]
    numbered: Folios
    notes: Mapping[str, Notes]
    index: dict[str, int]
    """Place of each signature among all, by its id."""
    subset: Subset = subset
    pdf: Pdf = field(default_factory=Pdf.new)
    glyphs: Glyphs = field(default_factory=Glyphs)
    quires: dict[int, Quire] = field(default_factory=dict)
    folio_file: str = ""
    structure: Structure = field(init=False)
    pictures: dict[str, Object] = field(default_factory=dict)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS))
    """What deflates contents (zlib lets other threads go on meanwhile)."""
    _fonts: dict[str, Object] = field(init=False)

    def __post_init__(self) -> None:
        """Make what copies share, that it comes first in all of them: document information, tags, every font."""
        self.pdf.trailer.Info = self.pdf.make_indirect(Dictionary())
        self.structure = Structure(self.pdf)
        self._fonts = {file: self.pdf.make_indirect(Dictionary()) for file in sorted(self.fonts)}

    def font(self, file: str) -> Object:
        """Return the font of a file, which is filled in when a copy is bound."""
        return self._fonts[file]

    def hang(self, place: int, quire: Quire, at: int, structure: Structure, pictures: dict[str, Object]) -> None:
        """Hang the pages of a signature from number ``at`` on, its tags into a structure; new pictures are added to those known."""
        structure.add(place, quire.hang(self.pdf, at), quire.pages)
        describe_links(quire.pages, quire.slots)
        self._dress(quire, pictures)

    def _dress(self, quire: Quire, pictures: dict[str, Object]) -> None:
        """Give the pages of a signature the fonts of the book, and of equal pictures the first."""
        resources = quire.pages[0].obj.Resources
        merge(resources, pictures)
        for face in quire.leaf.facts.faces:
            resources.Font[f"/{face.key}"] = self.font(face.file)


def gather(
    signatures: Sequence[Signature],
    leaves: Sequence[LaidOut],
    *,
    outline: tuple[Entry, ...],
    fonts: Mapping[str, bytes],
    cover: str,
    notes: Mapping[str, Notes] = NO_NOTES,
    own: frozenset[str] = frozenset(),
    subset: Subset = subset,
) -> Gathered:
    """Gather signatures; those whose ids are ``own`` are counted and left open. Raise BookError as ``bind`` does."""
    numbered = folios(signatures, leaves, cover=cover)
    check_links(signatures, leaves, outline, numbered)
    gathered = Gathered(fonts, numbered, notes, {signature.id: n for n, signature in enumerate(signatures)}, subset)
    gathered.folio_file = _folio_file(leaves)
    sewn: deque[tuple[int, Quire]] = deque()
    for place, (signature, leaf) in enumerate(zip(signatures, leaves, strict=True)):
        if signature.id not in own:
            gathered.quires[place] = sew(signature, leaf, gathered, gathered.glyphs)
            sewn.append((place, gathered.quires[place]))
        if len(sewn) > OPEN:
            _append(gathered, *sewn.popleft())
    for place, quire in sewn:
        _append(gathered, place, quire)
    write_outline(gathered.pdf, outline)
    matters = [s.matter for s, leaf in zip(signatures, leaves, strict=True) for _ in range(leaf.facts.pages)]
    write_labels(gathered.pdf, matters, numbered)
    return gathered


def _append(gathered: Gathered, place: int, quire: Quire) -> None:
    gathered.hang(place, quire, len(gathered.pdf.pages), gathered.structure, gathered.pictures)


def check_links(
    signatures: Sequence[Signature],
    leaves: Sequence[LaidOut],
    outline: Sequence[Entry],
    numbered: Folios,
) -> None:
    """Raise BookError with every link, slot and outline entry that leads nowhere."""
    faults: list[Diagnostic] = []
    for signature, leaf in zip(signatures, leaves, strict=True):
        for target in sorted({*leaf.facts.links, *leaf.facts.slots} - numbered.pages.keys()):
            faults.append(fault(signature, "P201", f"no section has the id '{target}'", "drop the link or mend its id"))
    for target, title in targets(outline).items():
        if target not in numbered.pages:
            faults.append(fault(signatures[0], "P201", f"no section has the id '{target}' of '{title}' in the outline"))
    if faults:
        raise BookError(*faults)


def sew(signature: Signature, leaf: LaidOut, gathered: Gathered, glyphs: Glyphs) -> Quire:
    """Write the page numbers into a signature's pages, and rule its last page if asked; note the glyphs."""
    named = {face.key: (face.file, faces_.open_face(gathered.fonts[face.file])) for face in leaf.facts.faces}
    for face in leaf.facts.faces:
        for gid, text in face.glyphs:
            glyphs.add(face.file, gid, text)
    slots = tuple(gathered.numbered.folio(target) for target in leaf.facts.slots)
    start = gathered.numbered.first[gathered.index[signature.id]]
    filler, source = Filler(named, slots, glyphs), Pdf.open(io.BytesIO(leaf.pdf))
    raw = [page.Contents.read_bytes() for page in source.pages]
    notes = gathered.notes.get(signature.id)
    try:
        contents = [filler.fill(content, gathered.numbered.printed[start + n]) for n, content in enumerate(raw)]
        if notes is not None:
            contents[-1] = ruling(leaf.facts, notes.label, named, glyphs) + contents[-1]
    except SlotTooSmall as error:
        raise BookError(fault(signature, "P202", str(error), "lay the book out with wider slots")) from error
    except Unset as error:
        raise BookError(fault(signature, "P204", str(error))) from error
    deflating = tuple(gathered.threads.submit(zlib.compress, content, LEVEL) for content in contents)
    digit = next((face.advance(face.figure("0")) for file, face in named.values() if file == gathered.folio_file), 0.0)
    return Quire(signature, leaf, start, source, slots, foot(raw[0], leaf.facts.sizes[0], digit), deflating)


def deflated(pdf: Pdf, content: bytes) -> Object:
    """Make a stream that is deflated here, once."""
    return pdf.make_stream(zlib.compress(content, LEVEL), Filter=Name.FlateDecode)


def _folio_file(leaves: Sequence[LaidOut]) -> str:
    """Return the font file that sets folios, or else the first that sets anything."""
    used = [face for leaf in leaves for face in leaf.facts.faces]
    return next((face.file for face in used if face.family == FOLIO_FAMILY), used[0].file if used else "")
