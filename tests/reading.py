"""What a reader sees: pages, outline, and links of a PDF; entries, toc, and documents of an EPUB."""

from __future__ import annotations

import contextlib
import functools
import unicodedata
import zipfile
from pathlib import Path

import pypdfium2
from lxml import etree

from pipeline import theme
from pipeline.preflight import pdf_checks, pdf_reader
from pipeline.preflight.pdf_reader import Page, Paper

NAMESPACES = {
    "h": "http://www.w3.org/1999/xhtml", "m": "http://www.w3.org/1998/Math/MathML", "svg": "http://www.w3.org/2000/svg",
    "epub": "http://www.idpf.org/2007/ops", "opf": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
}  # fmt: skip
HEAD = 775.0
"""Height above which no text stands but the running head, where pages are laid out, which is A4 for Letter too."""


@functools.cache
def pdf(path: Path) -> Paper:
    return pdf_reader.read(path.read_bytes(), foot=theme.look().foot("letter" if path.stem.endswith("letter") else "a4"))


@functools.cache
def page_texts(path: Path) -> list[str]:
    """The words of each page, in order, its lines apart; words hyphenated at a line's end are joined."""
    return [page.text.replace("\ufffe", "").replace("\r\n", "\n") for page in pdf(path).pages]


@functools.cache
def labels(path: Path) -> list[str]:
    return [page.label for page in pdf(path).pages]


@functools.cache
def folios(path: Path) -> list[str]:
    """The number printed at the foot of each page, or nothing."""
    return [page.foot for page in pdf(path).pages]


@functools.cache
def running_heads(path: Path) -> list[str]:
    """What is printed above the text of each page."""
    found = []
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        for number in range(len(document)):
            with contextlib.closing(document[number]) as page, contextlib.closing(page.get_textpage()) as text:
                left, _, right, top = page.get_mediabox()
                found.append(" ".join(text.get_text_bounded(left, HEAD, right, top).split()))
    return found


def outline(path: Path) -> list[tuple[int, str, str]]:
    """Level, title, and page label of each line of the outline."""
    read = pdf(path)
    return [(line.level, line.title, read.pages[line.page].label if line.page is not None else "") for line in read.outline]


def links(path: Path, page: int) -> list[tuple[str, str]]:
    """What each link on a page says, and the label of the page that it leads to, or its address."""
    read = pdf(path)
    whole = pdf_checks.whole_links(read.pages[page], pdf_checks.forms(read, theme.look().traits("a4", "en").references))
    return [(link.text, read.pages[link.page].label if link.page is not None else link.address) for link in whole]


def page_of(path: Path, section: str) -> int:
    """The page, from 0, that a section begins on."""
    return pdf(path).places[section]


def pages_of(path: Path, section: str, after: str | None) -> list[Page]:
    """The pages from a section up to the one after it."""
    read = pdf(path)
    end = read.places[after] if after else len(read.pages)
    return list(read.pages[read.places[section] : end])


@functools.cache
def entries(path: Path) -> list[str]:
    """The files of an EPUB, in the order packed."""
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@functools.cache
def document(path: Path, file: str) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(file))


def xpath(path: Path, file: str, expression: str) -> list:
    """What an XPath expression finds in a file of an EPUB; prefixes are h, m, svg, epub, opf, dc, ncx."""
    name = file if file in entries(path) else f"EPUB/{file}"
    return document(path, name).xpath(expression, namespaces=NAMESPACES)


@functools.cache
def spine(path: Path) -> list[str]:
    """The files of an EPUB in reading order."""
    names = {item.get("id"): item.get("href") for item in xpath(path, "content.opf", "//opf:item")}
    return [names[reference] for reference in xpath(path, "content.opf", "//opf:itemref/@idref")]


def nav(path: Path) -> list[tuple[int, str, str]]:
    """Level, title, and reference of each entry of the nav document's toc."""
    found = xpath(path, "nav.xhtml", "//h:nav[@epub:type='toc']//h:a")
    return [(len(list(a.iterancestors(f"{{{NAMESPACES['h']}}}ol"))), words(a), a.get("href")) for a in found]


def words(element: etree._Element) -> str:
    """What an element says, on one line."""
    return " ".join("".join(element.itertext()).split())


@functools.lru_cache(maxsize=65_536)
def letters(text: str) -> str:
    """Letters and digits only: the same text compares equal whatever it is set in."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
