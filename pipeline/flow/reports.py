"""Report what a build found out about its pages: how many each file has, and how many are nearly empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline import release
from pipeline.flow.request import Pages
from pipeline.release import Release

BUILD = "build"


def write(output: Path, pages: Sequence[Pages], seconds: Mapping[str, float], published: Release) -> tuple[str, ...]:
    """Write ``reports/build.json``; files that were carried over keep their rows. Gives warnings."""
    new = {each.path: {name: n for name, n in asdict(each).items() if name != "path"} for each in pages}
    rows = {**_before(output), **new}
    standing = {artefact.path for artefact in published.artefacts}
    facts = {
        "release": published.digest,
        "artefacts": {path: row for path, row in sorted(rows.items()) if path in standing},
        "stages": {stage: round(seconds, 2) for stage, seconds in seconds.items()},
    }
    return release.report(output, BUILD, facts)


def _before(output: Path) -> dict[str, Any]:
    """Give the rows of the last report."""
    facts = release.last_report(output, BUILD)
    rows = facts.get("artefacts") if isinstance(facts, dict) else None
    return rows if isinstance(rows, dict) else {}
