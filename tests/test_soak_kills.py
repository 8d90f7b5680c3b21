"""A storm of kills and full disks: after each the release that stands is whole, and the next build succeeds."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from buildwork import book, bytes_of, environment, run, start
from test_interrupted import children, gone, stands_whole

from pipeline.work.store import FAULT_POINTS

pytestmark = pytest.mark.soak
SEED = 20261122
KILLS = int(os.environ.get("SOAK_KILLS", "200"))
DISKS = max(KILLS // 10, 3)


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
