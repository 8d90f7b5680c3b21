"""Keep what has been read of a book so far, and say what is wrong with it, each fault at its own line and column."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline import model, source
from pipeline.diagnostics import Diagnostic, Place, Rule, nearest
from pipeline.model import Located, Origin, Record
from pipeline.model.appearance import FONT_FILE, PICTURE_FILE
from pipeline.model.fields import COLOR, SLUG
from pipeline.model.outline import MANIFEST_FILE
from pipeline.model.sizes import LENGTH, SIZE, SIZES
from pipeline.source import Keys, Source, SourceFault
from pipeline.work import limits

T = TypeVar("T")
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
    Rule(
        "B111",
        "unsafe drawing",
        "A figure is a plain SVG: no scripts, no text, no embedded files, no outside links, no entities, "
        "and no number that is not finite, beyond 16,777,216, or, with those around it, absurd.",
    ),
    Rule(
        "B114",
        "unsafe picture",
        "A team's logo is a plain SVG, as figures are, or a PNG that can be read to its end, of at most 4 megapixels and 1 MB. "
        "A picture in a text or of a figure is a PNG, JPEG, WebP, or GIF of at most 25 megapixels and 10 MB.",
    ),
    Rule("T105", "no theme here", "The folder named with --theme holds the files of a theme: theme.yaml, style sheets, labels, templates."),
    Rule("T106", "unknown label", "A theme's labels say otherwise what the press prints; they have the names of templates/labels/en.yaml."),
    Rule("T107", "font cannot be used", "A font is static, may be embedded, has figures, and is the file that its digest names."),
    Rule("T108", "accent too pale", "The accent sets headings and links on white: its contrast must be 4.5 at least (WCAG 2.2, level AA)."),
    Rule("T109", "look of no edition", "A book's theme says how an edition looks that the book does not have."),
    Rule("T110", "style sheet cannot be read", "A theme's style sheet is CSS; it has no fonts of its own, and no character set."),
    Rule("T111", "address in a style sheet", "A look is whole in itself: its style sheets fetch nothing."),
    Rule("T112", "unknown token", "A variable in a style sheet is a token of theme.yaml, or one that the style sheet sets itself."),
    Rule(
        "B118",
        "file nearly named right",
        "A file of a book is looked for by one name, in lower case, and YAML ends in .yaml. What is called otherwise is not read, "
        "or is read on one system and not on the next. A name is UTF-8, and holds no sign that nobody sees.",
    ),
    Rule(
        "B119",
        "manifest of the last version cannot be used",
        "'previous' names the manifest.json of an earlier release of this book, copied into it. It tells what has changed since.",
    ),
    Rule("B113", "file not read", "A YAML file stands where no record is looked for, so nothing in it is printed."),
)
SHAPES: Final = {
    "tuple_type": "a list", "model_type": "a mapping", "model_attributes_type": "a mapping", "string_type": "text",
    "int_type": "a whole number", "literal_error": "a word", "date_type": "a date", "mapping_type": "a mapping", "dict_type": "a mapping",
}  # fmt: skip
FORMS: Final = {
    SLUG: "use lower-case letters, digits, and single hyphens, a letter first",
    r"^\d+\.\d+\.\d+$": "write three numbers, such as 1.0.0",
    "^[a-z]{3}$": "write a MARC relator code, such as aut, edt, or ill",
    COLOR: "write a color as #rrggbb, such as #0f5c66",
    PICTURE_FILE: "name an SVG or PNG file that stands beside this one, such as acme.svg",
    MANIFEST_FILE: "name a JSON file in the book, such as releases/1.0.0.json",
    r"^[A-Z]\d{3}$": "write a code, such as C309",
    LENGTH: "write a length with its unit, such as 24mm, 8.5in, or 10pt",
    SIZE: "write a size in points, such as 9",
    SIZES: "write size and leading in points, such as 10.25/14",
    FONT_FILE: "name a file .ttf or .otf in the folder of the theme, or in a package",
}


@dataclass
class Reading:
    """What has been read so far: files, records by kind, their origins, and the faults."""

    folder: Path
    faults: list[Diagnostic] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The folder as the author would type it."""
        return self.folder.as_posix().rstrip("/") or "."

    def shown(self, path: Path) -> str:
        """Return the path of a file as the author would type it."""
        return os.fsencode(f"{self.name}/{path.relative_to(self.folder).as_posix()}").decode("utf-8", "replace")

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
        return self.take(source.read, path)

    def take(self, reader: Callable[[Path, str], T], path: Path) -> T | None:
        """Return what a reader makes of a file, which is told the path to show; a fault is noted, and None returned."""
        if not self.inside(path):
            return None
        limits.at(self.shown(path))
        try:
            return reader(path, self.shown(path))
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
            self.faults.append(at(origin.source, "B106", f"{key} '{name}' is already taken", origin.place((key,)), hint))
            return False
        self.records.setdefault(kind, {})[name] = record
        self.origins[kind, name] = origin
        return True


def diagnose(read: Source, keys: Keys, error: Any, kind: type[BaseModel]) -> Diagnostic:
    """Return one of pydantic's errors as a diagnostic."""
    what, given, loc = error["type"], error["input"], error["loc"]
    path = (*keys, *loc)
    if what == "missing":
        place = read.place(path[:-1], of_key=len(path) > 1 and isinstance(path[-2], str))
        return at(read, "B101", f"field '{loc[-1]}' is missing", place, f"add '{loc[-1]}:'{_inside(path)}")
    if what == "extra_forbidden":
        return at(read, "B102", f"unknown key '{_cut(loc[-1])}'", read.place(path, of_key=True), _known_keys(kind, loc))
    place, name = read.place(path), f"'{_named(loc)}'" if loc else "the record"
    if given in ("", None, []) or (isinstance(given, str) and not given.strip()):
        return at(read, "B105", f"{name} is empty", read.place(path, of_key=True), "fill it in, or delete the key")
    if what in SHAPES and (what != "literal_error" or not isinstance(given, str)):
        return at(read, "B103", f"{name} must be {SHAPES[what]}", place, _shape_hint(what, given, kind, loc))
    message, hint = _value_fault(error)
    return at(read, "B104", f"{name}: {message}", place, hint)


def at(read: Located, code: str, message: str, place: Place, hint: str) -> Diagnostic:
    """Return a diagnostic with the line that stands at its place."""
    return Diagnostic(code, message, place, hint, line_text=read.line_text(place))


def _value_fault(error: Any) -> tuple[str, str]:
    what, given, context = error["type"], _cut(error["input"]), error.get("ctx", {})
    if what == "literal_error":
        return f"'{given}' is not one of its words", nearest(given, re.findall(r"'([^']+)'", context["expected"]))
    if what == "string_pattern_mismatch":
        return f"'{given}' has the wrong form", _form(context["pattern"])
    if what.startswith("date"):
        return f"'{given}' is not a date", "write the date as 2026-01-31"
    if what.startswith("bool"):
        return f"'{given}' is neither true nor false", "write true or false"
    if what.startswith("int"):
        return f"'{given}' is not a whole number", "write a whole number"
    if what == "value_error":
        return _own_fault(given if isinstance(error["input"], str) else "", str(context["error"]))
    return _limit_fault(what, given, context) or (str(error["msg"]), "mend the value")


def _form(pattern: str) -> str:
    if "https" in pattern:
        return "write an address that begins with https:// or mailto:"
    if pattern.startswith("^[a-z]{2,3}"):
        return "write a language tag, such as en or en-US"
    return FORMS.get(pattern, f"match {pattern}")


def _own_fault(given: str, reason: str) -> tuple[str, str]:
    """Say what a rule of the model itself refuses."""
    if "duration" in reason or "int()" in reason:
        return f"'{given}' is not a duration", "write whole seconds or minutes, such as 90s or 3m"
    if "schema" in reason:
        return f"{reason}, not '{given}'", "write 1, or use the version that the book was written for"
    return (f"'{given}': {reason}" if given else reason), "mend the value"


def _limit_fault(what: str, given: str, context: Mapping[str, Any]) -> tuple[str, str] | None:
    if what in ("greater_than_equal", "less_than_equal"):
        bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        return f"{given} is out of bounds", f"write {bound}"
    if what in ("too_long", "too_short"):
        bound = f"at most {context['max_length']}" if what == "too_long" else f"at least {context['min_length']}"
        return f"{context['actual_length']} items", f"list {bound}"
    if what == "string_too_long":
        return "the text is too long", f"keep it within {context['max_length']:,} characters"
    return None


def _cut(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _named(loc: Sequence[int | str]) -> str:
    """Name a field as an author finds it, items counted from 1: ``sections[2].title``."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _inside(path: Sequence[int | str]) -> str:
    if len(path) == 1:
        return ""
    return f" below '{path[-2]}'" if isinstance(path[-2], str) else " to this item"


def _shape_hint(what: str, given: Any, kind: type[BaseModel], loc: Sequence[int | str]) -> str:
    """Show how the shape is written."""
    if what == "tuple_type":
        return f"write it as a list: [{_cut(given)}]" if isinstance(given, str) else "begin each item with '- '"
    if what.startswith("model"):
        return f"write its keys: {', '.join(f.alias or n for n, f in _fields(kind, loc).items() if f.is_required())}"
    if what in ("mapping_type", "dict_type"):
        return "write each name on a line of its own, and what belongs to it below"
    if isinstance(given, dict) and len(given) == 1:
        return "put quotes around a text that holds ': '"
    return f"write {SHAPES[what]}, not a list or a mapping"


def _known_keys(kind: type[BaseModel], loc: Sequence[int | str]) -> str:
    """Name the nearest key of the record that the unknown key stands in."""
    return nearest(str(loc[-1]), (f.alias or n for n, f in _fields(kind, loc[:-1]).items()))


def _fields(kind: type[BaseModel], loc: Sequence[int | str]) -> dict[str, FieldInfo]:
    """Return the fields of the record that keys lead to."""
    fields = kind.model_fields
    for key in loc:
        found = next((f for n, f in fields.items() if key in (n, f.alias)), None)
        record = _record_in(found.annotation) if found else None
        if record is not None:
            fields = record.model_fields
    return fields


def _record_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((r for a in getattr(annotation, "__args__", ()) if (r := _record_in(a))), None)
