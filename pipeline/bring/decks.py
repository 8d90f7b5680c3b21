"""Read decks of Anki: .apkg and .colpkg, a database in an archive, opened in memory and only read."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import zstandard

from pipeline.bring.banks import MAX_RATIO, UNPACKING, Dialect
from pipeline.bring.field_banks import CLOZE, Fields, filled, gapped, item
from pipeline.bring.haul import Haul, Item, Losses, Node, line_nodes, said

MAX_DATABASE: Final = 300_000_000
"""Bytes of a database once it is unpacked."""
MAX_NOTES: Final = 100_000
LONGEST_ANSWER: Final = 20.0
"""Seconds that a database may take to answer."""
NAMES: Final = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""Databases of a deck, the newest first; an older one beside it only says that Anki must be updated."""
SOUND: Final = re.compile(r"\[sound:[^\]]{0,300}\]")
READS: Final = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION}


class Broken(Exception):
    """Say why a deck cannot be read."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of note: the names of its fields, and whether it has gaps."""

    fields: tuple[str, ...]
    cloze: bool


MISSHAPEN: Final = (LookupError, TypeError, AttributeError, ArithmeticError)
"""What is raised over a database, or JSON in it, that has other things in the places of those looked for."""


def haul(files: Mapping[str, bytes], dialect: Dialect, losses: Losses) -> Haul:
    """Return the notes of decks as questions; the line of a note is its number in the deck."""
    found = Haul(files=len(files))
    for path, data in files.items():
        before = len(found.items)
        try:
            notes = _notes(_database(data))
        except (Broken, sqlite3.Error, zstandard.ZstdError, *UNPACKING, *MISSHAPEN) as error:
            losses.tell("I105", f"the deck cannot be read: {' '.join(str(error).split())[:120]}", (path, 1), "export the deck again")
            continue
        for n, (kind, values, tags, deck) in enumerate(notes, start=1):
            for one in _items(Fields(path, n, dict(zip(kind.fields, values, strict=False)), "html"), kind, dialect, losses):
                one.section = deck.rpartition("\x1f")[2].rpartition("::")[2]
                listed = [tag for tag in tags.split() if tag not in ("leech", "marked")]
                one.level = next((dialect.levels.get(tag[7:], "") for tag in listed if tag.startswith("level::")), one.level)
                one.topics = tuple(tag.removeprefix("topic::") for tag in listed if not tag.startswith("level::"))[:6]
                found.items.append(one)
        if len(found.items) == before:
            found.empty.append(path)
    return found


def _database(data: bytes) -> bytes:
    """Return the database of a deck, unpacked within limits."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next((name for name in NAMES if name in archive.namelist()), None)
        if name is None:
            raise Broken("it holds no collection")
        info = archive.getinfo(name)
        if info.file_size > MAX_DATABASE or info.file_size > MAX_RATIO * max(info.compress_size, 1000):
            raise Broken(f"it unpacks to {info.file_size:,} bytes")
        with archive.open(info) as packed:
            return _unpacked(packed.read(MAX_DATABASE + 1)) if name.endswith("b") else packed.read(MAX_DATABASE + 1)


def _unpacked(data: bytes) -> bytes:
    """Return what was packed by zstd."""
    reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(data)
    limit = min(MAX_DATABASE, MAX_RATIO * max(len(data), 1000))
    plain = reader.read(limit + 1)
    if len(plain) > limit:
        raise Broken(f"it unpacks to more than {limit:,} bytes")
    return plain


def _notes(database: bytes) -> list[tuple[_Kind, list[str], str, str]]:
    """Return the notes in the order in which they were made: kind, fields, tags, deck."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.create_collation("unicase", lambda a, b: (a.casefold() > b.casefold()) - (a.casefold() < b.casefold()))
        connection.set_authorizer(lambda action, *rest: sqlite3.SQLITE_OK if action in READS else sqlite3.SQLITE_DENY)
        end = time.monotonic() + LONGEST_ANSWER
        connection.set_progress_handler(lambda: int(time.monotonic() > end), 10_000)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        kinds, decks = _new_kinds(connection) if "notetypes" in tables else _old_kinds(connection)
        rows = connection.execute(
            "SELECT n.mid, n.flds, n.tags, (SELECT c.did FROM cards c WHERE c.nid = n.id ORDER BY c.ord LIMIT 1) FROM notes n ORDER BY n.id"
        ).fetchmany(MAX_NOTES)
        plain = _Kind(("Front", "Back"), False)
        found = []
        for kind, values, tags, deck in rows:
            found.append((kinds.get(int(kind), plain), str(values).split("\x1f"), str(tags), decks.get(int(deck or 0), "")))
        return found
    finally:
        connection.close()


def _old_kinds(connection: sqlite3.Connection) -> tuple[dict[int, _Kind], dict[int, str]]:
    models, decks = (json.loads(text) for text in connection.execute("SELECT models, decks FROM col").fetchone())
    kinds = {int(name): _Kind(tuple(str(f["name"]) for f in model["flds"]), model.get("type") == 1) for name, model in models.items()}
    return kinds, {int(name): str(deck["name"]) for name, deck in decks.items()}


def _new_kinds(connection: sqlite3.Connection) -> tuple[dict[int, _Kind], dict[int, str]]:
    fields: dict[int, list[str]] = {}
    for kind, name in connection.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord").fetchmany(MAX_NOTES):
        fields.setdefault(int(kind), []).append(str(name))
    templates = connection.execute("SELECT ntid, CAST(config AS TEXT) FROM templates").fetchmany(MAX_NOTES)
    cloze = {int(kind) for kind, config in templates if "cloze:" in str(config)}
    decks = {int(name): str(title) for name, title in connection.execute("SELECT id, name FROM decks").fetchmany(MAX_NOTES)}
    return {kind: _Kind(tuple(names), kind in cloze) for kind, names in fields.items()}, decks


def _items(fields: Fields, kind: _Kind, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield a note as a question: its first field asks, the second answers, unless their names say otherwise."""
    names = list(fields.values)
    values: dict[str, Any] = {name: SOUND.sub("", str(value)) for name, value in fields.values.items()}
    if any(SOUND.search(str(value)) for value in fields.values.values()):
        losses.leave_out("sounds")
    if kind.cloze and names and CLOZE.search(values[names[0]]):
        yield _gaps(fields, values, names)
        return
    known = {key for key, field in dialect.facts.items() if field == "ask"}
    if names and not any(name.lower() in known for name in names):
        renamed = dict(zip(names[:2], ("front", "back"), strict=False))
        values = {renamed.get(name, name): value for name, value in values.items()}
    yield from item(Fields(fields.path, fields.line, values, "html"), dialect, losses)


def _gaps(fields: Fields, values: Mapping[str, Any], names: list[str]) -> Item:
    """Return a note with gaps: the question has the gaps, the answer what stands in them."""
    answer = fields.nodes(filled(values[names[0]]))
    for name in names[1:]:
        if said(fields.nodes(values[name])):
            answer += [Node("heading", fields.line, [Node("text", fields.line, text=name)], level=2), *fields.nodes(values[name])]
    return Item(fields.path, fields.line, line_nodes(fields.nodes(gapped(values[names[0]]))), answer)
