"""Check what a book means: every check is one function over the book, with a stable code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from pipeline import markup, theme
from pipeline.checks import bounds, consistency, cross_references, edition_checks, glyphs, places, sentences, spelling, team_checks
from pipeline.checks.places import CHECKS, Check, Found, Spot
from pipeline.diagnostics import BookError, Diagnostic, Rule, Severity, ordered
from pipeline.model import Book, Ignore

__all__ = ["CHECKS", "RULES", "Check", "check"]

MODULES = (bounds, consistency, cross_references, edition_checks, glyphs, sentences, spelling, team_checks)
RULES = (Rule("C901", "nothing to ignore", "An entry of ignore.yaml matches no warning and no note. Errors cannot be ignored."),)
MOST = 1_000
"""Findings of one check that are said; after these nobody reads on."""


def check(book: Book) -> tuple[Diagnostic, ...]:
    """Run every check over the valid records; return what they find, sorted by place.

    What ``ignore.yaml`` sets aside is left out, and an entry there that matches nothing is reported.
    """
    # Parsed file by file, before checks ask for texts: what holds up the reading is told by its file.
    places.passages(book)
    found = [replace(fault, severity=each.severity) for each in CHECKS for fault in islice(each.run(book), MOST)]
    found += [*islice(_faults_in_texts(book), MOST), *_faults_of_language(book)]
    kept = [d for d in found if d.severity == "error" or not any(_matches(i, d) for i in book.ignores)]
    aside = [d for d in found if d.severity != "error"]
    unused = [_unused(book, n, found) for n, entry in enumerate(book.ignores) if not any(_matches(entry, d) for d in aside)]
    # The texts of a large book are large, and the next book is another.
    places.passages.cache_clear()
    sentences.stretches.cache_clear()
    markup.forget_slow()
    return ordered([*kept, *unused])


def _faults_in_texts(book: Book) -> Found:
    """Yield what Markdown, and the LaTeX of the formula sheet, hold that cannot be printed: `markup.FAULTS`."""
    for passage in places.passages(book):
        for found in passage.text.faults:
            severity: Severity = "note" if found.code in markup.NOTES else "warning" if found.code in markup.WARNINGS else "error"
            where = passage.spot(found.line, found.column, found.length)
            yield places.fault(found.code, found.message, where, found.hint, severity)
    for question in book.questions.values():
        for n, example in enumerate(question.examples):
            if not markup.is_colored(example.code, example.language):
                message = f"what colors '{example.language}' does not come to an end over this: it is printed without colors"
                hint = "write text as its language, or shorten its longest lines"
                yield places.fault("M114", message, places.spot(book, question, "examples", n, "code"), hint, "warning")
    for formula in book.formulas.values():
        origin = book.origin(formula)
        for found in markup.check(formula.latex):
            place = origin.place_in(("latex",), found.line, found.column, found.length)
            yield places.fault(found.code, found.message, Spot(place, origin.source.line_text(place)), found.hint)


def _faults_of_language(book: Book) -> Found:
    """Yield what the labels of the book's language lack: `theme.RULES`. A language without labels is the book's fault."""
    where = places.spot(book, book.outline, "lang")
    for words in (theme.labels, theme.spoken):
        try:
            words(book.outline.lang, book.layers)
        except BookError as error:
            for diagnostic in error.diagnostics:
                of_book = diagnostic.place.path == theme.BOOK
                yield replace(diagnostic, place=where.place, line_text=where.line) if of_book else diagnostic


def _unused(book: Book, index: int, found: Sequence[Diagnostic]) -> Diagnostic:
    entry = book.ignores[index]
    message, hint = f"nothing to ignore: {entry.code} at {entry.place}", "delete the entry"
    if any(_matches(entry, d) for d in found):
        message, hint = f"{entry.code} is an error, and errors cannot be ignored", "mend the error, and delete the entry"
    return places.fault("C901", message, places.ignore(book, index), hint, "warning")


def _matches(entry: Ignore, diagnostic: Diagnostic) -> bool:
    """Match a code, and a file, or a file and line, within the book's folder."""
    file, _, line = entry.place.partition(":")
    where = diagnostic.place
    return entry.code == diagnostic.code and where.path.endswith(f"/{file}") and (not line or line == str(where.line))
