"""Set drawings into documents: they grow with the text, and letters in them have its color, by day and at night."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

from lxml import etree

from pipeline.epub import reflow

SCHEME = "guidepress:"
LETTERING, BOX = "text_", "patch_"
"""How the ids of groups begin in which matplotlib writes words, and of what it draws behind them."""
FILL = re.compile(r"(?<![-\w])fill: ?#(?!f{6})[0-9a-f]{6}", re.IGNORECASE)
"""The color of letters; white ones stand on a dark ground of their own, or nobody could read them on paper."""
PAINTED = re.compile(r"""url\(\s*["']?#""", re.IGNORECASE)
"""The beginning of a reference to what an element is painted, cut, or marked with."""
WIDTH = re.compile(r"(\d+\.?\d*|\.\d+)(pt|px|)")
UNITS = {"pt": 12.0, "px": 16.0, "": 16.0}
"""How many of a unit an em is."""
NAMING = ("class", "role", "aria-labelledby", "aria-describedby")
"""Attributes that mean something else in a document, or nothing."""
SAFE = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


def set_drawings(root: etree._Element, drawings: Mapping[str, bytes], within: str) -> None:
    """Give each drawing of the document that begins with a section, ``within``, a width that grows with the text.

    One with letters in it becomes a part of the document, its letters in the color of the text: no color of their own
    is told from white, from sepia, and from black by 4.5 to one (WCAG 2.2, 1.4.3).
    """
    for number, image in enumerate(tuple(root.iter(f"{{{reflow.XHTML}}}img"))):
        name = str(image.get("src", "")).removeprefix(SCHEME)
        drawing = etree.fromstring(drawings[name], SAFE) if name in drawings else None
        width = WIDTH.fullmatch(str(drawing.get("width", ""))) if drawing is not None else None
        if drawing is None or width is None:
            continue
        image.set("style", f"width:{float(width[1]) / UNITS[width[2]]:.4g}em")
        lettering = [group for group in drawing.iter(f"{{{reflow.SVG}}}g") if str(group.get("id", "")).startswith(LETTERING)]
        if lettering and drawing.get("viewBox"):
            etree.strip_attributes(drawing, *NAMING)
            for group in lettering:
                _color(group)
            # The same drawing may be shown twice: in a file, and in files that become one page.
            _set_apart(drawing, f"d{sha256(f'{within} {number} {name}'.encode()).hexdigest()[:8]}-")
            _inline(drawing, image)


def _color(group: etree._Element) -> None:
    """Give letters the color of the text, but for those in a box that is filled."""
    boxes = (box for box in group.iter(f"{{{reflow.SVG}}}g") if str(box.get("id", "")).startswith(BOX))
    if any("fill: none" not in str(part.get("style", "")) for box in boxes for part in box.iter(f"{{{reflow.SVG}}}path")):
        return
    group.set("class", "lettering")
    group.set("fill", "currentColor")  # for black letters: matplotlib does not say that they are
    for part in reflow.elements(group):
        if style := part.get("style"):
            part.set("style", FILL.sub("fill: currentColor", str(style)))


def _set_apart(drawing: etree._Element, prefix: str) -> None:
    """Put a prefix before the ids of a drawing, and wherever it refers to them."""
    for part in reflow.elements(drawing):
        for key, value in ((str(key), str(value)) for key, value in part.items()):
            if key == "id":
                part.set(key, f"{prefix}{value}")
            elif etree.QName(key).localname == "href":
                part.set(key, f"#{prefix}{value.removeprefix('#')}")
            else:
                part.set(key, PAINTED.sub(rf"\g<0>{prefix}", value))


def _inline(drawing: etree._Element, image: etree._Element) -> None:
    """Put a drawing in the place of its image, as wide as that."""
    for key, value in (("class", "drawing"), ("role", "img"), ("aria-label", image.get("alt", "")), ("style", image.get("style", ""))):
        drawing.set(key, value)
    for key in ("width", "height"):
        drawing.attrib.pop(key, "")
    reflow.put(image, drawing)
