"""Mark, in a page's content, the text operators that will show a page number (see `pipeline.slots`)."""

import re
from typing import Any

from pipeline.slots import ZEROS, Mark

GLYPHS = re.compile(rb"<([0-9a-f]*)>")
FACE = re.compile(rb"/(\S+) \S+ Tf$")


class SlotError(ValueError):
    """A slot whose operator is not what the bindery can fill."""


def mark_slot(operators: list[Any], start: int, text: str, index: int | None, align: str = "right") -> None:
    """Put the mark before the one text operator of the marked content that starts at a place; `index` is None for a folio."""
    zeros = ZEROS.search(text)
    if zeros is None:
        raise SlotError(f"no zeros to write a page number over in '{text}'")
    shows = list(_shows(operators, start))
    if len(shows) != 1:
        raise SlotError(f"'{text}' is not set in one run")
    glyphs = b"".join(GLYPHS.findall(operators[shows[0]]))
    if len(glyphs) != 4 * len(text):
        raise SlotError(f"'{text}' is not set with one glyph to a character")
    mark = Mark(index, zeros.start(), len(zeros[0]), align, _face(operators, shows[0]))
    operators[shows[0]] = mark.written() + operators[shows[0]]


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
