"""Remove older releases, and what killed builds left: nothing that a manifest of a build does not prove to be its own."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from hashlib import sha256
from itertools import groupby

from pipeline.release.folder import Folder
from pipeline.release.manifest import CHECKSUMS, MANIFEST, parse
from pipeline.release.reading import GUIDES, NAME, RELEASES
from pipeline.work.store import fault_point

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


def prune(releases: Folder, kept: set[str]) -> tuple[str, ...]:
    """Remove the releases that are not kept; what cannot be removed is a warning, since the new release stands."""
    try:
        fault_point("release-11-prune")
        left = [name for name in releases.names() if NAME.fullmatch(name) and name not in kept and not remove(releases, name)]
        fault_point("release-12-pruned")
    except OSError as error:
        return (f"older releases are left in {releases.path}: {error.strerror}",)
    return tuple(f"{releases.path / name}: holds what no build has made; look into it, and delete it" for name in left)


def remove(releases: Folder, name: str) -> bool:
    """Remove a release, or what there is of one; tell whether it is gone.

    It goes only when it bears a release's name and holds the manifest that the name is the digest of, or bears a
    temporary name, and when it holds nothing that this manifest does not list.
    """
    try:
        with releases.below(name) as folder:
            manifest = folder.read(MANIFEST) if folder.has(MANIFEST) else b""
            own = _is_release(name, manifest) or TEMP.fullmatch(name)
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


def _is_release(name: str, manifest: bytes) -> bool:
    return NAME.fullmatch(name) is not None and name[:64] == sha256(manifest).hexdigest()


def _listed(folder: Folder, manifest: bytes) -> tuple[str, ...]:
    """Return the paths that a manifest lists; none where it was not written to its end."""
    try:
        return tuple(artefact.path for artefact in parse(folder.path, manifest).artefacts)
    except ValueError:
        return ()


def _empty(folder: Folder, paths: tuple[str, ...]) -> None:
    """Remove the files that are listed, and the folders they stood in; the manifest last, since it proves whose they are."""
    for edition, files in groupby(sorted(paths), key=lambda path: path.partition("/")[0]):
        with suppress(FileNotFoundError):
            with folder.below(edition) as held:
                for path in files:
                    held.remove(path.partition("/")[2])
            folder.remove_empty(edition)
    folder.remove(CHECKSUMS)
    folder.remove(MANIFEST)
