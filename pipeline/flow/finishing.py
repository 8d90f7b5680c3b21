"""Finish what was printed: each copy of a volume as PDF, and once for all papers the EPUB and the picture of the cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pipeline.bindery import Shown
from pipeline.flow.binding import Binding, Bound
from pipeline.flow.copies import fingerprint, standing
from pipeline.flow.request import Pages, Request, Slot
from pipeline.flow.screens import WRITE, Screen, picture, screen
from pipeline.flow.volumes import filled
from pipeline.formats import COVER, EPUB, FORMATS, PDF
from pipeline.model import Book
from pipeline.publication import Publication
from pipeline.release import Artefact, Release
from pipeline.render import Rendition
from pipeline.work import Results, Work


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
    alike = tuple(standing(current, book, digests, artefact)) if current and form == PDF.name else ()
    return Finished(artefact, publication, file.shown, alike)


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
                pages, (pdf, shown) = binding.count(issue), bound[0][number]
                file = File(issue.publication, (PDF.name, edition.id, paper), pdf, pages, shown, pagination=binding.landed(issue).digest)
                found.append(replace(file, filled=filled(f"{edition.id}/{file.name}", binding.printed)))
            found += extras.get(number, ())
    return found


def _without_paper(
    work: Work, request: Request, binding: Binding, rendition: Rendition | None, bound: Results[list[Bound]]
) -> Mapping[int, list[File]]:
    """Return the picture of the cover and the EPUB of each copy. A recipient's name is not on the cover."""
    edition, shared = binding.volume.publication.edition, dict[tuple[int, ...], Screen]()
    found, writings = dict[int, list[File]](), []
    for number, issue in enumerate(binding.issues):
        as_file = not request.formats and not issue.publication.brand.recipient
        if not as_file and rendition is None:
            continue
        with work.time("cover"):
            image = picture(binding, issue, partial(_pdf, bound, number))
        found[number] = [File(issue.publication, (COVER.name, edition.id, ""), image, 1)] if as_file else []
        if rendition is not None:
            with work.time("write"):
                if issue.counts not in shared:
                    shared[issue.counts] = screen(binding, issue, rendition)
            writings.append((number, (shared[issue.counts], issue.publication, image)))
    for (number, (_, publication, _)), data in zip(writings, work.map(WRITE, [each for _, each in writings]), strict=True):
        issue = binding.issues[number]
        file = File(publication, (EPUB.name, edition.id, ""), data, binding.count(issue), pagination=binding.landed(issue).digest)
        found[number].append(file)
    return found


def _pdf(bound: Results[list[Bound]], number: int) -> bytes:
    return bound[0][number].pdf
