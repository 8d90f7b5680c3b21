"""Register checks, and point what they find at the line and column of the field, or of the words inside a text, that it is about."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline import markup, model
from pipeline.diagnostics import Diagnostic, Place, Severity
from pipeline.model import Book, Chapter, Keys, Origin, Question, Record
from pipeline.work import limits

Found = Iterator[Diagnostic]
Run = Callable[[Book], Iterable[Diagnostic]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its code, what a finding is called, how grave it is, and the function that looks."""

    code: str
    title: str
    severity: Severity
    run: Run
    text: str


PACKAGED = "templates/"
"""What the paths of records begin with that are the package's own, and no author wrote."""
CHECKS: list[Check] = []


def register(code: str, title: str, severity: Severity = "error") -> Callable[[Run], Run]:
    """Register the decorated function; its docstring is what ``guidepress explain`` prints, and its findings have this severity."""

    def decorate(run: Run) -> Run:
        CHECKS.append(Check(code, title, severity, run, inspect.cleandoc(run.__doc__ or "")))
        return run

    return decorate


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with the line that stands there."""

    place: Place
    line: str

    def at(self, words: str) -> Spot:
        """Return the place of words that stand on the same line, here or further on; this place when they do not."""
        found = self.line.find(words, self.place.column - 1)
        return self if found < 0 else replace(self, place=replace(self.place, column=found + 1, length=len(words)))


@dataclass(frozen=True, slots=True)
class Passage:
    """A parsed text of a record, and where it was written."""

    record: Record
    keys: Keys
    inline: bool
    text: markup.Text
    origin: Origin

    def spot(self, line: int, column: int, length: int = 1) -> Spot:
        """Return a place inside the text, line and column from 1."""
        place = self.origin.place_in(self.keys, line, column, length)
        return Spot(place, self.origin.source.line_text(place))


def written(book: Book) -> Iterator[Question | Chapter]:
    """Yield the records that are sections of the book: questions, then chapters."""
    yield from book.questions.values()
    yield from book.chapters.values()


@lru_cache(maxsize=1)
def passages(book: Book) -> tuple[Passage, ...]:
    """Return every Markdown text of the book, parsed."""
    found = []
    for record in book.records():
        limits.at(book.origin(record).source.path)
        for keys, kind, text in model.prose(record):
            found.append(Passage(record, keys, kind.inline, markup.parse(text, inline=kind.inline), book.origin(record)))
    return tuple(found)


def spot(book: Book, record: Record, *keys: str | int) -> Spot:
    """Return the place of a field of a record."""
    origin = book.origin(record)
    place = origin.place(keys)
    return Spot(place, origin.source.line_text(place))


def key_spot(book: Book, record: Record, key: str) -> Spot:
    """Return the place of the key of a record's field."""
    origin = book.origin(record)
    place = origin.place((key,), of_key=True)
    return Spot(place, origin.source.line_text(place))


def complete(book: Book) -> bool:
    """Tell whether every text of the book was read: what a refused one marks, cites, or shows is not known."""
    return all(kind in ("drawing", "edition", "ignores") for kind, _ in book.refused)


def ignore(book: Book, index: int) -> Spot:
    """Return the place of an entry of ``ignore.yaml``."""
    origin = next(o for (kind, _), o in book.origins.items() if kind == "ignores")
    place = origin.place(("ignore", index, "code"))
    return Spot(place, origin.source.line_text(place))


def fault(code: str, message: str, where: Spot, hint: str = "", severity: Severity = "error") -> Diagnostic:
    """Return a diagnostic at a place."""
    return Diagnostic(code, message, where.place, hint, severity, where.line)
