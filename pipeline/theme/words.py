"""Give the words that the press prints by itself, in a language: the package's, and over these what layers say otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter

from pipeline import source
from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, nearest
from pipeline.model import Layer
from pipeline.source import SourceFault
from pipeline.theme import files
from pipeline.theme.files import remembered

BOOK, MODEL, SPOKEN = "book.yaml", "en", "spoken"

RULES = (
    Rule("T101", "no labels for the language", "templates/labels/<lang>.yaml holds every word that the templates print."),
    Rule("T102", "missing label", "Every language's file has the labels of the English one; templates print them all."),
    Rule("T103", "label with another blank", "A label has the blanks of the English one, such as {number}, and no others."),
    Rule("T104", "labels cannot be read", "A file of labels is YAML: one mapping from the name of each label to its words."),
)


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
    """Return the words in which a language speaks formulas. Raises BookError when they are not all there."""
    name = f"{SPOKEN}.{lang.split('-')[0]}"
    found = _merged((name,), f"{SPOKEN}.{MODEL}", layers)
    if found is None:
        hint = f"write templates/labels/{name}.yaml"
        raise BookError(Diagnostic("T101", f"no spoken formulas for language '{lang}'", Place(BOOK), hint))
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
    """Return the words of the first of these files that the package has, and those of layers over them."""
    own = next((words for name in names if (words := of_package(name)) is not None), None)
    said = [(layer, name) for layer in layers for name in reversed(names) if name in layer.labels]
    over = [(f"{layer.name}/labels/{name}.yaml", layer.labels[name]) for layer, name in said]
    if own is None and not over:
        return None
    words = dict(own or {})
    for _, own_words in over:
        words.update(own_words)
    path = over[-1][0] if over else f"templates/labels/{names[0]}.yaml"
    return _complete(words, of_package(model) or {}, path)


@remembered
def of_package(name: str) -> Mapping[str, str] | None:
    """Return the words of one of the package's files. Raises BookError when it is no file of labels."""
    path = files.folder() / "labels" / f"{name}.yaml"
    return _words(path) if path.is_file() else None


def _known_languages(lang: str) -> str:
    names = [path.stem for path in (files.folder() / "labels").glob("*.yaml") if not path.stem.startswith(f"{SPOKEN}.")]
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


def _complete(words: Mapping[str, str], model: Mapping[str, str], path: str) -> Mapping[str, str]:
    """Return words that have the names and the blanks of the model's. Raises BookError with all that differ."""
    faults = sorted(_faults(words, model, path), key=lambda fault: (fault.code, fault.message))
    if faults:
        raise BookError(*faults)
    return words


def _faults(words: Mapping[str, str], model: Mapping[str, str], path: str) -> Iterator[Diagnostic]:
    for name, like in model.items():
        if name not in words:
            yield Diagnostic("T102", f"label '{name}' is missing", Place(path), f"add '{name}:'")
        elif blanks(words[name]) - blanks(like):
            message = f"label '{name}' has a blank that is not filled in: {words[name]}"
            yield Diagnostic("T103", message, Place(path), f"use {listed_blanks(like)}")
