"""Give the theme: style sheets in order, fonts whose digests are asserted, labels, and one digest of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml

from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, ToolError

Medium = Literal["paged", "reflow"]
SPOKEN = "spoken"
LAYERS: Mapping[Medium, tuple[str, ...]] = {
    "paged": ("tokens", "paged", "base", "sections", "components"),
    "reflow": ("reflow",),
}

RULES = (
    Rule("T101", "no labels for the language", "templates/labels/<lang>.yaml holds every word that the templates print."),
    Rule("T102", "missing label", "A template prints a label that the language's file does not have."),
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
ALIASES = (("Book Folio", SANS), ("Book Slot", SANS), ("Book Slot Serif", SERIF))
"""Families that hold page numbers and nothing else, so that binding finds their text."""


def folder() -> Path:
    """Return the folder of templates: inside the installed package, or beside it in a clone."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


@cache
def font(face: Face) -> bytes:
    """Return a font file's bytes. Raises ToolError when the file is missing or is not the one the theme was made with."""
    try:
        path = files(face.package) / "fonts" / face.file
        data = path.read_bytes()
    except (ModuleNotFoundError, OSError) as error:
        raise ToolError(f"font {face.file} is missing: run 'make' to install package {face.package}") from error
    if hashlib.sha256(data).hexdigest() != face.sha256:
        raise ToolError(f"font {face.file} is not the file this theme was made with: run 'make' to reinstall package {face.package}")
    return data


def font_resources() -> dict[str, bytes]:
    """Return every font file by its resource name."""
    return {f"font/{face.file}": font(face) for face in FACES}


def font_faces() -> str:
    """Return the @font-face rules of the theme, aliases included."""
    regular = [(alias, face) for alias, family in ALIASES for face in FACES if face.family == family and (face.weight, face.style) == (400, "normal")]
    return "\n".join(
        f'@font-face{{font-family:"{family}";src:url(guidepress:font/{face.file});font-weight:{face.weight};font-style:{face.style}}}'
        for family, face in [*((face.family, face) for face in FACES), *regular]
    )


@cache
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


@cache
def labels(lang: str) -> Mapping[str, str]:
    """Return the words of a language; ``en-US`` falls back to ``en``. Raises BookError when there is no file for it."""
    for name in dict.fromkeys((lang, lang.split("-")[0])):
        path = folder() / "labels" / f"{name}.yaml"
        if path.is_file():
            return {key: str(value) for key, value in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader).items()}
    fault = Diagnostic("T101", f"no labels for language '{lang}'", Place("book.yaml"), f"write templates/labels/{lang}.yaml")
    raise BookError(fault)


@cache
def spoken(lang: str) -> Mapping[str, str]:
    """Return the words in which a language speaks formulas."""
    path = folder() / "labels" / f"{SPOKEN}.{lang.split('-')[0]}.yaml"
    if not path.is_file():
        raise BookError(Diagnostic("T101", f"no spoken formulas for language '{lang}'", Place("book.yaml"), f"write templates/labels/{path.name}"))
    return {key: str(value) for key, value in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader).items()}


def digest() -> str:
    """Return the digest of every template, style sheet, label, and font of the theme."""
    total = hashlib.sha256()
    root = folder()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    for face in FACES:
        total.update(face.sha256.encode())
    return total.hexdigest()
