"""Say for which medium, under which names, and with which links, values, and drawings a text is printed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.markup.text import Formula, Reference

FORMULAS = "math/"
"""Begins the names of formulas among what is shown."""


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
        return f"{FORMULAS}{hashlib.sha256(self.data).hexdigest()[:24]}.svg"


@dataclass(frozen=True, slots=True)
class Target:
    """What a text needs from its surroundings to be printed: all of it looked up before a word is written."""

    medium: Literal["paged", "reflow"]
    scope: str
    """Prefix of every id in the fragment; unique in the book."""
    level: int
    """Level of HTML heading that `##` becomes."""
    lang: str
    labels: Mapping[str, str]
    """Titles of note, tip, warning, example; back_to_text for the way back from a footnote."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """Words for formulas: the file spoken.<lang>.yaml."""
    words: str = ""
    """Digest of both."""
    shown: Mapping[Reference, str] = field(default_factory=dict)
    """Each link, figure, and box that the text refers to, as XHTML; each value, as plain text."""
    drawings: Mapping[Formula, Setting] = field(default_factory=dict)
    """Its formulas, for paged media."""
    table_labels: tuple[str, ...] = ()
    """The printed label of each table with a caption, as plain text, such as "Table 12.1"."""
    first_note: int = 1
    """Printed number of the fragment's first footnote (reflow)."""
