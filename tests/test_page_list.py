"""The page list of an EPUB leads to where each page of the PDF begins: its marks stand before the same words."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import reading
from epubwork import FORMULA, QUESTION, fragment, rendition, written
from lxml import etree
from presswork import FONTS, signature
from pypdfium2 import raw

from pipeline.epub import Page
from pipeline.press import PICTURE, Begin, lay_out

STUDY = "study/harbor-watch-study-0.2.0"
NOT_BODY = {"/Note", "/Reference"}
"""Footnotes and their calls."""
PICTURES = {"/Figure", "/Formula"}
NOT_WORDS = re.compile(r"(?:, )?p\. \d+|\d+\.|\W*")
"""A printed page number, which a screen does not show, and the marker of a list."""
MARK = "//*[@role='doc-pagebreak'][@id='{}']"
SHOWN = "[picture]"
"""Stands for a figure or a formula among words."""


# What the PDF says


def marked_text(page: Any) -> dict[int, str]:
    """The text of each piece of marked content of a page."""
    found: dict[int, str] = {}
    with closing(page.get_textpage()) as words:
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            size = raw.FPDFTextObj_GetText(item, words, None, 0)
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFTextObj_GetText(item, words, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
            number = raw.FPDFPageObj_GetMarkedContentID(item)
            found[number] = found.get(number, "") + buffer.raw[: size - 2].decode("utf-16-le")
    return found


def content(node: Any, page: Any = None) -> Iterator[tuple[Any, int, bool]]:
    """Page, number, and whether it is a picture, of each piece of content below a structure element, in reading order."""
    kind, page = str(node.get("/S")), node.get("/Pg", page)
    kids = node.get("/K", ())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            yield page.objgen, kid, kind in PICTURES
        elif kid.get("/Type") == "/MCR":
            yield kid.get("/Pg", page).objgen, int(kid.MCID), kind in PICTURES
        elif "/S" in kid and str(kid.S) not in NOT_BODY:
            yield from content(kid, page)


def pieces(path: Path) -> list[list[str]]:
    """The text of each page piece by piece, in reading order, pictures named; heads, folios, and footnotes left out."""
    with closing(pypdfium2.PdfDocument(path)) as document:
        texts = [marked_text(document[number]) for number in range(len(document))]
    found: list[list[str]] = [[] for _ in texts]
    with pikepdf.open(path) as book:
        order = {page.obj.objgen: number for number, page in enumerate(book.pages)}
        for page, number, is_picture in content(book.Root.StructTreeRoot):
            found[order[page]].append(SHOWN if is_picture else texts[order[page]].get(number, ""))
    return found


def first_words(path: Path) -> dict[str, list[str]]:
    """What each page begins with; the rest of a word that began on the page before is not its first."""
    found, broken = {}, False
    for label, page in zip(reading.labels(path), pieces(path), strict=True):
        body = [piece for piece in page if not NOT_WORDS.fullmatch(piece.strip())]
        words = [word for word in " ".join(body).split() if any(map(str.isalnum, word))]
        found[label] = words[broken:][:3]
        broken = bool(body) and body[-1].rstrip().endswith(("-", "\u2010", "\ufffe", "\u00ad"))
    return found


# What the EPUB says


def after_mark(path: Path, file: str, name: str) -> list[str]:
    """The words that come after a mark, footnotes and what only a screen shows left out."""
    mark = reading.xpath(path, file, MARK.format(name))[0]
    said = "".join(_after(mark))
    return [word for word in said.split() if any(map(str.isalnum, word))][:3]


def _after(mark: etree._Element) -> Iterator[str]:
    yield mark.tail or ""
    for node in mark.itersiblings():
        yield from _said(node)
        yield node.tail or ""
    for above in mark.iterancestors():
        if above.get("role") in ("doc-noteref", "doc-footnote"):
            continue
        yield "" if etree.QName(above).localname in INLINE else " "
        yield above.tail or ""
        for node in above.itersiblings():
            yield from _said(node)
            yield node.tail or ""


INLINE = ("a", "b", "code", "em", "i", "span", "strong", "sub", "sup", "dfn")
SCREEN = {"question-word", "counterpart", "index-note", "footnotes"}


def _said(node: etree._Element) -> Iterator[str]:
    if not isinstance(node.tag, str) or node.get("role") == "doc-noteref" or node.get("aria-hidden") == "true":
        return
    if SCREEN & set(node.get("class", "").split()):
        return
    name = etree.QName(node).localname
    if name in ("math", "svg", "img"):
        yield f" {SHOWN} "
        return
    yield "" if name in INLINE else " "
    yield node.text or ""
    for child in node:
        yield from _said(child)
        yield child.tail or ""
    yield "" if name in INLINE else " "


def page_list(path: Path) -> list[tuple[str, str]]:
    """Label and reference of each entry of the page list."""
    return [(a.text, a.get("href")) for a in reading.xpath(path, "nav.xhtml", "//h:nav[@epub:type='page-list']//h:a")]


def misplaced(pdf: Path, book: Path) -> list[str]:
    """The pages whose mark does not stand before their first words."""
    printed, wrong = first_words(pdf), []
    for label, target in page_list(book):
        file, _, name = target.partition("#")
        there = after_mark(book, file, name)
        if reading.letters(printed[label][0] if printed[label] else "") != reading.letters(there[0] if there else ""):
            wrong.append(f"{label}: page begins {printed[label]}, mark before {there} in {file}")
    return wrong
