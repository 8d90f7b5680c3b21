"""The small book, read once for a run of tests and built once for all its workers."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import buildwork
import pytest

from pipeline import editions, release, theme
from pipeline.flow import Request, build, load_and_check
from pipeline.flow.inputs import inputs_of, modified
from pipeline.model import Book
from pipeline.publication import Publication

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # importing ziamath 0.13, which carries a font, warns
    import ziamath  # noqa: F401

CLONE = Path(__file__).parent.parent
SMALL = CLONE / "tests/books/small"
REAL = CLONE / "content"


def read(folder: Path) -> Book:
    book, faults = load_and_check(folder)
    assert book is not None and not [fault for fault in faults if fault.severity == "error"]
    return book


def assembled(book: Book) -> dict[str, Publication]:
    stamp = dt.datetime.fromisoformat(modified(book.outline.date))
    labels = theme.labels(book.outline.lang)
    return {name: editions.assemble(book, edition, labels, stamp) for name, edition in book.editions.items()}


@pytest.fixture(scope="session")
def book() -> Book:
    """The small book."""
    return read(SMALL)


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the theme in use, to change; nothing that was read before is remembered."""
    folder = tmp_path / "templates"
    shutil.copytree(theme.folder(), folder)
    monkeypatch.setattr(theme, "folder", lambda: folder)
    monkeypatch.setattr("pipeline.theme.package_theme.folder", lambda: folder)
    theme.forget()
    yield folder
    monkeypatch.undo()
    theme.forget()


@pytest.fixture(scope="session")
def publications(book: Book) -> Mapping[str, Publication]:
    """Every edition of the small book, assembled."""
    return assembled(book)


@pytest.fixture(scope="session")
def real_publications() -> Mapping[str, Publication]:
    """Every edition of the book in content/, assembled."""
    return assembled(read(REAL))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of one run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that remembers the study edition on A4, which all workers of one run share; copy it to change it."""
    return buildwork.warm_cache(tmp_path_factory)


@pytest.fixture
def place(tmp_path: Path, warm: Path) -> Path:
    """A folder with the small book, and with a cache that remembers its study edition."""
    buildwork.book(tmp_path / "book")
    shutil.copytree(warm, tmp_path / "cache")
    return tmp_path


@pytest.fixture(scope="session")
def built(shared: Path) -> Path:
    """The release of the small book: every edition, in PDF on each paper and as EPUB."""
    return _build(Request(SMALL, shared / "small", jobs=2))


@pytest.fixture(scope="session")
def real_release(shared: Path) -> Path:
    """The release in output/guides when it is what the sources would give now, or else one made for the tests."""
    standing, _ = release.read(CLONE / "output")
    if standing is not None and standing.inputs == inputs_of(Request(REAL, CLONE / "output")) and not release.verify(standing):
        return standing.folder
    return _build(Request(REAL, shared / "real", ("study", "practice"), formats=("pdf", "epub"), jobs=2))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, opened once for each worker."""
    from browser import Browser, chromium  # in tests/readers, whose tests alone ask for it

    opened = Browser(chromium())
    yield opened
    opened.close()


def _build(request: Request) -> Path:
    """Build a book; a worker that comes second waits for the first and finds the release standing."""
    with release.lock(request.output / "turn", print):
        standing, _ = release.read(request.output)
        return standing.folder if standing is not None else build(request, lambda _: None).release.folder
