"""Draw a formula as SVG with ziamath, in STIX Two Math."""

from __future__ import annotations

import functools
import re
import warnings
from typing import Any, Final

from pipeline.markup.maths.presentation import drawing
from pipeline.markup.target import Setting

SIZE: Final = 20.0
"""Units of the drawing in one em."""


@functools.cache
def _ziamath() -> Any:
    """Import ziamath, which reads its font when imported: only those who draw pay for it."""
    with warnings.catch_warnings():
        # ziamath 0.13 finds its font by a function of importlib.resources that Python 3.11 calls old.
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath
        from ziamath.config import config

    config.svg2 = False  # plain paths: <symbol> and <use> carry ids that may clash
    config.precision = 3
    return ziamath


def svg(latex: str, *, display: bool, ink: str = "#000") -> Setting:
    """Return a checked formula drawn in one color; same formula, same bytes."""
    formula = _ziamath().Math(drawing(latex, display=display), size=SIZE, margin=0)
    box = formula.node.bbox
    left = min(box.xmin, 0.0)
    width, height, depth = max(box.xmax, 0.1) - left, max(box.ymax, 0.1), max(-box.ymin, 0.0)
    drawn = re.sub(r"<svg[^>]*>", "", formula.svg(), count=1).removesuffix("</svg>").replace(' fill="black"', "")
    view = " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in (left, -height, width, height + depth))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" fill="{ink}">'
    data = f"{head}{drawn}</svg>".encode()
    return Setting(data, width / SIZE, (height + depth) / SIZE, depth / SIZE)
