"""What an element inherits for tagging: looked up once, from the root down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from pipeline import slots

SVG = "{http://www.w3.org/2000/svg}svg"


@dataclass(frozen=True, slots=True)
class Kin:
    """An element's parent, and what holds for it because of the elements it stands in."""

    parent: Element | None
    hidden: bool = False
    """Decoration: no reader is told of it."""
    toc: bool = False
    """Within a table of contents."""
    lang: str | None = None
    link: Element | None = None
    """The link it is part of."""
    slot: Element | None = None
    """The slot it is part of."""
    repeated: Element | None = None
    """The table head or foot it is part of: printed again on each page of the table."""


def kinships(root: Element) -> dict[Element, Kin]:
    """Map every element to its kin."""
    return dict(_descend(root, Kin(None)))


def _descend(root: Element, above: Kin) -> Iterator[tuple[Element, Kin]]:
    waiting = [(root, above)]
    while waiting:
        element, inherited = waiting.pop()
        own = _own(element, inherited)
        yield element, own
        waiting.extend((child, replace(own, parent=element)) for child in reversed(element))


def _own(element: Element, above: Kin) -> Kin:
    tag, role = element.tag, element.get("role")
    return Kin(
        parent=above.parent,
        hidden=above.hidden or is_decoration(element),
        toc=above.toc or (tag == "nav" and role == "doc-toc"),
        lang=element.get("lang") or above.lang,
        link=element if tag == "a" and element.get("href") else above.link,
        slot=element if is_slot(element) else above.slot,
        repeated=element if tag in ("thead", "tfoot") else above.repeated,
    )


def is_slot(element: Element) -> bool:
    """Say whether an element is a place for a page number."""
    return slots.CLASS in (element.get("class") or "").split()


def is_decoration(element: Element) -> bool:
    """Say whether an element is there for the eye only."""
    if element.get("aria-hidden") == "true":
        return True
    if element.tag == "img" and not (element.get("alt") or "").strip():
        return True
    return element.tag in ("img", SVG) and element.get("role") in ("presentation", "none")
