"""Render an edition once, for the peers: the same fragments, style sheet, drawings, and fonts as our own press gets."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from pathlib import Path

from pipeline import editions, theme
from pipeline.flow import load_and_check
from pipeline.flow.inputs import modified
from pipeline.publication import Locator, Publication

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # importing ziamath 0.13, which carries a font, warns
    from pipeline.render import Rendition, render


class FarApart:
    """Folios of a book whose places never share a page or follow one another: no two locators become a run."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def page(self, target: str) -> int | None:
        """Give each target a page of its own."""
        return 2 * self.seen.setdefault(target, len(self.seen))

    def digits(self, place: Locator) -> int:
        """Leave room: the peers count for themselves."""
        return 3

    def label(self, target: str) -> str:
        """Print nothing."""
        return "000"


@dataclass(frozen=True)
class Prepared:
    """An edition as the peers read it."""

    publication: Publication
    rendition: Rendition
    fonts: dict[str, bytes]
    stylesheet: str


def prepare(folder: Path, name: str = "study", paper: str = "a4") -> Prepared:
    """Load, assemble, and render an edition. Raises ValueError when the book has faults."""
    book, faults = load_and_check(folder)
    if book is None or any(fault.severity == "error" for fault in faults):
        raise ValueError(f"{folder} has faults: run 'guidepress check --book {folder}'")
    edition = book.editions[name]
    stamp = dt.datetime.fromisoformat(modified(book.outline.date))
    publication = editions.assemble(book, edition, theme.labels(book.outline.lang), stamp)
    rendition = render(publication, "paged", FarApart())
    return Prepared(publication, rendition, publication.look.font_resources(), publication.look.paged(paper))
