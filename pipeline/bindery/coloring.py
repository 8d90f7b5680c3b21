"""Put a team's colors in the place of the reserved ones, in color operators and nowhere else (ISO 32000-1, 8.6.8)."""

import re
from dataclasses import astuple

from pipeline.brand import RESERVED, Palette

STRING = re.compile(rb"(\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\))", re.DOTALL)
"""Text written in letters: what looks like an operator in it is none."""


def operands(color: str) -> bytes:
    """Write ``#rrggbb`` as the press writes it before an operator: three parts of one, of six digits at most."""
    return b" ".join(f"{value / 255:.6f}".rstrip("0").rstrip(".").encode() for value in bytes.fromhex(color[1:]))


RESERVED_OPERANDS = tuple(operands(color) for color in astuple(RESERVED))
COLOR = re.compile(rb"\n(%s)(?=\s(?:rg|RG|sc|SC|scn|SCN)\s)" % b"|".join(map(re.escape, RESERVED_OPERANDS)))


def recolor(content: bytes, palette: Palette) -> bytes:
    """Return a page's content in the colors of a palette; it holds an operator to a line, as the press writes it."""
    colors = dict(zip(RESERVED_OPERANDS, map(operands, astuple(palette)), strict=True))

    def recolored(part: bytes) -> bytes:
        return COLOR.sub(lambda found: b"\n" + colors[found[1]], part)

    # Operators stand between line ends, the first and the last too.
    lines = b"\n" + content + b"\n"
    if b"(" not in lines:
        return recolored(lines)[1:-1]
    return b"".join(part if n % 2 else recolored(part) for n, part in enumerate(STRING.split(lines)))[1:-1]
