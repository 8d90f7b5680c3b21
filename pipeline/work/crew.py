"""Worker processes of this machine, which stay for the whole of a build, whatever they are asked to do.

Each has a thread here and a pipe of its own: when it is killed, nothing is lost but the call that it was at, which another
makes again.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

from pipeline.work import limits, scratch
from pipeline.work.limits import Limits

STOPS = {signal.SIGINT, signal.SIGTERM}
AGAIN = 20
"""How often a call is pickled once more that changed meanwhile."""
P = ParamSpec("P")
T = TypeVar("T")


class Died(Exception):
    """A worker was killed over a call, and another that made it again; or the call met a limit, which it says."""


@dataclass
class _Call:
    """A call that waits for a worker, and who waits for its answer."""

    function: Callable[..., Any]
    values: tuple[Any, ...]
    future: Future[Any]
    deaths: int = 0


class _Worker(NamedTuple):
    """A process, and the way to it."""

    pipe: Connection
    spawned: SpawnProcess


class Crew:
    """Processes, started when there is work for them; to be used in a ``with`` statement, at whose end they end."""

    def __init__(self, jobs: int, name: str = "guidepress", *, stays: bool = False, limits: Limits | None = None, renewed: int = 0) -> None:
        """Take the number of workers there may be, what they are called where processes are listed, and what each may take.

        A name has 15 characters at most. A crew that ``stays`` from build to build has loaded what it is asked to do. One
        that is ``renewed`` has another worker after so many calls of one.
        """
        self.jobs, self.name, self.stays, self.limits, self.renewed = jobs, name, stays, limits, renewed
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._workers: list[SpawnProcess] = []
        self._unanswered = 0
        self._ended = False
        self._folder = Path()
        self._files = ExitStack()
        self._kept: set[Path] = set()

    def __enter__(self) -> Self:
        """Make a folder for files; no process is started yet."""
        self._folder = self._files.enter_context(scratch.folder())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the workers, at once: whoever leaves wants no more answers, and to end by themselves takes them a tenth of a second."""
        with self._lock:
            self._ended = True
            for worker in self._workers:
                worker.kill()
        for _ in self._threads:
            self._calls.put(None)
        # Threads first: of two that wait for one process to end, the second is told too early that it has.
        for thread in self._threads:
            thread.join()
        for worker in self._workers:
            worker.join()
        self._files.close()

    @property
    def running(self) -> int:
        """Number of workers that have been started."""
        return 0 if self._ended else len(self._threads)

    def send(self, call: Callable[P, T], *values: P.args, **_: P.kwargs) -> Future[T]:
        """Ask for a call of a function of some module, in a process that has nothing to do; another is started if none is idle.

        What the call returns or raises comes with the future. That raises Died where the call has ended two workers.
        """
        return self._put(call, values, self.jobs)

    def send_to_those_there(self, call: Callable[P, T], *values: P.args, **_: P.kwargs) -> Future[T]:
        """Ask for a call, and start no worker for it where there is one: it waits until that has nothing else to do."""
        return self._put(call, values, 1)

    def keep(self, data: bytes) -> Path:
        """Put bytes into a file that every worker can read, the same ones once; return its path."""
        path = self._folder / hashlib.sha256(data).hexdigest()
        if path not in self._kept:
            path.write_bytes(data)
            self._kept.add(path)
        return path

    def drop(self, path: Path) -> None:
        """Remove a file that no worker will ask for any more."""
        if path in self._kept:
            self._kept.remove(path)
            path.unlink()

    def _put(self, call: Callable[..., T], values: tuple[Any, ...], most: int) -> Future[T]:
        """Put a call where workers take them from; start one if none is idle, and there are fewer than ``most``."""
        future: Future[T] = Future()
        with self._lock:
            self._unanswered += 1
            if len(self._threads) < min(self._unanswered, most):
                self._threads.append(threading.Thread(target=self._hand_over, daemon=True))
                self._threads[-1].start()
        future.add_done_callback(self._note_canceled)
        self._calls.put(_Call(call, values, future))
        return future

    def _note_canceled(self, future: Future[Any]) -> None:
        if future.cancelled():
            self._note_answer()

    def _note_answer(self) -> None:
        with self._lock:
            self._unanswered -= 1

    # What follows runs in threads, each of which has a worker

    def _hand_over(self) -> None:
        """Hand call after call to a worker, and to another where one dies or has answered enough."""
        worker: _Worker | None = None
        answered = 0
        while (call := self._calls.get()) is not None:
            worker, answered = self._ask(call, worker), answered + 1
            # What was asked and answered may be large, and the next call is long in coming.
            del call
            if worker and self.renewed and answered % self.renewed == 0:
                worker.spawned.kill()
                worker = None

    def _ask(self, call: _Call, worker: _Worker | None) -> _Worker | None:
        """Have a worker make a call; return it, or nothing when it has died: then the call is put last, once."""
        if call.deaths == 0 and not call.future.set_running_or_notify_cancel():
            return worker
        try:
            worker = worker or self._start()
            _send(worker.pipe, call)
            answer, error = self._answer(worker)
        except (EOFError, OSError) as death:
            self._note_death(call, worker, str(death) if isinstance(death, EOFError) else "")
            return None
        except Exception as failure:
            # What cannot be sent: nobody has heard of it.
            answer, error = None, failure
        self._give(call.future, answer, error)
        return worker

    def _give(self, future: Future[Any], answer: object, error: Exception | None) -> None:
        """Give an answer, or what was raised. Whoever hears of it and sends the next call finds the worker idle already."""
        self._note_answer()
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)

    def _answer(self, worker: _Worker) -> tuple[Any, Exception | None]:
        """Wait for an answer. A worker that takes too long, or has no memory left, is ended: raises EOFError then."""
        if self.limits and not worker.pipe.poll(self.limits.seconds * limits.PATIENCE):
            worker.spawned.kill()
            raise EOFError(self.limits.too_long)
        answer: tuple[Any, Exception | None] = worker.pipe.recv()
        if self.limits and isinstance(answer[1], MemoryError):
            worker.spawned.kill()
            raise EOFError(self.limits.too_much)
        return answer

    def _note_death(self, call: _Call, worker: _Worker | None, said: str) -> None:
        """Put a call last whose worker has died, once; what takes too long would take as long again."""
        if worker and not said:
            worker.spawned.join(timeout=1)
            said = limits.cause(worker.spawned.exitcode, self.limits)
        call.deaths += 1
        if call.deaths == 1 and not self._ended and not (self.limits and said == self.limits.too_long):
            self._calls.put(call)
        else:
            self._give(call.future, None, Died(said or "the worker died twice: is there memory enough?"))

    def _start(self) -> _Worker:
        """Start a worker. Raises EOFError when the crew has ended."""
        here, there = multiprocessing.Pipe()
        # A worker inherits that signals are held back, and says nothing of them before it is ready.
        import_safely()
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        with self._lock, there:
            if self._ended:
                raise EOFError
            self._workers = [worker for worker in self._workers if worker.is_alive()]
            worker = multiprocessing.get_context("spawn").Process(target=_answer_calls, args=(there, self.name, self._folder, self.limits))
            self._workers.append(worker)
            worker.start()
        return _Worker(here, worker)


def import_safely() -> None:
    """Keep every Python that is started from now on from importing what lies in the working directory.

    Workers start as ``python -c``, which looks for the standard library there first: a book's file would run as code.
    """
    os.environ["PYTHONSAFEPATH"] = "1"


# What follows runs in workers


def _send(pipe: Connection, call: _Call) -> None:
    """Send a call to a worker.

    Nothing is sent before all is pickled, which fails where the main thread looks something up for the first time
    meanwhile, and so adds to what is being read: it is pickled again then.
    """
    for _ in range(AGAIN):
        with suppress(RuntimeError):
            return pipe.send((call.function, call.values))
    return pipe.send((call.function, call.values))


def _answer_calls(pipe: Connection, name: str, folder: Path, bounds: Limits | None) -> None:
    """Make the calls that come, and send back what they return, or raise."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tempfile.tempdir = str(folder)
    if bounds:
        limits.confine_worker(bounds)
    with suppress(EOFError, OSError):
        while True:
            function, values = pipe.recv()
            if bounds:
                limits.grant(bounds)
            try:
                pipe.send((function(*values), None))
            except (BrokenPipeError, EOFError):
                raise
            except Exception as error:
                pipe.send((None, error))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
