"""Pack all that a book's EPUB holds: what it states of itself, and its files, in the order they are listed.

The container is packed with EbookLib, and sealed: the same files give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from typing import Any

import ebooklib
from ebooklib import epub

from pipeline.brand import Brand
from pipeline.diagnostics import ToolError
from pipeline.epub.kindle import Drawings, pictured
from pipeline.epub.printed_pages import Page
from pipeline.epub.reflow import FONT_FILE, FONT_RULE, cut, parse, serialize
from pipeline.epub.spine import (
    COVER,
    COVER_IMAGE,
    IMAGES,
    NARROW,
    NAV,
    NCX,
    STYLE,
    File,
    NavEntry,
    files,
    nav_document,
    ncx,
    page_list,
)
from pipeline.formats import EPUB, KINDLE
from pipeline.publication import Publication
from pipeline.render import Rendition, document
from pipeline.theme import MATH, language
from pipeline.theme.stylesheets import terse

if ebooklib.VERSION[:2] != (0, 20):
    raise ToolError("the EPUB is packed by EbookLib 0.20: run 'make' to install it")

XHTML_TYPE = "application/xhtml+xml"
MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
CERTIFIER = "guidepress"
"""Who says that a book without a publisher is accessible: who has looked into its files."""
CONFORMANCE = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
"""Exactly as EPUB Accessibility 1.1, section 4.3, wants it."""
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NCX_ID = "ncx"
"""EbookLib 0.20 writes spine toc="ncx" whatever the file is called."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP file can name."""
OPTIONS = {"epub3_pages": False, "epub3_landmark": False, "epub2_guide": False}
"""What EbookLib would make of our pages by itself, wrongly: see each file that we write instead."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the EPUB, as the EPUB manifest lists it."""

    name: str
    media_type: str
    data: bytes
    properties: tuple[str, ...] = ()
    in_spine: bool = False

    @property
    def id(self) -> str:
        """Id in the EPUB manifest."""
        return NCX_ID if self.media_type == "application/x-dtbncx+xml" else self.name.replace("/", "_").replace(".", "_")


@dataclass(frozen=True, slots=True)
class Statement:
    """One element of the package metadata: ``dc:<name>``, or ``meta`` with a property."""

    name: str
    value: str
    id: str = ""
    refines: str = ""
    scheme: str = ""
    dublin: bool = False


def write(rendition: Rendition, *, cover: bytes, pages: Sequence[Page] = (), spine: Sequence[File] | None = None) -> bytes:
    """Return a rendition for reflowable media as EPUB 3.3.

    ``cover`` is a PNG of at most 1600 pixels a side. ``pages`` are the numbered pages of the printed book, in order,
    for the page-list; without them there is none. ``spine`` are the rendition's files, where they are made already.
    Raises BookError for a link, a resource, or a section that is broken.
    """
    publication = rendition.publication
    spine = files(rendition, pages) if spine is None else spine
    listed = page_list(spine, pages)
    items = (*_texts(publication, spine, listed, publication.identifier), *_looks(rendition, spine, cover))
    stated = _statements(publication, spine, paged=bool(listed))
    return seal(publication.identifier, publication.outline.lang, publication.modified, stated, items)


def write_for_kindle(rendition: Rendition, drawn: Drawings, *, cover: bytes, pages: Sequence[Page], spine: Sequence[File]) -> bytes:
    """Return a rendition as an EPUB for Send to Kindle: with pictures for formulas and drawings, and few styles.

    ``drawn`` are the formulas that are drawn already; the rest is as for ``write``.
    """
    publication = rendition.publication
    files, pictures = pictured(rendition, spine, drawn)
    listed = page_list(files, pages)
    looks = (
        Item(STYLE, "text/css", terse(publication.look.reflow("kindle")).encode()),
        Item(COVER_IMAGE, "image/png", cover, ("cover-image",)),
        *(Item(IMAGES + name, MEDIA_TYPES[PurePosixPath(name).suffix], data) for name, data in sorted(pictures.items())),
    )
    stated = _statements(publication, files, paged=bool(listed))
    identifier = publication.identifier_of(KINDLE.name)
    items = (*_texts(publication, files, listed, identifier), *looks)
    return seal(identifier, publication.outline.lang, publication.modified, stated, items)


def _texts(publication: Publication, spine: Sequence[File], pages: Sequence[NavEntry], identifier: str) -> Iterator[Item]:
    yield Item(COVER, XHTML_TYPE, _cover_page(publication), in_spine=True)
    # Where the book has contents of its own, readers that ignore 'hidden' (FBReader 0.12) need not see these lists.
    in_spine = not any(heading.section.kind.landmark == "toc" for file in spine for heading in file.headings)
    yield Item(NAV, XHTML_TYPE, nav_document(publication, spine, pages), ("nav",), in_spine=in_spine)
    for file in spine:
        yield Item(file.name, XHTML_TYPE, file.xhtml, file.properties, in_spine=True)
    yield Item(NCX, "application/x-dtbncx+xml", ncx(publication, spine, identifier))


def _cover_page(publication: Publication) -> bytes:
    """Return the page that shows the cover."""
    labels = publication.look.labels(publication.outline.lang)
    form = labels["cover_alt_team"] if publication.brand.team else labels["cover_alt"]
    alt = form.format(title=publication.title, edition=publication.edition.title, team=publication.brand.name)
    body = f'<div class="cover-image" epub:type="cover"><img role="doc-cover" src="{COVER_IMAGE}" alt="{escape(alt)}"/></div>'
    return serialize(parse(document(publication, "reflow", labels["cover"], body, (STYLE,))))


def _looks(rendition: Rendition, spine: Sequence[File], cover: bytes) -> Iterator[Item]:
    """Yield style sheets, font, cover, and the images that the files show."""
    needed = "".join(sorted(set("".join(file.characters for file in spine))))
    look = rendition.publication.look
    style = look.reflow()
    yield Item(STYLE, "text/css", ((FONT_RULE if needed else "") + style).encode())
    yield Item(NARROW, "text/css", look.narrow().encode())
    if needed:
        yield Item(FONT_FILE, "font/ttf", cut(needed, look.font(look.face(MATH))))
    yield Item(COVER_IMAGE, "image/png", cover, ("cover-image",))
    for name in sorted({name for file in spine for name in file.resources}):
        yield Item(IMAGES + name, MEDIA_TYPES[PurePosixPath(name).suffix], rendition.resources[name])


# What the book states of itself: titles, people, dates, and what a reader with any sense or device can count on


def _statements(publication: Publication, spine: Sequence[File], *, paged: bool) -> tuple[Statement, ...]:
    """Return the metadata of a publication; ``paged`` says that the nav document has a page-list."""
    return (*_titles(publication), *_people(publication), *_facts(publication), *_access(publication, spine, paged))


def _titles(publication: Publication) -> Iterator[Statement]:
    titles = (
        ("main", publication.title),
        ("subtitle", publication.outline.subtitle or ""),
        ("edition", publication.edition.title),
    )
    for kind, title in titles:
        if title:
            yield Statement("title", title, id=f"title-{kind}", dublin=True)
            yield Statement("title-type", kind, refines=f"title-{kind}")


def _people(publication: Publication) -> Iterator[Statement]:
    for number, creator in enumerate(publication.outline.creators, start=1):
        yield Statement("creator", creator.name, id=f"creator-{number}", dublin=True)
        yield Statement("role", creator.role, refines=f"creator-{number}", scheme="marc:relators")


def _facts(publication: Publication) -> Iterator[Statement]:
    outline = publication.outline
    yield Statement("language", outline.lang, dublin=True)
    yield from (Statement("publisher", name, dublin=True) for name in (outline.publisher,) if name)
    yield from (Statement("date", day.isoformat(), dublin=True) for day in (outline.date,) if outline.is_dated)
    yield from (Statement("rights", words, dublin=True) for words in (outline.rights,) if words)
    yield from (Statement("description", words, dublin=True) for words in (outline.description,) if words)
    yield from (Statement("subject", subject, dublin=True) for subject in outline.subjects)
    yield from _copy(publication.brand)


def _copy(brand: Brand) -> Iterator[Statement]:
    """Say whose copy it is: the team issued it, the recipient is whom it is addressed to (MARC relators isb and rcp)."""
    for name, role, kind in ((brand.name, "isb", "team"), (brand.recipient, "rcp", "recipient")):
        if name:
            yield Statement("contributor", name, id=f"copy-{kind}", dublin=True)
            yield Statement("role", role, refines=f"copy-{kind}", scheme="marc:relators")
    if brand.recipient:
        yield Statement("dcterms:audience", brand.recipient)


def _access(publication: Publication, spine: Sequence[File], paged: bool) -> Iterator[Statement]:
    """Yield the accessibility metadata: a feature is claimed only where the files have it."""
    yield Statement("dcterms:conformsTo", CONFORMANCE, id="conformance")
    yield Statement("a11y:certifiedBy", publication.outline.publisher or CERTIFIER, refines="conformance")
    for mode in ("textual", "visual"):
        yield Statement("schema:accessMode", mode)
    for modes in ("textual", "textual,visual"):
        yield Statement("schema:accessModeSufficient", modes)
    for feature in _features(spine, paged):
        yield Statement("schema:accessibilityFeature", feature)
    yield Statement("schema:accessibilityHazard", "none")
    yield Statement("schema:accessibilitySummary", publication.look.labels(publication.outline.lang)["accessibility_summary"])
    if paged:
        # Without a prefix: EPUBCheck 5.3.0 knows no a11y:pageBreakSource (OPF-027).
        yield Statement("pageBreakSource", publication.identifier)


def _features(spine: Sequence[File], paged: bool) -> Iterator[str]:
    yield from ("alternativeText", "ARIA", "displayTransformability", "readingOrder", "structuralNavigation", "tableOfContents")
    if any("mathml" in file.properties for file in spine):
        yield from ("MathML", "describedMath")
    yield from dict.fromkeys(h.section.kind.feature for file in spine for h in file.headings if h.section.kind.feature)
    if paged:
        yield from ("pageBreakMarkers", "pageNavigation")
    yield "unlocked"


# The container


class _StableZip(zipfile.ZipFile):
    """A ZIP file without clock, owner, or platform in it."""

    def writestr(self, name: Any, data: Any, compress_type: int | None = None, compresslevel: int | None = None) -> None:
        info = zipfile.ZipInfo(name, date_time=EARLIEST)
        info.create_system, info.external_attr = 3, 0o100644 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if compress_type is None else compress_type
        super().writestr(info, data, compresslevel=compresslevel)


class _Writer(epub.EpubWriter):  # type: ignore[misc]  # EbookLib 0.20 has no type hints
    """EbookLib's writer, into memory, with what it cannot say."""

    def write(self) -> None:
        with _StableZip(self.file_name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as self.out:
            # OCF 3.3, section 4.2.3: first, and stored, so that its bytes stand at a known place.
            self.out.writestr("mimetype", EPUB.media_type, compress_type=zipfile.ZIP_STORED)
            self._write_container()
            self._write_opf()
            self._write_items()

    def _write_opf_file(self, root: Any) -> None:
        root.set(XML_LANG, self.book.language)
        # EbookLib declares a prefix that nothing here uses.
        del root.attrib["prefix"]
        super()._write_opf_file(root)


def seal(identifier: str, lang: str, modified: dt.datetime, statements: Sequence[Statement], items: Sequence[Item]) -> bytes:
    """Return an EPUB 3.3 of these files, its spine in the order given; its pages turn as the language runs."""
    book = epub.EpubBook()
    # A random identifier and a generator's name stand in it from the start.
    book.metadata.clear()
    book.set_identifier(identifier)
    book.language = lang
    book.direction = "rtl" if language(lang).is_mirrored else None
    for statement in statements:
        _state(book, statement)
    for item in items:
        _add(book, item)
    out = io.BytesIO()
    _Writer(out, book, OPTIONS | {"mtime": modified.astimezone(dt.UTC)}).write()
    return out.getvalue()


def _state(book: epub.EpubBook, statement: Statement) -> None:
    known = {"id": statement.id, "refines": f"#{statement.refines}" if statement.refines else "", "scheme": statement.scheme}
    attributes = {name: value for name, value in known.items() if value}
    if statement.dublin:
        book.add_metadata("DC", statement.name, statement.value, attributes)
    else:
        book.add_metadata(None, "meta", statement.value, {"property": statement.name, **attributes})


def _add(book: epub.EpubBook, item: Item) -> None:
    # EpubItem, never EpubHtml, which parses XHTML as HTML and drops what it does not know.
    packed = epub.EpubItem(uid=item.id, file_name=item.name, media_type=item.media_type, content=item.data)
    packed.properties = list(item.properties)
    book.add_item(packed)
    if item.in_spine:
        book.spine.append(packed)
    if "cover-image" in item.properties:
        # OPF 2: Kindle's converter and old Kobos look for the cover here.
        book.add_metadata(None, "meta", None, {"name": "cover", "content": item.id})
