"""Remember what an import wrote, and put files on the shelf of a book: what is new is written, what was edited by hand stays."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from pipeline import source
from pipeline.bring.haul import Item, Losses
from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.section_kinds import KINDS
from pipeline.source import SourceFault

LEDGER: Final = "imported.json"
LONGEST_ID: Final = 48
"""Characters of an id made from words; what tells two alike apart needs room behind it."""
SHORT_ANSWER: Final = 80
"""Characters of an answer that several questions may share; a longer one tells a question whose words have changed."""
RESERVED: Final = re.compile(r"(?:answers?|term|formula|source|figure|index|box|title|page)-|.*-title$|nav$|toc$")
TAKEN: Final = frozenset(kind.name for kind in KINDS)
Taking = Literal["ask", "book", "source"]
"""Which side is taken where both have changed: neither, the book's, or the source's."""
MAX_LEDGER = 20_000_000


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
    if len(name) > LONGEST_ID:
        name = name[: LONGEST_ID + 1].rpartition("-")[0] or name[:LONGEST_ID]
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
    return Entry(digest(item.asked), digest(item.content), digest(answer) if len(answer) > SHORT_ANSWER else "")


@dataclass
class Shelf:
    """A book's folder, what is to be written into it, and what is remembered of it."""

    folder: Path
    taking: Taking
    losses: Losses
    remembered: Ledger = field(default_factory=Ledger)
    writes: dict[str, str] = field(default_factory=dict)
    removes: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The folder as the author would type it."""
        return self.folder.as_posix().rstrip("/") or "."

    def open(self) -> None:
        """Read what is remembered. Raises BookError when the folder is no book that can be added to."""
        text = self.text(LEDGER, MAX_LEDGER)
        if text is None:
            return
        known = Ledger.read(text)
        if known is None:
            hint = "put the file back as an import wrote it, or delete it to begin anew"
            raise BookError(Losses.alone("I105", "the file of what was imported cannot be read", hint, self.place(LEDGER)))
        self.remembered = known

    def place(self, path: str) -> Place:
        """Return the place of a file."""
        return Place(f"{self.name}/{path}")

    def text(self, path: str, limit: int = source.MAX_BYTES) -> str | None:
        """Return what stands in a file of the book, or None. Raises BookError for what is no file of the book."""
        whole = self.folder / path
        if any(part.is_symlink() for part in (whole, *list(whole.parents)[: path.count("/")])):
            raise BookError(
                Losses.alone("I101", "a link stands where a file of the book is written", "put a plain file there", self.place(path))
            )
        if not whole.exists():
            return None
        try:
            return source.octets(whole, f"{self.name}/{path}", limit).decode("utf-8")
        except SourceFault as fault:
            raise BookError(fault.diagnostic) from fault
        except UnicodeDecodeError as error:
            raise BookError(Losses.alone("I103", "the file is not UTF-8", "save the file as UTF-8", self.place(path))) from error

    def has(self, pattern: str) -> set[str]:
        """Return the paths of files of the book."""
        return {path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern)} if self.folder.is_dir() else set()

    def put(self, path: str, new: str, before: str, was: str = "") -> str:
        """Decide on one file, and return the digest to remember; ``before`` is the one remembered, ``was`` where it stood."""
        stands = self.text(was or path)
        if stands is None and before and self.taking != "source":
            self.losses.extend([Losses.alone("I403", "the file was deleted, and is not written again", "use --take source to have it back",
                                             self.place(was or path))])  # fmt: skip
            self.counts["deleted by hand"] += 1
            return before
        if stands is not None and digest(stands) != before and stands != new:
            return self._edited(path, stands, new, before, was)
        if was and was != path:
            self.removes.add(was)
        if stands == new and (not was or was == path):
            self.counts["unchanged"] += 1
        else:
            self.writes[path] = new
            self.counts["new" if stands is None else "changed"] += 1
        return digest(new)

    def _edited(self, path: str, stands: str, new: str, before: str, was: str) -> str:
        if digest(new) == before or self.taking == "book":
            self.counts["edited by hand"] += 1
            self._moved(path, stands, was)
            return digest(new)
        if self.taking == "source":
            self.counts["changed"] += 1
            self.writes[path] = new
            if was and was != path:
                self.removes.add(was)
            return digest(new)
        self.counts["changed on both sides"] += 1
        self._moved(path, stands, was)
        self.losses.extend([self._conflict(was or path, stands, new)])
        return before

    def _moved(self, path: str, stands: str, was: str) -> None:
        if was and was != path:
            self.writes[path] = stands
            self.removes.add(was)

    def _conflict(self, path: str, mine: str, theirs: str) -> Diagnostic:
        ours, others = mine.split("\n"), theirs.split("\n")
        at = next((n for n, (a, b) in enumerate(zip(ours, others, strict=False)) if a != b), min(len(ours), len(others)) - 1)
        other = next((line for line in others[at:] if line.strip()), "")
        message = f"edited by hand, and changed in the source, where it says now '{other.strip()[:200]}'"
        found = Losses.alone("I401", message, "mend the file, then use --take book; or use --take source", self.place(path))
        line = ours[at] if at < len(ours) else ""
        return replace(
            found, place=Place(found.place.path, at + 1, len(line) - len(line.lstrip()) + 1, max(1, len(line.strip()))), line_text=line
        )

    def write(self) -> None:
        """Write all that was decided, each file whole, what is remembered last."""
        for path, text in sorted(self.writes.items(), key=lambda item: item[0] == LEDGER):
            whole = self.folder / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            beside = whole.with_name(f".{whole.name}.tmp")
            beside.write_text(text, encoding="utf-8", newline="\n")
            os.replace(beside, whole)
        for path in sorted(self.removes - set(self.writes)):
            (self.folder / path).unlink(missing_ok=True)
