"""Options that several commands take, and the book that one of them names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.diagnostics import BookError

if TYPE_CHECKING:
    from pipeline.model import Book

BOOK = click.option(
    "--book", type=click.Path(path_type=Path, file_okay=False), default=Path("content"), show_default=True, metavar="DIR",
    help="Folder that holds book.yaml.",
)  # fmt: skip
THEME = click.option(
    "--theme", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR",
    help="Folder of a theme, over the package's own and below the book's: theme.yaml, style sheets, labels, templates.",
)  # fmt: skip
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("output"), show_default=True, metavar="DIR",
    help="Folder that guides are published in.",
)  # fmt: skip
STORE = click.option(
    "--store", type=click.Path(path_type=Path, file_okay=False), default=None, envvar="GUIDEPRESS_STORE", metavar="DIR",
    help="Folder of what is remembered between builds; several machines may share it.  [default: your cache folder]",
)  # fmt: skip


def read_book(folder: Path) -> Book:
    """Return the valid records of a book. Raises BookError when there is no book at all."""
    from pipeline.flow import load_and_check

    book, faults = load_and_check(folder)
    if book is None:
        raise BookError(*faults)
    return book
