"""Check that questions have the parts that the book asks of them, fit to be used, and that their mix lies within its bounds."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pipeline import markup, model
from pipeline.checks.places import Found, complete, fault, key_spot, register, spot, written
from pipeline.diagnostics import nearest
from pipeline.model import LEVELS, PACE, Book, Counted, Question, QuestionType, Requirement, Star, speaking_time

SLOWEST, FASTEST = 0.3, 1.25
"""Least and most of the words spoken at that pace that a summary may have."""
FEWEST, MOST = 250, 400
"""Words of a spoken answer: some two to three minutes."""
CHARACTERS, LINES, BARS, FOOTNOTES = 400_000, 6_000, 6_000, 300
"""What one record may have of each, all its texts together: to lay it out takes less than 300 MB, and a few seconds."""
UNITS: Final = {"types": "questions of type", "levels": "questions of level", "topics": "questions on", "minutes": "minutes in section"}


@register("C701", "question not complete", "warning")
def not_complete(book: Book) -> Found:
    """A question lacks a part that `bounds.parts` of ``book.yaml`` asks of its audience and type, or has too few or too many of it.

    A story counts as there when it has its learning too.
    """
    for question in book.questions.values():
        for need in book.outline.bounds.parts:
            if question.status != "draft" and question.audience == need.audience and (not need.types or question.type in need.types):
                yield from _lacking(book, question, need)


def _lacking(book: Book, question: Question, need: Requirement) -> Found:
    has = amount(question, need.part)
    given = getattr(question, need.part) not in (None, ())
    where = key_spot(book, question, need.part) if given else spot(book, question, "id")
    if has < need.least:
        message, hint = f"question '{question.id}' has {has} of '{need.part}', and needs {need.least}", "add what is missing"
        if not given:
            message, hint = f"question '{question.id}' has no '{need.part}'", f"add '{need.part}:'"
        elif need.part == "star":
            message, hint = f"the story of '{question.id}' has no 'learning'", "add 'learning:' below 'star'"
        yield fault("C701", message, where, hint)
    if need.most is not None and has > need.most:
        message = f"question '{question.id}' has {has} of '{need.part}', and may have {need.most}"
        yield fault("C701", message, where, "keep the best of them")


def amount(question: Question, part: Counted) -> int:
    """Count what a question has of a part; a part that is no list counts one, or none."""
    value = getattr(question, part)
    if isinstance(value, tuple):
        return len(value)
    return int(value.learning is not None) if isinstance(value, Star) else int(value is not None)


@register("C611", "too much for a section")
def too_much(book: Book) -> Found:
    """The texts of a record have together more than 400,000 characters, 6,000 lines, 6,000 bars of tables, or 300 footnotes.

    All of it stands in one section, which is laid out as one: that would take all memory, or minutes.
    """
    for record in book.records():
        texts = tuple((keys, text) for keys, text in model.strings(record))
        for what, most, count in (
            ("characters", CHARACTERS, len), ("lines", LINES, lambda text: text.count("\n")),
            ("bars of tables", BARS, lambda text: text.count("|")), ("footnotes", FOOTNOTES, lambda text: text.count("\n[^")),
        ):  # fmt: skip
            has = sum(count(text) for _, text in texts)
            if has > most:
                keys, _ = max(texts, key=lambda pair: count(pair[1]))
                yield fault("C611", f"this has {has:,} {what}, and {most:,} are allowed", spot(book, record, *keys), "split it")
                break


@register("C702", "anchors that cannot be told apart", "warning")
def same_anchors(book: Book) -> Found:
    """An anchor of a rating scale says no more than one word, or what another anchor says: nobody could score with it."""
    for question in book.questions.values():
        anchors = {"1": question.rubric.low, "3": question.rubric.middle, "5": question.rubric.high} if question.rubric else {}
        seen: dict[str, str] = {}
        for key, anchor in anchors.items():
            said = " ".join(markup.plain(markup.parse(anchor, inline=True)).casefold().split()).rstrip(".")
            where = spot(book, question, "rubric", key)
            if " " not in said:
                yield fault("C702", f"anchor {key} is a single word", where, "say what the interviewer sees or hears")
            elif said in seen:
                yield fault("C702", f"anchors {seen[said]} and {key} say the same", where, "say what sets them apart")
            seen.setdefault(said, key)


@register("C703", "summary does not fit its time", "warning")
def summary_length(book: Book) -> Found:
    """A summary is far shorter, or longer, than what one says in `speak.short` at 150 words a minute."""
    for question in book.questions.values():
        if question.summary is None or question.speak is None:
            continue
        words = markup.parse(question.summary).words
        said = question.speak.short * PACE / 60
        if question.speak.short < question.speak.full and not SLOWEST * said <= words <= FASTEST * said:
            message = f"a summary of {words} words for {question.speak.short} seconds, in which one says {said:.0f}"
            hint = "write more, or give it less time" if words < said else "shorten it, or give it more time"
            yield fault("C703", message, key_spot(book, question, "summary"), hint)


@register("C711", "spoken answer too short or too long", "warning")
def spoken_length(book: Book) -> Found:
    """A spoken answer has fewer than 250 words, or more than 400: some two to three minutes, and nobody listens for longer."""
    for question, words in _spoken(book):
        if not FEWEST <= words <= MOST:
            message = f"a spoken answer of {words} words, and {FEWEST} to {MOST} wanted"
            hint = "write more" if words < FEWEST else "shorten it"
            yield fault("C711", message, key_spot(book, question, "spoken"), hint)


@register("C712", "spoken answer does not fit its time", "warning")
def spoken_time(book: Book) -> Found:
    """A spoken answer takes longer than `speak.full` at 150 words a minute, to the nearest five seconds, as it is printed."""
    for question, words in _spoken(book):
        full = question.speak.full if question.speak else None
        if full is not None and (takes := speaking_time(words)) > full:
            message = f"a spoken answer of {words} words takes {takes} seconds to say, and has {full}"
            yield fault("C712", message, key_spot(book, question, "spoken"), "shorten it, or give it more time")


def _spoken(book: Book) -> Iterator[tuple[Question, int]]:
    """Yield each question that has a spoken answer, with the words of that."""
    yield from ((q, markup.parse(q.spoken).words) for q in book.questions.values() if q.spoken is not None)


@register("C709", "review too old", "warning")
def review_too_old(book: Book) -> Found:
    """A question or a chapter was last reviewed more than `bounds.reviewed_days` before the date of the book."""
    limit = book.outline.bounds.reviewed_days if book.outline.is_dated else None
    for record in written(book):
        days = (book.outline.date - record.reviewed).days if record.reviewed is not None else 0
        if limit is not None and days > limit:
            message = f"reviewed {days} days before the book's date, and {limit} are allowed"
            yield fault("C709", message, spot(book, record, "reviewed"), "check it against its sources, then mend the date")


@register("C708", "mix out of bounds", "warning")
def mix_out_of_bounds(book: Book) -> Found:
    """The book has more or less of a type, a level, a topic, or of a section's minutes than `bounds` of ``book.yaml`` says.

    Questions for hiring teams count only for minutes of their section: no reader of the guide sees them.
    """
    for key, counts in mix(book).items():
        for n, limit in enumerate(getattr(book.outline.bounds, key)):
            where = spot(book, book.outline, "bounds", key, n, "of")
            if limit.of not in counts:
                yield fault("C708", f"a bound for '{limit.of}', which is not in the book", where, nearest(limit.of, counts))
                continue
            has, most = counts[limit.of], limit.most
            if complete(book) and (has < limit.least or (most is not None and has > most)):
                message = f"{has} {UNITS[key]} '{limit.of}', and {_range(limit.least, most)} wanted"
                yield fault("C708", message, where, "add or drop questions, or widen the bound")


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
