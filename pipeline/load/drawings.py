"""Read the SVG of a figure, and refuse what a plain drawing does not need.

Elements are allowed by name; a list of dangers would always lack one. XML is read by expat, as UTF-8 and nothing else,
so that no other encoding can hide a sign (XML 1.0, 4.3.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NoReturn
from xml.parsers import expat

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
    reader = _Reader()
    try:
        svg.decode("utf-8")
        reader.parser.Parse(svg, True)
        reader.weigh()
    except _Refusal as refusal:
        return refusal.found
    except UnicodeDecodeError as error:
        return Unsafe("the drawing is not UTF-8", error.start)
    except expat.ExpatError as error:
        return Unsafe(f"the drawing is not well-formed: {expat.ErrorString(error.code)}", max(0, reader.parser.ErrorByteIndex))
    return None


@dataclass(slots=True)
class _Part:
    """An element with an id: how many elements stand in it, and which parts it uses."""

    count: int = 0
    uses: list[str] = field(default_factory=list)


class _Reader:
    """Look at each event of the XML parser."""

    def __init__(self) -> None:
        self.open: list[_Part | None] = []
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
        for key, value in attributes.items():
            self.judge(key.rpartition(" ")[2], value)
        self.note(attributes)

    def end(self, _name: str) -> None:
        self.open.pop()

    def judge(self, key: str, value: str) -> None:
        if key.lower().startswith("on"):
            self.refuse(f"a figure may not hold the event attribute '{key}'", key)
        if OUTSIDE.search(value) or (key in ("href", "src", "base") and not value.startswith("#")):
            self.refuse(f"the attribute '{key}' leads out of the drawing", key)

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
