"""A JSON Schema for each kind of file of a book, so that editors offer, explain, and check fields while somebody types.

Fields, and what is said of them, are those of the model. A scalar of a book is text whatever YAML takes it for, so that
a schema lets a number stand where its digits are such a text. What only all files together can tell, ``guidepress
check`` tells.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

from pipeline import model, theme
from pipeline.load.diagnosing import FORMS
from pipeline.model import Record
from pipeline.model.fields import SLUG

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""The one that every editor knows."""
FOLDER: Final = ".guidepress/schema"
"""Where a book has its schemas: hidden, so that they are no part of it."""
PLAIN_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"
WRITTEN: Final = r"\S"
YES_OR_NO: Final = r"^([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$"
SAMPLES: Final = {"number": ("7", "7.5"), "boolean": ("true",)}
"""Texts that YAML takes for something else."""
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its record, where it stands in a book, and whether it says only what differs from something below."""

    name: str
    record: type[Record]
    files: str
    partial: bool = False


_KINDS: Final = (
    Kind("book", model.Outline, "book.yaml"),
    Kind("question", model.Question, "questions/*/*.yaml"),
    Kind("chapter", model.Chapter, "chapters/*.yaml"),
    Kind("box", model.Box, "boxes/*.yaml"),
    Kind("figure", model.Figure, "figures/*.yaml"),
    Kind("edition", model.Edition, "editions/*.yaml"),
    Kind("team", model.Team, "teams/*.yaml"),
    Kind("role", model.Role, "roles/*.yaml"),
    Kind("plan", model.Plan, "plans/*.yaml"),
    Kind("glossary", model.Glossary, "glossary.yaml"),
    Kind("formulas", model.FormulaSheet, "formulas.yaml"),
    Kind("sources", model.Works, "sources.yaml"),
    Kind("exposure", model.Exposure, "exposure.yaml"),
    Kind("ignore", model.Ignores, "ignore.yaml"),
    Kind("theme", model.Tokens, "theme/theme.yaml", partial=True),
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _KINDS}
LABELS: Final = {"labels": ("en", "theme/labels/<lang>.yaml"), "spoken-labels": ("spoken.en", "theme/labels/spoken.<lang>.yaml")}
"""Files of words: the English ones that they are held against, and where they stand."""


def places() -> dict[str, str]:
    """Return where files of each kind stand in a book, as a pattern."""
    return {name: kind.files for name, kind in KINDS.items()} | {name: files for name, (_, files) in LABELS.items()}


@cache
def schemas() -> Mapping[str, Schema]:
    """Return the schema of each kind of file."""
    return {name: _of_record(kind) for name, kind in KINDS.items()} | {name: _of_words(words) for name, (words, _) in LABELS.items()}


def schema_text(kind: str) -> str:
    """Return the schema of a kind as a file."""
    return json.dumps({"$schema": DIALECT, **schemas()[kind]}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def schema_files() -> dict[str, str]:
    """Return the schemas as files of a book, by their paths."""
    return {f"{FOLDER}/{kind}.json": schema_text(kind) for kind in places()}


def schema_line(kind: str, path: str) -> str:
    """Return the line that tells an editor the schema of a file at a path in the book."""
    return f"# yaml-language-server: $schema={'../' * path.count('/')}{FOLDER}/{kind}.json"


def _of_words(name: str) -> Schema:
    words = theme.model_words(name)
    entries = {label: {"type": ["string", "number", "boolean"], **_told(f"In English: `{said}`")} for label, said in words.items()}
    return {"title": "Labels", "type": "object", "additionalProperties": False, "properties": entries}


def _of_record(kind: Kind) -> Schema:
    whole = kind.record.model_json_schema()
    meanings = {record.__name__: _meanings(record) for record in _records(kind.record)}
    definitions = {name: _entry(definition, meanings[name]) for name, definition in whole.pop("$defs", {}).items()}
    root = _entry(whole, meanings[kind.record.__name__])
    if kind.partial:
        definitions, root = _partial(definitions), _partial(root)
        # What differs in an edition is any of these again.
        properties = {key: value for key, value in root["properties"].items() if key != "editions"}
        definitions["Look"] = {**root, "title": "Look", "properties": properties}
        root["properties"]["editions"]["patternProperties"] = {SLUG: {"$ref": "#/$defs/Look"}}
    return {**root, "$defs": definitions}


def _records(record: type[Record]) -> Iterator[type[Record]]:
    """Yield a record, and all that may stand in it."""
    found = [record]
    for one in found:
        for field in one.model_fields.values():
            found += [inner for inner in _named_in(field.annotation) if inner not in found]
    yield from found


def _named_in(annotation: Any) -> Iterator[type[Record]]:
    if inspect.isclass(annotation) and issubclass(annotation, Record):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _named_in(part)


def _meanings(record: type[Record]) -> dict[str, str]:
    """Return what stands below each field of a record in the code, under the names that authors write."""
    (body,) = (n.body for n in _code(record.__module__).body if isinstance(n, ast.ClassDef) and n.name == record.__name__)
    found = {}
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            words = ast.literal_eval(below.value)
            found[record.model_fields[field.target.id].alias or field.target.id] = " ".join(words.split())
    return found


@cache
def _code(module: str) -> ast.Module:
    return ast.parse(inspect.getsource(sys.modules[module]))


def _told(words: str) -> Schema:
    """Return a description, for editors that show Markdown and for those that do not."""
    return {"description": words.replace("`", ""), "markdownDescription": words}


def _entry(definition: Schema, meanings: Mapping[str, str]) -> Schema:
    """Return the schema of a record with what is said of its fields, and of itself."""
    properties = {key: {**_value(value), **_told(meanings[key])} for key, value in definition["properties"].items()}
    about = _told(" ".join(definition.get("description", "").replace("``", "`").split()))
    digits = [key for key in properties if key.isdigit()]
    # The language server takes a key such as 1 for a number, and finds numbers by patterns only.
    keys = {"patternProperties": {f"^({'|'.join(digits)})$": True}} if digits else {}
    return {**definition, **about, **keys, "properties": properties}


def _value(schema: Schema) -> Schema:
    """Return the schema of a value as an author may write it: never empty, and text whatever YAML takes it for."""
    found = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if isinstance(schema.get("default"), str | bool):
        found["default"] = schema["default"]
    if "anyOf" in found:
        branches = [_value(branch) for branch in found.pop("anyOf") if branch.get("type") != "null"]
        return {**found, **branches[0]} if len(branches) == 1 else {**found, "anyOf": branches}
    if isinstance(found.get("items"), dict):
        found["items"] = _value(found["items"])
    return {**found, **_SCALARS.get(str(found.get("type")), lambda _: {})(found)} if "enum" not in found and "const" not in found else found


def _text(schema: Schema) -> Schema:
    """Return the types of a text: a number and a yes or no are texts where the form of the text allows them."""
    if schema.get("format") == "date":
        return {"pattern": PLAIN_DATE}
    form = schema.get("pattern", WRITTEN)
    also = [kind for kind, samples in SAMPLES.items() if any(re.search(form, sample) for sample in samples)]
    said = {WRITTEN: "write something, or delete the field", **FORMS}.get(form)
    return {"type": ["string", *also], "pattern": form} | ({"patternErrorMessage": f"{said[0].upper()}{said[1:]}."} if said else {})


_SCALARS: Final[Mapping[str, Any]] = {
    "string": _text,
    "integer": lambda _: {"type": ["integer", "string"], "pattern": r"^\d+$"},
    "boolean": lambda _: {"type": ["boolean", "string"], "pattern": YES_OR_NO},
}
"""What else a scalar may be, by its type: digits in quotes are a number."""


def _partial(schema: Any) -> Any:
    """Return a schema of which nothing is required: a layer says only what differs."""
    if isinstance(schema, dict):
        return {key: _partial(value) for key, value in schema.items() if key != "required" or not isinstance(value, list)}
    return [_partial(value) for value in schema] if isinstance(schema, list) else schema
