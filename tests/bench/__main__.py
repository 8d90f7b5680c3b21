"""Measure guidepress beside WeasyPrint in one run and beside Typst; print one table, and write ``reports/bench.json``.

First every book is measured once, the smallest first; then again and again, as long as there is time. QUICK=1 measures the
study edition and a generated book of 50 questions, once each.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.generate import generate
from bench.measure import Failure
from bench.press import ROOT
from bench.sessions import Findings, Session, Subject
from bench.tables import Row, rows, table

SIZES = ((50, 5), (260, 3), (800, 1), (2600, 1))
"""Questions of the generated books, and rounds."""
REAL = 5
MINUTES, QUICK_MINUTES = 43.0, 4.6
SINGLE_UP_TO, TYPST_UP_TO, EVERYTHING_UP_TO = 260, 800, 800
PROGRAMS = ("guidepress", "weasyprint", "typst", "pydyf")
PYTHON = f"{platform.python_version()} of {sys.base_prefix}"
"""How it was built decides a fifth of the time that layout takes."""


def subjects(work: Path, sizes: Sequence[tuple[int, int]], real: int) -> Iterator[Subject]:
    """Give the study edition, and books generated as they are wanted."""
    if real:
        yield Subject("study", ROOT / "content", 50, real)
    for size, rounds in sizes:
        folder = generate(work / f"generated-{size}", size)
        yield Subject(
            f"generated {size:,}", folder, size, rounds, single_rounds=5 if size < SINGLE_UP_TO else 1,
            weasyprint=size <= SINGLE_UP_TO, typst=size <= TYPST_UP_TO,
            everything=size <= EVERYTHING_UP_TO,
        )  # fmt: skip


def measured(sessions: Sequence[Session], deadline: float) -> list[Findings]:
    """Measure books, round by round, until all rounds are done or the next would end after the deadline."""
    cost = 0.0
    for number in range(max(session.subject.rounds for session in sessions)):
        for session in sessions:
            subject = session.subject
            if number >= subject.rounds or session.found.rounds < number or session.failed:
                continue
            expected = session.seconds or cost * subject.questions
            if time.perf_counter() + expected > deadline:
                _say(f"{subject.name}: no time for round {number + 1}")
                continue
            _say(f"{subject.name}: round {number + 1} of {subject.rounds}")
            try:
                session.round()
            except (Failure, ValueError) as failure:
                # What other books have shown is worth telling all the same.
                session.failed = str(failure)
                continue
            cost = session.seconds / subject.questions
    return [session.found for session in sessions if session.found.rounds and not session.failed]


def report(found: Sequence[Findings], lines: Sequence[Row], seconds: float, load: Sequence[float]) -> dict[str, Any]:
    """Return what ``bench.json`` holds: rows, and every single run behind them."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "system": platform.system(), "load before": list(load)},
        "versions": {name: importlib.metadata.version(name) for name in PROGRAMS} | {"python": PYTHON},
        "rows": [asdict(row) for row in lines],
        "books": [
            {
                "name": one.subject.name, "rounds": one.rounds, "questions": one.subject.questions, "pages": one.pages,
                "bytes": one.bytes, "words": one.words,
                "qpdf clean": one.clean, "runs": {name: [_rounded(asdict(run)) for run in runs] for name, runs in one.runs.items()},
            }
            for one in found
        ],
    }  # fmt: skip


def _rounded(run: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in run.items()}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _plan(wanted: Sequence[int] | None, rounds: int | None) -> tuple[list[tuple[int, int]], int]:
    """Say which generated books are measured, with their rounds, and the rounds of the real one."""
    usual = dict(SIZES[:1] if _quick() else SIZES)
    sizes = [(size, rounds or (1 if _quick() else usual.get(size, 1))) for size in (wanted if wanted is not None else usual)]
    return sizes, rounds or (1 if _quick() else REAL)


def _quick() -> bool:
    return os.environ.get("QUICK", "0") not in ("", "0")


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "output/reports/bench.json")
    parser.add_argument(
        "--sizes", type=int, nargs="*", help="measure generated books of so many questions; those of the bench when left out"
    )
    parser.add_argument("--rounds", type=int, help="rounds of each book")
    parser.add_argument("--no-real", action="store_true", help="leave the book in content/ out")
    parser.add_argument("--minutes", type=float, help="begin no round that would end later")
    given = parser.parse_args()
    sizes, real = _plan(given.sizes, given.rounds)
    started, load = time.perf_counter(), os.getloadavg()
    minutes = given.minutes or (QUICK_MINUTES if _quick() else MINUTES)
    with tempfile.TemporaryDirectory(prefix="guidepress-bench-") as folder:
        work = Path(folder)
        books = subjects(work, sizes, 0 if given.no_real else real)
        sessions = [Session(book, work / f"session-{n}") for n, book in enumerate(books)]
        found = measured(sessions, started + minutes * 60)
    lines = rows(found)
    print(table(lines))
    given.output.parent.mkdir(parents=True, exist_ok=True)
    facts = report(found, lines, time.perf_counter() - started, load)
    given.output.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missed = sum(line.verdict == "miss" for line in lines)
    met = sum(line.verdict == "pass" for line in lines)
    print(f"\nPython {PYTHON}: {met} targets met, {missed} missed; every run is in {given.output}")
    if failed := [f"{session.subject.name}: {session.failed}" for session in sessions if session.failed]:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()
