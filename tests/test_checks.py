"""Checks look at what a book means; each is registered once, under the code that it gives."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from test_faults import ELSEWHERE

from pipeline import checks
from pipeline.flow import load_and_check

BOOK = Path(__file__).parent / "books" / "small"
LOG = "questions/weather-and-watch/corrected-log.yaml"
CITED = "sources:\n  - {key: bowditch, at: chapter on the deck log}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BOOK, tmp_path / "book"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def codes(folder: Path) -> list[str]:
    return [d.code for d in load_and_check(folder)[1]]


def test_every_check_has_a_code_of_its_own_a_title_and_an_explanation() -> None:
    given = [check.code for check in checks.CHECKS]
    assert len(set(given)) == len(given)
    assert all(re.fullmatch(r"C\d{3}", code) for code in given)
    assert all(check.title and check.text.endswith(".") for check in checks.CHECKS)


def test_a_check_gives_the_code_it_is_registered_under() -> None:
    faults = Path(__file__).parent / "faults"
    for check in (check for check in checks.CHECKS if check.code not in ELSEWHERE):
        shown = "".join(path.read_text(encoding="utf-8") for path in faults.glob(f"{check.code}*/expected.txt"))
        assert f"{check.severity}[{check.code}]: " in shown


@pytest.mark.parametrize("place", [LOG, f"{LOG}:1", "corrected-log.yaml"])
def test_a_warning_can_be_ignored_with_a_reason(folder: Path, place: str) -> None:
    edit(folder / LOG, CITED, "")
    assert codes(folder) == ["C309"]
    (folder / "ignore.yaml").write_text(f"ignore:\n  - {{code: C309, place: '{place}', reason: It is a story.}}\n")
    assert codes(folder) == []


def test_an_entry_for_another_line_ignores_nothing(folder: Path) -> None:
    edit(folder / LOG, CITED, "")
    (folder / "ignore.yaml").write_text(f"ignore:\n  - {{code: C309, place: '{LOG}:2', reason: It is a story.}}\n")
    assert codes(folder) == ["C901", "C309"]


def test_an_error_cannot_be_ignored(folder: Path) -> None:
    edit(folder / LOG, "see_also: [falling-glass]", "see_also: [lost]")
    (folder / "ignore.yaml").write_text(f"ignore:\n  - {{code: C206, place: {LOG}, reason: It will come.}}\n")
    assert codes(folder) == ["C901", "C206"]


def test_what_a_refused_record_would_cite_or_mark_is_not_said_to_be_missing(folder: Path) -> None:
    edit(folder / "questions/weather-and-watch/relief-in-fog.yaml", "minutes: 6", "minutes: six")
    assert codes(folder) == ["B104"]


def test_a_formula_of_the_sheet_is_checked_like_one_in_a_text(folder: Path) -> None:
    edit(folder / "formulas.yaml", "\\frac{R}{2}", "\\frac{R}{2}}")
    _, (fault,) = load_and_check(folder)
    assert (fault.code, fault.place.line) == ("M181", 9)
    assert fault.line_text[fault.place.column - 2 : fault.place.column] == "}}"


def test_a_flood_of_findings_is_cut(folder: Path) -> None:
    edit(folder / LOG, "see_also: [falling-glass]", f"see_also: [{', '.join(['lost'] * 3_000)}]")
    assert len(codes(folder)) == 1_000
