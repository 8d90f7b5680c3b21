"""Choices are printed as lettered options; which are correct stands only where an edition prints the key."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from buildwork import edit, environment, run

from pipeline.bring import Errand, bring
from pipeline.editions import keep
from pipeline.flow import load_and_check
from pipeline.model import Question

BANK = """# Lights

## Ships

1. Which light has port?
    - A. Green
    - B. Red

    Answer: B

    As on a plane.

2. Which two are white?
    - A. Stern
    - B. Masthead
    - C. Port

    Answer: A, B
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choices")
    (folder / "bank.md").write_text(BANK)
    bring(Errand(folder / "bank.md", folder / "book", "2026-11-28"), None)
    return folder / "book"


def test_an_edition_without_the_key_knows_of_no_correct_choice(book: Path) -> None:
    loaded, _ = load_and_check(book)
    assert loaded is not None
    question = loaded.questions["which-light-has-port"]
    assert [choice.correct for choice in keep(question, ("choices",)).choices] == [False, False]
    assert [choice.correct for choice in keep(question, ("choices", "key")).choices] == [False, True]
    assert keep(question, ("answer",)).choices == ()


def test_a_note_of_a_choice_is_withheld_with_the_key() -> None:
    question = Question.model_validate({"id": "a", "ask": "Which?", "choices": [{"text": "One", "note": "Why"}, {"text": "Two"}]})
    assert [choice.note for choice in keep(question, ("choices",)).choices] == [None, None]


@pytest.mark.slow
def test_a_bank_of_choices_builds_to_both_editions(book: Path, tmp_path: Path) -> None:
    for path in (book / "editions").glob("*.yaml"):
        edit(path, "papers: [a4, letter]", "papers: [a4]")
    built = run("build", "--book", book, "--output", tmp_path / "out", env=environment(tmp_path / "cache"))
    assert built.returncode == 0, built.stderr
    practice = text_of(next((tmp_path / "out/guides/practice").glob("*[0-9].epub")))
    study = text_of(next((tmp_path / "out/guides/study").glob("*[0-9].epub")))
    assert "Correct: B" in study
    assert "Correct: A, B" in study
    assert '<ol class="choices" type="A">' in study
    assert "Correct: B" in practice
    assert practice.count("Correct:") == 2


def text_of(epub: Path) -> str:
    with zipfile.ZipFile(epub) as archive:
        return "\n".join(archive.read(name).decode() for name in sorted(archive.namelist()) if name.endswith(".xhtml"))
