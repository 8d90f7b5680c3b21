"""Inputs by grammar and by mutation, for every reader, are refused or taken: soon, in little memory, at a place that is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from buildwork import ROOT
from fuzz import kinds, oracle
from fuzz.__main__ import HTTP, judged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SECONDS = os.environ.get("SOAK_FUZZ_SECONDS", "7200")


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the harness in a process of its own, which makes one of each case."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}"}
    return subprocess.run([sys.executable, "-m", "fuzz", *arguments], cwd=ROOT, env=environment, text=True, capture_output=True)


@pytest.mark.slow
def test_inputs_of_every_kind_keep_the_promises() -> None:
    done = fuzz("--cases", "4", "--seconds", "3600")
    assert done.returncode == 0, done.stdout
    tried = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert tried >= {*kinds.KINDS, HTTP}


@pytest.mark.soak
def test_hours_of_inputs_keep_the_promises(tmp_path: Path) -> None:
    done = fuzz("--seconds", SECONDS, "--seed", "1000000", "--keep", str(tmp_path))
    print(done.stdout)
    assert done.returncode == 0, done.stdout


@pytest.mark.soak
@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_what_is_found_is_made_small(kind: str, random: Random) -> None:
    """Chance is drawn by hypothesis, which makes a case that is wrong as small as it can."""
    assert judged(kind, random).wrong == ""


def test_an_input_that_breaks_a_promise_is_told(tmp_path: Path) -> None:
    def breaks() -> int:
        raise RuntimeError("broken")

    def grows() -> int:
        held = bytearray(b"x" * 400_000_000)
        return len(held) - 400_000_000

    def points_nowhere() -> int:
        print("error[B101]: wrong\n --> book/lost.yaml:7:1")
        return 1

    def changes() -> int:
        (tmp_path / "kept").write_text("other")
        return 1

    (tmp_path / "kept").write_text("as it was")
    assert oracle.run(tmp_path, lambda: 0).wrong == ""
    assert "RuntimeError: broken" in oracle.run(tmp_path, breaks).wrong
    assert "MB" in oracle.run(tmp_path, grows).wrong
    assert "nowhere" in oracle.run(tmp_path, points_nowhere).wrong
    assert oracle.run(tmp_path, changes, (tmp_path / "kept",)).wrong == "failed, and changed files"
    assert oracle.run(tmp_path, lambda: 3).wrong == "exit status 3"
