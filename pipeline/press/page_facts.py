"""What is to be known of pages without opening them: where ids begin, how full each is, and where it begins in the text of the source.

That place is so many letters into such a section. Footnotes, page numbers, and decoration are no part of the text, nor
is what the stylesheet writes; a picture or a formula counts as one letter. The same section on a screen has the same
letters in the same order.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure import boxes

from .signatures import PICTURE, Begin, Destination, Room
from .tag_tree import SVG, is_decoration
from .weasyprint70 import page_box, settled

POINTS = 0.75
"""PDF points in a CSS pixel."""
APART = frozenset({"slot", "footnote", "index-note", "question-word", "paper-only"})
"""Classes of what stands on paper only, or in words of its own."""
PICTURES = ("img", SVG)


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


def unused(box: Any) -> float:
    """Give the share of a page's box that is free below what is in its flow."""
    return 1 - _used(box) / float(box.height)


def room(page: Any) -> Room:
    """Measure what is free in the text column of a page, above its footnotes."""
    box = page_box(page)
    top = box.content_box_y() + _used(box)
    bottom = min((note.position_y for note in _footnotes(box)), default=box.content_box_y() + box.height)
    column = next((b for b in box.descendants() if b.element_tag == "body"), box)
    height = max(0.0, bottom - top)
    return Room(_points(column.content_box_x()), _points(page.height - bottom), _points(column.width), _points(height))


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


# Where pages begin


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of an element between two of its tags, and where they stand in its section."""

    section: str
    own: int
    """Letters of the element before them."""
    before: int
    """Letters of the section before them."""
    length: int


class Source:
    """The text of each section of a signature, and where in it each element has its letters."""

    def __init__(self, root: Element) -> None:
        """Read the sections, which are the children of the body."""
        self.runs: defaultdict[Element, list[Run]] = defaultdict(list)
        self.heads: dict[Element, Element] = {}
        self.texts = {_name(section): self._read(section) for section in root.iterfind("body/*")}

    def _read(self, section: Element) -> str:
        name, text, before = _name(section), list[str](), 0
        for element, letters in self._letters(section, None):
            own = self.runs[element]
            seen = own[-1].own + own[-1].length if own else 0
            own.append(Run(name, seen, before, len(letters)))
            before += len(letters)
            text.append(letters)
        return "".join(text)

    def _letters(self, element: Element, head: Element | None) -> Iterator[tuple[Element, str]]:
        """Yield what an element holds in its own right, and what is in it, in order."""
        if is_decoration(element) or not APART.isdisjoint((element.get("class") or "").split()):
            return
        if element.tag in PICTURES:
            yield element, PICTURE
            return
        head = element if element.tag in ("thead", "tfoot") else head
        if head is not None:
            self.heads[element] = head
        if element.text:
            yield element, _letters_of(element.text)
        for child in element:
            yield from self._letters(child, head)
            if child.tail:
                yield element, _letters_of(child.tail)

    def begin(self, element: Element, own: int) -> Begin:
        """Find the letter of an element that comes after so many of its own."""
        runs = self.runs[element]
        run = next((run for run in runs if own < run.own + run.length), runs[-1])
        return Begin(run.section, run.before + own - run.own)


def _name(section: Element) -> str:
    """Return the id of a section, or of that which it is a further part of."""
    return section.get("id") or section.get("data-continues") or ""


def begins(source: Source, pages: Sequence[Any]) -> tuple[Begin, ...]:
    """Find what each page begins with; a page without words begins with those of the next, or at the end."""
    seen: defaultdict[Element, int] = defaultdict(int)
    printed_on: dict[Element, int] = {}
    found: list[Begin | None] = []
    for number, page in enumerate(pages):
        first = None
        for box in _boxes(page_box(page)):
            element = box.element
            length = _length(box) if element in source.runs else 0
            if not length or _is_repeated(source.heads.get(element), number, printed_on):
                continue
            first = first or source.begin(element, seen[element])
            seen[element] += length
        found.append(first)
    return _filled(found, source)


def _boxes(whole: Any) -> Iterator[Any]:
    """Yield the boxes that show something of the source, in its order."""
    waiting = [whole]
    while waiting:
        box = settled(waiting.pop())
        if isinstance(box, (boxes.TextBox, boxes.ReplacedBox)):
            # Of pseudo-elements, such as li::marker, the stylesheet is the source.
            if "::" not in (box.element_tag or "::"):
                yield box
        elif not isinstance(box, (boxes.MarginBox, boxes.FootnoteAreaBox)):
            waiting.extend(reversed(getattr(box, "children", ())))


def _length(box: Any) -> int:
    return sum(map(str.isalnum, box.text)) if isinstance(box, boxes.TextBox) else 1


def _letters_of(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _is_repeated(head: Element | None, number: int, printed_on: dict[Element, int]) -> bool:
    """Tell whether this is the head of a table that was printed on an earlier page already."""
    return head is not None and printed_on.setdefault(head, number) != number


def _filled(found: Sequence[Begin | None], source: Source) -> tuple[Begin, ...]:
    last = next(reversed(source.texts), "")
    after, filled = Begin(last, len(source.texts.get(last, ""))), list[Begin]()
    for begin in reversed(found):
        after = begin or after
        filled.append(after)
    return tuple(reversed(filled))
