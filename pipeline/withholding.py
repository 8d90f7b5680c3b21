"""Name the texts of a book that an edition withholds, and those that no candidate may see: the second gate looks for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from pipeline import markup, model
from pipeline.diagnostics import Place
from pipeline.model import Book, Chapter, Edition, Keys, Question, Record, Role
from pipeline.publication import Section, passages
from pipeline.section_kinds import HINT, HINTS

Target = tuple[str, str]
"""What texts lead to, or show, by its kind and id."""


def withheld(book: Book, edition: Edition, sections: tuple[Section, ...]) -> Iterator[str]:
    """Yield the texts of the book's questions that no section prints; for candidates also of all else that is for hiring teams."""
    printed = {text for section in sections for _, _, text in passages(section)} | {section.title for section in sections}
    public = (text for question in book.questions.values() for _, _, text in model.prose(question))
    yield from (text for text in chain(public, secret(book, edition) if edition.audience == "candidate" else ()) if text not in printed)


@lru_cache(maxsize=1)
def homes(book: Book) -> Mapping[str, str]:
    """Name the record and the field of each text of the records that an edition may withhold."""
    records = (*book.questions.values(), *book.roles.values(), *book.chapters.values(), *book.terms.values(), *book.formulas.values(),
               *book.works.values())  # fmt: skip
    return {
        text: f"'{keys[0]}' of {model.kind_of(record)} '{model.identity(record)}'"
        for record in reversed(records)
        for keys, _, text in model.prose(record)
    }


def secret(book: Book, edition: Edition) -> Iterator[str]:
    """Yield the texts that are for hiring teams alone.

    They are those of questions, roles, and chapters, and of entries of lists that only these use; hints too, unless the edition gives them.
    """
    given = _given(edition)
    questions = (question for question in book.questions.values() if question.audience == "kit")
    chapters = (chapter for chapter in book.chapters.values() if chapter.audience == "kit")
    lists = {"term": book.terms, "formula": book.formulas, "source": book.works}
    entries = (lists[kind][name] for kind, name in sorted(_used_by_teams_alone(book, given)))
    for record in (*questions, *book.roles.values(), *chapters, *entries):
        yield from (text for _, _, text in model.prose(record))
    for question in book.questions.values():
        yield from (text for keys, _, text in model.prose(question) if keys[0] in model.INTERVIEWER_PARTS and keys[0] not in given)


def shown(book: Book, edition: Edition) -> Book:
    """Return the book without entries of its lists that an edition must not show: for candidates, what only texts for teams use."""
    hidden = _used_by_teams_alone(book, _given(edition)) if edition.audience == "candidate" else frozenset()
    if not hidden:
        return book
    return replace(
        book,
        terms={name: term for name, term in book.terms.items() if ("term", name) not in hidden},
        formulas={name: formula for name, formula in book.formulas.items() if ("formula", name) not in hidden},
        works={name: work for name, work in book.works.items() if ("source", name) not in hidden},
    )


def hidden_entries(book: Book, editions: Iterable[Edition]) -> Callable[[Place], bool]:
    """Return what tells whether a place stands in an entry of a list that these editions for candidates show none of."""
    seen = [shown(book, edition) for edition in editions]
    begun = [
        (book.origin(record).place(), not any(key in getattr(each, name) for each in seen))
        for name in ("terms", "formulas", "works")
        for key, record in getattr(book, name).items()
    ]

    def is_hidden(place: Place) -> bool:
        above = [(first.line, hidden) for first, hidden in begun if first.path == place.path and first.line <= place.line]
        return max(above, default=(0, False))[1]

    return is_hidden


LISTED = ("term", "formula", "source")
"""Kinds of the entries of lists, as links name them."""
HANDING_ON = ("term", "formula", "work", "box", "figure")
"""Kinds of records that show to a reader what another text leads to, and nothing before."""


def _given(edition: Edition) -> tuple[str, ...]:
    """Name the parts for interviewers that an edition gives to candidates."""
    return HINT.places if HINTS.name in edition.sections else ()


@lru_cache(maxsize=2)
def _used_by_teams_alone(book: Book, given: tuple[str, ...]) -> frozenset[Target]:
    """Name the terms, formulas, and works that nothing leads to, and no text for candidates names, but what is for hiring teams.

    What nothing at all uses is none of them. Entries, boxes, and figures hand on what leads to them.
    """
    parts = [*_divided(book, given)]
    entries: dict[Target, Record] = {
        (kind, name): record
        for kind, records in (("term", book.terms), ("formula", book.formulas), ("source", book.works), ("box", book.boxes),
                              ("figure", book.figures))
        for name, record in records.items()
    }  # fmt: skip
    for_teams = _reached(chain.from_iterable(led for led, _, is_public in parts if not is_public), entries)
    listed = {entry for entry in for_teams if entry[0] in LISTED}
    public = _reached(chain.from_iterable(led for led, _, is_public in parts if is_public), entries)
    if not listed - public:
        return frozenset()
    words = " ".join(text for _, text, is_public in parts if is_public).casefold()
    named = {entry for entry in listed - public if re.search(rf"(?<!\w){re.escape(_called(entries[entry]))}(?!\w)", words)}
    return frozenset(listed - _reached(public | named | (entries.keys() - for_teams), entries))


def _divided(book: Book, given: tuple[str, ...]) -> Iterator[tuple[tuple[Target, ...], str, bool]]:
    """Yield each text of what can be a section, and of all that has none: what it leads to, its words, and whether it is public.

    What a question or a chapter lists, and what lists a question, is as a text of it.
    """
    kit = {*book.outline.kit_front, *book.outline.kit_back}
    for record in (record for record in book.records() if model.kind_of(record) not in HANDING_ON):
        is_public = not isinstance(record, Role) and getattr(record, "audience", "") != "kit" and model.identity(record) not in kit
        if isinstance(record, Question | Chapter):
            marked = " ".join(mark.term for mark in record.index)
            yield (*(("source", each.key) for each in record.sources), *(("figure", name) for name in record.figures)), marked, is_public
        for keys, kind, text in model.prose(record):
            yield _led(text, inline=kind.inline), text, is_public and not _is_for_interviewers(record, keys, given)
    using = (*(("term", t.id, t.questions) for t in book.terms.values()), *(("formula", f.id, f.questions) for f in book.formulas.values()))
    for listed, name, questions in using:
        for each in questions:
            yield ((listed, name),), "", each not in book.questions or book.questions[each].audience != "kit"


def _is_for_interviewers(record: Record, keys: Keys, given: tuple[str, ...]) -> bool:
    return isinstance(record, Question) and keys[0] in model.INTERVIEWER_PARTS and keys[0] not in given


def _led(text: str, *, inline: bool) -> tuple[Target, ...]:
    return tuple((each.kind, each.id) for each in markup.parse(text, inline=inline).references)


def _called(record: Record) -> str:
    """Return how a text would name an entry that it does not link to."""
    term = str(getattr(record, "term", "")).partition(" (")[0]  # behind it stand letters for it
    return (term or str(getattr(record, "short", "") or getattr(record, "name", ""))).casefold()


def _reached(begun: Iterable[Target], entries: Mapping[Target, Record]) -> set[Target]:
    """Return what is led to from some entries, these included."""
    waiting, found = [*begun], set[Target]()
    while waiting:
        entry = waiting.pop()
        if entry in entries and entry not in found:
            found.add(entry)
            waiting += chain.from_iterable(_led(text, inline=kind.inline) for _, kind, text in model.prose(entries[entry]))
    return found
