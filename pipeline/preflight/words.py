"""Compare what is said, whatever it is set in: letters and digits only."""

from __future__ import annotations

import re
import unicodedata

from pipeline import markup

NOT_SAID = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """Return the letters and digits of a text, ligatures taken apart, without case."""
    return NOT_SAID.sub("", unicodedata.normalize("NFKC", text).casefold())


def title_letters(title: str) -> str:
    """Return the letters of a title; none for one with a formula, whose words depend on the medium."""
    text = markup.parse(title, inline=True)
    return "" if text.formulas else letters(markup.plain(text))
