"""The formats of files that are made, one row each, and the papers of those that have pages."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of files."""

    name: str
    suffix: str
    """What follows the stem in a file's name."""
    media_type: str
    has_papers: bool = False
    """Whether there is a file for each paper."""
    is_for_screens: bool = False
    """Whether it is written from what is rendered for screens (`WRITERS` in `pipeline/flow/finishing.py`)."""
    is_chosen: bool = True
    """Whether an edition has it when it lists it; the others come with every edition."""
    is_usual: bool = True
    """Whether an edition that lists no formats has it."""


PDF = Format(name="pdf", suffix="-{paper}.pdf", media_type="application/pdf", has_papers=True)
EPUB = Format(name="epub", suffix=".epub", media_type="application/epub+zip", is_for_screens=True)
KINDLE = Format(name="kindle", suffix="-kindle.epub", media_type=EPUB.media_type, is_for_screens=True, is_usual=False)
HTML = Format(name="html", suffix=".html", media_type="text/html", is_for_screens=True, is_usual=False)
COVER = Format(name="png", suffix="-cover.png", media_type="image/png", is_chosen=False)

FORMATS = {row.name: row for row in (PDF, EPUB, KINDLE, HTML, COVER)}
SCREENS = tuple(row.name for row in FORMATS.values() if row.is_for_screens)
CHOSEN = tuple(row.name for row in FORMATS.values() if row.is_chosen)
USUAL = tuple(name for name in CHOSEN if FORMATS[name].is_usual)
PAPERS = ("a4", "letter")
ISO_PAPER = re.compile(r"[abc]\d{1,2}")


def paper_name(paper: str) -> str:
    """Return the name of a paper as readers know it: A4, Letter."""
    return paper.upper() if ISO_PAPER.fullmatch(paper) else paper.replace("-", " ").capitalize()
