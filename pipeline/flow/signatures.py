"""Lay out the signatures of volumes: those remembered come from the store, the rest from the press."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pipeline import press, render
from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.flow.request import Relaid, Request, Step
from pipeline.model import Paper
from pipeline.press import Facts, LaidOut, Signature
from pipeline.publication import Publication
from pipeline.work.crew import Crew
from pipeline.work.store import Store, key

Say = Callable[[Step], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """One edition on one paper, or what one of its copies has to itself there; equal to itself alone."""

    publication: Publication
    paper: Paper
    stylesheet: str

    def named(self, sheet: render.Sheet) -> str:
        """Name a sheet among those of all copies."""
        return sheet.id + self.publication.brand.suffix


Work = tuple[Volume, render.Sheet]
"""A sheet that is to be laid out, and whose it is."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A signature and its pages."""

    signature: Signature
    laid: LaidOut


@dataclass
class Watch:
    """Seconds spent in each stage; those of a stage within another are its own."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _within: float = 0.0

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        before, self._within = self._within, 0.0
        started = time.perf_counter()
        yield
        taken = time.perf_counter() - started
        self.seconds[stage] += taken - self._within
        self._within = before + taken

    def each(self, stage: str, items: Iterator[T]) -> Iterator[T]:
        """Give items, and add what each takes to come to a stage."""
        while True:
            with self.time(stage):
                item = next(items, None)
            if item is None:
                return
            yield item


class Printer:
    """The press with its fonts and its memory; ``relaid`` lists what it did not remember."""

    def __init__(
        self, request: Request, store: Store, crew: Crew, say: Say, watch: Watch, meanwhile: Callable[[], object],
        fonts: Mapping[str, bytes],
    ) -> None:  # fmt: skip
        """Take the fonts of all looks; ``meanwhile`` is called while workers lay out."""
        self.meanwhile = meanwhile
        self.request, self.store, self.crew, self.say, self.watch = request, store, crew, say, watch
        self.fonts = fonts
        self.relaid: list[Relaid] = []
        self._noted: set[tuple[str, str, str]] = set()
        self._fonts_digest = press.fonts_digest(self.fonts)

    def lay_out(self, work: Iterable[Work], expected: int = 0) -> list[Printed]:
        """Lay out sheets as they come, and give them in their order. Raises BookError for whatever the layout engine warns of."""
        with self.watch.time("lay out"):
            return self._lay_out(work, expected)

    def fit(self, work: Iterable[Work], expected: int) -> list[tuple[Volume, Printed]]:
        """Lay out sheets; one that leaves few lines on its last page is set again a little tighter, to save the page."""
        seen: list[Work] = []
        printed = self.lay_out(_noted(work, seen), expected)
        loose = [n for n, item in enumerate(printed) if _may_save_a_page(item.laid.facts)]
        tight = self.lay_out([(seen[n][0], render.tightened(seen[n][1])) for n in loose]) if loose else []
        for n, item in zip(loose, tight, strict=True):
            if item.laid.facts.pages < printed[n].laid.facts.pages:
                printed[n] = item
        return [(volume, item) for (volume, _), item in zip(seen, printed, strict=True)]

    def _lay_out(self, work: Iterable[Work], expected: int) -> list[Printed]:
        signatures: list[Signature] = []
        origin: dict[str, Work] = {}
        done = 0

        def coming() -> Iterator[Signature]:
            for volume, sheet in work:
                signature = self._signature(volume, sheet)
                origin[press.key(signature)] = (volume, sheet)
                # What has been laid out is not needed any more, and of a large book it is large.
                signatures.append(replace(signature, xhtml="", resources=()))
                yield signature

        def progress(name: str) -> None:
            nonlocal done
            done += 1
            self.say(Step("lay out", done, max(expected, len(signatures)), name))

        def remember(name: str, laid: LaidOut) -> None:
            self._note(*origin[name])
            self.store.put(name, laid.pdf, json.loads(laid.facts.to_json()))

        leaves = press.lay_out_all(
            coming(), self.fonts, crew=self.crew, cluster=self.request.cluster,
            remembered=self._remembered, remember=remember, progress=progress, meanwhile=self.meanwhile,
        )  # fmt: skip
        printed = [Printed(signature, laid) for signature, laid in zip(signatures, leaves, strict=True)]
        _refuse_warnings(printed)
        return printed

    def _signature(self, volume: Volume, sheet: render.Sheet) -> Signature:
        return Signature(
            id=sheet.id, matter=sheet.matter, xhtml=sheet.xhtml, stylesheet=volume.stylesheet, fonts=self._fonts_digest,
            resources=sheet.resources, sections=sheet.sections,
        )  # fmt: skip

    def _remembered(self, name: str) -> LaidOut | None:
        entry = self.store.get(name)
        if entry is None:
            return None
        try:
            return LaidOut(entry.data, Facts.from_json(json.dumps(entry.facts)))
        except (KeyError, TypeError, ValueError):
            return None

    def _note(self, volume: Volume, sheet: render.Sheet) -> None:
        """Note that a signature was laid out, once, however often it was set."""
        slot = (volume.publication.edition.id, volume.paper, volume.named(sheet))
        if slot not in self._noted:
            self._noted.add(slot)
            self.relaid.append(self._relaid(volume, sheet))

    def _relaid(self, volume: Volume, sheet: render.Sheet) -> Relaid:
        """Say which part of a signature is not what it was when it was last laid out."""
        edition = volume.publication.edition.id
        name = volume.named(sheet)
        slot = key("last", str(self.request.book.absolute()), edition, volume.paper, name, sheet.tight)
        now = {
            "text": key(sheet.xhtml), "style": key(volume.stylesheet), "fonts": self._fonts_digest,
            "pictures": key(*(part for name, data in sheet.resources for part in (name, data))),
            "versions": key(dict(press.system_versions())),
        }  # fmt: skip
        before = self.store.get(slot)
        self.store.put(slot, b"", now)
        if before is None:
            return Relaid(edition, volume.paper, name, "new")
        changed = [name for name, digest in now.items() if before.facts.get(name) != digest]
        return Relaid(edition, volume.paper, name, ", ".join(changed) or "forgotten")


def _noted(work: Iterable[Work], seen: list[Work]) -> Iterator[Work]:
    for each in work:
        seen.append(each)
        yield each


FEW = 0.35
"""Share of a page: fewer lines than these look lost on it."""
GAIN = 0.08
"""Share of a page that setting it tighter wins, at most."""


def _may_save_a_page(facts: Facts) -> bool:
    return facts.fill[-1] < min(FEW, GAIN * (facts.pages - 1))


def _refuse_warnings(printed: Sequence[Printed]) -> None:
    """Turn every warning of the layout engine into a fault that names the file of the section."""
    faults = [
        Diagnostic("P110", warning, Place(_source(item.signature)), f"look at section '{item.signature.id}'")
        for item in printed
        for warning in item.laid.facts.warnings
    ]
    if faults:
        raise BookError(*dict.fromkeys(faults))


def _source(signature: Signature) -> str:
    return signature.sections[0][1] if signature.sections else signature.id
