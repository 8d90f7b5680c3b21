"""Turn Markdown, code, and formulas into safe XHTML for paged and reflowable media.

    text = parse(source)              what it says, what it refers to, and every fault with its place
    to_xhtml(text, target)            the fragment a template prints

Nothing here reads a file, and nothing raises on an author's slip: faults are values, and a faulty
text can be printed still.
"""

from pipeline.markup.faults import EXPLANATIONS, FAULTS, WARNINGS, Fault
from pipeline.markup.maths import check, draw, drawing_named, is_drawn, keep, mathml, speak, svg
from pipeline.markup.parse import parse
from pipeline.markup.plain import plain
from pipeline.markup.target import Setting, Target
from pipeline.markup.text import Formula, Mark, Reference, Text
from pipeline.markup.xhtml import inline_xhtml, to_xhtml

__all__ = [
    "EXPLANATIONS", "FAULTS", "WARNINGS", "Fault", "Formula", "Mark", "Reference", "Setting", "Target", "Text", "check", "draw",
    "drawing_named", "inline_xhtml", "is_drawn", "keep", "mathml", "parse", "plain", "speak", "svg", "to_xhtml",
]  # fmt: skip
