"""Load a book: the valid records, and every fault, none twice."""

from __future__ import annotations

import os
from functools import lru_cache, partial
from pathlib import Path, PurePath
from typing import TypeVar

from pydantic import ValidationError

from pipeline import markup, model, source, theme
from pipeline.diagnostics import Diagnostic, Place, nearest, ordered
from pipeline.load import diagnosing, layers, pictures, private_bank
from pipeline.load.audience import is_withheld
from pipeline.load.diagnosing import Reading, at, diagnose
from pipeline.model import Book, Keys, Origin, Record
from pipeline.source import Source, is_stray

__all__ = ["RULES", "is_withheld", "load_book", "load_editions"]

RULES = (*diagnosing.RULES, *private_bank.RULES)
QUESTIONS = "questions"
MOST = 100
"""Faults of one record that are said; after these nobody reads on."""
FOLDERS: dict[str, type[Record]] = {
    "chapters": model.Chapter,
    "boxes": model.Box,
    "figures": model.Figure,
    "editions": model.Edition,
    "teams": model.Team,
    "roles": model.Role,
    "plans": model.Plan,
}
LISTS: dict[str, type[Record]] = {"glossary": model.Glossary, "formulas": model.FormulaSheet, "sources": model.Works}
R = TypeVar("R", bound=Record)


def load_book(
    folder: Path, theme: Path | None = None, bank: Path | None = None, plan: str = "", team: str = ""
) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """Read all files of a book, and of a theme and a private bank that were named for it; ``team``: for one, and no other team.

    ``plan`` names a plan that stands in the place of those that editions name. Returns the book of the valid records
    (None when ``book.yaml`` itself is refused) and every fault, sorted by place; stray files are told with all teams alone.
    """
    reading = Reading(folder)
    if not (folder / "book.yaml").exists():
        return None, (_no_book(reading),)
    outline = _one(reading, folder / "book.yaml", model.Outline)
    _files(reading, "questions/*.yaml", model.Question)
    _files(reading, "questions/*/*.yaml", model.Question)
    for name, kind in FOLDERS.items():
        _files(reading, f"{name}/{team if team and kind is model.Team else '*'}.yaml", kind)
    for name, kind in LISTS.items():
        _listed(reading, folder / f"{name}.yaml", kind)
    ignores = _one(reading, folder / "ignore.yaml", model.Ignores) if (folder / "ignore.yaml").exists() else None
    exposure = _one(reading, folder / "exposure.yaml", model.Exposure) if (folder / "exposure.yaml").exists() else None
    drawings, logos, shown = dict(pictures.drawings(reading)), dict(pictures.logos(reading)), dict(pictures.rasters(reading, outline))
    found = layers.layers(reading, theme)
    if not team:
        _strays(reading)
    if outline is None:
        return None, ordered(reading.faults)
    outline = _in_order(reading, outline)
    _sections(reading, outline)
    whole = private_bank.Whole(outline, exposure or model.Exposure(), drawings, shown)
    if bank is not None:
        whole = private_bank.join(reading, bank, whole, (_files, _one))
    outline = whole.outline
    _complete(reading, outline, (plan, team), whole.private)
    previous, got = _previous(reading, outline), reading.records.get
    book = Book(outline, got("question", {}), got("chapter", {}), got("box", {}), got("figure", {}), whole.drawings,
                got("term", {}), got("formula", {}), got("work", {}), got("edition", {}), got("team", {}),
                got("role", {}), got("plan", {}), whole.exposure, logos,
                ignores.ignore if ignores else (), reading.origins, frozenset(reading.refused), _words(reading), found, whole.pictures,
                _writing(reading, outline), previous, whole.private)  # fmt: skip
    return book, ordered(reading.faults)


def _previous(reading: Reading, outline: model.Outline) -> model.Kept | None:
    """Read the manifest of the last version, if the book names one."""
    if outline.previous is None:
        return None
    path, origin = reading.folder / outline.previous, reading.origins["outline", outline.id]
    data = reading.take(partial(source.octets, limit=model.LARGEST_MANIFEST), path)
    try:
        found = model.kept(data) if data is not None else None
        if found is not None and found.book.id != outline.id:
            raise ValueError(f"it is of another book, '{found.book.id}'")
    except ValueError as error:
        hint = f"copy the manifest.json of the last release to {reading.shown(path)}"
        reading.faults.append(at(origin.source, "B119", f"{outline.previous}: {error}", origin.place(("previous",)), hint))
        return None
    return found


def _writing(reading: Reading, outline: model.Outline) -> model.Writing:
    records = (outline, *(record for kind in reading.records.values() for record in kind.values()))
    return theme.writing(outline.lang, "".join(text for record in records for text in model.texts(record)))


def _no_book(reading: Reading) -> Diagnostic:
    near = sorted(path for path in reading.folder.glob("*.*") if _meant(PurePath(path.name)) == PurePath("book.yaml"))
    place = Place(reading.shown(near[0]) if near else reading.name)
    hint = f"rename {near[0].name} to book.yaml" if near else "name the book's folder with --book DIR"
    return Diagnostic("B108", "no book.yaml in this folder", place, hint)


def load_editions(folder: Path, theme: Path | None = None) -> tuple[tuple[model.Edition, ...], tuple[model.Layer, ...]]:
    """Read the editions of a book, and the layers of its look, and nothing else; what is at fault is left out."""
    reading = Reading(folder)
    _files(reading, "editions/*.yaml", model.Edition)
    _package_editions(reading)
    return tuple(reading.records.get("edition", {}).values()), layers.layers(reading, theme)


def _in_order(reading: Reading, outline: model.Outline) -> model.Outline:
    """Return the outline with its sections: those that it lists, or else a section for each folder of questions, by name."""
    if outline.sections:
        return outline
    folders: dict[str, list[str]] = {}
    for question in reading.records.get("question", {}).values():
        folders.setdefault(reading.origins["question", question.id].source.path.split("/")[-2], []).append(question.id)
    divisions = []
    for name, members in sorted(folders.items()):
        of_all = name == QUESTIONS
        title = outline.title if of_all else name.replace("-", " ").replace("_", " ").strip().capitalize() or name
        divisions.append(model.Division(id=name if of_all else model.slug(name, QUESTIONS), title=title, questions=tuple(members)))
    return outline.model_copy(update={"sections": tuple(divisions)})


def _package_editions(reading: Reading) -> None:
    """Keep the package's own editions, for study and for practice, where a book has none."""
    if reading.records.get("edition") or any(kind == "edition" for kind, _ in reading.refused):
        return
    for path in sorted((theme.folder() / "editions").glob("*.yaml")):
        read = source.read(path, f"templates/editions/{path.name}")
        reading.keep(model.Edition.model_validate(read.value(())), Origin(read))


def _package_chapters(reading: Reading, outline: model.Outline) -> None:
    """Keep the package's own chapters for hiring teams, which name one another, unless a book lists none or writes its own."""
    known = reading.records.setdefault("chapter", {})
    folder = theme.folder() / "chapters" / outline.lang.partition("-")[0]
    for path in sorted(folder.glob("*.yaml")) if outline.kit_front or outline.kit_back else ():
        if path.stem not in known and ("chapter", path.stem) not in reading.refused:
            read = source.read(path, f"templates/chapters/{folder.name}/{path.name}")
            reading.keep(model.Chapter.model_validate(read.value(())), Origin(read))


def _complete(reading: Reading, outline: model.Outline, wanted: tuple[str, str], private: frozenset[tuple[str, str]]) -> None:
    """Add what a book need not write itself, and make editions of their plans, or of the one that is wanted for a team."""
    _package_editions(reading)
    _package_chapters(reading, outline)
    _planned(reading, wanted[0], private)
    _leave_out(reading, *wanted)
    _of_forms(reading)


def _planned(reading: Reading, plan: str, private: frozenset[tuple[str, str]]) -> None:
    """Make editions that are made of a plan of another one.

    Of what a private bank plans, candidates are told nothing: their editions of a plan are left out then.
    """
    editions = reading.records.get("edition", {})
    for name, edition in tuple(editions.items()) if plan else ():
        if edition.plan and edition.audience == "candidate" and ("plan", plan) in private:
            del editions[name]
        elif edition.plan:
            editions[name] = edition.model_copy(update={"plan": plan})


def _leave_out(reading: Reading, wanted: str, team: str) -> None:
    """Leave out editions for hiring teams whose plan is in no bank that was named: a team says that its private bank has it.

    With one team alone nothing is known of the others' plans. The plan that is wanted is missed where it is not there.
    """
    plans, editions = reading.records.get("plan", {}), reading.records.get("edition", {})
    elsewhere = {each.plan for each in reading.records.get("team", {}).values() if each.bank} - {wanted}
    for name, edition in tuple(editions.items()):
        is_apart = edition.plan and edition.plan not in (wanted, *plans) and (edition.plan in elsewhere or team)
        if is_apart and edition.audience == "kit":
            del editions[name]
            reading.refused.add(("edition", name))


def _of_forms(reading: Reading) -> None:
    """Put one edition for each form of its plan in the place of an edition for hiring teams that is made of a plan."""
    plans = reading.records.get("plan", {})
    editions = reading.records.get("edition", {})
    for name, edition in tuple(editions.items()):
        if edition.plan in plans and edition.audience == "kit":
            origin = reading.origins["edition", name]
            del editions[name]
            for form in plans[edition.plan].forms:
                made = edition.of_form(form.id)
                editions[made.id], reading.origins["edition", made.id] = made, origin


def _one(reading: Reading, path: Path, kind: type[R]) -> R | None:
    """Read the record that fills a whole file."""
    read = reading.read(path)
    if read is None:
        reading.refused.add((kind.__name__.lower(), path.stem))
        return None
    record = _validate(reading, read, (), kind)
    return record if record is not None and reading.keep(record, Origin(read)) else None


def _files(reading: Reading, pattern: str, kind: type[Record]) -> None:
    """Read a folder of records, one to a file, the file named after the id."""
    for path in sorted(p for p in reading.folder.glob(pattern) if not is_stray(p.relative_to(reading.folder))):
        record = _one(reading, path, kind)
        name = model.identity(record) if record is not None else path.stem
        if name != path.stem:
            origin = reading.origins[kind.__name__.lower(), name]
            hint = f"rename the file to {name}.yaml, or mend the id"
            reading.faults.append(at(origin.source, "B107", f"id '{name}' stands in {path.name}", origin.place(("id",)), hint))


def _listed(reading: Reading, path: Path, kind: type[Record]) -> None:
    """Read a file that lists records under one key, and keep the valid ones even when others are refused."""
    if not path.exists():
        return
    read = reading.read(path)
    if read is None:
        reading.refused.add((kind.__name__.lower(), path.stem))
        return
    ((key, annotation),) = ((name, f.annotation) for name, f in kind.model_fields.items())
    element = annotation.__args__[0]  # type: ignore[union-attr]
    items = read.root.child(key)
    if items is None or items.style != "[" or len(read.root.value) != 1:
        _validate(reading, read, (), kind)
        return
    for index in range(len(items.value)):
        record = _validate(reading, read, (key, index), element)
        if record is not None:
            reading.keep(record, Origin(read, (key, index)))


def _validate(reading: Reading, read: Source, keys: Keys, kind: type[R]) -> R | None:
    try:
        record: R = _record(read.text, read.path, keys, kind)
        return record
    except ValidationError as error:
        reading.faults.extend(diagnose(read, keys, item, kind) for item in error.errors(include_url=False)[:MOST])
        data = read.value(keys)
        name = (data.get("id") or data.get("key")) if isinstance(data, dict) else None
        reading.refused.add((kind.__name__.lower(), str(name or Path(read.path).stem)))
        return None


@lru_cache(maxsize=4096)
def _record(written: str, name: str, keys: Keys, kind: type[R]) -> R:
    """Return a record of a file, which bears the file's name where it has no id. Raises ValidationError."""
    value = source.parse(written, name).value(keys)
    if not keys and isinstance(value, dict) and "id" in kind.model_fields and kind is not model.Outline:
        value = {"id": Path(name).stem, **value}
    return kind.model_validate(value)


def _words(reading: Reading) -> frozenset[str]:
    """Read the book's own words, one to a line; a line that begins with # is a comment."""
    path = reading.folder / "words.txt"
    words = reading.take(source.text, path) if path.exists() else None
    return frozenset(line.strip() for line in (words or "").split("\n") if not line.startswith("#")) - {""}


def _sections(reading: Reading, outline: model.Outline) -> None:
    """Report questions that stand in the folder of another section; those that stand in none may be of any."""
    home: dict[str, str] = {}
    for division in outline.sections:
        for name in division.questions:
            home.setdefault(name, division.id)
    for question in reading.records.get("question", {}).values():
        origin = reading.origins["question", question.id]
        folder = origin.source.path.split("/")[-2]
        if home.get(question.id, folder) != folder and folder != QUESTIONS:
            message = f"question '{question.id}' belongs to section '{home[question.id]}', and stands in questions/{folder}/"
            hint = f"move the file to questions/{home[question.id]}/"
            reading.faults.append(at(origin.source, "B110", message, origin.place(("id",)), hint))


def _strays(reading: Reading) -> None:
    """Report files that stand where nothing is read: those whose name is nearly one that is looked for, and other YAML files."""
    for folder, folders, names in os.walk(reading.folder):
        for path in (Path(folder, name) for name in (*names, *folders)):
            within = path.relative_to(reading.folder)
            if not is_stray(within) and not _is_name(path.name):
                fault = Diagnostic("B118", "the name of this file is no plain text", Place(reading.shown(path)), "rename it")
                reading.faults.append(fault)
            if path.name in folders or path in reading.files or is_stray(within):
                continue
            if meant := _meant(within):
                reading.refused.add(_record_in(meant))
                hint = f"rename it to {meant}" if meant.parts[:-1] != within.parts[:-1] else f"rename it to {meant.name}"
                fault = Diagnostic("B118", f"this file is not read: {meant} is looked for", Place(reading.shown(path)), hint)
                reading.faults.append(fault)
            elif path.suffix.lower() in (".yaml", ".yml"):
                hint = nearest(within.parts[0], _known()) if path.suffix == ".yaml" else "end its name in .yaml"
                reading.faults.append(Diagnostic("B113", "this file is not read", Place(reading.shown(path)), hint, "warning"))


def _is_name(name: str) -> bool:
    """Tell whether the name of a file can be printed; bytes that are not UTF-8 come as surrogates."""
    return name.isprintable() and not markup.FORBIDDEN.search(name)


def _meant(within: PurePath) -> PurePath | None:
    """Return the name under which a file would be read, where its own differs in the case of letters, or ends in ``.yml``."""
    meant = PurePath(within.as_posix().lower())
    meant = meant.with_suffix(".yaml") if meant.suffix == ".yml" else meant
    places = ("questions/*/*.yaml", "figures/*.svg", "theme/theme.yaml", "theme/paged.css", "theme/reflow.css", "words.txt",
              *(f"{name}/*.yaml" for name in FOLDERS), *(name for name in _known() if name.endswith(".yaml")))  # fmt: skip
    found = any(len(meant.parts) == place.count("/") + 1 and meant.match(place) for place in places)
    return meant if found and meant != within else None


def _record_in(path: PurePath) -> tuple[str, str]:
    """Return the kind and the name of the record that a file holds, as it is called among those that are refused."""
    kinds: dict[str, type[Record]] = {"questions": model.Question, **FOLDERS, **LISTS}
    kind = "drawing" if path.suffix == ".svg" else kinds.get(path.parts[0].removesuffix(".yaml"), model.Outline).__name__.lower()
    return kind, path.stem


def _known() -> list[str]:
    return ["book.yaml", "ignore.yaml", "exposure.yaml", "questions", *FOLDERS, "theme", *(f"{name}.yaml" for name in LISTS)]
