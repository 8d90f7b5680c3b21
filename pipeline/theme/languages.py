"""What a language asks of pages, beside its words: direction, script, quotes, and how lines break."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fontTools import unicodedata as scripts

from pipeline.model import Writing

SERVED = frozenset({"Latn", "Grek", "Cyrl", "Zyyy", "Zinh", "Zzzz"})
"""Scripts that the four families of any theme serve, and what belongs to none (Unicode Standard Annex 24)."""
KANA = {"Hira": "Jpan", "Kana": "Jpan", "Hang": "Kore", "Bopo": "Hans"}
"""Scripts that share fonts with Han characters."""
ENCODINGS = {"Hans": "gb2312", "Jpan": "euc_jp", "Kore": "euc_kr"}
"""Character sets that hold what nearly every text of these languages needs."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language as far as pages know it."""

    script: str = "Latn"
    """Its code (ISO 15924)."""
    quotes: str = "“”"
    """What opens and closes a quotation."""
    leads: bool = False
    """Whether the font of its script is asked first, for marks that Latin fonts draw at half the width."""

    @property
    def is_mirrored(self) -> bool:
        """Whether lines run from right to left, and pages are mirrored."""
        return self.script in ("Arab", "Hebr")


LANGUAGES = {
    "de": Language(quotes="„“"), "fr": Language(quotes="«\u202f\u202f»"), "es": Language(quotes="«»"), "pt": Language(),
    "it": Language(quotes="«»"), "ru": Language("Cyrl", "«»"), "uk": Language("Cyrl", "«»"), "pl": Language(quotes="„”"),
    "ar": Language("Arab", "«»"), "fa": Language("Arab", "«»"), "ur": Language("Arab"), "he": Language("Hebr", "””"),
    "hi": Language("Deva"), "mr": Language("Deva"), "ne": Language("Deva"),
    "zh": Language("Hans", leads=True), "ja": Language("Jpan", "「」", leads=True), "ko": Language("Kore"),
}  # fmt: skip
"""By the code of the language (CLDR 48: delimiters; of two usual ones, that of books)."""


def language(lang: str) -> Language:
    """Return what pages know of a language; one that is not listed is written as English is."""
    return LANGUAGES.get(lang.split("-")[0], Language())


def opening(lang: str) -> str:
    """Return what opens a quotation, spaces included."""
    quotes = language(lang).quotes
    return quotes[: len(quotes) // 2]


def closing(lang: str) -> str:
    """Return what closes a quotation, spaces included."""
    quotes = language(lang).quotes
    return quotes[len(quotes) // 2 :]


@cache
def repertoire(script: str) -> frozenset[str]:
    """Return the characters that a font of many thousands is cut down to; none for the fonts of other scripts.

    Those of the national character set: so a font changes only with a character that is rare.
    """
    encoding = ENCODINGS.get(script)
    if encoding is None:
        return frozenset()
    rows = range(0xA1, 0xFF)
    pairs = bytes(byte for high in rows for low in rows for byte in (high, low, 0x0A))
    return frozenset(pairs.decode(encoding, "ignore")) - {"\n"}


def writing(lang: str, text: str) -> Writing:
    """Return the scripts that a text in a language is written in, beside those that any theme serves."""
    found: dict[str, set[str]] = {}
    own = language(lang).script
    if own not in SERVED:
        found[own] = set()
    others = [character for character in set(text) if character > "\u02af" and scripts.script(character) not in SERVED]
    han = next((KANA[scripts.script(c)] for c in sorted(others) if scripts.script(c) in KANA), "Hans")
    for character in others:
        found.setdefault(script_of(character, own if own in ENCODINGS else han), set()).add(character)
    beyond = ((script, "".join(sorted(of - repertoire(script))) if repertoire(script) else "") for script, of in found.items())
    return Writing(lang, tuple(sorted(beyond)))


def script_of(character: str, han: str) -> str:
    """Return the script whose fonts serve a character, Han characters with those of ``han``; nothing for what any theme serves."""
    script = scripts.script(character)
    return "" if script in SERVED else han if script == "Hani" or KANA.get(script) == han else KANA.get(script, script)
