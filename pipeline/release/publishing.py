"""Publish a release, a folder filled aside and one symlink swapped by one rename; and beside it reports, which no guide holds."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from pipeline.diagnostics import ToolError
from pipeline.release.folder import NO_FOLDER, Folder
from pipeline.release.manifest import (
    CHECKSUMS,
    MANIFEST,
    Artefact,
    Carried,
    Colophon,
    Release,
    checksum_bytes,
    is_safe_offer,
    is_safe_path,
    listing,
    manifest_bytes,
    offered,
    parse,
)
from pipeline.release.releases import GUIDES, RELEASES, data, prune, remove, standing, sweep, temp_name, verify
from pipeline.work.store import JSON, fault_point

Offer = Mapping[str, bytes]
"""Files beside the guides, by path."""
NO_OFFER: Offer = {}


def publish(
    output: Path, artefacts: Sequence[Artefact], colophon: Colophon, carried: Sequence[Carried] = (), offer: Offer = NO_OFFER
) -> Release:
    """Make these files the release in ``output/guides``, all at once; call it while holding ``lock(output)``.

    ``offer`` are the files beside the guides, by path. Whatever stops it, the old release or the new one stands whole.
    The release it replaces is kept beside it, for whoever is still reading; older ones go. Raises ToolError where the disk
    refuses, and where ``guides`` or the folder of releases is a link, a file, or a folder that no build has made: nothing
    is done there.
    """
    rows, beside = listing(artefacts, carried), offered(offer)
    _refuse_paths([row.path for row in rows], list(offer))
    manifest = manifest_bytes(colophon, rows, beside)
    release = parse(output, manifest)
    try:
        with Folder.open(output, make=True) as place, _releases(place) as releases:
            before = set(releases.names())
            try:
                temp = temp_name()
                with releases.below(temp, make=True) as folder:
                    _fill(folder, manifest, artefacts, carried, offer)
                    _close(folder, checksum_bytes((*rows, *beside)))
                name = _settle(releases, temp, release)
                previous = _swap(place, name)
            finally:
                # Also when interrupted; a release that now stands is never among what is removed.
                for left in set(releases.names()) - before - {standing(place)}:
                    remove(releases, left)
            return replace(release, folder=releases.path / name, warnings=prune(releases, {name, previous}, release.book.id))
    except OSError as error:
        raise ToolError(_one_line(output, error)) from error


def _refuse_paths(paths: Sequence[str], beside: Sequence[str]) -> None:
    """Refuse what cannot stand in one folder, on file systems that ignore case too."""
    seen: set[str] = set()
    for path in (*paths, *beside):
        if not (is_safe_path(path) or (path in beside and is_safe_offer(path))):
            raise ToolError(f"cannot publish {path!r}: not a file in an edition's folder")
        if path.casefold() in seen:
            raise ToolError(f"cannot publish {path!r} twice")
        seen.add(path.casefold())


def _releases(output: Folder) -> Folder:
    """Open the folder of releases; clear away what killed builds left, which may be what fills the disk."""
    if output.has(GUIDES) and not standing(output):
        raise _foreign(output, GUIDES)
    fault_point("release-1-folder")
    try:
        releases = output.below(RELEASES, make=True)
    except OSError as error:
        if error.errno in NO_FOLDER:
            raise _foreign(output, RELEASES) from error
        raise
    sweep(output, releases)
    return releases


def clear_away(output: Path) -> None:
    """Remove what killed builds left beside a release that stands; call it while holding ``lock(output)``. What cannot go stays."""
    with suppress(OSError), Folder.open(output) as place, place.below(RELEASES) as releases:
        sweep(place, releases)


def _foreign(output: Folder, name: str) -> ToolError:
    return ToolError(f"{output.path / name}: not made by a build; move it away and build again")


def _fill(folder: Folder, manifest: bytes, artefacts: Sequence[Artefact], carried: Sequence[Carried], offer: Offer) -> None:
    """Write the manifest, and the files that it lists: one folder for each edition.

    The manifest comes first: what a killed build leaves is removed by it.
    """
    folder.write(MANIFEST, manifest, at="release-2-manifest")
    for artefact in artefacts:
        with folder.below(artefact.edition, make=True) as edition:
            edition.write(artefact.name, artefact.data, at="release-3-artefact")
    fault_point("release-4-carry")
    for item in carried:
        with folder.below(item.artefact.edition, make=True) as edition:
            _carry(item, edition)
    for path, content in offer.items():
        head, _, name = path.rpartition("/")
        with folder.below(head, make=True) if head else nullcontext(folder) as there:
            there.write(name, content)


def _close(folder: Folder, checksums: bytes) -> None:
    """Write the other record; wait until the disk has every name."""
    folder.write(CHECKSUMS, checksums, at="release-5-checksums")
    fault_point("release-6-sync")
    for name in {path.partition("/")[0] for path in folder.paths() if "/" in path}:
        with folder.below(name) as edition:
            edition.sync()
    folder.sync()


def _carry(carried: Carried, edition: Folder) -> None:
    """Give an old file a second name, or a copy where the file system has no hard links."""
    source = carried.source
    found = data(carried.release, carried.artefact)
    if not found:
        raise ToolError(f"{source}: missing or damaged; build the edition '{carried.artefact.edition}' again")
    try:
        with Folder.open(carried.release.folder) as release, release.below(source.parent.name) as old:
            edition.link_file(source.name, old)
    except OSError:
        edition.write(source.name, found)


def _settle(releases: Folder, temp: str, release: Release) -> str:
    """Give the folder its name, or find the same release whole already; return the name.

    A damaged release of that name may be the one that stands, and a folder cannot be swapped in one step: the
    new one then gets a number after its digest.
    """
    fault_point("release-7-rename")
    for number in count(1):
        name = release.digest if number == 1 else f"{release.digest}-{number}"
        if not releases.has(name):
            releases.rename(temp, name)
            releases.sync()
            return name
        if not verify(replace(release, folder=releases.path / name)):
            return name
    raise AssertionError("unreachable: names do not run out")


def _swap(output: Folder, name: str) -> str:
    """Point ``guides`` at a release by one rename; return the name of the release it pointed at."""
    link = f"{GUIDES}.{temp_name()}"
    previous = standing(output)
    try:
        fault_point("release-8-link")
        output.point(link, f"{RELEASES}/{name}")
        fault_point("release-9-swap")
        output.rename(link, GUIDES)
    finally:
        output.remove(link)
    fault_point("release-10-swapped")
    output.sync()
    return previous


def _one_line(output: Path, error: OSError) -> str:
    """Return which path refused and why, without the names of temporary files."""
    where = re.sub(rf"/({GUIDES}\.)?tmp-.*", "", str(error.filename or output))
    return f"cannot publish to {where}: {error.strerror}"


REPORTS = "reports"


def report(output: Path, name: str, facts: JSON) -> tuple[str, ...]:
    """Write facts to ``output/reports/<name>.json``; what the disk refuses is a warning, since the release stands."""
    temp = f"{name}.{secrets.token_hex(4)}.tmp"
    try:
        with Folder.open(output) as place, place.below(REPORTS, make=True) as folder:
            try:
                folder.write(temp, (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode())
                folder.rename(temp, f"{name}.json")
            finally:
                folder.remove(temp)
    except OSError as error:
        return (f"the report is not written: {output / REPORTS}: {error.strerror}",)
    return ()


def last_report(output: Path, name: str) -> JSON:
    """Return the facts last reported, or None."""
    try:
        with Folder.open(output) as place:
            facts: JSON = json.loads(place.read(f"{REPORTS}/{name}.json"))
    except (OSError, ValueError, RecursionError):
        return None
    return facts
