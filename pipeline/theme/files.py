"""Find the package's own files of the theme, and remember what is read of them until they change."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
PACKAGE = Path(__file__).parent.parent
MOST = 512
"""Files and looks that are remembered: more than a build needs."""
_forgetters: list[Callable[[], None]] = []


def remembered(reader: Callable[P, R]) -> Callable[P, R]:
    """Return a reader of the theme's files that reads each of them once until ``forget``; nothing else remembers them."""
    once = lru_cache(maxsize=MOST)(reader)
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
