"""Make the sections that show all questions together: the cheat sheet, the tracker, and the map of the book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.model import Book, Division, Entry, Group, Overview, Question
from pipeline.publication import Section
from pipeline.section_kinds import CHEAT_SHEET, SectionKind

MARK = re.compile(r"\[([^\[\]]*)\]\{\.index[^{}]*\}")


def overview(kind: SectionKind, title: str, book: Book, chosen: Mapping[str, tuple[Question, ...]], numbers: Mapping[str, str]) -> Section:
    """Return a section about the chosen questions of each section of the book."""
    groups = tuple(_groups(book, chosen, numbers))
    formulas = tuple(book.formulas.values()) if kind == CHEAT_SHEET else ()
    examples = tuple(example for questions in chosen.values() for question in questions for example in question.examples)
    return Section(kind.name, kind, title, record=Overview(groups=groups, formulas=formulas), source=kind.source, examples=examples)


def _groups(book: Book, chosen: Mapping[str, tuple[Question, ...]], numbers: Mapping[str, str]) -> Iterator[Group]:
    for division in book.outline.sections:
        if chosen[division.id]:
            yield _group(division, chosen[division.id], numbers)


def _group(division: Division, questions: tuple[Question, ...], numbers: Mapping[str, str]) -> Group:
    return Group(title=division.title, entries=tuple(_entry(question, numbers[question.id]) for question in questions))


def _entry(question: Question, number: str) -> Entry:
    # A mark would lead readers of the index to a page on which nothing is explained.
    gist = MARK.sub(r"\1", next(iter(question.key_points), ""))
    return Entry(id=question.id, number=number, name=called(question), level=question.level, gist=gist, see_also=question.see_also)


def called(question: Question) -> str:
    """Return what a question is called where it has no room: its name, else its first index entry, else its own words."""
    if question.name is None and question.index:
        term = question.index[0].term
        return term[:1].upper() + term[1:]
    return question.name or question.ask
