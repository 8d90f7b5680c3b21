"""Check spelling, in English: a dictionary, the book's own words, and no British forms in an American book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache, partial
from typing import Any, Final

from spellchecker import SpellChecker

from pipeline.checks.american import american
from pipeline.checks.places import fault
from pipeline.checks.registry import register
from pipeline.checks.sentences import KNOWN, WORD, Stretch, labels, slips, stretches
from pipeline.diagnostics import Diagnostic
from pipeline.model import Book
from pipeline.work.memory import name

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
    check = f"C704 {book.outline.lang} {name(*sorted(book.words))}"
    find = partial(_slips, lang=book.outline.lang, own=book.words)
    for stretch in (*stretches(book), *labels(book)):
        for start, word, hint in slips(check, stretch, find):
            yield _misspelled(stretch, start, word, hint)


def _slips(masked: str, lang: str, own: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    """Yield the words of a text that are not well spelled: where each stands, and what to do about it."""
    found = ((match.start(), match[0], _verdict(match[0], lang, own)) for match in WORDS.finditer(masked))
    yield from ((start, word, hint) for start, word, hint in found if hint is not None)


def _misspelled(stretch: Stretch, start: int, word: str, hint: str) -> Diagnostic:
    british = "British spelling" if hint.startswith("write") else "unknown word"
    return fault("C704", f"{british} '{word[:60]}'", stretch.spot(start, len(word)), hint, "warning")


@lru_cache(maxsize=16384)
def _verdict(word: str, lang: str, own: frozenset[str]) -> str | None:
    """Return what to do about a word, or None when it is well spelled."""
    bare = OWNER.sub("", word.replace("’", "'"))
    if ACRONYM.match(bare) or not bare.isascii() or _is_own(bare, own):
        return None
    known = f"spelled {lang} {word}"
    if KNOWN.get(known):
        return None
    words, low = _dictionary().word_frequency.dictionary, bare.lower()
    instead = american(low, words) if lang == "en-US" else None
    if instead is not None:
        return f"write '{instead}'"
    if low in words or word.replace("’", "'").lower() in words:
        KNOWN.put(known, True)
        return None
    return _nearest(low, own)


def _is_own(word: str, own: frozenset[str]) -> bool:
    return word in own or word.lower() in own


def _nearest(word: str, own: frozenset[str]) -> str:
    """Return a hint that names the nearest word, the book's own first, then the most frequent."""
    if len(word) > LONGEST:
        return "mend it, or add it to words.txt"
    frequencies = _dictionary().word_frequency.dictionary
    near = [w for w in _dictionary().edit_distance_1(word) if w in frequencies or w in own]
    best = min(near, key=lambda w: (w not in own, -frequencies.get(w, 0), w), default=None)
    return f"use '{best}', or add the word to words.txt" if best else "mend it, or add it to words.txt"
