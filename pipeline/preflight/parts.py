"""Read a finished PDF in parts, each a run of pages: pages are many, and reading waits for nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pypdfium2

from pipeline.preflight import operands, paper
from pipeline.preflight.operands import Looked
from pipeline.preflight.paper import Page, Paper
from pipeline.theme import Foot
from pipeline.work import Stage, thresholds


@dataclass(frozen=True, slots=True)
class Part:
    """A run of the pages of a PDF that are to be read, of so many runs."""

    path: str
    number: int
    count: int
    pages: int
    """How many pages are in it; 0 where the whole file has too few to be shared out."""
    names: tuple[str, ...] | None
    """Named destinations to be looked up; None for all."""
    known: frozenset[int]
    """Pages that need not be read, by their numbers from 0."""
    foot: Foot | None = None
    """Where folios stand; where nothing is said of it, as in the package's own look."""


def parts(path: str, pages: int, readers: int, names: tuple[str, ...] | None, known: Collection[int] = ()) -> tuple[Part, ...]:
    """Part a file of so many ``pages`` for some readers; those ``known`` are as they were when they were last read."""
    unread = pages - len(known)
    count = 1 if unread <= thresholds.PAGES_READ_HERE else max(readers, -(-unread // thresholds.PAGES_READ_AT_ONCE), 1)
    share = unread // count if unread > thresholds.PAGES_READ_HERE else 0
    return tuple(Part(path, number, count, share, names, frozenset(known)) for number in range(count))


def read(part: Part, source: bytes | Path) -> Paper | None:
    """Return the pages of a part; nothing when the file is no PDF. The first part has outline and destinations too."""

    def wanted(total: int) -> Sequence[int]:
        # Pages that stand together share objects, which are inflated once for all of them.
        unread = [page for page in range(total) if page not in part.known]
        return unread[len(unread) * part.number // part.count : len(unread) * (part.number + 1) // part.count]

    try:
        return paper.read(source, wanted, names=part.names, navigation=part.number == 0, foot=part.foot)
    except pypdfium2.PdfiumError:
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a PDF: its pages, and what its content holds."""

    paper: Paper
    looked: Looked


def whole(data: bytes, read: Sequence[Paper | None], known: Mapping[int, Page], sound: frozenset[bytes] = frozenset()) -> Reading | None:
    """Return what was found in a file whose parts were read, with the pages that were known; nothing when it is no PDF.

    Content with a digest that is ``sound`` was looked into before.
    """
    found = [part for part in read if part is not None]
    if not found:
        return None
    pages = chain.from_iterable(part.pages for part in found)
    total = len(known) + sum(len(part.pages) for part in found)
    paper = replace(found[0], pages=tuple(known.get(number) or next(pages) for number in range(total)))
    return Reading(paper, operands.look(data, sound))


READ: Stage[Part, Paper | None] = Stage("inspect", read, title=lambda part: part.path, weight=lambda part: part.pages)
"""Parts of a PDF, and the file that they share, become pages as a reader finds them."""
