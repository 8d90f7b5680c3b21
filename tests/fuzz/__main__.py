"""Try cases for a time, and keep what breaks a promise: ``python -m fuzz --seconds 600 --kind svg --seed 1``.

Each case follows from its kind and its number alone, so that ``--seed N --cases 1`` makes one again. Those of ``seeds.txt``,
which once broke a promise, are tried first. What is wrong is kept in the folder that ``--keep`` names. At the end a table says how
many cases of each kind there were, how they ended, and what the dearest took.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random

from fuzz import http_requests, kinds, oracle

HTTP = "http"


@dataclass
class Tally:
    """What came of the cases of one kind."""

    cases: int = 0
    refused: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def trial(kind: str, seed: int, keep: Path | None = None) -> oracle.Verdict:
    """Make one case, and judge it."""
    return judged(kind, Random(f"{kind} {seed}"), keep and keep / f"{kind}-{seed}")


def judged(kind: str, random: Random, keep: Path | None = None) -> oracle.Verdict:
    """Make a case of a kind out of chance, and judge it; a wrong one is kept."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        folder = Path(place)
        arguments = kinds.KINDS[kind](random, folder)
        kept = tuple(path for name in ("book", "made", "output") if (path := folder / name).exists())
        verdict = oracle.run(folder, lambda: _called(arguments), kept)
        if verdict.wrong and keep is not None:
            shutil.rmtree(folder / "cache", ignore_errors=True)
            keep.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder, keep, symlinks=True, dirs_exist_ok=True, ignore_dangling_symlinks=True)
            (keep / "said.txt").write_text(f"{arguments} {verdict.wrong}\n\n{verdict.said}", encoding="utf-8", errors="replace")
    return verdict


def _called(arguments: tuple[str, ...]) -> int:
    from pipeline.cli.__main__ import main

    return kinds.collected() if arguments == (kinds.COLLECT,) else main(list(arguments))


def _ask(tally: Tally, seeds: range, until: float, found: list[str]) -> None:
    """Send requests to one server."""
    with http_requests.serving() as (port, child):
        for seed in seeds:
            if time.monotonic() > until:
                break
            try:
                wrong = http_requests.asked(port, http_requests.request(Random(f"http {seed}")))
            except OSError as error:
                wrong = f"no connection: {error}"
            tally.cases += 1
            tally.megabytes = max(tally.megabytes, http_requests.memory(child))
            if wrong:
                tally.wrong[wrong] += 1
                found.append(f"http {seed}: {wrong}")


def seeds() -> list[tuple[str, int]]:
    """Return the cases that once broke a promise."""
    lines = (Path(__file__).parent / "seeds.txt").read_text(encoding="utf-8").splitlines()
    return [(line.split()[0], int(line.split()[1])) for line in lines if line and not line.startswith("#")]


def _tried(tally: Tally, kind: str, seed: int, keep: Path | None) -> str:
    """Make a case, and note what came of it; return what is wrong, or nothing."""
    verdict = trial(kind, seed, keep)
    tally.cases += 1
    tally.refused += verdict.status == 1
    tally.seconds, tally.megabytes = max(tally.seconds, verdict.seconds), max(tally.megabytes, verdict.megabytes)
    tally.codes.update(set(re.findall(r"^\w+\[(\w\d+)\]", verdict.said, re.MULTILINE)))
    if verdict.wrong:
        tally.wrong[verdict.wrong] += 1
    return verdict.wrong


def main() -> int:
    """Return 0 when nothing broke a promise."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kind", action="append", choices=[*kinds.KINDS, HTTP])
    parser.add_argument("--seed", type=int, default=0, help="the first case's number")
    parser.add_argument("--cases", type=int, default=10**9, help="cases of each kind at most")
    parser.add_argument("--keep", type=Path, help="folder for the cases that are wrong")
    asked = parser.parse_args()
    wanted = asked.kind or [*kinds.KINDS, HTTP]
    oracle.warm()
    tallies: dict[str, Tally] = defaultdict(Tally)
    found: list[str] = []
    until = time.monotonic() + asked.seconds
    if HTTP in wanted:
        share = asked.seconds / len(wanted)
        _ask(tallies[HTTP], range(asked.seed, asked.seed + asked.cases), time.monotonic() + share, found)
    kept = [(kind, seed) for kind, seed in seeds() if kind in wanted]
    others = [kind for kind in wanted if kind != HTTP]
    fresh = ((kind, seed) for seed in range(asked.seed, asked.seed + asked.cases * bool(others)) for kind in others)
    for kind, seed in chain(kept, fresh):
        if time.monotonic() > until:
            break
        if verdict := _tried(tallies[kind], kind, seed, asked.keep):
            found.append(f"{kind} {seed}: {verdict}")
            print(found[-1], flush=True)
    _print(tallies)
    return int(bool(found))


def _print(tallies: dict[str, Tally]) -> None:
    print(f"{'kind':10} {'cases':>7} {'refused':>8} {'codes':>6} {'seconds':>8} {'MB':>5} {'wrong':>6}")
    for kind, tally in sorted(tallies.items()):
        wrong = sum(tally.wrong.values())
        print(f"{kind:10} {tally.cases:7} {tally.refused:8} {len(tally.codes):6} {tally.seconds:8.1f} {tally.megabytes:5.0f} {wrong:6}")
    print(f"{sum(tally.cases for tally in tallies.values())} cases, {sum(sum(t.wrong.values()) for t in tallies.values())} wrong")


if __name__ == "__main__":
    sys.exit(main())
