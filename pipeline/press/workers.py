"""Lay out many signatures: find those remembered, share the rest among worker processes.

Signatures, fonts, and pages travel in files; the pipes of the pool carry nothing but the names of these. A short message
is written in one piece (POSIX, PIPE_BUF): when a worker is killed, half a message would keep its reader waiting for ever.
"""

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pipeline.diagnostics import BookError, Diagnostic

from . import cluster as clusters
from .attempts import Outcome, attempt, is_ready
from .faults import fault
from .keys import key
from .records import LaidOut, Signature

Remembered = Callable[[str], LaidOut | None]
Remember = Callable[[str, LaidOut], None]
Progress = Callable[[str], None]
Outcomes = Generator[tuple[str, Outcome], None, None]
STOPS = {signal.SIGINT, signal.SIGTERM}
FEW = 3
"""Signatures that are laid out here rather than by workers, where the engine is loaded."""
FONTS = "fonts"
"""The file that brings workers the fonts."""

_fonts: dict[str, bytes] = {}
"""The font files of a worker process."""


def lay_out(signature: Signature, fonts: Mapping[str, bytes]) -> LaidOut:
    """Lay out one signature in this process; raise BookError when it cannot be done."""
    outcome = attempt(signature, fonts)
    if isinstance(outcome, Diagnostic):
        raise BookError(outcome)
    return outcome


def lay_out_all(
    signatures: Sequence[Signature],
    fonts: Mapping[str, bytes],
    *,
    jobs: int = 1,
    cluster: str = "",
    remembered: Remembered = lambda _: None,
    remember: Remember = lambda _key, _laid: None,
    progress: Progress = lambda _: None,
) -> tuple[LaidOut, ...]:
    """Lay out signatures, those remembered excepted; give the results in the order of the signatures.

    `cluster` is the address of a Dask scheduler that shares the work out instead of `jobs` processes of this machine.
    `progress` hears the id of each signature as it is done. BookError carries every fault there is.
    """
    done: dict[str, Outcome] = {}
    dirty: dict[str, Signature] = {}
    keys = [key(signature) for signature in signatures]
    for name, signature in zip(keys, signatures, strict=True):
        known = remembered(name)
        if known is None:
            dirty[name] = signature
        else:
            done[name] = known
            progress(signature.id)
    with closing(clusters.outcomes(cluster, dirty, fonts) if cluster else _outcomes(dirty, fonts, jobs)) as outcomes:
        for name, outcome in outcomes:
            done[name] = outcome
            if isinstance(outcome, LaidOut):
                remember(name, outcome)
            progress(dirty[name].id)
    return _in_order(keys, done)


def _in_order(keys: Iterable[str], done: Mapping[str, Outcome]) -> tuple[LaidOut, ...]:
    outcomes = [done[name] for name in keys]
    if faults := [outcome for outcome in outcomes if isinstance(outcome, Diagnostic)]:
        raise BookError(*faults)
    return tuple(outcome for outcome in outcomes if isinstance(outcome, LaidOut))


def _outcomes(dirty: Mapping[str, Signature], fonts: Mapping[str, bytes], jobs: int) -> Outcomes:
    """Lay out here when it is for one, or a few where the engine is at hand; starting a worker costs more."""
    if min(jobs, len(dirty)) < 2 or (is_ready() and len(dirty) <= FEW):
        for name, signature in dirty.items():
            yield name, attempt(signature, fonts)
        return
    with tempfile.TemporaryDirectory(prefix="guidepress-") as folder:
        yield from _shared_out(dirty, fonts, min(jobs, len(dirty)), Path(folder))


def _shared_out(dirty: Mapping[str, Signature], fonts: Mapping[str, bytes], jobs: int, folder: Path) -> Outcomes:
    """Share the work out, the longest first; what was under way when a worker died is tried again, alone."""
    _put(folder / FONTS, dict(fonts))
    waiting = sorted(dirty, key=lambda name: len(dirty[name].xhtml))
    while waiting:
        suspects: list[str] = []
        with _pool(jobs, folder) as pool:
            yield from _run(pool, folder, dirty, waiting, suspects, jobs)
        for name in suspects:
            with _pool(1, folder) as pool:
                outcomes = list(_run(pool, folder, dirty, [name], [], 1))
            yield outcomes[0] if outcomes else (name, fault(dirty[name], "P103", "the worker died twice"))


def _run(
    pool: ProcessPoolExecutor,
    folder: Path,
    dirty: Mapping[str, Signature],
    waiting: list[str],
    suspects: list[str],
    jobs: int,
) -> Outcomes:
    """Lay out what is waiting until none is left or a worker dies; then name those that were under way."""
    under_way: dict[Future[None], str] = {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) <= jobs:
                name = waiting[-1]
                _put(folder / name, dirty[name])
                with _deaf():
                    under_way[pool.submit(_in_worker, folder / name)] = waiting.pop()
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
                outcome = _take(_outcome_path(folder / under_way[future]))
                yield under_way.pop(future), outcome
    except BrokenProcessPool:
        suspects.extend(under_way.values())
        # The pool ends those it knows of, and waits for all: one that was just being started would be waited for in vain.
        _kill(pool)


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold signals back while workers start: they inherit that, and say nothing of it before they are ready."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


@contextmanager
def _pool(jobs: int, folder: Path) -> Iterator[ProcessPoolExecutor]:
    """Start workers; end them at once when anything but the end of the work comes."""
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _start_worker, (folder,))
    try:
        yield pool
    except BaseException:
        _kill(pool)
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _kill(pool: ProcessPoolExecutor) -> None:
    workers = tuple((pool._processes or {}).values())
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join()


def _start_worker(folder: Path) -> None:
    """Ready a worker: its fonts, a place for WeasyPrint's copies of them, and an end when its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A pool that is broken ends its workers with SIGTERM, and waits until they have heard it.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tempfile.tempdir = str(folder)
    _fonts.update(_read(folder / FONTS))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _in_worker(path: Path) -> None:
    """Lay out the signature in a file, and leave what came of it in another beside it."""
    _put(_outcome_path(path), attempt(_take(path), _fonts))


def _outcome_path(path: Path) -> Path:
    return path.with_suffix(".outcome")


def _put(path: Path, value: object) -> None:
    path.write_bytes(pickle.dumps(value))


def _read(path: Path) -> Any:
    # Pickle is safe here: the folder is this build's own, and nobody else may write in it.
    return pickle.loads(path.read_bytes())


def _take(path: Path) -> Any:
    value = _read(path)
    path.unlink()
    return value
