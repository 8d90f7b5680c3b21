"""Read a finished PDF: pages with their labels, words, links, fonts, and tags, and the outline."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline import theme
from pipeline.preflight.feet import regions
from pipeline.theme import Foot

SHOWN = ("Figure", "Formula")
"""Structure types that need a text alternative (ISO 14289-1, 7.3 and 7.7)."""


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
        folio, stamp = regions(page, number, foot)
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
