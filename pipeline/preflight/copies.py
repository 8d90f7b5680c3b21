"""Inspect a copy beside one that was inspected in full: what the two share, byte for byte, need not be read again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from pipeline.diagnostics import Diagnostic
from pipeline.preflight import paper, sheets
from pipeline.preflight.faults import fault
from pipeline.preflight.paper import Paper
from pipeline.publication import Publication
from pipeline.theme import Foot, Traits

END = b"endstream"
MOST, SHARE = 40, 6
"""Streams that may differ (a copy's own pages, its stamp, metadata, fonts, and the objects that name them): this many, and
one in six; where more do, the two are not the same book."""
FIRST = 4
"""Pages read whatever is known of the others: these, which a copy has to itself, and the last."""


def is_like(data: bytes, other: bytes) -> bool:
    """Tell whether two PDFs are the same but for what copies have to themselves."""
    pairs = list(zip_longest(data.split(END), other.split(END)))
    differing = len([None for one, two in pairs if one != two])
    return differing <= MOST and differing * SHARE <= len(pairs)


def read(data: bytes, foot: Foot | None = None) -> Paper:
    """Read the pages of a copy that are its own, and the last. Raises pypdfium2.PdfiumError when it is no PDF."""
    return paper.read(data, lambda count: sorted({*range(min(FIRST, count)), count - 1}), names=(), foot=foot)


def check(path: str, read: Paper, traits: Traits, publication: Publication) -> Iterator[Diagnostic]:
    """Check the pages read: folios, fonts, links, alternatives, and the stamp; and what the file says of itself."""
    for page in read.pages:
        if page.foot not in ("", page.label):
            yield fault(path, "P304", f"page {page.label} has '{page.foot}' printed at its foot")
    yield from sheets.check_pages(path, read, traits)
    yield from sheets.check_itself(path, read, publication)
