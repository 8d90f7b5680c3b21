"""Keep what has been read of a book so far."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import model, source
from pipeline.diagnostics import Diagnostic, Place
from pipeline.model import Origin, Record
from pipeline.source import Source, SourceFault


@dataclass
class Reading:
    """What has been read so far: files, records by kind, their origins, and the faults."""

    folder: Path
    name: str
    faults: list[Diagnostic] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)

    def shown(self, path: Path) -> str:
        """Return the path of a file as the author would type it."""
        return f"{self.name}/{path.relative_to(self.folder).as_posix()}"

    def inside(self, path: Path) -> bool:
        """Tell whether a file lies in the book's folder, and report it if not."""
        # Path.resolve raises on a loop of links before Python 3.13.
        if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.folder)):
            return True
        message = "the file is a link that leads out of the book"
        self.faults.append(Diagnostic("B109", message, Place(self.shown(path)), "copy the file itself into the book"))
        return False

    def read(self, path: Path) -> Source | None:
        """Read a YAML file; a fault is noted, and None returned."""
        self.files.add(path)
        if not self.inside(path):
            return None
        try:
            return source.read(path, self.shown(path))
        except SourceFault as fault:
            self.faults.append(fault.diagnostic)
            return None

    def keep(self, record: Record, origin: Origin) -> bool:
        """Keep a record unless its id is taken; tell which."""
        kind, name = model.kind_of(record), model.identity(record)
        earlier = self.origins.get((kind, name))
        if earlier is not None:
            key = "key" if kind == "work" else "id"
            hint = f"choose another: it stands at {earlier.place((key,))}"
            self.fault("B106", f"{key} '{name}' is already taken", origin.place((key,)), hint, origin.source)
            return False
        self.records.setdefault(kind, {})[name] = record
        self.origins[kind, name] = origin
        return True

    def fault(self, code: str, message: str, place: Place, hint: str, where: model.Located) -> None:
        """Note a fault with the line it stands on."""
        self.faults.append(Diagnostic(code, message, place, hint, line_text=where.line_text(place)))
