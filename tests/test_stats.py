"""`guidepress stats` counts what the book holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli.running import main
from pipeline.model import Book
from pipeline.stats import Cell, Stats, stats

FOLDER = Path(__file__).parent / "books/small"
SMALL = str(FOLDER)


@pytest.fixture(scope="module")
def counts(book: Book) -> Stats:
    return stats(book)


def test_questions_stand_in_the_books_order_under_their_printed_numbers(counts: Stats) -> None:
    assert [(row.number, row.id) for row in counts.questions] == [
        ("1", "light-characteristics"), ("2", "tide-by-twelfths"), ("3", "under-keel-clearance"),
        ("4", "falling-glass"), ("5", "corrected-log"), ("K1", "relief-in-fog"),
    ]  # fmt: skip


def test_a_row_counts_what_stands_in_a_question(counts: Stats) -> None:
    row = counts.questions[2]
    assert (row.section, row.level, row.type, row.topics, row.minutes) == (
        "lights-and-tides",
        "advanced",
        "technical",
        ("tides", "conduct"),
        8,
    )
    assert (row.amount.figures, row.amount.formulas, row.examples, row.follow_ups, row.sources) == (1, 8, 1, 1, 1)
    assert 300 < row.amount.words < 400


def test_a_question_counts_in_the_mix_under_each_of_its_topics(counts: Stats) -> None:
    assert [cell for cell in counts.mix if cell.topic == "conduct"] == [
        Cell("lights-and-tides", "advanced", "conduct", 1, 8),
        Cell("weather-and-watch", "foundation", "conduct", 1, 6),
        Cell("weather-and-watch", "advanced", "conduct", 1, 6),
    ]


def test_words_of_all_parts_make_the_whole_and_reading_takes_longer_with_more_of_them(counts: Stats) -> None:
    assert sum(row.amount.words for row in counts.questions) == counts.parts["question"]
    assert sum(amount.words for _, amount in counts.chapters) == counts.parts["chapter"]
    assert counts.words == sum(counts.parts.values()) and "work" not in counts.parts
    longest = max(counts.questions, key=lambda row: row.amount.words)
    assert longest.amount.minutes == max(row.amount.minutes for row in counts.questions)


def test_the_command_prints_the_matrix_and_a_row_for_each_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--book", SMALL]) == 0
    lines = capsys.readouterr().out.split("\n")
    tides = next(line for line in lines if line.startswith("tides"))
    assert tides.split("  ")[-1].strip() == "2 / 18"
    assert next(line for line in lines if line.startswith("questions ")).split("  ")[-1].strip() == "6 / 49"
    keel = next(line for line in lines if "under-keel-clearance" in line).split()
    assert keel[:5] == ["3", "under-keel-clearance", "advanced", "technical", "8"]
    assert keel[-5:] == ["1", "8", "1", "1", "1"]


def test_the_command_prints_the_same_counts_as_json(capsys: pytest.CaptureFixture[str], counts: Stats) -> None:
    assert main(["stats", "--format", "json", "--book", SMALL]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["words"] == counts.words
    assert [row["id"] for row in printed["questions"]] == [row.id for row in counts.questions]
    assert printed["chapters"]["day-of"]["words"] == dict(counts.chapters)["day-of"].words
    assert printed["mix"][0] == {"section": "lights-and-tides", "level": "foundation", "topic": "lights", "questions": 1, "minutes": 12}


def test_a_folder_without_a_book_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--book", str(FOLDER.parent)]) == 1
    assert "error[B108]" in capsys.readouterr().err
