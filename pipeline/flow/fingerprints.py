"""Digest what artefacts depend on: whether one of an earlier build is stale follows from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.flow.inputs import code_digest, versions
from pipeline.flow.request import Slot
from pipeline.formats import FORMATS
from pipeline.model import Edition
from pipeline.publication import Publication, Section
from pipeline.work.store import key


def fingerprints(publication: Publication) -> Mapping[Slot, str]:
    """Digest what each artefact of an edition depends on, made or not."""
    whole = key(_printable(publication), publication.look.digest(publication.outline.lang), code_digest(), dict(versions()))
    return {slot: key(whole, *slot) for slot in _slots(publication.edition)}


def _printable(publication: Publication) -> str:
    """Write out all that a publication may print; the files it was read from are not part of that."""
    return repr(replace(publication, sections=tuple(_without_source(section) for section in publication.sections)))


def _without_source(section: Section) -> Section:
    return replace(section, source="", members=tuple(_without_source(member) for member in section.members))


def _slots(edition: Edition) -> Iterator[Slot]:
    """Give every artefact that an edition is to have."""
    for form in FORMATS.values():
        if form.name in edition.formats or not form.is_chosen:
            yield from ((form.name, edition.id, paper) for paper in (edition.papers if form.has_papers else ("",)))
