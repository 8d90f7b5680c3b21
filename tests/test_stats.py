"""`guidepress stats` counts what the book holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pipeline.cli.__main__ import main
from pipeline.model import Book
from pipeline.stats import Cell, Stats, readability, stats

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
    assert keel[-7:-2] == ["1", "8", "1", "1", "1"]


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


# Readability


def test_sentences_of_paragraphs_and_items_are_counted_and_nothing_else() -> None:
    text = """## A heading of five words

A light says its name. It says it $n$ times, see [[corrected-log|the log]]!

- One item
- Another item of six words.

| a table | of cells |
|---|---|
| is not | counted here |

```text
nor is code
```
"""
    assert readability(text).sentence == (5 + 8 + 2 + 5) / 4


def test_a_formula_ends_its_sentence_with_the_stop_behind_it() -> None:
    assert readability("The range is $R$. The period is $T$.").sentence == 4.0


def test_long_words_in_long_sentences_are_harder_and_a_text_without_words_has_no_grade() -> None:
    hard = readability("Characteristically, identification necessitates interpretation of considerable periodicity and luminosity.")
    easy = readability("We see the light. It is red. We turn back.")
    assert hard.grade is not None and easy.grade is not None
    assert hard.grade > 20 > 3 > easy.grade
    assert readability("$$\nx\n$$").grade is None


def test_without_its_library_the_grade_is_left_out(
    monkeypatch: pytest.MonkeyPatch, counts: Stats, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "textstat", None)
    assert main(["stats", "--book", SMALL]) == 0
    rows = [line.split() for line in capsys.readouterr().out.split("\n") if " light-characteristics " in line]
    assert [row[-1] for row in rows] == ["-"]
