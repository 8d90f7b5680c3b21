"""A second import changes nothing; one question more upstream is one file more; what was edited by hand stays."""

from __future__ import annotations

import json
import shutil
import string
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import source
from pipeline.bring import Errand, Outcome, bring, named, shelf
from pipeline.bring.haul import Item, Node
from pipeline.bring.ledger import Ledger, digest
from pipeline.bring.shelf import Taking
from pipeline.diagnostics import BookError, show

DATE = "2026-11-28"


def write(bank: Path, questions: list[tuple[str, str]]) -> None:
    bank.write_text("# Ship\n\n## Deck\n\n" + "".join(f"### {ask}\n\n{answer}\n\n" for ask, answer in questions), encoding="utf-8")


def again(folder: Path, questions: list[tuple[str, str]], taking: Taking = "ask", date: str = DATE) -> Outcome:
    write(folder / "README.md", questions)
    return bring(Errand(folder / "README.md", folder / "book", date, taking=taking), named("headings"))


def codes(outcome: Outcome) -> list[str]:
    """Give the codes of what was told, but for questions of the same words, which this bank has."""
    return [d.code for d in outcome.diagnostics if d.code != "I204"]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted((folder / "book").rglob("*")) if path.is_file()}


def questions(folder: Path) -> set[str]:
    return {name for name in files(folder) if "/questions/" in name}


def listed(folder: Path) -> list[str]:
    outline: dict[str, Any] = yaml.safe_load((folder / "book/book.yaml").read_text())
    return [name for section in outline["sections"] for name in section["questions"]]


class Ended(BaseException):
    """What a kill is to a run."""


BANK = [("What floats?", "Wood."), ("What sinks?", "Iron."), ("What floats?", "Cork.")]


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    again(tmp_path, BANK)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in files(tmp_path)}
    outcome = again(tmp_path, BANK, date="2030-01-01")
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in files(tmp_path)} == before
    assert dict(outcome.counts) == {"unchanged": 3}


@pytest.mark.parametrize("at", range(4))
def test_a_question_more_is_a_file_more(tmp_path: Path, at: int) -> None:
    again(tmp_path, BANK)
    before = files(tmp_path)
    new = ("What floats?", "A ship, of all things.")
    again(tmp_path, [*BANK[:at], new, *BANK[at:]])
    after = files(tmp_path)
    assert len(questions(tmp_path)) == 4
    assert {name for name in before if after[name] != before[name]} == {"book/book.yaml", "book/imported.json"}
    added = next(name for name in after if name not in before)
    assert listed(tmp_path)[at] == Path(added).stem


def test_what_was_edited_by_hand_stays(tmp_path: Path) -> None:
    again(tmp_path, BANK)
    mine = tmp_path / "book/questions/deck/what-sinks.yaml"
    mine.write_text(mine.read_text().replace("Iron.", "Iron, and lead."))
    outline = tmp_path / "book/book.yaml"
    outline.write_text(outline.read_text().replace("title: Ship", "title: My ship"))
    outcome = again(tmp_path, [*BANK, ("What swims?", "Fish.")])
    assert "lead" in mine.read_text()
    assert "My ship" in outline.read_text()
    assert listed(tmp_path)[-1] == "what-swims"
    assert codes(outcome) == []
    assert dict(outcome.counts) == {"unchanged": 2, "edited by hand": 1, "new": 1}


def test_a_file_changed_on_both_sides_is_told_with_both_texts(tmp_path: Path) -> None:
    again(tmp_path, BANK)
    mine = tmp_path / "book/questions/deck/what-sinks.yaml"
    edited = mine.read_text().replace("Iron.", "Iron, and lead.")
    mine.write_text(edited)
    changed = [BANK[0], ("What sinks?", "Iron and stone."), BANK[2]]
    for _ in range(2):  # it is told until it is settled
        outcome = again(tmp_path, changed)
        conflict = next(d for d in outcome.diagnostics if d.code == "I401")
        shown = show(conflict)
        assert "says now 'Iron and stone.'" in shown
        assert "Iron, and lead." in shown
        assert (conflict.place.path, conflict.place.line) == (str(mine), 4)
        assert mine.read_text() == edited
    assert codes(again(tmp_path, changed, "book")) == []
    assert mine.read_text() == edited
    assert codes(again(tmp_path, changed)) == []
    again(tmp_path, [BANK[0], ("What sinks?", "Stone."), BANK[2]], "source")
    assert "Stone." in mine.read_text()


def test_changed_words_keep_the_id(tmp_path: Path) -> None:
    long = "Wood, cork, and whatever else is lighter than the water that it pushes aside, as Archimedes had it in his bath."
    again(tmp_path, [("What floats?", long), *BANK[1:]])
    before = questions(tmp_path)
    again(tmp_path, [("Which things float on water?", long), *BANK[1:]])
    assert questions(tmp_path) == before
    assert "Which things" in (tmp_path / "book/questions/deck/what-floats.yaml").read_text()


def test_what_is_gone_upstream_stays_and_is_told(tmp_path: Path) -> None:
    again(tmp_path, BANK)
    outcome = again(tmp_path, BANK[1:])
    assert codes(outcome) == ["I402"]
    assert len(questions(tmp_path)) == 3
    assert sorted(listed(tmp_path)) == sorted(Path(name).stem for name in questions(tmp_path))


def test_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    again(tmp_path, BANK)
    (tmp_path / "book/questions/deck/what-sinks.yaml").unlink()
    outcome = again(tmp_path, BANK)
    assert codes(outcome) == ["I403"]
    assert "what-sinks" not in listed(tmp_path)
    again(tmp_path, BANK, "source")
    assert "what-sinks" in listed(tmp_path)


def test_a_list_on_one_line_is_left_to_its_author(tmp_path: Path) -> None:
    again(tmp_path, BANK[:1])
    outline = tmp_path / "book/book.yaml"
    outline.write_text(outline.read_text().replace("questions:\n      - what-floats\n", "questions: [what-floats]\n"))
    outcome = again(tmp_path, BANK[:2])
    assert [(d.code, d.hint) for d in outcome.diagnostics] == [("I404", "list what-sinks in section 'deck'")]


def test_an_author_s_own_ids_are_not_taken(tmp_path: Path) -> None:
    again(tmp_path, BANK[:1])
    (tmp_path / "book/questions/deck/what-sinks.yaml").write_text("id: what-sinks\nask: Mine?\n")
    again(tmp_path, BANK[:2])
    assert (tmp_path / "book/questions/deck/what-sinks.yaml").read_text() == "id: what-sinks\nask: Mine?\n"
    assert len(questions(tmp_path)) == 3


WORDS = st.text(string.ascii_letters + string.digits + " *_`[](){}<>#+-.!|~$&:=\\'\"éß漢", min_size=1, max_size=40)
ITEMS = st.lists(st.tuples(WORDS.map(lambda w: f"What {w}?"), WORDS), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(bank=ITEMS, data=st.data())
def test_a_second_import_changes_nothing_whatever_is_written(bank: list[tuple[str, str]], data: st.DataObject, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("round")
    again(folder, bank)
    before = files(folder)
    again(folder, bank)
    assert files(folder) == before
    at = data.draw(st.integers(0, len(bank)))
    count = len(questions(folder))
    again(folder, [*bank[:at], ("What is quite new here, and nowhere else?", "Nothing like it was ever written."), *bank[at:]])
    after = files(folder)
    assert len(questions(folder)) == count + 1
    assert {name for name in before if after[name] != before[name]} <= {"book/book.yaml", "book/imported.json"}


def ended(patch: pytest.MonkeyPatch, folder: Path, after: int, bank: list[tuple[str, str]]) -> bool:
    """Import, and be ended after so many files; say whether there were more."""
    written = iter(range(after))

    def write_some(path: Path, text: str | bytes) -> None:
        if next(written, None) is None:
            raise Ended
        write_whole(path, text)

    write_whole = source.write
    with patch.context() as patched:
        patched.setattr(source, "write", write_some)
        try:
            again(folder, bank)
        except Ended:
            return True
    return False


def test_an_import_that_was_ended_anywhere_is_made_whole_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = [*BANK, ("What drifts?", "Weed."), ("What rusts?", "Iron, in salt.")]
    places = {name: tmp_path / name for name in ("whole", "once", "twice")}
    for place in places.values():
        place.mkdir()
    again(places["whole"], BANK)
    first = files(places["whole"])
    again(places["whole"], more)
    after = 0
    while ended(monkeypatch, places["once"], after, BANK):
        again(places["once"], BANK)
        assert files(places["once"]) == first, after
        assert ended(monkeypatch, places["once"], after, more) or after >= 5
        again(places["once"], more)
        assert files(places["once"]) == files(places["whole"]), after
        shutil.rmtree(places["once"] / "book")
        after += 1
    assert after > 5
    # And what was edited between is somebody's own.
    assert ended(monkeypatch, places["twice"], 6, BANK)
    own = next((places["twice"] / "book/questions").rglob("*.yaml"))
    own.write_text(own.read_text() + "# mine\n")
    mine = own.read_bytes()
    again(places["twice"], BANK)
    assert own.read_bytes() == mine


@pytest.mark.parametrize("path", ["../victim.yaml", "/etc/victim.yaml", "questions/../../victim.yaml"])
def test_a_book_whose_memory_leads_out_of_it_is_refused(tmp_path: Path, path: str) -> None:
    again(tmp_path, BANK)
    (tmp_path / "victim.yaml").write_text("mine")
    ledger = tmp_path / "book/imported.json"
    known = json.loads(ledger.read_text())
    for entry in known["questions"].values():
        entry["path"], entry["written"] = path, digest("mine")
    ledger.write_text(json.dumps(known))
    with pytest.raises(BookError) as refused:
        again(tmp_path, BANK)
    assert [found.code for found in refused.value.diagnostics] == ["I105"]
    assert (tmp_path / "victim.yaml").read_text() == "mine"


def test_names_for_questions_that_are_all_alike_are_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    monkeypatch.setattr(shelf, "digest", lambda text: asked.append(text) or digest(text))
    items = [Item("a.md", n, [Node("text", n, text="Who rows?")]) for n in range(600)]
    assert len(shelf.identify(items, Ledger(), set())) == 600
    assert len(asked) < 6 * 600
