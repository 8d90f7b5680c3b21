"""Write a formula for a medium: as an image on paper, as MathML or plain letters on screens."""

from __future__ import annotations

from html import escape

from pipeline.markup import maths
from pipeline.markup.text import Formula, Setting, Target

RANK, SAID = "data-rank", "data-said"
"""On what begins a part of a formula for screens: how well it begins a line, and what the part says (see maths.lines)."""


def set_formula(target: Target, formula: Formula) -> str:
    """Return a formula as an image, as MathML, or as plain letters."""
    if target.medium == "paged":
        spoken = formula.alt or maths.speak(formula.latex, target.spoken)
        return _image(target.drawings[formula], spoken, target.tongue(formula), display=formula.display)
    letters = None if formula.display or formula.alt else maths.letters(formula.latex)
    if letters is not None:
        return letters
    spoken = formula.alt or maths.speak(formula.latex, target.spoken)
    parts = () if formula.alt else maths.parts(formula.latex, target.spoken)
    marks = {part.start: f' {RANK}="{part.rank}" {SAID}="{escape(part.said)}"' for part in parts}
    shown = maths.mathml(formula.latex, display=formula.display, alt=spoken, parts=marks)
    tongue = target.tongue(formula)
    return f'<span lang="{tongue}" xml:lang="{tongue}">{shown}</span>' if tongue else shown


def _image(setting: Setting, spoken: str, lang: str, *, display: bool) -> str:
    """Return the image of a formula, sized in em so that it follows the type."""
    style = f"height:{_em(setting.height)};width:{_em(setting.width)}"
    if not display:
        style += f";vertical-align:{_em(-setting.depth)}"
    source = f"guidepress:{setting.name}"
    tongue = f' lang="{lang}"' if lang else ""
    return f'<img class="math" role="math"{tongue} alt="{escape(spoken)}" src="{source}" style="{style}"/>'


def _em(value: float) -> str:
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".") + "em"
