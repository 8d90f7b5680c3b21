"""A storm of kills and full disks: after each the release that stands is whole, and the next build succeeds."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import test_kit
from buildwork import book, bytes_of, environment, run, start
from test_interrupted import children, gone, stands_whole

from pipeline.work.store import FAULT_POINTS

pytestmark = pytest.mark.soak
SEED = 20261122
KILLS = int(os.environ.get("SOAK_KILLS", "1250"))
"""Kills of builds and their workers; half as many of what writes into a book, and a tenth of servers: 2,000 in all."""
DISKS = max(KILLS // 50, 3)


def titled(place: Path, number: int) -> None:
    """Give the book another title, which every signature bears: all are to be laid out."""
    path = place / "book/book.yaml"
    path.write_text(re.sub(r"(?m)^title: .*", f"title: Watch number {number}", path.read_text()))


def arguments(place: Path, jobs: int) -> tuple[str | Path, ...]:
    return ("build", "--book", place / "book", "--output", place / "output", "--jobs", str(jobs))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the sample edition of the small book has been built."""
    place = tmp_path_factory.mktemp("storm")
    book(place / "book", "sample")
    assert build(place).returncode == 0
    return place


@pytest.fixture(scope="module")
def seconds(place: Path) -> float:
    """How long a build takes here and now, workers and all."""
    titled(place, -1)
    started = time.monotonic()
    assert build(place).returncode == 0
    return time.monotonic() - started


def build(place: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments(place, 2), env=environment(place / "cache", **variables))


def whole_and_buildable(place: Path) -> None:
    """Find the release whole, build, and find the new one whole."""
    stands_whole(place)
    stood = (place / "output/guides").resolve()
    done = build(place)
    assert done.returncode == 0, done.stderr
    stands_whole(place)
    assert [*(place / "output").glob("guides.*"), *(place / "output/.releases").glob("tmp-*")] == []
    # Where the new release stood already, and what it replaced could not be removed, the next one removes that.
    same = (place / "output/guides").resolve() == stood
    assert len(list((place / "output/.releases").iterdir())) <= 2 + same


def worker_of(process: int, chance: random.Random) -> int:
    """Choose one of the processes that a build has started; the build itself when it has started none."""
    return chance.choice(sorted(children(process) - {process}) or [process])


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_at_any_moment_costs_nothing_but_time(place: Path, seconds: float, number: int) -> None:
    chance = random.Random(SEED + number)
    moment, of_worker, jobs = chance.uniform(0, seconds), chance.random() < 0.5, chance.choice([1, 2, 2])
    titled(place, number)
    before = bytes_of(place / "output")
    building = start(*arguments(place, jobs), env=environment(place / "cache"))
    with suppress(subprocess.TimeoutExpired):
        building.wait(timeout=moment)
    victim = worker_of(building.pid, chance) if of_worker else building.pid
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    _, errors = building.communicate(timeout=300)
    assert gone(building.pid)
    if victim != building.pid:
        assert building.returncode == 0, errors
    assert building.returncode in (0, -signal.SIGKILL), errors
    assert building.returncode != 0 or bytes_of(place / "output") != before
    whole_and_buildable(place)


@pytest.mark.parametrize("number", range(DISKS))
def test_a_disk_that_fills_at_any_write_costs_nothing_but_time(place: Path, number: int) -> None:
    point = random.Random(SEED + number).choice(FAULT_POINTS)
    titled(place, KILLS + number)
    failed = build(place, GUIDEPRESS_FAULT_POINT=f"{point}:enospc")
    assert failed.returncode in (0, 1)
    assert "Traceback" not in failed.stderr
    assert "No space left on device" in failed.stderr
    whole_and_buildable(place)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount")
def test_a_small_disk_that_fills_mid_build_costs_nothing_but_time(place: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        for name in ("book", "cache", "output"):
            shutil.copytree(place / name, disk / name, symlinks=True)
        whole_and_buildable(disk)
        for number in range(DISKS):
            titled(disk, 2 * KILLS + number)
            used = sum(path.lstat().st_size + 4096 for path in disk.rglob("*"))
            left = random.Random(SEED + number).randrange(10_000, 400_000)
            subprocess.run(["mount", "-o", f"remount,size={used + left}", disk], check=True)
            failed = build(disk)
            assert failed.returncode in (0, 1), failed.stderr
            assert "Traceback" not in failed.stderr
            stands_whole(disk)
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            whole_and_buildable(disk)
    finally:
        subprocess.run(["umount", disk], check=True)


# Kills of other commands


class Errand(NamedTuple):
    """A command that writes, as it is run in a folder that ``begin`` fills from one that has what it needs, and where it writes."""

    arguments: str
    begin: Callable[[Path, Path], None]
    written: str


BANK = "# Oars\n\n" + "".join(
    f"## Why is oar number {n} feathered?\n\nFor the wind of day {n}.\n\n- first\n- second\n\n" for n in range(60)
)


def begin_import(_: Path, place: Path) -> None:
    (place / "bank.md").write_text(BANK)


def begin_record(kits: Path, place: Path) -> None:
    shutil.copytree(kits / "content", place / "content")


def begin_collect(kits: Path, place: Path) -> None:
    for name in ("content", "output", "sheets"):
        shutil.copytree(kits / name, place / name, symlinks=True)


ERRANDS = {
    "import": Errand("import bank.md --to bank", begin_import, "bank"),
    "plan record": Errand("plan record watch A --book content --on 2026-12-03 --times 4", begin_record, "content"),
    "collect": Errand("collect sheets --book content --output output --to ratings", begin_collect, "ratings"),
}


def tree(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder; what a writer leaves beside a file, hidden, is no part of a book."""
    files = (path for path in folder.rglob("*") if path.is_file() and not (path.name.startswith(".") and path.suffix == ".tmp"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a book made of a plan, its kits, and two sheets that were filled in."""
    root = tmp_path_factory.mktemp("kits")
    test_kit.panel(root / "content")
    assert run("build", "--book", root / "content", "--output", root / "output", env=environment(root / "cache")).returncode == 0
    (root / "sheets").mkdir()
    for who in ("Ana", "Bo"):
        test_kit.filled(root, root / "sheets", who, (5, 2))
    return root


@pytest.fixture(scope="module")
def undisturbed(kits: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, bytes], dict[str, bytes], float]]:
    """What each errand finds, what it leaves when nobody kills it, and how long it takes."""
    known = {}
    for name, errand in ERRANDS.items():
        place = tmp_path_factory.mktemp("undisturbed")
        errand.begin(kits, place)
        before, started = tree(place / errand.written), time.monotonic()
        done = run(*errand.arguments.split(), env=environment(place / "cache"), cwd=place)
        assert done.returncode == 0, done.stderr
        known[name] = before, tree(place / errand.written), time.monotonic() - started
    return known


@pytest.mark.parametrize("number", range(max(KILLS // 2, 3)))
def test_a_kill_of_what_writes_into_a_book_leaves_whole_files_and_the_next_run_ends_as_it_should(
    kits: Path, undisturbed: dict[str, tuple[dict[str, bytes], dict[str, bytes], float]], tmp_path: Path, number: int
) -> None:
    chance = random.Random(SEED + 10_000 + number)
    name = sorted(ERRANDS)[number % len(ERRANDS)]
    errand, (before, after, seconds) = ERRANDS[name], undisturbed[name]
    errand.begin(kits, tmp_path)
    running = start(*errand.arguments.split(), env=environment(tmp_path / "cache"), cwd=tmp_path)
    with suppress(subprocess.TimeoutExpired):
        running.wait(timeout=chance.uniform(seconds / 3, seconds))
    with suppress(ProcessLookupError):
        os.kill(running.pid, chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP]))
    running.communicate(timeout=60)
    assert gone(running.pid)
    found = tree(tmp_path / errand.written)
    assert {path: data for path, data in found.items() if data not in (before.get(path), after.get(path))} == {}
    if name == "plan record" and found == after:
        return  # to record it once more would be to say that it was asked twice
    done = run(*errand.arguments.split(), env=environment(tmp_path / "cache"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / errand.written) == after
    # Nothing is left beside what was written.
    assert [path for path in tmp_path.rglob("*.tmp") if "cache" not in path.parts] == []


@pytest.mark.parametrize("number", range(max(KILLS // 10, 2)))
def test_a_server_that_is_killed_leaves_nothing_and_another_takes_its_place(place: Path, number: int) -> None:
    chance = random.Random(SEED + 20_000 + number)
    before = bytes_of(place / "output")
    server = start("serve", place / "output", "--port", "0", env=environment(place / "cache"))
    with suppress(subprocess.TimeoutExpired):
        server.wait(timeout=chance.uniform(0.1, 2))
    server.send_signal(chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
    _, errors = server.communicate(timeout=30)
    assert gone(server.pid)
    assert "Traceback" not in errors
    assert server.returncode in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, 0, 130), errors
    assert bytes_of(place / "output") == before
    stands_whole(place)
