"""The package's own theme: its files, remembered until they change, and its words, over which layers may say otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import ParamSpec, TypeVar, cast

from pipeline import source
from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, nearest
from pipeline.model import Layer
from pipeline.source import SourceFault, is_stray

P = ParamSpec("P")
R = TypeVar("R")
PACKAGE = Path(__file__).parent.parent
BOOK, THEME, MODEL, SPOKEN = "book.yaml", "theme.yaml", "en", "spoken"
_forgetters: list[Callable[[], None]] = []

RULES = (
    Rule("T101", "no labels for the language", "templates/labels/<lang>.yaml holds every word that the templates print."),
    Rule("T102", "missing label", "Every language's file has the labels of the English one; templates print them all."),
    Rule("T103", "label with another blank", "A label has the blanks of the English one, such as {number}, and no others."),
    Rule("T104", "labels cannot be read", "A file of labels is YAML: one mapping from the name of each label to its words."),
)


def remembered(reader: Callable[P, R]) -> Callable[P, R]:
    """Return a reader of the theme's files that reads each of them once until ``forget``; nothing else remembers them."""
    once = lru_cache(maxsize=512)(reader)
    _forgetters.append(once.cache_clear)
    return cast("Callable[P, R]", once)


def forget() -> None:
    """Read style sheets, labels, and templates anew when they are next asked for: their files have changed."""
    for forget_one in _forgetters:
        forget_one()


def folder() -> Path:
    """Return the folder of templates: inside the installed package, or beside it in a clone."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


@remembered
def package() -> Layer:
    """Return the package's own layer. Its style sheets, labels, and templates are read from its folder when they are needed."""
    return Layer(folder().name, source.read(folder() / THEME, f"{folder().name}/{THEME}").value(()))


@remembered
def style_sheet(name: str) -> str:
    """Return one of the package's style sheets; nothing where there is none of that name."""
    path = folder() / "styles" / f"{name}.css"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@remembered
def font_file(name: str) -> bytes:
    """Return one of the package's own font files; nothing where there is none of that name."""
    path = folder() / name
    return path.read_bytes() if name.startswith("fonts/") and path.is_file() else b""


def has_chapter(name: str) -> bool:
    """Tell whether the package has a chapter of a name; it has them in English only."""
    return (folder() / "chapters" / MODEL / f"{name}.yaml").is_file()


def digest() -> str:
    """Return the digest of every template, style sheet, token, and label of the package's own theme."""
    return files_digest(folder())


def files_digest(root: Path, ending: str = "") -> str:
    """Return the digest of all files in a folder, or of those whose names have an ending."""
    total = hashlib.sha256()
    for path in sorted(p for p in root.rglob(f"*{ending}") if p.is_file() and not is_stray(p.relative_to(root))):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return total.hexdigest()


@remembered
def labels(lang: str, layers: tuple[Layer, ...] = ()) -> Mapping[str, str]:
    """Return the words of a language; ``en-US`` falls back to ``en``. Raises BookError when they are not all there."""
    names = tuple(dict.fromkeys((lang, lang.split("-")[0])))
    found = _merged(names, MODEL, layers)
    if found is None:
        raise BookError(Diagnostic("T101", f"no labels for language '{lang}'", Place(BOOK), _known_languages(lang)))
    return found


@remembered
def spoken(lang: str, layers: tuple[Layer, ...] = ()) -> Mapping[str, str]:
    """Return the words in which a language speaks formulas, or else English does. Raises BookError when they are not all there."""
    names = (f"{SPOKEN}.{lang.split('-')[0]}", f"{SPOKEN}.{MODEL}")
    found = next((words for name in names if (words := _merged((name,), f"{SPOKEN}.{MODEL}", layers)) is not None), None)
    assert found is not None  # the package has English
    return found


@remembered
def words_digest(lang: str, layers: tuple[Layer, ...] = ()) -> str:
    """Digest all words of a language."""
    words = [sorted(each.items()) for each in (labels(lang, layers), spoken(lang, layers))]
    return hashlib.sha256(repr(words).encode()).hexdigest()


def model_words(name: str) -> Mapping[str, str]:
    """Return the English words that a file of labels is held against: those that are spoken, or printed."""
    return of_package(f"{SPOKEN}.{MODEL}" if name.startswith(f"{SPOKEN}.") else MODEL) or {}


def blanks(words: str) -> set[str]:
    """Return the names in braces, which are filled in; of unpaired braces, all the words."""
    try:
        return {name for _, name, _, _ in Formatter().parse(words) if name is not None}
    except ValueError:  # a brace without its partner
        return {words}


def listed_blanks(words: str) -> str:
    """Name the blanks of a label."""
    return " and ".join(sorted(f"{{{blank}}}" for blank in blanks(words))) or "none"


def _merged(names: Sequence[str], model: str, layers: Sequence[Layer]) -> Mapping[str, str] | None:
    """Return the words of the first of these files that the package has, and those of layers over them; None without any.

    Raises BookError where names or blanks differ from the model's.
    """
    own = next((words for name in names if (words := of_package(name)) is not None), None)
    said = [(layer, name) for layer in layers for name in reversed(names) if name in layer.labels]
    over = [(f"{layer.name}/labels/{name}.yaml", layer.labels[name]) for layer, name in said]
    if own is None and not over:
        return None
    words = dict(own or {})
    for _, own_words in over:
        words.update(own_words)
    path = over[-1][0] if over else f"templates/labels/{names[0]}.yaml"
    faults = sorted(_faults(words, of_package(model) or {}, path), key=lambda fault: (fault.code, fault.message))
    if faults:
        raise BookError(*faults)
    return words


@remembered
def of_package(name: str) -> Mapping[str, str] | None:
    """Return the words of one of the package's files. Raises BookError when it is no file of labels."""
    path = folder() / "labels" / f"{name}.yaml"
    return _words(path) if path.is_file() else None


def _known_languages(lang: str) -> str:
    names = [path.stem for path in (folder() / "labels").glob("*.yaml") if not path.stem.startswith(f"{SPOKEN}.")]
    return f"{nearest(lang, names)}, or write templates/labels/{lang}.yaml"


def _words(path: Path) -> Mapping[str, str]:
    shown = f"templates/labels/{path.name}"
    try:
        words = source.read(path, shown).value(())
    except SourceFault as fault:
        message, hint = f"not a file of labels: {fault.diagnostic.message}", fault.diagnostic.hint
        raise BookError(Diagnostic("T104", message, fault.diagnostic.place, hint)) from fault
    if not is_words(words):
        raise BookError(Diagnostic("T104", "not one mapping from names to words", Place(shown), "write 'name: words' on each line"))
    return dict(words)


def is_words(value: object) -> bool:
    """Tell whether a file of labels holds what it should: words by name."""
    return isinstance(value, dict) and all(isinstance(word, str) for word in value.values())


def _faults(words: Mapping[str, str], model: Mapping[str, str], path: str) -> Iterator[Diagnostic]:
    for name, like in model.items():
        if name not in words:
            yield Diagnostic("T102", f"label '{name}' is missing", Place(path), f"add '{name}:'")
        elif blanks(words[name]) - blanks(like):
            message = f"label '{name}' has a blank that is not filled in: {words[name]}"
            yield Diagnostic("T103", message, Place(path), f"use {listed_blanks(like)}")
