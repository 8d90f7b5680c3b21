"""Worker processes of this machine, which stay for the whole of a build, whatever they are asked to do.

Calls and answers travel in files; the pipes of the pool carry nothing but the names of these. A short message is written
in one piece (POSIX, PIPE_BUF): when a worker is killed, half a message would keep its reader waiting for ever.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar

Died = BrokenProcessPool
"""A worker was killed; all that was under way is lost, whoever did it."""
STOPS = {signal.SIGINT, signal.SIGTERM}
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """A call that a worker has been asked to make."""

    future: Future[None]
    path: Path

    def answer(self) -> T:
        """Wait for what the call returns; what it raises is raised here. Raises Died when a worker was killed."""
        self.future.result()
        answer: T = _take(_answer_path(self.path))
        return answer


class Crew:
    """Processes, started when there is work for them; to be used in a ``with`` statement, at whose end they end."""

    def __init__(self, jobs: int, name: str = "guidepress") -> None:
        """Take the number of workers there may be, and what they are called where processes are listed: 15 characters at most."""
        self.jobs, self.name = jobs, name
        self._numbers = count()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._kept: dict[str, Path] = {}
        self._others: dict[str, Crew] = {}

    def __enter__(self) -> Self:
        """Be there; no process is started yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the workers, at once: whoever leaves wants no more answers, and to end by themselves takes them a tenth of a second."""
        for crew in self._others.values():
            crew.__exit__(kind, error, trace)
        self.renew()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def running(self) -> int:
        """Number of workers that have been started."""
        return len(self._pool._processes or ()) if self._pool is not None else 0

    def send(self, call: Callable[P, T], *values: P.args, **_: P.kwargs) -> Task[T]:
        """Ask for a call of a function of some module, in a process that has nothing to do."""
        path = self._path()
        _put(path, (call, values))
        try:
            return Task(self._submit(path), path)
        except BrokenProcessPool:
            # Somebody killed a worker since the last task.
            self.renew()
            return Task(self._submit(path), path)

    @contextmanager
    def as_it_is(self) -> Iterator[None]:
        """Start no worker meanwhile, where there is one: what is sent waits until that has nothing else to do."""
        pool: Any = self._pool
        if pool is None or not pool._processes:
            yield
            return
        most, pool._max_workers = pool._max_workers, len(pool._processes)
        try:
            yield
        finally:
            pool._max_workers = most

    def apart(self, name: str) -> Crew:
        """Return another crew under a name, which ends with this one: for what would swell the memory of these workers."""
        return self._others.setdefault(name, Crew(self.jobs, name))

    def keep(self, name: str, data: Callable[[], bytes]) -> Path:
        """Put bytes into a file that every worker can read, once for each name; return its path."""
        if name not in self._kept:
            self._kept[name] = self._path()
            self._kept[name].write_bytes(data())
        return self._kept[name]

    def renew(self) -> None:
        """Take other workers, after one has died: those there are end."""
        # The pool ends those it knows of, and waits for all: one that was just being started would be waited for in vain.
        if self._pool is not None:
            _kill(self._pool)
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _path(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="guidepress-")
        return Path(self._folder.name) / str(next(self._numbers))

    def _submit(self, path: Path) -> Future[None]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn"), _start_worker, (path.parent, self.name))
        with _deaf():
            return self._pool.submit(_make_call, path)


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold signals back while workers start: they inherit that, and say nothing of it before they are ready."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _kill(pool: ProcessPoolExecutor) -> None:
    workers = tuple((pool._processes or {}).values())
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join()


def _put(path: Path, value: object) -> None:
    with path.open("wb") as file:
        pickle.dump(value, file)


def _take(path: Path) -> Any:
    # Pickle is safe here: the folder is this build's own, and nobody else may write in it.
    with path.open("rb") as file:
        value = pickle.load(file)
    path.unlink()
    return value


def _answer_path(path: Path) -> Path:
    return path.with_suffix(".answer")


# What follows runs in workers


def _start_worker(folder: Path, name: str) -> None:
    """Ready a worker: its name, a place for its files, and an end when its parent ends."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A pool that is broken ends its workers with SIGTERM, and waits until they have heard it.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tempfile.tempdir = str(folder)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make_call(path: Path) -> None:
    """Make the call in a file, and leave what came of it in another beside it."""
    call, values = _take(path)
    _put(_answer_path(path), call(*values))
