"""What can keep signatures from being bound, as diagnostics."""

from pipeline.diagnostics import Diagnostic, Place, Rule
from pipeline.press import Signature

RULES = (
    Rule(
        "P201",
        "a link or page number leads nowhere",
        "A link, a slot or an outline entry names an id that no section of this edition has. What an edition "
        "withholds cannot be linked to.",
    ),
    Rule(
        "P202",
        "a page number does not fit its slot",
        "Slots are laid out with room for as many digits as they hold zeros. A longer book needs wider ones.",
    ),
    Rule(
        "P203",
        "an id stands in two sections",
        "Ids are the destinations of links and of the outline, and must be unique in the book.",
    ),
    Rule(
        "P204",
        "a label cannot be set in the book's face",
        "The face that sets labels on note lines has no glyph for one of the characters.",
    ),
    Rule(
        "P205",
        "no room for the recipient's name",
        "The name of whom a copy is for stands at the foot of each page, left of the folio, in one line of 6 points at least.",
    ),
)


def fault(signature: Signature, code: str, message: str, hint: str = "") -> Diagnostic:
    """Make a diagnostic at the source of a signature's first section."""
    sources = dict(signature.sections)
    place = sources.get(signature.id) or next(iter(sources.values()), signature.id)
    return Diagnostic(code, f"section '{signature.id}': {message}", Place(place), hint)
