"""What can be wrong with a finished file, as diagnostics."""

from __future__ import annotations

from pipeline.diagnostics import Diagnostic, Place, Rule

RULES = (
    Rule(
        "P301", "withheld text in the file",
        "An edition holds words that it withholds: an answer, a rating scale, a question for the hiring team only. "
        "Letters and digits are compared, so line breaks, hyphens, ligatures, and markup hide nothing.",
    ),
    Rule(
        "P302", "question missing or out of order",
        "Every question of the edition stands in the file with its number and its title, in the order of the contents.",
    ),
    Rule(
        "P303", "outline differs from the contents",
        "The outline of a PDF and the nav document of an EPUB are the contents as a tree; a landmark of an EPUB leads to them.",
    ),
    Rule(
        "P304", "page label or folio wrong",
        "Page labels count i, ii, iii through the front matter and 1, 2, 3 through the body. The folio at the foot of a page "
        "is its label.",
    ),
    Rule("P305", "font not of the theme", "A file embeds every font that it uses, and uses the theme's fonts only."),
    Rule("P306", "link leads nowhere", "Every link leads to a place in its file, or to an https or mailto address."),
    Rule("P307", "no text alternative", "Every picture and every formula says in words what it shows."),
    Rule("P308", "damaged file", "The file cannot be read, is not tagged, or is not packed as its format wants it."),
    Rule("P309", "EPUB manifest incomplete", "The EPUB manifest lists the files of the EPUB, all and no others; the spine names these."),
    Rule("P310", "remote resource", "An EPUB, and a page in HTML, carries all that it shows: it must read the same without a network."),
    Rule(
        "P311", "style or markup that e-readers break",
        "CSS variables, flexbox and grid, fixed colors, listings that do not wrap, 'details', empty lists, and empty metadata are known "
        "to fail on Kobo, on Kindle, or at night.",
    ),
    Rule("P312", "language missing", "A file and each of its documents name their language, for voices and for hyphenation."),
    Rule(
        "P313", "file too large",
        "Mail and send-to-device services refuse files over 50 MB; small readers stall on a document or a picture over 300 kB, "
        "and on pictures over 1600 pixels a side.",
    ),
    Rule(
        "P314", "page number wrong",
        "A page number printed in contents, openers, index, or text is the folio printed on the page where its link lands.",
    ),
    Rule("P315", "release damaged", "A file of the release is missing, altered, or not listed in its manifest and checksums."),
    Rule(
        "P316", "stamp missing or wrong",
        "A copy for somebody says so at the foot of every page but the cover; a plain guide has nothing there but its folios.",
    ),
    Rule(
        "P317", "operand that is no number",
        "What a page draws is told in numbers and operators of PDF, which has no 'nan', no 'inf', and no '1e5'. Readers drop these with "
        "all that depends on them: words vanish. Page content, drawings in it, patterns, and their dictionaries are looked into.",
    ),
    Rule(
        "P318", "internal key in the file",
        "An id that authors write stands where readers read: a page, a text alternative, the outline. Ids of several words are looked "
        "for, as they are written, and in running text with spaces for hyphens; those that a text of the book has as words are none.",
    ),
    Rule(
        "P319", "page or catalog of the release is wrong",
        "Links of the release page and of its catalogs lead to files that stand in the release and are for everybody. Neither kits nor "
        "copies for a team or a person are named there, and nothing is shown that lies elsewhere.",
    ),
    Rule(
        "P321", "page in HTML that is not quiet",
        "An edition in HTML is one file to read: it runs no script, has nothing to fill in, and tells browsers to refuse what it does not "
        "hold itself. It has one title, every id once, and its language and direction.",
    ),
    Rule(
        "P322", "file for Kindle that Kindles break",
        "Formulas are pictures in an EPUB for Kindle, and drawings too: Send to Kindle drops MathML, and shows SVG wrongly or not at all.",
    ),
)  # fmt: skip


def fault(path: str, code: str, message: str, hint: str = "report this: the file was made wrongly") -> Diagnostic:
    """Make a diagnostic about a file that was made."""
    return Diagnostic(code, message, Place(path), hint)
