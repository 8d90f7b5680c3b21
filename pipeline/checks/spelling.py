"""Check spelling, in English: a dictionary, the book's own words, and no British forms in an American book."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache, lru_cache, partial
from typing import Any, Final

from spellchecker import SpellChecker

from pipeline.checks.places import Found, fault, register
from pipeline.checks.sentences import WORD, known, labels, slips, stretches
from pipeline.model import Book
from pipeline.work.cache import digest

STEMS_OUR: Final = (
    "arb|ard|arm|behavi|cand|clam|clang|col|demean|dol|enam|endeav|fav|ferv|flav|harb|hon|hum|lab|mis(?:dem|behavi)|neighb|od|parl|"
    "ranc|rig|rum|sav|splend|succ|tum|val|vap|vig"
)
STEMS_L: Final = (
    "cancel|channel|counsel|dial|enamel|equal|fuel|funnel|initial|jewel|label|level|libel|marshal|marvel|model|panel|pedal|pencil|quarrel|"
    "signal|snorkel|spiral|total|travel|tunnel"
)
PATTERNS: Final = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (rf"\b((?:dis|mis|un)?(?:{STEMS_OUR}))our(?!ous)", r"\1or"),
        (rf"\b((?:dis|mis|re|un)?(?:{STEMS_L}))l(?=ed|ing|er)", r"\1"),
        (r"\b((?:epi|kilo|centi|milli|nano)?(?:cent|met|lit|fib|theat|calib|somb|spect|lust|meag|sab))re(?=s?$)", r"\1er"),
        (r"\b(cent)r(?=ed$)", r"\1er"),
        (r"\b(cent)ring$", r"\1ering"),
        (r"\bmanoeuvre", "maneuver"),
        (r"\b(anal|cata?l|paral|dial)ys(?=e$|ed$|er$|ers$|ing$)", r"\1yz"),
        (r"\b(def|off|pret)ence(?=s?$|less)", r"\1ense"),
        (r"\b(lic)ence(?=[sd]?$)", r"\1ense"),
        (r"\b(practi)s(?=e$|ed$|es$|ing$)", r"\1c"),
        (r"\b(judg|acknowledg|abridg)e(?=ment)", r"\1"),
        (r"\b(fulfil|instil|enrol|distil)(?=s?$|ment)", r"\1l"),
        (r"\b(skil|wil)(?=ful)", r"\1l"),
        (r"\bageing$", "aging"),
        (r"\b(art)e(?=facts?$)", r"\1i"),
        (r"\bgrey(?!h|l|w|b)", "gray"),
        (r"\b(program)me(?=s?$)", r"\1"),
        (r"\bsceptic", "skeptic"),
        (r"\blearnt$", "learned"),
        (r"\bspelt$", "spelled"),
        (r"\bwhilst$", "while"),
        (r"\b(among|amid)st$", r"\1"),
        (r"\b(mo|smo)ul(?=d|t)", r"\1l"),
        (r"\baeroplane", "airplane"),
        (r"\b(alumin)ium", r"\1um"),
        (r"\bcheque(?=s?$)", "check"),
        (r"\btyre(?=s?$)", "tire"),
        (r"\bplough", "plow"),
        (r"\bkerb(?=s?$)", "curb"),
        (r"\b(instal)(?=ments?$)", r"\1l"),
        (r"\b(an|gyn|orthop|p)ae(?=m|c|d)", r"\1e"),
    )
)
IZE: Final = re.compile(r"(?<=\w{4})(is)(e|ed|es|er|ers|ing|ation|ations|ational)$")
KEPT: Final = frozenset({
    "advertise", "advise", "apprise", "arise", "chastise", "circumcise", "comprise", "compromise", "demise", "despise",
    "devise", "disguise", "enterprise", "excise", "exercise", "exorcise", "expertise", "franchise", "guise", "improvise", "incise",
    "liaise", "merchandise", "precise", "premise", "prise", "promise", "raise", "revise", "rise", "supervise", "surmise",
    "surprise", "televise", "treatise", "wise",
})  # fmt: skip
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
    check = f"C704 {book.outline.lang} {_named(book.words)}"
    find = partial(_slips, lang=book.outline.lang, own=book.words)
    for stretch in (*stretches(book), *labels(book)):
        for start, length, hint in slips(check, stretch, find):
            british = "British spelling" if hint.startswith("write") else "unknown word"
            word = stretch.masked[start : start + length]
            yield fault("C704", f"{british} '{word[:60]}'", stretch.spot(start, length), hint)


def _slips(masked: str, lang: str, own: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a text that are not well spelled: where each stands, its letters, and what to do about it."""
    found = ((match.start(), match[0], _verdict(match[0], lang, own)) for match in WORDS.finditer(masked))
    yield from ((start, len(word), hint) for start, word, hint in found if hint is not None)


@lru_cache(maxsize=16384)
def _verdict(word: str, lang: str, own: frozenset[str]) -> str | None:
    """Return what to do about a word, or None when it is well spelled."""
    bare = OWNER.sub("", word.replace("’", "'"))
    if ACRONYM.match(bare) or not bare.isascii() or _is_own(bare, own):
        return None
    hint: str = known().remembered(partial(_hint, word, bare.lower(), lang, own), ("spelled", lang, _named(own), word))
    return hint or None


@lru_cache(maxsize=4)
def _named(own: frozenset[str]) -> str:
    return digest(*sorted(own))


def _hint(word: str, low: str, lang: str, own: frozenset[str]) -> str:
    """Return what to do about a word, or nothing when the dictionary has it; to open that takes as long as to check all of a book."""
    words = _dictionary().word_frequency.dictionary
    instead = _american(low, words) if lang == "en-US" else None
    if instead is not None:
        return f"write '{instead}'"
    if low in words or word.replace("’", "'").lower() in words:
        return ""
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


def _american(word: str, known: Container[str]) -> str | None:
    """Return the American spelling of a word in lower case, or None when it is none of the British ones."""
    ized = IZE.sub(r"iz\2", word)
    if ized != word and IZE.sub("ise", word) not in KEPT and ized in known:
        return ized
    for pattern, becomes in PATTERNS:
        if pattern.search(word):
            spelled = pattern.sub(becomes, word)
            return None if spelled == word else spelled
    return None
