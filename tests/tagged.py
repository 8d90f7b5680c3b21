"""A tagged PDF as it is drawn: its structure elements, and what each shows on which page."""

from __future__ import annotations

import ctypes
import io
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

KEPT = ("/Alt", "/Lang", "/E", "/ActualText")
KINDS = {raw.FPDF_PAGEOBJ_TEXT: "text", raw.FPDF_PAGEOBJ_PATH: "path", raw.FPDF_PAGEOBJ_IMAGE: "image"}
DRAWINGS = [raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE]


@dataclass(frozen=True)
class Piece:
    """Something drawn: text with its face, size, and color, or a path or an image; its box is in points."""

    page: int
    mcid: int
    kind: str
    left: float
    bottom: float
    right: float
    top: float
    text: str = ""
    font: str = ""
    size: float = 0.0
    base: float = 0.0
    """Height of the baseline."""
    color: tuple[int, int, int] = (0, 0, 0)
    stroked: bool = False


@dataclass
class Element:
    """A structure element: its type, what it says of itself, and what is in it, in order: elements, or page and MCID."""

    kind: str
    said: dict[str, str] = field(default_factory=dict)
    kids: list[Element | tuple[int, int]] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()

    def content(self, *, apart: tuple[str, ...] = ()) -> Iterator[tuple[int, int]]:
        """Page and MCID of all that it shows, elements of some types apart."""
        for kid in self.kids:
            if not isinstance(kid, Element):
                yield kid
            elif kid.kind not in apart:
                yield from kid.content(apart=apart)


@dataclass(frozen=True)
class Drawn:
    """A file: the size of its pages, its pieces, and its structure."""

    sizes: tuple[tuple[float, float], ...]
    pieces: tuple[tuple[Piece, ...], ...]
    root: Element
    shown: dict[tuple[int, int], list[Piece]]

    def of(self, element: Element, *, apart: tuple[str, ...] = ()) -> list[Piece]:
        return [piece for place in element.content(apart=apart) for piece in self.shown.get(place, ())]

    def text(self, element: Element) -> str:
        return "".join(piece.text for piece in self.of(element))


def drawn(pdf: bytes) -> Drawn:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        sizes = tuple(document.get_page_size(number) for number in range(len(document)))
        found = tuple(tuple(pieces(document, number)) for number in range(len(document)))
    shown = defaultdict(list)
    for page in found:
        for piece in page:
            shown[piece.page, piece.mcid].append(piece)
    return Drawn(sizes, found, _structure(pdf), dict(shown))


def pieces(document: pypdfium2.PdfDocument, number: int, *, text: bool = True) -> Iterator[Piece]:
    """All that is drawn on a page, in order; forms are opened."""
    with closing(document[number]) as page, closing(page.get_textpage()) as words:
        for item in page.get_objects(None if text else DRAWINGS, textpage=words, max_depth=4):
            kind = KINDS.get(item.type)
            said = item.extract() if kind == "text" else ""
            if kind and (kind != "text" or said.strip()):
                yield _piece(item, number, kind, said)


def _piece(item: Any, number: int, kind: str, text: str) -> Piece:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
    color = red.value, green.value, blue.value
    mcid = raw.FPDFPageObj_GetMarkedContentID(item)
    if kind != "text":
        mode, stroke = ctypes.c_int(), ctypes.c_int()
        stroked = kind == "path" and bool(raw.FPDFPath_GetDrawMode(item, mode, stroke)) and bool(stroke.value) and not mode.value
        return Piece(number, mcid, kind, *box(item), color=color, stroked=stroked)
    matrix = item.get_matrix().multiply(_placed(item))
    size = round(abs(item.get_font_size() * matrix.d), 2)
    return Piece(number, mcid, kind, *box(item), text, item.get_font().get_base_name(), size, round(matrix.f, 2), color)


def box(item: pypdfium2.PdfObject) -> tuple[float, float, float, float]:
    """Where something stands on its page, also within drawings: its left, lower, right, and upper edge, in points."""
    left, bottom, right, top = _placed(item).on_rect(*item.get_bounds())
    return left, bottom, right, top


def _placed(item: pypdfium2.PdfObject) -> pypdfium2.PdfMatrix:
    """Return what leads from the drawing that something is in to the page."""
    matrix = pypdfium2.PdfMatrix()
    while item.container:
        item = item.container
        matrix = matrix.multiply(item.get_matrix())
    return matrix


def _structure(pdf: bytes) -> Element:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        pages = {page.obj.objgen: number for number, page in enumerate(file.pages)}
        root = file.Root.get("/StructTreeRoot")
        return _element(root.K[0], pages) if root is not None else Element("Document")


def _element(node: Any, pages: dict[Any, int]) -> Element:
    element = Element(str(node.S)[1:], dict(_said(node)))
    own = node.get("/Pg")
    for kid in _several(node.get("/K")):
        if isinstance(kid, int):
            element.kids.append((pages[own.objgen], kid))
        elif kid.get("/Type") == "/MCR":
            element.kids.append((pages[kid.get("/Pg", own).objgen], int(kid.MCID)))
        elif kid.get("/Type") == "/OBJR":
            element.kids.append(Element("OBJR"))
        else:
            element.kids.append(_element(kid, pages))
    return element


def _several(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, pikepdf.Array) else [value]


def _said(node: Any) -> Iterator[tuple[str, str]]:
    for key in KEPT:
        if key in node:
            yield key[1:], str(node[key])
    for owner in _several(node.get("/A")):
        for key, value in owner.items():
            rounded = " ".join(f"{float(side):.1f}" for side in value) if isinstance(value, pikepdf.Array) else str(value)
            yield key[1:], rounded


def lines(file: Drawn) -> list[str]:
    """The structure, a line for each element and each run of text, white space left out of texts."""
    return list(_lines(file, file.root, ""))


def _lines(file: Drawn, element: Element, indent: str) -> Iterator[str]:
    yield indent + " ".join([element.kind, *(f"{key}={value}" for key, value in element.said.items())])
    text = ""
    for kid in element.kids:
        if isinstance(kid, Element):
            yield from _words(indent, text)
            yield from _lines(file, kid, indent + " ")
            text = ""
        else:
            text += "".join("".join(piece.text.split()) or f"({piece.kind})" for piece in file.shown.get(kid, ()))
    yield from _words(indent, text)


def _words(indent: str, text: str) -> Iterator[str]:
    if text:
        yield f'{indent} "{text}"'
