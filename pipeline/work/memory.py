"""Remember small results by the digest of what they follow from, in a form that one build can hand on to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any


def name(*parts: object) -> str:
    """Name a result by what it follows from: texts, numbers, and tuples of these. A third of the time that a key of the store takes."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Memory:
    """JSON values by name. Where there is no room for more, those stay that are there."""

    def __init__(self, most: int) -> None:
        """Take the number of values there is room for."""
        self._most = most
        self._values: dict[str, Any] = {}
        self._used: set[str] = set()
        self._handed_on, self._refused = 0, 0

    def get(self, name: str) -> Any:
        """Return a value, or None."""
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

    def recall(self, values: Mapping[str, Any]) -> None:
        """Take over what an earlier build has remembered."""
        self._values = {**values, **self._values}
        self._handed_on = len(self._values)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return not self._values

    @property
    def new(self) -> int:
        """Number of values that no earlier build knew, those included that have no room beside others nobody asked for."""
        return len(self._values) - self._handed_on + min(self._refused, len(self._values) - len(self._used))

    def hand_on(self) -> dict[str, Any]:
        """Return what the next build may recall: all, or where there is little room left, what was asked for."""
        if len(self._values) > self._most // 2:
            self._values = {name: value for name, value in self._values.items() if name in self._used}
        self._handed_on, self._refused = len(self._values), 0
        return dict(self._values)
