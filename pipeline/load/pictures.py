"""Read the pictures of a book: drawings of figures, logos of teams."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeline import model, source
from pipeline.diagnostics import Diagnostic, Place
from pipeline.load.drawings import MAX_SVG, digest_in, unsafe
from pipeline.load.png import MAX_PNG, broken
from pipeline.load.reading import Reading
from pipeline.model import Drawing, Logo
from pipeline.source import SourceFault


def drawings(reading: Reading) -> Iterator[tuple[str, Drawing]]:
    """Read the SVG of every figure that has one."""
    for figure in reading.records.get("figure", {}).values():
        path = reading.folder / "figures" / f"{figure.id}.svg"
        if not path.exists():
            continue
        svg = _svg(reading, path, "figure") if reading.inside(path) else None
        if svg is None:
            reading.refused.add(("drawing", figure.id))
        else:
            yield figure.id, Drawing(svg, digest_in(svg), _expected(reading.folder, figure))


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
    if not reading.inside(path):
        return None
    return _svg(reading, path, what) if path.suffix == ".svg" else _png(reading, path, what)


def _octets(reading: Reading, path: Path, limit: int) -> bytes | None:
    try:
        return source.octets(path, reading.shown(path), limit)
    except SourceFault as fault:
        reading.faults.append(fault.diagnostic)
        return None


def _png(reading: Reading, path: Path, what: str) -> bytes | None:
    data = _octets(reading, path, MAX_PNG)
    reason = broken(data) if data is not None else ""
    if reason:
        reading.faults.append(Diagnostic("B114", reason, Place(reading.shown(path)), f"save the {what} again as a plain PNG"))
    return None if reason else data


def _svg(reading: Reading, path: Path, what: str) -> bytes | None:
    svg = _octets(reading, path, MAX_SVG)
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


def _expected(folder: Path, figure: model.Figure) -> str:
    """Return the digest of a figure's script and of the shared style it draws with."""
    script = folder / "figures" / f"{figure.script}.py"
    style = folder / "figures" / "style.py"
    try:
        parts = [source.octets(path, path.name) for path in (script, style) if path == script or path.exists()]
    except SourceFault:
        return ""  # as if it were not there: the drawing is reported as stale
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
