"""Check, show, draw, and speak formulas: LaTeX to a tree, and from the tree everything else."""

from __future__ import annotations

from pipeline.markup.maths.latex import read
from pipeline.markup.maths.presentation import letters, mathml
from pipeline.markup.maths.setting import draw, drawing_named, is_drawn, keep, svg
from pipeline.markup.maths.speech import speak
from pipeline.markup.maths.symbols import missing_words, with_names
from pipeline.markup.text_faults import Fault


def check(latex: str) -> tuple[Fault, ...]:
    """Return the faults of a formula; their line and column count from 1 in the formula."""
    return read(latex)[1]


__all__ = ["check", "draw", "drawing_named", "is_drawn", "keep", "letters", "mathml", "missing_words", "speak", "svg", "with_names"]
