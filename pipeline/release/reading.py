"""Read the release that stands, and verify it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.release.manifest import CHECKSUMS, MANIFEST, Published, Release, checksum_bytes, parse

GUIDES = "guides"
RELEASES = ".releases"


def output_folder(folder: Path) -> Path:
    """Return the output folder that is meant by it, or by the folder of guides in it."""
    return folder if (folder / GUIDES).exists() or folder.name != GUIDES else folder.parent


def read(output: Path) -> tuple[Release | None, str]:
    """Read the manifest of the release in ``output/guides``.

    Gives None with the reason where the manifest cannot be read, and None with an empty reason where nothing
    has been published yet. Says nothing of the files: see ``verify``.
    """
    guides = output / GUIDES
    if not os.path.lexists(guides):
        return None, ""
    folder = output / os.readlink(guides) if guides.is_symlink() else guides
    try:
        return parse(folder, (folder / MANIFEST).read_bytes()), ""
    except OSError as error:
        return None, f"{guides / MANIFEST}: {error.strerror}"
    except ValueError as error:
        return None, f"{guides / MANIFEST}: {error}"


def verify(release: Release) -> tuple[str, ...]:
    """Compare the files of a release with its manifest and checksums; give one line for each thing wrong."""
    wanted = {artefact.path for artefact in release.artefacts} | {MANIFEST, CHECKSUMS}
    found = frozenset(_files(release.folder))
    present = tuple(artefact for artefact in release.artefacts if artefact.path in found)
    return (
        *(f"{path}: missing" for path in sorted(wanted - found)),
        *(f"{path}: not part of the release" for path in sorted(found - wanted)),
        *(fault for artefact in present for fault in _faults(release.folder, artefact)),
        *_record_faults(release, found),
    )


def data(release: Release, artefact: Published) -> bytes:
    """Read a file of a release; nothing when it is not as it was published."""
    try:
        found = (release.folder / artefact.path).read_bytes()
    except OSError:
        return b""
    return found if hashlib.sha256(found).hexdigest() == artefact.sha256 else b""


def file_digest(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[str]:
    """Give the path, below the folder, of everything in it that is not a folder."""
    for below, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(below) / name).is_symlink()]
        yield from ((Path(below) / name).relative_to(folder).as_posix() for name in (*names, *links))


def _faults(folder: Path, artefact: Published) -> Iterator[str]:
    """Say what is wrong with a file that is there."""
    path = folder / artefact.path
    try:
        if path.is_symlink() or not path.is_file():
            yield f"{artefact.path}: not a file"
        elif path.stat().st_size != artefact.bytes:
            yield f"{artefact.path}: {path.stat().st_size} bytes, not {artefact.bytes}"
        elif file_digest(path) != artefact.sha256:
            yield f"{artefact.path}: checksum differs"
    except OSError as error:
        yield f"{artefact.path}: {error.strerror}"


def _record_faults(release: Release, found: frozenset[str]) -> Iterator[str]:
    """Compare the two records with each other, and the manifest with the name of its folder."""
    manifest, checksums = release.folder / MANIFEST, release.folder / CHECKSUMS
    try:
        if MANIFEST in found and release.folder.name.partition("-")[0] != file_digest(manifest):
            yield f"{MANIFEST}: not the one this release was published with"
        if CHECKSUMS in found and checksums.read_bytes() != checksum_bytes(release.artefacts):
            yield f"{CHECKSUMS}: differs from {MANIFEST}"
    except OSError as error:
        yield f"{error.filename}: {error.strerror}"
