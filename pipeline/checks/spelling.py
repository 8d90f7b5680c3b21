"""Check spelling, in English: a dictionary, the book's own words, and no British forms in an American book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from spellchecker import SpellChecker

from pipeline.checks.american import american
from pipeline.checks.places import fault
from pipeline.checks.registry import register
from pipeline.checks.sentences import WORD, Stretch, labels, stretches
from pipeline.diagnostics import Diagnostic
from pipeline.model import Book

Found = Iterator[Diagnostic]
WORDS: Final = re.compile(rf"(?<![\w{WORD}.@\\])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w{WORD}@]|\.[^\W_])")
ACRONYM: Final = re.compile(r"\w.*[A-Z]|.$")
OWNER: Final = re.compile(r"['’]s$|(?<=s)['’]$")
LONGEST: Final = 24
"""Letters of a word that is compared with others."""


@cache
def _dictionary() -> Any:
    return SpellChecker(language="en", distance=1)


@register("C704", "misspelled word", "warning")
def misspelled(book: Book) -> Found:
    """A word is neither in the English dictionary nor among the book's own words in ``words.txt``.

    In a book whose language is en-US, British spellings are named too. Code, formulas, ids, links, acronyms, and words
    with a capital inside are not looked at, nor are the references in ``sources.yaml``.
    """
    if book.outline.lang.split("-")[0] != "en":
        return
    verdicts: dict[str, str | None] = {}
    for stretch in (*stretches(book), *labels(book)):
        for found in WORDS.finditer(stretch.masked):
            word = found[0]
            if word not in verdicts:
                verdicts[word] = _verdict(word, book)
            hint = verdicts[word]
            if hint is not None:
                yield _misspelled(stretch, found, hint)


def _misspelled(stretch: Stretch, found: re.Match[str], hint: str) -> Diagnostic:
    where = stretch.spot(found.start(), len(found[0]))
    british = "British spelling" if hint.startswith("write") else "unknown word"
    return fault("C704", f"{british} '{found[0][:60]}'", where, hint, "warning")


def _verdict(word: str, book: Book) -> str | None:
    """Return what to do about a word, or None when it is well spelled."""
    bare = OWNER.sub("", word.replace("’", "'"))
    if ACRONYM.match(bare) or not bare.isascii() or _is_own(bare, book):
        return None
    known, low = _dictionary().word_frequency.dictionary, bare.lower()
    instead = american(low, known) if book.outline.lang == "en-US" else None
    if instead is not None:
        return f"write '{instead}'"
    if low in known or word.replace("’", "'").lower() in known:
        return None
    return _nearest(low, book)


def _is_own(word: str, book: Book) -> bool:
    return word in book.words or word.lower() in book.words


def _nearest(word: str, book: Book) -> str:
    """Return a hint that names the nearest word, the book's own first, then the most frequent."""
    if len(word) > LONGEST:
        return "mend it, or add it to words.txt"
    frequencies = _dictionary().word_frequency.dictionary
    near = [w for w in _dictionary().edit_distance_1(word) if w in frequencies or w in book.words]
    best = min(near, key=lambda w: (w not in book.words, -frequencies.get(w, 0), w), default=None)
    return f"use '{best}', or add the word to words.txt" if best else "mend it, or add it to words.txt"
