"""Every example runs by itself and prints what the page prints."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import REAL, SMALL
from forking import Loaded

from pipeline.load import load_book
from pipeline.model import Example

PINNED = {"numpy": "2.4.6", "scikit-learn": "1.9.1"}
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Beside other tests, threads that spin while they wait for a core cost more than they bring: minutes on a busy machine."""
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])|[-+]?\d+\.\d+(?:e[-+]?\d+)?")


def examples(folder: Path) -> dict[str, Example]:
    book, _ = load_book(folder)
    assert book is not None
    return {example.id: example for question in book.questions.values() for example in question.examples}


FOUND = {**examples(SMALL), **examples(REAL)}


def unit(number: str) -> float:
    """Return one unit of the last digit shown."""
    digits, _, power = number.partition("e")
    return float(10.0 ** (int(power or 0) - len(digits.partition(".")[2])))


def same(printed: str, recorded: str) -> bool:
    """Tell whether two outputs agree: text to the letter, numbers within one unit of the last digit shown."""
    if NUMBER.sub("#", printed) != NUMBER.sub("#", recorded):
        return False
    pairs = zip(NUMBER.findall(printed), NUMBER.findall(recorded), strict=True)
    return all(abs(float(a.replace(",", "")) - float(b.replace(",", ""))) <= unit(b) * 1.000001 for a, b in pairs)


@cache
def loaded() -> Loaded:
    """Start a Python that has loaded what most examples import, once for each worker of the tests."""
    return Loaded("numpy", "scipy.stats", "sklearn.ensemble", "sklearn.pipeline", flags=("-I", "-W", "error::FutureWarning"), **ALONE)


@pytest.mark.parametrize("name", FOUND)
def test_an_example_prints_what_is_recorded(name: str, tmp_path: Path) -> None:
    example = FOUND[name]
    assert example.language == "python"
    done = loaded().run(["-c"], example.code, env=os.environ | ALONE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert same(done.stdout.rstrip(), example.output.rstrip()), done.stdout


def test_no_example_lives_on_what_others_have_loaded() -> None:
    """A part of a library that is loaded already is reached by the name under which an example imports it, and by no longer one."""
    reached = re.compile(r"(?m)^(?!\s*(?:from|import)\b).*\b(?:sklearn|scipy)\.[a-z]")
    assert [name for name, example in FOUND.items() if reached.search(example.code)] == []
    assert reached.search("import sklearn\nfound = sklearn.svm.SVC()") and not reached.search("from sklearn.svm import SVC")


def test_examples_run_with_the_pinned_libraries() -> None:
    assert {name: version(name) for name in PINNED} == PINNED


@pytest.mark.parametrize(
    ("printed", "recorded", "agree"),
    [
        ("best: 0.834", "best: 0.833", True),
        ("best: 0.835", "best: 0.833", False),
        ("rows: 1,204", "rows: 1,203", True),
        ("-0.12 kept", "0.12 kept", False),
        ("a: 1\nb: 2", "a: 1", False),
        ("worst: 0.833", "best: 0.833", False),
        ("p: 1.23e-05", "p: 1.22e-05", True),
        ("p: 1.23e-05", "p: 1.22e-06", False),
        ("shape (3, 20)", "shape (3, 20)", True),
        ("x1 is 7", "x2 is 7", False),
    ],
)
def test_outputs_agree_within_one_unit_of_the_last_digit_shown(printed: str, recorded: str, agree: bool) -> None:
    assert same(printed, recorded) == agree
