"""Write packs as zip files with the same bytes for the same files, put them in their place in one step, and check them.

Members are stored, not packed: what is in them is packed already, and other versions of zlib pack otherwise. Names,
order, times, and rights are always the same, so that a pack that holds its files in another way is found out by
writing it again.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.diagnostics import Diagnostic, Place
from pipeline.release.folder import LOCK, Folder
from pipeline.release.manifest import CHECKSUMS, MANIFEST, is_safe_path

PACKS = "packs"
SCHEMA = 1
PAGE, README = "index.html", "README.txt"
BESIDE = (CHECKSUMS, PAGE, README)
"""Members of every pack beside the manifest and the files that it lists."""
EPOCH = (1980, 1, 1, 0, 0, 0)
LARGEST = 2_000_000_000
"""Bytes of a pack."""
TEMP = re.compile(r"tmp-[0-9a-f]{16}")


def zipped(stem: str, members: Mapping[str, bytes]) -> bytes:
    """Return a zip file of members, by their paths, in a folder called ``stem``; the same bytes for the same members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for path, data in sorted(members.items()):
            info = zipfile.ZipInfo(f"{stem}/{path}", EPOCH)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, data)
    return file.getvalue()


def sums(members: Mapping[str, bytes]) -> bytes:
    """Return the checksums of members as ``sha256sum --check`` reads them."""
    return "".join(f"{sha256(data).hexdigest()}  {path}\n" for path, data in sorted(members.items())).encode()


def put(output: Path, team: str, name: str, data: bytes) -> None:
    """Put a pack in its place, in that of an older one, all at once. Raises OSError where the disk refuses."""
    temp = f"tmp-{secrets.token_hex(8)}"
    with ExitStack() as stack:
        folder = stack.enter_context(Folder.open(output))
        for part in (PACKS, team):
            folder = stack.enter_context(folder.below(part, make=True))
        try:
            folder.write(temp, data)
            folder.rename(temp, name)
            folder.sync()
        finally:
            folder.remove(temp)


def sweep(output: Path, team: str) -> None:
    """Remove what killed runs have left of packs of a team; call it while nobody else makes packs there."""
    try:
        with Folder.open(output) as place, place.below(PACKS) as packs, packs.below(team) as folder:
            for name in folder.names():
                if TEMP.fullmatch(name):
                    folder.remove(name)
    except (FileNotFoundError, NotADirectoryError):
        return


def stands(output: Path, team: str, name: str, inputs: str) -> bool:
    """Tell whether a pack stands whole that was made of these inputs."""
    try:
        with Folder.open(output) as place:
            data = place.read(f"{PACKS}/{team}/{name}")
        _, _, manifest = _opened(data)
        return bool(manifest["inputs"] == inputs) and not [*_faults(team, name, data)]
    except (OSError, ValueError):
        return False


def check(output: Path, teams: tuple[str, ...] = ()) -> tuple[int, tuple[Diagnostic, ...]]:
    """Check the packs of teams, or of all; return their number, and one diagnostic for each thing wrong."""
    found, count = list[Diagnostic](), 0
    try:
        with Folder.open(output) as place, place.below(PACKS) as packs:
            there = [name for name in packs.names() if name != LOCK]
            lacking = (packs.path / team for team in teams if team not in there)
            found += [Diagnostic("R105", "no packs of this team", Place(path.as_posix()), "make them") for path in lacking]
            for team in (team for team in there if not teams or team in teams):
                with packs.below(team) as folder:
                    for name in folder.names():
                        count += 1
                        found += _file_faults(folder, team, name)
    except OSError as error:
        where = str(error.filename or output / PACKS)
        found.append(Diagnostic("R105", f"{error.strerror or error}".lower(), Place(where), "make the packs again"))
    return count, tuple(found)


def _file_faults(folder: Folder, team: str, name: str) -> Iterator[Diagnostic]:
    """Yield what is wrong with a file in the folder of a team."""
    place = Place((folder.path / name).as_posix())
    if not name.endswith(".zip"):
        yield Diagnostic("R105", "this is no pack", place, "delete it")
        return
    try:
        large = folder.size_and_digest(name)[0] > LARGEST
        faults = [f"the pack has more than {LARGEST:,} bytes"] if large else [*_faults(team, name, folder.read(name))]
    except OSError as error:
        faults = [f"it cannot be read: {error.strerror}".lower()]
    yield from (Diagnostic("R105", message, place, "make it again") for message in faults)


def _members(data: bytes) -> tuple[str, dict[str, bytes]]:
    """Return the folder in a pack, and its members by their paths there. Raises ValueError with what keeps it from being read."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.compress_type != zipfile.ZIP_STORED or info.file_size > len(data) or info.flag_bits & 1:
                    raise ValueError(f"member '{info.filename}' is packed or locked, or larger than the pack")
                if info.filename in found:
                    raise ValueError(f"member '{info.filename}' stands in it twice")
                found[info.filename] = archive.read(info)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, UnicodeError) as error:
        raise ValueError(f"not a zip file that can be read: {error}") from error
    stems = {name.partition("/")[0] for name in found}
    if len(stems) != 1:
        raise ValueError("its files do not stand in one folder")
    (stem,) = stems
    return stem, {name.partition("/")[2]: member for name, member in found.items()}


def _opened(data: bytes) -> tuple[str, dict[str, bytes], dict[str, Any]]:
    """Return the folder in a pack, its members, and its manifest. Raises ValueError with what keeps it from being read."""
    stem, members = _members(data)
    return stem, members, _manifest(members)


def _faults(team: str, name: str, data: bytes) -> Iterator[str]:
    """Yield what is wrong with a pack."""
    try:
        stem, members, manifest = _opened(data)
    except ValueError as error:
        yield str(error)
        return
    rows = {row["path"]: row["sha256"] for row in manifest["files"]}
    yield from (f"'{path}' is missing" for path in sorted({*rows, MANIFEST, *BESIDE} - members.keys()))
    yield from (f"'{path}' is no part of it" for path in sorted(members.keys() - {*rows, MANIFEST, *BESIDE}))
    for path, digest in sorted(rows.items()):
        if path in members and sha256(members[path]).hexdigest() != digest:
            yield f"'{path}' is not as the manifest has it"
    if members.get(CHECKSUMS) != sums({path: member for path, member in members.items() if path != CHECKSUMS}):
        yield f"{CHECKSUMS} differs from its files"
    if (manifest["team"], manifest["pack"], f"{manifest['pack']}.zip") != (team, stem, name):
        yield f"it is the pack '{manifest['pack']}' of team '{manifest['team']}'"
    if zipped(stem, members) != data:
        yield "bytes stand in it beside its files, or they are stored in another way"


def _manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the manifest among the members of a pack. Raises ValueError where there is none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads(members[MANIFEST])
        if manifest["schema"] != SCHEMA:
            raise ValueError(f"schema {manifest['schema']!r} of its manifest is not {SCHEMA}")
        texts = [manifest[key] for key in ("team", "pack", "inputs")]
        texts += [row[key] for row in manifest["files"] for key in ("path", "sha256")]
    except (KeyError, TypeError, RecursionError, UnicodeError, json.JSONDecodeError) as error:
        raise ValueError(f"it has no manifest that can be read ({type(error).__name__})") from error
    if not all(text and isinstance(text, str) for text in texts) or not all(is_safe_path(row["path"]) for row in manifest["files"]):
        raise ValueError("its manifest names a file that no pack has")
    return manifest
