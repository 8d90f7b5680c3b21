"""Check, show, draw, and speak formulas: LaTeX to a tree, and from the tree everything else.

Drawing is ziamath's, in STIX Two Math.
"""

from __future__ import annotations

import functools
import re
import warnings
from typing import Any, Final

from pipeline.markup.maths.latex import read
from pipeline.markup.maths.lines import parts
from pipeline.markup.maths.presentation import drawing, letters, mathml
from pipeline.markup.maths.speech import speak
from pipeline.markup.maths.symbols import with_names
from pipeline.markup.text import Setting
from pipeline.markup.text_faults import Fault
from pipeline.work import cache

__all__ = [
    "SIZE", "check", "draw", "draw_mathml", "drawing_named", "is_drawn", "keep", "letters", "mathml", "parts", "speak", "svg", "with_names",
]  # fmt: skip

SIZE: Final = 20.0
"""Units of the drawing in one em."""


def check(latex: str) -> tuple[Fault, ...]:
    """Return the faults of a formula; their line and column count from 1 in the formula."""
    return read(latex)[1]


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


def svg(latex: str, *, display: bool) -> Setting:
    """Return a checked formula drawn in black: recalled, or drawn and remembered."""
    facts = _shelf().remembered(lambda: _packed(draw((latex, display))), (latex, display))
    setting = Setting(facts[0].encode(), *facts[1:])
    _named[setting.name] = setting.data
    return setting


def is_drawn(latex: str, display: bool) -> bool:
    """Tell whether a formula need not be drawn any more."""
    return _shelf().get(cache.digest(latex, display)) is not None


def keep(latex: str, display: bool, setting: Setting) -> None:
    """Remember a formula that has been drawn."""
    _shelf().put(cache.digest(latex, display), _packed(setting))


def drawing_named(name: str) -> bytes:
    """Return a drawing that was given out under a name, which is the digest of its bytes. Raises KeyError for any other."""
    return _named[name]


_named: dict[str, bytes] = {}


def _shelf() -> cache.Shelf:
    return cache.shelf("formulas", few=1)


def _packed(setting: Setting) -> list[Any]:
    return [setting.data.decode(), setting.width, setting.height, setting.depth]


def draw(formula: tuple[str, bool]) -> Setting:
    """Draw a checked formula (LaTeX, display) in black; same formula, same bytes."""
    latex, display = formula
    return draw_mathml(drawing(latex, display=display))


def draw_mathml(formula: str) -> Setting:
    """Draw MathML in black; same formula, same bytes."""
    drawn = _ziamath().Math(formula, size=SIZE, margin=0)
    box = drawn.node.bbox
    left = min(box.xmin, 0.0)
    width, height, depth = max(box.xmax, 0.1) - left, max(box.ymax, 0.1), max(-box.ymin, 0.0)
    paths = re.sub(r"<svg[^>]*>", "", drawn.svg(), count=1).removesuffix("</svg>").replace(' fill="black"', "")
    view = " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in (left, -height, width, height + depth))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" fill="#000">'
    data = f"{head}{paths}</svg>".encode()
    return Setting(data, width / SIZE, (height + depth) / SIZE, depth / SIZE)
