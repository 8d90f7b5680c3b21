"""Inspect a finished file: on its own, and against the publication it was made from."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import pypdfium2

from pipeline import theme
from pipeline.diagnostics import Diagnostic
from pipeline.formats import COVER, EPUB, PDF
from pipeline.preflight import container, copies, keys, numbers, operands, paper, screen, sheets, withheld
from pipeline.preflight.container import Container
from pipeline.preflight.faults import fault
from pipeline.preflight.keys import Told
from pipeline.preflight.paper import Paper
from pipeline.preflight.parts import Reading
from pipeline.preflight.words import letters
from pipeline.publication import Publication
from pipeline.release import Artefact
from pipeline.theme import Traits

PNG = b"\x89PNG\r\n\x1a\n"
TAG = re.compile(r"<[^>]*>")
TEXTS = (".xhtml", ".svg", ".css", ".opf", ".ncx", ".xml")
EXCERPT = 60
USUAL = "en"
"""Language of a guide that does not say how its page numbers are written."""


def inspect(
    artefact: Artefact, publication: Publication, like: bytes | None = None, reading: Reading | None = None
) -> tuple[Diagnostic, ...]:
    """Inspect the bytes of an artefact against the publication it was made from; return what is wrong.

    Of a PDF that is ``like`` another copy, inspected before, only what the two do not share is read. ``reading`` is
    what was found in it, if it has been read.
    """
    if artefact.format == PDF.name and like is not None and copies.is_like(artefact.data, like):
        return tuple(_copy(artefact, like, publication))
    traits = publication.look.traits(artefact.paper, publication.outline.lang) if artefact.format == PDF.name else None
    if reading is not None and traits is not None:
        return tuple(_pdf(artefact.path, artefact.data, reading, traits, publication))
    return tuple(CHECKS[artefact.format](artefact.path, artefact.data, traits, publication))


def inspect_file(path: str, form: str, data: bytes, traits: Traits | None = None) -> tuple[Diagnostic, ...]:
    """Inspect the bytes of a file on its own; return what is wrong. Without ``traits`` a PDF should have the package's own look."""
    return tuple(CHECKS[form](path, data, traits, None))


def _picture(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    if not data.startswith(PNG):
        yield fault(path, "P308", "this is no PNG picture")


def _copy(artefact: Artefact, like: bytes, publication: Publication) -> Iterator[Diagnostic]:
    path, data, traits = artefact.path, artefact.data, publication.look.traits(artefact.paper, publication.outline.lang)
    try:
        read = copies.read(data, traits.foot)
    except pypdfium2.PdfiumError as error:
        yield fault(path, "P308", str(error))
        return
    yield from copies.check(path, read, traits, publication)
    yield from operands.check(path, data, operands.look(data, operands.digests(like)), read)
    yield from _leaks(path, publication, said_on_paper(read))
    yield from _keys(path, publication, keys.on_paper(read))


def _pdf(path: str, data: bytes, reading: Reading, traits: Traits, publication: Publication | None) -> Iterator[Diagnostic]:
    read = reading.paper
    yield from sheets.check_file(path, read, traits)
    yield from numbers.check(path, read, traits)
    yield from operands.check(path, data, reading.looked, read)
    if publication is not None:
        yield from sheets.check_against(path, read, publication)
        yield from _leaks(path, publication, said_on_paper(read))
        yield from _keys(path, publication, keys.on_paper(read))


def _epub(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    try:
        read = container.read(data)
    except container.Damaged as error:
        yield fault(path, "P308", str(error))
        return
    yield from screen.check_file(path, read, len(data))
    if publication is not None:
        yield from screen.check_against(path, read, publication)
        yield from _leaks(path, publication, said_on_screen(read))
        yield from _keys(path, publication, keys.on_screen(read))


def _read_pdf(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    traits = traits or theme.look().traits("a4", USUAL)
    try:
        read = paper.read(data, names=sheets.places(publication) if publication else (), foot=traits.foot)
    except pypdfium2.PdfiumError as error:
        yield fault(path, "P308", str(error))
        return
    yield from _pdf(path, data, Reading(read, operands.look(data)), traits, publication)


CHECKS: Mapping[str, Callable[[str, bytes, Traits | None, Publication | None], Iterator[Diagnostic]]] = {
    PDF.name: _read_pdf,
    EPUB.name: _epub,
    COVER.name: _picture,
}
"""What is checked of a file, by its format; most of it only against the publication it was made from."""


def _leaks(path: str, publication: Publication, said: str) -> Iterator[Diagnostic]:
    for text in withheld.leaks(publication, said):
        shown = " ".join(text.split())[:EXCERPT]
        yield fault(path, "P301", f"edition '{publication.edition.id}' withholds what stands in the file: '{shown}…'",
                    "report this: what is hidden must be absent")  # fmt: skip


def _keys(path: str, publication: Publication, texts: Iterable[Told]) -> Iterator[Diagnostic]:
    for key in keys.printed(publication, texts):
        yield fault(path, "P318", f"the internal key '{key}' stands in the file",
                    "print the title of what it names; where the words are meant, say them in a text of the book")  # fmt: skip


def said_on_paper(read: Paper) -> str:
    """Return the letters of all that a PDF says: pages, text alternatives, outline."""
    alternatives = (text for page in read.pages for text in page.alternatives)
    return "".join(map(_letters, (*(page.text for page in read.pages), *alternatives, *(line.title for line in read.outline))))


def said_on_screen(read: Container) -> str:
    """Return the letters of all that an EPUB says: its texts, and once more with their markup, attributes and comments."""
    said = [_said_in(data) for name, data in read.files.items() if name.endswith(TEXTS)]
    return "".join((*(words for words, _ in said), *(everything for _, everything in said)))


@lru_cache(maxsize=2048)
def _said_in(data: bytes) -> tuple[str, str]:
    """Return the letters of a file without its markup, and with it."""
    text = data.decode("utf-8", "replace")
    return letters(html.unescape(TAG.sub("", text))), letters(html.unescape(text))


@lru_cache(maxsize=2048)
def _letters(text: str) -> str:
    return letters(text)
