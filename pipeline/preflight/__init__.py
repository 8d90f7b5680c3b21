"""Inspect what was made: the second gate, and the verification of a release that stands.

inspect(artefact, publication)        the bytes just made, before they are published
get_ready(publications)               before there is a file, what will be looked for in it
parts(path, pages, readers, ...)      runs of pages of a PDF, to be read by the stage READ
is_like(data, other)                  whether inspect need only read what sets a copy apart from another
inspect_offer(offer, rows)            the page and the catalogs that offer a release
verify_release(folder)                a release on disk, whenever it is asked for
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

import pypdfium2

from pipeline import release, theme
from pipeline.diagnostics import Diagnostic
from pipeline.formats import COVER, EPUB, HTML, KINDLE, PDF, Format
from pipeline.preflight import (
    epub_checks,
    epub_documents,
    epub_reader,
    html_checks,
    internal_keys,
    offer_checks,
    pdf_checks,
    pdf_operands,
    pdf_reader,
    withheld,
)  # fmt: skip
from pipeline.preflight.pdf_checks import places
from pipeline.preflight.pdf_operands import look
from pipeline.preflight.pdf_reader import READ, Reading, parts, whole
from pipeline.preflight.preflight_rules import RULES, fault
from pipeline.publication import Publication
from pipeline.release import Artefact, Published, Release
from pipeline.theme import Traits
from pipeline.work import cache
from pipeline.work.thresholds import NEW_DOCUMENTS

PNG = b"\x89PNG\r\n\x1a\n"
USUAL = "en"
"""Language of a guide that does not say how its page numbers are written."""
END = b"endstream"
DIFFERING, SHARE = 40, 6
"""Streams that may differ (a copy's own pages, its stamp, metadata, fonts, and the objects that name them): this many, and
one in six; where more do, the two are not the same book."""
FIRST = 4
"""Pages read whatever is known of the others: these, which a copy has to itself, and the last."""


def get_ready(publications: Sequence[Publication]) -> None:
    """Find out what is looked for in the files of publications: all of them will ask, and of a few it is remembered."""
    for publication in publications[: withheld.KEPT]:
        withheld.get_ready(publication)
        internal_keys.get_ready(publication)


def is_like(data: bytes, other: bytes) -> bool:
    """Tell whether two PDFs are the same but for what copies have to themselves."""
    pairs = list(zip_longest(data.split(END), other.split(END)))
    differing = len([None for one, two in pairs if one != two])
    return differing <= DIFFERING and differing * SHARE <= len(pairs)


def inspect(
    artefact: Artefact, publication: Publication, like: bytes | None = None, reading: Reading | None = None
) -> tuple[Diagnostic, ...]:
    """Inspect the bytes of an artefact against the publication it was made from; return what is wrong.

    Of a PDF that is ``like`` another copy, inspected before, only what the two do not share is read. ``reading`` is
    what was found in it, if it has been read.
    """
    if artefact.format == PDF.name and like is not None and is_like(artefact.data, like):
        return tuple(_copy(artefact, like, publication))
    traits = publication.look.traits(artefact.paper, publication.outline.lang) if artefact.format == PDF.name else None
    if reading is not None and traits is not None:
        return tuple(_pdf(artefact.path, artefact.data, reading, traits, publication))
    return tuple(CHECKS[artefact.format](artefact.path, artefact.data, traits, publication))


def inspect_file(path: str, form: str, data: bytes, traits: Traits | None = None) -> tuple[Diagnostic, ...]:
    """Inspect the bytes of a file on its own; return what is wrong. Without ``traits`` a PDF should have the package's own look."""
    return tuple(CHECKS[form](path, data, traits, None))


def inspect_offer(offer: Mapping[str, bytes], rows: Sequence[Published]) -> tuple[Diagnostic, ...]:
    """Inspect the page and the catalogs that offer the guides of a release; return what is wrong."""
    return tuple(offer_checks.check(offer, rows))


def _picture(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    if not data.startswith(PNG):
        yield fault(path, "P308", "this is no PNG picture")


def _copy(artefact: Artefact, like: bytes, publication: Publication) -> Iterator[Diagnostic]:
    path, data, traits = artefact.path, artefact.data, publication.look.traits(artefact.paper, publication.outline.lang)
    try:
        read = pdf_reader.read(data, lambda count: sorted({*range(min(FIRST, count)), count - 1}), names=(), foot=traits.foot)
    except pypdfium2.PdfiumError as error:
        yield fault(path, "P308", str(error))
        return
    yield from pdf_checks.check_copy(path, read, traits, publication)
    yield from pdf_operands.check(path, data, look(data, pdf_operands.digests(like)), [page.label for page in read.pages])
    yield from _check_words_on_paper(path, read, publication)


def _pdf(path: str, data: bytes, reading: Reading, traits: Traits, publication: Publication | None) -> Iterator[Diagnostic]:
    read = reading.paper
    yield from pdf_checks.check_file(path, read, traits)
    yield from pdf_operands.check(path, data, reading.looked, [page.label for page in read.pages])
    if publication is not None:
        yield from pdf_checks.check_against(path, read, publication)
        yield from _check_words_on_paper(path, read, publication)


def _check_words_on_paper(path: str, read: pdf_reader.Paper, publication: Publication) -> Iterator[Diagnostic]:
    yield from withheld.check_paper(path, read, publication)
    yield from internal_keys.check_paper(path, read, publication)


def _epub(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    yield from _package(EPUB, path, data, publication)


def _kindle(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    yield from _package(KINDLE, path, data, publication)


def _package(form: Format, path: str, data: bytes, publication: Publication | None) -> Iterator[Diagnostic]:
    try:
        read = epub_reader.read(data)
        documents = _looked_into(form, read, publication)
        yield from epub_checks.check_file(path, read, documents, len(data))
        if form is KINDLE:
            yield from epub_checks.check_kindle(path, read)
    except epub_reader.Damaged as error:
        yield fault(path, "P308", str(error))
        return
    if publication is not None:
        yield from epub_checks.check_against(path, read, documents, publication)
        yield from _check_words_on_screen(path, documents, publication)


def _html(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    try:
        read = html_checks.read(path, data)
        documents = _looked_into(HTML, read, publication)
    except epub_reader.Damaged as error:
        yield fault(path, "P308", str(error))
        return
    yield from html_checks.check_file(path, read, documents, len(data))
    if publication is not None:
        yield from html_checks.check_against(path, read, documents, publication)
        yield from _check_words_on_screen(path, documents, publication)


def _looked_into(form: Format, read: epub_reader.Container, publication: Publication | None) -> epub_documents.Documents:
    """Look into the texts of a file; what was found in an edition's is remembered for its next build."""
    if publication is None:
        return epub_documents.look(read, None, None)
    shelf = cache.shelf(f"inspected {publication.edition.id} {form.name}", few=NEW_DOCUMENTS, passing=True)
    return epub_documents.look(read, internal_keys.keys_of(publication), shelf)


def _check_words_on_screen(path: str, documents: epub_documents.Documents, publication: Publication) -> Iterator[Diagnostic]:
    said = "".join((*(each.words for each in documents.values()), *(each.everything for each in documents.values())))
    yield from withheld.leaks(path, publication, said)
    yield from internal_keys.check_screen(path, (key for each in documents.values() for key in each.keys), publication)


def _read_pdf(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    traits = traits or theme.look().traits("a4", USUAL)
    try:
        read = pdf_reader.read(data, names=places(publication) if publication else (), foot=traits.foot)
    except pypdfium2.PdfiumError as error:
        yield fault(path, "P308", str(error))
        return
    yield from _pdf(path, data, Reading(read, look(data)), traits, publication)


CHECKS: Mapping[str, Callable[[str, bytes, Traits | None, Publication | None], Iterator[Diagnostic]]] = {
    PDF.name: _read_pdf,
    EPUB.name: _epub,
    KINDLE.name: _kindle,
    HTML.name: _html,
    COVER.name: _picture,
}
"""What is checked of a file, by its format; most of it only against the publication it was made from."""


def verify_release(folder: Path) -> tuple[Diagnostic, ...]:
    """Verify the release in ``folder/guides``, or in a folder of guides itself.

    Returns one diagnostic for each thing wrong: a file that is missing or altered, a page number that is not the folio
    where its link lands, a link that leads nowhere, a font that is not the theme's.
    """
    standing, reason = release.read(release.output_folder(folder))
    if standing is None:
        return (fault(str(folder), "P315", reason or "no release stands here", "build the guides first"),)
    return tuple(_verify(standing))


def _verify(standing: Release) -> Iterator[Diagnostic]:
    for line in release.verify(standing):
        path, _, message = line.partition(": ")
        yield fault(path, "P315", message, "build the guides again")
    for artefact in standing.artefacts:
        data = release.file_bytes(standing, artefact)
        if data is not None:
            yield from _inspected(artefact, data)
    offer = {file.path: data for file in standing.offer if (data := release.file_bytes(standing, file)) is not None}
    yield from inspect_offer(offer, standing.artefacts)


def _inspected(artefact: release.Published, data: bytes) -> list[Diagnostic]:
    """Return what is wrong with a file that may be anything: bytes that somebody changed can make every reader stumble."""
    try:
        return list(inspect_file(artefact.path, artefact.format, data, artefact.traits))
    except Exception as error:
        return [fault(artefact.path, "P308", f"cannot be read ({type(error).__name__})")]


__all__ = [
    "FIRST", "READ", "RULES", "Reading", "get_ready", "inspect", "inspect_file", "inspect_offer", "is_like", "parts", "places",
    "verify_release", "whole",
]  # fmt: skip
