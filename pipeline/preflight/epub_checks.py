"""Check a finished EPUB: its package, its links, its alternatives, its order against the publication, and what e-readers break."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from lxml import etree

from pipeline.diagnostics import Diagnostic
from pipeline.epub.reflow import words
from pipeline.formats import EPUB
from pipeline.preflight.epub_documents import HEADING, MATHML, SVG, Documents, Rules, style_faults, style_sheets
from pipeline.preflight.epub_reader import DC, EPUB_TYPE, OPF, XHTML, XHTML_TYPE, Container, parse, resolve
from pipeline.preflight.pdf_checks import branches
from pipeline.preflight.preflight_rules import fault
from pipeline.preflight.withheld import letters, title_letters
from pipeline.publication import Publication

LARGEST, HEAVY, WIDEST = 50_000_000, 300_000, 1600
"""Bytes of an EPUB, bytes of a document or a picture in it, and pixels of a picture's side, at most."""
PNG_SIZE = struct.Struct(">II")
CSS_REFERENCE = re.compile(r"(?:url\(|@import)\s*['\"]?((?!url\()[^'\");\s]+)")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
WRAPS = frozenset({"pre-wrap", "break-spaces"})


def check_file(path: str, container: Container, documents: Documents, size: int) -> Iterator[Diagnostic]:
    """Check what needs no publication."""
    yield from _packing(path, container, size)
    yield from _sizes(path, container)
    yield from _manifest(path, container)
    yield from _links(path, container, documents)
    yield from alternatives(path, container, documents)
    yield from _languages(path, container, documents)
    yield from _landmarks(path, container, documents)
    yield from (
        fault(f"{path}/{name}", "P311", message, "mend the template or style sheet") for name, message in _broken(container, documents)
    )


def check_against(path: str, container: Container, documents: Documents, publication: Publication) -> Iterator[Diagnostic]:
    """Check the nav document and the questions against the publication."""
    yield from _nav(path, container, publication)
    yield from questions(path, container, documents, publication)


def check_kindle(path: str, container: Container) -> Iterator[Diagnostic]:
    """Check that a file for Kindles holds nothing that Send to Kindle drops."""
    for name in container.pages:
        for element in parse(name, container.files[name]).iter(f"{MATHML}math", f"{SVG}svg"):
            yield fault(path, "P322", f"{name}:{element.sourceline}: there is a '{etree.QName(element).localname}'")
    yield from (fault(path, "P322", f"{item.name} is a drawing") for item in container.listed if item.media_type == "image/svg+xml")


def _packing(path: str, container: Container, size: int) -> Iterator[Diagnostic]:
    names = tuple(container.files)
    if names[0] != "mimetype" or "mimetype" not in container.stored or container.files["mimetype"] != EPUB.media_type.encode():
        yield fault(path, "P308", "'mimetype' is not the first file, stored as it is (OCF 3.3, 4.2.3)")
    for name in sorted(container.stored - {"mimetype"}):
        yield fault(path, "P308", f"{name} is not compressed")
    if size > LARGEST:
        yield fault(path, "P313", f"{size / 1e6:.0f} MB: over 50", "scale its pictures down")
    for meta in container.metadata.iter(f"{OPF}meta", f"{DC}*"):
        if not (meta.text or "").strip() and not meta.get("content"):
            yield fault(path, "P311", f"{container.package}:{meta.sourceline}: an empty metadata element")


def _sizes(path: str, container: Container) -> Iterator[Diagnostic]:
    """Check what makes small readers stall. They read the NCX in the place of a nav document that is no page of the book."""
    for item in container.listed:
        if "nav" in item.properties and item.id not in container.spine:
            continue
        data = container.files.get(item.name, b"")
        is_picture = item.media_type.startswith("image/")
        if len(data) > HEAVY and (is_picture or item.media_type == XHTML_TYPE):
            hint = "scale it down" if is_picture else "divide it into sections"
            yield fault(path, "P313", f"{item.name}: {len(data) / 1000:.0f} kB: over 300", hint)
        # PNG, third edition, 11.2.2: width and height stand first in the first chunk.
        if item.media_type == "image/png" and len(data) > 24 and max(PNG_SIZE.unpack_from(data, 16)) > WIDEST:
            yield fault(path, "P313", f"{item.name}: over {WIDEST} pixels a side", "scale it down")


def _manifest(path: str, container: Container) -> Iterator[Diagnostic]:
    listed = [item.name for item in container.listed]
    files = {name for name in container.files if not name.startswith("META-INF/")} - {"mimetype", container.package}
    yield from (fault(path, "P309", f"{name} is not listed in the EPUB manifest") for name in sorted(files - set(listed)))
    yield from (fault(path, "P309", f"{name} is listed and not there") for name in sorted(set(listed) - files))
    yield from (fault(path, "P309", f"{name} is listed twice") for name in sorted({name for name in listed if listed.count(name) > 1}))
    ids = {item.id for item in container.listed}
    yield from (fault(path, "P309", f"the spine names '{name}', which is not listed") for name in container.spine if name not in ids)
    if not container.nav:
        yield fault(path, "P309", "there is no nav document")


def _links(path: str, container: Container, documents: Documents) -> Iterator[Diagnostic]:
    """Check every reference of every document and style sheet."""
    ids = {name: frozenset(documents[name].ids) for name in container.documents}
    for name, line, reference, followed in _references(container, documents):
        where = f"{name}:{line}"
        if ADDRESS.match(reference) or reference.startswith("//"):
            if not followed:
                yield fault(path, "P310", f"{where}: '{reference}' is not in the EPUB", "put it into the book")
            elif not re.match(r"(https|mailto):", reference):
                yield fault(path, "P306", f"{where}: '{reference}' is no https or mailto address", "mend the address")
            continue
        file, fragment = resolve(name, reference)
        if file not in container.files or (fragment and fragment not in ids.get(file, ())):
            yield fault(path, "P306", f"{where}: '{reference}' leads nowhere")
        elif followed and reference.startswith("#"):
            yield fault(path, "P306", f"{where}: '{reference}' does not name its file, and fails where readers split or join files")


def _references(container: Container, documents: Documents) -> Iterator[tuple[str, int, str, bool]]:
    """Yield each reference with its file, its line, and whether a reader follows it or the file shows it."""
    for name in dict.fromkeys(item.name for item in container.listed if item.name in container.documents):
        yield from ((name, line, reference, followed) for line, reference, followed in documents[name].references)
    for item in container.listed:
        if item.media_type == "text/css" and item.name in container.files:
            text = container.files[item.name].decode("utf-8", "replace")
            for found in CSS_REFERENCE.finditer(text):
                yield item.name, text.count("\n", 0, found.start()) + 1, found[1].strip(), False


def alternatives(path: str, container: Container, documents: Documents) -> Iterator[Diagnostic]:
    """Check that every picture and formula is told in words."""
    for name in container.pages:
        for line, kind in documents[name].untold:
            yield fault(path, "P307", f"{name}:{line}: '{kind}' without text alternative", "write the missing 'alt'")


def _languages(path: str, container: Container, documents: Documents) -> Iterator[Diagnostic]:
    language = container.metadata.findtext(f"{DC}language", "")
    if not language or container.lang != language:
        yield fault(path, "P312", "the package does not name its language in 'dc:language' and 'xml:lang'")
    for name in container.pages:
        if any(said != language for said in documents[name].languages):
            yield fault(path, "P312", f"{name} does not name the language of the book")


def _landmarks(path: str, container: Container, documents: Documents) -> Iterator[Diagnostic]:
    """Readers open the contents at the landmark of that name."""
    root = container.tree(container.nav)
    navs = [nav for nav in root.iter(f"{XHTML}nav") if nav.get(EPUB_TYPE) == "landmarks"] if root is not None else []
    found = [resolve(container.nav, str(a.get("href")))[0] for nav in navs for a in nav.iter(f"{XHTML}a") if a.get(EPUB_TYPE) == "toc"]
    if not found:
        yield fault(path, "P303", "no landmark leads to the contents")
    for name in found:
        if name != container.nav and not (name in container.documents and documents[name].lists_contents):
            yield fault(path, "P303", f"the landmark of the contents leads to {name}")


def _nav(path: str, container: Container, publication: Publication) -> Iterator[Diagnostic]:
    root = container.tree(container.nav)
    toc = next((nav for nav in root.iter(f"{XHTML}nav") if nav.get(EPUB_TYPE) == "toc"), None) if root is not None else None
    if toc is None:
        yield fault(path, "P303", "there is no nav of type 'toc'")
    else:
        yield from contents(path, toc, publication)


def contents(path: str, toc: etree._Element, publication: Publication) -> Iterator[Diagnostic]:
    """Check a tree of links against the contents."""
    found = [(len(list(a.iterancestors(f"{XHTML}ol"))), letters(words(a))) for a in toc.iter(f"{XHTML}a")]
    wanted = [(depth, letters(e.section.shown_number), title_letters(e.section.title))
              for depth, e in branches(publication.toc)]  # fmt: skip
    for (depth, said), (wanted_depth, number, title) in zip(found, wanted, strict=False):
        if depth != wanted_depth or (title and said != number + title):
            yield fault(path, "P303", f"the nav document says '{said}' where the contents say '{number + title}'")
            return
    if len(found) != len(wanted):
        yield fault(path, "P303", f"the nav document has {len(found)} entries, the contents have {len(wanted)}")


def questions(path: str, container: Container, documents: Documents, publication: Publication) -> Iterator[Diagnostic]:
    """Check that every question is there, under its number and title, in order."""
    spine = enumerate(container.in_order())
    places = {name: (number, said) for number, file in spine for name, said in documents[file].headings.items()}
    last = -1
    for section in publication.sections:
        if not section.kind.is_numbered:
            continue
        what = f"{section.kind} {section.number}"
        file, said = places.get(f"{section.id}{HEADING}", (-1, None))
        if said is None:
            yield fault(path, "P302", f"{what} '{section.id}' is not in the file")
            continue
        if not said.endswith(title_letters(section.title)) or letters(section.number) not in said:
            yield fault(path, "P302", f"{what} is headed '{said}'")
        if file < last:
            yield fault(path, "P302", f"{what} stands before the one it follows")
        last = file


# What e-readers are known to break, in style sheets and markup


def _broken(container: Container, documents: Documents) -> Iterator[tuple[str, str]]:
    """Yield the file and what is wrong in it, for every style sheet and document."""
    sheets = style_sheets(container)
    for name, rules in sheets.items():
        yield from ((name, message) for message in style_faults(rules))
    together = [rule for rules in sheets.values() for rule in rules]
    yield from ((next(iter(sheets)), message) for message in _listing_faults(together) if sheets)
    for name in container.pages:
        yield from ((name, message) for message in documents[name].faults)


def _listing_faults(rules: Rules) -> Iterator[str]:
    """Listings wrap, hide nothing, and may break between pages."""
    pre: dict[str, str] = {}
    for selectors, declarations in rules:
        if "pre" in re.split(r"[\s,>+~]+", selectors):
            pre |= declarations
    if pre.get("white-space") not in WRAPS:
        yield "listings ('pre') do not wrap"
    if pre.get("overflow", "visible") != "visible" or pre.get("overflow-x", "visible") != "visible":
        yield "listings ('pre') scroll sideways or are cut"
    if "avoid" in (pre.get("page-break-inside"), pre.get("break-inside")):
        yield "listings ('pre') cannot break between pages"
