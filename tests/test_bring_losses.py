"""Everything that an import cannot keep is told at its line and column, with a hint.

A folder `tests/imports/<code>[-variant]/` holds a bank, a dialect of its own if it has one, and expected.txt: all
that is told, as `show` prints it; GOLDEN=refresh rewrites it.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from buildwork import ROOT
from test_faults import VERBS

from pipeline import bring
from pipeline.diagnostics import BookError, show
from pipeline.flow import rules

LOSSES = sorted((path for path in (ROOT / "tests/imports").iterdir() if path.is_dir()), key=lambda path: path.name)
ELSEWHERE = {
    "I101": "no file: test_what_is_no_file_is_not_waited_for",
    "I102": "too large, or too deep: test_what_means_harm_is_told_and_ends_soon",
    "I103": "no text: test_what_means_harm_is_told_and_ends_soon",
    "I401": "two imports: test_a_file_changed_on_both_sides_is_told_with_both_texts",
    "I402": "two imports: test_what_is_gone_upstream_stays_and_is_told",
    "I403": "two imports: test_what_was_deleted_stays_deleted",
    "I404": "two imports: test_a_list_on_one_line_is_left_to_its_author",
    "I405": "a new book: test_a_new_book_says_what_is_to_be_filled_in",
}


def told(folder: Path) -> str:
    """Import the bank of a folder without a book; return all that is told."""
    dialect = Path("dialect.yaml")
    try:
        found = bring.bring(bring.Errand(Path(bank(folder)), None, "2026-11-28"), bring.from_file(dialect) if dialect.exists() else None)
    except BookError as error:
        return "\n\n".join(map(show, error.diagnostics)) + "\n"
    return "\n\n".join(map(show, found.diagnostics)) + "\n"


def bank(folder: Path) -> str:
    return next(path.name for path in folder.iterdir() if path.stem == "bank")


@pytest.mark.parametrize("folder", LOSSES, ids=lambda path: path.name)
def test_a_loss_is_told_at_its_place(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    shown = told(folder)
    if os.environ.get("GOLDEN") == "refresh":
        (folder / "expected.txt").write_text(shown, encoding="utf-8")
    assert shown == (folder / "expected.txt").read_text(encoding="utf-8")
    assert f"[{folder.name.partition('-')[0]}]" in shown


@pytest.mark.parametrize("folder", LOSSES, ids=lambda path: path.name)
def test_every_loss_has_a_place_and_a_hint_that_begins_with_a_verb(folder: Path) -> None:
    for shown in (folder / "expected.txt").read_text(encoding="utf-8").strip().split("\n\n"):
        lines = shown.split("\n")
        assert re.fullmatch(r"(error|warning|note)\[I\d{3}\]: \S.*[^.]", lines[0]), lines[0]
        assert re.fullmatch(r" +--> (bank|dialect)\.\w+:\d+:\d+", lines[1]), lines[1]
        assert lines[-1].partition(" = hint: ")[2].split(" ")[0] in VERBS | {"leave", "export", "pack", "flatten", "move", "mark"}, lines[
            -1
        ]


def test_every_code_of_an_import_has_a_folder_and_is_explained() -> None:
    codes = {rule.code for rule in bring.RULES}
    tested = {path.name.partition("-")[0] for path in LOSSES}
    assert codes - tested - set(ELSEWHERE) == set()
    assert tested & set(ELSEWHERE) == set()
    assert codes <= set(rules())


def test_a_new_book_says_what_is_to_be_filled_in(tmp_path: Path) -> None:
    (tmp_path / "bank.md").write_text("### Where?\n\nHere.\n\n### When?\n\nNow.\n")
    outcome = bring.bring(bring.Errand(tmp_path / "bank.md", tmp_path / "book", "2026-11-28"), None)
    assert [d.code for d in outcome.diagnostics] == ["I405"]
