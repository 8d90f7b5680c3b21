"""Begin a book in an empty folder: one of everything, to be written over; or what an import does not write."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline import theme
from pipeline.authoring.schemas import schema_files
from pipeline.bring.haul import Losses
from pipeline.bring.shelf import Shelf, slug
from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.model.fields import LANGUAGE

SAMPLE, OUTLINE = "book", "book.yaml"
AROUND: Final = ("teams/", "words.txt", ".vscode/", ".gitignore")
"""What a book of questions that were imported gets of it."""
SPARED: Final = frozenset({".git", ".DS_Store"})
"""What may lie in a folder that is empty."""


def refuse(folder: Path, lang: str) -> None:
    """Raise BookError where no book can begin: the folder is not empty, or nobody has written labels of the language."""
    name = folder.as_posix().rstrip("/") or "."
    others = sorted(path.name for path in folder.iterdir() if path.name not in SPARED) if folder.is_dir() else []
    if others:
        hint = "name a folder that is empty, or not there yet; to add to a book, use 'guidepress add'"
        raise BookError(Diagnostic("N101", f"the folder is not empty: it holds {', '.join(others[:3])}", Place(name), hint))
    if not re.fullmatch(LANGUAGE, lang):
        hint = "write it as en, en-US, or zh-Hans: small letters, and after a hyphen a capital"
        raise BookError(Diagnostic("N102", f"'{lang}' is no tag of a language", Place(name), hint))
    try:
        theme.labels(lang)
    except BookError as error:
        raise BookError(*(replace(fault, place=Place(name)) for fault in error.diagnostics)) from error


def begin(folder: Path, lang: str, date: str, *, imported: bool = False) -> int:
    """Write the files of a new book; of one that was imported, those around it. Return how many there are, schemas apart.

    ``refuse`` has been asked before. Each file is written whole, book.yaml last.
    """
    name = slug(folder.absolute().name, "book")
    files = filled(SAMPLE, {"id": name, "slug": name, "lang": lang, "date": date})
    chosen = {path: text for path, text in files.items() if not imported or path.startswith(AROUND)}
    shelf = Shelf(folder, "ask", Losses())
    shelf.writes |= dict(sorted(chosen.items(), key=lambda file: file[0] == OUTLINE))
    shelf.write()
    write_schemas(folder)
    return len(chosen)


def write_schemas(folder: Path) -> int:
    """Write the schemas of all kinds of files into a book where they are not as they are now; return how many were written.

    Raises BookError when there is no book.
    """
    shelf = Shelf(folder, "ask", Losses())
    if shelf.text(OUTLINE) is None:
        raise BookError(Diagnostic("B108", "no book.yaml in this folder", Place(shelf.name), "name the folder of a book"))
    shelf.writes |= {path: text for path, text in schema_files().items() if shelf.text(path) != text}
    shelf.write()
    return len(shelf.writes)


def filled(part: str, blanks: dict[str, str]) -> dict[str, str]:
    """Return the files of a folder of templates by their paths in it, with ``__blanks__`` filled in."""
    root = theme.folder() / part
    found = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8")
        found[path.relative_to(root).as_posix()] = re.sub(r"__([a-z]+)__", lambda blank: blanks[blank[1]], text)
    return found
