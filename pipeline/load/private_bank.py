"""Join a private bank to a book: questions, chapters, roles, and plans from a folder outside it, for hiring teams alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import model
from pipeline.diagnostics import Diagnostic, Place, Rule, nearest
from pipeline.load import pictures
from pipeline.load.diagnosing import Reading, at
from pipeline.model import Drawing, Exposure, Outline, Picture, Record
from pipeline.source import is_stray

QUESTIONS = "questions"
FOLDERS: Mapping[str, type[Record]] = {"chapters": model.Chapter, "figures": model.Figure, "roles": model.Role, "plans": model.Plan}
RULES = (
    Rule("B126", "no bank here", "The folder named with --with, or found below --banks, holds a private bank, and lies outside the book."),
    Rule(
        "B120", "public in a private bank", "Nothing of a private bank is for candidates: its questions and chapters are 'audience: kit'."
    ),
    Rule("B121", "section of no book", "A question of a private bank stands in questions/, or in the folder of a section of the book."),
    Rule(
        "B122",
        "no part of a bank",
        "A private bank holds questions, chapters, roles, plans, figures, and exposure.yaml; the rest is the book's.",
    ),
)


@dataclass(frozen=True)
class Whole:
    """What a book and the private bank that has been joined to it have in one."""

    outline: Outline
    exposure: Exposure
    drawings: Mapping[str, Drawing]
    pictures: Mapping[str, Picture]
    private: frozenset[tuple[str, str]] = frozenset()
    """Kind and id of each record of the bank."""


Readers = tuple[Callable[[Reading, str, type[Record]], None], Callable[[Reading, Path, type[Any]], Any]]
"""What reads a folder of records, and what reads the record that fills a file."""


def join(book: Reading, folder: Path, own: Whole, readers: Readers) -> Whole:
    """Read a private bank, and put its records among those of the book; return what is in one.

    A record whose id is taken is a fault (B106), and so is whatever in the folder is no part of a bank.
    """
    bank = Reading(folder)
    if reason := _misplaced(book.folder, folder):
        book.faults.append(Diagnostic("B126", reason, Place(bank.name), "name the folder of a private bank, which lies outside the book"))
        return own
    read_folder, read_file = readers
    for pattern in (f"{QUESTIONS}/*.yaml", f"{QUESTIONS}/*/*.yaml"):
        read_folder(bank, pattern, model.Question)
    for name, kind in FOLDERS.items():
        read_folder(bank, f"{name}/*.yaml", kind)
    asked = read_file(bank, folder / "exposure.yaml", Exposure) if (folder / "exposure.yaml").exists() else None
    drawings, shown = dict(pictures.drawings(bank)), dict(pictures.rasters(bank, None))
    _strays(bank)
    bank.records.pop("exposure", None)
    bank.origins.pop(("exposure", "exposure"), None)
    _for_hiring_teams(bank)
    outline = _placed(bank, own.outline)
    _merge(book, bank)
    for name in shown.keys() & own.pictures.keys():
        place, hint = Place(bank.shown(folder / name)), "rename it: the book has a picture of that name"
        book.faults.append(Diagnostic("B106", f"picture '{name}' is already taken", place, hint))
    exposure = Exposure(asked=(*own.exposure.asked, *(asked.asked if asked else ())))
    return Whole(outline, exposure, {**drawings, **own.drawings}, {**shown, **own.pictures}, frozenset(bank.origins))


def _misplaced(book: Path, folder: Path) -> str:
    """Say why a folder cannot be a private bank, or nothing."""
    if not folder.is_dir():
        return "no private bank here: no such folder"
    inside = Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(book))
    return "the private bank lies inside the book: whoever gets the book gets it too" if inside else ""


def _for_hiring_teams(bank: Reading) -> None:
    """Take questions and chapters as those for hiring teams; one that says that it is public is a fault."""
    for kind in ("question", "chapter"):
        records = bank.records.get(kind, {})
        for name, record in records.items():
            if "audience" in record.model_fields_set and record.audience != "kit":
                origin, hint = bank.origins[kind, name], "delete the line, or move the file into the book"
                message = f"{kind} '{name}' of a private bank is public"
                bank.faults.append(at(origin.source, "B120", message, origin.place(("audience",)), hint))
            records[name] = record.model_copy(update={"audience": "kit"})


def _placed(bank: Reading, outline: Outline) -> Outline:
    """Return the outline with the bank's questions at the ends of their sections, or of the last, and its chapters behind the forms."""
    added: dict[str, list[str]] = {}
    known = [division.id for division in outline.sections]
    for name in bank.records.get("question", {}):
        origin = bank.origins["question", name]
        home = origin.source.path.split("/")[-2]
        if home == QUESTIONS and QUESTIONS not in known and known:
            home = known[-1]
        if home not in known:
            hint = nearest(home, known)
            bank.faults.append(at(origin.source, "B121", f"the book has no section '{home}'", origin.place(("id",)), hint))
        added.setdefault(home, []).append(name)
    sections = (
        each.model_copy(update={"questions": tuple(dict.fromkeys((*each.questions, *added.get(each.id, ()))))}) for each in outline.sections
    )
    chapters = [name for name in bank.records.get("chapter", {}) if name not in outline.kit_front]
    back = tuple(dict.fromkeys((*outline.kit_back, *chapters)))
    return outline.model_copy(update={"sections": tuple(sections), "kit_back": back})


def _merge(book: Reading, bank: Reading) -> None:
    """Put the bank's records among the book's; an id that is taken is a fault, and the book's record stays."""
    clashing = []
    for kind, records in bank.records.items():
        for name, record in records.items():
            if not book.keep(record, bank.origins[kind, name]):
                clashing.append((kind, name))
    for each in clashing:
        del bank.origins[each]
    book.faults += bank.faults
    book.refused |= bank.refused


def _strays(bank: Reading) -> None:
    """Report what stands in the folder and is no part of a bank: nobody shall believe that it is read."""
    names = [QUESTIONS, *FOLDERS, "exposure.yaml"]
    for folder, _, files in os.walk(bank.folder):
        for path in (Path(folder, name) for name in sorted(files)):
            within = path.relative_to(bank.folder)
            if path in bank.files or is_stray(within) or path.suffix.lower() not in (".yaml", ".yml"):
                continue
            hint = nearest(within.parts[0], names) if path.suffix == ".yaml" else "end its name in .yaml"
            bank.faults.append(Diagnostic("B122", "this file is no part of a private bank", Place(bank.shown(path)), hint))
