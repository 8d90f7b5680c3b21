"""The commands of guidepress that are measured, each in a process of its own, on copies of books."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.measure import Run, cpu_of, run, staying, until

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "pipeline.cli")
A4 = ("--format", "pdf", "--paper", "a4")
TEAM = "bench-team"
START = "from pipeline import flow; from pipeline.press import engine"
"""What every build of something new imports, and nothing else."""


def environment(cache_folder: Path) -> dict[str, str]:
    """Give this process's environment with a store of its own, and nothing that decides what is built."""
    left_out = ("SOURCE_DATE_EPOCH", "GUIDEPRESS_FAULT_POINT", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "XDG_CACHE_HOME": str(cache_folder), "PYTHONPATH": str(ROOT)}


@cache
def has_option(option: str) -> bool:
    """Tell whether ``guidepress build`` knows an option."""
    shown = subprocess.run([*COMMAND, "build", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return option in shown.stdout.split()


@dataclass(frozen=True)
class Place:
    """A copy of a book, with an output folder and a store of its own."""

    folder: Path
    edition: str = "study"

    @property
    def book(self) -> Path:
        """The copy of the book."""
        return self.folder / "book"

    @property
    def output(self) -> Path:
        """Where its guides are published."""
        return self.folder / "output"

    @property
    def env(self) -> Mapping[str, str]:
        """The environment of its commands."""
        return environment(self.folder / "cache")

    @property
    def release(self) -> Path:
        """The release that stands."""
        return (self.output / "guides").resolve()

    def file(self, suffix: str) -> Path:
        """Return the file of the edition with a suffix, for everybody."""
        return min((self.release / self.edition).glob(f"*{suffix}"), key=lambda path: len(path.name))

    def manifest(self) -> dict[str, str]:
        """Give the digest of each file of the release by its path."""
        text = (self.release / "manifest.json").read_text(encoding="utf-8")
        return {artefact["path"]: artefact["sha256"] for artefact in json.loads(text)["artefacts"]}

    def command(self, *options: str) -> list[str]:
        """Give the command that builds the edition."""
        return [*COMMAND, "build", self.edition, "--book", str(self.book), "--output", str(self.output), "--quiet", *options]

    def build(self, *options: str) -> Run:
        """Build, and measure it."""
        return run(self.command(*options), self.env)


def settle(book: Path, folder: Path) -> Place:
    """Copy a book into a fresh place."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(book, folder / "book")
    return Place(folder)


def questions(book: Path) -> list[Path]:
    """Give the files of the questions, sorted."""
    return sorted((book / "questions").rglob("*.yaml"))


def edit(book: Path, number: int) -> Path:
    """Put a new sentence into the answer of one question; return its file."""
    files = [path for path in questions(book) if "\nanswer: |\n" in path.read_text(encoding="utf-8")]
    path = files[len(files) // 2]
    head, mark, rest = path.read_text(encoding="utf-8").partition("\nanswer: |\n")
    if not mark:
        raise ValueError(f"{path} has no answer in a block")
    sentence = f"  This sentence was written while somebody looked on, for time number {number} of all.\n\n"
    path.write_text(f"{head}{mark}{sentence}{rest}", encoding="utf-8")
    return path


def start_up(place: Place) -> Run:
    """Measure a process that imports what a build does, and ends."""
    fonts = str(ROOT / "pipeline/press/fonts.conf")
    return run([sys.executable, "-W", "ignore", "-c", START], {**place.env, "FONTCONFIG_FILE": fonts})


def add_team(place: Place) -> None:
    """Give the book a team."""
    (place.book / "teams").mkdir(exist_ok=True)
    record = f'id: {TEAM}\nname: The Bench\naccent: "#7a1f5c"\neditions: [{place.edition}]\nformats: [pdf, epub]\npapers: [a4]\n'
    (place.book / f"teams/{TEAM}.yaml").write_text(record, encoding="utf-8")


def copies(place: Place, *names: str) -> Run:
    """Make copies for recipients of a team, in a process of its own, and measure it."""
    return place.build(*A4, "--team", TEAM, *(part for name in names for part in ("--for", name)))


def packs(place: Place, *names: str) -> Run:
    """Make packs of the edition for people of a team, in a process of its own, and measure it."""
    people = place.folder / "people.csv"
    people.write_text("\n".join(("name", *names, "")), encoding="utf-8")
    where = ("--book", str(place.book), "--output", str(place.output), "--for-each", str(people), "--jobs", "1")
    return run([*COMMAND, "pack", TEAM, *where, "--quiet"], place.env)


def watched_edits(place: Place, count: int) -> list[Run]:
    """Start ``--watch``, edit one question again and again, and measure each time until PDF and EPUB are published."""
    with staying(place.command("--format", "pdf", "--format", "epub", "--paper", "a4", "--watch"), place.env) as child:
        guides = place.output / "guides"
        before = guides.resolve() if guides.exists() else None
        until(lambda: guides.exists() and guides.resolve() != before, child)
        time.sleep(2)
        return [_watched_edit(place, child, number) for number in range(count)]


def _watched_edit(place: Place, child: subprocess.Popen[bytes], number: int) -> Run:
    before, release = place.manifest(), place.release
    spent, started = cpu_of(child.pid), time.perf_counter()
    edit(place.book, 100 + number)
    until(lambda: place.release != release, child)
    wall = time.perf_counter() - started
    time.sleep(1)
    after = place.manifest()
    changed = {path.rpartition(".")[2] for path in after if after[path] != before.get(path)}
    if not {"pdf", "epub"} <= changed:
        raise ValueError(f"an edit changed {sorted(changed) or 'nothing'}, not PDF and EPUB")
    return Run(wall, cpu_of(child.pid) - spent)
