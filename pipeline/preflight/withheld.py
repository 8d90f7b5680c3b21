"""Search a finished file for what its edition withholds.

What is said is compared whatever it is set in: letters and digits only.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pipeline import markup
from pipeline.diagnostics import Diagnostic
from pipeline.markup import dialect
from pipeline.preflight.pdf_reader import Paper
from pipeline.preflight.preflight_rules import fault
from pipeline.publication import Publication, Section, passages

NOT_SAID = re.compile(r"[\W_]+")
ASCII_NOT_SAID = {code: None for code in range(128) if not chr(code).isalnum()}
SHORTEST, BRIEFEST = 40, 16
"""Letters: a shorter text may well stand in a file by chance."""
KEPT = 4
"""Editions of which it is remembered what is looked for: of the first book, up to 15 MB each."""
MARKUP = re.compile(
    rf"""
    (?=[`~\\$\[\]{{|<\n]|[ ]+[`~])  # one sign tells of most places that there is none, in half the time
    (?:
    (?P<as_written> {dialect.FENCE} | {dialect.CODE} | {dialect.ESCAPED} )
  | (?P<otherwise> {dialect.DISPLAY} | {dialect.FORMULA} | {dialect.REFERENCE} | {dialect.LINKED} | {dialect.FOOTNOTE}:? | {dialect.VALUE}
                 | \n\s*\n | \| )
  | {dialect.ATTRIBUTES} | {dialect.COMMENT} | {dialect.TAG} | {dialect.TASK}
    )
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What is not printed as it is written: set in another way, or, like attributes, not at all."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
TAG = re.compile(r"<[^>]*>")
TEXTS = (".xhtml", ".html", ".svg", ".css", ".opf", ".ncx", ".xml")
SCREEN_TEXTS = (".xhtml", ".html", ".svg", ".opf", ".ncx")


def get_ready(publication: Publication) -> None:
    """Find out what is looked for in the files of a publication: all of them will ask, and of a few it is remembered."""
    _secrets(publication)


def check_paper(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    """Search what a PDF says."""
    yield from leaks(path, publication, _said_on_paper(paper))


def letters(text: str) -> str:
    """Return the letters and digits of a text, ligatures taken apart, without case."""
    if text.isascii():  # most texts of a book, as they are written: a quarter of the time
        return text.lower().translate(ASCII_NOT_SAID)
    return NOT_SAID.sub("", unicodedata.normalize("NFKC", text).casefold())


def title_letters(title: str) -> str:
    """Return the letters of a title; none for one with a formula, whose words depend on the medium."""
    text = markup.parse(title, inline=True)
    return "" if text.formulas else letters(markup.plain(text))


def _said_on_paper(read: Paper) -> str:
    """Return the letters of all that a PDF says: pages, text alternatives, outline."""
    alternatives = (text for page in read.pages for text in page.alternatives)
    return "".join(map(page_letters, (*(page.text for page in read.pages), *alternatives, *(line.title for line in read.outline))))


def said_in(data: bytes) -> tuple[str, str]:
    """Return the letters of a file without its markup, and with it, attributes and comments."""
    text = data.decode("utf-8", "replace")
    return letters(html.unescape(TAG.sub("", text))), letters(html.unescape(text))


@lru_cache(maxsize=2048)
def page_letters(text: str) -> str:
    """Return the letters of a page: it is searched for what is withheld, and for the title of each question that stands on it."""
    return letters(text)


# What is withheld


def leaks(path: str, publication: Publication, said: str) -> Iterator[Diagnostic]:
    """Yield a fault for each withheld piece of text that stands in what a file says (its ``letters``)."""
    found = dict.fromkeys(key for pieces in _secrets(publication) for key in pieces.found(said))
    # In a file, paragraphs, cells, and choices follow one another: what is said there in two of them may be one elsewhere.
    run_on = _letters_shown(_Same(publication.sections)).replace("\0", "") if found else ""
    for home in dict.fromkeys(_home(key, publication) for key in found if key not in run_on):
        # It is not quoted: whoever builds a guide for candidates may be one.
        yield fault(path, "P301", f"edition '{publication.edition.id}' withholds what stands in the file: a text of {home}",
                    "report this: what is hidden must be absent")  # fmt: skip


def _home(key: str, publication: Publication) -> str:
    """Name the record and the field whose text has these letters."""
    return next((home for text, home in publication.homes.items() if key in "".join(_said(text))), "one of its records")


class _Pieces:
    """Pieces of text that are looked for in long texts, all in one pass.

    A piece that stands in a text holds a whole window, half as long as the shortest piece, that begins there at a multiple of its length.
    """

    def __init__(self, keys: Iterable[str], shortest: int) -> None:
        """Take the letters of the pieces, none of them shorter, and note all windows that begin in the first letters of each."""
        self.keys, self._shortest, self._step = tuple(keys), shortest, shortest // 2
        self._known = frozenset(window for key in self.keys for window in self._windows(key))

    def found(self, said: str) -> tuple[str, ...]:
        """Return the letters of those that stand in a text, each of which holds one of its windows."""
        starts: dict[str, list[int]] = {}
        places = range(0, len(said) - self._step + 1, self._step)
        if self._known.isdisjoint(said[start : start + self._step] for start in places):
            return ()
        for start in places:
            if (window := said[start : start + self._step]) in self._known:
                starts.setdefault(window, []).append(start)
        return tuple(key for key in self.keys if self._stands(key, said, starts))

    def without(self, shown: str) -> _Pieces:
        """Return those that do not stand in a text."""
        known = set(self.found(shown))
        return _Pieces((key for key in self.keys if key not in known), self._shortest) if known else self

    def _stands(self, key: str, said: str, starts: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether a piece stands in a text, some of whose windows start at these places."""
        return any(
            said.startswith(key, start - offset)
            for offset, window in enumerate(self._windows(key))
            for start in starts.get(window, ())
            if start >= offset
        )

    def _windows(self, key: str) -> Iterator[str]:
        return (key[offset : offset + self._step] for offset in range(self._step))


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """The sections of an edition and of its copies, equal to nothing but themselves: to compare or digest all they hold takes long."""

    sections: tuple[Section, ...]

    def __eq__(self, other: object) -> bool:
        """Tell whether these are the very same."""
        return isinstance(other, _Same) and self.sections is other.sections

    def __hash__(self) -> int:
        """Tell them from most others."""
        return id(self.sections)


def _secrets(publication: Publication) -> tuple[_Pieces, _Pieces]:
    """Return what no file may say: pieces of what is withheld, and brief texts for hiring teams alone."""
    shown = _letters_shown(_Same(publication.sections))
    return _hidden(shown, publication.withheld), _brief(shown, publication.secret)


@lru_cache(maxsize=KEPT)
def _letters_shown(shown: _Same) -> str:
    """Return the letters of all that sections print."""
    return "\0".join(run for text in _shown(shown.sections) for run in _said(text))


@lru_cache(maxsize=KEPT)
def _hidden(shown: str, withheld: tuple[str, ...]) -> _Pieces:
    """Return the pieces that do not stand in what is shown, which are secrets; an edition's files, and its copies, withhold the same."""
    return _Pieces(dict.fromkeys(chain.from_iterable(map(_pieces, withheld))), SHORTEST).without(shown)


@lru_cache(maxsize=KEPT)
def _brief(shown: str, secret: tuple[str, ...]) -> _Pieces:
    """Return texts for hiring teams alone that are too brief to be looked for in pieces, none that is shown."""
    # The cells of a table are no texts: two that follow one another in another table would seem to be one.
    whole = ("".join(_said(text)) for text in secret)
    return _Pieces(dict.fromkeys(key for key in whole if BRIEFEST <= len(key) < SHORTEST), BRIEFEST).without(shown)


def _shown(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield section.title
        yield from (text for _, _, text in passages(section))


def _runs(text: str) -> Iterator[str]:
    """Yield the stretches of a Markdown text that are printed as they are written."""
    yield from MARKUP.sub(lambda found: found["as_written"] or ("\0" if found["otherwise"] else ""), text).split("\0")


@lru_cache(maxsize=8192)
def _said(text: str) -> tuple[str, ...]:
    """Return the letters of each stretch that is printed as it is written."""
    return tuple(letters(run) for run in _runs(text))


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[str, ...]:
    """Return the letters of each sentence, short ones joined to the next.

    A page break or a footnote then hides one piece at most.
    """
    return tuple(letters(piece) for run in _runs(text) for piece in _joined(SENTENCE_END.split(run.strip())))


def _joined(sentences: Iterable[str]) -> Iterator[str]:
    piece = ""
    for sentence in sentences:
        piece = f"{piece} {sentence}".strip()
        if len(letters(piece)) >= SHORTEST:
            yield piece
            piece = ""
