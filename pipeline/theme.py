"""Give the theme: style sheets in order, fonts whose digests are asserted, labels, and one digest of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import Formatter
from typing import Literal, ParamSpec, TypeVar, cast

import yaml

from pipeline import slots
from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, ToolError, nearest
from pipeline.strays import is_stray

Medium = Literal["paged", "reflow"]
P = ParamSpec("P")
R = TypeVar("R")
BOOK, MODEL, SPOKEN = "book.yaml", "en", "spoken"
LAYERS: Mapping[Medium, tuple[str, ...]] = {
    "paged": ("tokens", "paged", "base", "sections", "components", "overviews"),
    "reflow": ("reflow",),
}

RULES = (
    Rule("T101", "no labels for the language", "templates/labels/<lang>.yaml holds every word that the templates print."),
    Rule("T102", "missing label", "Every language's file has the labels of the English one; templates print them all."),
    Rule("T103", "label with another blank", "A label has the blanks of the English one, such as {number}, and no others."),
    Rule("T104", "labels cannot be read", "A file of labels is YAML: one mapping from the name of each label to its words."),
)


@dataclass(frozen=True, slots=True)
class Face:
    """A font file: the family and style it is known by, the package that carries it, and its digest."""

    family: str
    weight: int
    style: str
    package: str
    file: str
    sha256: str


SERIF, SANS, CODE, MATH = "Book Serif", "Book Sans", "Book Code", "Book Math"
FACES = (
    Face(SERIF, 400, "normal", "emboss", "SourceSerif4-Regular.ttf", "e5a4ee6a3d87bb9024796be390c6771e2a0eb1883dae25effaf57ca01668e24b"),
    Face(SERIF, 400, "italic", "emboss", "SourceSerif4-It.ttf", "9d2950a8f1da66e21502c35d646a1d2148e79f9ea43fd2158cf02f5232e7f430"),
    Face(SERIF, 700, "normal", "emboss", "SourceSerif4-Bold.ttf", "7cf4f4e1ad74f45058d5bc61716b82560442fbdcd9d3654d2dea96bf6c683d86"),
    Face(SERIF, 700, "italic", "emboss", "SourceSerif4-BoldIt.ttf", "7b215b37f8873f5579f3f8d2ded3ca7c588e2f435cd996605ebfc5befe2cd5eb"),
    Face(SANS, 400, "normal", "emboss", "SourceSans3-Regular.ttf", "4644c81b86ec9caaa76b634889968ed3c4f4f52f054855933acc7c2b21e53b0f"),
    Face(SANS, 400, "italic", "emboss", "SourceSans3-It.ttf", "192afd78f0f54a3c69eaf02d43f4d9a821e9d6110e41d3d25d61a7385cd580e4"),
    Face(SANS, 700, "normal", "emboss", "SourceSans3-Bold.ttf", "9214b9d95e4231c609802815c2646c98174e2102d0d37f88978a7f8e71006e6a"),
    Face(SANS, 700, "italic", "emboss", "SourceSans3-BoldIt.ttf", "7978291fc1bf314db887e0366853b33c5cf2e964c7b95cfb9ce403a6ec46a842"),
    Face(CODE, 400, "normal", "emboss", "SourceCodePro-Regular.ttf", "74bd80d3e42a08517cd7e1108ba3d86f2da29ac0f3065be95e0357956ab9db37"),
    Face(CODE, 700, "normal", "emboss", "SourceCodePro-Bold.ttf", "b2095e0d657e6d28dc32444a9dacabab0c9241d0bf39d96371756cc9bdbc3a5f"),
    Face(MATH, 400, "normal", "ziamath", "STIXTwoMath-Regular.ttf", "8f42cb183a85043a4dc3f8e41ac3821eb27bf178d68ace929ba439523622323c"),
)
ALIASES = ((slots.FOLIO_FACE, SANS), (slots.FACE, SANS), (slots.SERIF_FACE, SERIF))
"""Families that hold page numbers and nothing else, so that binding finds their text."""
_forgetters: list[Callable[[], None]] = []


def remembered(reader: Callable[P, R]) -> Callable[P, R]:
    """Return a reader of the theme's files that reads each of them once until ``forget``; nothing else remembers them."""
    once = cache(reader)
    _forgetters.append(once.cache_clear)
    return cast("Callable[P, R]", once)


def forget() -> None:
    """Read style sheets, labels, and templates anew when they are next asked for: their files have changed."""
    for forget_one in _forgetters:
        forget_one()


def folder() -> Path:
    """Return the folder of templates: inside the installed package, or beside it in a clone."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


def _font_file(face: Face) -> Path:
    """Find a font file without importing the package that carries it: that could take a second, or warn."""
    spec = find_spec(face.package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(face.package)
    return Path(spec.origin).parent / "fonts" / face.file


@cache
def font(face: Face) -> bytes:
    """Return a font file's bytes. Raises ToolError when the file is missing or is not the one the theme was made with."""
    try:
        data = _font_file(face).read_bytes()
    except OSError as error:
        raise ToolError(f"font {face.file} is missing: run 'make' to install package {face.package}") from error
    if hashlib.sha256(data).hexdigest() != face.sha256:
        raise ToolError(f"font {face.file} is not the file this theme was made with: run 'make' to reinstall package {face.package}")
    return data


def font_resources() -> dict[str, bytes]:
    """Return every font file by its resource name."""
    return {f"font/{face.file}": font(face) for face in FACES}


def slot_fonts() -> dict[str, bytes]:
    """Return the font files that page numbers are set in."""
    return {f"font/{face.file}": font(face) for _, face in _slot_faces()}


def _slot_faces() -> list[tuple[str, Face]]:
    return [
        (alias, face)
        for alias, family in ALIASES
        for face in FACES
        if face.family == family and (face.weight, face.style) == (400, "normal")
    ]


def font_faces() -> str:
    """Return the @font-face rules of the theme, aliases included."""
    return "\n".join(
        f'@font-face{{font-family:"{family}";src:url(guidepress:font/{face.file});font-weight:{face.weight};font-style:{face.style}}}'
        for family, face in [*((face.family, face) for face in FACES), *_slot_faces()]
    )


@remembered
def stylesheet(medium: Medium, edition: str, paper: str = "") -> str:
    """Return the style sheet of an edition on a medium; ``paper`` names the page of paged media."""
    styles = folder() / "styles"
    names = [f"{layer}.css" for layer in LAYERS[medium]]
    names[1:1] = [f"papers/{paper}.css"] if paper else []
    own = styles / "editions" / f"{edition}.css"
    if medium == "paged" and own.is_file():
        names.append(f"editions/{edition}.css")
    text = "\n".join((styles / name).read_text(encoding="utf-8") for name in names)
    return f"{font_faces()}\n{text}" if medium == "paged" else text


@remembered
def narrow() -> str:
    """Return the style sheet of narrow screens, a file of its own: an engine that cannot read it loses nothing else."""
    return (folder() / "styles" / "narrow.css").read_text(encoding="utf-8")


@remembered
def labels(lang: str) -> Mapping[str, str]:
    """Return the words of a language; ``en-US`` falls back to ``en``. Raises BookError when they are not all there."""
    for name in dict.fromkeys((lang, lang.split("-")[0])):
        path = folder() / "labels" / f"{name}.yaml"
        if path.is_file():
            return _like(_words(path), _words(folder() / "labels" / f"{MODEL}.yaml"), path)
    raise BookError(Diagnostic("T101", f"no labels for language '{lang}'", Place(BOOK), _known_languages(lang)))


@remembered
def spoken(lang: str) -> Mapping[str, str]:
    """Return the words in which a language speaks formulas. Raises BookError when they are not all there."""
    path = folder() / "labels" / f"{SPOKEN}.{lang.split('-')[0]}.yaml"
    if not path.is_file():
        hint = f"write templates/labels/{path.name}"
        raise BookError(Diagnostic("T101", f"no spoken formulas for language '{lang}'", Place(BOOK), hint))
    return _like(_words(path), _words(path.with_name(f"{SPOKEN}.{MODEL}.yaml")), path)


def _known_languages(lang: str) -> str:
    names = [path.stem for path in (folder() / "labels").glob("*.yaml") if not path.stem.startswith(f"{SPOKEN}.")]
    return f"{nearest(lang, names)}, or write templates/labels/{lang}.yaml"


def _words(path: Path) -> Mapping[str, str]:
    try:
        words = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BookError(_fault("T104", f"not a file of labels: {' '.join(str(error).split())}", path, "mend the YAML")) from error
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise BookError(_fault("T104", "not one mapping from names to words", path, "write 'name: words' on each line"))
    return words


@remembered
def words_digest(lang: str) -> str:
    """Digest all words of a language."""
    return hashlib.sha256(repr((sorted(labels(lang).items()), sorted(spoken(lang).items()))).encode()).hexdigest()


def _like(words: Mapping[str, str], model: Mapping[str, str], path: Path) -> Mapping[str, str]:
    """Return words that have the names and the blanks of the model's. Raises BookError with all that differ."""
    faults = [_fault("T102", f"label '{name}' is missing", path, f"add '{name}:'") for name in model if name not in words]
    for name in model.keys() & words.keys():
        if _blanks(words[name]) - _blanks(model[name]):
            known = " and ".join(sorted(f"{{{blank}}}" for blank in _blanks(model[name]))) or "none"
            faults.append(_fault("T103", f"label '{name}' has a blank that is not filled in: {words[name]}", path, f"use {known}"))
    if faults:
        raise BookError(*sorted(faults, key=lambda fault: (fault.code, fault.message)))
    return words


def _blanks(words: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(words) if name is not None}
    except ValueError:  # a brace without its partner
        return {words}


def _fault(code: str, message: str, path: Path, hint: str) -> Diagnostic:
    return Diagnostic(code, message, Place(f"templates/labels/{path.name}"), hint)


def digest() -> str:
    """Return the digest of every template, style sheet, label, and font of the theme."""
    total = hashlib.sha256()
    root = folder()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not is_stray(p.relative_to(root))):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    for face in FACES:
        total.update(face.sha256.encode())
    return total.hexdigest()
