"""Where each page begins in the text of the source: so many letters into such a section.

Footnotes, page numbers, and decoration are no part of that text, nor is what the stylesheet writes; a picture or a
formula counts as one letter. The same section on a screen has the same letters in the same order.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint.formatting_structure import boxes

from .kinship import SVG, is_decoration
from .records import PICTURE, Begin
from .weasyprint70 import page_box, settled

APART = frozenset({"slot", "footnote", "index-note", "question-word"})
"""Classes of what stands on paper only, or in words of its own."""
PICTURES = ("img", SVG)


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
