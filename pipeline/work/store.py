"""Remember dear results on disk by content key: verified when read, never trusted, never needed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

JSON: TypeAlias = bool | int | float | str | list[Any] | tuple[Any, ...] | dict[str, Any] | None

LIMIT = 2_000_000_000
LARGEST_ENTRY = 500_000_000
"""Bytes of an entry that is read: none that a build writes comes near."""
TEMP_AGE = 3600.0  # seconds: no build takes longer over one entry, so an older temp is a dead build's

OWN_NAME = re.compile(r"[0-9a-f]{64}\.entry|[0-9a-f]{16}\.tmp")

FAULT_POINTS: tuple[str, ...] = (
    "store-1-temp", "store-2-write", "store-3-rename", "store-4-stored",
    "release-1-folder", "release-2-manifest", "release-3-artefact", "release-4-carry", "release-5-checksums", "release-6-sync",
    "release-7-rename", "release-8-link", "release-9-swap", "release-10-swapped", "release-11-prune", "release-12-pruned",
)  # fmt: skip


def fault_point(name: str) -> None:
    """Fail here when ``GUIDEPRESS_FAULT_POINT`` says so; do nothing otherwise.

    ``name`` kills the process, ``name:enospc`` raises what a full disk does; every name stands in
    ``FAULT_POINTS``.
    """
    wanted, _, way = os.environ.get("GUIDEPRESS_FAULT_POINT", "").partition(":")
    if not wanted or wanted != name:
        return
    if way == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.kill(os.getpid(), signal.SIGKILL)


def write_synced(path: Path | str, data: bytes, *, at: str, folder: int | None = None) -> None:
    """Write a new file, in a ``folder`` held open, and wait until the disk has it; ``at`` is the fault point between the two."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o666, dir_fd=folder)) as file:
        file.write(data)
        fault_point(at)
        file.flush()
        os.fsync(file.fileno())


def key(*parts: bytes | JSON) -> str:
    """Digest the parts, in order, as 64 hexadecimal digits.

    Each part is framed by its kind and length, so that no two different lists of parts share their bytes.
    JSON values are equal whatever the order of their keys.
    """
    digest = hashlib.sha256()
    for part in parts:
        kind, data = _framed(part)
        digest.update(b"%s%d:" % (kind, len(data)))
        digest.update(data)
    return digest.hexdigest()


def _framed(part: bytes | JSON) -> tuple[bytes, bytes]:
    """Return a sign for the kind of a part, and its bytes."""
    if isinstance(part, bytes):
        return b"b", part
    if isinstance(part, str):
        return b"s", part.encode("utf-8", "surrogatepass")
    return b"j", json.dumps(part, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True, slots=True)
class Entry:
    """What was remembered: bytes, and facts about them as a JSON value (tuples come back as lists)."""

    data: bytes
    facts: Any


class Store:
    """Entries by key in one folder, for any number of builds at once.

    ``warnings`` says, one line each, what the store could not do; ``damaged`` counts the entries thrown away
    because their bytes were not those written. Leaving the ``with`` block prunes to ``limit`` bytes.
    """

    def __init__(self, folder: Path | None, *, limit: int = LIMIT, warnings: tuple[str, ...] = (), shared: Store | None = None) -> None:
        """Take a folder known to be writable, or None to remember nothing; ``Store.open`` finds out which.

        ``shared`` is another store, which is read where this one has nothing, and never written to.
        """
        self.folder = folder
        self.limit = limit
        self.warnings = warnings
        self.damaged = 0
        self.shared = shared
        self.recalled, self.distrusted = 0, False

    @classmethod
    def open(cls, folder: Path | None = None, *, limit: int = LIMIT, shared: Store | None = None) -> Self:
        """Open the folder (None: the user's cache folder), or a store that remembers nothing and warns."""
        try:
            folder = folder or _default_folder()
            # XDG Base Directory Specification: a cache folder that is missing is made for its owner alone.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return cls(folder, limit=limit, shared=shared)
        except OSError as error:
            reason = f"{folder}: {error.strerror}"
        except RuntimeError as error:
            reason = str(error)
        return cls(None, limit=limit, warnings=(f"nothing is remembered between builds: {reason}",), shared=shared)

    def __enter__(self) -> Self:
        """Use the store for one build."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Prune when the build is over, however it went."""
        self.prune()

    @property
    def trouble(self) -> tuple[str, ...]:
        """What the store could not do, and how much of it was damaged, one line each."""
        entries = f"{self.damaged} damaged entr{'y' if self.damaged == 1 else 'ies'}"
        own = (*self.warnings, *([f"{entries} thrown away, and made again: {self.folder}"] if self.damaged else ()))
        return (*own, *self.shared.trouble) if self.shared else own

    def get(self, key: str) -> Entry | None:
        """Recall an entry, or None; one whose bytes have changed is removed, counted, treated as absent."""
        if self.distrusted:
            return None
        found = self._get(key)
        self.recalled += found is not None
        return self.shared.get(key) if found is None and self.shared is not None else found

    def distrust(self) -> bool:
        """Recall nothing any more, so that all is remembered anew; tell whether anything has been recalled before."""
        had, self.distrusted = self.recalled > 0 and not self.distrusted, True
        if had and self.folder:
            self.warnings += (f"what is remembered is not what a build wrote, and was made again: {self.folder}",)
        return self.shared.distrust() or had if self.shared else had

    def _get(self, key: str) -> Entry | None:
        if self.folder is None:
            return None
        path = self.folder / f"{key}.entry"
        try:
            entry = _unpacked(key, _used(path))
        except OSError:
            return None
        if entry is None:
            self.damaged += 1
            _forget(path)
        return entry

    def put(self, key: str, data: bytes, facts: JSON) -> None:
        """Remember bytes and facts; where the disk refuses, warn once and go on."""
        if self.folder is None:
            return
        temp = self.folder / f"{secrets.token_hex(8)}.tmp"
        packed = _packed(key, data, facts)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fault_point("store-1-temp")
            write_synced(temp, packed, at="store-2-write")
            fault_point("store-3-rename")
            temp.replace(self.folder / f"{key}.entry")
            fault_point("store-4-stored")
        except OSError as error:
            self.warnings = self.warnings or (f"not all is remembered: {self.folder}: {error.strerror}",)
        finally:
            with suppress(OSError):
                temp.unlink(missing_ok=True)

    def prune(self, limit: int | None = None) -> None:
        """Forget the entries used longest ago until ``limit`` bytes are left, and what killed builds left."""
        room = self.limit if limit is None else limit
        latest_first = sorted(self._files(".entry"), key=lambda file: (-file[1].st_mtime_ns, file[0].name))
        for path, found in latest_first:
            room -= found.st_size
            if room < 0:
                _forget(path)
        for path, found in self._files(".tmp"):
            if time.time() - found.st_mtime > TEMP_AGE:
                _forget(path)

    def clear(self) -> None:
        """Forget everything; files that are not the store's stay."""
        for path, _ in (*self._files(".entry"), *self._files(".tmp")):
            _forget(path)

    def size(self) -> int:
        """Return the bytes of all entries, counted."""
        return sum(found.st_size for _, found in self._files(".entry"))

    def _files(self, suffix: str) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield the store's files of one kind; another build may remove them meanwhile."""
        if self.folder is None:
            return
        with suppress(OSError):
            for path in tuple(self.folder.iterdir()):
                with suppress(OSError):
                    if path.suffix == suffix and OWN_NAME.fullmatch(path.name) and stat.S_ISREG((found := path.lstat()).st_mode):
                        yield path, found


class Memory(Store):
    """Entries that this process alone has, over those of a store that it reads and never writes to."""

    def __init__(self, shared: Store) -> None:
        """Take the store beneath."""
        super().__init__(None, shared=shared)
        self._entries: dict[str, Entry] = {}

    def _get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def put(self, key: str, data: bytes, facts: JSON) -> None:
        """Remember bytes and facts; facts come back as they would from a disk."""
        self._entries[key] = Entry(data, json.loads(json.dumps(facts)))


def _default_folder() -> Path:
    """Return the user's cache folder; the XDG specification has a relative ``XDG_CACHE_HOME`` ignored."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "guidepress"


def _used(path: Path) -> bytes:
    """Return what is in a file, and note that it was used now. Raises OSError for a link, a pipe, or a folder: no build has made these."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file", str(path))
        if os.fstat(descriptor).st_size > LARGEST_ENTRY:
            raise OSError(errno.EFBIG, "too large for an entry", str(path))
        with suppress(OSError):
            os.utime(descriptor)
        return file.read()


def _packed(entry_key: str, data: bytes, facts: JSON) -> bytes:
    """Return digest, facts and data joined, a line each; the digest covers the key: a renamed entry is damaged."""
    line = json.dumps(facts, allow_nan=False).encode()
    return b"\n".join((key(entry_key, line, data).encode(), line, data))


def _unpacked(entry_key: str, packed: bytes) -> Entry | None:
    """Return an entry taken apart, or None when it is not what was written."""
    digest, _, rest = packed.partition(b"\n")
    line, _, data = rest.partition(b"\n")
    if key(entry_key, line, data).encode() != digest:
        return None
    try:
        return Entry(data, json.loads(line))
    except (ValueError, RecursionError):
        return None  # its digest is right, but no build has written it


def _forget(path: Path) -> None:
    """Remove a file that another build may have removed already."""
    with suppress(OSError):
        path.unlink()
