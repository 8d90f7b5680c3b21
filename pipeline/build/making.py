"""Make the artefacts of editions: every signature of every edition and paper goes to the press in one run."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline import bindery, cover, editions, epub, markup, press, render, theme
from pipeline.build.formulas import FormulaMemory
from pipeline.build.inputs import code_digest, modified, versions
from pipeline.build.records import Pages, Relaid, Request, Step
from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.model import Book, Edition, Paper
from pipeline.press import Facts, LaidOut, Signature
from pipeline.publication import Publication, TocEntry
from pipeline.release import Artefact
from pipeline.store import Store, key

Say = Callable[[Step], None]
SPARSE = 0.35


@dataclass
class Made:
    """What has been made so far."""

    artefacts: list[Artefact] = field(default_factory=list)
    publications: dict[str, Publication] = field(default_factory=dict)
    fingerprints: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Digest of what each artefact of the book depends on, by format, edition, and paper; made or not."""
    pages: tuple[Pages, ...] = ()
    laid_out: tuple[Relaid, ...] = ()
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))


@dataclass(frozen=True, slots=True)
class Volume:
    """One edition on one paper: its publication and its signatures, those that wait for folios apart."""

    publication: Publication
    paper: Paper
    sheets: tuple[render.Sheet, ...]
    stylesheet: str


def make(book: Book, wanted: Sequence[Edition], request: Request, store: Store, say: Say) -> Made:
    """Make every artefact that the request asks for."""
    return _Making(book, request, store, say).run(wanted)


class _Making:
    """The state of one build: what it works from, and what it has made."""

    def __init__(self, book: Book, request: Request, store: Store, say: Say) -> None:
        self.book, self.request, self.store, self.say = book, request, store, say
        self.labels = theme.labels(book.outline.lang)
        self.formulas = FormulaMemory(store)
        self.fonts = theme.font_resources()
        self.fonts_digest = press.fonts_digest(self.fonts)
        self.made = Made()
        self.relaid: list[Relaid] = []

    def run(self, wanted: Sequence[Edition]) -> Made:
        stamp = dt.datetime.fromisoformat(modified(self.book.outline.date))
        with self._timed("assemble"):
            for edition in self.book.editions.values():
                publication = editions.assemble(self.book, edition, self.labels, stamp)
                self.made.publications[edition.id] = publication
                self._fingerprint(publication)
        chosen = [self.made.publications[edition.id] for edition in wanted]
        with self._timed("render"):
            volumes = [volume for publication in chosen for volume in self._volumes(publication)]
        laid = self._lay_out([(volume, sheet) for volume in volumes for sheet in volume.sheets])
        for volume in volumes:
            self._finish(volume, [laid[id(volume), sheet.id] for sheet in volume.sheets])
        self.formulas.keep()
        self.made.laid_out = tuple(self.relaid)
        return self.made

    def _fingerprint(self, publication: Publication) -> None:
        """Digest what each artefact of an edition depends on."""
        edition = publication.edition
        whole = key(repr(publication), theme.digest(), code_digest(), dict(versions()))
        for paper in edition.papers:
            self.made.fingerprints["pdf", edition.id, paper] = key(whole, "pdf", paper)
        self.made.fingerprints["epub", edition.id, ""] = key(whole, "epub")
        self.made.fingerprints["png", edition.id, ""] = key(whole, "png")

    def _papers(self, edition: Edition) -> tuple[Paper, ...]:
        """Return the papers to lay out: those asked for, and the first when something else needs its folios or cover."""
        asked = tuple(p for p in edition.papers if not self.request.papers or p in self.request.papers)
        return tuple(p for p in edition.papers if p in asked or p == edition.papers[0])

    def _volumes(self, publication: Publication) -> Iterator[Volume]:
        rendition = render.render(publication, "paged", self.formulas.set)
        sheets = render.sheets(rendition)
        for paper in self._papers(publication.edition):
            if self._wants(publication.edition, "pdf", paper) or paper == publication.edition.papers[0]:
                yield Volume(publication, paper, sheets, theme.stylesheet("paged", publication.edition.id, paper))

    def _wants(self, edition: Edition, form: str, paper: str = "") -> bool:
        request = self.request
        if form not in edition.formats or (request.formats and form not in request.formats):
            return False
        return form != "pdf" or not request.papers or paper in request.papers

    # The press

    def _signature(self, volume: Volume, sheet: render.Sheet) -> Signature:
        return Signature(
            id=sheet.id, matter=sheet.matter, xhtml=sheet.xhtml, stylesheet=volume.stylesheet, fonts=self.fonts_digest,
            resources=sheet.resources, sections=sheet.sections,
        )  # fmt: skip

    def _lay_out(self, work: Sequence[tuple[Volume, render.Sheet]]) -> dict[tuple[int, str], tuple[Signature, LaidOut]]:
        """Lay out signatures, those remembered excepted; any warning of the layout engine is a fault of its section."""
        signatures = [self._signature(volume, sheet) for volume, sheet in work]
        origin = {press.key(s): (v, sheet) for s, (v, sheet) in zip(signatures, work, strict=True)}
        done = 0

        def progress(name: str) -> None:
            nonlocal done
            done += 1
            self.say(Step("lay out", done, len(signatures), name))

        def remember(name: str, laid: LaidOut) -> None:
            volume, sheet = origin[name]
            slot = key("last", str(self.request.book.resolve()), volume.publication.edition.id, volume.paper, sheet.id)
            self.relaid.append(Relaid(volume.publication.edition.id, volume.paper, sheet.id, self._reason(slot, volume, sheet)))
            self.store.put(name, laid.pdf, json.loads(laid.facts.to_json()))

        with self._timed("lay out"):
            leaves = press.lay_out_all(signatures, self.fonts, jobs=self.request.jobs, remembered=self._remembered, remember=remember, progress=progress)
        _refuse_warnings(signatures, leaves)
        pairs = zip(work, zip(signatures, leaves, strict=True), strict=True)
        return {(id(volume), sheet.id): pair for (volume, sheet), pair in pairs}

    def _remembered(self, name: str) -> LaidOut | None:
        entry = self.store.get(name)
        if entry is None:
            return None
        try:
            return LaidOut(entry.data, Facts.from_json(json.dumps(entry.facts)))
        except (KeyError, TypeError, ValueError):
            return None

    def _reason(self, slot: str, volume: Volume, sheet: render.Sheet) -> str:
        """Say which part of a signature is not what it was when it was last laid out."""
        now = {
            "text": key(sheet.xhtml), "style": key(volume.stylesheet), "fonts": self.fonts_digest,
            "pictures": key(*(name for name, _ in sheet.resources)), "versions": key(dict(press.system_versions())),
        }  # fmt: skip
        before = self.store.get(slot)
        self.store.put(slot, b"", now)
        if before is None:
            return "new"
        changed = [name for name, digest in now.items() if before.facts.get(name) != digest]
        return ", ".join(changed) if changed else "forgotten"

    # The bindery, and what follows from bound pages

    def _finish(self, volume: Volume, bound: list[tuple[Signature, LaidOut]]) -> None:
        """Set the index, now that folios are known; bind; write the EPUB from the first paper's folios."""
        publication = volume.publication
        with self._timed("bind"):
            bound = self._with_index(volume, bound)
            signatures, leaves = [s for s, _ in bound], [laid for _, laid in bound]
            pdf = self._bind(publication, signatures, leaves)
            pages = sum(leaf.facts.pages for leaf in leaves)
        edition = publication.edition
        if self._wants(edition, "pdf", volume.paper):
            self._add(publication, "pdf", volume.paper, pdf, pages)
            self._count(volume, signatures, leaves)
        if volume.paper != edition.papers[0]:
            return
        with self._timed("cover"):
            picture = cover.picture(pdf)
        if not self.request.formats:
            self._add(publication, "png", "", picture, 1)
        if self._wants(edition, "epub") and not (self.request.papers and not self.request.formats):
            self.say(Step("write", 0, 1, edition.id))
            with self._timed("write"):
                rendition = render.render(publication, "reflow", self.formulas.set, _Landed(signatures, leaves, self.labels["cover"]))
                self._add(publication, "epub", "", epub.write(rendition, cover=picture), pages)

    def _with_index(self, volume: Volume, bound: list[tuple[Signature, LaidOut]]) -> list[tuple[Signature, LaidOut]]:
        """Lay out the index with the folios of all that stands before it, and put it in its place."""
        publication = volume.publication
        place = next((n for n, s in enumerate(publication.sections) if s.kind == "index"), None)
        if place is None or not publication.index:
            return bound
        landed = _Landed([s for s, _ in bound], [laid for _, laid in bound], self.labels["cover"])
        rendition = render.render_section(publication, publication.sections[place], "paged", self.formulas.set, landed)
        (sheet,) = render.sheets(rendition)
        laid = self._lay_out([(volume, sheet)])[id(volume), sheet.id]
        before = {section.id for section in publication.sections[:place]}
        at = sum(signature.id in before for signature, _ in bound)
        return [*bound[:at], laid, *bound[at:]]

    def _bind(self, publication: Publication, signatures: list[Signature], leaves: list[LaidOut]) -> bytes:
        outline = publication.outline
        self.say(Step("bind", 0, 1, publication.edition.id))
        imprint = bindery.Imprint(
            title=publication.title, subtitle=outline.subtitle or "", lang=outline.lang, creators=tuple(c.name for c in outline.creators),
            publisher=outline.publisher, description=outline.description, subjects=outline.subjects, rights=outline.rights,
            created=publication.modified, modified=publication.modified, identifier=publication.identifier,
        )  # fmt: skip
        return bindery.bind(
            signatures, leaves, imprint=imprint, outline=tuple(_entry(e) for e in publication.toc), fonts=self.fonts,
            cover=self.labels["cover"], notes=_notes(publication, leaves, signatures, self.labels["notes"]),
        )  # fmt: skip

    def _add(self, publication: Publication, form: str, paper: str, data: bytes, pages: int) -> None:
        edition = publication.edition
        suffix = {"pdf": f"-{paper}.pdf", "epub": ".epub", "png": "-cover.png"}[form]
        self.made.artefacts.append(
            Artefact(
                name=f"{publication.stem}{suffix}", edition=edition.id, format=form, paper=paper, audience=edition.audience,  # type: ignore[arg-type]
                title=f"{publication.title}: {edition.title}", data=data, pages=pages, questions=publication.questions,
                inputs=self.made.fingerprints[form, edition.id, paper],
            )  # fmt: skip
        )

    def _count(self, volume: Volume, signatures: list[Signature], leaves: list[LaidOut]) -> None:
        fills = [fill for s, leaf in zip(signatures, leaves, strict=True) if s.matter == "body" for fill in leaf.facts.fill]
        path = f"{volume.publication.edition.id}/{volume.publication.stem}-{volume.paper}.pdf"
        self.made.pages = (*self.made.pages, Pages(path, len(fills), sum(fill < SPARSE for fill in fills)))

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.made.seconds[stage] += time.perf_counter() - started


class _Landed:
    """Where places were printed: pages of the file, and the folios on them."""

    def __init__(self, signatures: Sequence[Signature], leaves: Sequence[LaidOut], cover_label: str) -> None:
        self.folios = bindery.folios(signatures, leaves, cover=cover_label)

    def page(self, target: str) -> int | None:
        """Return the number of the page in the file, from 0."""
        return self.folios.pages.get(target)

    def label(self, page: int) -> str:
        """Return the folio printed on a page."""
        return self.folios.labels[page]


def _entry(entry: TocEntry) -> bindery.Entry:
    section = entry.section
    title = markup.plain(markup.parse(section.title, inline=True))
    shown = f"{section.number}. {title}" if section.number and section.kind in ("question", "answer") else title
    return bindery.Entry(shown, section.id, tuple(_entry(child) for child in entry.children))


NOTES_ROOM = 120.0
"""Points: less room than this stays white."""


def _notes(publication: Publication, leaves: Sequence[LaidOut], signatures: Sequence[Signature], label: str) -> Mapping[str, bindery.Notes]:
    """Give the free part of a question's last page to the reader's own notes."""
    questions = {section.id for section in publication.sections if section.kind == "question" and section.starts_page}
    return {s.id: bindery.Notes(label) for s, leaf in zip(signatures, leaves, strict=True) if s.id in questions and leaf.facts.space_left > NOTES_ROOM}


def _refuse_warnings(signatures: Sequence[Signature], leaves: Sequence[LaidOut]) -> None:
    """Turn every warning of the layout engine into a fault that names the file of the section."""
    faults = [
        Diagnostic("P110", warning, Place(signature.sections[0][1] if signature.sections else signature.id), f"look at section '{signature.id}'")
        for signature, leaf in zip(signatures, leaves, strict=True)
        for warning in leaf.facts.warnings
    ]
    if faults:
        raise BookError(*dict.fromkeys(faults))
