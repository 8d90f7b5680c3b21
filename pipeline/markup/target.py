"""Say for which medium, and under which names, a text is printed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.markup.text import Formula, Reference


@dataclass(frozen=True, slots=True)
class Setting:
    """A formula drawn as SVG; its measures are in em, `depth` below the baseline."""

    data: bytes
    width: float
    height: float
    depth: float

    @property
    def name(self) -> str:
        """Return the resource's name, which follows from its bytes."""
        return f"math/{hashlib.sha256(self.data).hexdigest()[:24]}.svg"


@dataclass(frozen=True, slots=True)
class Target:
    """What a text needs from its surroundings to be printed; the callables return XHTML unless they say otherwise."""

    medium: Literal["paged", "reflow"]
    scope: str
    """Prefix of every id in the fragment; unique in the book."""
    level: int
    """Level of HTML heading that `##` becomes."""
    lang: str
    link: Callable[[Reference], str]
    figure: Callable[[str], str]
    box: Callable[[str], str]
    value: Callable[[str], str]
    """Return a value as plain text."""
    formula: Callable[[Formula], Setting]
    """Draw a formula; asked for paged media only."""
    table_label: Callable[[int], str]
    """Return the printed label of the nth table with a caption, as plain text, such as "Table 12.1"."""
    labels: Mapping[str, str]
    """Titles of note, tip, warning, example; back_to_text for the way back from a footnote."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """Words for formulas: the file spoken.<lang>.yaml."""
    words: str = ""
    """Digest of both."""
    first_note: int = 1
    """Printed number of the fragment's first footnote (reflow)."""
