"""Find the place in the book that a finding in a finished file comes from."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from lxml import etree

from pipeline import model
from pipeline.authorities.findings import Finding
from pipeline.diagnostics import Place
from pipeline.model import Book, Record

Places = Mapping[str, Place]
"""Where the record, or the text of a record, that gave an id was written."""


def places(book: Book) -> Places:
    """Return the place of everything in a book that is printed under an id."""
    found: dict[str, Place] = {}
    for name, place in (*_records(book), *_texts(book)):
        found.setdefault(name, place)
    return found


def source(finding: Finding, artefact: Path, known: Places) -> Place | None:
    """Return the place that the element in question was written at; None where only the file made can be named.

    The element's own ids come first, then those around the line of the file, then the name of the file: a file of the
    EPUB bears the id of the section that it begins with.
    """
    if not finding.file:
        return None
    around = finding.ids or (_ids_at(artefact, finding.file, finding.line) if finding.line else ())
    stem = posixpath.splitext(posixpath.basename(finding.file))[0]
    return next((place for name in (*around, stem) if (place := _written(name, known))), None)


def _written(name: str, known: Places) -> Place | None:
    """Return the place of an id, or of the longest beginning of it that is one: ``tides-answer-t1`` lies in ``tides-answer``."""
    name = name.removeprefix("answer-")
    while name and name not in known:
        name = name.rpartition("-")[0]
    return known.get(name)


def _sections(book: Book) -> Iterator[Record]:
    """Yield the records whose ids begin the ids of all that they print."""
    yield from (*book.questions.values(), *book.chapters.values(), *book.boxes.values())


def _records(book: Book) -> Iterator[tuple[str, Place]]:
    for n, division in enumerate(book.outline.sections):
        yield division.id, book.origin(book.outline).place(("sections", n, "id"))
    for record in _sections(book):
        yield model.identity(record), book.origin(record).place(("id",))
    named: tuple[tuple[str, Mapping[str, Record]], ...]
    named = (("figure", book.figures), ("term", book.terms), ("formula", book.formulas), ("source", book.works))
    for kind, records in named:
        yield from ((f"{kind}-{name}", book.origin(record).place()) for name, record in records.items())


def _texts(book: Book) -> Iterator[tuple[str, Place]]:
    """Yield the texts of the sections; ids inside a text begin with the record's and the field's name."""
    for record in _sections(book):
        for keys, _, _ in model.prose(record):
            yield model.scope(model.identity(record), keys), book.origin(record).place(keys, of_key=isinstance(keys[-1], str))


def _ids_at(artefact: Path, file: str, line: int) -> tuple[str, ...]:
    """Return the ids around a line of a file, the innermost first; none where the file cannot be read."""
    root = _document(artefact, file)
    if root is None:
        return ()
    above = [element for element in root.iter(etree.Element) if int(str(element.sourceline or 0)) <= line]
    return tuple(str(e.get("id")) for e in (above[-1], *above[-1].iterancestors()) if e.get("id")) if above else ()


@cache
def _document(artefact: Path, file: str) -> etree._Element | None:
    try:
        with zipfile.ZipFile(artefact) as archive:
            return etree.fromstring(archive.read(file), etree.XMLParser(resolve_entities=False, no_network=True))
    except (OSError, KeyError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return None
