"""Anki itself takes the decks: an update keeps what a reader has reviewed and written, and changes what has changed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from buildwork import edit

from pipeline.flow.exporting import ExportRequest, export_edition

pytestmark = pytest.mark.conformance
REVIEWED = 10
BANK = """
id: bank
slug: bank
schema: 1
title: "Harbor: Lights"
lang: en
version: 1.0.0
date: 2026-11-22
creators: [{name: The Breakwater Circle}]
publisher: The Breakwater Circle
rights: Free to copy.
errata: Tell the keeper.
description: Twelve questions.
changes: [{version: 1.0.0, date: 2026-11-22, text: First edition.}]
topics: [{id: lights, title: Lights}]
sections: [{id: night, title: By night, questions: [NAMES]}]
"""
EDITION = """
id: study
title: Study
audience: candidate
description: All of it.
sections: [questions]
parts: [choices, key, answer, key_points]
answers: inline
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A book of twelve questions."""
    folder = tmp_path / "bank"
    for name in ("questions/night", "editions"):
        (folder / name).mkdir(parents=True)
    (folder / "editions/study.yaml").write_text(EDITION.lstrip("\n"))
    (folder / "book.yaml").write_text(BANK.lstrip("\n"))
    for n in range(1, 13):
        ask(folder, n)
    return folder


def ask(folder: Path, number: int) -> None:
    """Write a question, and list it."""
    name = f"light-{number}"
    answer = f"answer: |\n  It says $x_{{{number}}}$ `{number}`.\n"
    text = f"id: {name}\nask: What does light {number} say?\nlevel: foundation\ntopics: [lights]\n{answer}"
    (folder / f"questions/night/{name}.yaml").write_text(text)
    edit(folder / "book.yaml", "NAMES]", f"{name}, NAMES]")


def deck(folder: Path) -> str:
    """Export a book as a deck."""
    text = (folder / "book.yaml").read_text()
    (folder / "book.yaml").write_text(text.replace(", NAMES]", "]"))
    outcome = export_edition(ExportRequest(folder, "anki", "", folder.parent / "output"))
    (folder / "book.yaml").write_text(text)
    return str(outcome.path)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Any]:
    """A collection with nothing in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from anki.collection import Collection

        opened = Collection(str(tmp_path / "collection.anki2"))
        yield opened
        opened.close()


def take(collection: Any, path: str) -> dict[str, int]:
    """Import a deck as Anki does when nothing is chosen; count its notes by what became of them."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    options = ImportAnkiPackageOptions(with_scheduling=False, with_deck_configs=False)
    log = collection.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options)).log
    return {name: len(getattr(log, name)) for name in ("new", "updated", "duplicate", "conflicting")}


def note(collection: Any, number: int) -> Any:
    (name,) = collection.find_notes(f'"Id:light-{number}"')
    return collection.get_note(name)


def reviews(collection: Any) -> list[Any]:
    return list(collection.db.all("SELECT cid, ease, ivl, time FROM revlog ORDER BY id"))


def scheduled(collection: Any) -> list[Any]:
    return list(collection.db.all("SELECT id, type, queue, due, ivl, reps FROM cards WHERE reps > 0 ORDER BY id"))


def review(collection: Any) -> None:
    """Answer cards as a reader does."""
    collection.decks.select(collection.decks.id("Harbor: Lights"))
    for _ in range(REVIEWED):
        card = collection.sched.getCard()
        card.start_timer()
        collection.sched.answerCard(card, 4)


def test_an_update_keeps_reviews_and_notes_and_changes_what_has_changed(bank: Path, collection: Any) -> None:
    assert take(collection, deck(bank)) == {"new": 12, "updated": 0, "duplicate": 0, "conflicting": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        review(collection)
    before = reviews(collection), scheduled(collection)
    assert len(before[0]) == len(before[1]) == REVIEWED
    for number in (2, 5):
        mine = note(collection, number)
        mine["My notes"] = f"As the keeper told me, {number}."
        collection.update_note(mine)

    # The next edition: two questions have changed, one of which the reader has written to, and one is new.
    for number in (3, 5):
        edit(bank / f"questions/night/light-{number}.yaml", "It says", "Now it says")
    ask(bank, 13)
    edit(bank / "book.yaml", "date: 2026-11-22\ncreators", "date: 2027-02-01\ncreators")
    assert take(collection, deck(bank)) == {"new": 1, "updated": 1, "duplicate": 11, "conflicting": 0}

    assert collection.note_count() == collection.card_count() == 13
    assert (reviews(collection), scheduled(collection)) == before
    assert [note(collection, n)["My notes"] for n in (2, 3, 5)] == ["As the keeper told me, 2.", "", "As the keeper told me, 5."]
    assert note(collection, 3)["Answer"] == r"<p>Now it says \(x_{3}\) <code>3</code>.</p>"
    assert "Now" not in note(collection, 5)["Answer"]  # what a reader has edited is the reader's
    assert note(collection, 13)["Question"] == "What does light 13 say?"
    assert collection.decks.all_names_and_ids()[-1].name == "Harbor: Lights::By night"


def test_an_update_without_a_change_changes_nothing(bank: Path, collection: Any) -> None:
    take(collection, deck(bank))
    edit(bank / "book.yaml", "date: 2026-11-22\ncreators", "date: 2027-02-01\ncreators")
    assert take(collection, deck(bank)) == {"new": 0, "updated": 0, "duplicate": 12, "conflicting": 0}


def test_a_card_shows_all_that_it_has_and_is_tagged(bank: Path, collection: Any) -> None:
    take(collection, deck(bank))
    card = note(collection, 1).cards()[0]
    assert "What does light 1 say?" in card.question()
    assert r"\(x_{1}\)" in card.answer() and "Harbor: Lights, By night, 1" in card.answer()
    assert sorted(card.note().tags) == ["level::foundation", "topic::lights"]
    assert collection.media.check().missing == []
    assert collection.fix_integrity()[1]
