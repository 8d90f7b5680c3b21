"""Lay out many signatures: find those remembered, share the rest among worker processes."""

import pickle
from bisect import insort
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack, closing, nullcontext
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from pipeline.diagnostics import BookError, Diagnostic, ToolError
from pipeline.work.crew import Crew, Died, Task

from . import cluster as clusters
from .attempts import Outcome, attempt, is_ready, prepare
from .faults import fault
from .keys import fonts_digest, key
from .records import LaidOut, Signature

Remembered = Callable[[str], LaidOut | None]
Remember = Callable[[str, LaidOut], None]
Progress = Callable[[str], None]
Dirty = Iterator[str]
"""Keys of signatures that are to be laid out."""
Outcomes = Generator[tuple[str, Outcome], None, None]
FEW = 3
"""Signatures that are laid out here rather than by workers, where the engine is loaded."""


def lay_out(signature: Signature, fonts: Mapping[str, bytes]) -> LaidOut:
    """Lay out one signature in this process; raise BookError when it cannot be done."""
    outcome = attempt(signature, fonts)
    if isinstance(outcome, Diagnostic):
        raise BookError(outcome)
    return outcome


def warm(crew: Crew, stylesheets: Sequence[str], fonts: Mapping[str, bytes]) -> None:
    """Let a worker make itself ready to lay out, while there is nothing to lay out yet; the others start when there is."""
    if crew.jobs > 1 and not is_ready():
        crew.send(_get_ready, tuple(stylesheets), _shared(crew, fonts))


def lay_out_all(
    signatures: Iterable[Signature],
    fonts: Mapping[str, bytes],
    *,
    jobs: int = 1,
    crew: Crew | None = None,
    cluster: str = "",
    remembered: Remembered = lambda _: None,
    remember: Remember = lambda _key, _laid: None,
    progress: Progress = lambda _: None,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[LaidOut, ...]:
    """Lay out signatures as they come, those remembered excepted; give the results in the order of the signatures.

    `crew` shares the work out; without it, `jobs` processes that are started for this. `cluster` is the address of a Dask
    scheduler that does it instead. `progress` hears the id of each signature as it is done; `meanwhile` is called
    whenever workers are at work and nothing is left to do here. BookError carries every fault there is.
    """
    done: dict[str, Outcome] = {}
    dirty: dict[str, Signature] = {}
    keys: list[str] = []
    coming = _unknown(signatures, keys, done, dirty, remembered, progress)
    with ExitStack() as stack:
        crew = crew or stack.enter_context(Crew(jobs))
        if cluster:
            outcomes = clusters.outcomes(cluster, {name: dirty[name] for name in coming}, fonts)
        else:
            outcomes = _outcomes(coming, dirty, fonts, crew, meanwhile)
        for name, outcome in stack.enter_context(closing(outcomes)):
            done[name] = outcome
            if isinstance(outcome, LaidOut):
                remember(name, outcome)
            progress(dirty[name].id)
    return _in_order(keys, done)


def _unknown(
    signatures: Iterable[Signature], keys: list[str], done: dict[str, Outcome], dirty: dict[str, Signature], remembered: Remembered,
    progress: Progress,
) -> Dirty:  # fmt: skip
    """Note signatures as they come: the keys of all, those remembered as done. Give the keys of the others."""
    for signature in signatures:
        name = key(signature)
        keys.append(name)
        known = None if name in dirty else remembered(name)
        if known is not None:
            done[name] = known
            progress(signature.id)
        elif name not in dirty:
            dirty[name] = signature
            yield name


def _in_order(keys: Iterable[str], done: Mapping[str, Outcome]) -> tuple[LaidOut, ...]:
    outcomes = [done[name] for name in keys]
    if faults := [outcome for outcome in outcomes if isinstance(outcome, Diagnostic)]:
        raise BookError(*faults)
    return tuple(outcome for outcome in outcomes if isinstance(outcome, LaidOut))


def _outcomes(
    coming: Dirty, dirty: Mapping[str, Signature], fonts: Mapping[str, bytes], crew: Crew, meanwhile: Callable[[], object]
) -> Outcomes:  # fmt: skip
    """Lay out here when nobody helps, or what is soon done here; starting a worker costs more."""
    few = FEW if is_ready() else 0 if crew.running else 1
    first = list(islice(coming, few + 1)) if crew.jobs > 1 else []
    if len(first) <= few or crew.jobs < 2:
        for name in chain(first, coming):
            yield name, attempt(dirty[name], fonts)
        return
    yield from _shared_out(chain(first, coming), dirty, fonts, crew, meanwhile)


def _shared_out(
    coming: Dirty, dirty: Mapping[str, Signature], fonts: Mapping[str, bytes], crew: Crew, meanwhile: Callable[[], object]
) -> Outcomes:  # fmt: skip
    """Share the work out, the longest first of what is there; what was under way when a worker died is tried again, alone."""
    queue = _Queue(coming, dirty)
    while queue:
        suspects: list[str] = []
        yield from _run(crew, _shared(crew, fonts), queue, suspects, meanwhile)
        for name in suspects:
            with Crew(1) as alone:
                outcomes = list(_run(alone, _shared(alone, fonts), _Queue(iter([name]), dirty), [], meanwhile))
            yield outcomes[0] if outcomes else (name, fault(dirty[name], "P103", "the worker died twice"))


class _Queue:
    """Signatures to be laid out: those that wait, and those that are still to come."""

    def __init__(self, coming: Dirty, dirty: Mapping[str, Signature]) -> None:
        self.dirty, self.more = dirty, True
        self._coming, self._waiting = coming, list[tuple[int, str]]()

    def __bool__(self) -> bool:
        return self.more or bool(self._waiting)

    def receive(self) -> None:
        """Let one more come, if there is one."""
        name = next(self._coming, None)
        if name is None:
            self.more = False
        else:
            insort(self._waiting, (len(self.dirty[name].xhtml), name))

    @property
    def longest(self) -> str:
        """The longest of those that wait; empty when none does."""
        return self._waiting[-1][1] if self._waiting else ""

    def take(self) -> None:
        """Let the longest wait no more."""
        self._waiting.pop()


def _run(crew: Crew, fonts: Path, queue: _Queue, suspects: list[str], meanwhile: Callable[[], object]) -> Outcomes:
    """Lay out what is waiting and what comes until there is no more or a worker dies; then name those that were under way."""
    under_way: dict[str, Task[Outcome]] = {}
    try:
        while queue or under_way:
            if queue.more:
                queue.receive()
            while len(under_way) <= crew.jobs and (name := queue.longest):
                # One signature is worth no worker of its own, where one is getting ready.
                with nullcontext() if under_way else crew.as_it_is():
                    under_way[name] = crew.send(_in_worker, queue.dirty[name], fonts)
                queue.take()
            if under_way and not queue.more:
                meanwhile()
                wait([task.future for task in under_way.values()], return_when=FIRST_COMPLETED)
            for name in [name for name, task in under_way.items() if task.future.done()]:
                outcome = under_way[name].answer()
                del under_way[name]
                yield name, outcome
    except Died:
        suspects.extend(under_way)
        crew.renew()


def _shared(crew: Crew, fonts: Mapping[str, bytes]) -> Path:
    """Return the file that brings workers the fonts."""
    return crew.keep(f"fonts {fonts_digest(fonts)}", lambda: pickle.dumps(dict(fonts)))


# What follows runs in workers


def _in_worker(signature: Signature, fonts: Path) -> Outcome:
    return attempt(signature, _fonts(fonts))


def _get_ready(stylesheets: Sequence[str], fonts: Path) -> None:
    try:
        prepare(stylesheets, _fonts(fonts))
    except ToolError:
        return  # whoever wants a signature laid out will hear of it


@lru_cache(maxsize=1)
def _fonts(path: Path) -> dict[str, bytes]:
    # Pickle is safe here: the file is the parent's.
    fonts: dict[str, bytes] = pickle.loads(path.read_bytes())
    return fonts
