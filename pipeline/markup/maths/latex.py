"""Read the LaTeX a formula may use into a tree, and note every fault with its place.

The grammar is the short list of `symbols`; whatever TeX would let pass silently (a space lost in
\\mathrm, the second digit of a script) is a fault here.
"""

from __future__ import annotations

import functools
from typing import Final

from pipeline.markup.faults import Fault
from pipeline.markup.maths.commands import COMMANDS
from pipeline.markup.maths.reader import EMPTY, Reader
from pipeline.markup.maths.tree import Row

LONGEST: Final = 2_000
"""Characters of a formula."""


@functools.lru_cache(maxsize=8192)
def read(latex: str) -> tuple[Row, tuple[Fault, ...]]:
    """Return the tree of a formula and its faults, whose line and column count from 1 in the formula."""
    if len(latex) > LONGEST:
        message = f"this formula has {len(latex):,} characters"
        return EMPTY, (Fault("M190", message, 1, 1, 1, f"split it: at most {LONGEST:,}"),)
    if not latex.strip():
        return EMPTY, (Fault("M172", "this formula is empty", 1, 1, 1, "write it, or remove the signs"),)
    reader = Reader(latex, COMMANDS)
    tree = reader.row(frozenset())
    return tree, tuple(sorted(set(reader.faults), key=lambda fault: (fault.line, fault.column, fault.code)))
