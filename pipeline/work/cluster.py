"""Do the work on other machines: a Dask scheduler shares it out among its workers.

What travels is what workers of this machine are sent: an item with each task, what all items share once to each worker, and
results back. https://distributed.dask.org/en/stable/protocol.html
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.diagnostics import ToolError

Versions = Callable[[], Mapping[str, str]]
"""Names all that must be the same on two machines for their results to be the same."""
KNOCKING = 5
"""Seconds that a scheduler may take to answer."""
PATIENCE = 60
"""Seconds that it may be without a worker, or out of reach."""
GLANCE = 2
"""Seconds between two looks at whether there are workers."""
CODE = "guidepress"
"""What the digest of the code that does the work is called among the versions."""

_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Call:
    """What is called with each item and what all items share, and what must be the same where it is called."""

    function: Callable[..., Any]
    shared: object
    versions: Versions


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a worker says: the result, or whose versions are not those wanted, or what is wrong with the machine."""

    result: Any = None
    worker: str = ""
    versions: Mapping[str, str] | None = None
    trouble: str = ""


def reach(address: str) -> None:
    """Find a scheduler with a worker. Raises ToolError when there is none."""
    with _client(address):
        pass


def outcomes(address: str, items: Mapping[Any, object], call: Call) -> Iterator[tuple[Any, Any]]:
    """Make a call for each item on a cluster; yield each result with the item's key as it comes back.

    Dask tries again what was under way when a worker died. What has seen several die is tried once more alone: it may
    have stood beside what ended them; if it ends another, its result is None. Raises ToolError when the scheduler goes,
    when no worker is left, and for a worker with other versions than this machine.
    """
    if not items:
        return
    with _client(address) as client:
        send = _sender(client, call)
        suspects: list[Any] = []
        for future, key in _answers(client, address, {send(item): key for key, item in items.items()}):
            answer = _answer(future, address, call)
            if answer is None:
                suspects.append(key)
            else:
                yield key, answer.result
        for key in suspects:
            for future, _ in _answers(client, address, {send(items[key]): key}):
                answer = _answer(future, address, call)
                yield key, answer.result if answer else None


def _sender(client: Any, call: Call) -> Callable[[object], Future[_Answer]]:
    """Return the function that sends an item to the workers; what all items share goes there once."""
    executor = client.get_executor(pure=False)
    digest = hashlib.sha256(pickle.dumps(call.shared)).hexdigest()
    kept = client.submit(_keep, call.shared, key=f"guidepress-shared-{digest}")
    wanted = dict(call.versions())

    def send(item: object) -> Future[_Answer]:
        future: Future[_Answer] = executor.submit(_in_worker, call.function, item, kept, call.versions, wanted)
        return future

    return send


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect to a scheduler that has a worker, and leave it in the end."""
    distributed = _library()
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # what is wrong is said once, by this module
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
            client = _connected(distributed.Client, address)
        try:
            yield client
        finally:
            client.close()
    finally:
        logger.setLevel(level)


def _library() -> Any:
    try:
        import distributed.versions
    except ImportError as error:
        raise ToolError("a cluster needs Dask: install guidepress[cluster]") from error
    return distributed


def _connected(connect: Callable[..., Any], address: str) -> Any:
    try:
        client = connect(address, timeout=KNOCKING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ToolError(f"no scheduler answers at {address}: start one with 'dask scheduler', or mend the address") from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        client.close()
        raise _deserted(address) from error
    return client


def _answers(client: Any, address: str, under_way: dict[Future[_Answer], Any]) -> Iterator[tuple[Future[_Answer], Any]]:
    while under_way:
        for future in _finished(client, address, under_way):
            yield future, under_way.pop(future)


def _finished(client: Any, address: str, under_way: Mapping[Future[_Answer], Any]) -> set[Future[_Answer]]:
    """Wait for answers, as long as there is somebody to give one."""
    silent = 0
    while silent * GLANCE < PATIENCE:
        finished, _ = wait(under_way, timeout=GLANCE, return_when=FIRST_COMPLETED)
        if finished:
            return finished
        connected = client.status == "running"
        silent = 0 if connected and client.scheduler_info()["workers"] else silent + 1
    raise _deserted(address) if connected else _gone(address)


def _answer(future: Future[_Answer], address: str, call: Call) -> _Answer | None:
    """Return an answer; None when several workers died over it."""
    from distributed.scheduler import KilledWorker

    try:
        answer = future.result()
    except KilledWorker:
        return None
    except (CancelledError, OSError) as error:
        raise _gone(address) from error
    except Exception as error:
        raise ToolError(f"a worker of {address} cannot do its work: {type(error).__name__}: {error}") from error
    if answer.versions is not None:
        raise _strange(answer.worker, call.versions(), answer.versions)
    if answer.trouble:
        raise ToolError(f"the worker at {answer.worker}: {answer.trouble}")
    return answer


def _strange(worker: str, here: Mapping[str, str], there: Mapping[str, str]) -> ToolError:
    name = next(name for name in here if here[name] != there.get(name))
    other = "another guidepress" if name == CODE else f"{name} {there.get(name)}, this machine {here[name]}"
    return ToolError(f"the worker at {worker} has {other}: pages would differ, install the same")


def _deserted(address: str) -> ToolError:
    return ToolError(f"the scheduler at {address} has no worker: start one with 'dask worker {address} --nthreads 1'")


def _gone(address: str) -> ToolError:
    return ToolError(f"the scheduler at {address} has gone: start it again, and build again")


# What follows runs in workers


def _keep(shared: object) -> object:
    """Return what is shared: a task whose result goes to every worker once, and is made again when it is lost."""
    return shared


def _in_worker(function: Callable[..., Any], item: object, shared: object, versions: Versions, wanted: Mapping[str, str]) -> _Answer:
    """Make a call, or say why not. One at a time: WeasyPrint is not made for threads."""
    from distributed import get_worker

    worker, here = get_worker().address, dict(versions())
    if here != wanted:
        return _Answer(worker=worker, versions=here)
    try:
        with _turn:
            return _Answer(function(item) if shared is None else function(item, shared))
    except ToolError as error:
        return _Answer(worker=worker, trouble=str(error))
