"""Folders for files of one run, below the system's own for temporary files: what runs that were killed left there, the next sweeps.

The process that made a folder holds a lock on it (flock(2)), which goes when it does, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

PREFIX = "guidepress-run-"


@contextmanager
def folder() -> Iterator[Path]:
    """Make a folder that is readable for its owner alone, and remove it with all that is in it. Raises OSError where none can be made."""
    _sweep(tempfile.gettempdir())
    held = None
    while held is None:
        made = tempfile.mkdtemp(prefix=PREFIX)
        held = _hold(made)
    try:
        yield Path(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(held)


def _hold(made: str) -> int | None:
    """Lock a folder for as long as what is returned is open; None where it has been swept before it was locked."""
    descriptor = -1
    try:
        descriptor = os.open(made, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        with suppress(OSError):  # a disk that knows no locks: nobody sweeps there either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.path.samestat(os.fstat(descriptor), os.stat(made, follow_symlinks=False)):
            return descriptor
    except FileNotFoundError:
        pass
    if descriptor >= 0:
        os.close(descriptor)
    return None


@cache
def _sweep(place: str) -> None:
    """Remove folders that nobody holds, once in a run; those of other users, and what only has such a name, stay."""
    with suppress(OSError):
        for path in Path(place).glob(f"{PREFIX}*"):
            with suppress(OSError):
                _remove_unless_held(path)


def _remove_unless_held(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        status = os.fstat(descriptor)
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == stat.S_IRWXU:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)
    finally:
        os.close(descriptor)
