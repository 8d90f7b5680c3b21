"""Mark, in a page's content, the text operators that will show a page number.

A slot's operator is preceded by a comment line `%slot INDEX FIRST COUNT ALIGN FACE`, a page's own folio by
`%folio 0 FIRST COUNT ALIGN FACE`: FIRST and COUNT say which glyphs are the digits, ALIGN which edge stays,
FACE the name of the font resource.
"""

import re
from typing import Any

DIGITS = re.compile(r"0+")
GLYPHS = re.compile(rb"<([0-9a-f]*)>")
FACE = re.compile(rb"/(\S+) \S+ Tf$")
ALIGN = {"left": "l", "start": "l", "center": "c"}


class SlotError(ValueError):
    """A slot whose operator is not what the bindery can fill."""


def mark_slot(operators: list[Any], start: int, text: str, name: str, align: str = "right") -> None:
    """Put the comment before the one text operator of the marked content that starts at an index."""
    digits = DIGITS.search(text)
    if digits is None:
        raise SlotError(f"no zeros to write a page number over in '{text}'")
    shows = list(_shows(operators, start))
    if len(shows) != 1:
        raise SlotError(f"'{text}' is not set in one run")
    glyphs = b"".join(GLYPHS.findall(operators[shows[0]]))
    if len(glyphs) != 4 * len(text):
        raise SlotError(f"'{text}' is not set with one glyph to a character")
    words = (
        name,
        str(digits.start()),
        str(len(digits[0])),
        ALIGN.get(align, "r"),
        _face(operators, shows[0]),
    )
    operators[shows[0]] = f"%{' '.join(words)}\n".encode() + operators[shows[0]]


def _shows(operators: list[Any], start: int) -> Any:
    for index in range(start, len(operators)):
        operator = operators[index]
        if operator == b"EMC":
            return
        if isinstance(operator, bytes) and operator.endswith(b"] TJ"):
            yield index


def _face(operators: list[Any], before: int) -> str:
    for operator in reversed(operators[:before]):
        if isinstance(operator, bytes) and (match := FACE.search(operator)):
            return match[1].decode()
    raise SlotError("text without a font")
