"""Add one file to a book, and its line to book.yaml, where everything else stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pipeline import source
from pipeline.authoring.new_book import OUTLINE, filled, write_schemas
from pipeline.authoring.schemas import schema_line
from pipeline.bring.haul import Losses
from pipeline.bring.shelf import RESERVED, Shelf
from pipeline.diagnostics import BookError, Diagnostic, Rule, nearest
from pipeline.load import load_book
from pipeline.model import Book
from pipeline.model.fields import LONGEST_SLUG, SLUG
from pipeline.source import Keys, Source

Addition = Literal["question", "chapter", "edition", "team"]
PLACES: Final = ("front", "back", "end", "kit_front", "kit_back")
"""Where chapters stand."""
RULES: Final = (
    Rule("N101", "folder not empty", "A new book begins in an empty folder, so that nothing of yours is written over."),
    Rule("N102", "language not understood", "A language is a tag of BCP 47, as book.yaml has it: en-US."),
    Rule("N103", "no id", "An id is lower-case letters, digits, and single hyphens, a letter first; the press keeps some for itself."),
    Rule("N104", "id is taken", "An id names one record for ever; questions, chapters, and sections share theirs."),
    Rule("N105", "no such place", "A question is added to a section of book.yaml, a chapter to one of its lists of chapters."),
    Rule("N106", "nothing to begin with", "No question was found in the source that a new book was to begin with."),
)


@dataclass(frozen=True, slots=True)
class Added:
    """What was written: the file, and where book.yaml lists it, if it does."""

    path: str
    place: str


def add(folder: Path, kind: Addition, name: str, place: str = "") -> Added:
    """Write a file that is to be written over. Raises BookError when it cannot be, and nothing is written then.

    ``place`` is a section for a question, and one of ``PLACES`` for a chapter; when left out, the last, and the first.
    """
    book, faults = load_book(folder)
    if book is None:
        raise BookError(*faults)
    shelf = Shelf(folder, "ask", Losses())
    where = _place(shelf, book, kind, place)
    path = f"questions/{where}/{name}.yaml" if kind == "question" else f"{kind}s/{name}.yaml"
    _free(shelf, book, kind, name, path)
    words = name.replace("-", " ")
    blanks = {"id": name, "words": words, "title": words[:1].upper() + words[1:], "schema": schema_line(kind, path).removeprefix("# ")}
    shelf.writes[path] = filled("add", blanks)[f"{kind}.yaml"]
    if where:
        written = shelf.text(OUTLINE) or ""
        keys: Keys = (where,) if kind == "chapter" else ("sections", [d.id for d in book.outline.sections].index(where), "questions")
        shelf.writes[OUTLINE] = listed(source.parse(written, OUTLINE), keys, name)
    write_schemas(folder)
    shelf.write()
    return Added(path, where)


def _place(shelf: Shelf, book: Book, kind: Addition, place: str) -> str:
    """Return the section, or the list of chapters, that the file goes to; nothing for what book.yaml does not list."""
    known = {"question": [division.id for division in book.outline.sections], "chapter": list(PLACES)}.get(kind, [])
    if place and place not in known:
        what, hint = ("section", nearest(place, known)) if kind == "question" else ("list of chapters", nearest(place, known))
        if not known:
            what, hint = "place", "delete --in: book.yaml lists no editions and no teams"
        raise BookError(Diagnostic("N105", f"no {what} '{place}'", shelf.place(OUTLINE), hint))
    return place or {"question": known[-1:], "chapter": known[:1]}.get(kind, [""])[0]


def _free(shelf: Shelf, book: Book, kind: Addition, name: str, path: str) -> None:
    """Raise BookError for an id that is none, or that is taken."""
    place = shelf.place(path)
    if not re.fullmatch(SLUG, name) or len(name) > LONGEST_SLUG:
        hint = f"use lower-case letters, digits, and single hyphens, a letter first, {LONGEST_SLUG} characters at most"
        raise BookError(Diagnostic("N103", f"'{name[:80]}' is no id", shelf.place(OUTLINE), hint))
    if kind in ("question", "chapter") and RESERVED.match(name):
        raise BookError(Diagnostic("N103", f"'{name}' is an id that the press gives itself", place, "choose another id"))
    sections = {division.id: "section" for division in book.outline.sections}
    apart: Mapping[str, Mapping[str, object]] = {"edition": book.editions, "team": book.teams}
    taken = apart.get(kind, {**sections, **book.questions, **book.chapters})
    if name in taken or (kind, name) in book.refused or shelf.text(path) is not None:
        hint = "choose another id, or open the file that has it"
        raise BookError(Diagnostic("N104", f"'{name}' is the id of another {_what(book, name, kind)}", place, hint))


def _what(book: Book, name: str, kind: Addition) -> str:
    """Name what has an id."""
    if kind in ("edition", "team"):
        return kind
    return "question" if name in book.questions else "chapter" if name in book.chapters else "file"


def listed(read: Source, keys: Keys, item: str) -> str:
    """Return a file with one more item at the end of a list, which is begun when it is not there; all else stays."""
    lines = list(read.lines)
    node = read.root
    for key in keys:
        found = node.child(key)
        if found is None:
            end = next((n for n in range(len(lines), 0, -1) if lines[n - 1].strip()), 0)
            lines[end:end] = [f"{key}:", f"  - {item}"]
            return "\n".join(lines)
        node = found
    row = lines[node.line - 1]
    flow = row[node.column - 1 :].startswith("[")
    if not node.value:
        lines[node.line - 1] = f"{row[: node.column]}{item}{row[node.column :]}"
    elif flow:
        last = node.value[-1]
        row, end = lines[last.line - 1], last.column - 1 + last.length
        lines[last.line - 1] = f"{row[:end]}, {item}{row[end:]}"
    else:
        last = node.value[-1]
        lines.insert(last.line, f"{lines[last.line - 1][: last.column - 1]}{item}")
    return "\n".join(lines)
