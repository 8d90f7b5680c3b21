"""The same book gives the same bytes, wherever, whenever, and however it is built."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from buildwork import PDF, book, bytes_of, command, environment, run

LOCALES = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=+dac_read_search",
             "--ambient-caps=+dac_read_search")  # fmt: skip
"""Another user, who may read what the tests may: the interpreter can stand in a folder that is closed to others."""
EPUB = "guides/study/harbor-watch-study-0.2.0.epub"


@pytest.fixture(scope="session")
def expected(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Digests of a build that remembers everything."""
    return build(tmp_path_factory.mktemp("expected"), warm)


def build(folder: Path, cache: Path, *arguments: str, **variables: str) -> dict[str, str]:
    place = folder / "book" if (folder / "book").exists() else book(folder / "book")
    done = run("build", "--book", place, "--output", folder / "output", *arguments, env=environment(cache, **variables))
    assert done.returncode == 0, done.stderr
    return bytes_of(folder / "output")


def test_a_release_has_what_is_compared_here(expected: dict[str, str]) -> None:
    assert sorted(expected) == [
        "SHA256SUMS", "changes.atom", "guides.sha256", "index.html", "manifest.json", "opds.json", "opds.xml",
        "study/harbor-watch-study-0.2.0-a4.pdf", "study/harbor-watch-study-0.2.0-cover.png",
        "study/harbor-watch-study-0.2.0-kindle.epub", "study/harbor-watch-study-0.2.0-opds.json",
        "study/harbor-watch-study-0.2.0-thumbnail.png", "study/harbor-watch-study-0.2.0.epub", "study/harbor-watch-study-0.2.0.html",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("jobs", "variables"),
    [
        ("1", {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati"}),
        ("2", {"PYTHONHASHSEED": "4242", "TZ": "America/Los_Angeles", "LANG": "C", "LC_ALL": "C", "COLUMNS": "40"}),
    ],
)
def test_folder_zone_locale_hash_seed_and_jobs_leave_no_trace(
    tmp_path: Path, expected: dict[str, str], jobs: str, variables: dict[str, str]
) -> None:
    elsewhere = tmp_path / "another place, with a comma" / "深い"
    assert build(elsewhere, tmp_path / "cold", "--jobs", jobs, **variables) == expected


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A folder that another user can reach: those of the tests are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.slow
def test_another_user_with_another_home_leaves_no_trace(open_home: Path, expected: dict[str, str]) -> None:
    """Root becomes another user; whoever else runs the tests is one already."""
    home, is_root = open_home, os.geteuid() == 0
    place = book(home / "book")
    for path in (home, *home.rglob("*")) if is_root else ():
        os.chown(path, NOBODY, NOBODY)
    done = subprocess.run(
        [*(AS_NOBODY if is_root else ()), *command("build", "--book", place, "--output", home / "output", "--jobs", "1")],
        env=environment(home / "cache", HOME=str(home), USER="nobody", LOGNAME="nobody", TMPDIR=str(home)),
        cwd=home, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert bytes_of(home / "output") == expected
    assert not is_root or {path.stat().st_uid for path in (home / "output").rglob("*")} == {NOBODY}


@pytest.mark.parametrize("locale", [name for name in ("C", "C.utf8", "tr_TR.utf8", "de_DE.utf8") if name in LOCALES])
@pytest.mark.parametrize("seed", ["0", "77"])
def test_what_is_not_laid_out_leaves_no_trace_of_locale_and_hash_seed(
    tmp_path: Path, warm: Path, expected: dict[str, str], locale: str, seed: str
) -> None:
    assert build(tmp_path, warm, LC_ALL=locale, LANG=locale, PYTHONHASHSEED=seed, TZ="Asia/Kathmandu") == expected


def test_the_order_and_the_times_of_files_leave_no_trace(tmp_path: Path, warm: Path, expected: dict[str, str]) -> None:
    scratch = book(tmp_path / "scratch")
    for path in sorted(scratch.rglob("*"), reverse=True):
        target = tmp_path / "book" / path.relative_to(scratch)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            shutil.copyfile(path, target)
    assert build(tmp_path, warm) == expected


def test_source_date_epoch_sets_every_date(tmp_path: Path, warm: Path, expected: dict[str, str]) -> None:
    epoch = dt.datetime(2001, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    variables = {"SOURCE_DATE_EPOCH": str(int(epoch.timestamp()))}
    first = build(tmp_path / "one", warm, **variables)
    assert first == build(tmp_path / "two", warm, **variables, TZ="Pacific/Kiritimati")
    assert first != expected

    output = tmp_path / "one/output"
    with pikepdf.open(output / PDF) as pdf:
        assert str(pdf.docinfo["/ModDate"]).startswith("D:20010203040506")
        assert "2001-02-03T04:05:06" in pdf.Root.Metadata.read_bytes().decode()
    with zipfile.ZipFile(output / EPUB) as epub:
        package = next(epub.read(name).decode() for name in epub.namelist() if name.endswith(".opf"))
        assert '<meta property="dcterms:modified">2001-02-03T04:05:06Z</meta>' in package
    assert "Nothing has changed" in again(tmp_path / "one", warm, **variables)
    assert "Built in" in again(tmp_path / "one", warm)


def again(folder: Path, cache: Path, **variables: str) -> str:
    return run("build", "--book", folder / "book", "--output", folder / "output", env=environment(cache, **variables)).stdout


@pytest.mark.parametrize("value", ["yesterday", "1.5", "9" * 30])
def test_a_source_date_epoch_that_is_no_number_stops_the_build(tmp_path: Path, warm: Path, value: str) -> None:
    book(tmp_path / "book")
    done = run("build", "--book", tmp_path / "book", "--output", tmp_path / "out", env=environment(warm, SOURCE_DATE_EPOCH=value))
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1, f"guidepress: SOURCE_DATE_EPOCH is '{value}': set it to seconds since 1970, or unset it",
    )  # fmt: skip


def test_the_dates_without_it_are_the_book_s(tmp_path: Path, warm: Path) -> None:
    build(tmp_path, warm)
    with pikepdf.open(tmp_path / "output" / PDF) as pdf:
        assert str(pdf.docinfo["/ModDate"]).startswith("D:20261122000000")
