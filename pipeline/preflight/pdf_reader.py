"""Read a finished PDF: pages with their labels, words, links, fonts, and tags, and the outline.

Pages are many, and reading waits for nothing: a file is read in parts, each a run of pages.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline import theme
from pipeline.bindery import FOLIO_SIDE
from pipeline.preflight.pdf_operands import Looked, look
from pipeline.theme import Foot
from pipeline.work import Stage, thresholds

SHOWN = ("Figure", "Formula")
"""Structure types that need a text alternative (ISO 14289-1, 7.3 and 7.7)."""
Region = tuple[float, float, float, float]
"""Left, bottom, right, and top, in points."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link annotation: what it is printed over, and where it leads."""

    text: str
    page: int | None
    """Page that it leads to, counted from 0; None for an address, and for a link that leads nowhere."""
    place: tuple[float, float]
    """Point of that page."""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Font:
    """A font as a page names it, without the tag of its subset."""

    name: str
    embedded: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a reader finds it."""

    label: str
    text: str
    foot: str
    """What is printed below the text where the folio belongs."""
    stamp: str
    """What is printed beside the folio, or below it: whose copy it is."""
    links: tuple[Link, ...]
    fonts: frozenset[Font]
    alternatives: tuple[str, ...]
    """Text alternatives of its figures and formulas."""
    untold: tuple[str, ...]
    """Structure type of each figure and formula without one."""
    lists_contents: bool
    """Whether a table of contents is tagged on it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the outline; levels count from 1."""

    level: int
    title: str
    page: int | None


@dataclass(frozen=True)
class Paper:
    """A PDF as a reader finds it."""

    pages: tuple[Page, ...]
    outline: tuple[Line, ...]
    places: dict[str, int]
    """Pages of named destinations."""
    lang: str
    tagged: bool
    title: str


def read(
    source: bytes | Path,
    wanted: Callable[[int], Iterable[int]] = range,
    *,
    names: Iterable[str] | None = None,
    navigation: bool = True,
    foot: Foot | None = None,
) -> Paper:  # fmt: skip
    """Read a PDF, or the pages of it that are wanted, by their count. Raises pypdfium2.PdfiumError when it is none.

    Of the named destinations, those are looked up that ``names`` asks for, or all: in a large book that takes half a minute.
    ``foot`` says where folios stand; without it, where the package's own look has them. Without ``navigation``, outline and
    destinations are left out: where several read, one reader of them is enough.
    """
    foot = foot or theme.look().foot("a4")
    with closing(pypdfium2.PdfDocument(source)) as document:
        return Paper(
            pages=tuple(_page(document, number, foot) for number in wanted(len(document))),
            outline=tuple(_outline(document)) if navigation else (),
            places=dict(_places(document) if names is None else _looked_up(document, names)) if navigation else {},
            lang=_text(lambda buffer, size: raw.FPDFCatalog_GetLanguage(document, buffer, size)),
            tagged=bool(raw.FPDFCatalog_IsTagged(document)),
            title=str(document.get_metadata_value("Title")),
        )


def _page(document: Any, number: int, foot: Foot) -> Page:
    with closing(document[number]) as page, closing(page.get_textpage()) as words:
        folio, stamp = _regions(page, number, foot)
        kinds: set[str] = set()
        alternatives: list[str] = []
        untold: list[str] = []
        for kind, alternative in _tags(page):
            kinds.add(kind)
            if alternative:
                alternatives.append(alternative)
            elif kind in SHOWN:
                untold.append(kind)
        return Page(
            label=document.get_page_label(number),
            text=words.get_text_range(),
            foot=words.get_text_bounded(*folio).strip(),
            stamp=_one_line(words.get_text_bounded(*stamp)),
            links=tuple(_links(document, page, words)),
            fonts=frozenset(_fonts(page)),
            alternatives=tuple(alternatives),
            untold=tuple(untold),
            lists_contents="TOC" in kinds,
        )


def _links(document: Any, page: Any, words: Any) -> Iterator[Link]:
    position, link, rectangle = ctypes.c_int(0), raw.FPDF_LINK(), raw.FS_RECTF()
    while raw.FPDFLink_Enumerate(page, position, link):
        raw.FPDFLink_GetAnnotRect(link, rectangle)
        text = words.get_text_bounded(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        destination, action = raw.FPDFLink_GetDest(document, link), raw.FPDFLink_GetAction(link)
        if destination:
            yield Link(_one_line(text), _landing(document, destination), _point(destination))
        else:
            yield Link(_one_line(text), None, (0, 0), _address(document, action) if action else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _landing(document: Any, destination: Any) -> int | None:
    page = raw.FPDFDest_GetDestPageIndex(document, destination)
    return page if page >= 0 else None


def _point(destination: Any) -> tuple[float, float]:
    given = [ctypes.c_int(0) for _ in range(3)]
    x, y, zoom = ctypes.c_float(0), ctypes.c_float(0), ctypes.c_float(0)
    raw.FPDFDest_GetLocationInPage(destination, *given, x, y, zoom)
    return round(x.value, 1), round(y.value, 1)


def _address(document: Any, action: Any) -> str:
    size = raw.FPDFAction_GetURIPath(document, action, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(document, action, buffer, size)
    return buffer.value.decode("ascii", "replace")


def _fonts(page: Any) -> Iterator[Font]:
    seen: dict[int, Any] = {}
    for number in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, number)
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT:
            font = raw.FPDFTextObj_GetFont(item)
            seen.setdefault(ctypes.addressof(font.contents), font)
    for font in seen.values():
        buffer = ctypes.create_string_buffer(256)
        raw.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
        name = buffer.value.decode("utf-8", "replace")
        yield Font(name[7:] if name[6:7] == "+" else name, raw.FPDFFont_GetIsEmbedded(font) == 1)


def _tags(page: Any) -> Iterator[tuple[str, str]]:
    """Yield the type of every structure element of a page with its text alternative."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return
    try:
        waiting = [raw.FPDF_StructTree_GetChildAtIndex(tree, n) for n in range(raw.FPDF_StructTree_CountChildren(tree))]
        while waiting:
            element = waiting.pop()
            kind = _kind(element)
            yield kind, _alternative(element) if kind in SHOWN else ""
            kids = (raw.FPDF_StructElement_GetChildAtIndex(element, n) for n in range(raw.FPDF_StructElement_CountChildren(element)))
            waiting += [kid for kid in kids if kid]
    finally:
        raw.FPDF_StructTree_Close(tree)


def _kind(element: Any) -> str:
    return _text(lambda buffer, size: raw.FPDF_StructElement_GetType(element, buffer, size), 64)


def _alternative(element: Any) -> str:
    return _text(lambda buffer, size: raw.FPDF_StructElement_GetAltText(element, buffer, size))


def _text(ask: Callable[[Any, int], int], room: int = 0) -> str:
    """Ask for UTF-16LE text of a known or unknown size in bytes."""
    size = room or ask(None, 0)
    if size <= 0:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    ask(buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").split("\0")[0]


def _outline(document: Any) -> Iterator[Line]:
    for bookmark in document.get_toc(max_depth=15):
        destination = bookmark.get_dest()
        yield Line(bookmark.level + 1, bookmark.get_title(), destination.get_index() if destination else None)


def _places(document: Any) -> Iterator[tuple[str, int]]:
    for number in range(raw.FPDF_CountNamedDests(document)):
        size = ctypes.c_long(0)
        raw.FPDF_GetNamedDest(document, number, None, size)
        buffer = ctypes.create_string_buffer(max(size.value, 2))
        destination = raw.FPDF_GetNamedDest(document, number, buffer, size)
        page = _landing(document, destination) if destination else None
        if page is not None:
            yield buffer.raw.decode("utf-16-le", "replace").split("\0")[0], page


def _looked_up(document: Any, names: Iterable[str]) -> Iterator[tuple[str, int]]:
    for name in names:
        destination = raw.FPDF_GetNamedDestByName(document, name.encode())
        page = _landing(document, destination) if destination else None
        if page is not None:
            yield name, page


def _regions(page: Any, number: int, foot: Foot) -> tuple[Region, Region]:
    """Return where the folio of a page stands, and where the stamp of a copy."""
    left, bottom, right, _ = page.get_mediabox()
    quarter, top = (right - left) / 4, bottom + foot.height
    if foot.folio == "right":
        parting = right - FOLIO_SIDE
        return (parting, bottom, right, top), (left, bottom, parting, top)
    is_left = foot.folio == "left" or foot.folio == ("outside" if number % 2 else "inside")
    start = left + quarter if foot.folio == "center" else left if is_left else left + 2 * quarter
    line = bottom + foot.stamp
    return (start, line, start + 2 * quarter, top), (left, bottom, right, line)


# Parts


@dataclass(frozen=True, slots=True)
class Part:
    """A run of the pages of a PDF that are to be read, of so many runs."""

    path: str
    number: int
    count: int
    pages: int
    """How many pages are in it; 0 where the whole file has too few to be shared out."""
    names: tuple[str, ...] | None
    """Named destinations to be looked up; None for all."""
    known: frozenset[int]
    """Pages that need not be read, by their numbers from 0."""
    foot: Foot | None = None
    """Where folios stand; where nothing is said of it, as in the package's own look."""


def parts(path: str, pages: int, readers: int, names: tuple[str, ...] | None, known: Collection[int] = ()) -> tuple[Part, ...]:
    """Part a file of so many ``pages`` for some readers; those ``known`` are as they were when they were last read."""
    unread = pages - len(known)
    count = 1 if unread <= thresholds.PAGES_READ_HERE else max(readers, -(-unread // thresholds.PAGES_READ_AT_ONCE), 1)
    share = unread // count if unread > thresholds.PAGES_READ_HERE else 0
    return tuple(Part(path, number, count, share, names, frozenset(known)) for number in range(count))


def read_part(part: Part, source: bytes | Path) -> Paper | None:
    """Return the pages of a part; nothing when the file is no PDF. The first part has outline and destinations too."""

    def wanted(total: int) -> Sequence[int]:
        # Pages that stand together share objects, which are inflated once for all of them.
        unread = [page for page in range(total) if page not in part.known]
        return unread[len(unread) * part.number // part.count : len(unread) * (part.number + 1) // part.count]

    try:
        return read(source, wanted, names=part.names, navigation=part.number == 0, foot=part.foot)
    except pypdfium2.PdfiumError:
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a PDF: its pages, and what its content holds."""

    paper: Paper
    looked: Looked


def whole(data: bytes, read: Sequence[Paper | None], known: Mapping[int, Page], sound: frozenset[bytes] = frozenset()) -> Reading | None:
    """Return what was found in a file whose parts were read, with the pages that were known; nothing when it is no PDF.

    Content with a digest that is ``sound`` was looked into before.
    """
    found = [part for part in read if part is not None]
    if not found:
        return None
    pages = chain.from_iterable(part.pages for part in found)
    total = len(known) + sum(len(part.pages) for part in found)
    paper = replace(found[0], pages=tuple(known.get(number) or next(pages) for number in range(total)))
    return Reading(paper, look(data, sound))


READ: Stage[Part, Paper | None] = Stage("inspect", read_part, title=lambda part: part.path, weight=lambda part: part.pages)
"""Parts of a PDF, and the file that they share, become pages as a reader finds them."""
