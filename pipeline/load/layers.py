"""Read the layers of a book's look: a theme named for it, and the book's own, each checked before anything uses it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline import brand, theme
from pipeline.diagnostics import Diagnostic, Place, nearest
from pipeline.load import pictures, styles, typefaces
from pipeline.load.diagnosing import at, diagnose
from pipeline.load.reading import Reading
from pipeline.model import Layer, Tokens
from pipeline.source import Source, is_stray

FOLDER, TEMPLATES = "theme", "templates"
Below = tuple[Layer, ...]


def layers(reading: Reading, named: Path | None) -> Below:
    """Return the layers over the package's own that hold no fault: of the folder that was named, then of the book."""
    found: Below = ()
    if named is not None:
        apart = Reading(named, named.as_posix().rstrip("/"))
        if named.is_dir():
            found = _layer(apart, named, (), templates=True)
        else:
            apart.faults.append(Diagnostic("T105", "no such folder", Place(apart.name), "name a folder that holds theme.yaml"))
        reading.faults += apart.faults
        reading.refused |= apart.refused
    own = reading.folder / FOLDER
    if own.is_dir():
        found += _layer(reading, own, found, templates=False)
    return found


def _layer(reading: Reading, folder: Path, below: Below, *, templates: bool) -> Below:
    """Read one folder; nothing comes of it when it holds a fault."""
    before = len(reading.faults)
    path = folder / theme.THEME
    read = reading.read(path) if path.exists() else None
    bare = Layer(reading.shown(path).removesuffix(f"/{theme.THEME}"), read.data if read is not None else {})
    files: dict[str, bytes] = {}
    if read is not None:
        files = _checked(reading, read, folder, (*below, bare))
    sheets = dict(styles.sheets(reading, folder))
    _are_of_editions(reading, read, sheets, folder)
    labels = dict(_labels(reading, folder))
    if len(reading.faults) > before:
        reading.refused.add(("theme", bare.name))
        return ()
    own = folder / TEMPLATES if templates and (folder / TEMPLATES).is_dir() else None
    return (Layer(bare.name, bare.values, sheets, labels, files, own, _digest(own) if own else ""),)


def _checked(reading: Reading, read: Source, folder: Path, layers: Below) -> dict[str, bytes]:
    """Check ``theme.yaml`` laid over the layers below it; return the files that it names."""
    found: dict[str, bytes] = {}
    said = read.data.get("editions") if isinstance(read.data, dict) else None
    for edition in ("", *(said if isinstance(said, dict) else ())):
        keys = ("editions", edition) if edition else ()
        try:
            tokens = Tokens.model_validate(_values(read, layers, edition))
        except ValidationError as error:
            reading.faults += [diagnose(read, keys, item, Tokens) for item in error.errors(include_url=False)]
            if not edition:
                break
            continue
        found |= typefaces.files(reading, read, folder, keys, tokens.fonts)
        found |= dict(_cover(reading, read, folder, keys, tokens))
        reading.faults += _accent(read, keys, tokens)
    return found


def _values(read: Source, layers: Below, edition: str) -> Any:
    if not isinstance(read.data, dict):
        return read.data
    whole = theme.merged((theme.package(), *layers), edition)
    return whole if edition else {**whole, "editions": read.data.get("editions", {})}


def _cover(reading: Reading, read: Source, folder: Path, keys: tuple[str, ...], tokens: Tokens) -> Iterator[tuple[str, bytes]]:
    """Yield the picture of a cover that this file names."""
    name = tokens.cover.picture
    if name is None or not read.holds((*keys, "cover", "picture")):
        return
    data = pictures.picture(reading, folder / name, "cover")
    if data is not None:
        yield name, data


def _accent(read: Source, keys: tuple[str, ...], tokens: Tokens) -> Iterator[Diagnostic]:
    accent, where = tokens.palette.accent, (*keys, "palette", "accent")
    if accent and read.holds(where) and (found := brand.contrast(accent, "#ffffff")) < brand.LEAST_CONTRAST:
        message = f"accent {accent} has a contrast of {found:.2f} on white: text needs {brand.LEAST_CONTRAST}"
        yield at(read, "T108", message, read.place(where), f"use {brand.passing(accent)}, the nearest shade that has it")


def _are_of_editions(reading: Reading, read: Source | None, sheets: Mapping[str, str], folder: Path) -> None:
    """Report what a book's own theme says of editions that it does not have; a theme that was named serves many books."""
    if folder == reading.folder:
        return
    known = {name for kind, name in reading.refused if kind == "edition"} | set(reading.records.get("edition", {}))
    if read is not None:
        said = read.data.get("editions") if isinstance(read.data, dict) else None
        for name in sorted(set(said if isinstance(said, dict) else ()) - known):
            place = read.place(("editions", name), of_key=True)
            reading.fault("T109", f"no edition '{name}'", place, nearest(name, known), read)
    for sheet in sheets:
        kind, _, name = sheet.partition("/")
        if name and name not in known:
            place = Place(reading.shown(folder / kind / f"{name}.css"))
            reading.faults.append(Diagnostic("T109", f"no edition '{name}'", place, nearest(name, known)))


def _labels(reading: Reading, folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the labels of each language, and of each that is spoken."""
    for path in sorted(path for path in folder.glob("labels/*.yaml") if not is_stray(path.relative_to(folder))):
        read = reading.read(path)
        if read is None:
            continue
        if theme.is_words(read.data):
            reading.faults += _label_faults(read, path.stem)
            yield path.stem, read.data
        else:
            hint = "write 'name: words' on each line"
            reading.fault("T104", "not one mapping from names to words", read.place(), hint, read)


def _label_faults(read: Source, name: str) -> Iterator[Diagnostic]:
    model = theme.model_words(name)
    for label, words in read.data.items():
        if label not in model:
            yield at(read, "T106", f"no label '{label}'", read.place((label,), of_key=True), nearest(label, model))
        elif theme.blanks(words) - theme.blanks(model[label]):
            message = f"label '{label}' has a blank that is not filled in: {words}"
            yield at(read, "T103", message, read.place((label,)), f"use {theme.listed_blanks(model[label])}")


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*.xhtml") if not is_stray(path.relative_to(folder))):
        total.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return total.hexdigest()
