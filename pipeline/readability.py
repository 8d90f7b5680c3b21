"""Measure how hard a text is to read: the length of its sentences, and its Flesch-Kincaid grade."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pipeline import markup
from pipeline.markup import Text

SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"')\]”’]*\s+")


@dataclass(frozen=True, slots=True)
class Readability:
    """How hard the running text of a record is to read."""

    sentence: float
    """Words of its sentences, in the mean."""
    grade: float | None
    """Years of school after which it is read with ease (Flesch and Kincaid, 1975); None where textstat is not installed."""


@lru_cache(maxsize=4096)
def readability(source: str) -> Readability:
    """Return how hard a Markdown text is to read: its paragraphs and items, without headings, tables, code, and footnotes."""
    sentences = tuple(_sentences(markup.parse(source)))
    words = sum(len(sentence.split()) for sentence in sentences)
    if not words:
        return Readability(0.0, None)
    return Readability(round(words / len(sentences), 1), _grade(" ".join(sentences)))


def _grade(text: str) -> float | None:
    textstat = _textstat()
    return None if textstat is None else round(float(textstat.flesch_kincaid_grade(text)), 1)


@lru_cache(maxsize=1)
def _textstat() -> Any:
    """Return textstat, which is for those who work on a book and not for those who press one, or None."""
    try:
        return importlib.import_module("textstat")
    except ImportError:
        return None


def _sentences(text: Text) -> Iterator[str]:
    """Yield the sentences of paragraphs and items, each with a full stop at its end."""
    for paragraph in markup.paragraphs(text):
        yield from (sentence.rstrip(".!?:; ") + "." for sentence in SENTENCE_END.split(paragraph) if sentence.strip(".!?:; "))
