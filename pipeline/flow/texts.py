"""Remember texts: what stands in them, and how each edition had them written; an edit changes one of a thousand."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from pipeline import checks, markup, render
from pipeline.flow.inputs import code_digest, versions
from pipeline.theme import Medium
from pipeline.work.memory import Memory
from pipeline.work.store import Store, key

FEW = 50
"""Texts that are sooner read again by the next build than written down by this one."""


class TextMemory:
    """What this process remembers of texts, handed on from build to build."""

    def __init__(self, store: Store, book: Path) -> None:
        """Recall what stands in the texts of a book, and what checks know of them."""
        self._store = store
        spelling = importlib.metadata.version("pyspellchecker")
        self._maker = key("texts", str(book.absolute()), dict(versions()), spelling, code_digest())
        self._memories: dict[str, Memory] = {}
        self._recall("parsed", markup.TEXTS)
        self._recall("checked", checks.KNOWN)

    def recall(self, edition: str, medium: Medium) -> None:
        """Recall how the texts of an edition were written."""
        self._recall(f"written {edition} {medium}", render.memory(edition, medium))

    def _recall(self, name: str, memory: Memory) -> None:
        self._memories[name] = memory
        entry = self._store.get(key(self._maker, name)) if memory.is_empty else None
        if entry is not None:
            memory.recall(entry.facts)

    def keep(self) -> None:
        """Write down what is new, when it is worth that."""
        for name, memory in self._memories.items():
            if memory.new >= FEW:
                self._store.put(key(self._maker, name), b"", memory.hand_on())
