"""Load a book: the valid records, and every fault, none twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from pipeline import model, source
from pipeline.diagnostics import Diagnostic, Place, nearest, ordered
from pipeline.load.diagnosing import diagnose
from pipeline.load.drawings import MAX_SVG, digest_in, unsafe
from pipeline.load.rules import RULES
from pipeline.model import Book, Drawing, Keys, Origin, Record
from pipeline.source import Source, SourceFault
from pipeline.strays import is_stray

__all__ = ["RULES", "load_book"]

MOST = 100
"""Faults of one record that are said; after these nobody reads on."""
FOLDERS: dict[str, type[Record]] = {
    "chapters": model.Chapter,
    "boxes": model.Box,
    "figures": model.Figure,
    "editions": model.Edition,
}
LISTS: dict[str, type[Record]] = {"glossary": model.Glossary, "formulas": model.FormulaSheet, "sources": model.Works}
R = TypeVar("R", bound=Record)


@dataclass
class _Reading:
    """What has been read so far: files, records by kind, their origins, and the faults."""

    folder: Path
    name: str
    faults: list[Diagnostic] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)

    def shown(self, path: Path) -> str:
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
        self.faults.append(Diagnostic(code, message, place, hint, line_text=where.line_text(place)))


def load_book(folder: Path) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """Read all files of a book.

    Returns the book of the valid records (None when ``book.yaml`` itself is refused) and every fault, sorted by place.
    """
    reading = _Reading(folder, folder.as_posix().rstrip("/") or ".")
    if not (folder / "book.yaml").exists():
        fault = Diagnostic("B108", "no book.yaml in this folder", Place(reading.name), "name the book's folder with --book DIR")
        return None, (fault,)
    outline = _one(reading, folder / "book.yaml", model.Outline)
    _files(reading, "questions/*/*.yaml", model.Question)
    for name, kind in FOLDERS.items():
        _files(reading, f"{name}/*.yaml", kind)
    for name, kind in LISTS.items():
        _listed(reading, folder / f"{name}.yaml", kind)
    ignores = _one(reading, folder / "ignore.yaml", model.Ignores) if (folder / "ignore.yaml").exists() else None
    drawings = dict(_drawings(reading))
    _strays(reading)
    if outline is None:
        return None, ordered(reading.faults)
    _sections(reading, outline)
    got = reading.records.get
    book = Book(outline, got("question", {}), got("chapter", {}), got("box", {}), got("figure", {}), drawings,
                got("term", {}), got("formula", {}), got("work", {}), got("edition", {}),
                ignores.ignore if ignores else (), reading.origins, frozenset(reading.refused), _words(reading))  # fmt: skip
    return book, ordered(reading.faults)


def _one(reading: _Reading, path: Path, kind: type[R]) -> R | None:
    """Read the record that fills a whole file."""
    read = reading.read(path)
    if read is None:
        reading.refused.add((kind.__name__.lower(), path.stem))
        return None
    record = _validate(reading, read, (), kind)
    return record if record is not None and reading.keep(record, Origin(read)) else None


def _files(reading: _Reading, pattern: str, kind: type[Record]) -> None:
    """Read a folder of records, one to a file, the file named after the id."""
    for path in sorted(p for p in reading.folder.glob(pattern) if not is_stray(p.relative_to(reading.folder))):
        record = _one(reading, path, kind)
        name = model.identity(record) if record is not None else path.stem
        if name != path.stem:
            origin = reading.origins[kind.__name__.lower(), name]
            hint = f"rename the file to {name}.yaml, or mend the id"
            reading.fault("B107", f"id '{name}' stands in {path.name}", origin.place(("id",)), hint, origin.source)


def _listed(reading: _Reading, path: Path, kind: type[Record]) -> None:
    """Read a file that lists records under one key, and keep the valid ones even when others are refused."""
    if not path.exists():
        return
    read = reading.read(path)
    if read is None:
        reading.refused.add((kind.__name__.lower(), path.stem))
        return
    ((key, annotation),) = ((name, f.annotation) for name, f in kind.model_fields.items())
    element = annotation.__args__[0]  # type: ignore[union-attr]
    items = read.root.child(key)
    if items is None or items.style != "[" or len(read.root.value) != 1:
        _validate(reading, read, (), kind)
        return
    for index in range(len(items.value)):
        record = _validate(reading, read, (key, index), element)
        if record is not None:
            reading.keep(record, Origin(read, (key, index)))


def _validate(reading: _Reading, read: Source, keys: Keys, kind: type[R]) -> R | None:
    try:
        record: R = _record(read.text, read.path, keys, kind)
        return record
    except ValidationError as error:
        reading.faults.extend(diagnose(read, keys, item, kind) for item in error.errors(include_url=False)[:MOST])
        data = read.value(keys)
        name = (data.get("id") or data.get("key")) if isinstance(data, dict) else None
        reading.refused.add((kind.__name__.lower(), str(name or Path(read.path).stem)))
        return None


@lru_cache(maxsize=4096)
def _record(written: str, name: str, keys: Keys, kind: type[R]) -> R:
    """Return a record of a file. Raises ValidationError."""
    return kind.model_validate(source.parse(written, name).value(keys))


def _words(reading: _Reading) -> frozenset[str]:
    """Read the book's own words, one to a line; a line that begins with # is a comment."""
    path = reading.folder / "words.txt"
    if not path.exists() or not reading.inside(path):
        return frozenset()
    try:
        lines = source.text(path, reading.shown(path)).split("\n")
    except SourceFault as fault:
        reading.faults.append(fault.diagnostic)
        return frozenset()
    return _own_words(tuple(lines))


@lru_cache(maxsize=1)
def _own_words(lines: tuple[str, ...]) -> frozenset[str]:
    return frozenset(line.strip() for line in lines if not line.startswith("#")) - {""}


def _sections(reading: _Reading, outline: model.Outline) -> None:
    """Report questions that stand in the folder of another section."""
    home: dict[str, str] = {}
    for division in outline.sections:
        for name in division.questions:
            home.setdefault(name, division.id)
    for question in reading.records.get("question", {}).values():
        origin = reading.origins["question", question.id]
        folder = origin.source.path.split("/")[-2]
        if home.get(question.id, folder) != folder:
            message = f"question '{question.id}' belongs to section '{home[question.id]}', and stands in questions/{folder}/"
            reading.fault("B110", message, origin.place(("id",)), f"move the file to questions/{home[question.id]}/", origin.source)


def _strays(reading: _Reading) -> None:
    """Warn of YAML files that stand where nothing is read."""
    for folder, _, names in os.walk(reading.folder):
        for name in names:
            path = Path(folder, name)
            if path.suffix.lower() in (".yaml", ".yml") and path not in reading.files and not is_stray(path.relative_to(reading.folder)):
                hint = "end its name in .yaml" if path.suffix != ".yaml" else nearest(path.relative_to(reading.folder).parts[0], _known())
                reading.faults.append(Diagnostic("B113", "this file is not read", Place(reading.shown(path)), hint, "warning"))


def _known() -> list[str]:
    return ["book.yaml", "ignore.yaml", "questions", *FOLDERS, *(f"{name}.yaml" for name in LISTS)]


def _drawings(reading: _Reading) -> Iterator[tuple[str, Drawing]]:
    """Read the SVG of every figure that has one."""
    for figure in reading.records.get("figure", {}).values():
        path = reading.folder / "figures" / f"{figure.id}.svg"
        if not path.exists():
            continue
        svg = _svg(reading, path) if reading.inside(path) else None
        if svg is None:
            reading.refused.add(("drawing", figure.id))
        else:
            yield figure.id, Drawing(svg, digest_in(svg), _expected(reading.folder, figure))


def _svg(reading: _Reading, path: Path) -> bytes | None:
    try:
        svg = source.octets(path, reading.shown(path), MAX_SVG)
    except SourceFault as fault:
        reading.faults.append(fault.diagnostic)
        return None
    found = unsafe(svg)
    if found is None:
        return svg
    start = svg.rfind(b"\n", 0, found.at) + 1
    line = svg[start:].partition(b"\n")[0].decode("utf-8", "replace")
    column = line.find(found.words, len(svg[start : found.at].decode("utf-8", "replace"))) + 1
    place = Place(reading.shown(path), svg.count(b"\n", 0, found.at) + 1, max(1, column), len(found.words) or 1)
    reading.faults.append(Diagnostic("B111", found.message, place, "draw the figure again as plain SVG", line_text=line))
    return None


def _expected(folder: Path, figure: model.Figure) -> str:
    """Return the digest of a figure's script and of the shared style it draws with."""
    script = folder / "figures" / f"{figure.script}.py"
    style = folder / "figures" / "style.py"
    try:
        parts = [source.octets(path, path.name) for path in (script, style) if path == script or path.exists()]
    except SourceFault:
        return ""  # as if it were not there: the drawing is reported as stale
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
