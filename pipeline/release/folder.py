"""Hold a folder open, and lock it for one build: what is done in it is done there and nowhere else, since no link in it is followed.

Whoever clones a repository gets links and named pipes as they were committed. Each name is looked up in the folder that
is held (POSIX.1-2017, openat), with O_NOFOLLOW, and only files and folders are opened.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Self

from pipeline.diagnostics import ToolError
from pipeline.work.store import write_synced

INSIDE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""A named pipe is opened without waiting for somebody at its other end."""
NO_FOLDER = errno.ENOTDIR, errno.ELOOP
"""What systems say of a link, a file, or a pipe that is to be opened as a folder."""


class Folder:
    """A folder held open; to be used in a ``with`` statement. OSError names the whole path of what is refused."""

    def __init__(self, descriptor: int, path: Path) -> None:
        """Take an open descriptor, and the path that the folder is told by."""
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def open(cls, path: Path, *, make: bool = False) -> Self:
        """Open a folder that the user has named, which may be a link; ``make`` it where it is missing."""
        if make:
            path.mkdir(parents=True, exist_ok=True)
        return cls(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), path)

    def __enter__(self) -> Self:
        """Use the folder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it."""
        os.close(self._descriptor)

    def below(self, name: str, *, make: bool = False) -> Folder:
        """Open a folder in this one; a link to a folder is none. ``make`` it where nothing is there."""
        with self._telling(name):
            if make and not self.has(name):
                with suppress(FileExistsError):  # another has made it meanwhile
                    os.mkdir(name, dir_fd=self._descriptor)
            return Folder(os.open(name, os.O_RDONLY | os.O_DIRECTORY | INSIDE, dir_fd=self._descriptor), self.path / name)

    @contextmanager
    def file(self, path: str, flags: int = os.O_RDONLY) -> Iterator[int]:
        """Open a file in this folder or below it, for as long as the ``with`` block lasts; a link or a pipe is no file."""
        head, _, rest = path.partition("/")
        if rest:
            with self.below(head) as folder, folder.file(rest, flags) as descriptor:
                yield descriptor
            return
        with self._telling(path):
            if stat.S_ISLNK(self._mode(path)):
                raise OSError(errno.EINVAL, "not a file", path)
            descriptor = os.open(path, flags | INSIDE, 0o666, dir_fd=self._descriptor)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not a file", str(self.path / path))
            yield descriptor
        finally:
            os.close(descriptor)

    def read(self, path: str) -> bytes:
        """Return what is in a file."""
        with self.file(path) as descriptor, _reading(descriptor) as file:
            return file.read()

    def size_and_digest(self, path: str) -> tuple[int, str]:
        """Return the bytes of a file, counted, and its SHA-256 in hexadecimal."""
        with self.file(path) as descriptor, _reading(descriptor) as file:
            return os.fstat(descriptor).st_size, hashlib.file_digest(file, "sha256").hexdigest()

    def write(self, name: str, data: bytes, *, at: str = "") -> None:
        """Write a new file and wait until the disk has it; ``at`` names the fault point between the two."""
        with self._telling(name):
            write_synced(name, data, at=at, folder=self._descriptor)

    def link_file(self, name: str, source: Folder) -> None:
        """Give a file of another folder a second name here, which is the one it has there."""
        with self._telling(name):
            os.link(name, name, src_dir_fd=source._descriptor, dst_dir_fd=self._descriptor, follow_symlinks=False)

    def point(self, name: str, target: str) -> None:
        """Make a symbolic link."""
        with self._telling(name):
            os.symlink(target, name, target_is_directory=True, dir_fd=self._descriptor)

    def target(self, name: str) -> str:
        """Return where a link leads; nothing when it is no link, or not there."""
        try:
            return os.readlink(name, dir_fd=self._descriptor)
        except OSError:
            return ""

    def rename(self, name: str, new: str) -> None:
        """Give a file, a link, or a folder another name, in the place of a file or link that has it."""
        with self._telling(name):
            os.replace(name, new, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file or a link, if it is there."""
        with self._telling(name):
            try:
                os.unlink(name, dir_fd=self._descriptor)
            except FileNotFoundError:
                return

    def remove_empty(self, name: str) -> None:
        """Remove a folder in which nothing is left."""
        with self._telling(name):
            os.rmdir(name, dir_fd=self._descriptor)

    def has(self, name: str) -> bool:
        """Tell whether anything has a name, be it a link to nothing."""
        return self._mode(name) != 0

    def names(self) -> list[str]:
        """Return the names of all that stands in it, sorted."""
        return sorted(os.listdir(self._descriptor))

    def paths(self) -> Iterator[str]:
        """Yield the name of everything in it that is not a folder, and the path of everything in its folders."""
        for name in self.names():
            if stat.S_ISDIR(self._mode(name)):
                with self.below(name) as folder:
                    yield from (f"{name}/{inner}" for inner in folder.names())
            else:
                yield name

    def sync(self) -> None:
        """Wait until the disk has every name."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            # Some network and shared-folder file systems cannot sync a folder, and answer so.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise

    def _mode(self, name: str) -> int:
        """Return what kind of thing has a name, as ``stat`` tells it; 0 when nothing has."""
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return 0

    @contextmanager
    def _telling(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # A full disk names no path.
            error.filename = error.filename and str(self.path / name)
            raise


def _reading(descriptor: int) -> BufferedReader:
    return open(descriptor, "rb", closefd=False)


LOCK = ".lock"


@contextmanager
def lock(output: Path, say: Callable[[str], object], below: str = "") -> Iterator[None]:
    """Hold the output folder, or a folder ``below`` it, for one build; wait for another, telling ``say`` so once.

    The lock goes when the process does, however it ends (a forked child keeps it: spawn instead). The file
    stays. Raises ToolError where it cannot be made, and where a link or a pipe has its name.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(Folder.open(output, make=True))
            if below:
                folder = stack.enter_context(folder.below(below, make=True))
            descriptor = stack.enter_context(folder.file(LOCK, os.O_RDWR | os.O_CREAT))
        except OSError as error:
            raise ToolError(f"cannot write {error.filename or output}: {error.strerror}") from error
        _acquire(descriptor, output / below, say)
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
