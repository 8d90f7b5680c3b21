"""Read a finished PDF, in several processes where there are some: pages are many, and reading waits for nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.crew import Crew, Died, Task
from pipeline.preflight import paper
from pipeline.preflight.paper import Paper

LARGE = 1_000_000
"""Bytes from which on sharing a PDF out is worth it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A PDF that is being read in parts, each every so-manieth page: by workers, and the last perhaps by nobody yet."""

    data: bytes
    tasks: tuple[Task[Paper], ...] = ()
    count: int = 1
    """Number of parts."""

    def paper(self) -> Paper:
        """Read what is left, and return the whole. Raises pypdfium2.PdfiumError when it is no PDF."""
        # What is read here comes first, while others are at theirs.
        parts = [self._part(number) for number in reversed(range(self.count))][::-1]
        pages = sum(len(part.pages) for part in parts)
        return replace(parts[0], pages=tuple(parts[number % self.count].pages[number // self.count] for number in range(pages)))

    def _part(self, number: int) -> Paper:
        if number < len(self.tasks):
            try:
                return self.tasks[number].answer()
            except Died:
                pass
        return _read(self.data, number, self.count)


def begin(data: bytes, crew: Crew, *, idle: bool = True) -> Reading:
    """Begin to read a PDF in the workers that are there (starting others takes as long), and go on with something else.

    ``idle`` says that there is nothing else: then a part is left, to be read here.
    """
    running = crew.running
    if not running or len(data) < LARGE:
        return Reading(data)
    path, parts = crew.keep(f"file {hashlib.sha256(data).hexdigest()}", lambda: data), running + idle
    return Reading(data, tuple(crew.send(_read, path, number, parts) for number in range(running)), parts)


def get_ready(crew: Crew) -> None:
    """Start all workers, and let them load what reading takes."""
    for _ in range(crew.jobs):
        crew.send(_be_ready)


def _read(source: bytes | Path, number: int, count: int) -> Paper:
    return paper.read(source, lambda page, _: page % count == number)


def _be_ready() -> None:
    """Be imported."""
