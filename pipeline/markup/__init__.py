"""Turn Markdown, code, and formulas into safe XHTML for paged and reflowable media.

    text = parse(source)              what it says, what it refers to, and every fault with its place
    to_xhtml(text, target)            the fragment a template prints

Nothing here reads a file, and nothing raises on an author's slip: faults are values, and a faulty
text can be printed still.
"""

from pipeline.markup.formula_xhtml import RANK, SAID
from pipeline.markup.highlight import forget_slow, is_colored
from pipeline.markup.letters import beginning, digest, digests, letters
from pipeline.markup.maths import SIZE, check, draw, draw_mathml, drawing_named, is_drawn, keep, mathml, speak, svg, with_names
from pipeline.markup.parser import not_to_be_kept, parse
from pipeline.markup.text import FORMULAS, Formula, Mark, Reference, Setting, Target, Text, paragraphs, plain
from pipeline.markup.text_faults import EXPLANATIONS, FAULTS, FORBIDDEN, NOTES, WARNINGS, Fault
from pipeline.markup.xhtml import inline_xhtml, to_xhtml

__all__ = [
    "EXPLANATIONS", "FAULTS", "FORBIDDEN", "FORMULAS", "NOTES", "RANK", "SAID", "SIZE", "WARNINGS", "Fault", "Formula", "Mark",
    "Reference", "Setting", "Target", "Text", "beginning", "check", "digest", "digests", "draw", "draw_mathml", "drawing_named",
    "forget_slow", "inline_xhtml", "is_colored", "is_drawn", "keep", "letters", "mathml", "not_to_be_kept", "paragraphs", "parse",
    "plain", "speak", "svg", "to_xhtml", "with_names",
]  # fmt: skip
