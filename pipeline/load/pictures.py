"""Read the pictures of a book: drawings of figures, logos of teams, and what may stand on a cover."""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, Literal

from PIL import Image

from pipeline import markup, model, source
from pipeline.diagnostics import Diagnostic, Place
from pipeline.load import raster
from pipeline.load.diagnosing import Reading
from pipeline.load.svg import MAX_SVG, unsafe
from pipeline.model import Drawing, Logo, Picture
from pipeline.source import SourceFault

DIGEST: Final = re.compile(rb"<!-- drawn from sha256:([0-9a-f]{64}) -->")
MAX_PNG: Final = 1_000_000
PIXELS: Final = 4_000_000
ROOM: Final = 200_000_000
"""Bytes that all pictures of a book may take together, as they are written."""
HEAD: Final = struct.Struct(">8sI4sII")
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def drawings(reading: Reading) -> Iterator[tuple[str, Drawing]]:
    """Read the SVG of every figure that has one."""
    for figure in reading.records.get("figure", {}).values():
        path = reading.folder / "figures" / f"{figure.id}.svg"
        if not path.exists():
            continue  # it may be a picture of pixels
        svg = picture(reading, path, "figure")
        if svg is None:
            reading.refused.add(("drawing", figure.id))
        else:
            yield figure.id, Drawing(svg, _recorded(svg), _expected(reading, figure))


def rasters(reading: Reading, outline: model.Outline | None) -> Iterator[tuple[str, Picture]]:
    """Read the pictures made of pixels that texts show, by path, and those of figures that have no SVG."""
    room = ROOM
    for name, path in (*_of_figures(reading), *((name, reading.folder / name) for name in _shown(reading, outline))):
        read = _raster(reading, path) if path.exists() or path.is_symlink() else None
        if read is None:
            if path.exists() or path.is_symlink():
                reading.refused.add(("picture", name))
            continue
        room -= len(read.data)
        if room < 0:
            message = f"the pictures of the book take more than {ROOM // 1_000_000} MB together"
            reading.faults.append(Diagnostic("B114", message, Place(reading.shown(path)), "show fewer, or draw them as SVG"))
            return
        yield name, read


def _of_figures(reading: Reading) -> Iterator[tuple[str, Path]]:
    for figure in reading.records.get("figure", {}).values():
        paths = [reading.folder / "figures" / f"{figure.id}{ending}" for ending in (".svg", *raster.ENDINGS)]
        found = next((path for path in paths if path.exists()), None)
        if found is not None and found.suffix != ".svg":
            yield f"figures/{figure.id}", found


def _shown(reading: Reading, outline: model.Outline | None) -> tuple[str, ...]:
    """Return the paths of pictures that stand in texts, each once."""
    records = [*([outline] if outline else ()), *(record for kind in reading.records.values() for record in kind.values())]
    texts = ((text, kind.inline) for record in records for _, kind, text in model.prose(record) if "![" in text or "<img" in text)
    found = (reference for text, inline in texts for reference in markup.parse(text, inline=inline).references)
    return tuple(dict.fromkeys(reference.id for reference in found if reference.kind == "picture"))


def _raster(reading: Reading, path: Path) -> Picture | None:
    """Read a picture made of pixels and write it anew; a fault is noted, and None returned."""
    data = reading.take(partial(source.octets, limit=raster.LARGEST), path)
    if data is None:
        return None
    reason = raster.measured(data) or raster.damaged(data)
    if not reason:
        return raster.rewritten(data)
    hint = "save it again as a PNG or a JPEG, and smaller if it is large"
    reading.faults.append(Diagnostic("B114", reason, Place(reading.shown(path)), hint))
    return None


def logos(reading: Reading) -> Iterator[tuple[str, Logo]]:
    """Read the logo of every team that names one."""
    for team in reading.records.get("team", {}).values():
        if team.logo is None:
            continue
        path = reading.folder / "teams" / team.logo
        kind: Literal["svg", "png"] = "svg" if path.suffix == ".svg" else "png"
        data = picture(reading, path, "logo")
        if data is None:
            reading.refused.add(("logo", team.id))
        else:
            yield team.id, Logo(data, kind)


def picture(reading: Reading, path: Path, what: str) -> bytes | None:
    """Read one SVG or PNG; a fault is noted, and None returned."""
    return _svg(reading, path, what) if path.suffix == ".svg" else _png(reading, path, what)


def _png(reading: Reading, path: Path, what: str) -> bytes | None:
    data = reading.take(partial(source.octets, limit=MAX_PNG), path)
    reason = _broken(data) if data is not None else ""
    if reason:
        reading.faults.append(Diagnostic("B114", reason, Place(reading.shown(path)), f"save the {what} again as a plain PNG"))
    return None if reason or data is None else raster.bearable(data)


def _svg(reading: Reading, path: Path, what: str) -> bytes | None:
    svg = reading.take(partial(source.octets, limit=MAX_SVG), path)
    if svg is None:
        return None
    found = unsafe(svg)
    if found is None:
        return svg
    start = svg.rfind(b"\n", 0, found.at) + 1
    line = svg[start:].partition(b"\n")[0].decode("utf-8", "replace")
    column = line.find(found.words, len(svg[start : found.at].decode("utf-8", "replace"))) + 1
    place = Place(reading.shown(path), svg.count(b"\n", 0, found.at) + 1, max(1, column), len(found.words) or 1)
    reading.faults.append(Diagnostic("B111", found.message, place, f"draw the {what} again as plain SVG", line_text=line))
    return None


def _recorded(svg: bytes) -> str:
    """Return the digest that a drawing says it was made from."""
    found = DIGEST.search(svg)
    return found[1].decode() if found else ""


def _expected(reading: Reading, figure: model.Figure) -> str:
    """Return the digest of a figure's script and of the shared style it draws with."""
    script, style = (reading.folder / "figures" / f"{name}.py" for name in (figure.script, "style"))
    paths = [path for path in (script, style) if path.exists()]
    if script not in paths or not all(map(reading.inside, paths)):
        return ""
    try:
        parts = [source.octets(path, path.name) for path in paths]
    except SourceFault:
        return ""  # as if it were not there: the drawing is reported as stale
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _broken(data: bytes) -> str:
    """Say what is wrong with a PNG (ISO/IEC 15948), or return nothing; its size is read before any of it is unpacked."""
    if not data.startswith(SIGNATURE):
        return "the logo is no PNG picture"
    if len(data) < HEAD.size:
        return "the picture ends too early"
    _, _, kind, width, height = HEAD.unpack_from(data)
    if kind != b"IHDR" or width < 1 or height < 1:
        return "the picture does not say how large it is"
    if width * height > PIXELS:
        return f"the picture is {width} by {height} pixels, over the limit of {PIXELS // 1_000_000} megapixels"
    return _decoded(data)


def _decoded(data: bytes) -> str:
    try:
        with raster.strict(), Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return "the picture moves" if getattr(image, "n_frames", 1) > 1 else ""
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        return f"the picture cannot be read: {' '.join(str(error).split())[:100]}"
