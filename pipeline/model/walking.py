"""Walk the texts of records, and name what is in them."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from pipeline.model.fields import Prose, Slug
from pipeline.model.questions import Example

Keys = tuple[str | int, ...]


def prose(record: BaseModel, keys: Keys = ()) -> Iterator[tuple[Keys, Prose, str]]:
    """Yield every Markdown text of a record with the keys that lead to it."""
    for name, key, kind in _fields(type(record)):
        yield from _prose(getattr(record, name), kind, (*keys, key))


def _prose(value: Any, kind: Prose | None, keys: Keys) -> Iterator[tuple[Keys, Prose, str]]:
    if isinstance(value, str):
        if kind:
            yield keys, kind, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _prose(item, kind, (*keys, index))
    elif isinstance(value, BaseModel):
        yield from prose(value, keys)


@cache
def _fields(record: type[BaseModel]) -> tuple[tuple[str, str, Prose | None], ...]:
    """Give the fields that may hold Markdown, or records that do: name, key in the file, and the mark if it has one."""
    found = []
    for name, field in record.model_fields.items():
        kind = next((m for m in field.metadata if isinstance(m, Prose)), None) or _kind(field.annotation)
        if kind or _holds_records(field.annotation):
            found.append((name, field.alias or name, kind))
    return tuple(found)


def _holds_records(annotation: Any) -> bool:
    return (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or any(map(_holds_records, typing.get_args(annotation)))


def _kind(annotation: Any) -> Prose | None:
    """Find the mark inside ``tuple[Line, ...]`` or ``Block | None``."""
    for item in getattr(annotation, "__metadata__", ()):
        if isinstance(item, Prose):
            return item
    return next((found for part in typing.get_args(annotation) if (found := _kind(part))), None)


def texts(record: BaseModel) -> Iterator[str]:
    """Yield every text of a record that a reader may see, with or without markup: all that is no id."""
    for name in _readable(type(record)):
        yield from _texts(getattr(record, name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, BaseModel):
        yield from texts(value)


@cache
def _readable(record: type[BaseModel]) -> tuple[str, ...]:
    """Give the fields of a record that hold no ids."""
    hints = typing.get_type_hints(record, include_extras=True)
    return tuple(name for name in record.model_fields if not _is_id(hints[name]))


def _is_id(hint: Any) -> bool:
    return bool(hint == Slug) or any(map(_is_id, typing.get_args(hint)))


def value_at(record: Any, keys: Iterable[str | int]) -> Any:
    """Return what keys, as authors write them, lead to in a record."""
    for key in keys:
        if isinstance(key, int):
            record = record[key]
            continue
        fields = type(record).model_fields
        record = getattr(record, key if key in fields else next(n for n, f in fields.items() if f.alias == key))
    return record


def scope(record_id: str, keys: Keys) -> str:
    """Return the prefix of the ids inside one text of a record."""
    return "-".join([record_id, *(str(key) for key in keys)]).replace("_", "-")


def kind_of(record: BaseModel) -> str:
    """Return the kind of a record: its class in lower case."""
    return type(record).__name__.lower()


def identity(record: BaseModel) -> str:
    """Return the id, or the key, of a record."""
    return str(getattr(record, "id", "") or getattr(record, "key", ""))


def output_value(examples: Iterable[Example], name: str) -> str | None:
    """Return a value that an example prints: ``sweep.best`` is what follows ``best:`` in the output of ``sweep``."""
    example_id, _, key = name.partition(".")
    lines = (line for example in examples if example.id == example_id for line in example.output.split("\n"))
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for label, colon, value in pairs if colon and label.strip() == key), None)
