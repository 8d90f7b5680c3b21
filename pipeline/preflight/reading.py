"""Read a finished PDF, in several processes where there are some: pages are many, and reading waits for nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from pipeline.preflight import paper
from pipeline.preflight.paper import Page, Paper
from pipeline.theme import Foot
from pipeline.work.crew import Crew, Died, Task

MOST = 1_500
"""Pages of a part: what was read of them is in memory until it is handed over, and to open a large file takes a second."""
MANY = 2_000
"""Pages that are read by processes that do nothing else: the table of a large file's objects takes more memory than laying it out."""
READERS = "guidepress-read"
"""What such processes are called."""
FEW = 60
"""Pages that are read here rather than shared out: that takes as long."""


@dataclass(frozen=True)
class Reading:
    """A PDF that is being read in parts, each a run of pages: by workers, and the last perhaps by nobody yet."""

    data: bytes
    tasks: tuple[Task[Paper], ...] = ()
    count: int = 1
    """Number of parts."""
    names: tuple[str, ...] | None = None
    """Named destinations that are looked up; None for all."""
    foot: Foot | None = None
    """Where folios stand."""
    known: Mapping[int, Page] = field(default_factory=dict)
    """Pages that are as they were when they were last read, by their numbers from 0."""

    @cached_property
    def paper(self) -> Paper:
        """The whole, what is left having been read. Raises pypdfium2.PdfiumError when it is no PDF."""
        # What is read here comes first, while others are at theirs.
        parts = [self._part(number) for number in reversed(range(self.count))][::-1]
        read = chain.from_iterable(part.pages for part in parts)
        total = len(self.known) + sum(len(part.pages) for part in parts)
        return replace(parts[0], pages=tuple(self.known.get(number) or next(read) for number in range(total)))

    def _part(self, number: int) -> Paper:
        if number < len(self.tasks):
            try:
                return self.tasks[number].answer()
            except Died:
                pass
        return _read(self.data, (number, self.count), self.names, self.foot, frozenset(self.known))


def begin(
    data: bytes,
    pages: int,
    crew: Crew,
    *,
    idle: bool = True,
    names: tuple[str, ...] | None = None,
    foot: Foot | None = None,
    known: Mapping[int, Page] | None = None,
) -> Reading:
    """Begin to read a PDF in the workers that are there (starting others takes as long), and go on with something else.

    ``idle`` says that there is nothing else: then a part is left, to be read here. Of its ``pages``, those ``known`` are
    not read again. ``names`` are the named destinations to be looked up, None all; ``foot`` says where
    folios stand. A large file is read by processes of their own.
    """
    known = known or {}
    unread, running = pages - len(known), crew.running
    if unread >= MANY:
        crew, idle, running = crew.apart(READERS), False, crew.jobs
    if not running or unread <= FEW:
        return Reading(data, names=names, foot=foot, known=known)
    path = crew.keep(f"file {hashlib.sha256(data).hexdigest()}", lambda: data)
    parts = max(running + idle, unread // MOST)
    tasks = tuple(crew.send(_read, path, (number, parts), names, foot, frozenset(known)) for number in range(parts - idle))
    return Reading(data, tasks, parts, names, foot, known)


def _read(source: bytes | Path, part: tuple[int, int], names: tuple[str, ...] | None, foot: Foot | None, known: frozenset[int]) -> Paper:
    number, count = part

    def wanted(total: int) -> Sequence[int]:
        # Pages that stand together share objects, which are inflated once for all of them.
        unread = [page for page in range(total) if page not in known]
        return unread[len(unread) * number // count : len(unread) * (number + 1) // count]

    return paper.read(source, wanted, names=names, navigation=number == 0, foot=foot)
