"""Machines that lack something, or change under a build: it comes to its end, or says in a line why not, and what stood stands."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from buildwork import ROOT, bench, bytes_of, command, edit, environment, run, start
from test_interrupted import as_root, stands_whole

from pipeline.work.store import _packed

pytestmark = pytest.mark.slow
QUESTION = "book/questions/weather-and-watch/falling-glass.yaml"


def arguments(place: Path, *more: str) -> tuple[str | Path, ...]:
    return ("build", "--book", place / "book", "--output", place / "output", *(more or ("--jobs", "1", "--format", "epub")))


def build(place: Path, *more: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments(place, *more), env=environment(place / "cache", **variables))


def ended(done: subprocess.CompletedProcess[str], place: Path) -> None:
    """Find that a build published a whole release, or said why not and published nothing."""
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        stands_whole(place)
    else:
        assert done.stderr.strip()
        assert not (place / "output/guides").exists()


# What a machine lacks


def test_five_builds_at_once_take_turns_and_agree(place: Path) -> None:
    others = [start(*arguments(place), env=environment(place / "cache")) for _ in range(5)]
    said = [each.communicate(timeout=300) for each in others]
    assert [each.returncode for each in others] == [0] * 5, said
    assert all("Traceback" not in errors for _, errors in said)
    stands_whole(place)
    before = bytes_of(place / "output")
    assert build(place).stdout.startswith("Nothing has changed.")
    assert bytes_of(place / "output") == before


@pytest.mark.parametrize("files", [64, pytest.param(24, marks=pytest.mark.soak), 12])
def test_few_open_files_are_enough_or_told(place: Path, files: int) -> None:
    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    done = subprocess.run(command(*arguments(place, "--jobs", "2", "--format", "epub")), env=environment(place / "cache"), text=True,
                          capture_output=True, preexec_fn=lower, timeout=300)  # fmt: skip
    assert done.returncode == 0 or files < 64, done.stderr
    ended(done, place)


@as_root
def test_no_shared_memory_is_no_harm(place: Path) -> None:
    """Nothing can be written below /dev/shm: semaphores and shared memory of Python stand there."""
    script = "mount -t tmpfs -o size=0,nr_inodes=1,mode=000 tmpfs /dev/shm && exec " + '"$@"'
    inside = ["unshare", "--mount", "sh", "-c", script, "sh", *command(*arguments(place, "--jobs", "2", "--format", "epub"))]
    done = subprocess.run(inside, env=environment(place / "cache"), text=True, capture_output=True, timeout=300)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 0, done.stderr
    stands_whole(place)


def test_no_home_is_a_warning(place: Path) -> None:
    env = {name: value for name, value in environment(place / "cache").items() if name != "XDG_CACHE_HOME"}
    done = run(*arguments(place), env=env | {"HOME": str(place / "book/book.yaml/home")})
    assert done.returncode == 0, done.stderr
    assert "warning[R101]: nothing is remembered between builds" in done.stderr
    stands_whole(place)


def test_no_temporary_folder_is_told_in_a_line(place: Path) -> None:
    script = (
        "import sys, tempfile; tempfile.tempdir = '/nonexistent/tmp'; from pipeline.cli.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments(place))], text=True, capture_output=True, timeout=300,
                          env=environment(place / "cache", PYTHONPATH=str(ROOT)))  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("guidepress: ")
    ended(done, place)


def test_a_clock_that_goes_back_rebuilds_what_changed_and_nothing_less(place: Path) -> None:
    assert build(place).returncode == 0
    before = bytes_of(place / "output")
    edit(place / QUESTION, "barometer", "barograph")
    for path in (place / QUESTION, *(place / "output/guides").resolve().iterdir(), *(place / "cache/guidepress").iterdir()):
        os.utime(path, (1, 1), follow_symlinks=False)
    done = build(place)
    assert done.returncode == 0, done.stderr
    assert bytes_of(place / "output") != before
    stands_whole(place)
    later = time.time() + 10_000_000
    for path in (place / QUESTION, *(place / "cache/guidepress").iterdir()):
        os.utime(path, (later, later))
    assert build(place).stdout.startswith("Nothing has changed.")


# What changes meanwhile


def test_a_file_that_changes_during_a_build_is_built_anew_by_the_next(place: Path) -> None:
    building = start(*arguments(place), env=environment(place / "cache"))
    for line in building.stderr:
        if line.startswith("render"):
            edit(place / QUESTION, "barometer", "barograph")
            break
    _, errors = building.communicate(timeout=300)
    assert building.returncode == 0, errors
    stands_whole(place)
    done = build(place)
    assert done.returncode == 0 and not done.stdout.startswith("Nothing has changed."), done.stdout
    assert build(place).stdout.startswith("Nothing has changed.")
    epub = next((place / "output/guides/study").glob("*.epub"))
    with zipfile.ZipFile(epub) as archive:
        assert any(b"barograph" in archive.read(name) for name in archive.namelist())


@pytest.mark.soak
def test_a_book_that_goes_away_during_a_build_harms_nothing(place: Path) -> None:
    building = start(*arguments(place), env=environment(place / "cache"))
    for line in building.stderr:
        if line.startswith("load"):
            shutil.move(place / "book", place / "gone")
            break
    output, errors = building.communicate(timeout=300)
    ended(subprocess.CompletedProcess((), building.returncode, output, errors), place)


# A store that is not what it was


def entries(place: Path) -> list[Path]:
    return sorted((place / "cache/guidepress").glob("*.entry"))


def swapped(place: Path) -> None:
    """Every entry has the bytes of the next."""
    names = entries(place)
    data = [path.read_bytes() for path in names]
    for path, other in zip(names, [*data[1:], data[0]], strict=True):
        path.write_bytes(other)


def truncated(place: Path) -> None:
    for number, path in enumerate(entries(place)):
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * (number % 4) // 4])


def folders(place: Path) -> None:
    for path in entries(place):
        path.unlink()
        path.mkdir()
        (path / "mine.txt").write_text("mine")


def pipes(place: Path) -> None:
    for path in entries(place):
        path.unlink()
        os.mkfifo(path)


def links(place: Path) -> None:
    """Every entry is a link to a file that is not the store's."""
    (place / "outside").mkdir()
    for path in entries(place):
        path.rename(place / "outside" / path.name)
        path.symlink_to(place / "outside" / path.name)


def forged(place: Path) -> None:
    """Every entry has a digest that is right, and holds what no build writes."""
    for number, path in enumerate(entries(place)):
        facts, data = ((None, b""), ([1, "x"], b"[" * 100_000), ({"a": {}}, b"\xff\x00"), ("x", b'{"a": 1}'))[number % 4]
        path.write_bytes(_packed(path.stem, data, facts))


def test_a_store_that_somebody_has_forged_is_made_again_with_a_warning(tmp_path: Path) -> None:
    bench(tmp_path / "book")
    assert build(tmp_path).returncode == 0
    before = bytes_of(tmp_path / "output")
    shutil.rmtree(tmp_path / "output")
    forged(tmp_path)
    done = build(tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"warning[R101]: what is remembered is not what a build wrote, and was made again: {tmp_path}/cache/guidepress" in done.stderr
    assert bytes_of(tmp_path / "output") == before


@pytest.mark.parametrize("damage", [swapped, folders, *(pytest.param(each, marks=pytest.mark.soak) for each in (truncated, pipes, links))])
def test_a_store_that_is_not_what_it_was_changes_no_byte(place: Path, damage: Callable[[Path], None]) -> None:
    assert build(place, "--jobs", "2").returncode == 0
    before = bytes_of(place / "output")
    shutil.rmtree(place / "output")
    damage(place)
    outside = {path: path.read_bytes() for path in (place / "outside").glob("*")}
    done = build(place, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert bytes_of(place / "output") == before
    assert {path: path.read_bytes() for path in (place / "outside").glob("*")} == outside
