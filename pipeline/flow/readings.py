"""Remember how a reader found the pages of a guide: those that are bound as they were need not be read again."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline import preflight
from pipeline.bindery import Shown
from pipeline.flow.inputs import code_digest
from pipeline.flow.request import Slot
from pipeline.preflight import Reading
from pipeline.preflight.copies import FIRST
from pipeline.preflight.paper import Font, Link, Page, Paper
from pipeline.release import Artefact
from pipeline.theme import Foot
from pipeline.work.crew import Crew
from pipeline.work.store import Store, key


@dataclass(frozen=True, slots=True)
class Begun:
    """A PDF that is being read, and how to remember it once it has passed."""

    reading: Reading
    keep: Callable[[], None]


class ReadingMemory:
    """What the last guide of each kind was read as. Copies are read anew: each says on every page whose it is."""

    def __init__(self, store: Store, book: Path) -> None:
        """Name the book, and what reads."""
        self._store = store
        self._reader = key("reading", str(book.absolute()), importlib.metadata.version("pypdfium2"), code_digest())

    def begin(
        self, slot: Slot, artefact: Artefact, shown: Shown, crew: Crew, *, idle: bool, names: tuple[str, ...] | None = None,
        foot: Foot | None = None,
    ) -> Begun:  # fmt: skip
        """Begin to read a PDF; ``shown`` says what is on its pages, ``idle`` that there is nothing else to do.

        ``names`` are the named destinations to be looked up, None all; ``foot`` says where folios stand.
        """
        reading = preflight.begin(artefact.data, artefact.pages, crew, idle=idle, names=names, foot=foot, known=self.recall(slot, shown))
        return Begun(reading, lambda: self.keep(slot, shown, reading.paper))

    def recall(self, slot: Slot, shown: Shown) -> dict[int, Page]:
        """Return the pages that are known, by their numbers from 0; of a copy, none."""
        entry = self._store.get(key(self._reader, slot))
        try:
            known = {digest: [_page(page) for page in pages] for digest, pages in entry.facts} if entry else {}
        except (TypeError, ValueError):
            return {}
        found, number = dict[int, Page](), 0
        for digest, count in shown:
            found.update(enumerate(known.get(digest, ()), start=number))
            number += count
        return {n: page for n, page in found.items() if FIRST <= n < number - 1}

    def keep(self, slot: Slot, shown: Shown, paper: Paper) -> None:
        """Remember a guide that has passed; a copy is not remembered."""
        if not shown:
            return
        pages = iter(paper.pages)
        facts = [(digest, [_written(page) for page in islice(pages, count)]) for digest, count in shown]
        self._store.put(key(self._reader, slot), b"", facts)


def _written(page: Page) -> list[Any]:
    links = [(link.text, link.page, link.place, link.address) for link in page.links]
    fonts = sorted((font.name, font.embedded) for font in page.fonts)
    return [page.label, page.text, page.foot, page.stamp, links, fonts, page.alternatives, page.untold, page.lists_contents]


def _page(facts: list[Any]) -> Page:
    label, text, foot, stamp, links, fonts, alternatives, untold, lists_contents = facts
    return Page(
        label, text, foot, stamp, tuple(Link(said, page, (x, y), address) for said, page, (x, y), address in links),
        frozenset(Font(name, embedded) for name, embedded in fonts), tuple(alternatives), tuple(untold), lists_contents,
    )  # fmt: skip
