"""Publish a release: a folder filled aside, then one symlink swapped by one rename."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from pipeline.diagnostics import ToolError
from pipeline.release.manifest import (
    CHECKSUMS,
    MANIFEST,
    Artefact,
    BookFacts,
    Carried,
    Release,
    checksum_bytes,
    is_safe_path,
    listed,
    listed_again,
    manifest_bytes,
    parse,
)
from pipeline.release.reading import GUIDES, RELEASES, file_digest, verify
from pipeline.work.store import fault_point, write_synced


def publish(
    output: Path,
    artefacts: Sequence[Artefact],
    *,
    carried: Sequence[Carried] = (),
    book: BookFacts,
    inputs: str,
    versions: Mapping[str, str],
) -> Release:
    """Make these files the release in ``output/guides``, all at once; call it while holding ``lock(output)``.

    Whatever stops it, the old release or the new one stands whole. The release it replaces is kept beside it,
    for whoever is still reading; older ones go. Raises ToolError where the disk refuses.
    """
    rows = tuple(sorted((*map(listed, artefacts), *map(listed_again, carried)), key=lambda row: row.path))
    _refuse_paths([row.path for row in rows])
    manifest = manifest_bytes(book, inputs, rows, versions)
    release = parse(output, manifest)
    try:
        releases = _releases_folder(output)
        before = {entry.name for entry in releases.iterdir()}
        try:
            temp = releases / _temp_name()
            _fill(temp, artefacts, carried)
            _write_records(temp, manifest, checksum_bytes(rows))
            folder = _settle(temp, release)
            previous = _swap(output, folder.name)
        finally:
            # Also when interrupted; a release that now stands is never among what is removed.
            _remove_new(releases, before | {_current(output)})
    except OSError as error:
        raise ToolError(_one_line(output, error)) from error
    return replace(release, folder=folder, warnings=_prune(output, {folder.name, previous}))


def _refuse_paths(paths: Sequence[str]) -> None:
    """Refuse what cannot stand in one folder, on file systems that ignore case too."""
    seen: set[str] = set()
    for path in paths:
        if not is_safe_path(path):
            raise ToolError(f"cannot publish {path!r}: not a file in an edition's folder")
        if path.casefold() in seen:
            raise ToolError(f"cannot publish {path!r} twice")
        seen.add(path.casefold())


def _releases_folder(output: Path) -> Path:
    """Make the folder of releases; clear away what killed builds left, which may be what fills the disk."""
    guides = output / GUIDES
    if guides.exists() and not guides.is_symlink():
        raise ToolError(f"{guides}: not made by a build; move it away and build again")
    fault_point("release-1-folder")
    releases = output / RELEASES
    releases.mkdir(parents=True, exist_ok=True)
    for temp in chain(releases.glob("tmp-*"), output.glob(f"{GUIDES}.tmp-*")):
        _remove(temp)
    return releases


def _fill(temp: Path, artefacts: Sequence[Artefact], carried: Sequence[Carried]) -> None:
    """Write the new files and take over the old ones, one folder for each edition."""
    temp.mkdir()
    for artefact in artefacts:
        (temp / artefact.edition).mkdir(exist_ok=True)
        write_synced(temp / artefact.path, artefact.data, at="release-2-artefact")
    fault_point("release-3-carry")
    for item in carried:
        target = temp / item.artefact.path
        target.parent.mkdir(exist_ok=True)
        _carry(item, target)


def _carry(carried: Carried, target: Path) -> None:
    """Give an old file a second name, or a copy where the file system has no hard links."""
    source = carried.source
    if not source.is_file() or file_digest(source) != carried.artefact.sha256:
        raise ToolError(f"{source}: missing or damaged; build the edition '{carried.artefact.edition}' again")
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
        _sync(target)


def _write_records(temp: Path, manifest: bytes, checksums: bytes) -> None:
    """Write manifest and checksums, and wait until the disk has every name."""
    write_synced(temp / MANIFEST, manifest, at="release-4-manifest")
    write_synced(temp / CHECKSUMS, checksums, at="release-5-checksums")
    fault_point("release-6-sync")
    for folder in (*(path for path in temp.iterdir() if path.is_dir()), temp):
        _sync(folder)


def _settle(temp: Path, release: Release) -> Path:
    """Give the folder its name, or find the same release whole already.

    A damaged release of that name may be the one that stands, and a folder cannot be swapped in one step: the
    new one then gets a number after its digest.
    """
    releases = temp.parent
    fault_point("release-7-rename")
    for number in count(1):
        folder = releases / (release.digest if number == 1 else f"{release.digest}-{number}")
        if not os.path.lexists(folder):
            temp.rename(folder)
            _sync(releases)
            return folder
        if not verify(replace(release, folder=folder)):
            return folder
    raise AssertionError("unreachable: names do not run out")


def _swap(output: Path, name: str) -> str:
    """Point ``guides`` at a release by one rename; give the name of the release it pointed at."""
    guides, link = output / GUIDES, output / f"{GUIDES}.{_temp_name()}"
    previous = _current(output)
    try:
        fault_point("release-8-link")
        link.symlink_to(f"{RELEASES}/{name}", target_is_directory=True)
        fault_point("release-9-swap")
        link.replace(guides)
    finally:
        link.unlink(missing_ok=True)
    fault_point("release-10-swapped")
    _sync(output)
    return previous


def _prune(output: Path, kept: set[str]) -> tuple[str, ...]:
    """Remove older releases; what cannot be removed is a warning, since the new release stands."""
    releases = output / RELEASES
    try:
        fault_point("release-11-prune")
        for old in tuple(releases.iterdir()):
            if old.name not in kept:
                # A half-removed release must not keep the name of a whole one.
                temp = releases / _temp_name()
                old.rename(temp)
                _remove(temp)
        fault_point("release-12-pruned")
    except OSError as error:
        return (f"older releases are left in {releases}: {error.strerror}",)
    return ()


def _remove_new(releases: Path, kept: set[str]) -> None:
    """Remove what a publication that did not succeed has left, and its temporary folder in any case."""
    with suppress(OSError):
        for path in tuple(releases.iterdir()):
            if path.name not in kept:
                _remove(path)


def _remove(path: Path) -> None:
    """Remove a folder with all in it, or a file; what resists is left for the next build."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _current(output: Path) -> str:
    """Name the release that stands, or nothing."""
    try:
        return Path(os.readlink(output / GUIDES)).name
    except OSError:
        return ""


def _temp_name() -> str:
    return f"tmp-{os.getpid()}-{secrets.token_hex(4)}"


def _sync(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network and shared-folder file systems cannot sync a folder, and answer so.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _one_line(output: Path, error: OSError) -> str:
    """Say which path refused and why, without the names of temporary files."""
    where = re.sub(rf"/({GUIDES}\.)?tmp-.*", "", str(error.filename or output))
    return f"cannot publish to {where}: {error.strerror}"
