"""Check style sheets and markup for what e-readers are known to break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from pipeline.preflight.container import XHTML, Container
from pipeline.work.thresholds import DOCUMENTS_KEPT_READ

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLOCK = re.compile(r"([^{}]*)\{([^{}]*)\}")
COLORED = frozenset({"color", "background", "background-color", "-webkit-text-fill-color"})
NO_COLOR = frozenset({"currentcolor", "inherit", "initial", "none", "transparent", "unset"})
BOXES = ("flex", "grid")
CLASS = re.compile(r"\.([\w-]+)")
WRAPS = frozenset({"pre-wrap", "break-spaces"})
Rules = list[tuple[str, dict[str, str]]]


def faults(container: Container) -> Iterator[tuple[str, str]]:
    """Yield the file and what is wrong in it, for every style sheet and document."""
    names = [item.name for item in container.listed if item.media_type == "text/css" and item.name in container.files]
    sheets = {name: parse_css(container.files[name].decode("utf-8", "replace")) for name in names}
    for name, rules in sheets.items():
        yield from ((name, message) for message in _style_faults(rules))
    together = [rule for rules in sheets.values() for rule in rules]
    yield from ((names[0], message) for message in _listing_faults(together) if names)
    padded = _padded_classes(together)
    for name, root in container.pages:
        yield from ((name, message) for message in _markup_faults_of(root, padded))


def parse_css(text: str) -> Rules:
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
