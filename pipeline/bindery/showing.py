"""Tell pages apart by what decides how a reader finds them: pages of two files that agree in it need not be read twice."""

from __future__ import annotations

import hashlib
import json

from pipeline.press import Destination, LaidOut

from .gathering import Gathered
from .records import Copy


def shown(gathered: Gathered, copy: Copy) -> tuple[tuple[str, int], ...]:
    """Digest, for each signature of a copy that has been bound, all that decides what is on its pages; give the number of these.

    That is what the press laid out, the numbers written into it, where its links land, what its glyphs stand for, and what the
    copy adds.
    """
    own = {signature.id: leaf for signature, leaf in copy.own}
    leaves = [own.get(signature.id, leaf) for signature, leaf in zip(gathered.signatures, gathered.leaves, strict=True)]
    points = {place.id: place for leaf in leaves for place in leaf.facts.places}
    found = []
    for signature, leaf, start in zip(gathered.signatures, leaves, gathered.numbered.first, strict=True):
        stamp = copy.stamp if signature.matter != "cover" else ""
        parts = (signature.fonts, *_numbers(gathered, leaf, start, points), _texts(gathered, leaf), repr(copy.palette), stamp)
        digest = hashlib.sha256(leaf.pdf)
        digest.update(json.dumps([*parts, repr(gathered.notes.get(signature.id))]).encode())
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
    texts = gathered.glyphs.by_file
    return [texts[face.file][gid] for face in leaf.facts.faces if face.file in texts for gid, _ in face.glyphs if gid in texts[face.file]]
