"""What can keep a signature from being laid out, as diagnostics that name its section."""

from pipeline.diagnostics import Diagnostic, Place, Rule

from .records import Signature

RULES = (
    Rule(
        "P101",
        "a section cannot be laid out",
        "The layout engine gave up on this section. The message says why; the section's text, its figures "
        "and the stylesheet are the places to look.",
    ),
    Rule(
        "P102",
        "a section's markup is not well-formed",
        "Every section reaches the press as XHTML. A template or a converter wrote something that is not.",
    ),
    Rule(
        "P103",
        "laying out a section ended its worker",
        "The operating system ended the worker twice while it laid out this section, most often for want of memory.",
    ),
)


def fault(signature: Signature, code: str, message: str, hint: str = "") -> Diagnostic:
    """Make a diagnostic that names the signature's first section, at its source when that is known."""
    source = dict(signature.sections).get(signature.id) or next((path for _, path in signature.sections), "")
    return Diagnostic(code, f"section '{signature.id}': {message}", Place(source or signature.id), hint)
