"""Know the releases of an output folder: read and verify the one that stands, and remove older ones and what killed builds left.

Nothing is removed that a manifest of a build does not prove to be its own.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.model import LARGEST_MANIFEST, Kept
from pipeline.model import kept as read_kept
from pipeline.release.folder import Folder
from pipeline.release.manifest import CHECKSUMS, MANIFEST, Offered, Published, Release, checksum_bytes, parse
from pipeline.source import SourceFault, octets
from pipeline.work.store import fault_point

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
    """Return the release in ``output/guides`` as its manifest tells it, whatever its files are; or None, and why it cannot be read.

    Where nothing has been published yet there is no reason.
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


def kept(path: Path) -> Kept:
    """Return what a release keeps of its texts: that of an output folder, of a folder of guides, or of a manifest by itself.

    Raises BookError where there is none, or where it cannot be used.
    """
    places = (path / GUIDES / MANIFEST, path / MANIFEST) if path.is_dir() else (path,)
    found = next((place for place in places if place.exists()), places[-1])
    try:
        return read_kept(octets(found, str(found), LARGEST_MANIFEST))
    except SourceFault as fault:
        raise BookError(fault.diagnostic) from fault
    except ValueError as error:
        hint = "name an output folder, a folder of guides, or the manifest.json of a release"
        raise BookError(Diagnostic("R103", str(error), Place(str(found)), hint)) from error


def verify(release: Release) -> tuple[str, ...]:
    """Compare the files of a release with its manifest and checksums; return one line for each thing wrong."""
    wanted = {file.path for file in release.files} | {MANIFEST, CHECKSUMS}
    try:
        with Folder.open(release.folder.parent) as parent, parent.below(release.folder.name) as folder:
            found = frozenset(folder.paths())
            present = tuple(file for file in release.files if file.path in found)
            return (
                *(f"{path}: missing" for path in sorted(wanted - found)),
                *(f"{path}: not part of the release" for path in sorted(found - wanted)),
                *(fault for file in present for fault in _faults(folder, file)),
                *_record_faults(folder, release, found),
            )
    except OSError as error:
        return (f"{error.filename}: {error.strerror}",)


def file_bytes(release: Release, artefact: Published | Offered) -> bytes | None:
    """Return a file of a release as it is; None when no file is there, or a link or a pipe in its place."""
    try:
        with Folder.open(release.folder.parent) as parent, parent.below(release.folder.name) as folder:
            return folder.read(artefact.path)
    except OSError:
        return None


def data(release: Release, artefact: Published) -> bytes:
    """Return a file of a release; nothing when it is not as it was published."""
    found = file_bytes(release, artefact) or b""
    return found if sha256(found).hexdigest() == artefact.sha256 else b""


def _faults(folder: Folder, artefact: Published | Offered) -> Iterator[str]:
    """Yield what is wrong with a file that is there."""
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
        if CHECKSUMS in found and folder.read(CHECKSUMS) != checksum_bytes(release.files):
            yield f"{CHECKSUMS}: differs from {MANIFEST}"
    except OSError as error:
        yield f"{error.filename}: {error.strerror}"


TEMP = re.compile(r"tmp-[0-9]+-[0-9a-f]{8}")
"""Name of a folder that is being filled, or was when its build was killed: the number of the process, and chance."""


def temp_name() -> str:
    """Return a new name for a folder that is being filled, or emptied."""
    return f"tmp-{os.getpid()}-{secrets.token_hex(4)}"


def sweep(output: Folder, releases: Folder) -> None:
    """Remove what killed builds left in the two folders."""
    for name in releases.names():
        if TEMP.fullmatch(name):
            remove(releases, name)
    for name in output.names():
        folder, _, release = output.target(name).partition("/")
        if TEMP.fullmatch(name.removeprefix(f"{GUIDES}.")) and folder == RELEASES and NAME.fullmatch(release):
            output.remove(name)


def prune(releases: Folder, kept: set[str], book: str) -> tuple[str, ...]:
    """Remove the releases of a book that are not kept; what cannot be removed is a warning, since the new release stands."""
    try:
        fault_point("release-11-prune")
        older = [name for name in releases.names() if NAME.fullmatch(name) and name not in kept and _book_of(releases, name) in ("", book)]
        left = [name for name in older if not remove(releases, name)]
        fault_point("release-12-pruned")
    except OSError as error:
        return (f"older releases are left in {releases.path}: {error.strerror}",)
    return tuple(f"{releases.path / name}: holds what no build has made; look into it, and delete it" for name in left)


def _book_of(releases: Folder, name: str) -> str:
    """Return the id of the book that a release is of; nothing where that cannot be read."""
    try:
        with releases.below(name) as folder:
            return parse(folder.path, folder.read(MANIFEST)).book.id
    except (OSError, ValueError):
        return ""


def remove(releases: Folder, name: str) -> bool:
    """Remove a release, or what there is of one; tell whether it is gone.

    It goes only when it bears a release's name and holds the manifest that the name is the digest of, or bears a
    temporary name, and when it holds nothing that this manifest does not list.
    """
    try:
        with releases.below(name) as folder:
            manifest = folder.read(MANIFEST) if folder.has(MANIFEST) else b""
            own = (NAME.fullmatch(name) and name[:64] == sha256(manifest).hexdigest()) or TEMP.fullmatch(name)
            paths = _listed(folder, manifest)
            if not own or not set(folder.paths()) <= {*paths, MANIFEST, CHECKSUMS}:
                return False
            left = name if TEMP.fullmatch(name) else temp_name()
            if left != name:
                # A half-removed release must not keep the name of a whole one.
                releases.rename(name, left)
            _empty(folder, paths)
        releases.remove_empty(left)
    except OSError:
        return False
    return True


def _listed(folder: Folder, manifest: bytes) -> tuple[str, ...]:
    """Return the paths that a manifest lists; none where it was not written to its end."""
    try:
        return tuple(file.path for file in parse(folder.path, manifest).files)
    except ValueError:
        return ()


def _empty(folder: Folder, paths: tuple[str, ...]) -> None:
    """Remove the files that are listed, and the folders they stood in; the manifest last, since it proves whose they are."""
    for name in (path for path in paths if "/" not in path):
        folder.remove(name)
    for edition, files in groupby(sorted(path for path in paths if "/" in path), key=lambda path: path.partition("/")[0]):
        with suppress(FileNotFoundError):
            with folder.below(edition) as held:
                for path in files:
                    held.remove(path.partition("/")[2])
            folder.remove_empty(edition)
    folder.remove(CHECKSUMS)
    folder.remove(MANIFEST)
