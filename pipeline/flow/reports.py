"""Report what a build found out about its pages: how many each file has, and how many are nearly empty."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline import release
from pipeline.flow.made import Made
from pipeline.release import Release

BUILD = "build"


def write(output: Path, made: Made, published: Release) -> tuple[str, ...]:
    """Write ``reports/build.json``; files that were carried over keep their rows. Gives warnings."""
    new = {pages.path: {name: n for name, n in asdict(pages).items() if name != "path"} for pages in made.pages}
    rows = {**_before(output), **new}
    standing = {artefact.path for artefact in published.artefacts}
    facts = {
        "release": published.digest,
        "artefacts": {path: row for path, row in sorted(rows.items()) if path in standing},
        "stages": {stage: round(seconds, 2) for stage, seconds in made.seconds.items()},
    }
    return release.report(output, BUILD, facts)


def _before(output: Path) -> dict[str, Any]:
    """Give the rows of the last report."""
    facts = release.last_report(output, BUILD)
    rows = facts.get("artefacts") if isinstance(facts, dict) else None
    return rows if isinstance(rows, dict) else {}
