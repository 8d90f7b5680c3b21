"""Say what is done with each of many items, who may do it, and how it is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, overload

from pipeline.diagnostics import Diagnostic
from pipeline.work import cluster
from pipeline.work.store import JSON, Entry

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
