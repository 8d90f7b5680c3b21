"""Check what a book means: every check is one function over the book, with a stable code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from pipeline.checks import (
    balance,
    citations,
    completeness,
    editions,
    figures,
    links,
    places,
    prose,
    records,
    sentences,
    spelling,
    teams,
    texts,
    vocabulary,
)
from pipeline.checks.registry import CHECKS, Check
from pipeline.diagnostics import Diagnostic, Rule, ordered
from pipeline.model import Book, Ignore

__all__ = ["CHECKS", "RULES", "Check", "check"]

MODULES = (balance, citations, completeness, editions, figures, links, prose, records, spelling, teams, vocabulary)
RULES = (Rule("C901", "nothing to ignore", "An entry of ignore.yaml matches no warning and no note. Errors cannot be ignored."),)
MOST = 1_000
"""Findings of one check that are said; after these nobody reads on."""


def check(book: Book) -> tuple[Diagnostic, ...]:
    """Run every check over the valid records; return what they find, sorted by place.

    What ``ignore.yaml`` sets aside is left out, and an entry there that matches nothing is reported.
    """
    found = [*_run(CHECKS, book), *islice(texts.faults_in_texts(book), MOST), *texts.faults_of_language(book)]
    kept = [d for d in found if d.severity == "error" or not any(_matches(i, d) for i in book.ignores)]
    aside = [d for d in found if d.severity != "error"]
    unused = [_unused(book, n, found) for n, entry in enumerate(book.ignores) if not any(_matches(entry, d) for d in aside)]
    # The texts of a large book are large, and the next book is another.
    places.passages.cache_clear()
    sentences.stretches.cache_clear()
    return ordered([*kept, *unused])


def _unused(book: Book, index: int, found: Sequence[Diagnostic]) -> Diagnostic:
    entry = book.ignores[index]
    message, hint = f"nothing to ignore: {entry.code} at {entry.place}", "delete the entry"
    if any(_matches(entry, d) for d in found):
        message, hint = f"{entry.code} is an error, and errors cannot be ignored", "mend the error, and delete the entry"
    return places.fault("C901", message, places.ignore(book, index), hint, "warning")


def _run(checks: Sequence[Check], book: Book) -> Iterator[Diagnostic]:
    for each in checks:
        yield from (replace(d, severity=each.severity) for d in islice(each.run(book), MOST))


def _matches(entry: Ignore, diagnostic: Diagnostic) -> bool:
    """Match a code, and a file, or a file and line, within the book's folder."""
    file, _, line = entry.place.partition(":")
    where = diagnostic.place
    return entry.code == diagnostic.code and where.path.endswith(f"/{file}") and (not line or line == str(where.line))
