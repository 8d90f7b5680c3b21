"""The small book, read once for a run of tests and built once for all its workers."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import buildwork
import pytest

from pipeline import editions, release, theme
from pipeline.flow import Request, build, load_and_check
from pipeline.flow.inputs import inputs_of, modified
from pipeline.model import Book
from pipeline.publication import Publication
from pipeline.work import cache

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


@pytest.fixture
def forgetful() -> Iterator[None]:
    """A process that remembers nothing of what it made before, and nothing of the test after it."""
    cache.forget()
    yield
    cache.forget()


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
def warm(shared: Path, built: Path) -> Path:
    """A cache folder that remembers the small book, with all its editions and with the study edition on A4 alone.

    All workers of one run share it; copy it to change it.
    """
    _built(buildwork.book, shared / "alone", shared / "cache")
    return shared / "cache"


@pytest.fixture
def place(tmp_path: Path, warm: Path) -> Path:
    """A folder with the small book, and with a cache that remembers it."""
    buildwork.book(tmp_path / "book")
    shutil.copytree(warm, tmp_path / "cache")
    return tmp_path


@pytest.fixture(scope="session")
def built(shared: Path) -> Path:
    """The release of the small book: every edition, in PDF on each paper and as EPUB."""
    return _built(partial(shutil.copytree, SMALL), shared / "small", shared / "cache")


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


def _built(write: Callable[[Path], object], place: Path, cache: Path) -> Path:
    """Write a book and build it, in a process that knows nothing yet: its cache has all that a build remembers."""
    output = place / "output"
    with release.lock(place / "turn", print):
        if not (output / "guides").exists():
            write(place / "book")
            # All workers of the tests wait for it, and leave it their cores.
            arguments = ("--book", place / "book", "--output", output, "--jobs", "2")
            done = buildwork.run("build", *arguments, env=buildwork.environment(cache))
            assert done.returncode == 0, done.stderr
    return (output / "guides").resolve()


def _build(request: Request) -> Path:
    """Build a book; a worker that comes second waits for the first and finds the release standing."""
    with release.lock(request.output / "turn", print):
        standing, _ = release.read(request.output)
        return standing.folder if standing is not None else build(request, lambda _: None).release.folder
