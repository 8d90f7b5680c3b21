"""Keep two builds of one output folder apart."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.diagnostics import ToolError
from pipeline.release.folder import Folder

LOCK = ".lock"


@contextmanager
def lock(output: Path, say: Callable[[str], object]) -> Iterator[None]:
    """Hold the output folder for one build; wait for another, telling ``say`` so once.

    The lock goes when the process does, however it ends (a forked child keeps it: spawn instead). The file
    stays. Raises ToolError where it cannot be made, and where a link or a pipe has its name.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(Folder.open(output, make=True))
            descriptor = stack.enter_context(folder.file(LOCK, os.O_RDWR | os.O_CREAT))
        except OSError as error:
            raise ToolError(f"cannot write {error.filename or output}: {error.strerror}") from error
        _acquire(descriptor, output, say)
        yield


def _acquire(descriptor: int, output: Path, say: Callable[[str], object]) -> None:
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another build is writing {output}: waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        raise ToolError(f"cannot lock {output / LOCK}: {error.strerror}") from error
