"""What a build has made so far, before it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeline.brand import Brand
from pipeline.diagnostics import Diagnostic
from pipeline.flow.readings import Begun
from pipeline.flow.request import Pages, Relaid, Slot
from pipeline.publication import Publication
from pipeline.release import Artefact


@dataclass
class Made:
    """What has been made so far."""

    artefacts: list[Artefact] = field(default_factory=list)
    readings: dict[str, Begun] = field(default_factory=dict)
    """Readings of PDFs, by their paths, begun as soon as these were bound."""
    inspected: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """What was found in artefacts that have been inspected, by their paths."""
    likes: dict[str, bytes] = field(default_factory=dict)
    """Files that stand and are like PDFs just made, by the paths of these."""
    publications: dict[str, Publication] = field(default_factory=dict)
    fingerprints: dict[Slot, str] = field(default_factory=dict)
    """Digest of what each artefact of the book depends on, made or not."""
    brands: tuple[Brand, ...] = ()
    """The copies asked for; the plain guide is one of them."""
    pages: tuple[Pages, ...] = ()
    laid_out: tuple[Relaid, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def publication(self, artefact: Artefact) -> Publication:
        """Return the publication that an artefact was made from."""
        brand = next(b for b in self.brands if (b.team, b.recipient) == (artefact.team, artefact.recipient))
        return replace(self.publications[artefact.edition], brand=brand)
