"""Say how a bank is written: a dialect is a small file of YAML, one of the press's own or an author's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipeline import source
from pipeline.bring.haul import Losses
from pipeline.bring.housestyle import yaml_text
from pipeline.diagnostics import BookError, Diagnostic, nearest
from pipeline.model import LEVELS
from pipeline.source import Source, SourceFault

FOLDER: Final = Path(__file__).parent / "dialects"
ORDER: Final = ("item-headings", "details", "lettered-choices", "bold-lines", "file-per-question", "numbered-headings", "headings",
                "bold-questions", "list-items", "table", "json", "gift", "aiken",
                "moodle", "qti", "anki")  # fmt: skip
"""The press's own dialects, the more special before those that fit much."""
READERS: Final = ("markdown", "table", "json", "gift", "aiken", "moodle", "qti", "anki")
SIGNS: Final = (
    "heading", "numbered heading", "item heading", "item bold", "item options", "item numbered", "item", "details", "bold level",
    "bold number", "bold", "file", *(f"heading {n}" for n in range(1, 7)),
)  # fmt: skip
SECTIONS: Final = ("file", "folder", "topic", "none", *(f"heading {n}" for n in range(1, 7)))
FIELDS: Final = ("ask", "answer", "key_points", "topics", "level", "section", "id", "choices", "correct", "why", "after", "left out")
"""What a part, a fact, or a column may be."""


@dataclass(frozen=True)
class Dialect:
    """How a bank says what is a question, a section, an answer; every field has its key in the file."""

    id: str
    title: str = ""
    reads: str = "markdown"
    files: tuple[str, ...] = ("*.md", "*.markdown")
    skip: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    levels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    marks: tuple[str, ...] = ()
    parts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    labels: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    signs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    code: str = "keep"
    """Whether signs that the press cannot print are changed in code too: keep, or change."""
    text: str = "markdown"
    """What the texts of a table or of JSON hold: markdown, html, or plain."""

    @property
    def written(self) -> str:
        """The dialect as a file, with all that it knows."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "id"}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items() if value}
        return f"# Dialect '{self.id}': docs/importing.md says what each key means.\n{yaml_text(plain)}"


@cache
def known() -> Mapping[str, Dialect]:
    """Return the press's own dialects by id, in the order in which they are tried."""
    losses = Losses()
    found = [_read(FOLDER / f"{name}.yaml", f"dialects/{name}.yaml", losses) for name in ORDER]
    assert not losses.diagnostics, losses.diagnostics
    return {dialect.id: dialect for dialect in found}


def named(name: str) -> Dialect:
    """Return one of the press's own dialects. Raises BookError."""
    dialect = known().get(name)
    if dialect is None:
        raise BookError(Losses.alone("I107", f"no dialect '{name}'", nearest(name, known())))
    return dialect


def from_file(path: Path) -> Dialect:
    """Return the dialect of an author's own file. Raises BookError with all that is wrong with it."""
    losses = Losses()
    dialect = _read(path, path.as_posix(), losses)
    if losses.diagnostics:
        raise BookError(*losses.diagnostics)
    return dialect


def _read(path: Path, name: str, losses: Losses) -> Dialect:
    try:
        read = source.read(path, name)
    except SourceFault as fault:
        raise BookError(fault.diagnostic) from fault
    if read.root.style != "{":
        raise BookError(_at(read, (), "a dialect is a mapping of keys", "write 'question: [heading]' and the like"))
    fields = {field.name: field for field in dataclasses.fields(Dialect)}
    given: dict[str, Any] = {**_words(), "id": path.stem}
    for key, value in read.data.items():
        if key not in fields or key == "id":
            losses.diagnostics.append(_at(read, (key,), f"unknown key '{key[:60]}'", nearest(key, fields), of_key=True))
        elif (shaped := _shaped(value, str(fields[key].type))) is None:
            losses.diagnostics.append(_at(read, (key,), f"'{key}' has the wrong shape", _hint(str(fields[key].type))))
        else:
            given[key] = shaped
    losses.diagnostics += _wrong_words(read, given)
    return Dialect(**given)


@cache
def _words() -> Mapping[str, Any]:
    """Return what every dialect knows unless it says otherwise."""
    data = source.read(FOLDER / "words.yaml", "dialects/words.yaml").data
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _shaped(value: Any, wanted: str) -> Any:
    """Return a value in the shape of its field, or None."""
    if wanted == "str":
        return value if isinstance(value, str) else None
    if wanted.startswith("tuple"):
        items = [value] if isinstance(value, str) else value
        return tuple(items) if isinstance(items, list) and all(isinstance(item, str) for item in items) else None
    return value if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()) else None


def _hint(wanted: str) -> str:
    if wanted == "str":
        return "write one word"
    return "write a list: [one, another]" if wanted.startswith("tuple") else "write 'words: field', one to a line"


def _wrong_words(read: Source, given: Mapping[str, Any]) -> list[Diagnostic]:
    """Return a fault for each word that means nothing."""
    found: list[tuple[tuple[str | int, ...], str, Sequence[str]]] = []
    words: Sequence[str]
    for key, words in (("reads", READERS), ("text", ("markdown", "html", "plain")), ("code", ("keep", "change"))):
        found += [((key,), given[key], words)] if given.get(key, words[0]) not in words else []
    for key, words in (("question", SIGNS), ("section", SECTIONS)):
        found += [((key, n), word, words) for n, word in enumerate(given.get(key, ())) if word not in words]
    for key, words in (("parts", FIELDS), ("facts", FIELDS), ("levels", LEVELS)):
        found += [((key, name), word, words) for name, word in given.get(key, {}).items() if word not in words]
    return [_at(read, keys, f"'{word[:60]}' is not one of the words", nearest(word, words)) for keys, word, words in found]


def _at(read: Source, keys: tuple[str | int, ...], message: str, hint: str, *, of_key: bool = False) -> Diagnostic:
    place = read.place(keys, of_key=of_key)
    return Diagnostic("I107", message, place, hint, line_text=read.line_text(place))
