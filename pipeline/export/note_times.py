"""Remember when the notes of a deck changed: a digest and a time for each, in the book, so that every copy of it gives the same deck."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LEDGER: Final = "exported.json"
LARGEST: Final = 20_000_000
"""Bytes of the file."""


@dataclass
class Times:
    """Digests of the notes of one edition as they were exported last, and when each changed, in seconds since 1970."""

    first: int
    """The time of a note that is new."""
    before: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    now: dict[str, tuple[str, int]] = field(default_factory=dict)

    def changed(self, name: str, digest: str) -> int:
        """Return when a note changed: a second later than before where its digest is another, so that a reader's edit is newer."""
        known = self.before.get(name)
        time = self.first if known is None else known[1] if known[0] == digest else known[1] + 1
        self.now[name] = digest, time
        return time

    @property
    def entries(self) -> dict[str, tuple[str, int]]:
        """What is to be remembered: questions that are gone as well, for they may come back."""
        return dict(sorted({**self.before, **self.now}.items()))


def read(text: str) -> dict[str, dict[str, tuple[str, int]]] | None:
    """Return what a file remembers, by edition, or None when it is no such file."""
    try:
        data: Any = json.loads(text)
        return {str(edition): {str(name): (str(digest), int(time)) for name, (digest, time) in notes.items()}
                for edition, notes in data["anki"].items()}  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def text(editions: Mapping[str, Mapping[str, tuple[str, int]]]) -> str:
    """Return the file that remembers it all, one note to a line."""
    blocks = []
    for edition, notes in sorted(editions.items()):
        rows = [f"   {json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(notes.items())]
        blocks.append(f"  {json.dumps(edition)}: {{\n" + ",\n".join(rows) + "\n  }")
    return '{\n "anki": {\n' + ",\n".join(blocks) + "\n }\n}\n"
