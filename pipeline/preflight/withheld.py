"""Search a finished file for what its edition withholds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipeline import editions
from pipeline.preflight.words import letters
from pipeline.publication import Publication

SHORTEST = 40
"""Letters: a shorter text may well stand in a file by chance."""
STEP = 20
"""A piece holds a whole window of this length that begins at a multiple of it in the file."""
UNPRINTED = re.compile(r"\{[^}]*\}")
SET_OTHERWISE = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$|\[\[.*?\]\]|\]\([^)]*\)|\[\^[^\]]*\]:?|\{=[^}]*\}|\n\s*\n|\|", re.DOTALL)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def leaks(publication: Publication, said: str) -> tuple[str, ...]:
    """Return the withheld pieces of text, as written, that stand in what a file says (its ``letters``)."""
    text = _Text(said)
    return tuple(piece for key, piece in _secrets(publication).items() if key in text)


class _Text:
    """A long text in which many pieces are looked for: each costs no more for the length of the text."""

    def __init__(self, said: str) -> None:
        """Note where each window of the text stands."""
        self.said = said
        self.starts: dict[str, list[int]] = {}
        for start in range(0, len(said) - STEP + 1, STEP):
            self.starts.setdefault(said[start : start + STEP], []).append(start)

    def __contains__(self, piece: str) -> bool:
        """Tell whether a piece stands in the text, by the windows that begin in its first letters."""
        return any(
            self.said.startswith(piece, start - offset)
            for offset in range(STEP)
            for start in self.starts.get(piece[offset : offset + STEP], ())
            if start >= offset
        )


def _secrets(publication: Publication) -> dict[str, str]:
    """Return the letters of every withheld piece with the piece; what the edition prints elsewhere is no secret."""
    return _hidden("\0".join(said for text in _shown(publication) for said in _said(text)), tuple(publication.withheld))


@lru_cache(maxsize=4)
def _hidden(said: str, withheld: tuple[str, ...]) -> dict[str, str]:
    """Return the pieces that do not stand in what is shown; an edition's files, and its copies, withhold the same."""
    shown, found = _Text(said), dict[str, str]()
    for text in withheld:
        for key, piece in _pieces(text):
            if key not in found and key not in shown:
                found[key] = piece
    return found


def _shown(publication: Publication) -> Iterator[str]:
    for section in publication.sections:
        yield section.title
        yield from (text for _, _, text in editions.passages(section))


def _runs(text: str) -> Iterator[str]:
    """Yield the stretches of a Markdown text that are printed as they are written."""
    for run in SET_OTHERWISE.split(text):
        yield UNPRINTED.sub("", run)


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
