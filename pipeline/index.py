"""Make the index: marks and fields become letters, entries, subentries, and, once pages are laid out, locators.

Entries sort letter by letter, ignoring case, marks, and spaces (ISO 999, 7.2). Adjacent pages of a signature join in ranges.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline import collation
from pipeline.model import IndexMark
from pipeline.publication import IndexEntry, IndexGroup, Locator

SYMBOLS = "#"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Run:
    """A locator as printed: the places that tell its first and its last page; its link leads to the first."""

    first: Locator
    last: Locator


@dataclass
class _Heading:
    """An entry while its marks are still being gathered."""

    locators: list[Locator] = field(default_factory=list)
    see: list[str] = field(default_factory=list)
    see_also: list[str] = field(default_factory=list)
    below: dict[str, _Heading] = field(default_factory=dict)


def build(marks: Iterable[tuple[IndexMark, Locator]], lang: str = ENGLISH) -> tuple[IndexGroup, ...]:
    """Gather marks, in reading order, into groups of entries, sorted as the language does.

    A 'see' or 'see also' that leads to no entry of this index is dropped: its target may be withheld.
    """
    headings: dict[str, _Heading] = {}
    for mark, locator in marks:
        heading = headings.setdefault(mark.term, _Heading())
        if mark.sub:
            heading = heading.below.setdefault(mark.sub, _Heading())
        if mark.see:
            heading.see.append(mark.see)
        elif mark.see_also:
            heading.see_also.append(mark.see_also)
        if not mark.see and not (mark.see_also and not mark.sub and locator.target == locator.section):
            heading.locators.append(locator)
    known = {term for term, heading in headings.items() if heading.locators or heading.below}
    key = order(lang)
    entries = [e for term in headings if (e := _entry(term, headings[term], known, key)) is not None]
    return tuple(_groups(sorted(entries, key=lambda e: key(e.heading)), lang))


def order(lang: str) -> Callable[[str], Any]:
    """Return the sort key of headings in a language. Raises ToolError where a language other than English has no ICU to sort it."""
    return sort_key if lang.split("-")[0] == ENGLISH else collation.sort_key(lang)


def _entry(term: str, heading: _Heading, known: set[str], key: Callable[[str], Any]) -> IndexEntry | None:
    below = [e for sub in heading.below if (e := _entry(sub, heading.below[sub], known, key)) is not None]
    see = tuple(t for t in dict.fromkeys(heading.see) if t in known and t != term and not heading.locators)
    also = tuple(t for t in dict.fromkeys(heading.see_also) if t in known and t != term)
    if not (heading.locators or below or see):
        return None
    return IndexEntry(term, tuple(dict.fromkeys(heading.locators)), see, also, tuple(sorted(below, key=lambda e: key(e.heading))))


def _groups(entries: Sequence[IndexEntry], lang: str) -> Iterable[IndexGroup]:
    letters: dict[str, list[IndexEntry]] = {}
    for entry in entries:
        letters.setdefault(_letter(entry.heading, lang) or SYMBOLS, []).append(entry)
    return (IndexGroup(letter, tuple(letters[letter])) for letter in letters)


def _letter(heading: str, lang: str) -> str:
    if lang.split("-")[0] != ENGLISH:
        return collation.letter(heading, lang)
    first = sort_key(heading)[:1].upper()
    return first if first.isalpha() else ""


def sort_key(heading: str) -> str:
    """Return the letters and digits of a heading, without case and accents."""
    plain = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(c for c in plain if c.isalnum()) or plain


def runs(locators: Iterable[Locator], page: Callable[[str], int | None]) -> tuple[Run, ...]:
    """Return the locators as printed: in page order, each page once, pages whose numbers follow one another joined.

    ``page`` gives a number to the page that a place landed on, or None when it is not in the book.
    """
    landed: dict[int, Locator] = {}
    for locator in locators:
        number = page(locator.target)
        if number is not None:
            landed.setdefault(number, locator)
    found: list[list[int]] = []
    for number in sorted(landed):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return tuple(Run(landed[first], landed[last]) for first, last in found)


def entries(groups: Iterable[IndexGroup]) -> int:
    """Count the entries, subentries apart."""
    return sum(len(group.entries) for group in groups)
