"""Draw pictures once, as form XObjects (ISO 32000-1, 8.10), which any signature may show: WeasyPrint draws an SVG wherever it stands.

A form travels as JSON. Formulas are paths and bars and nothing else (`markup.maths`): they become operators at
once, without the way through an SVG's styles.
"""

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import pydyf

from . import weasyprint70
from .weasyprint70 import SCHEME

MADE = b'{"form": '
"""How a form begins."""
FORMULA = re.compile(rb'<svg xmlns="http://www.w3.org/2000/svg" viewBox="([-\d. ]+)" fill="#000">((?:<(?:path|rect) [^<>]*/>)*)</svg>')
SHAPE = re.compile(r"<(path|rect) ([^<>]*)/>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
STEP = re.compile(r"([MLQZ])([-\d.\s]*)")
NEEDS_THE_PAGE = (b"<text", b"<image", b"<mask", b"mask:", b"mask=")
"""What a picture is not drawn apart for: fonts and images are the page's."""


def made(name: str, svg: bytes) -> bytes:
    """Return the form of a picture; the picture itself where it is a formula, or is left to its page, which tells what is wrong."""
    if any(word in svg for word in NEEDS_THE_PAGE) or FORMULA.fullmatch(svg):
        return svg
    drawn = weasyprint70.drawn(svg, name)
    if drawn is None:
        return svg
    across, down = drawn.size
    # What a picture draws beyond its edges shows on the page too.
    drawn.stream.extra |= {"Type": "/XObject", "Subtype": "/Form", "BBox": [-across, -down, 2 * across, 2 * down]}
    return json.dumps({"form": _plain(drawn.stream), "size": drawn.size, "intrinsic": drawn.intrinsic}).encode()


def images(resources: Mapping[str, bytes]) -> dict[str, "Drawing"]:
    """Return what WeasyPrint shows for those resources that are forms, or formulas, by their addresses."""
    found = {name: form(data) for name, data in resources.items()}
    return {SCHEME + name: Drawing(name, form) for name, form in found.items() if form}


class Drawing:
    """Stands for a picture in WeasyPrint: it has a size, and is drawn by its name."""

    def __init__(self, name: str, form: Mapping[str, Any]) -> None:
        """Take the name of a resource, and its form."""
        self._name, self._form = re.sub(r"\W", "", name), form

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float | None, float | None, float | None]:
        """Return width, height, and their ratio, as far as the picture says them."""
        width, height, ratio = self._form["intrinsic"]
        return width, height, ratio

    def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
        """Show the form, scaled to fit into a width and a height; a formula in the color of its text."""
        across, down = self._form["size"]
        resources = weasyprint70.resources(stream)
        if self._name not in resources["XObject"]:
            resources["XObject"][self._name] = _stream(self._form["form"], resources["ColorSpace"])
        scale = min(width / across, height / down)
        stream.transform(scale, 0, 0, scale, (width - across * scale) / 2, (height - down * scale) / 2)
        if self._form.get("inked"):
            stream.set_color(style["color"])
        stream.draw_x_object(self._name)


def form(data: bytes) -> Mapping[str, Any] | None:
    """Return a form that travelled, or that of a formula; None for any other picture."""
    if data.startswith(MADE):
        form: Mapping[str, Any] = json.loads(data)
        return form
    formula = FORMULA.fullmatch(data)
    if formula is None:
        return None
    left, top, width, height = map(float, formula[1].split())
    operators = "\n".join(_operators(formula[2].decode()))
    content = f"1 0 0 1 {-left:g} {-top:g} cm\n{operators}".encode()
    entries = {"Type": "/XObject", "Subtype": "/Form", "BBox": [-width, -height, 2 * width, 2 * height]}
    ratio = width / height
    return {
        "form": {"content": _packed(content), "entries": entries},
        "size": (width, height),
        "intrinsic": (None, None, ratio),
        "inked": True,
    }


def _operators(shapes: str) -> Iterator[str]:
    """Write paths and bars as operators, each filled by itself."""
    for kind, attributes in SHAPE.findall(shapes):
        said = dict(ATTRIBUTE.findall(attributes))
        if kind == "rect":
            yield f"{said['x']} {said['y']} {said['width']} {said['height']} re"
        else:
            yield from _steps(said["d"])
        yield "f"


def _steps(path: str) -> Iterator[str]:
    """Write the steps of a path; a quadratic curve is a cubic one whose points lie two thirds of the way (ISO 32000-1, 8.5.2)."""
    x = y = 0.0
    for step, numbers in STEP.findall(path):
        match step, [float(number) for number in numbers.split()]:
            case "M" | "L", [x, y]:
                yield f"{x:g} {y:g} {step.lower()}"
            case "Q", [a, b, c, d]:
                points = (x + 2 * (a - x) / 3, y + 2 * (b - y) / 3, c + 2 * (a - c) / 3, d + 2 * (b - d) / 3, c, d)
                yield " ".join(f"{round(point, 3):g}" for point in points) + " c"
                x, y = c, d
            case "Z", _:
                yield "h"
            case _:
                raise ValueError(f"a formula has no step {step}{numbers}")


def _packed(content: bytes) -> str:
    return b64encode(zlib.compress(content)).decode()


def _plain(value: Any) -> Any:
    """Return an object of pydyf as JSON has it. Fonts and color spaces are the page's."""
    if isinstance(value, pydyf.Stream):
        resources = weasyprint70.resources(value)
        entries = value.extra if resources is None else {**value.extra, "Resources": resources}
        return {"content": _packed(weasyprint70.content(value)), "entries": _plain(entries)}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in ("Font", "ColorSpace")}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _stream(form: Mapping[str, Any], colors: Any) -> pydyf.Stream:
    """Return a form as a stream, with the streams that it shows itself."""
    entries = _object(form["entries"], colors) | {"Filter": "/FlateDecode"}
    if "Resources" in entries:
        entries["Resources"] |= {"ColorSpace": colors, "Font": None}
    return pydyf.Stream([b64decode(form["content"])], entries)


def _object(value: Any, colors: Any) -> Any:
    if isinstance(value, dict):
        return _stream(value, colors) if "content" in value else pydyf.Dictionary({k: _object(v, colors) for k, v in value.items()})
    return pydyf.Array([_object(each, colors) for each in value]) if isinstance(value, list) else value
