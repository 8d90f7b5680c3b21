"""Read and write XHTML as a tree: names, ids, words, and bytes that every reader parses."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

XHTML = "http://www.w3.org/1999/xhtml"
MATHML = "http://www.w3.org/1998/Math/MathML"
SVG = "http://www.w3.org/2000/svg"
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
PROLOGUE = b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'


def parse(text: str) -> etree._Element:
    """Read a whole document. Raises etree.XMLSyntaxError when it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(text.encode(), parser)


def serialize(root: etree._Element) -> bytes:
    """Return a document as bytes; an element that may hold something keeps its end tag even when it is empty."""
    for element in elements(root):
        name = etree.QName(element)
        if name.namespace == XHTML and name.localname not in VOID and len(element) == 0 and element.text is None:
            # Kindle's converter reads XHTML as HTML: there <i/> is never closed.
            element.text = ""
    return PROLOGUE + etree.tostring(root, encoding="utf-8") + b"\n"


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Yield every element, without comments."""
    return root.iter(etree.Element)


def ids(root: etree._Element) -> tuple[str, ...]:
    """Return the ids of a document, in order."""
    return tuple(str(element.get("id")) for element in elements(root) if element.get("id"))


def holds(root: etree._Element, namespace: str, name: str) -> bool:
    """Say whether an element of this name stands in the document."""
    return next(root.iter(f"{{{namespace}}}{name}"), None) is not None


def words(element: etree._Element, without: str = "", *, without_formulas: bool = False) -> str:
    """Return what an element says, on one line, without parts of one class; a formula says its text alternative."""
    return " ".join("".join(_words(element, without, without_formulas)).split())


def _words(element: etree._Element, without: str, without_formulas: bool) -> Iterator[str]:
    if element.tag == f"{{{MATHML}}}math":
        yield "" if without_formulas else str(element.get("alttext", ""))
        return
    yield element.text or ""
    for child in element.iterchildren(etree.Element):
        if not without or without not in str(child.get("class", "")).split():
            yield from _words(child, without, without_formulas)
        yield child.tail or ""
