"""A thousand packs, killed at ten seeded points and resumed: none lost, none made twice, all equal to those of an uninterrupted run.

``PACKS`` in the environment says how many, a thousand when it is not set. What each further pack takes, and the most memory that any
process took, are printed: run with ``-s`` to see them.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import time
from pathlib import Path

import pytest
from buildwork import book, environment, start
from packwork import ROUND, add_team, leaks, word

from pipeline import packs

pytestmark = pytest.mark.soak
COUNT = int(os.environ.get("PACKS", "1000"))
KILLS = 10


def states(output: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every pack: one that is made again has another time."""
    found = sorted((output / "packs").rglob("*.zip"))
    return {path.name: ((status := path.stat()).st_size, status.st_mtime_ns) for path in found}


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_thousand_packs_survive_ten_kills(tmp_path: Path) -> None:
    book(tmp_path / "book", "study")
    (tmp_path / "book/editions/round.yaml").write_text(ROUND.replace("[pdf, epub]", "[pdf]"))
    (tmp_path / "book/teams/pilots.yaml").unlink()
    (tmp_path / "people.csv").write_text("name,id,team\n")
    known, count = environment(tmp_path / "cache"), 0

    def arguments(output: str) -> tuple[str | Path, ...]:
        return ("pack", "--book", tmp_path / "book", "--banks", tmp_path / "banks", "--output", tmp_path / output,
                "--store", tmp_path / "store", "--for-each", tmp_path / "people.csv", "--quiet")  # fmt: skip

    # Uninterrupted, in steps: what is there already is not made again, so that each step tells what a further pack takes.
    for step in sorted({n for n in (1, 10, 100, 300, COUNT) if n <= COUNT}):
        with (tmp_path / "people.csv").open("a") as people:
            for number in range(count, step):
                add_team(tmp_path / "book", tmp_path / "banks", number, f"plan: {word(number)}")
                people.write(f"Ana No{number:04d},{number},crew-{number:04d}\n")
        before, began = processor_seconds(), time.monotonic()
        done = run_long(*arguments("whole"), env=known)
        assert done == 0
        if step > count:
            took, peak = processor_seconds() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(f"{step - count} packs more, {step} in all: {took / (step - count):.2f} s of processor each, "
                  f"{(time.monotonic() - began) / (step - count):.2f} s each; most memory of a process {peak} MB")  # fmt: skip
        count = step

    kinds = random.Random(16)
    points = sorted(kinds.sample(range(1, COUNT), min(KILLS, COUNT - 1)))
    seen: dict[str, tuple[int, int]] = {}
    for point in points:
        running = start(*arguments("killed"), env=known)
        while running.poll() is None and len(states(tmp_path / "killed")) < point:
            time.sleep(kinds.random() / 2)
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        now = states(tmp_path / "killed")
        assert {name: now[name] for name in seen} == seen, "a pack was lost, or made twice"
        assert packs.check(tmp_path / "killed")[1] == () or list((tmp_path / "killed/packs").rglob("tmp-*"))
        seen = now
    assert run_long(*arguments("killed"), env=known) == 0
    now = states(tmp_path / "killed")
    assert {name: now[name] for name in seen} == seen, "a pack was lost, or made twice"
    assert len(now) == COUNT

    whole = {path.name: path for path in (tmp_path / "whole/packs").rglob("*.zip")}
    killed = {path.name: path for path in (tmp_path / "killed/packs").rglob("*.zip")}
    assert [name for name in whole if whole[name].read_bytes() != killed[name].read_bytes()] == []
    assert packs.check(tmp_path / "killed") == (COUNT, ())
    assert not list((tmp_path / "killed/packs").rglob("tmp-*"))
    assert leaks(tmp_path / "killed/packs", range(COUNT)) == []
    shutil.rmtree(tmp_path / "whole")
    shutil.rmtree(tmp_path / "killed")


def run_long(*arguments: str | Path, env: dict[str, str]) -> int:
    """Run the command to its end, however long it takes."""
    running = start(*arguments, env=env)
    _, told = running.communicate()
    assert running.returncode == 0, told
    return running.returncode
