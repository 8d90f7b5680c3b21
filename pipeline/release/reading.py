"""Read the release that stands, and verify it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.release.folder import Folder
from pipeline.release.manifest import CHECKSUMS, MANIFEST, Published, Release, checksum_bytes, parse

GUIDES = "guides"
RELEASES = ".releases"
NAME = re.compile(r"[0-9a-f]{64}(-[1-9][0-9]*)?")
"""Name of a release: the digest of its manifest, and a number where a damaged one has that name."""


def output_folder(folder: Path) -> Path:
    """Return the output folder that is meant by it, or by the folder of guides in it."""
    return folder if (folder / GUIDES).exists() or folder.name != GUIDES else folder.parent


def standing(output: Folder) -> str:
    """Name the release that ``guides`` leads to; nothing when it is not there, or leads where no build has led it."""
    folder, _, name = output.target(GUIDES).partition("/")
    return name if folder == RELEASES and NAME.fullmatch(name) else ""


def read(output: Path) -> tuple[Release | None, str]:
    """Read the manifest of the release in ``output/guides``.

    Gives None with the reason where the manifest cannot be read, and None with an empty reason where nothing
    has been published yet. Says nothing of the files: see ``verify``.
    """
    guides = output / GUIDES
    if not os.path.lexists(guides):
        return None, ""
    try:
        return _read(output), ""
    except OSError as error:
        return None, f"{guides / MANIFEST}: {error.strerror}"
    except ValueError as error:
        return None, f"{guides / MANIFEST}: {error}"


def _read(output: Path) -> Release:
    with Folder.open(output) as place:
        if not place.target(GUIDES):
            # A copy of a release, in a folder of its own.
            with place.below(GUIDES) as folder:
                return parse(folder.path, folder.read(MANIFEST))
        name = standing(place)
        if not name:
            raise ValueError(f"a link to '{place.target(GUIDES)}', which no build has made")
        with place.below(RELEASES) as releases, releases.below(name) as folder:
            return parse(folder.path, folder.read(MANIFEST))


def verify(release: Release) -> tuple[str, ...]:
    """Compare the files of a release with its manifest and checksums; give one line for each thing wrong."""
    wanted = {artefact.path for artefact in release.artefacts} | {MANIFEST, CHECKSUMS}
    try:
        with Folder.open(release.folder.parent) as parent, parent.below(release.folder.name) as folder:
            found = frozenset(folder.paths())
            present = tuple(artefact for artefact in release.artefacts if artefact.path in found)
            return (
                *(f"{path}: missing" for path in sorted(wanted - found)),
                *(f"{path}: not part of the release" for path in sorted(found - wanted)),
                *(fault for artefact in present for fault in _faults(folder, artefact)),
                *_record_faults(folder, release, found),
            )
    except OSError as error:
        return (f"{error.filename}: {error.strerror}",)


def file_bytes(release: Release, artefact: Published) -> bytes | None:
    """Read a file of a release as it is; None when no file is there, or a link or a pipe in its place."""
    try:
        with Folder.open(release.folder.parent) as parent, parent.below(release.folder.name) as folder:
            return folder.read(artefact.path)
    except OSError:
        return None


def data(release: Release, artefact: Published) -> bytes:
    """Read a file of a release; nothing when it is not as it was published."""
    found = file_bytes(release, artefact) or b""
    return found if hashlib.sha256(found).hexdigest() == artefact.sha256 else b""


def _faults(folder: Folder, artefact: Published) -> Iterator[str]:
    """Say what is wrong with a file that is there."""
    try:
        size, digest = folder.size_and_digest(artefact.path)
    except OSError as error:
        yield f"{artefact.path}: {error.strerror}"
        return
    if size != artefact.bytes:
        yield f"{artefact.path}: {size} bytes, not {artefact.bytes}"
    elif digest != artefact.sha256:
        yield f"{artefact.path}: checksum differs"


def _record_faults(folder: Folder, release: Release, found: frozenset[str]) -> Iterator[str]:
    """Compare the two records with each other, and the manifest with the name of its folder."""
    try:
        if MANIFEST in found and release.folder.name.partition("-")[0] != folder.size_and_digest(MANIFEST)[1]:
            yield f"{MANIFEST}: not the one this release was published with"
        if CHECKSUMS in found and folder.read(CHECKSUMS) != checksum_bytes(release.artefacts):
            yield f"{CHECKSUMS}: differs from {MANIFEST}"
    except OSError as error:
        yield f"{error.filename}: {error.strerror}"
