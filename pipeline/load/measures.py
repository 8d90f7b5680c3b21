"""Judge the numbers of a drawing: each must be one, of a size that a page can hold, and so must what they come to together.

What draws them reads them with Python's ``float``, which takes more for a number than SVG does: ``nan``, ``inf``, and
``Infinity`` in any case, with a unit or beside a letter of a path; ``1e999``, which is infinite; ``1_0``; and the digits
of every script. None of these is a number in SVG 2, and of those that are not finite PDF has none (ISO 32000-1, 7.3.3).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

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


class Absurd(NamedTuple):
    """An attribute, words in it, and what is wrong with them."""

    key: str
    words: str
    reason: str


def absurd(key: str, value: str) -> Absurd | None:
    """Say what is wrong with the numbers in an attribute, or return None."""
    for part in _numeric(key, value):
        for found in NUMBER.finditer(part):
            reason = _wrong(found[0])
            if reason:
                return Absurd(key, found[0][:SHOWN], reason)
    if key == "viewBox":
        sides = PLAIN.sub(" ", value).replace(",", " ").strip(), [float(number) for number in PLAIN.findall(value)]
        if sides[0] or len(sides[1]) != 4 or min(sides[1][2:]) <= 0:
            return Absurd(key, value[:SHOWN], "is not four numbers, of which width and height are above zero")
    if key == "preserveAspectRatio" and not RATIO.fullmatch(" ".join(value.split())):
        return Absurd(key, value[:SHOWN], "is no way to fit a drawing")
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


def reach(attributes: Mapping[str, str]) -> tuple[float, str]:
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
