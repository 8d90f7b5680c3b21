"""Do an import from beginning to end: read, cut, identify, write, list, remember."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import source
from pipeline.bring import bookfiles, kinds, listing, sources
from pipeline.bring import ledger as ledgers
from pipeline.bring.bookfiles import Drafted, Facts
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Haul, Losses
from pipeline.bring.ledger import Entry, Ledger, digest, remembered
from pipeline.bring.shelf import Shelf, Taking
from pipeline.diagnostics import Diagnostic, ordered

OUTLINE = "book.yaml"


@dataclass(frozen=True)
class Errand:
    """What is to be imported, into which book, and what a new book says of itself."""

    source: Path
    book: Path | None
    date: str
    title: str = ""
    lang: str = "en"
    taking: Taking = "ask"


@dataclass(frozen=True)
class Outcome:
    """What came of an import: counts, what was left out by rule, and all that was lost."""

    dialect: Dialect
    guessed: bool
    files: int
    items: int
    counts: Mapping[str, int]
    left_out: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]


def bring(errand: Errand, dialect: Dialect | None) -> Outcome:
    """Import a source; without a book nothing is written. Raises BookError when nothing can be read at all."""
    losses = Losses()
    haul, used = read(errand.source, dialect, losses)
    shelf = Shelf(errand.book or Path(""), errand.taking, losses)
    if errand.book is not None:
        shelf.open()
    drafted = bookfiles.draft(haul, shelf.remembered, _taken(shelf) if errand.book else set(), losses, used)
    _tell_doubles(haul, losses)
    if errand.book is not None and drafted.questions:
        _shelve(shelf, drafted, errand, haul)
        shelf.write()
    return Outcome(used, dialect is None, haul.files, len(haul.items), shelf.counts, losses.left_out, ordered(losses.diagnostics))


def read(path: Path, dialect: Dialect | None, losses: Losses) -> tuple[Haul, Dialect]:
    """Return what a source holds, and the dialect that it was read by."""
    haul, used = kinds.haul(path, dialect, losses)
    for name in haul.empty:
        losses.tell("I106", f"no question of dialect '{used.id}' stands here", (name, 1), "name another with --as, or leave it out")
    return haul, used


def _taken(shelf: Shelf) -> set[str]:
    """Return ids that are the author's own: no import wrote them."""
    files = shelf.has("questions/*/*.yaml") | shelf.has("chapters/*.yaml")
    written = {entry.path for entry in shelf.remembered.entries.values()} | set(shelf.remembered.files)
    return {Path(path).stem for path in files - written} | set(shelf.remembered.sections.values())


def _tell_doubles(haul: Haul, losses: Losses) -> None:
    first: dict[str, tuple[str, int]] = {}
    for item in haul.items:
        if item.asked in first:
            path, line = first[item.asked]
            losses.tell("I204", f"asks what {path}:{line} asks", (item.path, item.line), "keep one of the two, or leave both")
        first.setdefault(item.asked, (item.path, item.line))


def _shelve(shelf: Shelf, drafted: Drafted, errand: Errand, haul: Haul) -> None:
    """Decide on every file of the book."""
    before = shelf.remembered
    after = Ledger({}, {}, dict(before.sections))
    for name, (path, text) in drafted.questions.items():
        known = before.entries.get(name)
        entry = remembered(drafted.items[name])
        entry.path, entry.written = path, shelf.put(path, text, known.written if known else "", known.path if known else "")
        after.entries[name] = entry
    for name, gone in before.entries.items():
        if name not in after.entries:
            _keep(shelf, name, gone, drafted)
            after.entries[name] = gone
    _outline(shelf, drafted, after, Facts(_title(errand, haul), _rights(errand), errand.date, errand.lang))
    others = dict(drafted.others)
    if not shelf.has("editions/*.yaml") or any(name.startswith("editions/") for name in before.files):
        others |= bookfiles.editions(drafted)
    counts = Counter(shelf.counts)
    for path, text in others.items():
        after.files[path] = shelf.put(path, text, before.files.get(path, ""))
    shelf.counts = counts
    shelf.writes[ledgers.NAME] = after.text()
    if shelf.text(ledgers.NAME, 20_000_000) == after.text():
        del shelf.writes[ledgers.NAME]


def _keep(shelf: Shelf, name: str, gone: Entry, drafted: Drafted) -> None:
    """Keep a question that the source has no more, at the end of its section."""
    section = gone.path.split("/")[1]
    if section in drafted.sections and shelf.text(gone.path) is not None:
        drafted.sections[section][2].append(name)
    if shelf.text(gone.path) is not None:
        shelf.counts["no longer in the source"] += 1
        hint = "delete the file, and its line in book.yaml, if it shall go"
        shelf.losses.extend([Losses.alone("I402", f"'{name}' is not in the source any more", hint, shelf.place(gone.path))])


def _outline(shelf: Shelf, drafted: Drafted, after: Ledger, facts: Facts) -> None:
    """Write book.yaml as long as nobody has edited it; else list what is new in it."""
    for _, _, members in drafted.sections.values():
        members[:] = [name for name in members if f"questions/{_home(name, drafted, after)}" in shelf.writes or _stands(shelf, name, after)]
    stands, before = shelf.text(OUTLINE), shelf.remembered.files.get(OUTLINE, "")
    if stands is None or digest(stands) == before:
        kept = facts if stands is None else _facts(stands, facts)
        text = bookfiles.outline(drafted, kept)
        if text != stands:
            shelf.writes[OUTLINE] = text
        after.files[OUTLINE] = digest(text)
        if stands is None:
            hint = "write who made the book, under which license, and where readers report errors"
            shelf.losses.extend([
                Losses.alone("I405", "publisher, rights, errata, and creators are placeholders", hint, shelf.place(OUTLINE))
            ])
        return
    text, faults = listing.extended(stands, f"{shelf.name}/{OUTLINE}", drafted)
    shelf.losses.extend(faults)
    if text != stands:
        shelf.writes[OUTLINE] = text
    after.files[OUTLINE] = before


def _home(name: str, drafted: Drafted, after: Ledger) -> str:
    path = drafted.questions[name][0] if name in drafted.questions else after.entries[name].path
    return path.removeprefix("questions/")


def _stands(shelf: Shelf, name: str, after: Ledger) -> bool:
    path = f"questions/{after.entries[name].path.removeprefix('questions/')}"
    return shelf.text(path) is not None


def _facts(stands: str, facts: Facts) -> Facts:
    """Return what book.yaml says of the book already: an import changes no title, no date."""
    data = source.parse(stands, OUTLINE).data
    return Facts(data["title"], data["rights"], data["date"], data["lang"])


def _title(errand: Errand, haul: Haul) -> str:
    words = errand.title or haul.title or " ".join(re.split(r"[-_\s]+", sources.name_of(errand.source)))
    return words[:1].upper() + words[1:200].strip() or "Interview questions"


def _rights(errand: Errand) -> str:
    found = sources.license_line(errand.source)
    return f"{found}: see the license of the source." if found else "See the license of the source."
