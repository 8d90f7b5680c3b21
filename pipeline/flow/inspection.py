"""Gate 2: look at the files that were made, as their readers find them; pages that are as they were need not be read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipeline import preflight
from pipeline.bindery import Shown
from pipeline.diagnostics import Diagnostic
from pipeline.flow.finishing import Finished
from pipeline.flow.request import Slot, slot
from pipeline.preflight.copies import FIRST
from pipeline.preflight.paper import Font, Link, Page, Paper
from pipeline.release import Artefact
from pipeline.work import Results, Step, Work, cache, thresholds


@dataclass(frozen=True)
class _Reading:
    """A PDF that is being read by whoever is there; those pages apart that are known."""

    parts: Results[Paper | None]
    known: Mapping[int, Page]

    def paper(self) -> Paper | None:
        return preflight.whole(self.parts, self.known)


def inspect(work: Work, finished: Sequence[Finished]) -> list[Diagnostic]:
    """Return what is wrong with files. Of copies of one guide, the first is read in full, and of the others what sets them apart."""
    first: dict[tuple[Slot, str], Artefact] = {}
    likes = [_like(each, first) for each in finished]
    readings = [
        _begin(work, each) if each.artefact.format == "pdf" and not like else None for each, like in zip(finished, likes, strict=True)
    ]
    found = dict[int, Sequence[Diagnostic]]()
    # Workers read PDFs while the rest is looked at here.
    for n in sorted(range(len(finished)), key=lambda n: readings[n] is not None):
        each, reading = finished[n], readings[n]
        work.say(Step("inspect", len(found), len(finished), each.artefact.name))
        with work.time("inspect"):
            paper = reading.paper() if reading else None
            found[n] = preflight.inspect(each.artefact, each.publication, likes[n], paper)
        if paper is not None and not found[n]:
            keep(slot(each.artefact), each.shown, paper)
    return [fault for n in range(len(finished)) for fault in found[n]]


def _like(each: Finished, first: dict[tuple[Slot, str], Artefact]) -> bytes | None:
    """Return a file that is like a PDF but for what copies have to themselves, and that is, or was, inspected in full."""
    artefact = each.artefact
    if artefact.format != "pdf":
        return None
    leader = first.setdefault((slot(artefact), artefact.team), artefact)
    others = each.standing if leader is artefact else (leader.data,)
    return next((data for data in others if preflight.is_like(artefact.data, data)), None)


def _begin(work: Work, each: Finished) -> _Reading:
    """Begin to read a PDF; one of very many pages is read by processes that do nothing else."""
    artefact, known = each.artefact, recall(slot(each.artefact), each.shown)
    is_large = artefact.pages - len(known) >= thresholds.PAGES_READ_APART
    readers = work.crew.jobs if is_large else work.crew.running
    parts = preflight.parts(artefact.path, artefact.pages, readers, preflight.places(each.publication), known)
    return _Reading(work.map(preflight.READ, parts, artefact.data, apart="guidepress-read" if is_large else ""), known)


def recall(slot: Slot, shown: Shown) -> dict[int, Page]:
    """Return the pages that are known, by their numbers from 0, the first and the last apart; of a copy, none."""
    entry = cache.recall("reading", slot) if shown else None
    try:
        known = {digest: [_page(page) for page in pages] for digest, pages in entry.facts} if entry else {}
    except (TypeError, ValueError):
        return {}
    found, number = dict[int, Page](), 0
    for digest, count in shown:
        found.update(enumerate(known.get(digest, ()), start=number))
        number += count
    return {n: page for n, page in found.items() if FIRST <= n < number - 1}


def keep(slot: Slot, shown: Shown, paper: Paper) -> None:
    """Remember how a reader found a guide that has passed; a copy, which says on each page whose it is, is not remembered."""
    if not shown:
        return
    pages = iter(paper.pages)
    facts = [(digest, [_written(page) for page in islice(pages, count)]) for digest, count in shown]
    cache.remember(b"", facts, "reading", slot)


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
