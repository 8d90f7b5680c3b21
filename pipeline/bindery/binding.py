"""Bind signatures: one file of pages, numbered, linked, tagged, with each face embedded once."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pikepdf import Object, ObjectStreamMode, Pdf

from pipeline.diagnostics import BookError, Diagnostic
from pipeline.press import LaidOut, Signature

from . import faces as faces_
from .faults import fault
from .merging import merge
from .metadata import describe
from .navigation import describe_links, name_destinations, targets, write_labels, write_outline
from .pagination import folios
from .records import Entry, Folios, Imprint, Notes
from .ruling import Unset, ruling
from .slots import Filler, Glyphs, SlotTooSmall
from .structure import Structure

NO_NOTES: Mapping[str, Notes] = {}


@dataclass(frozen=True, slots=True)
class Sewn:
    """A signature with its page numbers written in, ready to be hung into the book."""

    leaf: LaidOut
    source: Pdf
    slots: tuple[str, ...]


def bind(
    signatures: Sequence[Signature],
    leaves: Sequence[LaidOut],
    *,
    imprint: Imprint,
    outline: tuple[Entry, ...],
    fonts: Mapping[str, bytes],
    cover: str,
    notes: Mapping[str, Notes] = NO_NOTES,
) -> bytes:
    """Bind laid-out signatures into one PDF/A-2a and PDF/UA-1 file; the same bytes for the same input.

    `fonts` are the files the press was given; `cover` labels pages without a folio; `notes` rules the last
    page of the signatures it names. Raise BookError with every link that leads nowhere, for an id that stands
    in two signatures, or for a slot too small.
    """
    numbered = folios(signatures, leaves, cover=cover)
    check_links(signatures, leaves, outline, numbered)
    glyphs = Glyphs()
    sewn = [
        _sew(signature, leaf, numbered, start, fonts, glyphs, notes.get(signature.id))
        for signature, leaf, start in zip(signatures, leaves, numbered.first, strict=True)
    ]
    book = Pdf.new()
    _gather(book, sewn, fonts, glyphs)
    name_destinations(book, leaves, numbered.first)
    write_outline(book, outline)
    matters = [s.matter for s, leaf in zip(signatures, leaves, strict=True) for _ in range(leaf.facts.pages)]
    write_labels(book, matters, numbered)
    describe(book, imprint)
    return _save(book)


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


def _sew(
    signature: Signature,
    leaf: LaidOut,
    numbered: Folios,
    start: int,
    fonts: Mapping[str, bytes],
    glyphs: Glyphs,
    notes: Notes | None,
) -> Sewn:
    """Write the page numbers into a signature's pages, and rule its last page if asked."""
    named = {face.key: (face.file, faces_.open_face(fonts[face.file])) for face in leaf.facts.faces}
    for face in leaf.facts.faces:
        for gid, text in face.glyphs:
            glyphs.add(face.file, gid, text)
    slots = tuple(numbered.folio(target) for target in leaf.facts.slots)
    filler = Filler(named, slots, glyphs)
    source = Pdf.open(io.BytesIO(leaf.pdf))
    try:
        for number, page in enumerate(source.pages):
            content = filler.fill(page.Contents.read_bytes(), numbered.printed[start + number])
            if notes is not None and number == leaf.facts.pages - 1:
                content = ruling(leaf.facts, notes.label, named, glyphs) + content
            page.Contents = source.make_stream(content)
    except SlotTooSmall as error:
        raise BookError(fault(signature, "P202", str(error), "lay the book out with wider slots")) from error
    except Unset as error:
        raise BookError(fault(signature, "P204", str(error))) from error
    return Sewn(leaf, source, slots)


def _gather(book: Pdf, sewn: Sequence[Sewn], fonts: Mapping[str, bytes], glyphs: Glyphs) -> None:
    """Hang the signatures into the book: pages, structure, fonts."""
    embedded = {file: faces_.embed(book, faces_.open_face(fonts[file]), shown) for file, shown in sorted(glyphs.by_file.items())}
    structure, known = Structure(book), dict[str, Object]()
    for part in sewn:
        start = len(book.pages)
        for page in part.source.pages:
            book.pages.append(page)
        pages = [book.pages[number] for number in range(start, len(book.pages))]
        structure.add(book.copy_foreign(part.source.Root.StructTreeRoot), pages)
        describe_links(pages, part.slots)
        merge(pages[0].obj.Resources, known)
        for face in part.leaf.facts.faces:
            pages[0].obj.Resources.Font[f"/{face.key}"] = embedded[face.file]
    structure.close()


def _save(book: Pdf) -> bytes:
    target = io.BytesIO()
    book.save(
        target,
        object_stream_mode=ObjectStreamMode.generate,
        compress_streams=True,
        deterministic_id=True,
        min_version="1.7",
    )
    return target.getvalue()
