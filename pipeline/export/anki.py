"""Write a deck of Anki: an .apkg, which is a ZIP with a database of notes and the pictures that they show.

The format is that of Anki 2.1 (schema 11), which every client reads. genanki (MIT) is not used: it gives all notes one time of
change, counts ids from the clock, and packs the times of files.

A note is known by its guid, made from the ids of book and question; Anki takes an update of it only when that is newer than
what it has. So a note's time goes up by a second where its content has changed, and stays where it has not: what a reader
has edited is always newer, and is left alone, and so are reviews.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.work.store import key

KIND: Final = 1_668_000_000_001
"""Id of the kind of note, for ever."""
KIND_NAME: Final = "guidepress"
KIND_CHANGED: Final = 1_795_824_000
"""When fields, templates, or styles below changed last, in seconds since 1970: Anki takes newer ones."""
FIELDS: Final = (
    "Question", "Choices", "Key", "In short", "Answer", "Key points", "Hints", "More", "From book", "Id", "My notes",
)  # fmt: skip
FRONT: Final = '<div class="question">{{Question}}</div>\n{{#Choices}}<div class="choices">{{Choices}}</div>{{/Choices}}'
BACK: Final = """{{FrontSide}}
<hr id="answer">
{{#Key}}<div class="key">&#10003; {{Key}}</div>{{/Key}}
{{#In short}}<div class="short">{{In short}}</div>{{/In short}}
{{#Key points}}<div class="points">{{Key points}}</div>{{/Key points}}
<div class="answer">{{Answer}}</div>
{{#Hints}}<div class="hints">{{Hints}}</div>{{/Hints}}
{{#More}}<div class="more">{{More}}</div>{{/More}}
{{#My notes}}<div class="mine">{{My notes}}</div>{{/My notes}}
<div class="source">{{From book}}</div>"""
STYLES: Final = Path(__file__).parent / "anki.css"
FIRST: Final = 1_000_000_000_000
"""Ids are times to Anki, in milliseconds since 1970: those of a deck lie before 2033, and are never the clock's."""
EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
WRITER: Final = (3_040_000).to_bytes(4, "big")
"""The version of SQLite that a database says it was written by: always the same, whichever it was."""
TABLES: Final = """
PRAGMA page_size = 4096;
PRAGMA encoding = 'UTF-8';
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null, scm integer not null, ver integer not null,
  dty integer not null, usn integer not null, ls integer not null, conf text not null, models text not null, decks text not null,
  dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null, mod integer not null, usn integer not null,
  tags text not null, flds text not null, sfld integer not null, csum integer not null, flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null, ord integer not null, mod integer not null,
  usn integer not null, type integer not null, queue integer not null, due integer not null, ivl integer not null,
  factor integer not null, reps integer not null, lapses integer not null, left integer not null, odue integer not null,
  odid integer not null, flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null, ivl integer not null,
  lastIvl integer not null, factor integer not null, time integer not null, type integer not null);
CREATE TABLE graves (usn integer not null, oid integer not null, type integer not null);
CREATE INDEX ix_notes_usn on notes (usn);
CREATE INDEX ix_cards_usn on cards (usn);
CREATE INDEX ix_revlog_usn on revlog (usn);
CREATE INDEX ix_cards_nid on cards (nid);
CREATE INDEX ix_cards_sched on cards (did, queue, due);
CREATE INDEX ix_revlog_cid on revlog (cid);
CREATE INDEX ix_notes_csum on notes (csum);
"""


@dataclass(frozen=True, slots=True)
class Note:
    """A question as a note: what names it for ever, its fields in order, tags, deck, and time of change."""

    name: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str
    changed: int = 0

    @property
    def digest(self) -> str:
        """Digest of all that a reader sees of it."""
        return key(*self.fields, *self.tags)


def guid(name: str) -> str:
    """Return what a note is known by, for ever: 16 characters made from the ids of book and question."""
    return hashlib.sha256(f"guidepress note {name}".encode()).hexdigest()[:16]


def number(kind: str, name: str) -> int:
    """Return the id of a note, a card, or a deck: a number made from its name."""
    return FIRST + int.from_bytes(hashlib.sha256(f"{kind} {name}".encode()).digest()[:5], "big") % 999_000_000_000


def packed(notes: Sequence[Note], media: Mapping[str, bytes]) -> bytes:
    """Return the deck: same notes and pictures, same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _put(archive, "collection.anki2", database(notes))
        for n, name in enumerate(sorted(media)):
            _put(archive, str(n), media[name])
        listed = {str(n): name for n, name in enumerate(sorted(media))}
        _put(archive, "media", json.dumps(listed, ensure_ascii=False).encode())
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, date_time=EARLIEST)
    info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def database(notes: Sequence[Note]) -> bytes:
    """Return the database; it is written at once and from new, so that nothing stands in it but what it says."""
    newest = max((note.changed for note in notes), default=KIND_CHANGED)
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(TABLES)
        connection.execute("INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')", (
            newest - newest % 86_400, newest * 1000, KIND_CHANGED * 1000, *map(_json, (_CONF, _kinds(), _decks(notes, newest), _DCONF)),
        ))  # fmt: skip
        for place, note in enumerate(notes, start=1):
            _add(connection, note, place)
        connection.commit()
        data = bytearray(connection.serialize())
    finally:
        connection.close()
    data[96:100] = WRITER
    return bytes(data)


def _add(connection: sqlite3.Connection, note: Note, place: int) -> None:
    first = note.fields[0]
    tags = f" {' '.join(note.tags)} " if note.tags else ""
    check = int(hashlib.sha1(first.encode(), usedforsecurity=False).hexdigest()[:8], 16)
    name = number("note", note.name)
    connection.execute("INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')", (
        name, guid(note.name), KIND, note.changed, tags, "\x1f".join(note.fields), first, check,
    ))  # fmt: skip
    connection.execute("INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')", (
        number("card", note.name), name, number("deck", note.deck), note.changed, place,
    ))  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _kinds() -> Any:
    look: Mapping[str, Any] = {"font": "Arial", "size": 20, "sticky": False, "rtl": False, "media": []}
    fields = [{"name": name, "ord": n, **look} for n, name in enumerate(FIELDS)]
    card = {"name": "Card 1", "ord": 0, "qfmt": FRONT, "afmt": BACK, "did": None, "bqfmt": "", "bafmt": "", "bfont": "", "bsize": 0}
    return {str(KIND): {
        "id": KIND, "name": KIND_NAME, "type": 0, "mod": KIND_CHANGED, "usn": -1, "sortf": 0, "did": 1, "tmpls": [card], "flds": fields,
        "css": STYLES.read_text(encoding="utf-8"), "latexPre": "", "latexPost": "", "latexsvg": False, "req": [[0, "any", [0, 1]]],
        "tags": [], "vers": [],
    }}  # fmt: skip


def _decks(notes: Iterable[Note], changed: int) -> Any:
    names = dict.fromkeys(note.deck for note in notes)
    whole = {name.rpartition("::")[0] for name in names} - {""}
    found = {"1": _deck(1, "Default", changed)}
    return found | {str(number("deck", name)): _deck(number("deck", name), name, changed) for name in sorted({*names, *whole})}


def _deck(name: int, title: str, changed: int) -> Any:
    today = [0, 0]
    return {"id": name, "name": title, "mod": changed, "usn": -1, "desc": "", "dyn": 0, "collapsed": False, "browserCollapsed": False,
            "conf": 1, "extendNew": 0, "extendRev": 0, "newToday": today, "revToday": today, "lrnToday": today,
            "timeToday": today}  # fmt: skip


_CONF: Final = {
    "nextPos": 1, "sortType": "noteFld", "sortBackwards": False, "activeDecks": [1], "curDeck": 1, "curModel": str(KIND), "addToCur": True,
    "newSpread": 0, "dueCounts": True, "estTimes": True, "timeLim": 0, "collapseTime": 1200,
}  # fmt: skip
_DCONF: Final = {"1": {
    "id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "timer": 0, "autoplay": True, "replayq": True, "dyn": False,
    "new": {"bury": False, "delays": [1.0, 10.0], "initialFactor": 2500, "ints": [1, 4, 0], "order": 1, "perDay": 20},
    "rev": {"bury": False, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "perDay": 200, "hardFactor": 1.2},
    "lapse": {"delays": [10.0], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
}}  # fmt: skip
