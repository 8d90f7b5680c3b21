"""Check that the mix of questions lies within the bounds of ``book.yaml``."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pipeline.checks.places import complete, fault, spot
from pipeline.checks.registry import register
from pipeline.diagnostics import Diagnostic, nearest
from pipeline.model import LEVELS, Book, QuestionType

Found = Iterator[Diagnostic]
UNITS: Final = {"types": "questions of type", "levels": "questions of level", "topics": "questions on", "minutes": "minutes in section"}


@register("C708", "mix out of bounds", "warning")
def mix_out_of_bounds(book: Book) -> Found:
    """The book has more or less of a type, a level, a topic, or of a section's minutes than `bounds` of ``book.yaml`` says.

    Questions for hiring teams count only for minutes of their section: no reader of the guide sees them.
    """
    for key, counts in mix(book).items():
        for n, limit in enumerate(getattr(book.outline.bounds, key)):
            if limit.of not in counts:
                where = spot(book, book.outline, "bounds", key, n, "of")
                yield fault("C708", f"a bound for '{limit.of}', which is not in the book", where, nearest(limit.of, counts), "warning")
                continue
            has, most = counts[limit.of], limit.most
            if complete(book) and (has < limit.least or (most is not None and has > most)):
                message = f"{has} {UNITS[key]} '{limit.of}', and {_range(limit.least, most)} wanted"
                where = spot(book, book.outline, "bounds", key, n, "of")
                yield fault("C708", message, where, "add or drop questions, or widen the bound", "warning")


def _range(least: int, most: int | None) -> str:
    return f"{least} or more" if most is None else f"{least} to {most}"


def mix(book: Book) -> Mapping[str, Mapping[str, int]]:
    """Count public questions by type, level, and topic, and minutes by section; what there is none of counts zero."""
    listed = [book.questions[name] for d in book.outline.sections for name in d.questions if name in book.questions]
    questions = [question for question in listed if question.audience == "public"]
    minutes = {d.id: sum(book.questions[n].minutes for n in d.questions if n in book.questions) for d in book.outline.sections}
    return {
        "types": _counted(typing.get_args(QuestionType), (q.type for q in questions)),
        "levels": _counted(LEVELS, (q.level for q in questions if q.level)),
        "topics": _counted((topic.id for topic in book.outline.topics), (t for q in questions for t in q.topics)),
        "minutes": minutes,
    }


def _counted(names: Iterable[str], found: Iterable[str]) -> Mapping[str, int]:
    return {**dict.fromkeys(names, 0), **Counter(found)}
