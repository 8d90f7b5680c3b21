"""Search a finished file for what its edition withholds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from pipeline import editions
from pipeline.markup import dialect
from pipeline.preflight.words import letters
from pipeline.publication import Publication

SHORTEST = 40
"""Letters: a shorter text may well stand in a file by chance."""
STEP = 20
"""A piece that stands in a file holds a whole window of this length that begins there at a multiple of it."""
MARKUP = re.compile(
    rf"""
    (?P<as_written> {dialect.FENCE} | {dialect.CODE} | {dialect.ESCAPED} )
  | (?P<otherwise> {dialect.DISPLAY} | {dialect.FORMULA} | {dialect.REFERENCE} | {dialect.LINKED} | {dialect.FOOTNOTE}:? | {dialect.VALUE}
                 | \n\s*\n | \| )
  | {dialect.ATTRIBUTES}
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What is not printed as it is written: set in another way, or, like attributes, not at all."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def leaks(publication: Publication, said: str) -> tuple[str, ...]:
    """Return the withheld pieces of text, as written, that stand in what a file says (its ``letters``)."""
    secrets = _secrets(publication)
    return tuple(secrets.written[key] for key in secrets.found(said))


class _Pieces:
    """Pieces of text that are looked for in long texts, all in one pass."""

    def __init__(self, written: Mapping[str, str]) -> None:
        """Take the pieces as they are written, by their letters, and note all windows that begin in the first letters of each."""
        self.written = written
        self.windows = frozenset(window for key in written for window in _windows(key))

    def found(self, said: str) -> tuple[str, ...]:
        """Return the letters of those that stand in a text, each of which holds one of its windows."""
        starts: dict[str, list[int]] = {}
        for start in range(0, len(said) - STEP + 1, STEP):
            window = said[start : start + STEP]
            if window in self.windows:
                starts.setdefault(window, []).append(start)
        return tuple(key for key in self.written if _stands(key, said, starts)) if starts else ()


def _stands(key: str, said: str, starts: Mapping[str, Sequence[int]]) -> bool:
    """Tell whether a piece stands in a text, some of whose windows start at these places."""
    return any(
        said.startswith(key, start - offset)
        for offset, window in enumerate(_windows(key))
        for start in starts.get(window, ())
        if start >= offset
    )


def _windows(key: str) -> Iterator[str]:
    return (key[offset : offset + STEP] for offset in range(STEP))


def _secrets(publication: Publication) -> _Pieces:
    """Return every withheld piece; what the edition prints elsewhere is no secret."""
    return _hidden("\0".join(said for text in _shown(publication) for said in _said(text)), tuple(publication.withheld))


@lru_cache(maxsize=4)
def _hidden(shown: str, withheld: tuple[str, ...]) -> _Pieces:
    """Return the pieces that do not stand in what is shown; an edition's files, and its copies, withhold the same."""
    pieces = _held(withheld)
    known = set(pieces.found(shown))
    return _Pieces({key: piece for key, piece in pieces.written.items() if key not in known}) if known else pieces


@lru_cache(maxsize=4)
def _held(withheld: tuple[str, ...]) -> _Pieces:
    found = dict[str, str]()
    for text in withheld:
        for key, piece in _pieces(text):
            found.setdefault(key, piece)
    return _Pieces(found)


def _shown(publication: Publication) -> Iterator[str]:
    for section in publication.sections:
        yield section.title
        yield from (text for _, _, text in editions.passages(section))


def _runs(text: str) -> Iterator[str]:
    """Yield the stretches of a Markdown text that are printed as they are written."""
    yield from MARKUP.sub(lambda found: found["as_written"] or ("\0" if found["otherwise"] else ""), text).split("\0")


@lru_cache(maxsize=8192)
def _said(text: str) -> tuple[str, ...]:
    """Return the letters of each stretch that is printed as it is written."""
    return tuple(letters(run) for run in _runs(text))


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[tuple[str, str], ...]:
    """Return the letters of each sentence, short ones joined to the next, with the sentence.

    A page break or a footnote then hides one piece at most.
    """
    pieces = (piece for run in _runs(text) for piece in _joined(SENTENCE_END.split(run.strip())))
    return tuple((letters(piece), piece) for piece in pieces)


def _joined(sentences: Iterable[str]) -> Iterator[str]:
    piece = ""
    for sentence in sentences:
        piece = f"{piece} {sentence}".strip()
        if len(letters(piece)) >= SHORTEST:
            yield piece
            piece = ""
