"""Tell pages apart by what decides how a reader finds them: pages of two files that agree in it need not be read twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from pipeline.press import Destination, LaidOut

from .gathering import Gathered

Shown = Sequence[tuple[str, int]]
"""A digest of what is on the pages of each signature, and their number."""


def shown(gathered: Gathered) -> Shown:
    """Digest, for each signature of a plain guide that has been bound, all that decides what is on its pages; give their number.

    That is what the press laid out, the numbers written into it, where its links land, and what its glyphs stand for.
    """
    points = {place.id: place for leaf in gathered.leaves for place in leaf.facts.places}
    found = []
    for signature, leaf, start in zip(gathered.signatures, gathered.leaves, gathered.numbered.first, strict=True):
        notes = repr(gathered.notes.get(signature.id))
        parts = (signature.fonts, notes, repr(gathered.trim), *_numbers(gathered, leaf, start, points), _texts(gathered, leaf))
        digest = hashlib.sha256(leaf.pdf)
        digest.update(json.dumps(parts).encode())
        found.append((digest.hexdigest(), leaf.facts.pages))
    return tuple(found)


def _numbers(gathered: Gathered, leaf: LaidOut, start: int, points: dict[str, Destination]) -> tuple[object, ...]:
    """Give the page numbers on a signature's pages, and the pages and points that its links lead to."""
    numbered, facts = gathered.numbered, leaf.facts
    landings = [(numbered.pages[target], points[target].x, points[target].y) for target in facts.links]
    printed, labels = (numbers[start : start + facts.pages] for numbers in (numbered.printed, numbered.labels))
    return start, printed, labels, [numbered.folio(target) for target in facts.slots], landings


def _texts(gathered: Gathered, leaf: LaidOut) -> list[str]:
    """Give what the glyphs of a signature stand for: of several texts all signatures share the simplest."""
    return [gathered.glyphs.by_file[face.file][gid] for face in leaf.facts.faces for gid, _ in face.glyphs]
