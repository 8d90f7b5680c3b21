"""Finish what was printed, and publish it.

Each copy of a volume becomes a PDF, and once for all papers the EPUB and the picture of the cover. What was made meets the
release that stands: whether it would be made again, what is taken over, and the report beside it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pypdfium2

from pipeline import brand as branding
from pipeline import epub, preflight, release, render, web_edition
from pipeline.bindery import Shown
from pipeline.diagnostics import BookError
from pipeline.flow import page_traces
from pipeline.flow.binding import Binding, Bound, Issue, numbered
from pipeline.flow.inputs import fingerprint, is_fresh, moment, slots_of, versions
from pipeline.flow.request import Pages, Relaid, Request, Slot, slot
from pipeline.flow.volumes import RENDER, filled, own_sections
from pipeline.formats import COVER, EPUB, FORMATS, HTML, KINDLE, PDF, SCREENS
from pipeline.load import raster
from pipeline.model import Book
from pipeline.publication import Publication
from pipeline.release import Artefact, BookFacts, Carried, Colophon, Published, Release
from pipeline.render import Rendition
from pipeline.work import Results, Stage, Work, cache
from pipeline.work.store import key

COVER_HEIGHT = 1600
"""Pixels: the most that reading systems take without scaling (and 1.6 to 1.4 of the height in width)."""
COVER_COLORS = (64, 16, 4)
REPORT = "build"
"""Name of the report."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A publication for screens: rendered, its files, and the pages of the printed guide in them."""

    rendition: Rendition
    spine: tuple[epub.File, ...]
    pages: tuple[epub.Page, ...]
    drawings: epub.Drawings
    """Its formulas as they are drawn on paper, where they become pictures."""


Writing = tuple[str, Screen, Publication, bytes]
"""A format, what copies share, whose copy is to be written, and the picture of its cover."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that was made: what it is, its bytes, and what is known of its pages."""

    publication: Publication
    slot: Slot
    data: bytes
    pages: int
    shown: Shown = ()
    """Of a plain PDF, digests of what is on its pages."""
    filled: Pages | None = None
    pagination: str = ""
    """Digest of where its places were printed."""

    @property
    def name(self) -> str:
        """Name of the file."""
        return f"{self.publication.stem}{FORMATS[self.slot[0]].suffix.format(paper=self.slot[2])}"


@dataclass(frozen=True)
class Finished:
    """An artefact, and what gate 2 is to know of it."""

    artefact: Artefact
    publication: Publication
    shown: Shown = ()
    standing: Sequence[bytes] = ()
    """Of a copy, files that stand and differ from it by their recipient alone: they were inspected before."""


@dataclass(frozen=True)
class Made:
    """What a build has made, and what it has found out meanwhile."""

    finished: Sequence[Finished]
    fingerprints: Mapping[Slot, str]
    """Digest of what each artefact depends on, of editions that were asked for or stand in the release."""
    pages: tuple[Pages, ...]
    laid_out: tuple[Relaid, ...]
    publications: Mapping[str, Publication] = field(default_factory=dict)
    """The editions that were asked for or stand in the release, by id."""
    folios: Mapping[tuple[str, str], page_traces.Folios] = field(default_factory=dict)
    """Where the parts of questions were printed, by edition and paper."""


def finished_file(file: File, digests: Mapping[Slot, str], book: Book, current: Release | None) -> Finished:
    """Return the artefact that a file is, and the files of the release that stands that gate 2 may read it beside."""
    publication, (form, _, paper) = file.publication, file.slot
    edition, brand = publication.edition, publication.brand
    artefact = Artefact(
        name=file.name, edition=edition.id, format=form, paper=paper, audience=edition.audience,
        title=f"{publication.title}: {edition.title}", data=file.data, pages=file.pages, questions=publication.questions,
        inputs=fingerprint(digests[file.slot], brand), team=brand.team, recipient=brand.recipient,
        traits=publication.look.traits(paper, publication.outline.lang) if form == PDF.name else None,
        pagination=file.pagination,
    )  # fmt: skip
    alike = tuple(_alike(current, book, digests, artefact)) if current and form == PDF.name else ()
    return Finished(artefact, publication, file.shown, alike)


def _alike(current: Release, book: Book, plain: Mapping[Slot, str], artefact: Artefact) -> Iterator[bytes]:
    """Give the files that stand, as fresh as a copy, which differ from it by their recipient alone."""
    for old in current.artefacts if artefact.recipient else ():
        if (slot(old), old.team or "") == (slot(artefact), artefact.team) and old.recipient and is_fresh(old, book, plain):
            yield release.data(current, old)


def render_screens(work: Work, publications: Sequence[Publication], request: Request) -> Mapping[str, Rendition]:
    """Return what is asked for on screens, by edition: all but the index, which waits for folios."""
    found = {}
    for publication in publications:
        if any(request.wants(publication.edition, form) for form in SCREENS):
            sections = [section for section in publication.sections if not section.kind.needs_folios]
            fragments = work.map(RENDER, [(publication, section, "reflow", None) for section in sections])
            found[publication.edition.id] = Rendition(publication, "reflow", tuple(fragments))
    return found


def finish(
    work: Work, request: Request, bindings: Sequence[Binding], pdfs: Sequence[Results[list[Bound]]], screens: Mapping[str, Rendition]
) -> list[File]:
    """Return every file that is asked for; what has no paper is made while workers bind."""
    found = []
    for binding, bound in zip(bindings, pdfs, strict=True):
        edition, paper = binding.volume.publication.edition, binding.volume.paper
        extras = _without_paper(work, request, binding, screens.get(edition.id), bound) if paper == edition.papers[0] else {}
        for number, issue in enumerate(binding.issues):
            if request.wants(edition, PDF.name, paper):
                pdf, shown = bound[0][number]
                file = _file(binding, issue, (PDF.name, edition.id, paper), pdf)
                found.append(replace(file, shown=shown, filled=filled(f"{edition.id}/{file.name}", binding.printed)))
            found += extras.get(number, ())
    return found


def _without_paper(
    work: Work, request: Request, binding: Binding, rendition: Rendition | None, bound: Results[list[Bound]]
) -> Mapping[int, list[File]]:
    """Return the picture of the cover and the files for screens of each copy. A recipient's name is not on the cover."""
    edition, shared = binding.volume.publication.edition, dict[tuple[int, ...], Screen]()
    found, writings = dict[int, list[File]](), list[tuple[int, Writing]]()
    formats = [form for form in SCREENS if request.wants(edition, form)]
    for number, issue in enumerate(binding.issues):
        as_file = not request.formats and not issue.publication.brand.recipient
        if not as_file and rendition is None:
            continue
        with work.time("cover"):
            image = picture(binding, number, bound)
        found[number] = [File(issue.publication, (COVER.name, edition.id, ""), image, 1)] if as_file else []
        if rendition is not None:
            with work.time("write"):
                if issue.counts not in shared:
                    shared[issue.counts] = screen(binding, issue, rendition, formats)
            writings += ((number, (form, shared[issue.counts], issue.publication, image)) for form in formats)
    for (number, (form, *_)), data in zip(writings, work.map(WRITE, [writing for _, writing in writings]), strict=True):
        found[number].append(_file(binding, binding.issues[number], (form, edition.id, ""), data))
    return found


def _file(binding: Binding, issue: Issue, slot: Slot, data: bytes) -> File:
    """Return a file that has the pages of a copy."""
    return File(issue.publication, slot, data, binding.count(issue), pagination=binding.landed[issue.counts].digest)


def screen(binding: Binding, issue: Issue, rendition: Rendition, formats: Sequence[str]) -> Screen:
    """Return the files of a volume for screens, ready for these formats, marked where the pages of a copy of it begin."""
    landed = binding.landed[issue.counts]
    whole, pages = render.with_index(rendition, landed), numbered(binding.whole(issue), landed)
    return Screen(whole, epub.files(whole, pages), pages, epub.drawings(rendition.publication) if KINDLE.name in formats else {})


def picture(binding: Binding, number: int, bound: Results[list[Bound]]) -> bytes:
    """Draw the first page of a copy, or recall it: covers change more seldom than what is between them."""
    issue = binding.issues[number]
    first = binding.whole(issue)[0]
    if first.signature.matter != "cover":
        return drawn(bound[0][number].pdf)  # it may bear page numbers, which the signature does not know
    parts = first.laid.pdf, first.signature.fonts, issue.publication.brand.accent
    return cache.remembered(lambda: drawn(bound[0][number].pdf), "picture", *parts)


def drawn(pdf: bytes, height: int = COVER_HEIGHT) -> bytes:
    """Return the first page as PNG, ``height`` pixels high or as high as readers can bear; the same bytes for the same PDF."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0]
        image = page.render(scale=height / page.get_height()).to_pil().convert("RGB")
    # A palette keeps the file small; the cover is flat color and thin lines, a great many of which take a smaller one.
    for colors in COVER_COLORS:
        image.quantize(colors, dither=0).save(buffer := io.BytesIO(), "PNG", optimize=True)
        if buffer.tell() <= raster.HEAVY:
            return buffer.getvalue()
    return drawn(pdf, height * 4 // 5)


def _write(writing: Writing) -> bytes:
    """Write a file of a copy."""
    form, shared, publication, image = writing
    return WRITERS[form](shared if publication.brand.is_plain else _own(shared, publication), image)


def _own(shared: Screen, publication: Publication) -> Screen:
    """Return what copies share with the sections that a copy has to itself."""
    sections = own_sections(publication, "reflow")
    own = Rendition(publication, "reflow", tuple(render.render_section(publication, section, "reflow") for section in sections))
    files = {file.name: file for file in epub.files(own, shared.pages, shared.spine)}
    fragments = {fragment.section.id: fragment for fragment in own.fragments}
    whole = tuple(fragments.get(fragment.section.id, fragment) for fragment in shared.rendition.fragments)
    rendition = replace(shared.rendition, publication=publication, fragments=whole)
    return replace(shared, rendition=rendition, spine=tuple(files.get(file.name, file) for file in shared.spine))


def _epub(screen: Screen, cover: bytes) -> bytes:
    return epub.write(screen.rendition, cover=cover, pages=screen.pages, spine=screen.spine)


def _kindle(screen: Screen, cover: bytes) -> bytes:
    return epub.write_for_kindle(screen.rendition, screen.drawings, cover=cover, pages=screen.pages, spine=screen.spine)


def _html(screen: Screen, _cover: bytes) -> bytes:
    return web_edition.write(screen.rendition, screen.spine)


WRITERS: Mapping[str, Callable[[Screen, bytes], bytes]] = {EPUB.name: _epub, KINDLE.name: _kindle, HTML.name: _html}
"""Who writes each format for screens, given the picture of the cover as well; `CHECKS` in `pipeline/preflight` reads them again."""
WRITE: Stage[Writing, bytes] = Stage("write", _write, title=lambda writing: writing[2].edition.id + writing[2].brand.suffix)


def stands(current: Release, inputs: str, request: Request) -> bool:
    """Tell whether the release that stands is whole and fresh, and what is asked for would make it again."""
    if request.strict or request.explain:
        return False
    complete = current.inputs == inputs and set(request.editions) <= {a.edition for a in current.artefacts} and _holds(current, request)
    repeated = request.partial and current.inputs == _partial_inputs(inputs, request)
    return (complete or repeated) and not release.verify(current)


def _holds(current: Release, request: Request) -> bool:
    """Tell whether a whole release holds, fresh, the copies asked for: one of each plain file that the request would make."""
    held = {(slot(a), a.team or "", a.recipient or "") for a in current.artefacts if not a.stale}
    plain = [each for each, team, recipient in held if not (team or recipient) and _asked(each, request)]
    return not request.branded or all((each, request.team, name) in held for each in plain for name in _recipients(request))


def _asked(of: Slot, request: Request) -> bool:
    (name, edition, paper), form = of, FORMATS[of[0]]
    wanted = (not request.editions or edition in request.editions) and (not request.formats or name in request.formats)
    on_paper = paper in request.papers or not request.papers or (not form.has_papers and bool(request.formats))
    return wanted and form.is_chosen and on_paper


def _recipients(request: Request) -> tuple[str, ...]:
    return tuple(branding.one_line(name) for name in request.recipients) or ("",)


def _partial_inputs(inputs: str, request: Request) -> str:
    """Digest the inputs of a release that does not hold every file, or holds stale ones."""
    return key("partial", inputs, sorted(request.editions), sorted(request.formats), sorted(request.papers), request.team,
               sorted(_recipients(request)))  # fmt: skip


def publish(request: Request, book: Book, made: Made, inputs: str, current: Release | None) -> Release:
    """Publish what was made together with what the last release holds beside it."""
    outline, artefacts = book.outline, [each.artefact for each in made.finished]
    carried = tuple(_carried(current, artefacts, made.fingerprints, book)) if current is not None else ()
    plain: list[Artefact | Published] = [*artefacts, *(c.artefact for c in carried if not c.stale)]
    covers = {each.path: each.data for each in artefacts if each.format == COVER.name}
    covers |= {c.artefact.path: release.data(c.release, c.artefact) for c in carried if c.artefact.format == COVER.name}
    rows = release.listing(artefacts, carried)
    facts = BookFacts(outline.id, outline.title, outline.version, outline.date.isoformat())
    traces = page_traces.kept(rows, made.folios, made.publications, current)
    cache.keep()  # what was digested of texts, for the next build
    offer = release.offer(book, rows, covers, moment(outline.date), page_traces.since(book, facts, traces))
    if faults := preflight.inspect_offer(offer, rows):
        raise BookError(*faults)
    whole = {each for edition in book.editions.values() for each in slots_of(edition)}
    complete = {slot(a) for a in plain if not (a.team or a.recipient)} == whole
    written = traces.written() if traces is not None else None
    colophon = Colophon(facts, inputs if complete else _partial_inputs(inputs, request), versions(), written)
    return release.publish(request.output, artefacts, colophon, carried, offer)


def _carried(current: Release, made: Sequence[Artefact], fingerprints: Mapping[Slot, str], book: Book) -> Iterator[Carried]:
    """Give the files of the last release that this build did not make but the book still asks for.

    Copies are among them, as long as the book has their team: a build makes those only that it is asked for.
    """
    new = {(slot(a), a.team, a.recipient) for a in made}
    for old in current.artefacts:
        of, team = slot(old), old.team or ""
        if (of, team, old.recipient or "") not in new and of in fingerprints and (not team or team in book.teams):
            yield Carried(current, old, not is_fresh(old, book, fingerprints))


def write_report(output: Path, pages: Sequence[Pages], seconds: Mapping[str, float], published: Release) -> tuple[str, ...]:
    """Write ``reports/build.json``; files that were carried over keep their rows. Gives warnings."""
    new = {each.path: {name: n for name, n in asdict(each).items() if name != "path"} for each in pages}
    rows = {**last_rows(output), **new}
    standing = {artefact.path for artefact in published.artefacts}
    facts = {
        "release": published.digest,
        "artefacts": {path: row for path, row in sorted(rows.items()) if path in standing},
        "stages": {stage: round(seconds, 2) for stage, seconds in seconds.items()},
    }
    return release.report(output, REPORT, facts)


def last_rows(output: Path) -> dict[str, Any]:
    """Give the rows of the last report, by the paths of files; none where no build has written it."""
    facts = release.last_report(output, REPORT)
    rows = facts.get("artefacts") if isinstance(facts, dict) else None
    return rows if isinstance(rows, dict) else {}
