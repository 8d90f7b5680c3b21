"""Gate 2: look at the files that were made, as their readers find them; pages that are as they were need not be read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pipeline import preflight
from pipeline.bindery import Shown
from pipeline.diagnostics import Diagnostic
from pipeline.flow.finishing import Finished
from pipeline.flow.request import Slot, slot
from pipeline.formats import PDF
from pipeline.preflight import FIRST, Reading
from pipeline.preflight.pdf_operands import SIZE
from pipeline.preflight.pdf_reader import Font, Link, Page, Paper
from pipeline.release import Artefact
from pipeline.work import Results, Step, Work, cache, thresholds


@dataclass(frozen=True)
class Known:
    """What was found in the last guide of a kind, and holds of this one."""

    pages: Mapping[int, Page] = field(default_factory=dict)
    """Pages that are as they were, by their numbers from 0."""
    sound: frozenset[bytes] = frozenset()
    """Digests of content that was looked into."""


@dataclass(frozen=True)
class _Begun:
    """A PDF that is being read by whoever is there, but for what is known."""

    parts: Results[Paper | None]
    known: Known


def inspect(work: Work, finished: Sequence[Finished]) -> list[Diagnostic]:
    """Return what is wrong with files. Of copies of one guide, the first is read in full, and of the others what sets them apart."""
    first: dict[tuple[Slot, str], Artefact] = {}
    likes = [_like(each, first) for each in finished]
    readings = [
        _begin(work, each) if each.artefact.format == PDF.name and not like else None for each, like in zip(finished, likes, strict=True)
    ]
    found = dict[int, Sequence[Diagnostic]]()
    # Workers read PDFs while the rest is looked at here.
    for n in sorted(range(len(finished)), key=lambda n: readings[n] is not None):
        each, begun = finished[n], readings[n]
        work.say(Step("inspect", len(found), len(finished), each.artefact.name))
        with work.time("inspect"):
            whole = preflight.whole(each.artefact.data, begun.parts, begun.known.pages, begun.known.sound) if begun else None
            found[n] = preflight.inspect(each.artefact, each.publication, likes[n], whole)
        if whole is not None and not found[n]:
            keep(slot(each.artefact), each.shown, whole)
    return [fault for n in range(len(finished)) for fault in found[n]]


def _like(each: Finished, first: dict[tuple[Slot, str], Artefact]) -> bytes | None:
    """Return a file that is like a PDF but for what copies have to themselves, and that is, or was, inspected in full."""
    artefact = each.artefact
    if artefact.format != PDF.name:
        return None
    leader = first.setdefault((slot(artefact), artefact.team), artefact)
    others = each.standing if leader is artefact else (leader.data,)
    return next((data for data in others if preflight.is_like(artefact.data, data)), None)


def _begin(work: Work, each: Finished) -> _Begun:
    """Begin to read a PDF; one of very many pages is read by processes that do nothing else."""
    artefact, known = each.artefact, recall(slot(each.artefact), each.shown)
    is_large = artefact.pages - len(known.pages) >= thresholds.PAGES_READ_APART
    readers = work.crew.jobs if is_large else work.crew.running
    parts = preflight.parts(artefact.path, artefact.pages, readers, preflight.places(each.publication), known.pages)
    foot = each.publication.look.foot(artefact.paper)
    parts = tuple(replace(part, foot=foot) for part in parts)
    return _Begun(work.map(preflight.READ, parts, artefact.data, apart="guidepress-read" if is_large else ""), known)


def recall(slot: Slot, shown: Shown) -> Known:
    """Return what is known of a guide: of its pages, the first and the last are read whatever is known; of a copy, none is."""
    entry = cache.recall("reading", slot)
    if entry is None:
        return Known()
    sound = frozenset(entry.data[at : at + SIZE] for at in range(0, len(entry.data), SIZE))
    try:
        pages = {digest: [_page(page) for page in pages] for digest, pages in entry.facts}
    except (TypeError, ValueError):
        return Known(sound=sound)
    found, number = dict[int, Page](), 0
    for digest, count in shown:
        found.update(enumerate(pages.get(digest, ()), start=number))
        number += count
    return Known({n: page for n, page in found.items() if FIRST <= n < number - 1}, sound)


def keep(slot: Slot, shown: Shown, reading: Reading) -> None:
    """Remember how a reader found a guide that has passed; a copy, which says on each page whose it is, is not remembered."""
    if not shown:
        return
    pages = iter(reading.paper.pages)
    facts = [(digest, [_written(page) for page in islice(pages, count)]) for digest, count in shown]
    cache.remember(b"".join(sorted(reading.looked.sound)), facts, "reading", slot)


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
