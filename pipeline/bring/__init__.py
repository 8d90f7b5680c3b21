"""Bring a bank that somebody has into a book: read it by its dialect, tell what is lost, write what is new.

    outcome = bring(Errand(source, book), dialect)

Nothing here reaches a network or runs code of a source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from pipeline import source
from pipeline.bring import banks, bookfiles, decks, doubles, field_banks, guessing, markdown_banks, own_banks, quizzes, xml_quizzes
from pipeline.bring.banks import Dialect, from_file, known, named
from pipeline.bring.bookfiles import ABOUT
from pipeline.bring.gallery import hang
from pipeline.bring.haul import RULES, Haul, Item, Losses
from pipeline.bring.ledger import LEDGER, MAX_LEDGER, Entry, Ledger, digest
from pipeline.bring.shelf import Drafted, Shelf, Taking, extended, remembered, section, slug
from pipeline.diagnostics import Diagnostic, ordered

__all__ = ["RULES", "Dialect", "Errand", "Outcome", "bring", "from_file", "known", "named"]

OUTLINE = "book.yaml"
VOLUME: Final = 100_000
"""Letters of the contents of one volume, with those of the markup around each line."""
AROUND: Final = 120
SHORT: Final = 1000
"""Letters of a question with its answer, a third of a page: on pages of their own most of such a bank would be white."""
READERS: Final[Mapping[str, Callable[[str, str, Dialect, Losses], Iterator[Item]]]] = {
    "table": field_banks.table, "json": field_banks.json_lists, "gift": quizzes.gift, "aiken": quizzes.aiken, "moodle": xml_quizzes.moodle,
    "qti": xml_quizzes.qti,
}  # fmt: skip
"""What yields the questions of one file, by what a dialect reads."""
PLACES: Final = ["cover", "title-page", "imprint", "contents", "front", "questions", "back", "index", "end", "colophon"]


@dataclass(frozen=True)
class Facts:
    """What a book says of itself at its first import."""

    title: str
    rights: str
    date: str
    lang: str = "en"
    competencies: tuple[Mapping[str, Any], ...] = ()


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
    """That of most files."""
    others: Mapping[str, tuple[str, ...]]
    """Files that are read in another dialect, by its id."""
    guessed: bool
    files: int
    items: int
    counts: Mapping[str, int]
    left_out: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]


def bring(errand: Errand, dialect: Dialect | None) -> Outcome:
    """Import a source; without a book nothing is written. Raises BookError when nothing can be read at all."""
    losses = Losses()
    haul, used, others = _read(errand.source, dialect, losses)
    haul.root = banks.folder_of(errand.source)
    doubles.once(haul, losses)
    for name in haul.empty:
        tried = next((other for other, names in others.items() if name in names), used.id)
        losses.tell("I106", f"no question of dialect '{tried}' stands here", (name, 1), "name another with --as, or leave it out")
    shelf = Shelf(errand.book or Path(""), errand.taking, losses)
    if errand.book is not None:
        shelf.open()
    drafted = bookfiles.draft(haul, shelf.remembered, _taken(shelf) if errand.book else set(), losses, used)
    if errand.book is not None and drafted.questions:
        _shelve(shelf, drafted, errand, haul)
        hang(drafted.pictures, shelf.folder, losses)
        shelf.write()
    return Outcome(used, others, dialect is None, haul.files, len(haul.items), shelf.counts, losses.left_out, ordered(losses.diagnostics))


def _taken(shelf: Shelf) -> set[str]:
    """Return ids that are the author's own: no import wrote them."""
    files = shelf.has("questions/*/*.yaml") | shelf.has("chapters/*.yaml")
    written = {entry.path for entry in shelf.remembered.entries.values()} | set(shelf.remembered.files)
    return {Path(path).stem for path in files - written} | set(shelf.remembered.sections.values())


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
    facts = Facts(_title(errand, haul), _rights(errand), errand.date, haul.lang or errand.lang, tuple(haul.competencies))
    _outline(shelf, drafted, after, facts)
    others = dict(drafted.others)
    if not shelf.has("editions/*.yaml") or any(name.startswith("editions/") for name in before.files):
        others |= _editions(drafted)
    counts = Counter(shelf.counts)
    for path, text in others.items():
        after.files[path] = shelf.put(path, text, before.files.get(path, ""))
    shelf.counts = counts
    shelf.writes[LEDGER] = after.text()
    if shelf.text(LEDGER, MAX_LEDGER) == after.text():
        del shelf.writes[LEDGER]


def _keep(shelf: Shelf, name: str, gone: Entry, drafted: Drafted) -> None:
    """Keep a question that the source has no more, at the end of its section."""
    if shelf.text(gone.path) is None:
        return
    section = gone.path.split("/")[1]
    if section in drafted.sections:
        drafted.sections[section][2].append(name)
    shelf.counts["no longer in the source"] += 1
    hint = "delete the file, and its line in book.yaml, if it shall go"
    shelf.losses.extend([Losses.alone("I402", f"'{name}' is not in the source any more", hint, shelf.place(gone.path))])


def _outline(shelf: Shelf, drafted: Drafted, after: Ledger, facts: Facts) -> None:
    """Write book.yaml as long as nobody has edited it; else list what is new in it."""
    for _, _, members in drafted.sections.values():
        paths = {name: after.entries[name].path for name in members}
        members[:] = [name for name, path in paths.items() if path in shelf.writes or shelf.text(path) is not None]
    stands, before = shelf.text(OUTLINE), shelf.remembered.files.get(OUTLINE, "")
    if stands is None or digest(stands) == before:
        kept = facts if stands is None else _facts(stands)
        text = _book_yaml(drafted, kept)
        if text != stands:
            shelf.writes[OUTLINE] = text
        after.files[OUTLINE] = digest(text)
        if stands is None:
            hint = "write who made the book, under which license, and where readers report errors"
            shelf.losses.extend([
                Losses.alone("I405", "publisher, rights, errata, and creators are placeholders", hint, shelf.place(OUTLINE))
            ])
        return
    text, faults = extended(stands, f"{shelf.name}/{OUTLINE}", drafted)
    shelf.losses.extend(faults)
    if text != stands:
        shelf.writes[OUTLINE] = text
    after.files[OUTLINE] = before


def _facts(stands: str) -> Facts:
    """Return what book.yaml says of the book already: an import changes no title, no date."""
    data = source.parse(stands, OUTLINE).data
    return Facts(data["title"], data["rights"], data["date"], data["lang"], tuple(data.get("competencies", ())))


def _title(errand: Errand, haul: Haul) -> str:
    words = errand.title or haul.title or " ".join(re.split(r"[-_\s]+", banks.name_of(errand.source)))
    return words[:1].upper() + words[1:200].strip() or "Interview questions"


def _rights(errand: Errand) -> str:
    found = banks.license_line(errand.source)
    return f"{found}: see the license of the source." if found else "See the license of the source."


def _read(path: Path, dialect: Dialect | None, losses: Losses) -> tuple[Haul, Dialect, Mapping[str, tuple[str, ...]]]:
    """Return what a source holds, the dialect of most files, and those of others. Raises BookError when no file can be read."""
    first = dialect or banks.known()[_suited(path)]
    files = banks.files(path, first, losses)
    if first.reads == "anki":
        packed = {file.name: data for file in files if (data := banks.octets(file, losses)) is not None}
        return _sectioned(decks.haul(packed, first, losses)), first, {}
    texts: dict[str, str] = {}
    for file in files:
        if file.path.suffix.lower() == ".zip":
            texts |= banks.unpacked(file, losses)
        elif (text := banks.text(file, losses)) is not None:
            texts[file.name] = text
    if first.reads == "markdown":
        return _markdown(texts, dialect, losses)
    used = dialect or _sure(first, texts)
    if used.reads == "guidepress":
        return own_banks.haul(texts, losses), used, {}
    found = Haul(files=len(texts))
    for name, text in texts.items():
        items = list(READERS[used.reads](name, text, used, losses))
        found.items += items
        if not items and not (used.reads == "qti" and name.endswith("imsmanifest.xml")):
            found.empty.append(name)
    return _sectioned(found), used, {}


def _markdown(texts: dict[str, str], dialect: Dialect | None, losses: Losses) -> tuple[Haul, Dialect, Mapping[str, tuple[str, ...]]]:
    documents = markdown_banks.documents(texts, losses)
    if texts and all(text.startswith(own_banks.README) for text in texts.values()):
        dialect = dialect or banks.known()[banks.OWN_README]
    dialects = dict.fromkeys(documents, dialect) if dialect else guessing.guessed(documents)
    used = dialect or guessing.main(dialects)
    others: dict[str, tuple[str, ...]] = {}
    for name, other in dialects.items():
        if other != used:
            others[other.id] = (*others.get(other.id, ()), name)
    return markdown_banks.haul(documents, dialects, losses), used, others


def _suited(root: Path) -> str:
    """Return the id of the dialect that fits most files of a source."""
    names = Counter(banks.SUFFIXES[suffix] for suffix in banks.suffixes(root) if suffix in banks.SUFFIXES)
    return names.most_common(1)[0][0] if names else "headings"


def _sure(first: Dialect, texts: Mapping[str, str]) -> Dialect:
    """Return the dialect that fits what the files say, where their names could mean several."""
    known = banks.known()
    heads = [text[:20_000] for text in texts.values()]
    if texts and all(map(own_banks.is_own, texts.values())):
        return known["guidepress"]
    if first.id in ("moodle", "qti"):
        return known["moodle" if any("<quiz" in head for head in heads) else "qti"]
    if first.id != "aiken":
        return first
    if any(head.startswith(("#separator:", "#html:", "#notetype", "#deck", "#columns")) for head in heads):
        return known["table"]
    if any("\nANSWER:" in head.upper() for head in heads):
        return known["aiken"]
    return known["gift" if any("{" in head and "}" in head for head in heads) else "table" if any("\t" in h for h in heads) else "aiken"]


def _sectioned(found: Haul) -> Haul:
    for item in found.items:
        item.section = item.section or "Questions"
    return found


def _book_yaml(drafted: Drafted, facts: Facts) -> str:
    """Return book.yaml."""
    name = slug(facts.title, "book")
    fields: dict[str, Any] = {
        "schema": "1", "id": name, "slug": name, "title": facts.title, "lang": facts.lang, "version": "1.0.0", "date": facts.date,
        "creators": [{"name": "The authors of the bank"}], "publisher": "The authors of the bank", "rights": facts.rights,
        "errata": "Tell whoever gave you this book.", "description": f"{len(drafted.questions)} interview questions.",
        "changes": [{"version": "1.0.0", "date": facts.date, "text": "First edition."}],
        "competencies": facts.competencies,
        "topics": [{"id": key, "title": words[:1].upper() + words[1:]} for key, words in sorted(drafted.topics.items())],
        "front": [ABOUT] if f"chapters/{ABOUT}.yaml" in drafted.others else [],
        "sections": [section(name, *parts) for name, parts in drafted.sections.items()],
    }  # fmt: skip
    return source.yaml_text(fields)


def _editions(drafted: Drafted) -> dict[str, str]:
    """Return the files of the editions that a book begins with: study and practice, of a large bank in several volumes."""
    picked = any(item.choices or "choices" in (item.kept or ()) for item in drafted.items.values())
    kept = [item.kept for item in drafted.items.values() if item.kept]
    more = [name for name in _MORE if any(name in record for record in kept)]
    volumes = _volumes(drafted)
    flow = "run-on" if median(len(item.content) for item in drafted.items.values()) < SHORT else "page"
    found = {}
    for n, sections in enumerate(volumes, start=1):
        for fields in (_study(picked, more, flow), _practice(picked, more)):
            if len(volumes) > 1:
                fields |= {"id": f"{fields['id']}-{n}", "look": fields["id"], "title": f"{fields['title']}, volume {n}"}
                fields["select"] = {"sections": sections}
            found[f"editions/{fields['id']}.yaml"] = source.yaml_text(fields)
    return found


def _volumes(drafted: Drafted) -> list[list[str]]:
    """Return the sections of each volume: contents with more letters than that are no file that a reader opens at once."""
    volumes: list[list[str]] = [[]]
    letters = 0
    for name, (_, _, members) in drafted.sections.items():
        asked = sum(AROUND + len(drafted.items[member].asked) for member in members if member in drafted.items)
        if volumes[-1] and letters + asked > VOLUME:
            volumes.append([])
            letters = 0
        volumes[-1].append(name)
        letters += asked
    return volumes


_MORE: Final = ("exhibit", "summary", "star", "spoken", "examples", "follow_ups", "red_flags", "rubric", "samples", "see_also", "sources")
"""Parts that a record in the book's own words may have, and candidates may see."""


def _study(picked: bool, more: list[str], flow: str) -> dict[str, Any]:
    return {
        "id": "study", "title": "Study edition", "audience": "candidate", "description": "Every question with its answer below it.",
        "sections": PLACES, "parts": [*["choices", "key"] * picked, "answer", "key_points", *more], "answers": "inline", "flow": flow,
        "formats": ["pdf", "epub"], "papers": ["a4", "letter"],
    }  # fmt: skip


def _practice(picked: bool, more: list[str]) -> dict[str, Any]:
    return {
        "id": "practice", "title": "Practice edition", "audience": "candidate",
        "description": "Every question with room to write, and all answers at the back.",
        "sections": [*PLACES[:6], "answers", *PLACES[6:]], "parts": [*["choices"] * picked, "writing_space"], "answers": "end-of-book",
        "answer_parts": [*["key"] * picked, "answer", "key_points", *(name for name in more if name != "exhibit")],
        "flow": "run-on", "formats": ["pdf", "epub"],
        "papers": ["a4", "letter"],
    }  # fmt: skip
