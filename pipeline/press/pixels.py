"""Draw pictures as PNG, for readers that show no drawings: PDFium colors in what is drawn as for paper.

All are opaque, in black or color on white: at night a Kindle shows a picture as it is, and black on nothing would be lost.
"""

import io
import math
import zlib
from base64 import b64decode
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from xml.etree import ElementTree

import pypdfium2
from PIL import Image

from pipeline.work import cache

from .layout import draw, load_engine
from .signatures import picture_key

EM = 72
"""Pixels of an em in a formula: one and a half times what a Kindle of 300 pixels an inch has in usual type."""
FRAME = 3
"""White pixels around a formula."""
WIDEST = 1600
"""Pixels that any side has at most."""
GRAYS = 16
ACROSS = 1200
"""Pixels of a drawing's width: a Kindle of 7 inches has 1264."""
COLORS = 128


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture as PNG; width, and depth below the line that letters stand on, in ems."""

    png: bytes
    width: float
    depth: float = 0.0


def formula(svg: bytes, units: float, depth: float) -> Pixels:
    """Return a formula, drawn in so many units to the em and so many ems deep; its line lies between two rows of pixels."""
    made = cache.recall("pixels of a formula", svg, depth)
    if made is not None:
        return Pixels(made.data, *made.facts)
    load_engine()
    from . import form_xobjects

    form = form_xobjects.form(svg)
    if form is None:
        raise ValueError("this is no formula")
    (width, height), content = form["size"], zlib.decompress(b64decode(form["form"]["content"]))
    em = min(EM, math.floor((WIDEST - 2 * FRAME) * units / max(width, height)))
    scale = em / units
    across = math.ceil(width * scale) + 2 * FRAME
    below = math.ceil(depth * em) + FRAME
    above = math.ceil(height * scale - depth * em) + FRAME
    # Down the page in a drawing, up it in a PDF; the line of the letters is where the drawing says, counted from its top.
    line = height - depth * units
    matrix = f"{scale:g} 0 0 {-scale:g} {FRAME} {below + line * scale:g} cm\n".encode()
    gray = _rendered(_page(matrix + content, across, above + below), 1).convert("L")
    drawn = Pixels(_packed(gray), round(across / em, 4), round(below / em, 4))
    cache.remember(drawn.png, [drawn.width, drawn.depth], "pixels of a formula", svg, depth)
    return drawn


def drawing(name: str, svg: bytes, style: str, fonts: Mapping[str, bytes]) -> Pixels:
    """Return a drawing, its letters set in the fonts that a style sheet names; its width in ems of 16 pixels of CSS."""
    made = cache.recall("pixels of a drawing", name, svg, style)
    if made is not None:
        return Pixels(made.data, *made.facts)
    load_engine()
    import weasyprint

    from . import form_xobjects, weasyprint70

    root = ElementTree.fromstring(svg)
    box = [float(each) for each in root.get("viewBox", "").replace(",", " ").split()]
    across, down = box[2:] if len(box) == 4 else (300.0, 150.0)
    shown = f'<img alt="" src="{weasyprint70.SCHEME}a.svg"/>'
    markup = ElementTree.fromstring(f"<html><head><title>-</title></head><body>{shown}</body></html>")
    resources, config = {"a.svg": _form(name, svg)}, weasyprint70.font_configuration()
    css = f"{style}\n@page {{ size: {across}px {down}px; margin: 0 }} body {{ margin: 0 }} img {{ display: block; width: {across}px }}"
    with weasyprint70.warnings_heard():
        sheet = weasyprint.CSS(string=css, font_config=config, url_fetcher=weasyprint70.BookFetcher(fonts))
        document = weasyprint70.Document(markup, weasyprint70.BookFetcher(resources))
        pdf = document.render(font_config=config, stylesheets=[sheet], cache=form_xobjects.images(resources)).write_pdf()
    scale = min(ACROSS / across, (WIDEST - 1) / down) / 0.75
    image = _rendered(pdf, scale).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    drawn = Pixels(_png(image, compress_level=6), round(across / 16, 3))
    cache.remember(drawn.png, [drawn.width, drawn.depth], "pixels of a drawing", name, svg, style)
    return drawn


def _form(name: str, svg: bytes) -> bytes:
    """Return the form of a drawing, which paper has had drawn, as a rule."""
    place = cache.place()
    known = place.store.get(picture_key(name, svg)) if place else None
    return known.data if known else draw((name, svg))


def _page(content: bytes, across: int, down: int) -> bytes:
    """Return a PDF of one page."""
    import pydyf

    pdf, stream, out = pydyf.PDF(), pydyf.Stream([content]), io.BytesIO()
    pdf.add_object(stream)
    page = {"Type": "/Page", "Parent": pdf.pages.reference, "MediaBox": pydyf.Array([0, 0, across, down]), "Contents": stream.reference}
    pdf.add_page(pydyf.Dictionary(page))
    pdf.write(out)
    return out.getvalue()


def _rendered(pdf: bytes, scale: float) -> Image.Image:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        image: Image.Image = document[0].render(scale=scale).to_pil()
        return image


def _packed(gray: Image.Image) -> bytes:
    """Return shades of gray as PNG of four bits each."""
    levels = Image.frombytes("P", gray.size, gray.point([round(value * (GRAYS - 1) / 255) for value in range(256)]).tobytes())
    levels.putpalette([level * 255 // (GRAYS - 1) for level in range(GRAYS) for _ in range(3)])
    return _png(levels, bits=4, optimize=True)


def _png(image: Image.Image, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()
