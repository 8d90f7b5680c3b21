"""Put files on the shelf of a book: what is new or has changed upstream is written, what was edited by hand stays."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pipeline import source
from pipeline.bring import ledger as ledgers
from pipeline.bring.haul import Losses
from pipeline.bring.ledger import Ledger, digest
from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.source import SourceFault

Taking = Literal["ask", "book", "source"]
"""Which side is taken where both have changed: neither, the book's, or the source's."""
MAX_LEDGER = 20_000_000


@dataclass
class Shelf:
    """A book's folder, what is to be written into it, and what is remembered of it."""

    folder: Path
    taking: Taking
    losses: Losses
    remembered: Ledger = field(default_factory=Ledger)
    writes: dict[str, str] = field(default_factory=dict)
    removes: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The folder as the author would type it."""
        return self.folder.as_posix().rstrip("/") or "."

    def open(self) -> None:
        """Read what is remembered. Raises BookError when the folder is no book that can be added to."""
        text = self.text(ledgers.NAME, MAX_LEDGER)
        if text is None:
            return
        known = Ledger.read(text)
        if known is None:
            hint = "put the file back as an import wrote it, or delete it to begin anew"
            raise BookError(Losses.alone("I105", "the file of what was imported cannot be read", hint, self.place(ledgers.NAME)))
        self.remembered = known

    def place(self, path: str) -> Place:
        """Return the place of a file."""
        return Place(f"{self.name}/{path}")

    def text(self, path: str, limit: int = source.MAX_BYTES) -> str | None:
        """Return what stands in a file of the book, or None. Raises BookError for what is no file of the book."""
        whole = self.folder / path
        if any(part.is_symlink() for part in (whole, *list(whole.parents)[: path.count("/")])):
            raise BookError(
                Losses.alone("I101", "a link stands where a file of the book is written", "put a plain file there", self.place(path))
            )
        if not whole.exists():
            return None
        try:
            return source.octets(whole, f"{self.name}/{path}", limit).decode("utf-8")
        except SourceFault as fault:
            raise BookError(fault.diagnostic) from fault
        except UnicodeDecodeError as error:
            raise BookError(Losses.alone("I103", "the file is not UTF-8", "save the file as UTF-8", self.place(path))) from error

    def has(self, pattern: str) -> set[str]:
        """Return the paths of files of the book."""
        return {path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern)} if self.folder.is_dir() else set()

    def put(self, path: str, new: str, before: str, was: str = "") -> str:
        """Decide on one file, and return the digest to remember; ``before`` is the one remembered, ``was`` where it stood."""
        stands = self.text(was or path)
        if stands is None and before and self.taking != "source":
            self.losses.extend([Losses.alone("I403", "the file was deleted, and is not written again", "use --take source to have it back",
                                             self.place(was or path))])  # fmt: skip
            self.counts["deleted by hand"] += 1
            return before
        if stands is not None and digest(stands) != before and stands != new:
            return self._edited(path, stands, new, before, was)
        if was and was != path:
            self.removes.add(was)
        if stands == new and (not was or was == path):
            self.counts["unchanged"] += 1
        else:
            self.writes[path] = new
            self.counts["new" if stands is None else "changed"] += 1
        return digest(new)

    def _edited(self, path: str, stands: str, new: str, before: str, was: str) -> str:
        if digest(new) == before or self.taking == "book":
            self.counts["edited by hand"] += 1
            self._moved(path, stands, was)
            return digest(new)
        if self.taking == "source":
            self.counts["changed"] += 1
            self.writes[path] = new
            if was and was != path:
                self.removes.add(was)
            return digest(new)
        self.counts["changed on both sides"] += 1
        self._moved(path, stands, was)
        self.losses.extend([self._conflict(was or path, stands, new)])
        return before

    def _moved(self, path: str, stands: str, was: str) -> None:
        if was and was != path:
            self.writes[path] = stands
            self.removes.add(was)

    def _conflict(self, path: str, mine: str, theirs: str) -> Diagnostic:
        ours, others = mine.split("\n"), theirs.split("\n")
        at = next((n for n, (a, b) in enumerate(zip(ours, others, strict=False)) if a != b), min(len(ours), len(others)) - 1)
        other = next((line for line in others[at:] if line.strip()), "")
        message = f"edited by hand, and changed in the source, where it says now '{other.strip()[:200]}'"
        found = Losses.alone("I401", message, "mend the file, then use --take book; or use --take source", self.place(path))
        line = ours[at] if at < len(ours) else ""
        return replace(
            found, place=Place(found.place.path, at + 1, len(line) - len(line.lstrip()) + 1, max(1, len(line.strip()))), line_text=line
        )

    def write(self) -> None:
        """Write all that was decided, each file whole, what is remembered last."""
        for path, text in sorted(self.writes.items(), key=lambda item: item[0] == ledgers.NAME):
            whole = self.folder / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            beside = whole.with_name(f".{whole.name}.tmp")
            beside.write_text(text, encoding="utf-8", newline="\n")
            os.replace(beside, whole)
        for path in sorted(self.removes - set(self.writes)):
            (self.folder / path).unlink(missing_ok=True)
