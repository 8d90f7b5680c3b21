"""A thousand packs, killed at ten seeded points and resumed: none lost, none made twice, all equal to those of an uninterrupted run.

``PACKS`` in the environment says how many, a thousand when it is not set. What each further pack takes, and the most memory that any
process took, are printed: run with ``-s`` to see them. Both runs go on at once, each from a copy of the book in a place of its own.
"""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from buildwork import book, environment, start_anew
from packwork import ROUND, add_team, leaks, word

from pipeline import packs

pytestmark = pytest.mark.soak
COUNT = int(os.environ.get("PACKS", "1000"))
KILLS = 10
STEPS = sorted({step for step in (1, 10, 100, 300, COUNT) if step <= COUNT})


class Press:
    """A folder with a copy of the book, its banks, and its packs."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.folder, self.store, self.teams = folder, store, 0
        book(folder / "book", "sample")
        (folder / "book/editions/round.yaml").write_text(ROUND.replace("[pdf, epub]", "[pdf]"))
        (folder / "book/teams/pilots.yaml").unlink()
        (folder / "people.csv").write_text("name,id,team\n")

    def add_teams(self, count: int) -> None:
        """Have so many teams, and in each of them somebody to make a pack for."""
        with (self.folder / "people.csv").open("a") as people:
            for number in range(self.teams, count):
                add_team(self.folder / "book", self.folder / "banks", number, f"plan: {word(number)}")
                people.write(f"Ana No{number:04d},{number},crew-{number:04d}\n")
        self.teams = count

    def arguments(self) -> tuple[str | Path, ...]:
        return ("pack", "--book", self.folder / "book", "--banks", self.folder / "banks", "--output", self.folder,
                "--store", self.store, "--for-each", self.folder / "people.csv", "--quiet")  # fmt: skip

    def packs(self) -> dict[str, Path]:
        return {path.name: path for path in sorted((self.folder / "packs").rglob("*.zip"))}

    def states(self) -> dict[str, tuple[int, int]]:
        """Return size and time of every pack: one that is made again has another time."""
        return {name: ((status := path.stat()).st_size, status.st_mtime_ns) for name, path in self.packs().items()}

    def run(self, env: dict[str, str]) -> os.struct_rusage:
        """Make all packs, however long it takes; return what that took, of all processes."""
        running = start_anew(*self.arguments(), env=env)
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        _, told = running.communicate()
        assert running.returncode == 0, told
        return used


def make_all(press: Press, env: dict[str, str]) -> None:
    """Make packs without an interruption, in steps: what is there is not made again, so that each tells what a further pack takes."""
    for step in STEPS:
        more = step - press.teams
        press.add_teams(step)
        began, used = time.monotonic(), press.run(env)
        each = (used.ru_utime + used.ru_stime) / more
        print(f"{more} packs more, {step} in all: {each:.2f} s of processor each, {(time.monotonic() - began) / more:.2f} s each; "
              f"most memory of a process {used.ru_maxrss // 1024} MB", flush=True)  # fmt: skip


def test_a_thousand_packs_survive_ten_kills(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, killed, known = Press(tmp_path / "a", tmp_path / "store"), Press(tmp_path / "b", tmp_path / "store"), environment(tmp_path)
    killed.add_teams(COUNT)
    kinds = random.Random(16)
    points = sorted(kinds.sample(range(1, COUNT), min(KILLS, COUNT - 1)))
    seen: dict[str, tuple[int, int]] = {}
    with ThreadPoolExecutor(1) as beside, ProcessPoolExecutor(1) as reader:
        uninterrupted = beside.submit(make_all, whole, known)
        searched: list[Future[list[str]]] = []

        def note() -> None:
            """Find all that was there as it was, and have what is new searched."""
            nonlocal seen
            now = killed.states()
            assert {name: now[name] for name in seen} == seen, "a pack was lost, or made twice"
            new = [int(killed.packs()[name].parent.name.removeprefix("crew-")) for name in now.keys() - seen.keys()]
            searched.append(reader.submit(leaks, killed.folder / "packs", range(COUNT), new))
            seen = now

        for point in points:
            running = start_anew(*killed.arguments(), env=known)
            while running.poll() is None and len(killed.packs()) < point:
                time.sleep(kinds.random() / 2)
            os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
            assert packs.check(killed.folder)[1] == () or list((killed.folder / "packs").rglob("tmp-*"))
            note()
            print(f"killed at {point}: {len(seen)} packs whole", flush=True)
        used = killed.run(known)
        note()
        print(f"resumed: {len(seen)} packs; most memory of a process {used.ru_maxrss // 1024} MB", flush=True)
        assert [each for found in searched for each in found.result()] == []
        uninterrupted.result()

    ours, theirs = whole.packs(), killed.packs()
    assert len(theirs) == COUNT
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name].read_bytes() != theirs[name].read_bytes()] == []
    assert packs.check(killed.folder) == (COUNT, ())
    assert not list((killed.folder / "packs").rglob("tmp-*"))
