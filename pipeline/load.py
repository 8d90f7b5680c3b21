"""Load a book: the valid records, and every fault, none twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline import model, source
from pipeline.diagnostics import Diagnostic, Place, Rule, nearest, ordered
from pipeline.model import Book, Drawing, Keys, Origin, Record
from pipeline.source import Source, SourceFault

RULES = (
    Rule("B101", "missing field", "A field that the record needs is not there. docs/authoring.md lists every field."),
    Rule("B102", "unknown key", "No record has this key. The hint names the nearest one that exists."),
    Rule("B103", "wrong shape", "A list stands where text is wanted, or text where a list or mapping is wanted."),
    Rule("B104", "wrong value", "The value does not have the form or is not one of the words that the field takes."),
    Rule("B105", "no text", "The field is there, but nothing is written in it."),
    Rule("B106", "duplicate id", "An id names one record for ever. Two records cannot share it."),
    Rule("B107", "file and id differ", "A record stands in the file that bears its id, so that it can be found by name."),
    Rule("B108", "no book here", "A book's folder holds book.yaml, which says what the book is and puts all in order."),
    Rule("B109", "file outside the book", "A file of the book must lie inside its folder; links that lead out are refused."),
    Rule("B110", "wrong section folder", "A question stands in the folder of the section that lists it."),
    Rule("B111", "unsafe drawing", "A figure is a plain SVG: no scripts, no embedded files, no outside links, no entities."),
)
DIGEST = re.compile(rb"<!-- drawn from sha256:([0-9a-f]{64}) -->")
MAX_SVG = 300_000
R = TypeVar("R", bound=Record)


@dataclass
class _Reading:
    """What has been read so far: records by kind, their origins, and the faults."""

    folder: Path
    name: str
    faults: list[Diagnostic] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)

    def read(self, path: Path) -> Source | None:
        shown = f"{self.name}/{path.relative_to(self.folder).as_posix()}"
        if not path.resolve().is_relative_to(self.folder.resolve()):
            self.faults.append(Diagnostic("B109", "the file is a link that leads out of the book", Place(shown), "copy the file into the book"))
            return None
        try:
            return source.read(path, shown)
        except SourceFault as fault:
            self.faults.append(fault.diagnostic)
            return None

    def keep(self, record: Record, origin: Origin) -> None:
        kind, name = model.kind_of(record), model.identity(record)
        earlier = self.origins.get((kind, name))
        if earlier is not None:
            key = "key" if kind == "work" else "id"
            place = origin.place((key,))
            self.fault("B106", f"id '{name}' is already taken", place, f"choose another: it stands at {earlier.place((key,))}", origin.source)
            return
        self.records.setdefault(kind, {})[name] = record
        self.origins[kind, name] = origin

    def fault(self, code: str, message: str, place: Place, hint: str, where: model.Located) -> None:
        self.faults.append(Diagnostic(code, message, place, hint, line_text=where.line_text(place)))


def load_book(folder: Path) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """Read all files of a book.

    Returns the book of the valid records (None when ``book.yaml`` itself is refused) and every fault, sorted by place.
    """
    reading = _Reading(folder, folder.as_posix().rstrip("/") or ".")
    if not (folder / "book.yaml").is_file():
        fault = Diagnostic("B108", "no book.yaml in this folder", Place(reading.name), "name the book's folder with --book DIR")
        return None, (fault,)
    outline = _one(reading, folder / "book.yaml", model.Outline)
    _files(reading, "questions/*/*.yaml", model.Question)
    _files(reading, "chapters/*.yaml", model.Chapter)
    _files(reading, "boxes/*.yaml", model.Box)
    _files(reading, "figures/*.yaml", model.Figure)
    _files(reading, "editions/*.yaml", model.Edition)
    for name, kind in (("glossary", model.Glossary), ("formulas", model.FormulaSheet), ("sources", model.Works)):
        _listed(reading, folder / f"{name}.yaml", kind)
    ignores = _one(reading, folder / "ignore.yaml", model.Ignores) if (folder / "ignore.yaml").is_file() else None
    drawings = dict(_drawings(reading))
    if outline is None:
        return None, ordered(reading.faults)
    _folders(reading, outline)
    got = reading.records.get
    book = Book(outline, got("question", {}), got("chapter", {}), got("box", {}), got("figure", {}), drawings,
                got("term", {}), got("formula", {}), got("work", {}), got("edition", {}),
                ignores.ignore if ignores else (), reading.origins, frozenset(reading.refused))  # fmt: skip
    return book, ordered(reading.faults)


def _one(reading: _Reading, path: Path, kind: type[R]) -> R | None:
    """Read the record that fills a whole file."""
    read = reading.read(path)
    if read is None:
        reading.refused.add((kind.__name__.lower(), path.stem))
        return None
    record = _validate(reading, read, (), read.data, kind)
    if record is not None:
        reading.keep(record, Origin(read))
    return record


def _files(reading: _Reading, pattern: str, kind: type[Record]) -> None:
    """Read a folder of records, one to a file, the file named after the id."""
    for path in sorted(reading.folder.glob(pattern)):
        record = _one(reading, path, kind)
        if record is not None and model.identity(record) != path.stem:
            origin = reading.origins.get((model.kind_of(record), model.identity(record)))
            if origin is not None:
                hint = f"rename the file to {model.identity(record)}.yaml, or mend the id"
                reading.fault("B107", f"id '{model.identity(record)}' stands in {path.name}", origin.place(("id",)), hint, origin.source)


def _listed(reading: _Reading, path: Path, kind: type[Record]) -> None:
    """Read a file that lists records under one key, and keep the valid ones even when others are refused."""
    if not path.is_file() or (read := reading.read(path)) is None:
        return
    ((key, annotation),) = ((name, f.annotation) for name, f in kind.model_fields.items())
    element = annotation.__args__[0]  # type: ignore[union-attr]
    items = read.root.child(key)
    if items is None or items.style != "[" or len(read.root.value) != 1:
        _validate(reading, read, (), read.data, kind)
        return
    for index, data in enumerate(read.data[key]):
        record = _validate(reading, read, (key, index), data, element)
        if record is not None:
            reading.keep(record, Origin(read, (key, index)))


def _validate(reading: _Reading, read: Source, keys: Keys, data: Any, kind: type[R]) -> R | None:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        reading.faults.extend(_diagnose(read, keys, item, kind) for item in error.errors(include_url=False))
        name = (data.get("id") or data.get("key")) if isinstance(data, dict) else None
        reading.refused.add((kind.__name__.lower(), str(name or Path(read.path).stem)))
        return None


SHAPES = {"tuple_type": "a list", "model_type": "a mapping", "model_attributes_type": "a mapping", "string_type": "text"}


def _diagnose(read: Source, keys: Keys, error: Any, kind: type[BaseModel]) -> Diagnostic:
    """Turn one of pydantic's errors into a diagnostic at its own line and column."""
    loc, what, given = error["loc"], error["type"], error["input"]
    path = (*keys, *(int(k) if isinstance(k, int) else k for k in loc))
    name = str(loc[-1]) if loc else "record"
    if what == "missing":
        place = read.place(path[:-1], of_key=len(path) > 1 and isinstance(path[-2], str))
        return _at(read, "B101", f"field '{name}' is missing", place, f"write '{name}:' here")
    if what == "extra_forbidden":
        return _at(read, "B102", f"unknown key '{name}'", read.place(path, of_key=True), _known_keys(kind, loc))
    place = read.place(path)
    if what in SHAPES:
        return _at(read, "B103", f"'{_named(loc)}' must be {SHAPES[what]}", place, f"write {SHAPES[what]}")
    if given in ("", None) or (what == "too_short" and not given):
        return _at(read, "B105", f"'{_named(loc)}' is empty", read.place(path, of_key=True), "write it, or delete the key")
    message, hint = _value_fault(error)
    return _at(read, "B104", f"'{_named(loc)}': {message}", place, hint)


def _value_fault(error: Any) -> tuple[str, str]:
    given, context = error["input"], error.get("ctx", {})
    what = error["type"]
    if what == "literal_error":
        return f"'{given}' is not one of its words", nearest(str(given), re.findall(r"'([^']+)'", context["expected"]))
    if what == "string_pattern_mismatch":
        forms = {model.SLUG: "use lower-case letters, digits, and single hyphens", r"^\d+\.\d+\.\d+$": "write three numbers, such as 1.0.0"}
        return f"'{str(given)[:60]}' has the wrong form", forms.get(context["pattern"], f"match {context['pattern']}")
    if what.startswith("date"):
        return f"'{given}' is not a date", "write the date as 2026-01-31"
    if what.startswith("int"):
        return f"'{given}' is not a whole number", "write a whole number"
    if what == "value_error":
        return str(context["error"]), "mend the value"
    if what in ("greater_than_equal", "less_than_equal"):
        return f"{given} is out of bounds", f"write a number {'from' if 'ge' in context else 'up to'} {context.get('ge', context.get('le'))}"
    if what in ("too_long", "too_short"):
        limit = context.get("max_length", context.get("min_length"))
        return f"{context['actual_length']} items", f"list {'at most' if what == 'too_long' else 'at least'} {limit}"
    if what == "string_too_long":
        return "the text is too long", f"keep it under {context['max_length']:,} characters"
    return str(error["msg"]), "mend the value"


def _named(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)


def _known_keys(kind: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """Name the nearest key of the record that the unknown key stands in."""
    fields = kind.model_fields
    for key in loc[:-1]:
        found = next((f for n, f in fields.items() if key in (n, f.alias)), None)
        record = _record_in(found.annotation) if found else None
        if record is not None:
            fields = record.model_fields
    return nearest(str(loc[-1]), (f.alias or n for n, f in fields.items()))


def _record_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((r for a in getattr(annotation, "__args__", ()) if (r := _record_in(a))), None)


def _at(read: Source, code: str, message: str, place: Place, hint: str) -> Diagnostic:
    return Diagnostic(code, message, place, hint, line_text=read.line_text(place))


def _folders(reading: _Reading, outline: model.Outline) -> None:
    """Report questions that stand in the folder of another section."""
    home = {question: division.id for division in outline.sections for question in division.questions}
    for question in reading.records.get("question", {}).values():
        origin = reading.origins["question", question.id]
        folder = origin.source.path.split("/")[-2]
        if question.id in home and home[question.id] != folder:
            message = f"question '{question.id}' belongs to section '{home[question.id]}'"
            reading.fault("B110", message, origin.place(("id",)), f"move the file to questions/{home[question.id]}/", origin.source)


def _drawings(reading: _Reading) -> Iterator[tuple[str, Drawing]]:
    """Read the SVG of every figure that has one."""
    for figure in reading.records.get("figure", {}).values():
        path = reading.folder / "figures" / f"{figure.id}.svg"
        if not path.is_file():
            continue
        shown = Place(f"{reading.name}/figures/{path.name}")
        if not path.resolve().is_relative_to(reading.folder.resolve()):
            reading.faults.append(Diagnostic("B109", "the drawing is a link that leads out of the book", shown, "copy it into the book"))
            continue
        svg = path.read_bytes() if path.stat().st_size <= MAX_SVG else b""
        fault = unsafe_drawing(svg) if svg else f"the drawing is over {MAX_SVG // 1000} kB"
        if fault:
            reading.faults.append(Diagnostic("B111", fault, shown, "draw the figure again as plain SVG"))
            continue
        recorded = DIGEST.search(svg)
        yield figure.id, Drawing(svg, recorded[1].decode() if recorded else "", _expected(reading.folder, figure))


UNSAFE = (
    (rb"<!(DOCTYPE|ENTITY)", "a document type or entity"), (rb"<\?(?!xml )", "a processing instruction"),
    (rb"<(\w+:)?(script|foreignObject|image|iframe|style|animate\w*|set|a|text|filter)[\s>/]", "an element that a figure may not hold"),
    (rb"\son\w+\s*=", "an event attribute"), (rb"(href|src)\s*=\s*[\"'](?!#)", "a link that leads out of the drawing"),
    (rb"url\(\s*[\"']?(?!#)", "a link that leads out of the drawing"), (rb"@import", "an imported style"),
)  # fmt: skip


def unsafe_drawing(svg: bytes) -> str:
    """Say what makes an SVG unsafe, or return an empty string."""
    for pattern, what in UNSAFE:
        if re.search(pattern, svg, re.IGNORECASE):
            return f"the drawing holds {what}"
    return "" if b"<svg" in svg[:2000] else "the file is not an SVG drawing"


def _expected(folder: Path, figure: model.Figure) -> str:
    """Return the digest of a figure's script and of the shared style it draws with."""
    if figure.script is None:
        return ""
    script = folder / "figures" / f"{figure.script}.py"
    style = folder / "figures" / "style.py"
    parts = [path.read_bytes() for path in (script, style) if path.is_file()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest() if script.is_file() else ""
