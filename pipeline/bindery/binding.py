"""Bind copies of gathered signatures: each a file of pages in its colors, stamped, with its own cover."""

import io
from collections.abc import Mapping, Sequence

from pikepdf import Array, ObjectStreamMode

from pipeline.brand import Palette
from pipeline.diagnostics import BookError
from pipeline.press import LaidOut, Signature

from . import faces as faces_
from .coloring import recolor
from .faults import fault
from .gathering import NO_NOTES, Gathered, Quire, deflated, gather, sew
from .metadata import describe
from .navigation import name_destinations
from .records import Copy, Entry, Imprint, Notes
from .slots import Glyphs
from .stamping import KEY, Unstamped, narrowest, stamp


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
    gathered = gather(signatures, leaves, outline=outline, fonts=fonts, cover=cover, notes=notes)
    return bind_copy(gathered, Copy(imprint, ()))


def bind_copy(gathered: Gathered, copy: Copy) -> bytes:
    """Bind one copy: the same bytes whatever other copies have been bound before it.

    Its own signatures have as many pages as those they stand for. Raise BookError when the stamp has no room.
    """
    glyphs = gathered.glyphs.copy()
    own = {gathered.index[s.id]: sew(s, leaf, gathered, glyphs) for s, leaf in copy.own}
    inserted = _insert(gathered, own)
    try:
        quires = [own.get(n) or gathered.quires[n] for n in range(len(gathered.index))]
        _paint(gathered, quires, copy.palette)
        _stamp(gathered, quires, copy, glyphs)
        _embed(gathered, glyphs)
        name_destinations(gathered.pdf, {key: place for quire in quires for key, place in quire.places.items()})
        describe(gathered.pdf, copy.imprint)
        return _save(gathered)
    finally:
        for number in reversed(inserted):
            del gathered.pdf.pages[number]


def _insert(gathered: Gathered, own: Mapping[int, Quire]) -> list[int]:
    """Put a copy's own pages in, and their tags; return where they are."""
    numbers, structure, known = list[int](), gathered.structure.copy(), dict(gathered.pictures)
    for place, quire in sorted(own.items()):
        numbers += range(quire.start, quire.start + quire.leaf.facts.pages)
        gathered.hang(place, quire, quire.start, structure, known)
    structure.close()
    return numbers


def _paint(gathered: Gathered, quires: Sequence[Quire], palette: Palette | None) -> None:
    """Write the content of every page in the colors of the copy; those gathered are painted once for each palette."""
    for quire in quires:
        if palette is not None and palette not in quire.painted:
            contents = (recolor(bytes(stream.get_stream_buffer()), palette) for stream in quire.painted[None])
            quire.painted[palette] = [deflated(gathered.pdf, content) for content in contents]
        for page, content in zip(quire.pages, quire.painted[palette], strict=True):
            page.obj.Contents = content


def _stamp(gathered: Gathered, quires: Sequence[Quire], copy: Copy, glyphs: Glyphs) -> None:
    """Put the stamp after the content of every page but the cover's, in the page's own coordinates; all share its stream."""
    stamped = [quire for quire in quires if quire.signature.matter != "cover"] if copy.stamp else []
    for quire in quires:
        fonts = quire.pages[0].obj.Resources.Font
        if f"/{KEY}" in fonts:
            del fonts[f"/{KEY}"]
    if not stamped:
        return
    file = gathered.folio_file
    room = narrowest((quire.foot for quire in quires), [size for quire in stamped for size in quire.leaf.facts.sizes])
    try:
        drawn, used = stamp(copy.stamp, faces_.open_face(gathered.fonts[file]), room)
    except Unstamped as error:
        raise BookError(fault(stamped[0].signature, "P205", str(error), "shorten the name of the recipient")) from error
    except KeyError as error:
        raise BookError(fault(stamped[0].signature, "P204", f"{file} has no glyph for '{chr(error.args[0])}'")) from error
    for gid, text in used.items():
        glyphs.add(file, gid, text)
    begin, end = gathered.pdf.make_stream(b"q\n"), deflated(gathered.pdf, b"\nQ\n" + drawn)
    for quire in stamped:
        quire.pages[0].obj.Resources.Font[f"/{KEY}"] = gathered.font(file)
        for page in quire.pages:
            page.obj.Contents = Array([begin, page.obj.Contents, end])


def _embed(gathered: Gathered, glyphs: Glyphs) -> None:
    """Embed the glyphs that this copy shows.

    Anew for each: a saved file has objects in the order they were made in, and no copy is to know which came before.
    """
    for file, shown in sorted(glyphs.by_file.items()):
        font = faces_.embed(gathered.pdf, faces_.open_face(gathered.fonts[file]), shown, gathered.subset)
        for key in tuple(font.keys()):
            gathered.font(file)[key] = font[key]


def _save(gathered: Gathered) -> bytes:
    target = io.BytesIO()
    gathered.pdf.save(
        target,
        object_stream_mode=ObjectStreamMode.generate,
        compress_streams=True,
        deterministic_id=True,
        min_version="1.7",
    )
    return target.getvalue()
