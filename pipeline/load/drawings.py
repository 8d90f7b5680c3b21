"""Read the SVG of a figure, and refuse what a plain drawing does not need.

Elements are allowed by name; a list of dangers would always lack one. XML is read by expat, as UTF-8 and nothing else,
so that no other encoding can hide a sign (XML 1.0, 4.3.3).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NoReturn
from xml.parsers import expat

from pipeline.load.measures import FARTHEST, absurd, reach

MAX_SVG: Final = 300_000
DEEPEST: Final = 64
MOST: Final = 100_000
"""Elements of a drawing, each copy that ``use`` makes counted."""
CHAINED: Final = 16
SVG: Final = "http://www.w3.org/2000/svg"
DIGEST: Final = re.compile(rb"<!-- drawn from sha256:([0-9a-f]{64}) -->")
ELEMENTS: Final = frozenset({
    "svg", "g", "defs", "use", "symbol", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "clipPath", "mask", "pattern", "marker", "linearGradient", "radialGradient", "stop",
})  # fmt: skip
REFERENCE: Final = re.compile(r"url\(\s*+[\"']?#([^()\"']*+)", re.IGNORECASE)
OUTSIDE: Final = re.compile(r"url\(\s*[\"']?(?!#)|@import|\\", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unsafe:
    """What makes a drawing unsafe, the byte it begins at, and the words it is about, which stand there or further on."""

    message: str
    at: int = 0
    words: str = ""


class _Refusal(Exception):
    """Leave the parser."""

    def __init__(self, found: Unsafe) -> None:
        super().__init__(found.message)
        self.found = found


@lru_cache(maxsize=512)
def unsafe(svg: bytes) -> Unsafe | None:
    """Say what makes an SVG unsafe, or return None."""
    reader = _Reader(svg)
    try:
        svg.decode("utf-8")
        reader.parser.Parse(svg, True)
        reader.weigh()
        reader.measure()
    except _Refusal as refusal:
        return refusal.found
    except UnicodeDecodeError as error:
        return Unsafe("the drawing is not UTF-8", error.start)
    except expat.ExpatError as error:
        return Unsafe(f"the drawing is not well-formed: {expat.ErrorString(error.code)}", max(0, reader.parser.ErrorByteIndex))
    return None


@dataclass(slots=True)
class _Part:
    """An element with an id: how many elements stand in it, which parts it uses, and how far it enlarges or shrinks."""

    count: int = 0
    uses: list[str] = field(default_factory=list)
    reach: float = 0.0
    leads: dict[str, float] = field(default_factory=dict)
    """How far each part that it refers to is enlarged or shrunk there."""


class _Reader:
    """Look at each event of the XML parser."""

    def __init__(self, svg: bytes) -> None:
        self.svg = svg
        self.open: list[_Part | None] = []
        self.reaches = [0.0]
        self.whole = _Part()
        self.parts: dict[str, _Part] = {}
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.XmlDeclHandler = self.declare
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = lambda *_: self.refuse("the drawing has a document type", "<!DOCTYPE")
        self.parser.ProcessingInstructionHandler = lambda *_: self.refuse("the drawing has a processing instruction", "<?")

    def refuse(self, message: str, words: str = "") -> NoReturn:
        raise _Refusal(Unsafe(message, max(0, self.parser.CurrentByteIndex), words))

    def declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() != "utf-8":
            self.refuse(f"the drawing says that it is {encoding}, not UTF-8", encoding)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, element = name.rpartition(" ")
        if not self.open and (space, element) != (SVG, "svg"):
            self.refuse(f'the drawing does not begin with <svg xmlns="{SVG}">', element)
        if space != SVG or element not in ELEMENTS:
            self.refuse(f"a figure may not hold the element '{element}'", element)
        if len(self.open) == DEEPEST:
            self.refuse(f"elements are nested more than {DEEPEST} deep")
        own = {key: value for key, value in attributes.items() if " " not in key}
        for key, value in attributes.items():
            self.judge(key.rpartition(" ")[2], value)
        for key, value in own.items():
            self.judge_numbers(key, value)
        self.note(attributes)
        self.note_reach(attributes, own)

    def end(self, _name: str) -> None:
        self.open.pop()
        self.reaches.pop()

    def judge(self, key: str, value: str) -> None:
        if key.lower().startswith("on"):
            self.refuse(f"a figure may not hold the event attribute '{key}'", key)
        if OUTSIDE.search(value) or (key in ("href", "src", "base") and not value.startswith("#")):
            self.refuse(f"the attribute '{key}' leads out of the drawing", key)

    def judge_numbers(self, key: str, value: str) -> None:
        if wrong := absurd(key, value):
            message = f"the attribute '{key}' holds '{wrong.words}', which {wrong.reason}"
            raise _Refusal(Unsafe(message, *self.spot(key, wrong.words)))

    def spot(self, key: str, words: str) -> tuple[int, str]:
        """Return where words stand in an attribute of the element that begins here; where they are escaped, its name."""
        start = max(0, self.parser.CurrentByteIndex)
        named = re.compile(rb"\s(%s)\s*=\s*([\"'])" % re.escape(key.encode())).search(self.svg, start)
        if named is None:
            return start, ""
        found = self.svg.find(words.encode(), named.end(), self.svg.find(named[2], named.end()))
        return (found, words) if found >= 0 else (named.start(1), key)

    def note_reach(self, attributes: Mapping[str, str], own: Mapping[str, str]) -> None:
        """Sum up how far the element is enlarged or shrunk, and what it refers to, in every part that it stands in."""
        far, key = reach(own)
        total = self.reaches[-1] + far
        if total > FARTHEST:
            key = key if key in own else "style"
            message = f"the attribute '{key}' enlarges or shrinks, with those around it, more than 10^{FARTHEST:.0f} times"
            raise _Refusal(Unsafe(message, *self.spot(key, key)))
        self.reaches.append(total)
        led = {name for value in attributes.values() for name in REFERENCE.findall(value)}
        led |= {value[1:] for key, value in attributes.items() if key.rpartition(" ")[2] == "href"}
        for part, before in zip((self.whole, *self.open), (0.0, *self.reaches), strict=False):
            if part is not None:
                part.reach = max(part.reach, total - before)
                part.leads |= {name: max(total - before, part.leads.get(name, 0.0)) for name in led}

    def note(self, attributes: Mapping[str, str]) -> None:
        """Count the element, and what it uses, in every part that it stands in."""
        name = attributes.get("id")
        self.open.append(self.parts.setdefault(name, _Part()) if name else None)
        used = [value[1:] for key, value in attributes.items() if key.rpartition(" ")[2] == "href"]
        for part in (self.whole, *self.open):
            if part is not None:
                part.count += 1
                part.uses += used

    def weigh(self) -> None:
        """Refuse a drawing whose parts use one another without end, or nearly so."""
        weights: dict[str, int] = {}
        if self.weight(self.whole, weights, 0) > MOST:
            raise _Refusal(Unsafe(f"the drawing has more than {MOST:,} elements, counting what 'use' copies"))

    def measure(self) -> None:
        """Refuse a drawing whose parts, each in another, are enlarged or shrunk too far."""
        far = self.far(self.whole, {}, 0)
        if far == math.inf:
            raise _Refusal(Unsafe("parts of the drawing refer to one another without end, or nearly so"))
        if far > FARTHEST:
            message = f"parts of the drawing, each referred to by another, are enlarged or shrunk more than 10^{FARTHEST:.0f} times"
            raise _Refusal(Unsafe(message))

    def far(self, part: _Part, known: dict[str, float], depth: int) -> float:
        farthest = part.reach if depth <= CHAINED else math.inf
        for name, led in part.leads.items():
            if name not in known and farthest < math.inf:
                known[name] = math.inf  # for a part that leads to itself
                known[name] = self.far(self.parts.get(name, _Part()), known, depth + 1)
            farthest = max(farthest, led + known.get(name, 0.0))
        return farthest

    def weight(self, part: _Part, weights: dict[str, int], depth: int) -> int:
        if depth > CHAINED:
            return MOST + 1
        total = part.count
        for name in part.uses:
            if name not in weights:
                weights[name] = self.weight(self.parts.get(name, _Part()), weights, depth + 1)
            total += weights[name]
        return total


def digest_in(svg: bytes) -> str:
    """Return the digest that a drawing says it was made from."""
    recorded: Any = DIGEST.search(svg)
    return recorded[1].decode() if recorded else ""
