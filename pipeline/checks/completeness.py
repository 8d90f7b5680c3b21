"""Check that questions have the parts that the book asks of them, fit to be used."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline import markup
from pipeline.checks.places import fault, key_spot, spot, written
from pipeline.checks.registry import register
from pipeline.diagnostics import Diagnostic
from pipeline.model import PACE, Book, Counted, Question, Requirement, Star, speaking_time

Found = Iterator[Diagnostic]
SLOWEST, FASTEST = 0.3, 1.25
"""Least and most of the words spoken at that pace that a summary may have."""
FEWEST, MOST = 250, 400
"""Words of a spoken answer: some two to three minutes."""


@register("C701", "question not complete", "warning")
def not_complete(book: Book) -> Found:
    """A question lacks a part that `bounds.parts` of ``book.yaml`` asks of its audience and type, or has too few or too many of it.

    A story counts as there when it has its learning too.
    """
    for question in book.questions.values():
        for need in book.outline.bounds.parts:
            if question.audience == need.audience and (not need.types or question.type in need.types):
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
        yield fault("C701", message, where, hint, "warning")
    if need.most is not None and has > need.most:
        message = f"question '{question.id}' has {has} of '{need.part}', and may have {need.most}"
        yield fault("C701", message, where, "keep the best of them", "warning")


def amount(question: Question, part: Counted) -> int:
    """Count what a question has of a part; a part that is no list counts one, or none."""
    value = getattr(question, part)
    if isinstance(value, tuple):
        return len(value)
    return int(value.learning is not None) if isinstance(value, Star) else int(value is not None)


@register("C702", "anchors that cannot be told apart", "warning")
def same_anchors(book: Book) -> Found:
    """An anchor of a rating scale says no more than one word, or what another anchor says: nobody could score with it."""
    for question in (q for q in book.questions.values() if q.rubric is not None):
        anchors = {"1": question.rubric.low, "3": question.rubric.middle, "5": question.rubric.high} if question.rubric else {}
        seen: dict[str, str] = {}
        for key, anchor in anchors.items():
            said = " ".join(markup.plain(markup.parse(anchor, inline=True)).casefold().split()).rstrip(".")
            where = spot(book, question, "rubric", key)
            if " " not in said:
                yield fault("C702", f"anchor {key} is a single word", where, "say what the interviewer sees or hears", "warning")
            elif said in seen:
                yield fault("C702", f"anchors {seen[said]} and {key} say the same", where, "say what sets them apart", "warning")
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
            yield fault("C703", message, key_spot(book, question, "summary"), hint, "warning")


@register("C711", "spoken answer too short or too long", "warning")
def spoken_length(book: Book) -> Found:
    """A spoken answer has fewer than 250 words, or more than 400: some two to three minutes, and nobody listens for longer."""
    for question, words in _spoken(book):
        if not FEWEST <= words <= MOST:
            message = f"a spoken answer of {words} words, and {FEWEST} to {MOST} wanted"
            hint = "write more" if words < FEWEST else "shorten it"
            yield fault("C711", message, key_spot(book, question, "spoken"), hint, "warning")


@register("C712", "spoken answer does not fit its time", "warning")
def spoken_time(book: Book) -> Found:
    """A spoken answer takes longer than `speak.full` at 150 words a minute, to the nearest five seconds, as it is printed."""
    for question, words in _spoken(book):
        full = question.speak.full if question.speak else None
        if full is not None and (takes := speaking_time(words)) > full:
            message = f"a spoken answer of {words} words takes {takes} seconds to say, and has {full}"
            yield fault("C712", message, key_spot(book, question, "spoken"), "shorten it, or give it more time", "warning")


def _spoken(book: Book) -> Iterator[tuple[Question, int]]:
    """Yield each question that has a spoken answer, with the words of that."""
    yield from ((q, markup.parse(q.spoken).words) for q in book.questions.values() if q.spoken is not None)


@register("C709", "review too old", "warning")
def review_too_old(book: Book) -> Found:
    """A question or a chapter was last reviewed more than `bounds.reviewed_days` before the date of the book."""
    limit = book.outline.bounds.reviewed_days
    for record in written(book):
        days = (book.outline.date - record.reviewed).days if record.reviewed is not None else 0
        if limit is not None and days > limit:
            message = f"reviewed {days} days before the book's date, and {limit} are allowed"
            yield fault("C709", message, spot(book, record, "reviewed"), "check it against its sources, then mend the date", "warning")
