"""Verify the release that stands: its checksums, and every guide as its readers find it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline import release
from pipeline.diagnostics import Diagnostic
from pipeline.preflight.faults import fault
from pipeline.preflight.inspecting import inspect_file
from pipeline.release import Release

GUIDES = "guides"


def verify_release(folder: Path) -> tuple[Diagnostic, ...]:
    """Verify the release in ``folder/guides``, or in a folder of guides itself.

    Returns one diagnostic for each thing wrong: a file that is missing or altered, a page number that is not the folio
    where its link lands, a link that leads nowhere, a font that is not the theme's.
    """
    standing, reason = release.read(release.output_folder(folder))
    if standing is None:
        return (fault(str(folder), "P315", reason or "no release stands here", "build the guides first"),)
    return tuple(_verify(standing))


def _verify(standing: Release) -> Iterator[Diagnostic]:
    for line in release.verify(standing):
        path, _, message = line.partition(": ")
        yield fault(path, "P315", message, "build the guides again")
    for artefact in standing.artefacts:
        data = release.file_bytes(standing, artefact)
        if data is not None:
            yield from inspect_file(artefact.path, artefact.format, data, artefact.traits)
