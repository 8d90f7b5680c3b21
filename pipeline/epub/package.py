"""Gather all that a book's EPUB holds, in the order it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from pipeline.epub import navigation, typeface
from pipeline.epub.container import Item, seal
from pipeline.epub.files import COVER, IMAGES, NARROW, NAV, NCX, STYLE, File, files
from pipeline.epub.metadata import statements
from pipeline.epub.pages import Page
from pipeline.publication import Publication
from pipeline.render import Rendition
from pipeline.theme import MATH

XHTML_TYPE = "application/xhtml+xml"
MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


def write(rendition: Rendition, *, cover: bytes, pages: Sequence[Page] = (), spine: Sequence[File] | None = None) -> bytes:
    """Return a rendition for reflowable media as EPUB 3.3.

    ``cover`` is a PNG of at most 1600 pixels a side. ``pages`` are the numbered pages of the printed book, in order,
    for the page-list; without them there is none. ``spine`` are the rendition's files, where they are made already.
    Raises BookError for a link, a resource, or a section that is broken.
    """
    publication = rendition.publication
    spine = files(rendition, pages) if spine is None else spine
    listed = navigation.page_list(spine, pages)
    items = (*_texts(publication, spine, listed), *_looks(rendition, spine, cover))
    stated = statements(publication, spine, paged=bool(listed))
    return seal(publication.identifier, publication.outline.lang, publication.modified, stated, items)


def _texts(publication: Publication, spine: Sequence[File], pages: Sequence[navigation.Entry]) -> Iterator[Item]:
    yield Item(COVER, XHTML_TYPE, navigation.cover(publication), in_spine=True)
    # Where the book has contents of its own, readers that ignore 'hidden' (FBReader 0.12) need not see these lists.
    in_spine = not any(heading.section.kind.landmark == "toc" for file in spine for heading in file.headings)
    yield Item(NAV, XHTML_TYPE, navigation.nav(publication, spine, pages), ("nav",), in_spine=in_spine)
    for file in spine:
        yield Item(file.name, XHTML_TYPE, file.xhtml, file.properties, in_spine=True)
    yield Item(NCX, "application/x-dtbncx+xml", navigation.ncx(publication, navigation.toc(publication, spine)))


def _looks(rendition: Rendition, spine: Sequence[File], cover: bytes) -> Iterator[Item]:
    """Yield style sheets, font, cover, and the images that the files show."""
    needed = "".join(sorted(set("".join(file.characters for file in spine))))
    look = rendition.publication.look
    style = look.reflow()
    yield Item(STYLE, "text/css", ((typeface.RULE if needed else "") + style).encode())
    yield Item(NARROW, "text/css", look.narrow().encode())
    if needed:
        yield Item(typeface.FILE, "font/ttf", typeface.cut(needed, look.font(look.face(MATH))))
    yield Item(navigation.COVER_IMAGE, "image/png", cover, ("cover-image",))
    for name in sorted({name for file in spine for name in file.resources}):
        yield Item(IMAGES + name, MEDIA_TYPES[PurePosixPath(name).suffix], rendition.resources[name])
