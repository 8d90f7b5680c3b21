"""Check a finished edition in HTML: that it asks for nothing, its links, its alternatives, and its order against the publication."""

from __future__ import annotations

import posixpath
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from pipeline.diagnostics import Diagnostic
from pipeline.preflight.epub_checks import CSS_REFERENCE, LARGEST, alternatives, contents, questions
from pipeline.preflight.epub_documents import XLINK_HREF, Documents
from pipeline.preflight.epub_reader import XHTML, XHTML_TYPE, Container, Listed, parse
from pipeline.preflight.preflight_rules import fault
from pipeline.publication import Publication

HELD = re.compile(rb"data:([a-z]+/[a-z0-9.+-]+);base64,([A-Za-z0-9+/=]*)")
"""A file that the page holds (RFC 2397)."""
SUFFIXES = {"image/svg+xml": ".svg", "image/png": ".png", "image/jpeg": ".jpg", "font/woff2": ".woff2"}
QUIET = "default-src 'none'"
LOUD = frozenset({"audio", "base", "button", "embed", "form", "iframe", "input", "object", "script", "select", "textarea", "video"})
OUTWARD = re.compile(r"https://|mailto:")
EMPTY = "data:,"


def read(path: str, data: bytes) -> Container:
    """Read a page and the files that it holds as one reads an EPUB. Raises Damaged for one that is not well-formed."""
    name, held = posixpath.basename(path), dict[str, tuple[str, bytes]]()

    def unpacked(found: re.Match[bytes]) -> bytes:
        kind = found[1].decode()
        inner = f"held-{len(held)}{SUFFIXES.get(kind, '')}"
        held[inner] = kind, b64decode(found[2])
        return inner.encode()

    text = HELD.sub(unpacked, data)
    files = {name: text, **{inner: each for inner, (_, each) in held.items()}}
    listed = (Listed("page", name, XHTML_TYPE, ()), *(Listed(inner, inner, kind, ()) for inner, (kind, _) in held.items()))
    documents = frozenset(inner for inner in files if inner == name or inner.endswith(".svg"))
    return Container(files, frozenset(), name, etree.Element("metadata"), parse(name, text).get("lang", ""), listed, ("page",), documents)


def check_file(path: str, page: Container, documents: Documents, size: int) -> Iterator[Diagnostic]:
    """Check what needs no publication."""
    if size > LARGEST:
        yield fault(path, "P313", f"{size / 1e6:.0f} MB: over 50", "scale its pictures down")
    root = parse(page.package, page.files[page.package])
    yield from (fault(path, "P321", message) for message in _loud(root))
    yield from _shown(path, page)
    yield from _followed(path, root)
    yield from alternatives(path, page, documents)


def check_against(path: str, page: Container, documents: Documents, publication: Publication) -> Iterator[Diagnostic]:
    """Check language, contents, and questions against the publication."""
    root = parse(page.package, page.files[page.package])
    if page.lang != publication.outline.lang:
        yield fault(path, "P312", "the page does not name the language of the book")
    toc = next((nav for nav in root.iter(f"{XHTML}nav") if nav.get("role") == "doc-toc"), None)
    if toc is None:
        yield fault(path, "P303", "there are no contents")
    else:
        yield from contents(path, toc, publication)
    yield from questions(path, page, documents, publication)


def _loud(root: etree._Element) -> Iterator[str]:
    """Yield what a page to read has no need of, and what it lacks."""
    policies = [str(meta.get("content")) for meta in root.iter(f"{XHTML}meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    if len(policies) != 1 or not policies[0].startswith(QUIET):
        yield "browsers are not told to refuse what the page does not hold"
    for element in root.iter(etree.Element):
        if etree.QName(element).localname in LOUD:
            yield f"line {element.sourceline}: there is a '{etree.QName(element).localname}'"
        yield from (f"line {element.sourceline}: '{name}' runs a script" for name in map(str, element.keys()) if name.startswith("on"))
    titles = sum(1 for _ in root.iter(f"{XHTML}h1"))
    if titles != 1:
        yield f"there are {titles} headings of the first level"
    counted = Counter(str(each.get("id")) for each in root.iter(etree.Element) if each.get("id"))
    yield from (f"the id '{name}' is there {count} times" for name, count in counted.items() if count > 1)
    if not root.get("lang") or root.get("dir") not in ("ltr", "rtl"):
        yield "the page does not say its language and direction"


def _shown(path: str, page: Container) -> Iterator[Diagnostic]:
    """Check that whatever is shown is held."""
    for name in sorted(page.documents):
        for element in parse(name, page.files[name]).iter(etree.Element):
            for key in ("src", "href", "srcset", "poster", XLINK_HREF):
                said = element.get(key)
                if said is None or element.tag == f"{XHTML}a" or said in page.files or said == EMPTY or str(said).startswith("#"):
                    continue
                yield fault(path, "P310", f"{name}:{element.sourceline}: '{said}' is not in the file", "put it into the book")
            styles = (element.get("style", ""), element.text or "" if etree.QName(element).localname == "style" else "")
            for found in CSS_REFERENCE.finditer("\n".join(map(str, styles))):
                if found[1] not in page.files and not found[1].startswith("#"):
                    yield fault(path, "P310", f"{name}:{element.sourceline}: '{found[1]}' is not in the file", "put it into the book")


def _followed(path: str, root: etree._Element) -> Iterator[Diagnostic]:
    """Check where links lead: to a place in the page, or to an address."""
    there = {f"#{element.get('id')}" for element in root.iter(etree.Element) if element.get("id")}
    for link in root.iter(f"{XHTML}a"):
        said = str(link.get("href", ""))
        if said not in there and not OUTWARD.match(said):
            yield fault(path, "P306", f"line {link.sourceline}: '{said}' leads nowhere")
