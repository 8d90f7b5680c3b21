"""Check a finished EPUB: its package, its links, its alternatives, its order against the publication, and what e-readers break."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from pipeline.diagnostics import Diagnostic
from pipeline.epub.reflow import words
from pipeline.formats import EPUB
from pipeline.preflight.epub_reader import DC, EPUB_TYPE, OPF, XHTML, XHTML_TYPE, XML_LANG, Container, resolve
from pipeline.preflight.pdf_checks import branches
from pipeline.preflight.preflight_rules import fault
from pipeline.preflight.withheld import letters, title_letters
from pipeline.publication import Publication
from pipeline.work.thresholds import DOCUMENTS_KEPT_READ

LARGEST, HEAVY, WIDEST = 50_000_000, 300_000, 1600
"""Bytes of an EPUB, bytes of a document or a picture in it, and pixels of a picture's side, at most."""
PNG_SIZE = struct.Struct(">II")
MATHML, SVG = "{http://www.w3.org/1998/Math/MathML}", "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
CSS_REFERENCE = re.compile(r"(?:url\(|@import)\s*['\"]?((?!url\()[^'\");\s]+)")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLOCK = re.compile(r"([^{}]*)\{([^{}]*)\}")
COLORED = frozenset({"color", "background", "background-color", "-webkit-text-fill-color"})
NO_COLOR = frozenset({"currentcolor", "inherit", "initial", "none", "transparent", "unset"})
BOXES = ("flex", "grid")
CLASS = re.compile(r"\.([\w-]+)")
WRAPS = frozenset({"pre-wrap", "break-spaces"})
Rules = list[tuple[str, dict[str, str]]]


def check_file(path: str, container: Container, size: int) -> Iterator[Diagnostic]:
    """Check what needs no publication."""
    yield from _packing(path, container, size)
    yield from _sizes(path, container)
    yield from _manifest(path, container)
    yield from _links(path, container)
    yield from alternatives(path, container)
    yield from _languages(path, container)
    yield from _landmarks(path, container)
    yield from (fault(f"{path}/{name}", "P311", message, "mend the template or style sheet") for name, message in _broken(container))


def check_against(path: str, container: Container, publication: Publication) -> Iterator[Diagnostic]:
    """Check the nav document and the questions against the publication."""
    yield from _nav(path, container, publication)
    yield from questions(path, container, publication)


def check_kindle(path: str, container: Container) -> Iterator[Diagnostic]:
    """Check that a file for Kindles holds nothing that Send to Kindle drops."""
    for name, root in container.pages:
        for element in root.iter(f"{MATHML}math", f"{SVG}svg"):
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
    """Check what makes small readers stall."""
    for item in container.listed:
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


def _links(path: str, container: Container) -> Iterator[Diagnostic]:
    """Check every reference of every document and style sheet."""
    ids = {name: _ids(root) for name, root in container.documents.items()}
    for name, line, reference, followed in _references(container):
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


def _references(container: Container) -> Iterator[tuple[str, int, str, bool]]:
    """Yield each reference with its file, its line, and whether a reader follows it or the file shows it."""
    for name, root in container.documents.items():
        yield from ((name, *reference) for reference in _references_in(root))
    for item in container.listed:
        if item.media_type == "text/css" and item.name in container.files:
            text = container.files[item.name].decode("utf-8", "replace")
            for found in CSS_REFERENCE.finditer(text):
                yield item.name, text.count("\n", 0, found.start()) + 1, found[1].strip(), False


@lru_cache(maxsize=DOCUMENTS_KEPT_READ)
def _ids(root: etree._Element) -> frozenset[str]:
    return frozenset(str(e.get("id")) for e in root.iter(etree.Element) if e.get("id"))


@lru_cache(maxsize=DOCUMENTS_KEPT_READ)
def _references_in(root: etree._Element) -> tuple[tuple[int, str, bool], ...]:
    """Return each reference of a document: its line, where it leads, and whether a reader follows it."""
    return tuple(
        (int(str(element.sourceline or 0)), str(reference), element.tag == f"{XHTML}a")
        for element in root.iter(etree.Element)
        for key in ("href", "src", XLINK_HREF)
        if (reference := element.get(key)) is not None
    )


def alternatives(path: str, container: Container) -> Iterator[Diagnostic]:
    """Check that every picture and formula is told in words."""
    for name, root in container.pages:
        for element in root.iter(f"{XHTML}img", f"{MATHML}math", f"{SVG}svg"):
            if not _is_told(element):
                kind = etree.QName(element).localname
                yield fault(path, "P307", f"{name}:{element.sourceline}: '{kind}' without text alternative", "write the missing 'alt'")


def _is_told(element: etree._Element) -> bool:
    """Tell whether a picture or a formula has a text alternative, or is hidden from those who need one."""
    if element.get("aria-hidden") == "true" or any(parent.get("aria-hidden") == "true" for parent in element.iterancestors()):
        return True
    told = element.get("alt") or element.get("alttext") or element.get("aria-label") or element.findtext(f"{SVG}title")
    return bool((told or "").strip())


def _languages(path: str, container: Container) -> Iterator[Diagnostic]:
    language = container.metadata.findtext(f"{DC}language", "")
    if not language or container.lang != language:
        yield fault(path, "P312", "the package does not name its language in 'dc:language' and 'xml:lang'")
    for name, root in container.pages:
        if root.get(XML_LANG) != language or root.get("lang") != language:
            yield fault(path, "P312", f"{name} does not name the language of the book")


def _landmarks(path: str, container: Container) -> Iterator[Diagnostic]:
    """Readers open the contents at the landmark of that name."""
    root = container.documents.get(container.nav)
    navs = [nav for nav in root.iter(f"{XHTML}nav") if nav.get(EPUB_TYPE) == "landmarks"] if root is not None else []
    found = [resolve(container.nav, str(a.get("href")))[0] for nav in navs for a in nav.iter(f"{XHTML}a") if a.get(EPUB_TYPE) == "toc"]
    if not found:
        yield fault(path, "P303", "no landmark leads to the contents")
    yield from (fault(path, "P303", f"the landmark of the contents leads to {name}") for name in found if not _is_contents(container, name))


def _is_contents(container: Container, name: str) -> bool:
    root = container.documents.get(name)
    return name == container.nav or (root is not None and any(nav.get("role") == "doc-toc" for nav in root.iter(f"{XHTML}nav")))


def _nav(path: str, container: Container, publication: Publication) -> Iterator[Diagnostic]:
    root = container.documents.get(container.nav)
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


def questions(path: str, container: Container, publication: Publication) -> Iterator[Diagnostic]:
    """Check that every question is there, under its number and title, in order."""
    places = {str(e.get("id")): (n, e) for n, (_, root) in enumerate(container.in_order()) for e in root.iter(etree.Element) if e.get("id")}
    last = -1
    for section in publication.sections:
        if not section.kind.is_numbered:
            continue
        what = f"{section.kind} {section.number}"
        file, heading = places.get(f"{section.id}-title", (-1, None))
        if heading is None:
            yield fault(path, "P302", f"{what} '{section.id}' is not in the file")
            continue
        said = letters(words(heading))
        if not said.endswith(title_letters(section.title)) or letters(section.number) not in said:
            yield fault(path, "P302", f"{what} is headed '{said}'")
        if file < last:
            yield fault(path, "P302", f"{what} stands before the one it follows")
        last = file


# What e-readers are known to break, in style sheets and markup


def _broken(container: Container) -> Iterator[tuple[str, str]]:
    """Yield the file and what is wrong in it, for every style sheet and document."""
    names = [item.name for item in container.listed if item.media_type == "text/css" and item.name in container.files]
    sheets = {name: _parse_css(container.files[name].decode("utf-8", "replace")) for name in names}
    for name, rules in sheets.items():
        yield from ((name, message) for message in _style_faults(rules))
    together = [rule for rules in sheets.values() for rule in rules]
    yield from ((names[0], message) for message in _listing_faults(together) if names)
    padded = _padded_classes(together)
    for name, root in container.pages:
        yield from ((name, message) for message in _markup_faults_of(root, padded))


def _parse_css(text: str) -> Rules:
    """Return the innermost rules of a style sheet: selectors, and declarations in lower case."""
    return [(selectors.strip(), _declarations(body)) for selectors, body in BLOCK.findall(COMMENT.sub("", text))]


def _declarations(body: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in body.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, colon, value in pairs if colon}


def _style_faults(rules: Rules) -> Iterator[str]:
    for selectors, declarations in rules:
        for name, value in declarations.items():
            if name.startswith("--") or "var(" in value:
                yield f"'{selectors}' uses a CSS variable"
            if name == "display" and any(box in value for box in BOXES):
                yield f"'{selectors}' is laid out with display: {value}"
            if name in COLORED and value.split()[0].removesuffix("!important") not in NO_COLOR:
                yield f"'{selectors}' has a fixed color, {name}: {value}"


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


def _padded_classes(rules: Rules) -> frozenset[str]:
    """Return the classes whose rules add padding."""
    padded = (selectors for selectors, declarations in rules if any(name.startswith("padding") for name in declarations))
    subjects = (part.split()[-1] for selectors in padded for part in selectors.split(",") if part.strip())
    return frozenset(name for subject in subjects for name in CLASS.findall(subject))


@lru_cache(maxsize=DOCUMENTS_KEPT_READ)
def _markup_faults_of(root: etree._Element, padded: frozenset[str]) -> tuple[str, ...]:
    return tuple(_markup_faults(root, padded))


def _markup_faults(root: etree._Element, padded: frozenset[str]) -> Iterator[str]:
    for element in root.iter(etree.Element):
        style, line, tag = str(element.get("style", "")), element.sourceline, str(element.tag)
        if style and tag.startswith(XHTML):
            own = [(tag.removeprefix(XHTML), _declarations(style))]
            yield from (f"line {line}: {message}" for message in _style_faults(own))
        if element.tag == f"{XHTML}details":
            yield f"line {line}: 'details' cannot be opened on some readers"
        elif element.tag in (f"{XHTML}ol", f"{XHTML}ul") and len(element) == 0:
            yield f"line {line}: an empty list"
        elif _is_empty_span(element) and ("padding" in style or padded & set(str(element.get("class", "")).split())):
            # Kobo crashes on it: https://github.com/gutenbergtools/ebookmaker/issues/286
            yield f"line {line}: padding on a span without words"


def _is_empty_span(element: etree._Element) -> bool:
    return element.tag == f"{XHTML}span" and len(element) == 0 and not (element.text or "").strip()
