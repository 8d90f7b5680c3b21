"""Inspect a finished file: on its own, and against the publication it was made from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache

import pypdfium2

from pipeline import theme
from pipeline.diagnostics import Diagnostic
from pipeline.preflight import container, copies, numbers, screen, sheets, withheld
from pipeline.preflight.container import Container
from pipeline.preflight.faults import fault
from pipeline.preflight.paper import Paper
from pipeline.preflight.reading import Reading
from pipeline.preflight.words import letters
from pipeline.publication import Publication
from pipeline.release import Artefact
from pipeline.theme import Traits

PNG = b"\x89PNG\r\n\x1a\n"
TAG = re.compile(r"<[^>]*>")
TEXTS = (".xhtml", ".svg", ".css", ".opf", ".ncx", ".xml")
EXCERPT = 60
USUAL = "en"
"""Language of a guide whose release says nothing of its look."""


def inspect(
    artefact: Artefact, publication: Publication, like: bytes | None = None, reading: Reading | None = None
) -> tuple[Diagnostic, ...]:
    """Inspect the bytes of an artefact against the publication it was made from; return what is wrong.

    Of a PDF that is ``like`` another copy, inspected before, only what the two do not share is read. ``reading`` is one
    of its data that was begun before.
    """
    if artefact.format == "pdf":
        if like is not None and copies.is_like(artefact.data, like):
            return tuple(_copy(artefact, publication))
        traits = publication.look.traits(artefact.paper, publication.outline.lang)
        reading = reading or Reading(artefact.data, names=sheets.places(publication), foot=traits.foot)
        return tuple(_pdf(artefact.path, reading, traits, publication))
    return tuple(_inspect(artefact.path, artefact.format, artefact.data, publication))


def inspect_file(path: str, form: str, data: bytes, traits: Traits | None = None) -> tuple[Diagnostic, ...]:
    """Inspect the bytes of a file on its own; return what is wrong. Without ``traits`` a PDF should have the package's own look."""
    if form == "pdf":
        traits = traits or theme.look().traits("a4", USUAL)
        return tuple(_pdf(path, Reading(data, names=(), foot=traits.foot), traits, None))
    return tuple(_inspect(path, form, data, None))


def _inspect(path: str, form: str, data: bytes, publication: Publication | None) -> Iterator[Diagnostic]:
    if form == "epub":
        yield from _epub(path, data, publication)
    elif not data.startswith(PNG):
        yield fault(path, "P308", "this is no PNG picture")


def _copy(artefact: Artefact, publication: Publication) -> Iterator[Diagnostic]:
    path, traits = artefact.path, publication.look.traits(artefact.paper, publication.outline.lang)
    try:
        read = copies.read(artefact.data, traits.foot)
    except pypdfium2.PdfiumError as error:
        yield fault(path, "P308", str(error))
        return
    yield from copies.check(path, read, traits, publication)
    yield from _leaks(path, publication, said_on_paper(read))


def _pdf(path: str, reading: Reading, traits: Traits, publication: Publication | None) -> Iterator[Diagnostic]:
    try:
        read = reading.paper
    except pypdfium2.PdfiumError as error:
        yield fault(path, "P308", str(error))
        return
    yield from sheets.check_file(path, read, traits)
    yield from numbers.check(path, read, traits)
    if publication is not None:
        yield from sheets.check_against(path, read, publication)
        yield from _leaks(path, publication, said_on_paper(read))


def _epub(path: str, data: bytes, publication: Publication | None) -> Iterator[Diagnostic]:
    try:
        read = container.read(data)
    except container.Damaged as error:
        yield fault(path, "P308", str(error))
        return
    yield from screen.check_file(path, read, len(data))
    if publication is not None:
        yield from screen.check_against(path, read, publication)
        yield from _leaks(path, publication, said_on_screen(read))


def _leaks(path: str, publication: Publication, said: str) -> Iterator[Diagnostic]:
    for text in withheld.leaks(publication, said):
        shown = " ".join(text.split())[:EXCERPT]
        yield fault(path, "P301", f"edition '{publication.edition.id}' withholds what stands in the file: '{shown}…'",
                    "report this: what is hidden must be absent")  # fmt: skip


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
