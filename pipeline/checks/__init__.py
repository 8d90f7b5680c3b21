"""Check what a book means: every check is one function over the book, with a stable code."""

from __future__ import annotations

from dataclasses import replace

from pipeline.checks import editions, figures, links, places, records, vocabulary
from pipeline.checks.registry import CHECKS, Check
from pipeline.diagnostics import Diagnostic, ordered
from pipeline.model import Book

__all__ = ["CHECKS", "Check", "check"]

MODULES = (editions, figures, links, records, vocabulary)


def check(book: Book) -> tuple[Diagnostic, ...]:
    """Run every check over the valid records; return what they find, sorted by place.

    What ``ignore.yaml`` sets aside is left out, and an entry there that matches nothing is reported.
    """
    found = [replace(d, severity=c.severity) for c in CHECKS for d in c.run(book)]
    kept = [d for d in found if not any(_matches(i.code, i.place, d) for i in book.ignores)]
    unused = [
        places.fault("C901", f"nothing to ignore: {i.code} at {i.place}", places.ignore(book, n), "delete the entry", "warning")
        for n, i in enumerate(book.ignores)
        if not any(_matches(i.code, i.place, d) for d in found)
    ]
    return ordered([*kept, *unused])


def _matches(code: str, place: str, diagnostic: Diagnostic) -> bool:
    """Match a code, and a file, or a file and line, within the book's folder."""
    if code != diagnostic.code or diagnostic.severity == "error":
        return False
    file, _, line = place.partition(":")
    where = diagnostic.place
    return where.path.endswith(f"/{file}") and (not line or line == str(where.line))
