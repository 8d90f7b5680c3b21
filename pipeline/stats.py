"""Count what a book holds: the mix of its questions, words, figures, and sources of each part, and how hard it is to read."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline import markup
from pipeline.checks.places import Passage, passages
from pipeline.markup import Text
from pipeline.model import Book, Chapter, Division, Question, Work, identity, kind_of, question_numbers

NO_LEVEL = "-"
"""Stands for the level of a question that has none."""
PACE = 220
"""Words a minute of someone who reads to learn."""
SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"')\]”’]*\s+")


@dataclass(frozen=True, slots=True)
class Readability:
    """How hard the running text of a record is to read."""

    sentence: float
    """Words of its sentences, in the mean."""
    grade: float | None
    """Years of school after which it is read with ease (Flesch and Kincaid, 1975); None where textstat is not installed."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What is printed of one record: words of prose, and what stands among them."""

    words: int
    formulas: int
    figures: int

    @property
    def minutes(self) -> float:
        """Minutes that reading it takes, code and figures left aside."""
        return round(self.words / PACE, 1)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question: where it stands, how long it takes, and what it holds."""

    number: str
    id: str
    section: str
    level: str
    type: str
    topics: tuple[str, ...]
    minutes: int
    amount: Amount
    examples: int
    follow_ups: int
    sources: int
    readability: Readability
    """Of its main answer."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Questions of one section, level, and topic, and their minutes together; a question counts under each of its topics."""

    section: str
    level: str
    topic: str
    questions: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The counts of a book. `parts` has the words of every kind of record, references of works left out."""

    questions: tuple[QuestionRow, ...]
    chapters: tuple[tuple[str, Amount], ...]
    mix: tuple[Cell, ...]
    parts: Mapping[str, int]
    figures: int
    examples: int
    works: int

    @property
    def words(self) -> int:
        """Words of body text."""
        return sum(self.parts.values())

    @property
    def minutes(self) -> int:
        """Minutes that reading all of it takes."""
        return round(self.words / PACE)


def stats(book: Book) -> Stats:
    """Return the counts of a book: of its valid records, in the order of ``book.yaml``."""
    amounts = _amounts(passages(book))
    rows = tuple(_rows(book, amounts))
    order = (*book.outline.front, *book.outline.back, *book.outline.end)
    chapters = tuple((name, _whole(book.chapters[name], amounts)) for name in order if name in book.chapters)
    parts = Counter[str]()
    for passage in passages(book):
        if not isinstance(passage.record, Work):
            parts[kind_of(passage.record)] += passage.text.words
    examples = sum(row.examples for row in rows)
    return Stats(rows, chapters, tuple(_mix(rows, book)), dict(sorted(parts.items())), len(book.figures), examples, len(book.works))


def _amounts(texts: Iterable[Passage]) -> Mapping[tuple[str, str], tuple[int, int, frozenset[str]]]:
    """Count words and formulas, and gather the figures placed, of every record."""
    counted: dict[tuple[str, str], tuple[int, int, frozenset[str]]] = {}
    for passage in texts:
        key = kind_of(passage.record), identity(passage.record)
        words, formulas, figures = counted.get(key, (0, 0, frozenset()))
        placed = {reference.id for reference in passage.text.references if reference.kind == "figure"}
        counted[key] = words + passage.text.words, formulas + len(passage.text.formulas), figures | placed
    return counted


def _whole(record: Question | Chapter, amounts: Mapping[tuple[str, str], tuple[int, int, frozenset[str]]]) -> Amount:
    words, formulas, figures = amounts[kind_of(record), record.id]
    return Amount(words, formulas, len(figures | set(record.figures)))


def _rows(book: Book, amounts: Mapping[tuple[str, str], tuple[int, int, frozenset[str]]]) -> Iterator[QuestionRow]:
    numbers = question_numbers(book)
    for division, name in _listed(book):
        if name in book.questions:
            q = book.questions[name]
            counts = len(q.examples), len(q.follow_ups), len(_sources(q)), readability(q.answer or "")
            level, whole = q.level or NO_LEVEL, _whole(q, amounts)
            yield QuestionRow(numbers[name], name, division.id, level, q.type, q.topics, q.minutes, whole, *counts)


def _listed(book: Book) -> Iterator[tuple[Division, str]]:
    return ((division, name) for division in book.outline.sections for name in division.questions)


def _sources(question: Question) -> set[str]:
    """Return the works that a question cites, in its list or in its answer."""
    cited = {r.id for r in markup.parse(question.answer or "").references if r.kind == "source"}
    return cited | {source.key for source in question.sources}


def _mix(rows: Iterable[QuestionRow], book: Book) -> Iterator[Cell]:
    """Yield the cells that hold a question, topics in the order in which they are declared."""
    found = [(row.section, row.level, topic, row.minutes) for row in rows for topic in row.topics]
    topics = {topic.id: n for n, topic in enumerate(book.outline.topics)}
    cells = dict.fromkeys((section, level, topic) for section, level, topic, _ in found)
    for cell in sorted(cells, key=lambda cell: topics.get(cell[2], len(topics))):
        minutes = [row[3] for row in found if row[:3] == cell]
        yield Cell(*cell, len(minutes), sum(minutes))


def readability(source: str) -> Readability:
    """Return how hard a Markdown text is to read: its paragraphs and items, without headings, tables, code, and footnotes."""
    sentences = tuple(_sentences(markup.parse(source)))
    words = sum(len(sentence.split()) for sentence in sentences)
    if not words:
        return Readability(0.0, None)
    return Readability(round(words / len(sentences), 1), _grade(" ".join(sentences)))


def _grade(text: str) -> float | None:
    try:
        textstat = importlib.import_module("textstat")  # for those who work on a book, and not for those who press one
    except ImportError:
        return None
    return round(float(textstat.flesch_kincaid_grade(text)), 1)


def _sentences(text: Text) -> Iterator[str]:
    """Yield the sentences of paragraphs and items, each with a full stop at its end."""
    for paragraph in markup.paragraphs(text):
        yield from (sentence.rstrip(".!?:; ") + "." for sentence in SENTENCE_END.split(paragraph) if sentence.strip(".!?:; "))
