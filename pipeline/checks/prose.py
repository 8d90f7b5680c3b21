"""Check sentences: not too long, no word said twice, no sentence in two places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.checks.places import fault
from pipeline.checks.registry import register
from pipeline.checks.sentences import Sentence, slips, stretches
from pipeline.diagnostics import Diagnostic
from pipeline.model import Book

Found = Iterator[Diagnostic]
LONGEST: Final = 40
"""Words of a sentence."""
SHORTEST: Final = 6
"""Words of a sentence that a reader would know again."""
QUOTED: Final = (("ask",), ("title",))
TWICE: Final = re.compile(r"\b([^\W\d_]{2,})[ \t]*(?:\n[ \t]*|[ \t])\1\b", re.IGNORECASE)


@register("C705", "long sentence", "warning")
def long_sentence(book: Book) -> Found:
    """A sentence has more than 40 words. A formula or a reference counts as one; a cell or an item is a sentence of its own."""
    for stretch in stretches(book):
        for sentence in stretch.sentences:
            if sentence.words > LONGEST:
                message = f"a sentence of {sentence.words} words"
                yield fault("C705", message, sentence.spot, f"split it: {LONGEST} words are enough", "warning")


@register("C706", "word said twice", "warning")
def word_twice(book: Book) -> Found:
    """A word stands twice in a row, which is nearly always a slip of the hand."""
    for stretch in stretches(book):
        for found in slips("C706", stretch, TWICE.finditer):
            where = stretch.spot(found.start(), len(found[0]) if "\n" not in found[0] else len(found[1]))
            yield fault("C706", f"'{found[1][:60]}' stands here twice", where, "delete one of the two", "warning")


@register("C710", "sentence said twice", "warning")
def sentence_twice(book: Book) -> Found:
    """A sentence of six words or more stands in two places of the book. What both need belongs in a box, or behind a link.

    Titles, and the questions themselves, may be quoted.
    """
    seen: dict[str, Sentence] = {}
    for sentence in (s for stretch in stretches(book) if stretch.keys not in QUOTED for s in stretch.sentences):
        if sentence.words < SHORTEST:
            continue
        first = seen.setdefault(sentence.said, sentence)
        if first is not sentence:
            message = f"this sentence stands at {first.spot.place} too"
            yield fault("C710", message, sentence.spot, "write it in other words, or link to the other place", "warning")
