"""Report what texts, formulas, and labels say is wrong with themselves; each kind has a code of its own there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline import markup, theme
from pipeline.checks.places import Spot, fault, passages, spot
from pipeline.diagnostics import BookError, Diagnostic, Severity
from pipeline.model import Book

Found = Iterator[Diagnostic]


def faults_in_texts(book: Book) -> Found:
    """Yield what Markdown, and the LaTeX of the formula sheet, hold that cannot be printed: `markup.FAULTS`."""
    for passage in passages(book):
        for found in passage.text.faults:
            severity: Severity = "warning" if found.code in markup.WARNINGS else "error"
            yield fault(found.code, found.message, passage.spot(found.line, found.column, found.length), found.hint, severity)
    for formula in book.formulas.values():
        origin = book.origin(formula)
        for found in markup.check(formula.latex):
            place = origin.place_in(("latex",), found.line, found.column, found.length)
            yield fault(found.code, found.message, Spot(place, origin.source.line_text(place)), found.hint)


def faults_of_language(book: Book) -> Found:
    """Yield what the labels of the book's language lack: `theme.RULES`. A language without labels is the book's fault."""
    where = spot(book, book.outline, "lang")
    for words in (theme.labels, theme.spoken):
        try:
            words(book.outline.lang, book.layers)
        except BookError as error:
            for diagnostic in error.diagnostics:
                of_book = diagnostic.place.path == theme.BOOK
                yield replace(diagnostic, place=where.place, line_text=where.line) if of_book else diagnostic
