"""Remember what was made, by a digest of all that it follows from: in memory for a process that stays, in the store for the next.

What is small stands on a shelf with its like, and the shelf is one entry of the store; what is dear is an entry of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.work.store import JSON, Entry, Store, key
from pipeline.work.thresholds import NEW_ON_A_SHELF, ON_A_SHELF

Maker = tuple[str, ...]
"""What decides how everything is made, beside what it is made from: the code, and all libraries."""


@dataclass(frozen=True, slots=True)
class Place:
    """The store that is written to, what all names in it begin with, and whose book is made."""

    store: Store
    maker: Maker
    whose: str = ""


_place: Place | None = None
_shelves: dict[str, Shelf] = {}


@contextmanager
def kept_in(store: Store, *maker: str, whose: str = "") -> Iterator[None]:
    """Remember in a store, and recall from it, meanwhile; ``maker`` names what decides how everything is made."""
    before = use(Place(store, maker, whose))
    try:
        yield
    finally:
        use(before)


def keep() -> None:
    """Write down what shelves have gained."""
    for each in _shelves.values():
        each.keep()


def use(place: Place | None) -> Place | None:
    """Take another place to remember in; return the one before."""
    global _place
    before, _place = _place, place
    return before


def place() -> Place | None:
    """Return where things are remembered now."""
    return _place


def recall(*parts: JSON | bytes) -> Entry | None:
    """Return what was remembered of this book for these parts."""
    return _place.store.get(key(_place.whose, *_place.maker, *parts)) if _place else None


def remember(data: bytes, facts: JSON, *parts: JSON | bytes) -> None:
    """Remember bytes and facts of this book for these parts."""
    if _place:
        _place.store.put(key(_place.whose, *_place.maker, *parts), data, facts)


def remembered(make: Callable[[], bytes], *parts: JSON | bytes) -> bytes:
    """Return the bytes that follow from these parts alone, for every book: recalled, or made and remembered."""
    if not _place:
        return make()
    name = key(*_place.maker, *parts)
    entry = _place.store.get(name)
    if entry is not None:
        return entry.data
    made = make()
    _place.store.put(name, made, None)
    return made


def shelf(name: str, *, most: int = ON_A_SHELF, few: int = NEW_ON_A_SHELF, passing: bool = False) -> Shelf:
    """Return the shelf of a name; ``most`` values have room on it, and fewer new ones than ``few`` are not worth writing down.

    On a ``passing`` one stays what the last build that used it has asked for, and nothing else.
    """
    if name not in _shelves:
        _shelves[name] = Shelf(name, most, few, passing=passing)
    return _shelves[name]


def forget() -> None:
    """Forget what this process remembers, as the next would; the store keeps what it has."""
    _shelves.clear()


def digest(*parts: object) -> str:
    """Name a small value by what it follows from: texts, numbers, and tuples of these. A third of the time that a key takes."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Shelf:
    """JSON values by name. Where there is no room for more, those stay that are there."""

    def __init__(self, name: str, most: int, few: int, *, passing: bool = False) -> None:
        """Take a name; what is on the shelf is recalled when something is first looked for."""
        self.name, self._most, self._few, self._is_passing = name, most, few, passing
        self._values: dict[str, Any] = {}
        self._used: set[str] = set()
        self._written: frozenset[str] = frozenset()
        self._refused = 0
        self._asked: Place | None = None

    def get(self, name: str) -> Any:
        """Return a value, or None."""
        if not self._values and self._asked is not _place:
            self._recall()
        value = self._values.get(name)
        if value is not None:
            self._used.add(name)
        return value

    def put(self, name: str, value: Any) -> None:
        """Remember a value, which is not None."""
        if len(self._values) < self._most:
            self._values[name] = value
            self._used.add(name)
        else:
            self._refused += 1

    def lose(self, name: str) -> None:
        """Forget a value that is not to be written down."""
        self._values.pop(name, None)
        self._used.discard(name)

    def remembered(self, make: Callable[[], Any], parts: Sequence[object]) -> Any:
        """Return the value that follows from the parts: recalled, or made and remembered."""
        name = digest(*parts)
        found = self.get(name)
        if found is None:
            found = make()
            self.put(name, found)
        return found

    def keep(self) -> None:
        """Write down what is new, when it is worth that."""
        if self._is_passing and self._used:
            self._leave_used()
        if self._new >= self._few:
            remember(b"", self._chosen(), "shelf", self.name)
        if self._is_passing:
            self._used = set()

    @property
    def _new(self) -> int:
        """Number of values that the store does not know, those included that have no room beside others nobody asked for."""
        return len(self._values.keys() - self._written) + min(self._refused, len(self._values) - len(self._used))

    def _recall(self) -> None:
        self._asked = _place
        entry = recall("shelf", self.name)
        if entry is not None:
            self._values = dict(entry.facts)
            self._written = frozenset(self._values)

    def _leave_used(self) -> None:
        self._values = {name: value for name, value in self._values.items() if name in self._used}

    def _chosen(self) -> dict[str, Any]:
        """Return what the next process may recall: all, or where there is little room left, what was asked for."""
        if len(self._values) > self._most // 2:
            self._leave_used()
        self._written, self._refused = frozenset(self._values), 0
        return self._values
