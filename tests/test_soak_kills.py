"""A storm of kills and full disks: after each the release that stands is whole, and the next build succeeds."""

from __future__ import annotations

import gc
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import test_kit
from buildwork import Fork, bench, bytes_of, environment, run
from test_interrupted import children, gone, stands_whole

from pipeline.cli.__main__ import main
from pipeline.work import cache
from pipeline.work.store import FAULT_POINTS

pytestmark = pytest.mark.soak
SEED = int(os.environ.get("SOAK_SEED", "20261122"))
KILLS = int(os.environ.get("SOAK_KILLS", "1250"))
"""Kills of builds and their workers; half as many of what writes into a book, and a tenth of servers: 2,000 in all."""
DISKS = max(KILLS // 50, 3)


def titled(place: Path, number: int) -> None:
    """Give the book another title, which every signature bears: all are to be laid out."""
    path = place / "book/book.yaml"
    path.write_text(re.sub(r"(?m)^title: .*", f"title: Watch number {number}", path.read_text()))


def arguments(place: Path, jobs: int = 1, form: str = "epub") -> tuple[str | Path, ...]:
    book, output = ("--book", place / "book"), ("--output", place / "output")
    return ("build", "study", *book, *output, "--jobs", str(jobs), "--format", form)


def known(place: Path, **variables: str) -> dict[str, str]:
    """Give an environment whose temporary files stand in a folder of their own."""
    (place / "tmp").mkdir(exist_ok=True)
    return environment(place / "cache", TMPDIR=str(place / "tmp"), **variables)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which a book has been built, by this process too: a fork of it has nothing to import. What all took is printed."""
    place = tmp_path_factory.mktemp("storm")
    bench(place / "book")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        assert main([*map(str, arguments(place)), "--format", "pdf"]) == 0
    cache.forget()
    gc.collect()
    gc.freeze()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield place
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(f"\n{worked:.0f} s of work, {used.ru_maxrss / 1024:.0f} MB at most; of {sum(ENDED.values())} kills came {dict(ENDED)}")


ENDED: Counter[str] = Counter()
"""How what was killed has ended: some were done before."""


@pytest.fixture(scope="module")
def seconds(place: Path) -> dict[tuple[int, str], float]:
    """How long a build works, by its processes and format."""
    took: dict[tuple[int, str], float] = {}
    for number in range(8):  # what is remembered is there the second time
        jobs, form = 1 + number % 2, ("epub", "pdf")[number // 2 % 2]
        titled(place, -1 - number)
        started = resource.getrusage(resource.RUSAGE_CHILDREN)
        building = Fork(*arguments(place, jobs, form), env=known(place))
        building.communicate()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert building.returncode == 0
        took[jobs, form] = (ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime) / jobs
    return took


def build(place: Path, form: str = "epub", **variables: str) -> subprocess.CompletedProcess[str]:
    building = Fork(*arguments(place, 1, form), env=known(place, **variables))
    output, errors = building.communicate()
    return subprocess.CompletedProcess((), building.returncode or 0, output, errors)


def whole_and_buildable(place: Path, form: str = "epub") -> None:
    """Find the release whole, build, and find the new one whole, and nothing of any build elsewhere."""
    stands_whole(place)
    stood = (place / "output/guides").resolve()
    done = build(place, form)
    assert done.returncode == 0, done.stderr
    stands_whole(place)
    assert [*(place / "output").glob("guides.*"), *(place / "output/.releases").glob("tmp-*")] == []
    assert list((place / "tmp").iterdir()) == []
    # Where the new release stood already, and what it replaced could not be removed, the next one removes that.
    same = (place / "output/guides").resolve() == stood
    assert len(list((place / "output/.releases").iterdir())) <= 2 + same


def worker_of(process: int, chance: random.Random) -> int:
    """Choose one of the processes that a build has started; the build itself when it has started none."""
    return chance.choice(sorted(children(process) - {process}) or [process])


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_at_any_moment_costs_nothing_but_time(place: Path, seconds: dict[tuple[int, str], float], number: int) -> None:
    chance = random.Random(SEED + number)
    form, of_worker = chance.choice(["epub", "epub", "epub", "pdf"]), chance.random() < 0.12
    jobs = 2 if of_worker or chance.random() < 0.05 else 1
    titled(place, number)
    before = bytes_of(place / "output")
    building = Fork(*arguments(place, jobs, form), env=known(place))
    building.worked(chance.uniform(0, seconds[jobs, form]))
    victim = worker_of(building.pid, chance) if of_worker else building.pid
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    _, errors = building.communicate()
    assert gone(building.pid)
    ENDED[f"{'worker' if victim != building.pid else 'main'}: {building.returncode}"] += 1
    if victim != building.pid:
        assert building.returncode == 0, errors
    assert building.returncode in (0, -signal.SIGKILL), errors
    assert building.returncode != 0 or bytes_of(place / "output") != before
    whole_and_buildable(place, form)


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
        # Without what the storm has left in its store, which may not fit by now.
        for name in ("book", "output"):
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


def begin_pack(_: Path, place: Path) -> None:
    bench(place / "book")


ERRANDS = {
    "import": Errand("import bank.md --to bank", begin_import, "bank"),
    "plan record": Errand("plan record watch A --book content --on 2026-12-03 --times 4", begin_record, "content"),
    "collect": Errand("collect sheets --book content --output output --to ratings", begin_collect, "ratings"),
    "pack": Errand("pack --book book --output packed --jobs 1", begin_pack, "packed"),
}


def tree(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder; what a writer leaves beside a file, hidden, is no part of a book."""
    files = (path for path in folder.rglob("*") if path.is_file() and not re.fullmatch(r"\..*\.tmp|tmp-.*", path.name))
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
def undisturbed(
    place: Path, kits: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[dict[str, bytes], dict[str, bytes], float]]:
    """What each errand finds, what it leaves when nobody kills it, and how long it works."""
    found = {}
    for name, errand in ERRANDS.items():
        here = tmp_path_factory.mktemp("undisturbed")
        errand.begin(kits, here)
        before = tree(here / errand.written)
        with pytest.MonkeyPatch.context() as patch:  # in this process, whose forks have nothing to import then
            patch.chdir(here)
            patch.setenv("XDG_CACHE_HOME", str(here / "cache"))
            assert main(errand.arguments.split()) == 0
        after = tree(here / errand.written)
        again = tmp_path_factory.mktemp("undisturbed")
        errand.begin(kits, again)
        cache.forget()
        started = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert forked(errand, again) == (0, "")
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert tree(again / errand.written) == after
        found[name] = before, after, ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime
    return found


def forked(errand: Errand, place: Path) -> tuple[int | None, str]:
    """Run an errand to its end; give its exit status, and what it said that is wrong."""
    running = Fork(*errand.arguments.split(), env=known(place), cwd=place)
    _, errors = running.communicate()
    return running.returncode, errors if running.returncode else ""


@pytest.mark.parametrize("number", range(max(KILLS // 2, 3)))
def test_a_kill_of_what_writes_into_a_book_leaves_whole_files_and_the_next_run_ends_as_it_should(
    kits: Path, undisturbed: dict[str, tuple[dict[str, bytes], dict[str, bytes], float]], tmp_path: Path, number: int
) -> None:
    chance = random.Random(SEED + 10_000 + number)
    name = sorted(ERRANDS)[number % len(ERRANDS)]
    errand, (before, after, seconds) = ERRANDS[name], undisturbed[name]
    errand.begin(kits, tmp_path)
    running = Fork(*errand.arguments.split(), env=known(tmp_path), cwd=tmp_path)
    running.worked(chance.uniform(0, seconds))
    with suppress(ProcessLookupError):
        os.kill(running.pid, chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP]))
    running.communicate()
    assert gone(running.pid)
    ENDED[f"{name}: {running.returncode}"] += 1
    found = tree(tmp_path / errand.written)
    assert {path: data for path, data in found.items() if data not in (before.get(path), after.get(path))} == {}
    if name == "plan record" and found == after:
        return  # to record it once more would be to say that it was asked twice
    assert forked(errand, tmp_path) == (0, "")
    assert tree(tmp_path / errand.written) == after
    # Nothing is left beside what was written.
    left = [*tmp_path.rglob("*.tmp"), *tmp_path.rglob("tmp-*"), *(tmp_path / "tmp").iterdir()]
    assert [path for path in left if "cache" not in path.parts] == []
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("number", range(max(KILLS // 10, 2)))
def test_a_server_that_is_killed_leaves_nothing_and_another_takes_its_place(place: Path, number: int) -> None:
    chance = random.Random(SEED + 20_000 + number)
    before = bytes_of(place / "output")
    server = Fork("serve", place / "output", "--port", "0", env=known(place))
    time.sleep(chance.uniform(0, 0.4))
    with suppress(ProcessLookupError):
        os.kill(server.pid, chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
    _, errors = server.communicate()
    ENDED[f"serve: {server.returncode}"] += 1
    assert gone(server.pid)
    assert "Traceback" not in errors
    assert server.returncode in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, 0, 130), errors
    assert bytes_of(place / "output") == before
    stands_whole(place)
