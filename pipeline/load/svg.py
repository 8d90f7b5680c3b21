"""Read the SVG of a picture, and refuse what a plain drawing does not need, and numbers that no page can hold.

Elements are allowed by name; a list of dangers would always lack one. XML is read by expat, as UTF-8 and nothing else,
so that no other encoding can hide a sign (XML 1.0, 4.3.3).

What draws numbers reads them with Python's ``float``, which takes more for one than SVG does: ``nan``, ``inf``, and
``Infinity`` in any case, with a unit or beside a letter of a path; ``1e999``, which is infinite; ``1_0``; and the digits
of every script. None of these is a number in SVG 2, and of those that are not finite PDF has none (ISO 32000-1, 7.3.3).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

from pipeline.load.drawing_costs import CHAINED, Tally, references
from pipeline.work import cache, thresholds

MAX_SVG: Final = 300_000
DEEPEST: Final = 64
MOST: Final = 20_000
"""Elements that are drawn for a drawing: each copy that ``use`` makes is counted, each part that an element is painted, cut, or
masked with, and each marker at each vertex. To draw as many takes two seconds and 230 MB."""
SVG: Final = "http://www.w3.org/2000/svg"
ELEMENTS: Final = frozenset({
    "svg", "g", "defs", "use", "symbol", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "clipPath", "mask", "pattern", "marker", "linearGradient", "radialGradient", "stop",
})  # fmt: skip
OUTSIDE: Final = re.compile(r"url\(\s*[\"']?(?!#)|@import|\\", re.IGNORECASE)
FETCHING: Final = re.compile(r"://|image(?:-set)?\(|src\(|(?<![\w-])(?:href|src|base)\s*:", re.IGNORECASE)
"""What a style could name something outside with, or a part of the drawing that nobody would look for there."""

LARGEST: Final = 2**24
"""Of a number in a drawing. Readers reckon in single precision: beyond, they cannot tell one unit from the next. The largest
page is 14,400 units wide (ISO 32000-1, annex C)."""
SMALLEST: Final = 1.175e-38
"""Of a number that is not zero, as far as readers are bound to go (annex C)."""
FARTHEST: Final = 16.0
"""Powers of ten that a drawing may enlarge or shrink a part of it by: double precision has no more digits."""
WORDS: Final = re.compile(r"(?:id|class|role|lang|href|src|base|font-family|(?:aria|data)-.*)\Z")
"""Attributes that hold words or names, and no numbers."""
PAINTS: Final = re.compile(r"(?:fill|stroke|(?:[a-z]+-)?color|clip-path|mask|marker(?:-[a-z]+)?|filter)\Z")
"""Attributes that may hold a reference or a color. Elsewhere neither is known: letters of a path would part one."""
NAMES: Final = re.compile(r"url\([^()]*+\)|#[\w-]++", re.IGNORECASE)
DIGITS: Final = r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
NUMBER: Final = re.compile(rf"[+-]?(?:{DIGITS}(?:_[\w.+-]*+)?|nan|inf(?:inity)?|(?![0-9])\d++)", re.IGNORECASE)
PLAIN: Final = re.compile(rf"[+-]?{DIGITS}")
FUNCTION: Final = re.compile(r"(?<!\w)(\w++)\s*+\(([^()]*+)\)")
RATIO: Final = re.compile(r"(?:defer )?(?:none|x(?:Min|Mid|Max)Y(?:Min|Mid|Max))(?: (?:meet|slice))?")
TRANSFORMS: Final = ("transform", "gradientTransform", "patternTransform")
ANGLES: Final = {"grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
"""Units of an angle, in degrees."""
SHOWN: Final = 40


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


def unsafe(svg: bytes) -> Unsafe | None:
    """Say what makes an SVG unsafe, or return None; one that was found safe once is not looked at again."""
    safe, digest = cache.shelf("safe drawings", few=thresholds.DRAWINGS_JUDGED), hashlib.sha256(svg).hexdigest()
    if safe.get(digest):
        return None
    found = _judged(svg)
    if found is None:
        safe.put(digest, True)
    return found


def _judged(svg: bytes) -> Unsafe | None:
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
    """An element with an id: how far it enlarges or shrinks what it holds."""

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
        self.tally = Tally()
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
        self.tally.end()
        self.open.pop()
        self.reaches.pop()

    def judge(self, key: str, value: str) -> None:
        if key.lower().startswith("on"):
            self.refuse(f"a figure may not hold the event attribute '{key}'", key)
        styled = (key == "style" or PAINTS.match(key)) and FETCHING.search(value)
        if styled or OUTSIDE.search(value) or (key in ("href", "src", "base") and not value.startswith("#")):
            self.refuse(f"the attribute '{key}' leads out of the drawing", key)
        if key == "spreadMethod" and value != "pad":
            # Whoever draws it repeats the gradient as often as its vector goes into the shape, which may be a million times.
            raise _Refusal(Unsafe("a gradient that repeats itself could take all memory", *self.spot(key, key)))

    def judge_numbers(self, key: str, value: str) -> None:
        if wrong := _absurd(key, value):
            words, reason = wrong
            raise _Refusal(Unsafe(f"the attribute '{key}' holds '{words}', which {reason}", *self.spot(key, words)))

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
        far, key = _reach(own)
        total = self.reaches[-1] + far
        if total > FARTHEST:
            key = key if key in own else "style"
            message = f"the attribute '{key}' enlarges or shrinks, with those around it, more than 10^{FARTHEST:.0f} times"
            raise _Refusal(Unsafe(message, *self.spot(key, key)))
        self.reaches.append(total)
        led = {name for key, value in attributes.items() for name in references(key.rpartition(" ")[2], value)}
        for part, before in zip((self.whole, *self.open), (0.0, *self.reaches), strict=False):
            if part is not None:
                part.reach = max(part.reach, total - before)
                part.leads |= {name: max(total - before, part.leads.get(name, 0.0)) for name in led}

    def note(self, attributes: Mapping[str, str]) -> None:
        """Note the element, and what it refers to."""
        name = attributes.get("id")
        self.open.append(self.parts.setdefault(name, _Part()) if name else None)
        self.tally.begin({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def weigh(self) -> None:
        """Refuse a drawing whose parts use one another without end, or nearly so."""
        if self.tally.total() > MOST:
            raise _Refusal(Unsafe(f"the drawing has more than {MOST:,} elements, counting what is drawn again where it is referred to"))

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


def _absurd(key: str, value: str) -> tuple[str, str] | None:
    """Return words that are no fit number in an attribute, and what is wrong with them; None when all are."""
    for part in _numeric(key, value):
        for found in NUMBER.finditer(part):
            reason = _wrong(found[0])
            if reason:
                return found[0][:SHOWN], reason
    if key == "viewBox":
        sides = PLAIN.sub(" ", value).replace(",", " ").strip(), [float(number) for number in PLAIN.findall(value)]
        if sides[0] or len(sides[1]) != 4 or min(sides[1][2:]) <= 0:
            return value[:SHOWN], "is not four numbers, of which width and height are above zero"
    if key == "preserveAspectRatio" and not RATIO.fullmatch(" ".join(value.split())):
        return value[:SHOWN], "is no way to fit a drawing"
    return None


def _numeric(key: str, value: str) -> Iterator[str]:
    """Yield what may hold numbers in an attribute: of a style, all but what names fonts and what is some program's own."""
    if key == "style" and not any(sign in value for sign in ("/*", "{", "}")):
        for name, _, given in (declaration.partition(":") for declaration in value.split(";")):
            if not name.strip().startswith("-"):
                yield from _numeric(name.strip().lower(), given)
    elif not WORDS.match(key):
        yield NAMES.sub(" ", value) if PAINTS.match(key) else value


def _wrong(text: str) -> str:
    if not PLAIN.fullmatch(text):
        return "is no number"
    size = abs(float(text))
    if size > LARGEST:
        return f"is beyond {LARGEST:,}"
    if size < SMALLEST and re.search("[1-9]", re.split("[eE]", text)[0]):
        return "is too small to be told from zero"
    return ""


def _reach(attributes: Mapping[str, str]) -> tuple[float, str]:
    """Return by how many powers of ten an element may enlarge or shrink what it holds, and the attribute that does most."""
    styled = (declaration.partition(":") for declaration in attributes.get("style", "").split(";"))
    given = {**attributes, **{name.strip().lower(): value for name, _, value in styled}}
    found: dict[str, float] = {key: _turned(given[key]) for key in TRANSFORMS if key in given}
    if "viewBox" in given:
        sides = [*_numbers(given["viewBox"])[2:], *_numbers(given.get("width", "")), *_numbers(given.get("height", ""))]
        found["viewBox"] = max((abs(math.log10(abs(side))) for side in sides if side), default=0.0)
    size = re.fullmatch(rf"\s*({DIGITS})(r?em|ex|%)\s*", given.get("font-size", ""), re.IGNORECASE)
    if size and float(size[1]):
        found["font-size"] = abs(math.log10(float(size[1]) / (100 if size[2] == "%" else 1)))
    return sum(found.values()), max(found, key=lambda key: found[key], default="")


def _turned(text: str) -> float:
    """Return how far a list of transforms enlarges or shrinks, in powers of ten."""
    matrix, shrunk, farthest = (1.0, 0.0, 0.0, 1.0), 0.0, 0.0
    for name, given in FUNCTION.findall(text):
        a, b, c, d = _matrix(name, given)
        determinant = a * d - b * c
        shrunk += math.log10(abs(determinant)) if determinant else 0.0
        e, f, g, h = matrix
        matrix = (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)
        size = math.hypot(*matrix) / math.sqrt(2)
        grown = math.log10(size) if size else 0.0
        farthest = max(farthest, grown, grown - shrunk)
        if farthest > FARTHEST:
            break
    return farthest


def _matrix(name: str, given: str) -> tuple[float, float, float, float]:
    """Return what a transform does to lengths and directions; to shift does nothing to them."""
    numbers = _numbers(given)
    if name == "matrix" and len(numbers) == 6:
        return numbers[0], numbers[1], numbers[2], numbers[3]
    if name.startswith("scale") and numbers:
        x, y = numbers[0], numbers[-1]
        return (1.0 if name == "scaleY" else x), 0.0, 0.0, (1.0 if name == "scaleX" else y)
    if name == "rotate" and numbers:
        angle = math.radians(numbers[0])
        return math.cos(angle), math.sin(angle), -math.sin(angle), math.cos(angle)
    if name.startswith("skew") and numbers:
        unit = next((ANGLES[unit] for unit in ANGLES if given.strip().endswith(unit)), 1.0)
        slant = math.tan(math.radians(max(map(abs, numbers)) * unit))
        return (1.0, slant, 0.0, 1.0) if name == "skewY" else (1.0, 0.0, slant, 1.0)
    return 1.0, 0.0, 0.0, 1.0


def _numbers(text: str) -> list[float]:
    return [float(number) for number in PLAIN.findall(text)]
