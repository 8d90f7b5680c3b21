"""A book rendered without pages, and what a reader finds in it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from lxml import etree

from pipeline.publication import Locator, Publication

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # importing ziamath 0.13, which carries a font, warns
    from pipeline.render import Rendition, render

XHTML, OPS = "http://www.w3.org/1999/xhtml", "http://www.idpf.org/2007/ops"
NAMES = {"h": XHTML, "epub": OPS}


class OnePageEach:
    """Folios of a book whose sections take one page each, in one signature; pages are counted from 0, folios from 1."""

    def __init__(self, publication: Publication) -> None:
        self.ids = [section.id for section in publication.sections]

    def page(self, target: str) -> int | None:
        holders = [name for name in self.ids if target == name or target.startswith(f"{name}-")]
        return self.ids.index(max(holders, key=len)) if holders else None

    def digits(self, place: Locator) -> int:
        return len(str(len(self.ids)))

    def label(self, target: str) -> str:
        return str((self.page(target) or 0) + 1)


def rendered(publication: Publication, medium: str = "paged") -> Rendition:
    return render(publication, medium, OnePageEach(publication))


def sections(rendition: Rendition) -> dict[str, etree._Element]:
    """Every section by its id, as a tree without its neighbors."""
    found = {}
    for fragment in rendition.fragments:
        wrapped = etree.fromstring(f'<body xmlns="{XHTML}" xmlns:epub="{OPS}">{fragment.xhtml}</body>')
        found[fragment.section.id] = wrapped[0]
    return found


def xpath(element: etree._Element, expression: str) -> list:
    return element.xpath(expression, namespaces=NAMES)


def words(element: etree._Element) -> str:
    """What an element says, on one line."""
    return " ".join("".join(element.itertext()).split())


def said(rendition: Rendition) -> str:
    """All that a rendition says, on one line; a formula is one sign."""
    return " ".join(" ".join(_pieces(section) for section in sections(rendition).values()).split())


def _pieces(element: etree._Element) -> str:
    return "".join(_texts(element))


def _texts(element: etree._Element) -> Iterator[str]:
    if element.tag == f"{{{XHTML}}}img":
        yield "¤" if element.get("role") == "math" else ""
    elif element.tag == f"{{{XHTML}}}br":
        yield "\n"
    elif etree.QName(element).localname != "svg":
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""
