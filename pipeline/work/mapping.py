"""Say what is done with each of many items, and share them among whoever is there: this process, workers of this machine, or others."""

from __future__ import annotations

import pickle
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, overload

from pipeline.diagnostics import BookError, Diagnostic, ToolError
from pipeline.work import cache, cluster, limits
from pipeline.work.crew import Crew, Died
from pipeline.work.limits import OutOfTime
from pipeline.work.store import JSON, Entry, Store

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Step:
    """A moment of a build: the stage, how far it has come, and what it is at."""

    stage: str
    done: int
    total: int
    detail: str


Say = Callable[[Step], None]


@dataclass(frozen=True)
class Stage(Generic[T, R]):
    """What is done with each item, who may do it, and how it is remembered."""

    name: str
    """What progress and reports call it."""
    call: Callable[..., R | Diagnostic]
    """Takes an item, and what all items share if there is anything. A diagnostic that it returns is a fault."""
    title: Callable[[T], str] | None = None
    """Says what an item is, for progress. None: the stage is so short that nothing is said of it."""
    weight: Callable[[T], int] | None = None
    """How much work an item is: workers are given the heaviest first. None: it is done here."""
    lightest: int = 0
    """Weight below which an item is done here, whoever is there."""
    few: int | None = None
    """Items that are worth no worker where none is running; None: no number of them is."""
    key: Callable[[T], str] | None = None
    """Digests all that the result follows from. None: nothing is remembered."""
    pack: Callable[[R], tuple[bytes, JSON]] | None = None
    unpack: Callable[[Entry], R | None] | None = None
    killed: Callable[[T, str], Diagnostic] | None = None
    """Names an item that has ended its workers, and says who they were. None: that is trouble with the machine."""
    versions: cluster.Versions | None = None
    """Names all that must be the same on another machine for its results to be the same. None: it is done on this one."""


class Results(Sequence[R]):
    """What has come, or will come, of the items in their order: whoever looks waits for all."""

    def __init__(self, new: frozenset[int], finish: Callable[[], Sequence[R]]) -> None:
        """Take the numbers of the items that nobody remembered, and what waits for the results."""
        self.new, self._finish = new, finish

    @cached_property
    def _all(self) -> Sequence[R]:
        return self._finish()

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        """Return a result, or some of them."""
        return self._all[index]

    def __len__(self) -> int:
        """Count the results."""
        return len(self._all)


class Work:
    """What all stages of a build are done with: workers, a store, an ear for progress, and a watch."""

    def __init__(self, crew: Crew, store: Store | None = None, say: Say = lambda _: None, cluster: str = "") -> None:
        """Take workers of this machine, and the address of a Dask scheduler that has others, if there is one."""
        self.crew, self.store, self.say, self.cluster = crew, store or Store(None), say, cluster
        self.seconds: dict[str, float] = defaultdict(float)
        """Seconds spent in each stage; those of a stage within another are its own."""
        self._within = 0.0
        self.under_way: list[Future[Any]] = []
        """Calls that workers were sent."""

    def __enter__(self) -> Self:
        """Work on one build."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take back what was sent and nobody has waited for: the build has ended."""
        for future in self.under_way:
            future.cancel()

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        before, self._within = self._within, 0.0
        started = time.perf_counter()
        try:
            yield
        finally:
            taken = time.perf_counter() - started
            self.seconds[stage] += taken - self._within
            self._within = before + taken

    def warm(self, call: Callable[..., object], item: object) -> None:
        """Let a worker get ready, while there is nothing to do yet; the others start when there is."""
        if self.crew.jobs > 1 and not self.crew.running and not self.cluster:
            self.crew.send(call, item)

    def map(self, stage: Stage[T, R], items: Sequence[T], shared: object = None, *, apart: str = "") -> Results[R]:
        """Return what comes of each item, by and by where workers are at it; raises BookError with every fault there is.

        ``shared`` goes to each worker once; where it is bytes, workers are given the path of a file of them. ``apart`` names
        processes that do this and nothing else, and end with it.
        """
        if not apart:
            return _Run(self, stage, items, shared, self.crew).results(self.cluster)
        with Crew(min(self.crew.jobs, len(items)), apart, limits=self.crew.limits) as crew:
            results = _Run(self, stage, items, shared, crew).results()
            len(results)
            return results


class _Run(Generic[T, R]):
    """One stage at work on its items. Items with the same key are one, and let go of when they are done."""

    def __init__(self, work: Work, stage: Stage[T, R], items: Sequence[T], shared: object, crew: Crew) -> None:
        self.work, self.stage, self.shared, self.crew = work, stage, shared, crew
        self.keys: list[Any] = [stage.key(item) for item in items] if stage.key else list(range(len(items)))
        self.items = dict(zip(self.keys, items, strict=True))
        self.done: dict[Any, R | Diagnostic] = {}
        self.coming: dict[Future[Any], Any] = {}
        self.file: _Shared | None = None

    def results(self, scheduler: str = "") -> Results[R]:
        """Recall and do what is done here; let others do the rest."""
        with self.work.time(self.stage.name):
            if self.items and self.stage.title:
                self.work.say(Step(self.stage.name, 0, len(self.items), ""))
            self._recall()
            numbers = {key: number for number, key in reversed([*enumerate(self.keys)])}
            new = frozenset(numbers[key] for key in self.items)
            if scheduler and self.stage.versions:
                self._ask_cluster(scheduler, self.stage.versions)
            else:
                self._share_out()
        if self.coming:
            return Results(new, self.finish)
        found = self.finish()
        return Results(new, lambda: found)

    def finish(self) -> list[R]:
        """Wait for what is under way, and return all results."""
        with self.work.time(self.stage.name):
            for future in as_completed(self.coming):
                self._note(self.coming[future], self._outcome(future))
        if self.file is not None and self.file.is_raw:
            self.crew.drop(self.file.path)
        outcomes = [self.done[key] for key in self.keys]
        if faults := [outcome for outcome in outcomes if isinstance(outcome, Diagnostic)]:
            raise BookError(*faults)
        return [outcome for outcome in outcomes if not isinstance(outcome, Diagnostic)]

    def _recall(self) -> None:
        stage = self.stage
        for key in tuple(self.items) if stage.unpack else ():
            entry = self.work.store.get(key)
            known = stage.unpack(entry) if entry and stage.unpack else None
            if known is not None:
                self._set(key, known)

    def _share_out(self) -> None:
        """Send what is worth sending to workers, the heaviest first, and do the rest."""
        crew, few = self.crew, self.stage.few
        worthy = [key for key in self.items if self._weight(key) > self.stage.lightest]
        # What is confined is done by workers, whose end is told: nothing else than this process would be left to end.
        is_apart = crew is not self.work.crew or crew.limits is not None
        starts = is_apart or (few is not None and len(worthy) > few)
        if (crew.jobs > 1 or is_apart) and (starts or crew.running) and worthy:
            self.file = _file(crew, self.shared)
            # One item is worth no worker of its own, where one is getting ready.
            send = crew.send if starts and (is_apart or len(worthy) > 1) else crew.send_to_those_there
            for key in sorted(worthy, key=self._weight, reverse=True):
                self.coming[send(_call, self.stage.call, self.items[key], self.file, cache.place())] = key
            self.work.under_way += self.coming
        sent = set(self.coming.values())
        for key in [key for key in self.items if key not in sent]:
            self._note(key, self._done_here(key))

    def _done_here(self, key: Any) -> R | Diagnostic:
        try:
            return self.stage.call(self.items[key], *(() if self.shared is None else (self.shared,)))
        except OutOfTime as error:
            raise BookError(self._killed(key, str(error))) from None
        except MemoryError:
            return self._killed(key, limits.OUT_OF_MEMORY)

    def _ask_cluster(self, scheduler: str, versions: cluster.Versions) -> None:
        heaviest_first = sorted(self.items, key=self._weight, reverse=True)
        others = {key: self.items[key] for key in heaviest_first}
        for key, outcome in cluster.outcomes(scheduler, others, cluster.Call(self.stage.call, self.shared, versions)):
            self._note(key, self._killed(key, "several workers of the cluster died") if outcome is None else outcome)

    def _weight(self, key: Any) -> int:
        return self.stage.weight(self.items[key]) if self.stage.weight else -1

    def _outcome(self, future: Future[Any]) -> R | Diagnostic:
        try:
            outcome: R | Diagnostic = future.result()
        except Died as death:
            return self._killed(self.coming[future], str(death))
        return outcome

    def _killed(self, key: Any, how: str) -> Diagnostic:
        if self.stage.killed is None:
            what = f" {self.stage.title(self.items[key])}" if self.stage.title else ""
            raise ToolError(f"{self.stage.name}{what}: {how}")
        return self.stage.killed(self.items[key], how)

    def _note(self, key: Any, outcome: R | Diagnostic) -> None:
        """Take what came of an item, and remember it."""
        if self.stage.pack and not isinstance(outcome, Diagnostic):
            self.work.store.put(key, *self.stage.pack(outcome))
        self._set(key, outcome)

    def _set(self, key: Any, outcome: R | Diagnostic) -> None:
        self.done[key] = outcome
        item = self.items.pop(key)
        if self.stage.title:
            self.work.say(Step(self.stage.name, len(self.done), len(self.done) + len(self.items), self.stage.title(item)))


@dataclass(frozen=True, slots=True)
class _Shared:
    """A file that brings workers what all items share: bytes as they are, or anything, pickled."""

    path: Path
    is_raw: bool


def _file(crew: Crew, shared: object) -> _Shared | None:
    if shared is None:
        return None
    is_raw = isinstance(shared, bytes)
    return _Shared(crew.keep(shared if isinstance(shared, bytes) else pickle.dumps(shared)), is_raw)


# What follows runs in workers


def _call(call: Callable[..., R], item: object, shared: _Shared | None, place: cache.Place | None) -> R:
    cache.use(place)
    if shared is None:
        return call(item)
    return call(item, shared.path if shared.is_raw else _opened(shared.path))


@lru_cache(maxsize=1)
def _opened(path: Path) -> Any:
    # Pickle is safe here: the file is the parent's.
    return pickle.loads(path.read_bytes())
