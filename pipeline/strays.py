"""Tell the files of a book, or of a theme, from what editors and systems leave beside them."""

from __future__ import annotations

from pathlib import PurePath

SUFFIXES = frozenset({".bak", ".orig", ".rej", ".swo", ".swp", ".swx", ".tmp"})
VIM_PROBE = "4913"
"""A file that Vim makes and removes, to see whether it may."""
JETBRAINS = ("___jb_tmp___", "___jb_old___")


def is_stray(path: PurePath) -> bool:
    """Tell whether a file, named relative to its folder, is hidden, a copy of an editor's, or compiled code."""
    name = path.name
    return (
        any(part.startswith(".") or part == "__pycache__" for part in path.parts)
        or name.endswith(("~", *JETBRAINS))
        or (name.startswith("#") and name.endswith("#"))
        or name == VIM_PROBE
        or path.suffix in SUFFIXES
    )
