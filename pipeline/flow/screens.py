"""Make what is for screens: the EPUB, with the page list of the printed guide, and the picture of the cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import cover, epub, render
from pipeline.flow.binding import Binding, Issue, numbered
from pipeline.flow.copies import own_sections
from pipeline.flow.request import Request
from pipeline.flow.volumes import RENDER
from pipeline.formats import EPUB
from pipeline.publication import Publication
from pipeline.render import Rendition
from pipeline.work import Stage, Work, cache


@dataclass(frozen=True, slots=True)
class Screen:
    """A publication for screens: rendered, its files, and the pages of the printed guide in them."""

    rendition: Rendition
    spine: tuple[epub.File, ...]
    pages: tuple[epub.Page, ...]


def render_screens(work: Work, publications: Sequence[Publication], request: Request) -> Mapping[str, Rendition]:
    """Return what is asked for on screens, by edition: all but the index, which waits for folios."""
    found = {}
    for publication in publications:
        if request.wants(publication.edition, EPUB.name):
            sections = [section for section in publication.sections if not section.kind.needs_folios]
            fragments = work.map(RENDER, [(publication, section, "reflow", None) for section in sections])
            found[publication.edition.id] = Rendition(publication, "reflow", tuple(fragments))
    return found


def screen(binding: Binding, issue: Issue, rendition: Rendition) -> Screen:
    """Return the files of a volume for screens, marked where the pages of a copy of it begin."""
    landed = binding.landed(issue)
    whole, pages = render.with_index(rendition, landed), numbered(binding.whole(issue), landed)
    return Screen(whole, epub.files(whole, pages), pages)


def picture(binding: Binding, issue: Issue, pdf: Callable[[], bytes]) -> bytes:
    """Draw the first page of a guide, or recall it: covers change more seldom than what is between them."""
    first = binding.whole(issue)[0]
    if first.signature.matter != "cover":
        return cover.picture(pdf())  # it may bear page numbers, which the signature does not know
    return cache.remembered(lambda: cover.picture(pdf()), "picture", first.laid.pdf, issue.publication.brand.accent)


Writing = tuple[Screen, Publication, bytes]
"""What copies share, whose copy is to be written, and the picture of its cover."""


def write(writing: Writing) -> bytes:
    """Write the EPUB of a copy."""
    shared, publication, image = writing
    if publication.brand.is_plain:
        return epub.write(shared.rendition, cover=image, pages=shared.pages, spine=shared.spine)
    sections = own_sections(publication, "reflow")
    own = Rendition(publication, "reflow", tuple(render.render_section(publication, section, "reflow") for section in sections))
    files = {file.name: file for file in epub.files(own, shared.pages, shared.spine)}
    fragments = {fragment.section.id: fragment for fragment in own.fragments}
    whole = tuple(fragments.get(fragment.section.id, fragment) for fragment in shared.rendition.fragments)
    rendition = replace(shared.rendition, publication=publication, fragments=whole)
    return epub.write(rendition, cover=image, pages=shared.pages, spine=tuple(files.get(file.name, file) for file in shared.spine))


WRITE: Stage[Writing, bytes] = Stage("write", write, title=lambda writing: writing[1].edition.id + writing[1].brand.suffix)
