"""What an import wrote, as the next one remembers it: digests of questions and of files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final

LEDGER: Final = "imported.json"
NEXT: Final = ".importing.json.tmp"
"""What it will be once all is written. It stands in the book from the first file to the last: a run may be ended between."""
MAX_LEDGER: Final = 20_000_000


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
            known = Ledger(entries, dict(data["files"]), dict(data["sections"]))
            inside = all(_is_inside(path) for path in (*known.files, *(entry.path for entry in entries.values())))
            return known if inside else None
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    def text(self) -> str:
        """Return the file that remembers it all, sorted, one question to a line."""
        rows = [f"  {_json(name)}: {_json({key: getattr(entry, key) for key in _KEYS})}" for name, entry in sorted(self.entries.items())]
        parts = [f'"files": {_json(self.files)}', f'"sections": {_json(self.sections)}', '"questions": {\n' + ",\n".join(rows) + "\n}"]
        return "{\n" + ",\n".join(parts) + "\n}\n"


_KEYS: Final = ("asked", "content", "answer", "path", "written")


def _is_inside(path: str) -> bool:
    """Tell whether a path stays in the book: files that are known are read, and removed where they were renamed."""
    return not path.startswith("/") and ".." not in path.split("/") and "\0" not in path


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
