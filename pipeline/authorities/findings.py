"""An authority, what it finds, the place in the book that this comes from, and the report on a release."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from pipeline import model
from pipeline.diagnostics import Diagnostic, Place, Rule, Severity
from pipeline.model import Book, Record

Places = Mapping[str, Place]
"""Where the record, or the text of a record, that gave an id was written."""
NO_ANSWER = "P407"
RULES = (
    Rule("P401", "not PDF/A-2a", "veraPDF holds the file against ISO 19005-2, level A: it must print the same in decades."),
    Rule("P402", "not PDF/UA-1", "veraPDF holds the file against ISO 14289-1: a screen reader must find all of it, in order."),
    Rule("P403", "EPUBCheck objects", "EPUBCheck holds the file against EPUB 3.3. Its warnings count: shops refuse files for them."),
    Rule("P404", "Ace objects", "Ace by DAISY holds the file against EPUB Accessibility 1.1 and WCAG 2.2."),
    Rule("P405", "qpdf objects", "qpdf reads every object and every stream of the file, and warns of what a reader would have to mend."),
    Rule("P406", "Nu objects", "The Nu Html Checker, which is W3C's validator, holds the page against HTML, ARIA, MathML, SVG, and CSS."),
    Rule(NO_ANSWER, "an authority gave no answer", "It hung or broke down over the file, which nobody knows to be good then."),
)
"""What the findings of each authority are called among the diagnostics, and that it has said nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an authority has against a file, in its own words."""

    rule: str
    """The authority's own name of the rule: a code, or the clause of a standard."""
    message: str
    file: str = ""
    """Name of the file inside an EPUB; empty where the finding is about the whole."""
    line: int = 0
    """Line in that file, from 1; 0 when it is not known."""
    column: int = 0
    ids: tuple[str, ...] = ()
    """Ids of the elements that it is about or stands in, the innermost first."""
    where: str = ""
    """The place as the authority names it, where there are no files and lines."""
    severity: Severity = "error"

    @property
    def location(self) -> str:
        """Say where in the artefact it is: a file with line and column, or the authority's own words."""
        numbers = (str(n) for n in (self.line, self.column) if n > 0)
        return ":".join((self.file, *numbers)) if self.file else self.where


Check = Callable[[Path], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Authority:
    """Who is asked about the files of one format, and of others that have its media type."""

    name: str
    code: str
    """Code of its diagnostics."""
    format: str
    check: Check
    """Ask about a file. Raises ToolError when no answer can be had."""
    version: Callable[[], str]
    """Name the version that answers. Raises ToolError when it is not installed."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding in the report: who found it, in which artefact, and where that was written."""

    authority: str
    artefact: str
    rule: str
    location: str
    diagnostic: Diagnostic
    """At the place in the book that it comes from, where there is one; in the artefact otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """An artefact, and how many findings each authority has that was asked about it."""

    artefact: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """What all authorities have to say of a release."""

    release: str
    """Digest of the release."""
    versions: Mapping[str, str]
    """Every authority, in the order of the table, with its version."""
    rows: tuple[Row, ...]
    findings: tuple[Reported, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every finding as a diagnostic."""
        return tuple(reported.diagnostic for reported in self.findings)


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
