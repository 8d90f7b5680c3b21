"""Count what is drawn for an SVG, before anything is: a part is drawn again for each that refers to it, and so are its own parts.

What an element paints with (``fill``, ``stroke``) is painted with by all in it that say nothing else, as its markers are set by
them (SVG 2, 13.2, 13.7). A mask or a clipping path is drawn once for the element that has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

REFERENCE: Final = re.compile(r"url\(\s*+[\"']?#([^()\"']*+)", re.IGNORECASE)
BARE: Final = re.compile(r"#([^()\"'\s]*+)")
"""A reference where no color may stand: WeasyPrint takes one there without ``url()`` too."""
REFERRING: Final = re.compile(r"clip-path|mask|filter|marker(?:-[a-z]+)?|href")
VERTEX: Final = re.compile(r"[0-9]++(?:\.[0-9]*+)?|\.[0-9]++")
"""A number of a path: there are as many vertices at most."""
CHAINED: Final = 16
"""References of parts to one another, one after the other."""
ENDLESS: Final = 10**12


def references(key: str, value: str) -> list[str]:
    """Return the ids that an attribute refers to."""
    return (BARE if REFERRING.fullmatch(key) else REFERENCE).findall(value)


@dataclass(slots=True)
class _Sum:
    """What is drawn of an element: how much in all, how many elements of it are painted, how many vertices they have."""

    drawn: int = 0
    painted: int = 0
    vertices: int = 0

    def add(self, other: _Sum) -> None:
        """Draw another after it."""
        self.drawn += other.drawn
        self.painted += other.painted
        self.vertices += other.vertices


@dataclass(slots=True)
class _Element:
    name: str
    vertices: int
    paints: list[str]
    markers: list[str]
    once: list[str]
    used: list[str]
    parts: list[_Element] = field(default_factory=list)


class Tally:
    """Take the elements of a drawing as they begin and end, and tell how much is drawn for all."""

    def __init__(self) -> None:
        """Begin with an empty drawing."""
        self.root = _Element("", 0, [], [], [], [])
        self.open = [self.root]
        self.named: dict[str, list[_Element]] = {}
        self.known: dict[str, _Sum] = {}

    def begin(self, attributes: Mapping[str, str]) -> None:
        """Note an element by its attributes."""
        element = _Element(attributes.get("id", ""), 2, [], [], [], [])
        for key, value in attributes.items():
            found = references(key, value)
            if key in ("d", "points", "style"):
                element.vertices += len(VERTEX.findall(value))
            if key == "href":
                element.used += found
            elif key.startswith("marker") or (key == "style" and "marker" in value.lower()):
                element.markers += found
            elif key in ("clip-path", "mask", "filter"):
                element.once += found
            else:
                element.paints += found
        if element.name:
            self.named.setdefault(element.name, []).append(element)
        self.open[-1].parts.append(element)
        self.open.append(element)

    def end(self) -> None:
        """Note that an element has ended."""
        self.open.pop()

    def total(self) -> int:
        """Return how many elements are drawn; a trillion where there is no end."""
        return self._sum(self.root, 0).drawn

    def _sum(self, element: _Element, depth: int) -> _Sum:
        # Not by recursion: parts stand in one another up to sixty levels deep, and a reference may lead from the last of them on.
        left, order, sums = [element], list[_Element](), dict[int, _Sum]()
        while left:
            order.append(left.pop())
            left += order[-1].parts
        for each in reversed(order):
            total = sums[id(each)] = _Sum(1, 1, each.vertices)
            for part in each.parts:
                total.add(sums.pop(id(part)))
            total.add(self._all(each.used, depth))
            total.drawn += self._all(each.once, depth).drawn
            total.drawn += total.painted * self._all(each.paints, depth).drawn
            # Each vertex has one marker, and of those that are named here any.
            total.drawn += total.vertices * max((self._all([name], depth).drawn for name in each.markers), default=0)
            total.drawn = min(total.drawn, ENDLESS)
        return sums[id(element)]

    def _all(self, names: Iterable[str], depth: int) -> _Sum:
        total = _Sum()
        for name in names:
            if name not in self.known:
                self.known[name] = _Sum(ENDLESS, ENDLESS, ENDLESS)  # for a part that leads to itself
                found = _Sum(ENDLESS if depth >= CHAINED else 0)
                for element in self.named.get(name, ()) if depth < CHAINED else ():
                    found.add(self._sum(element, depth + 1))
                self.known[name] = found
            total.add(self.known[name])
        return total
