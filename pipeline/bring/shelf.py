"""Remember what an import wrote, and put files on the shelf of a book: what is new is written or listed, what was edited stays."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from pipeline import source
from pipeline.bring.haul import Item, Losses
from pipeline.bring.ledger import LEDGER, MAX_LEDGER, NEXT, Entry, Ledger, digest
from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.model.fields import LONGEST_SLUG, SLUG
from pipeline.section_kinds import KINDS
from pipeline.source import Node, Source, SourceFault

LONGEST_ID: Final = 48
"""Characters of an id made from words; what tells two alike apart needs room behind it."""
SHORT_ANSWER: Final = 80
"""Characters of an answer that several questions may share; a longer one tells a question whose words have changed."""
RESERVED: Final = re.compile(
    rf"(?:answers?|term|formula|source|figure|index|box|title|page)-|.*-title$|nav$|toc$|(?:{'|'.join(kind.name for kind in KINDS)})$"
)
Taking = Literal["ask", "book", "source"]
"""Which side is taken where both have changed: neither, the book's, or the source's."""


@dataclass
class Drafted:
    """The files of a book: questions by id with their path and text, sections in order, and the others."""

    questions: dict[str, tuple[str, str]]
    sections: dict[str, tuple[str, str, list[str]]]
    """By id: title, introduction, questions."""
    topics: dict[str, str]
    others: dict[str, str]
    items: Mapping[str, Item]
    pictures: dict[str, bytes] = field(default_factory=dict)


def slug(words: str, otherwise: str = "q") -> str:
    """Return an id made of words: letters and digits of ASCII, a letter first, cut between words."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’`]", "", plain)).strip("-")
    if len(name) > LONGEST_ID:
        name = name[: LONGEST_ID + 1].rpartition("-")[0] or name[:LONGEST_ID]
    if not name or len(name) < len(words) / 8:
        name = f"{otherwise}-{digest(words)[:8]}"
    return f"q-{name}" if not name[0].isalpha() or RESERVED.match(name) else name


def identify(items: Iterable[Item], ledger: Ledger, taken: set[str]) -> dict[str, Item]:
    """Return the questions by id, in their order.

    A question that was imported before keeps its id: it is known by all its content, else by its words, else by its answer.
    """
    listed = list(items)
    fresh = [remembered(item) for item in listed]
    known = dict(ledger.entries)
    ids: dict[int, str] = {}
    ways: tuple[Callable[[Entry], tuple[str, ...]], ...] = (
        lambda entry: (entry.asked, entry.content),
        lambda entry: (entry.asked,),
        lambda entry: (entry.answer,) if entry.answer else (),
    )
    for way in ways:
        shelves: dict[tuple[str, ...], list[str]] = {}
        for name, entry in known.items():
            shelves.setdefault(way(entry), []).append(name)
        for n, entry in enumerate(fresh):
            names = shelves.get(way(entry)) if n not in ids and way(entry) else None
            if names:
                ids[n] = names.pop(0)
                del known[ids[n]]
    return _with_new_ids(listed, fresh, ids, {*taken, *ledger.entries})


def _with_new_ids(listed: list[Item], fresh: list[Entry], ids: dict[int, str], used: set[str]) -> dict[str, Item]:
    """Give ids to the questions that have none yet: their words, and where that is taken a part of their digest."""
    found: dict[str, Item] = {}
    tries: Counter[tuple[str, str]] = Counter()  # names that are taken already, of questions that are all alike
    for n, item in enumerate(listed):
        given = re.fullmatch(SLUG, item.given) and len(item.given) <= LONGEST_SLUG and not RESERVED.match(item.given)
        words, content = item.given if given else slug(item.given or item.asked), fresh[n].content
        name = ids.get(n, words)
        while n not in ids and name in used:
            tried = tries[words, content]
            name = f"{words}-{digest(content + '+' * (tried // 6))[: 4 + tried % 6]}"
            tries[words, content] += 1
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
        known = Ledger() if text is None else Ledger.read(text)
        if known is None:
            hint = "put the file back as an import wrote it, or delete it to begin anew"
            raise BookError(Losses.alone("I105", "the file of what was imported cannot be read", hint, self.place(LEDGER)))
        self.remembered = known
        self._adopt()

    def _adopt(self) -> None:
        """Remember what a run wrote that was ended before it could say so: files that are as it meant to write them."""
        begun = Ledger.read(self.text(NEXT, MAX_LEDGER) or "")
        if begun is None:
            return
        known, sections = self.remembered.entries, {**begun.sections, **self.remembered.sections}
        left = {name: entry for name, entry in begun.entries.items() if name not in known and self._is(entry.path, entry.written)}
        files = {path: written for path, written in begun.files.items() if self._is(path, written)}
        self.remembered = Ledger({**left, **known}, {**self.remembered.files, **files}, sections)

    def _is(self, path: str, written: str) -> bool:
        stands = self.text(path) if path else None
        return stands is not None and digest(stands) == written

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
        """Write all that was decided, each file whole, what is remembered last; what a run that is ended has written, the next knows."""
        if LEDGER in self.writes:
            self.folder.mkdir(parents=True, exist_ok=True)
            source.write(self.folder / NEXT, self.writes[LEDGER])
        for path, text in sorted(self.writes.items(), key=lambda item: item[0] == LEDGER):
            whole = self.folder / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            source.write(whole, text)
        for path in sorted(self.removes - set(self.writes)):
            (self.folder / path).unlink(missing_ok=True)
        (self.folder / NEXT).unlink(missing_ok=True)


def extended(written: str, name: str, drafted: Drafted) -> tuple[str, list[Diagnostic]]:
    """Return a book.yaml with the questions and topics that it lacks, and what could not be listed."""
    try:
        read = source.parse(written, name)
    except SourceFault as fault:
        return written, [fault.diagnostic]
    known = _members(read)
    lines = written.split("\n")
    inserts: list[tuple[int, str]] = []
    faults: list[Diagnostic] = []
    everywhere = {member for members in known.values() for member in members}
    for division, (title, intro, members) in drafted.sections.items():
        missing = [member for member in members if member not in everywhere]
        if division in known:
            inserts += _into(read, division, members, missing, faults)
        elif missing:
            inserts += _new(read, "sections", source.yaml_text({"x": [section(division, title, intro, missing)]}), faults)
    topics = _ids(read, "topics")
    for topic, words in sorted(drafted.topics.items()):
        if topic not in topics:
            inserts += _new(read, "topics", source.yaml_text({"x": [{"id": topic, "title": words[:1].upper() + words[1:]}]}), faults)
    for at, text in sorted(inserts, key=lambda insert: insert[0], reverse=True):
        lines[at:at] = text.removesuffix("\n").split("\n")
    return "\n".join(lines), faults


def _members(read: Source) -> dict[str, list[str]]:
    data = read.data.get("sections", []) if isinstance(read.data, dict) else []
    return {d["id"]: list(d.get("questions", [])) for d in data if isinstance(d, dict) and isinstance(d.get("id"), str)}


def _ids(read: Source, key: str) -> set[str]:
    data = read.data.get(key, []) if isinstance(read.data, dict) else []
    return {str(d.get("id")) for d in data if isinstance(d, dict)}


def _into(read: Source, division: str, members: list[str], missing: list[str], faults: list[Diagnostic]) -> list[tuple[int, str]]:
    """Return where the missing questions of a section go: each behind the one before it in the source."""
    if not missing:
        return []
    at = list(_members(read)).index(division)
    node = read.root.child("sections")
    listed = node.child(at).child("questions") if node and node.child(at) else None  # type: ignore[union-attr]
    rows: dict[str, Node] = {item.value: item for item in listed.value} if listed and listed.style == "[" else {}
    if not rows or len({row.line for row in rows.values()}) < len(rows) or (listed and _on_one_line(read, listed)):
        faults.append(_unlisted(read, f"list {', '.join(missing[:8])} in section '{division}'"))
        return []
    inserts: dict[int, str] = {}
    last = min(row.line for row in rows.values()) - 1
    for member in members:
        if member in rows:
            last = rows[member].line
        elif member in missing:
            indent = " " * (next(iter(rows.values())).column - 3)
            inserts[last] = inserts.get(last, "") + f"{indent}- {member}\n"
    return list(inserts.items())


def _new(read: Source, key: str, text: str, faults: list[Diagnostic]) -> list[tuple[int, str]]:
    """Return where a new section or topic goes: at the end of its list."""
    node = read.root.child(key)
    if node is None or node.style != "[" or not node.value or _on_one_line(read, node):
        faults.append(_unlisted(read, f"add to '{key}': {text.partition(chr(10))[2].strip()[:120]}"))
        return []
    end = min((child.key_line for _, child in read.root.value if child.key_line > node.line), default=len(read.lines) + 1) - 1
    while end > 0 and not read.lines[end - 1].strip():
        end -= 1
    indent = node.value[0].column - 3
    body = text.partition("\n")[2].removesuffix("\n").split("\n")
    return [(end, "\n".join(f"{' ' * indent}{line[2:]}" if line else "" for line in body))]


def _on_one_line(read: Source, node: Node) -> bool:
    return read.lines[node.line - 1][node.column - 1 :].startswith("[")


def _unlisted(read: Source, hint: str) -> Diagnostic:
    return Losses.alone("I404", "new questions could not be listed, for this list is written on one line", hint, Place(read.path))


def section(name: str, title: str, intro: str, members: list[str]) -> dict[str, Any]:
    """Return a section as book.yaml lists it."""
    return {"id": name, "title": title, "intro": intro, "questions": members}
