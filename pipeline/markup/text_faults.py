"""Name every fault that text can have, and say why it is one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u3164\uffa0\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff"
    "\ue000-\uf8ff\U000e0000-\U000e00ff\U000f0000-\U0010ffff]"
)
"""What nobody sees, or what changes the order of what is seen, or has no meaning but what a font gives it: the press itself writes
such signs where page numbers belong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a text; line and column count from 1 in the text given."""

    code: str
    message: str
    line: int
    column: int
    length: int = 1
    hint: str = ""

    def moved(self, line: int, column: int) -> Fault:
        """Return the same fault at another place."""
        return replace(self, line=line, column=column)


_TABLE: Final = {
    "M101": (
        "Control character",
        "The text holds an invisible character (a control, a bidirectional override, a byte order mark), "
        "or one for private use. It cannot be printed, and XML refuses most of them.",
    ),
    "M102": (
        "Text too large",
        "The text, one paragraph of it, or the number of marks in one paragraph passes the limit. "
        "Nobody reads such a paragraph, and it would take long to read by machine.",
    ),
    "M103": ("Nested too deep", "Lists, quotations, or emphasis stand inside one another more often than any page can show."),
    "M104": (
        "Raw HTML",
        "Text is Markdown: tags that say what Markdown says (b, i, code, br, sub, img, and their like) are read as that, and any other "
        "would be printed as it stands. "
        "Put code between backticks, or escape the sign with a backslash.",
    ),
    "M105": (
        "More than one paragraph",
        "This field is a single paragraph. Lists, tables, code blocks, headings, and second paragraphs belong in the longer fields.",
    ),
    "M110": (
        "Code block not closed",
        "A code block begins with three backticks and ends with three backticks on a line of their own. "
        "Without the second everything that follows becomes code.",
    ),
    "M111": (
        "Code language unknown",
        "A code block names its language after the opening backticks, for its colors. Without one that is known it is printed plain.",
    ),
    "M112": ("Code line too long", "A line of code has more than 68 columns. The page wraps it, and readers lose their place."),
    "M113": (
        "Indented code",
        "Four spaces make a code block without a language. That is nearly always a slip of indentation; "
        "a code block is written between lines of three backticks.",
    ),
    "M114": (
        "Code that cannot be colored",
        "What finds keywords and strings in the language tries more and more ways to read this code, and would not end before tomorrow. "
        "The code is printed without colors.",
    ),
    "M120": (
        "Reference not closed",
        "A reference is written [[id]] or [[id|label]], in one piece. Double square brackets that mean "
        "themselves belong between backticks.",
    ),
    "M121": (
        "Reference not understood",
        "A reference names an id in lower case with hyphens, and before it at most one of the kinds "
        "term, chapter, formula, source, or box.",
    ),
    "M122": ("Label empty", "A link or a reference has no words to print."),
    "M123": (
        "Not alone in its paragraph",
        "A figure, a box, and a display formula are blocks: each stands alone, with an empty line before and after.",
    ),
    "M124": (
        "Image by address",
        "A figure is placed by its id, ![](figure:id), a picture by its path from the book's folder, ![words](pictures/name.png): "
        "PNG, JPEG, WebP, or GIF. A picture from elsewhere would not be in the book.",
    ),
    "M125": (
        "Link refused",
        "Links outside the book begin with https: or mailto:. Everything else is unsafe, or breaks once "
        "the text is printed. Links inside the book are written [[id]].",
    ),
    "M126": ("Bare address", "An address in running text is not a link, and nobody wants to read it. Give it words: [words](https://...)."),
    "M127": ("Value not understood", "A value of an example's output is written {=example.name}."),
    "M128": (
        "Attribute refused",
        'Attributes in braces belong to index marks, [words]{.index term="..." sub="..." see="..." '
        'see-also="..."}, and to formulas, {alt="..."}. There are no others.',
    ),
    "M129": ("Link not understood", "A link's words hold no other link, no reference, and no footnote, and its brackets come in pairs."),
    "M130": ("Footnote not defined", "The text refers to a footnote that is nowhere written."),
    "M131": ("Footnote not used", "The text defines a footnote to which nothing refers; it would be lost."),
    "M132": ("Footnote defined twice", "Two footnotes of one text have the same name."),
    "M133": ("Footnote used twice", "A footnote is printed where it is referred to, so once only, and never from another footnote."),
    "M134": (
        "Footnote of several blocks",
        "A footnote is one paragraph: at the foot of a page there is no room for lists, tables, or code.",
    ),
    "M135": ("Picture without words", "Who cannot see a picture reads or hears the words between its brackets: they say what it shows."),
    "M140": ("Heading of the first level", "The book sets the first level itself. Headings begin with ##."),
    "M141": ("Heading level skipped", "The first heading of a text is ##, and each one goes at most one level deeper than the one before."),
    "M142": ("Heading in another block", "A heading within a list, a quotation, or an admonition would tear the outline of the book."),
    "M143": ("Heading empty", "A heading has no words."),
    "M150": ("Admonition unknown", 'An admonition is one of note, tip, warning, and example: !!! note "Title".'),
    "M151": ("Admonition empty", "The body of an admonition is indented by four spaces; this one has none."),
    "M160": ("Table row too long", "A row has more cells than the table's head; the rest would be lost."),
    "M161": ("Caption without a table", 'A paragraph that begins with "Table:" is the caption of the table directly below it.'),
    "M162": ("Table not recognized", "A line of dashes and bars is no table: its head must have as many cells as that line."),
    "M170": (
        "Formula not closed",
        "A formula begins and ends with a dollar sign, in one paragraph. A dollar that means money is written \\$, or USD.",
    ),
    "M171": ("Formula with space at its edge", "A dollar sign followed by a space (or a closing one after a space) is not a formula."),
    "M172": ("Formula empty", "There is nothing between the dollar signs."),
    "M180": ("LaTeX command unknown", "Only a short list of LaTeX commands can be printed, spoken, and shown."),
    "M181": ("Brace unbalanced", "Every { of a formula has its }."),
    "M182": ("Delimiter without its partner", "\\left and \\right come in pairs, each followed by a delimiter."),
    "M183": ("Environment wrong", "Environments are cases, pmatrix, bmatrix, and aligned, each from \\begin to its own \\end, not empty."),
    "M184": ("Alignment outside an environment", "& and \\\\ have a meaning only inside an environment."),
    "M185": ("Script without a base", "^ and _ need something before them to be attached to."),
    "M186": ("Argument missing", "A command lacks (one of) its arguments, or the argument is empty."),
    "M187": ("Double script", "A symbol can have one superscript and one subscript; use braces for more."),
    "M188": ("Character not allowed in a formula", "The character cannot be set as mathematics."),
    "M189": ("Script of several digits", "Only the first digit would be raised or lowered; put braces around all."),
    "M190": ("Formula too large", "The formula is nested too deep or too long to be printed, let alone spoken."),
    "M191": ("Letter missing in the alphabet", "The alphabet (\\mathbb, \\mathcal, ...) has no such letter."),
    "M192": ("Space lost", "TeX prints no space between these letters; words belong in \\text{...}."),
    "M201": (
        "Conflict never resolved",
        "Lines of seven <, =, or > are what git leaves where two versions of a text could not be joined. "
        "Both versions would be printed, and the marks with them.",
    ),
    "M202": ("Heading without its space", "A heading has a space after its signs: ## Words. Without it, it is a paragraph with signs."),
    "M203": (
        "Stars printed",
        "Two stars open bold words when they stand directly before a word, and close them directly after one; between a sign and a "
        "letter, as in **Note:**text, they do neither, and are printed.",
    ),
    "M204": (
        "Link without a target",
        "Words in brackets with a name in brackets are a link whose address stands elsewhere, and here it stands nowhere. "
        "All would be printed as it is written.",
    ),
    "M205": (
        "List runs on",
        "Lines that were to be items of a list are read as one paragraph: a list has an empty line above it, a space after its signs, "
        "and - or 1. to begin with; indented too far, it goes on with the paragraph above.",
    ),
    "M206": ("Placeholder", "TODO, FIXME, and TBD hold the place of what was to be written, and would be printed."),
    "M207": ("Code not closed", "Code stands between two backticks, or two runs of as many. A backtick alone is printed."),
    "M208": ("Heading underlined", "Headings begin with ##. A line of = below their words is printed, one of - becomes a rule."),
    "M209": (
        "Front matter in a text",
        "Lines between two lines of dashes say something of a file to a program; in a text they are printed.",
    ),
    "M210": (
        "Backslash printed",
        "A line ends where it ends in the file: \\n is printed as it stands. So is a backslash with nothing after it.",
    ),
    "M211": ("Typographic quote in code", "Programs know straight quotes only. A word processor has bent these, and the code cannot run."),
    "M212": ("Text read wrongly", "Two or three odd characters stand for one: the text was UTF-8, and was read as something else."),
    "M213": ("Admonition of another dialect", 'An admonition is written !!! note "Title"; [!NOTE] and ::: are printed as they stand.'),
    "M214": (
        "Name printed bold",
        "Two underscores make words bold: of __name__ a reader sees the word alone. Names are code, between backticks.",
    ),
}

FAULTS: Final[dict[str, str]] = {code: title for code, (title, _) in _TABLE.items()}
"""Title of each code."""

WARNINGS: Final = frozenset({"M111", "M112", "M114", "M211", "M214"})
"""Codes of what is printed all the same."""

NOTES: Final = frozenset({"M111"})
"""Those among them that are a note only."""

EXPLANATIONS: Final[dict[str, str]] = {code: why for code, (_, why) in _TABLE.items()}
"""A short paragraph for each code."""
