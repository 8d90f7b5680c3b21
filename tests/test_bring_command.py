"""The command says what was found, what was left out, what was lost, and what comes next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli.__main__ import main

BANK = "# Oars\n\n" + "".join(f"## Why is oar {n} [so](#nowhere{n}) long?\n\nSee [this](#gone{n}).\n\n---\n\n" for n in range(6))


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    Path("bank.md").write_text(BANK)
    return Path("bank.md")


def test_nothing_is_written_without_a_book(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "bank.md"]) == 0
    said = capsys.readouterr()
    assert "6 questions in 1 file, read as 'headings' (guessed; --show-dialect prints it)" in said.out
    assert "left out by rule: 6 x rules between blocks" in said.out
    assert "Nothing was written: name a book with --to BOOK." in said.out
    assert said.err.count("warning[I303]:") == 2
    assert "11 more of this kind: bank.md:" in said.err
    assert [path.name for path in Path().iterdir()] == ["bank.md"]


def test_a_book_is_written_and_its_date_is_the_day_s(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "bank.md", "--to", "book", "--title", "Rowing", "--all"]) == 0
    said = capsys.readouterr()
    assert "book: 6 new" in said.out
    assert "Next: guidepress build --book book" in said.out
    assert said.err.count("warning[I303]:") == 12
    written = Path("book/book.yaml").read_text()
    assert "title: Rowing\n" in written
    assert "date: 1970-01-01\n" in written


@pytest.mark.parametrize(("sentences", "flow"), [(3, "run-on"), (60, "page")])
def test_questions_begin_pages_where_they_fill_a_third_of_one(bank: Path, sentences: int, flow: str) -> None:
    bank.write_text("# Oars\n\n" + "".join(f"## Why is oar {n} long?\n\n{'It reaches the sea. ' * sentences}\n\n" for n in range(6)))
    assert main(["import", "bank.md", "--to", "book", "--title", "Rowing"]) == 0
    assert f"\nflow: {flow}\n" in Path("book/editions/study.yaml").read_text()


def test_of_two_warnings_of_a_kind_one_is_printed_and_where_the_other_stands(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bank.write_text("# Oars\n\n## Why are they long?\n\nSee [this](#gone), and\n[that](#lost).\n\n## Who rows?\n\nWe do.\n")
    assert main(["import", "bank.md"]) == 0
    said = capsys.readouterr().err
    assert "leads to no question\n --> bank.md:5:" in said
    assert "warning[I303]: 1 more of this kind: bank.md:6:" in said


def test_losses_are_for_programs_too(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "bank.md", "--format", "json"]) == 0
    assert {row["code"] for row in json.loads(capsys.readouterr().out)} == {"I303"}


def test_the_dialect_can_be_shown_edited_and_named(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "bank.md", "--show-dialect"]) == 0
    shown = capsys.readouterr().out
    Path("mine.yaml").write_text(shown.replace("question: [heading]", "question: [heading 1]"))
    assert main(["import", "bank.md", "--profile", "mine.yaml"]) == 0
    assert "1 question in 1 file, read as 'mine' (as asked)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["bank.md", "--as", "headings", "--profile", "mine.yaml"], 2, "name two dialects"),
        (["bank.md", "--as", "heddings"], 1, "no dialect 'heddings'"),
        (["gone.md"], 1, "no such file or folder"),
        (["bank.md", "--take", "mine"], 2, "'mine' is not one of"),
    ],
)
def test_wrong_usage_is_said(bank: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, message: str) -> None:
    assert main(["import", *arguments]) == status
    assert message in capsys.readouterr().err
