"""Remember what an import wrote: which question has which id, and the digest of each file as it was written."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.bring.haul import Item
from pipeline.section_kinds import KINDS

NAME: Final = "imported.json"
LONGEST: Final = 48
"""Characters of an id made from words; what tells two alike apart needs room behind it."""
SHORT: Final = 80
"""Characters of an answer that several questions may share; a longer one tells a question whose words have changed."""
RESERVED: Final = re.compile(r"(?:answers?|term|formula|source|figure|index|box|title|page)-|.*-title$|nav$|toc$")
TAKEN: Final = frozenset(kind.name for kind in KINDS)


def digest(text: str) -> str:
    """Return the digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class Entry:
    """What is remembered of one question: digests of its words, of all its content, and of its file as written."""

    asked: str
    content: str
    answer: str = ""
    path: str = ""
    written: str = ""


@dataclass(slots=True)
class Ledger:
    """What was imported, by id, and the digests of the other files that an import wrote."""

    entries: dict[str, Entry] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    """Ids of sections by their titles in the source."""

    @staticmethod
    def read(text: str) -> Ledger | None:
        """Return what a file remembers, or None when it is no such file."""
        try:
            data: Any = json.loads(text)
            entries = {name: Entry(*(str(data["questions"][name][key]) for key in _KEYS)) for name in data["questions"]}
            return Ledger(entries, dict(data["files"]), dict(data["sections"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    def text(self) -> str:
        """Return the file that remembers it all, sorted, one question to a line."""
        rows = [f"  {_json(name)}: {_json({key: getattr(entry, key) for key in _KEYS})}" for name, entry in sorted(self.entries.items())]
        parts = [f'"files": {_json(self.files)}', f'"sections": {_json(self.sections)}', '"questions": {\n' + ",\n".join(rows) + "\n}"]
        return "{\n" + ",\n".join(parts) + "\n}\n"


_KEYS: Final = ("asked", "content", "answer", "path", "written")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def slug(words: str, otherwise: str = "q") -> str:
    """Return an id made of words: letters and digits of ASCII, a letter first, cut between words."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’`]", "", plain)).strip("-")
    if len(name) > LONGEST:
        name = name[: LONGEST + 1].rpartition("-")[0] or name[:LONGEST]
    if not name or len(name) < len(words) / 8:
        name = f"{otherwise}-{digest(words)[:8]}"
    return f"q-{name}" if not name[0].isalpha() or name in TAKEN or RESERVED.match(name) else name


def identify(items: Iterable[Item], ledger: Ledger, taken: set[str]) -> dict[str, Item]:
    """Return the questions by id, in their order.

    A question that was imported before keeps its id: it is known by all its content, else by its words, else by its answer.
    """
    listed = list(items)
    fresh = [remembered(item) for item in listed]
    known = dict(ledger.entries)
    ids: dict[int, str] = {}
    for key in (_by_content, _by_words, _by_answer):
        shelves: dict[tuple[str, ...], list[str]] = {}
        for name, entry in known.items():
            shelves.setdefault(key(entry), []).append(name)
        for n, entry in enumerate(fresh):
            names = shelves.get(key(entry), []) if n not in ids and entry.answer + entry.asked else []
            if names and (key is not _by_answer or entry.answer):
                ids[n] = names.pop(0)
                del known[ids[n]]
    return _with_new_ids(listed, fresh, ids, {*taken, *ledger.entries})


def _by_content(entry: Entry) -> tuple[str, ...]:
    return entry.asked, entry.content


def _by_words(entry: Entry) -> tuple[str, ...]:
    return (entry.asked,)


def _by_answer(entry: Entry) -> tuple[str, ...]:
    return (entry.answer,)


def _with_new_ids(listed: list[Item], fresh: list[Entry], ids: dict[int, str], used: set[str]) -> dict[str, Item]:
    """Give ids to the questions that have none yet: their words, and where that is taken a part of their digest."""
    found: dict[str, Item] = {}
    for n, item in enumerate(listed):
        words, tried = slug(item.given or item.asked), 0
        name = ids.get(n, words)
        while n not in ids and name in used:
            name = f"{words}-{digest(fresh[n].content + '+' * (tried // 6))[: 4 + tried % 6]}"
            tried += 1
        used.add(name)
        found[name] = item
    return found


def remembered(item: Item) -> Entry:
    """Return what is remembered of a question's words."""
    answer = item.content.partition("\n")[2].strip()
    return Entry(digest(item.asked), digest(item.content), digest(answer) if len(answer) > SHORT else "")
