"""Lay out signatures on other machines: a Dask scheduler shares the work out among its workers.

What travels is text, names, and bytes: a signature with each task, the fonts once to each worker, and back the pages and
their facts as JSON. https://distributed.dask.org/en/stable/protocol.html
"""

import json
import logging
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from pipeline.diagnostics import Diagnostic, Place, ToolError

from .attempts import Outcome, attempt
from .faults import fault
from .keys import fonts_digest, own_digest, system_versions
from .records import Facts, LaidOut, Signature

Answer = tuple[str, bytes, str]
"""What a worker says: the kind of answer, pages, and JSON."""
KNOCKING = 10
"""Seconds that a scheduler may take to answer."""
PATIENCE = 60
"""Seconds that it may be without a worker, or out of reach."""
GLANCE = 2
"""Seconds between two looks at whether there are workers."""
PRESS = "press"
"""What the digest of this package's own layout code is called among the versions."""

_turn = threading.Lock()


def reach(address: str) -> None:
    """Find a scheduler with a worker. Raises ToolError when there is none."""
    with _client(address):
        pass


def outcomes(address: str, dirty: Mapping[str, Signature], fonts: Mapping[str, bytes]) -> Generator[tuple[str, Outcome], None, None]:
    """Lay out signatures on a cluster, the longest first; yield each with its name as it comes back.

    Dask tries again what was under way when a worker died. What has seen several die is tried once more alone: it may
    have stood beside what ended them; if it ends another, that is a fault of its section. Raises ToolError when the
    scheduler goes, when no worker is left, and for a worker with other versions than this machine.
    """
    if not dirty:
        return
    with _client(address) as client:
        send = _sender(client, fonts)
        suspects: list[str] = []
        longest_first = sorted(dirty, key=lambda name: -len(dirty[name].xhtml))
        for future, name in _answers(client, address, {send(dirty[name]): name for name in longest_first}):
            outcome = _outcome(future, address)
            if outcome is None:
                suspects.append(name)
            else:
                yield name, outcome
        for name in suspects:
            for future, _ in _answers(client, address, {send(dirty[name]): name}):
                yield name, _outcome(future, address) or fault(dirty[name], "P103", "several workers of the cluster died")


def _sender(client: Any, fonts: Mapping[str, bytes]) -> Callable[[Signature], Future[Answer]]:
    """Give the function that sends a signature to the workers; the fonts go there once."""
    executor = client.get_executor(pure=False)
    kept = client.submit(_keep, dict(fonts), key=f"guidepress-fonts-{fonts_digest(fonts)}")

    def send(signature: Signature) -> Future[Answer]:
        future: Future[Answer] = executor.submit(_in_worker, asdict(signature), kept, versions())
        return future

    return send


def versions() -> dict[str, str]:
    """Name all that decides what pages are made of signatures: libraries, and this package's own code."""
    return {**system_versions(), PRESS: own_digest()}


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


def _answers(client: Any, address: str, under_way: dict[Future[Answer], str]) -> Iterator[tuple[Future[Answer], str]]:
    while under_way:
        for future in _finished(client, address, under_way):
            yield future, under_way.pop(future)


def _finished(client: Any, address: str, under_way: Mapping[Future[Answer], str]) -> set[Future[Answer]]:
    """Wait for answers, as long as there is somebody to give one."""
    silent = 0
    while silent * GLANCE < PATIENCE:
        finished, _ = wait(under_way, timeout=GLANCE, return_when=FIRST_COMPLETED)
        if finished:
            return finished
        connected = client.status == "running"
        silent = 0 if connected and client.scheduler_info()["workers"] else silent + 1
    raise _deserted(address) if connected else _gone(address)


def _outcome(future: Future[Answer], address: str) -> Outcome | None:
    """Read an answer; None when several workers died over it."""
    from distributed.scheduler import KilledWorker

    try:
        kind, pdf, text = future.result()
    except KilledWorker:
        return None
    except (CancelledError, OSError) as error:
        raise _gone(address) from error
    except Exception as error:
        raise ToolError(f"a worker of {address} cannot do its work: {type(error).__name__}: {error}") from error
    if kind == "pages":
        return LaidOut(pdf, Facts.from_json(text))
    said = json.loads(text)
    if kind == "fault":
        return Diagnostic(**{**said, "place": Place(**said["place"])})
    raise ToolError(said) if kind == "trouble" else _strange(said)


def _strange(said: Mapping[str, Any]) -> ToolError:
    here, there = versions(), said["versions"]
    name = next(name for name in here if here[name] != there.get(name))
    other = "another guidepress" if name == PRESS else f"{name} {there.get(name)}, this machine {here[name]}"
    return ToolError(f"the worker at {said['worker']} has {other}: pages would differ, install the same")


def _deserted(address: str) -> ToolError:
    return ToolError(f"the scheduler at {address} has no worker: start one with 'dask worker {address} --nthreads 1'")


def _gone(address: str) -> ToolError:
    return ToolError(f"the scheduler at {address} has gone: start it again, and build again")


# What follows runs in workers


def _keep(fonts: dict[str, bytes]) -> dict[str, bytes]:
    """Be the fonts: a task whose result goes to every worker once, and is made again when it is lost."""
    return fonts


def _in_worker(signature: dict[str, Any], fonts: dict[str, bytes], wanted: dict[str, str]) -> Answer:
    """Lay out a signature, or say why not. One at a time: WeasyPrint is not made for threads."""
    from distributed import get_worker

    if versions() != wanted:
        return "strange", b"", json.dumps({"worker": get_worker().address, "versions": versions()})
    try:
        with _turn:
            outcome = attempt(Signature(**signature), fonts)
    except ToolError as error:
        return "trouble", b"", json.dumps(f"the worker at {get_worker().address}: {error}")
    if isinstance(outcome, LaidOut):
        return "pages", outcome.pdf, outcome.facts.to_json()
    return "fault", b"", json.dumps(asdict(outcome))
