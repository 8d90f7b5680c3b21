"""Texts are remembered from build to build, and what is remembered is what would be read and written anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from buildwork import book, bytes_of, edit, environment, run
from renderwork import formula

from pipeline import load, markup, model, theme
from pipeline.flow.texts import TextMemory
from pipeline.markup import Setting, Target, Text, remembering
from pipeline.model import Book
from pipeline.render.writing import write
from pipeline.work.memory import Memory
from pipeline.work.store import Store

RICH = """A [[term:loss|loss]] of $x^2$, {=sweep.best}[^n], and [words]{.index term="Word" see-also="Other"}.

[^n]: A note.

## Heading

![](figure:curve)

[[box:legal]]

!!! note
    Mind *this*: `code`.

Table: A caption

| a | b |
|---|---|
| 1 | 2 |
"""
OPTIONS = {
    "link": lambda reference: f"<a>{reference.id}</a>",
    "figure": lambda name: f"<figure>{name}</figure>",
    "box": lambda name: f"<aside>{name}</aside>",
    "value": lambda name: name.upper(),
    "formula": lambda found: formula(found.latex, found.display),
    "table_label": lambda n: f"Table {n}",
}


def target(medium: str = "paged") -> Target:
    spoken, labels = theme.spoken("en"), theme.labels("en")
    given = {"scope": "s", "level": 2, "lang": "en", **OPTIONS, "labels": labels, "spoken": spoken, "words": theme.words_digest("en")}
    return Target(medium=medium, **given)


def texts(found: Book) -> Iterator[Text]:
    for record in found.records():
        for _, kind, text in model.prose(record):
            yield markup.parse(text, inline=kind.inline)


@pytest.mark.parametrize("folder", ["content", "tests/books/small"])
def test_a_text_recalled_is_the_text_that_was_parsed(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = load.load_book(Path(__file__).parent.parent / folder)
    assert found is not None
    first, then = Memory(100_000), Memory(100_000)
    monkeypatch.setattr(remembering, "TEXTS", first)
    markup.parse.cache_clear()
    parsed = [text for text in texts(found) if not text.faults]
    then.recall(json.loads(json.dumps(first.hand_on())))
    monkeypatch.setattr(remembering, "TEXTS", then)
    for text in parsed:
        again = remembering.recalled(text.source, text.inline, text.read)
        assert again == text
        assert markup.plain(again) == markup.plain(text)


def test_texts_with_faults_are_not_remembered() -> None:
    text = markup.parse("This is [[not closed, and nobody wrote it before.")
    assert text.faults
    assert remembering.recalled(text.source, False, text.read) is None


@pytest.mark.parametrize("medium", ["paged", "reflow"])
def test_a_text_is_written_once_for_the_same_surroundings(medium: str) -> None:
    text, known = markup.parse(RICH), Memory(10)
    assert not text.faults
    first = write(text, target(medium), known)
    assert first == markup.to_xhtml(text, target(medium))
    unread = replace(text, read=lambda: pytest.fail("the text was read again"))
    assert write(unread, target(medium), known) == first
    assert known.new == 1


def moved(latex: str) -> Setting:
    return replace(formula(latex, False), depth=9.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "other"}, {"level": 3}, {"first_note": 4}, {"medium": "reflow"},
        {"link": lambda reference: f"<a>{reference.id}, p. 3</a>"},
        {"figure": lambda name: f"<figure>Figure 2 {name}</figure>"},
        {"box": lambda name: f"<aside>New {name}</aside>"},
        {"value": lambda name: "0.91"},
        {"table_label": lambda n: f"Table 3.{n}"},
        {"formula": lambda found: moved(found.latex)},
    ],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_whatever_a_text_is_told_by_its_surroundings_it_is_written_anew_when_that_changes(changes: dict) -> None:
    text, known = markup.parse(RICH), Memory(10)
    before = target("reflow" if "first_note" in changes else "paged")
    after = replace(before, **changes)
    write(text, before, known)
    assert write(text, after, known) == markup.to_xhtml(text, after) != markup.to_xhtml(text, before)


def test_words_of_a_language_that_change_are_written(templates: Path) -> None:
    text, known = markup.parse("!!! note\n    Mind this.\n"), Memory(10)
    assert "Mind this" in write(text, target(), known)
    edit(templates / "labels/en.yaml", "note: Note", "note: Nota")
    theme.forget()
    assert "Nota" in write(text, target(), known)


def test_what_is_not_asked_for_any_more_is_forgotten_when_there_is_little_room() -> None:
    memory = Memory(10)
    memory.recall({f"old {n}": n for n in range(1, 7)})
    assert memory.get("old 3") == 3
    memory.put("new", 1)
    assert memory.new == 1
    assert memory.hand_on() == {"old 3": 3, "new": 1}
    assert memory.new == 0


def test_where_there_is_room_all_is_handed_on_and_where_there_is_none_nothing_is_added() -> None:
    memory = Memory(4)
    memory.recall({"old": 1})
    memory.put("new", 2)
    assert memory.hand_on() == {"old": 1, "new": 2}
    for n in range(9):
        memory.put(f"{n}", n)
    assert [memory.get(f"{n}") for n in range(4)] == [0, 1, None, None]


def test_a_memory_full_of_what_nobody_asks_for_makes_room_for_the_next_build() -> None:
    memory = Memory(4)
    memory.recall({f"old {n}": n for n in range(4)})
    assert (memory.new, memory.get("old 1")) == (0, 1)
    memory.put("new", 5)
    assert memory.new == 1
    assert memory.hand_on() == {"old 1": 1}
    memory.put("new", 5)
    assert memory.get("new") == 5


def test_what_a_build_read_is_handed_on_to_the_next_and_an_edit_writes_nothing_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun() -> tuple[Memory, TextMemory]:
        memory = Memory(1_000)
        monkeypatch.setattr(markup, "TEXTS", memory)
        return memory, TextMemory(store, tmp_path)

    with Store.open(tmp_path / "store") as store:
        first, texts_of_first = begun()
        for n in range(100):
            first.put(f"text {n}", n)
        texts_of_first.keep()
        stored = {path.name for path in (tmp_path / "store").iterdir()}
        second, texts_of_second = begun()
        assert second.get("text 7") == 7
        second.put("an edit", 1)
        texts_of_second.keep()
        assert {path.name for path in (tmp_path / "store").iterdir()} == stored != set()
        third, _ = begun()
        assert (third.get("text 99"), third.get("an edit")) == (99, None)


def test_an_edited_book_comes_out_the_same_whether_its_texts_are_remembered_or_not(tmp_path: Path) -> None:
    place, warm, cold = book(tmp_path / "book"), environment(tmp_path / "warm"), environment(tmp_path / "cold")
    built = run("build", "--book", place, "--output", tmp_path / "one", env=warm)
    assert built.returncode == 0, built.stderr
    path = next((place / "questions").rglob("falling-glass.yaml"))
    edit(path, "\nanswer: |\n", "\nanswer: |\n  One sentence more. ")
    edit(place / "book.yaml", "title: ", "title: New ", required=True)
    for output, env in ((tmp_path / "one", warm), (tmp_path / "two", cold)):
        built = run("build", "--book", place, "--output", output, env=env)
        assert built.returncode == 0, built.stderr
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
