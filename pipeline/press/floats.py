"""Let a figure, a table, or a listing that its page has no room for trade places with the paragraphs after it.

It begins the next page then, and the paragraphs fill the page. It goes only where a reader still finds it: its first
reference is on the page that it leaves, or in what goes before it; nothing that ends in a colon lets go of it, and no
paragraph goes before it that continues a sentence. It is read aloud where it stands.
"""

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

from .page_facts import unused

HOLE = 0.1
"""Share of a page that is worth a trade."""
MOST = 3
"""Paragraphs that go before what they stood behind."""
FLOATS = frozenset({"figure", "table", "pre"})


class Floats:
    """The trades of one signature."""

    def __init__(self, root: Element) -> None:
        """Take the document, for its references."""
        self.first: dict[str, Element] = {}
        for link in root.iter("a"):
            self.first.setdefault((link.get("href") or "").removeprefix("#"), link)
        self.trades: Counter[int] = Counter()
        self.last: tuple[Any, int] = (None, 0)

    def before(self, page: Any, root: Any, end: Any) -> bool:
        """Trade what a page has no room for with the paragraph after it, if it may go; return whether it did."""
        if unused(page) < HOLE:
            return False
        parent, at = _place(root, end)
        if at == 0 or at + 1 >= len(parent.children):
            return False
        above, floating, below = parent.children[at - 1 : at + 2]
        if self.trades[id(floating.element)] >= MOST or not self._may_trade(page, above, floating, below):
            return False
        self.last = parent, at
        self.trades[id(floating.element)] += 1
        self._trade()
        return True

    def undo(self) -> None:
        """Take the last trade back; what was traded stays where it is from now on."""
        self._trade()
        parent, at = self.last
        self.trades[id(parent.children[at].element)] = MOST

    def _trade(self) -> None:
        parent, at = self.last
        children = list(parent.children)
        children[at], children[at + 1] = children[at + 1], children[at]
        parent.children = children

    def _may_trade(self, page: Any, above: Any, floating: Any, below: Any) -> bool:
        if floating.element_tag not in FLOATS or below.element_tag != "p" or floating.element is None:
            return False
        if floating.element_tag != "pre" and not floating.element.get("id"):
            return False
        before, after = _text(above.element).rstrip(), _text(below.element).lstrip()
        if before.endswith(":") or not after[:1].isalnum() or after[0].islower():
            return False
        reference = self.first.get(floating.element.get("id") or "")
        if reference is None or any(element is reference for element in below.element.iter()):
            return True
        return any(box.element is reference for box in page.descendants())


def _place(box: Any, path: Any) -> tuple[Any, int]:
    """Return the box that a page ends in, and the index of what begins the next page."""
    while True:
        ((index, path),) = path.items()
        if _is_beginning(path):
            return box, index
        box = box.children[index]


def _is_beginning(path: Any) -> bool:
    while path:
        ((index, path),) = path.items()
        if index:
            return False
    return True


def _text(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext())
