"""Look into each text of an EPUB: what is found is remembered under its bytes, so that after an edit only what has changed is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree

from pipeline.epub.reflow import words
from pipeline.preflight.epub_reader import XHTML, XML_LANG, Container, parse
from pipeline.preflight.internal_keys import Keys, standing_in
from pipeline.preflight.withheld import SCREEN_TEXTS, TEXTS, letters, said_in
from pipeline.work.cache import Shelf, digest

HEADING = "-title"
"""How the id of a heading ends, after that of its section."""
MATHML, SVG = "{http://www.w3.org/1998/Math/MathML}", "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLOCK = re.compile(r"([^{}]*)\{([^{}]*)\}")
COLORED = frozenset({"color", "background", "background-color", "-webkit-text-fill-color"})
NO_COLOR = frozenset({"currentcolor", "inherit", "initial", "none", "transparent", "unset"})
BOXES = ("flex", "grid")
CLASS = re.compile(r"\.([\w-]+)")
Rules = list[tuple[str, dict[str, str]]]


class Document(NamedTuple):
    """What is found in a text of an EPUB, in the shape it is remembered in; of one that is no XML, only what it says."""

    words: str
    """The letters of what it says without its markup."""
    everything: str
    """Those of what it says with its markup, attributes, and comments."""
    keys: list[str]
    """Internal keys that stand in it."""
    references: list[tuple[int, str, bool]]
    """Each reference: its line, where it leads, and whether a reader follows it or the file shows it."""
    ids: list[str]
    headings: dict[str, str]
    """The letters of headings by their ids."""
    untold: list[tuple[int, str]]
    """Line and kind of pictures and formulas without a text alternative."""
    languages: list[str | None]
    lists_contents: bool
    faults: list[str]
    """What e-readers are known to break."""


Documents = Mapping[str, Document]
"""What is found in the texts of an EPUB, by name."""


def look(container: Container, keys: Keys | None, shelf: Shelf | None) -> Documents:
    """Look into every text: for ``keys`` and for what it says too, where there are any to be looked for.

    Raises Damaged for a document that is not well-formed. ``shelf`` has what is remembered.
    """
    padded = _padded_classes([rule for rules in style_sheets(container).values() for rule in rules])
    asked = digest(sorted(padded), None if keys is None else sorted(keys.items()))
    found = {}
    for name, data in container.files.items():
        is_xml, is_text, is_screen = name in container.documents, name.endswith(TEXTS), name.endswith(SCREEN_TEXTS)
        if not is_xml and not is_text:
            continue

        def seen(name: str = name, data: bytes = data) -> list[Any]:
            text = keys is not None and name.endswith(TEXTS)
            return [
                *(said_in(data) if text else ("", "")),
                list(standing_in(data, keys or {})) if text and name.endswith(SCREEN_TEXTS) else [],
                *(_in_tree(parse(name, data), padded) if name in container.documents else ([], [], {}, [], [], False, [])),
            ]

        parts = hashlib.sha256(data).hexdigest(), is_xml, is_text, is_screen, asked
        found[name] = Document(*(shelf.remembered(seen, parts) if shelf else seen()))
    return found


def _in_tree(root: etree._Element, padded: frozenset[str]) -> tuple[Any, ...]:
    """Return what is found in the tree of a document, in the order of ``Document``."""
    named = {str(element.get("id")): element for element in root.iter(etree.Element) if element.get("id")}
    return (
        list(_references(root)), list(named), {name: letters(words(e)) for name, e in named.items() if name.endswith(HEADING)},
        list(_untold(root)), [root.get(XML_LANG), root.get("lang")],
        any(nav.get("role") == "doc-toc" for nav in root.iter(f"{XHTML}nav")), list(_markup_faults(root, padded)),
    )  # fmt: skip


def _references(root: etree._Element) -> Iterator[tuple[int, str, bool]]:
    for element in root.iter(etree.Element):
        for key in ("href", "src", XLINK_HREF):
            if (reference := element.get(key)) is not None:
                yield int(str(element.sourceline or 0)), str(reference), element.tag == f"{XHTML}a"


def _untold(root: etree._Element) -> Iterator[tuple[int, str]]:
    for element in root.iter(f"{XHTML}img", f"{MATHML}math", f"{SVG}svg"):
        if not _is_told(element):
            yield int(str(element.sourceline or 0)), etree.QName(element).localname


def _is_told(element: etree._Element) -> bool:
    """Tell whether a picture or a formula has a text alternative, or is hidden from those who need one."""
    if element.get("aria-hidden") == "true" or any(parent.get("aria-hidden") == "true" for parent in element.iterancestors()):
        return True
    told = element.get("alt") or element.get("alttext") or element.get("aria-label") or element.findtext(f"{SVG}title")
    return bool((told or "").strip())


# What e-readers are known to break, in style sheets and markup


def style_sheets(container: Container) -> dict[str, Rules]:
    """Return the innermost rules of every style sheet: selectors, and declarations in lower case."""
    names = [item.name for item in container.listed if item.media_type == "text/css" and item.name in container.files]
    return {name: _parse_css(container.files[name].decode("utf-8", "replace")) for name in names}


def _parse_css(text: str) -> Rules:
    return [(selectors.strip(), _declarations(body)) for selectors, body in BLOCK.findall(COMMENT.sub("", text))]


def _declarations(body: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in body.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, colon, value in pairs if colon}


def style_faults(rules: Rules) -> Iterator[str]:
    """Yield what is wrong with rules."""
    for selectors, declarations in rules:
        for name, value in declarations.items():
            if name.startswith("--") or "var(" in value:
                yield f"'{selectors}' uses a CSS variable"
            if name == "display" and any(box in value for box in BOXES):
                yield f"'{selectors}' is laid out with display: {value}"
            if name in COLORED and value.split()[0].removesuffix("!important") not in NO_COLOR:
                yield f"'{selectors}' has a fixed color, {name}: {value}"


def _padded_classes(rules: Rules) -> frozenset[str]:
    """Return the classes whose rules add padding."""
    padded = (selectors for selectors, declarations in rules if any(name.startswith("padding") for name in declarations))
    subjects = (part.split()[-1] for selectors in padded for part in selectors.split(",") if part.strip())
    return frozenset(name for subject in subjects for name in CLASS.findall(subject))


def _markup_faults(root: etree._Element, padded: frozenset[str]) -> Iterator[str]:
    for element in root.iter(etree.Element):
        style, line, tag = str(element.get("style", "")), element.sourceline, str(element.tag)
        if style and tag.startswith(XHTML):
            own = [(tag.removeprefix(XHTML), _declarations(style))]
            yield from (f"line {line}: {message}" for message in style_faults(own))
        if element.tag == f"{XHTML}details":
            yield f"line {line}: 'details' cannot be opened on some readers"
        elif element.tag in (f"{XHTML}ol", f"{XHTML}ul") and len(element) == 0:
            yield f"line {line}: an empty list"
        elif _is_empty_span(element) and ("padding" in style or padded & set(str(element.get("class", "")).split())):
            # Kobo crashes on it: https://github.com/gutenbergtools/ebookmaker/issues/286
            yield f"line {line}: padding on a span without words"


def _is_empty_span(element: etree._Element) -> bool:
    return element.tag == f"{XHTML}span" and len(element) == 0 and not (element.text or "").strip()
