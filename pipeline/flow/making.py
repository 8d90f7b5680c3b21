"""Make the artefacts of editions: every signature of every edition and paper goes to the press in one run."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby

from pipeline import bindery, editions, preflight, render, theme
from pipeline.brand import Brand
from pipeline.flow.binding import Bound, Landed
from pipeline.flow.copies import brands, fingerprint, standing
from pipeline.flow.fingerprints import fingerprints
from pipeline.flow.formulas import FormulaMemory
from pipeline.flow.inputs import modified
from pipeline.flow.issuing import Issue, Issuer, own_sheets
from pipeline.flow.looks import fonts, slot_fonts
from pipeline.flow.made import Made
from pipeline.flow.pictures import PictureMemory
from pipeline.flow.readings import ReadingMemory
from pipeline.flow.request import Pages, Request, Slot, Step, slot
from pipeline.flow.signatures import FEW, Printed, Printer, Say, Volume, Watch, Work
from pipeline.flow.subsets import SubsetMemory
from pipeline.flow.texts import TextMemory
from pipeline.model import Book, Edition
from pipeline.publication import Publication
from pipeline.release import Artefact, Release
from pipeline.render import Rendition
from pipeline.work.crew import Crew
from pipeline.work.store import Store

EDITED = 8
"""Signatures laid out anew after an edit, at most."""
Bundle = tuple[Volume, list[Printed], list[Issue]]
"""A volume as printed, and its copies; where none are wanted but the plain one, that."""
SUFFIXES = {"pdf": "-{paper}.pdf", "epub": ".epub", "png": "-cover.png"}


def make(
    book: Book, wanted: Sequence[Edition], request: Request, store: Store, texts: TextMemory, crew: Crew, say: Say,
    current: Release | None = None, *, meanwhile: Callable[[], object] = lambda: None,
) -> Made:  # fmt: skip
    """Make every artefact that the request asks for.

    ``current`` is the release that stands; ``meanwhile`` is called while workers lay out.
    """
    return _Making(book, request, store, texts, crew, say, current, meanwhile).run(wanted)


class _Making:
    """The state of one build: what it works from, and what it has made."""

    def __init__(
        self, book: Book, request: Request, store: Store, texts: TextMemory, crew: Crew, say: Say, current: Release | None,
        meanwhile: Callable[[], object],
    ) -> None:  # fmt: skip
        self.book, self.request, self.say, self.current = book, request, say, current
        self.labels = theme.labels(book.outline.lang, book.layers)
        self.looks = tuple(theme.of_edition(book.layers, edition) for edition in book.editions.values())
        self.texts, self.formulas, self.subsets = texts, FormulaMemory(store), SubsetMemory(store)
        self.watch = Watch()
        self.crew, self.printer = crew, Printer(request, store, crew, say, self.watch, self._meanwhile, fonts(self.looks))
        self._elsewhere = meanwhile
        self._screens: dict[str, Rendition | None] = {}
        """What is rendered for screens while workers lay out, by edition."""
        self.made = Made(brands=brands(book, request))
        self.pictures, self.readings = PictureMemory(store), ReadingMemory(store, request.book)

    def run(self, wanted: Sequence[Edition]) -> Made:
        self._assemble()
        for bundle in self._print(wanted):
            self._finish(*bundle)
        self.formulas.keep()
        self.made.laid_out, self.made.seconds = tuple(self.printer.relaid), self.watch.seconds
        return self.made

    def _meanwhile(self) -> None:
        """Do what will be needed, while workers lay out."""
        self._elsewhere()
        self._take_fingerprints()
        bindery.get_ready(self.printer.fonts.values(), slot_fonts(self.looks))
        unset = next((name for name, rendition in self._screens.items() if rendition is None), None)
        # Not in a cold build: its workers would wait for the next signature meanwhile.
        if unset is not None and len(self.printer.relaid) <= EDITED:
            with self.watch.time("write"):
                self.texts.recall(unset, "reflow")
                self._screens[unset] = render.render(self.made.publications[unset], "reflow", self.formulas.set)

    def _print(self, wanted: Sequence[Edition]) -> list[Bundle]:
        """Print every volume; one that outgrows the digits kept for its page numbers is printed again with one more."""
        self._screens = {edition.id: None for edition in wanted if self.request.wants(edition, "epub")}
        volumes = [volume for edition in wanted for volume in self._volumes(self.made.publications[edition.id])]
        copies = [[copy for brand in self.made.brands for copy in self._copy(volume, brand)] for volume in volumes]
        printed = defaultdict[Volume, list[Printed]](list)
        expected = sum(render.count(volume.publication) for volume in volumes)
        for volume, item in self.printer.fit(self.watch.each("render", self._sheets(volumes, copies)), expected):
            printed[volume].append(item)
        self._take_fingerprints()
        done: list[Bundle] = []
        for volume, own in zip(volumes, copies, strict=True):
            issues = [Issue(copy.publication, tuple(printed[copy])) for copy in own]
            done.append((volume, printed[volume], issues or [Issue(volume.publication)]))
        outgrown = {v.publication.edition.id: v.publication for v, items, _ in done if _outgrown(v.publication, items)}
        if not outgrown:
            return done
        for name, publication in outgrown.items():
            self.made.publications[name] = replace(publication, digits=publication.digits + 1)
        return self._print(wanted)

    def _sheets(self, volumes: Sequence[Volume], copies: Sequence[Sequence[Volume]]) -> Iterator[Work]:
        """Render the sheets of all volumes and copies; each may be laid out as soon as it is there."""
        for edition, papers in groupby(volumes, key=lambda volume: volume.publication.edition.id):
            same = tuple(papers)
            self.texts.recall(edition, "paged")
            for sheet in render.paged(same[0].publication, self.formulas.set):
                yield from ((volume, sheet) for volume in same)
        for copy in chain.from_iterable(copies):
            yield from ((copy, sheet) for sheet in own_sheets(copy.publication, self.formulas.set))

    def _assemble(self) -> None:
        """Assemble every edition, asked for or not: whether an older file is stale follows from its fingerprint."""
        stamp = dt.datetime.fromisoformat(modified(self.book.outline.date))
        with self.watch.time("assemble"):
            for edition in self.book.editions.values():
                self.made.publications[edition.id] = editions.assemble(self.book, edition, self.labels, stamp)

    def _take_fingerprints(self) -> None:
        """Digest what each edition may print, once."""
        if self.made.fingerprints:
            return
        with self.watch.time("assemble"):
            for publication in self.made.publications.values():
                self.made.fingerprints |= fingerprints(publication)

    def _volumes(self, publication: Publication) -> Iterator[Volume]:
        """Give a volume for each paper asked for, and for the first, whose folios and cover the rest needs."""
        edition = publication.edition
        for paper in edition.papers:
            if self.request.wants(edition, "pdf", paper) or paper == edition.papers[0]:
                yield Volume(publication, paper, publication.look.paged(paper))

    def _copy(self, volume: Volume, brand: Brand) -> Iterator[Volume]:
        """Give what a copy has to itself."""
        if not brand.is_plain:
            yield replace(volume, publication=replace(volume.publication, brand=brand))

    def _finish(self, volume: Volume, printed: list[Printed], issues: Sequence[Issue]) -> None:
        """Set the index, now that folios are known; bind every copy; write its EPUB from the first paper's folios."""
        edition = volume.publication.edition
        with self.watch.time("bind"):
            printed = self._with_index(volume, printed)
            screen = self._screens.get(edition.id)
            issuer = Issuer(volume, printed, self.printer.fonts, self.labels, self.subsets.subset, copies=len(issues), screen=screen)
        for number, issue in enumerate(issues):
            self.say(Step("bind", number, len(issues), f"{edition.id}{issue.publication.brand.suffix}"))
            is_first, place = volume.paper == edition.papers[0], len(self.made.artefacts)
            apart = is_first and len(issues) == 1 and self._is_worth_a_worker(edition)
            with self.watch.time("bind"):
                binding = issuer.begin(issue, self.crew if apart else None)
            if apart:
                self._finish_without_paper(issuer, issue, binding)
                self._inspect_early(place)
            with self.watch.time("bind"):
                bound = binding()
            if self.request.wants(edition, "pdf", volume.paper):
                artefact = self._add(issue.publication, ("pdf", edition.id, volume.paper), bound.pdf, issuer.pages(issue))
                # Whatever was made first, a guide's PDF is listed before its EPUB.
                self.made.artefacts.insert(place, self.made.artefacts.pop())
                self.made.pages = (*self.made.pages, _filled(artefact.path, printed))
                if number == 0:
                    idle = apart or not is_first or not self.request.wants(edition, "epub")
                    self._begin_to_read(artefact, issue.publication, bound, idle=idle)
            if is_first and not apart:
                self._finish_without_paper(issuer, issue, binding)

    def _is_worth_a_worker(self, edition: Edition) -> bool:
        """Tell whether a worker binds while the EPUB is written here: after an edit, when few of the pages are read again."""
        return bool(self.crew.running) and self.request.wants(edition, "epub") and len(self.printer.relaid) <= EDITED

    def _inspect_early(self, place: int) -> None:
        """Inspect the artefacts made from some place on, while a worker binds."""
        for artefact in self.made.artefacts[place:]:
            self.made.inspected[artefact.path] = preflight.inspect(artefact, self.made.publication(artefact))

    def _begin_to_read(self, artefact: Artefact, publication: Publication, bound: Bound, *, idle: bool) -> None:
        """Let workers read a PDF, unless it is like one that stands, and was read before that was published."""
        stand = standing(self.current, self.book, self.made.fingerprints, artefact) if self.current else ()
        like = next((data for data in stand if preflight.is_like(artefact.data, data)), None)
        if like is not None:
            self.made.likes[artefact.path] = like
            return
        names, foot = preflight.places(publication), publication.look.foot(artefact.paper)
        begun = self.readings.begin(slot(artefact), artefact, bound.shown, self.crew, idle=idle, names=names, foot=foot)
        self.made.readings[artefact.path] = begun

    def _finish_without_paper(self, issuer: Issuer, issue: Issue, bound: Callable[[], Bound]) -> None:
        """Make the picture of the cover and the EPUB, once for all papers. A recipient's name is not on the cover."""
        publication, edition, brand = issue.publication, issue.publication.edition, issue.publication.brand
        as_file, as_epub = not self.request.formats and not brand.recipient, self.request.wants(edition, "epub")
        if as_file or as_epub:
            with self.watch.time("cover"):
                picture = self.pictures.picture(publication, issuer.first(issue), lambda: bound().pdf)
        if as_file:
            self._add(publication, ("png", edition.id, ""), picture, 1)
        if as_epub:
            self.say(Step("write", 0, 1, f"{edition.id}{brand.suffix}"))
            with self.watch.time("write"):
                self.texts.recall(edition.id, "reflow")
                self._add(publication, ("epub", edition.id, ""), issuer.epub(issue, picture, self.formulas.set), issuer.pages(issue))

    def _with_index(self, volume: Volume, printed: list[Printed]) -> list[Printed]:
        """Lay out the index with the folios of all that stands before it, and put it in its place."""
        publication = volume.publication
        place = next((n for n, s in enumerate(publication.sections) if s.kind == "index"), None)
        if place is None or not publication.index:
            return printed
        landed = Landed(printed, self.labels["cover"])
        rendition = render.render_section(publication, publication.sections[place], "paged", self.formulas.set, landed)
        index = self.printer.lay_out([(volume, sheet) for sheet in render.sheets(rendition)])
        before = {section.id for section in publication.sections[:place]}
        at = sum(item.signature.sections[0][0] in before for item in printed)
        return [*printed[:at], *index, *printed[at:]]

    def _add(self, publication: Publication, of: Slot, data: bytes, pages: int) -> Artefact:
        (form, _, paper), edition, brand = of, publication.edition, publication.brand
        artefact = Artefact(
            name=f"{publication.stem}{SUFFIXES[form].format(paper=paper)}", edition=edition.id, format=form, paper=paper,
            audience=edition.audience, title=f"{publication.title}: {edition.title}", data=data, pages=pages,
            questions=publication.questions, inputs=fingerprint(self.made.fingerprints[of], brand), team=brand.team,
            recipient=brand.recipient, traits=publication.look.traits(paper, publication.outline.lang) if form == "pdf" else None,
        )  # fmt: skip
        self.made.artefacts.append(artefact)
        return artefact


def _outgrown(publication: Publication, printed: Sequence[Printed]) -> bool:
    """Tell whether page numbers may need more digits than are kept; the index is still to come, hence the margin."""
    pages = sum(item.laid.facts.pages for item in printed)
    return pages + 5 + pages // 20 >= int(10**publication.digits)


def _filled(path: str, printed: Sequence[Printed]) -> Pages:
    """Count the body pages of a file, and the sparse ones among them."""
    fills = [fill for item in printed if item.signature.matter == "body" for fill in item.laid.facts.fill]
    return Pages(path, len(fills), sum(fill < FEW for fill in fills))
