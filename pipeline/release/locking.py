"""Keep two builds of one output folder apart."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.diagnostics import ToolError

LOCK = ".lock"


@contextmanager
def lock(output: Path, say: Callable[[str], object]) -> Iterator[None]:
    """Hold the output folder for one build; wait for another, telling ``say`` so once.

    The lock goes when the process does, however it ends (a forked child keeps it: spawn instead). The file
    stays. Raises ToolError where it cannot be made.
    """
    descriptor = _opened(output)
    try:
        _acquire(descriptor, output, say)
        yield
    finally:
        os.close(descriptor)


def _opened(output: Path) -> int:
    try:
        output.mkdir(parents=True, exist_ok=True)
        return os.open(output / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise ToolError(f"cannot write {error.filename or output}: {error.strerror}") from error


def _acquire(descriptor: int, output: Path, say: Callable[[str], object]) -> None:
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another build is writing {output}: waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        raise ToolError(f"cannot lock {output / LOCK}: {error.strerror}") from error
