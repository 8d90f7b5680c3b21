"""List the words a language must have to speak formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.markup.maths import symbols

Words = Mapping[str, str]

NAMED: Final = "name-{}"
"""Key of the words for letters that a book gives a name, as TP may be the true positives."""
STRUCTURES: Final = frozenset(
    {
        "fraction", "long-fraction", "binom", "sqrt", "long-sqrt", "root", "sub", "long-sub",
        "superscript", "squared", "cubed", "power", "long-power", "transpose", "sum-over",
        "sum-from", "prod-over", "prod-from", "int-over", "int-from", "function-over",
        "function-sub", "log-base", "lim-as", "gradient-over", "of", "parentheses",
        "open-parenthesis", "close-parenthesis", "long-brackets", "set", "absolute",
        "long-absolute", "norm", "long-norm", "floor", "long-floor", "ceiling", "long-ceiling",
        "angle", "bold", "script", "double", "double-N", "double-Z", "double-Q", "double-R",
        "double-C", "double-E", "double-P", "capital-greek", "given", "such-that", "cases", "matrix", "grid-row",
        "grid-line", "end-cases", "end-matrix", "percent", "open", "close",
    }
)  # fmt: skip
WORDS: Final = STRUCTURES | {
    *symbols.GREEK,
    *(name for name, (_, role) in symbols.SIGNS.items() if role not in ("open", "close")),
    *symbols.FUNCTIONS,
    *symbols.ACCENTS,
    *(name for _, role, name in symbols.CHARACTERS.values() if role not in ("open", "close", "bar")),
}  # fmt: skip
"""Every key that a table of spoken words must have."""


def missing_words(words: Words) -> tuple[str, ...]:
    """Return the keys a table lacks, in order."""
    return tuple(sorted(WORDS - words.keys()))


def with_names(words: Words, names: Mapping[str, str]) -> Words:
    """Return a table of words with those for letters that stand for one quantity together."""
    return {**words, **{NAMED.format(letters): said for letters, said in names.items()}} if names else words
