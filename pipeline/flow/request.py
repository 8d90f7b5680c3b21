"""What a build is asked for, what it says while it runs, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.diagnostics import Diagnostic
from pipeline.model import Edition
from pipeline.release import Artefact, Published, Release

Slot = tuple[str, str, str]
"""What an artefact is: its format, its edition, and its paper, if it has one."""


def slot(artefact: Artefact | Published) -> Slot:
    """Say what an artefact is."""
    return artefact.format, artefact.edition, artefact.paper


@dataclass(frozen=True, slots=True)
class Request:
    """What to build; empty tuples mean all that the editions name."""

    book: Path
    output: Path
    editions: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    jobs: int = 1
    strict: bool = False
    explain: bool = False
    store: Path | None = None
    cluster: str = ""
    """Address of a Dask scheduler that shares out the laying out; empty for this machine alone."""
    team: str = ""
    """Whose copies to make instead of the plain files; empty for nobody's."""
    recipients: tuple[str, ...] = ()
    """For whom to make copies, one each."""
    theme: Path | None = None
    """Folder of a theme that lies over the package's own, and below the book's."""

    @property
    def partial(self) -> bool:
        """Whether less than everything is asked for."""
        return bool(self.editions or self.formats or self.papers or self.branded)

    @property
    def branded(self) -> bool:
        """Whether copies are asked for."""
        return bool(self.team or self.recipients)

    def wants(self, edition: Edition, form: str, paper: str | None = None) -> bool:
        """Tell whether a file is asked for. Papers are a matter of PDFs: naming one asks for no other format."""
        if form not in edition.formats or (self.formats and form not in self.formats):
            return False
        if paper is None:
            return bool(self.formats) or not self.papers
        return not self.papers or paper in self.papers


@dataclass(frozen=True, slots=True)
class Relaid:
    """A signature that was laid out anew, and why."""

    edition: str
    paper: str
    signature: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pages:
    """How the pages of an artefact are filled."""

    path: str
    pages: int
    sparse: int
    """Body pages less than 35 % full."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a build."""

    release: Release
    diagnostics: tuple[Diagnostic, ...]
    unchanged: bool
    seconds: float
    pages: tuple[Pages, ...] = ()
    laid_out: tuple[Relaid, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
