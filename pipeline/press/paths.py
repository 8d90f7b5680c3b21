"""Remember how paths of drawings are written: a drawing says its letters with the same few outlines again and again."""

import re
from typing import Any

from weasyprint.svg.path import path

NUMBERS = re.compile(r"[\sMLHVCSQTAZmlhvcsqtaz0-9eE.,+-]*")
"""Data that mean the same in every drawing: no unit, no percentage."""
LONGEST = 2_000
"""Characters; longer data are the curve of one figure."""
MOST = 1_000
"""Paths remembered."""

_known: dict[str, tuple[list[Any], list[Any]]] = {}


def draw(svg: Any, node: Any, font_size: float) -> None:
    """Stand in for `weasyprint.svg.path.path`: operators on the stream, and the vertices that markers stand on."""
    data = node.get("d", "")
    if data in _known:
        # Last now: those that have not been seen for long are at the front, and go first.
        operators, vertices = _known[data] = _known.pop(data)
        svg.stream.stream.extend(operators)
        node.vertices.extend(vertices)
        return
    operators_before, vertices_before = len(svg.stream.stream), len(node.vertices)
    path(svg, node, font_size)
    if len(data) <= LONGEST and NUMBERS.fullmatch(data):
        if len(_known) >= MOST:
            del _known[next(iter(_known))]
        _known[data] = svg.stream.stream[operators_before:], list(node.vertices)[vertices_before:]
