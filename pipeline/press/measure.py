"""How full the pages are, and what they begin with."""

from collections.abc import Iterator, Sequence
from typing import Any

from weasyprint.formatting_structure import boxes

from .records import Destination, Room
from .weasyprint70 import page_box, settled

POINTS = 0.75
"""PDF points in a CSS pixel."""


def places(pages: Sequence[Any]) -> tuple[Destination, ...]:
    """Find where each id begins; of a repeated one, the first."""
    found: dict[str, Destination] = {}
    for number, page in enumerate(pages):
        for name, (x, y, _, _) in page.anchors.items():
            here = Destination(name, number, _points(x), _points(page.height - y))
            found.setdefault(name, here)
    return tuple(found[name] for name in sorted(found))


def sizes(pages: Sequence[Any]) -> tuple[tuple[float, float], ...]:
    """Give each page's width and height in points."""
    return tuple((_points(page.width), _points(page.height)) for page in pages)


def fill(pages: Sequence[Any]) -> tuple[float, ...]:
    """Give the share of each page's content area used: from its top to the lowest bottom in its flow."""
    return tuple(round(_used(page_box(page)) / page_box(page).height, 4) for page in pages)


def room(page: Any) -> Room:
    """Measure what is free in the text column of a page, above its footnotes."""
    box = page_box(page)
    top = box.content_box_y() + _used(box)
    bottom = min((note.position_y for note in _footnotes(box)), default=box.content_box_y() + box.height)
    column = next((b for b in box.descendants() if b.element_tag == "body"), box)
    height = max(0.0, bottom - top)
    return Room(_points(column.content_box_x()), _points(page.height - bottom), _points(column.width), _points(height))


def starts(pages: Sequence[Any]) -> tuple[str | None, ...]:
    """Give the first word of each page."""
    return tuple(next(_words(page_box(page)), None) for page in pages)


def _points(pixels: float) -> float:
    return round(pixels * POINTS, 3)


def _flow(box: Any) -> Iterator[Any]:
    for child in box.children:
        if not isinstance(child, (boxes.MarginBox, boxes.FootnoteAreaBox)) and settled(child) is child:
            yield child


def _footnotes(box: Any) -> Iterator[Any]:
    return (b for b in box.children if isinstance(b, boxes.FootnoteAreaBox) and b.children)


def _used(box: Any) -> float:
    top = box.content_box_y()
    lowest = max((_lowest(child) for child in _flow(box)), default=top)
    return float(min(max(lowest - top, 0.0), box.height))


def _lowest(box: Any) -> float:
    """Find the lowest bottom in a box; a box broken over pages reaches the page's end, its lines may not."""
    if isinstance(box, (boxes.LineBox, boxes.ReplacedBox, boxes.TableRowBox)) or _is_fixed(box):
        return float(box.position_y + box.margin_height())
    inner = [_lowest(child) for child in _flow(box)] if isinstance(box, boxes.ParentBox) else []
    below = box.padding_bottom + box.border_bottom_width if inner else 0
    return max(inner, default=float(box.position_y)) + below


def _is_fixed(box: Any) -> bool:
    """Say whether the stylesheet gives a box its height: writing space counts, even empty."""
    least = box.style["min_height"]
    return box.style["height"] != "auto" or getattr(least, "value", 0) > 0


def _words(whole: Any) -> Iterator[str]:
    for child in _flow(whole):
        for box in child.descendants():
            if isinstance(box, boxes.TextBox) and box.text.strip():
                yield box.text.split()[0]
