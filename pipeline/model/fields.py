"""The types of fields, the record that every other one is made from, and ways to its texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """Mark a field as Markdown: a block of paragraphs, or one line."""

    inline: bool


SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
LONGEST_SLUG = 60
"""Characters of an id."""
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=LONGEST_SLUG)]
Plain = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), Prose(inline=True)]
Block = Annotated[str, StringConstraints(min_length=1, max_length=200_000), Prose(inline=False)]
Listing = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
LANGUAGE = r"^[a-z]{2,3}(-[A-Z][A-Za-z0-9]{1,7})*$"
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
COLOR = r"^#[0-9a-fA-F]{6}$"
Color = Annotated[str, StringConstraints(pattern=COLOR)]
Address = Annotated[str, StringConstraints(pattern=r"^(https://[^\s<>\"]+|mailto:[^\s<>\"]+)$", max_length=400)]

DURATION = re.compile(r"([0-9]{1,5})([sm])")

QuestionType = Literal["technical", "scenario", "behavioral", "coding"]
Level = Literal["foundation", "intermediate", "advanced"]
LEVELS: tuple[Level, ...] = ("foundation", "intermediate", "advanced")
Audience = Literal["public", "kit"]
Status = Literal["draft", "ready"]


def _seconds(value: Any) -> Any:
    """Read ``90s`` or ``3m`` as seconds."""
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a duration is a whole number and 's' or 'm', such as 90s or 3m")
    return int(found[1]) * (60 if found[2] == "m" else 1)


def bare(field: str, value: Any) -> Any:
    """Let a bare text stand for the record that has nothing but this field."""
    return {field: value} if isinstance(value, str) else value


Duration = Annotated[int, BeforeValidator(_seconds), Field(json_schema_extra={"type": "string", "pattern": r"^\d{1,5}[sm]$"})]


class Record(BaseModel):
    """A frozen record that knows no key but its own."""

    # Half of all kinds of record are in few books: what reads a kind is built when the first one is read.
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


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
    return (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or any(map(_holds_records, get_args(annotation)))


def _kind(annotation: Any) -> Prose | None:
    """Find the mark inside ``tuple[Line, ...]`` or ``Block | None``."""
    for item in getattr(annotation, "__metadata__", ()):
        if isinstance(item, Prose):
            return item
    return next((found for part in get_args(annotation) if (found := _kind(part))), None)


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
    hints = get_type_hints(record, include_extras=True)
    return tuple(name for name in record.model_fields if not _is_id(hints[name]))


def _is_id(hint: Any) -> bool:
    return bool(hint == Slug) or any(map(_is_id, get_args(hint)))


def slug(title: str, otherwise: str = "book") -> str:
    """Return a title as an id; another word where no Latin letter stands in it."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"^[^a-z]+", "", plain))[:60].strip("-") or otherwise


def strings(record: BaseModel, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Yield every text of a record, ids included, with the keys that lead to it."""
    for name, field in type(record).model_fields.items():
        yield from _strings(getattr(record, name), (*keys, field.alias or name))


def _strings(value: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _strings(item, (*keys, index))
    elif isinstance(value, BaseModel):
        yield from strings(value, keys)


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
