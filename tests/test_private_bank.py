"""Private banks: joined by id for hiring teams alone; nothing of them in candidates' files or the store; their mistakes are faults."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import packwork
import pytest
from buildwork import SMALL, book, bytes_of
from packwork import add_team, letters, said, word

from pipeline import load
from pipeline.cli.__main__ import main
from pipeline.flow import Request, build, load_and_check
from pipeline.model import question_numbers
from pipeline.work.store import Store

HOME = "questions/weather-and-watch"
OWN = f"{HOME}/own-{word(1)}.yaml"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A copy of the small book at ``tmp_path/book``, and beside it a bank."""
    shutil.copytree(SMALL, tmp_path / "book")
    return tmp_path / "banks" / add_team(tmp_path / "book", tmp_path / "banks", 1)


def test_a_bank_is_joined_for_hiring_teams_and_changes_no_number(bank: Path) -> None:
    alone, _ = load_and_check(bank.parents[1] / "book")
    joined, faults = load_and_check(bank.parents[1] / "book", None, bank)
    assert alone is not None
    assert joined is not None
    assert [fault for fault in faults if fault.severity == "error"] == []
    own = f"own-{word(1)}"
    assert joined.questions[own].audience == "kit"
    assert joined.chapters[f"rules-{word(1)}"].audience == "kit"
    assert f"rules-{word(1)}" in joined.outline.kit_back
    assert own in joined.outline.sections[1].questions
    assert {word(1)} == joined.roles.keys() - alone.roles.keys() == joined.plans.keys() - alone.plans.keys()
    assert joined.exposure.times[own] == 7
    numbers = question_numbers(joined)
    assert {name: numbers[name] for name in alone.questions} == question_numbers(alone)
    assert numbers[own] == "K2"


def test_a_question_in_no_folder_stands_at_the_end_of_the_last_section(bank: Path) -> None:
    (bank / OWN).rename(bank / f"questions/own-{word(1)}.yaml")
    joined, _ = load_and_check(bank.parents[1] / "book", None, bank)
    assert joined is not None
    assert joined.outline.sections[-1].questions[-1] == f"own-{word(1)}"


def test_candidates_editions_of_a_private_plan_are_left_out_and_those_of_a_public_one_follow_it(bank: Path) -> None:
    handout = packwork.ROUND.replace("audience: kit", "audience: candidate").replace(
        "[kit-title, contents, kit-plan, kit-role, kit_front, spreads, kit_back, kit-rotation]", "[handout]"
    )
    (bank.parents[1] / "book/editions/handout.yaml").write_text(handout)
    (bank.parents[1] / "book/editions/round.yaml").write_text(packwork.ROUND)
    private, _ = load.load_book(bank.parents[1] / "book", None, bank, word(1))
    public, _ = load.load_book(bank.parents[1] / "book", None, bank, "watch")
    assert private is not None
    assert public is not None
    assert "handout" not in private.editions
    assert {"round-a"} == {name for name in private.editions if name.startswith("round")}
    assert {"handout", "round-a", "round-b"} <= public.editions.keys()


def test_an_edition_of_a_plan_that_only_a_team_s_bank_has_is_left_out_without_it(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = bank.parents[1] / "book"
    (home / "editions/round.yaml").write_text(packwork.ROUND.replace("plan: watch", f"plan: {word(1)}"))
    hint = "write it to plans/; or give a team its private bank with it: 'with' and 'plan' in teams/<id>.yaml"
    shutil.move(home / "plans", bank.parent / "plans")
    (home / "exposure.yaml").unlink()
    assert [(fault.code, fault.hint) for fault in load_and_check(home)[1] if fault.severity == "error"] == [("C911", hint)]
    with (home / "teams/crew-0001.yaml").open("a") as team:
        team.write(f"plan: {word(1)}\neditions: [study, round]\n")
    alone, faults = load_and_check(home)
    joined, more = load_and_check(home, None, bank)
    assert [fault for fault in (*faults, *more) if fault.severity == "error"] == []
    assert alone is not None
    assert joined is not None
    assert joined.editions.keys() - alone.editions.keys() == {"round-a"}
    assert "no plan 'wacht'" in [fault.message for fault in load_and_check(home, None, bank, "wacht")[1]]
    assert main(["build", "round", "--book", str(home), "--output", str(home.parent / "output")]) == 1
    assert "= hint: name the private bank that has its plan: --with DIR" in capsys.readouterr().err


def place(text: str, name: str) -> Callable[[Path], object]:
    def write(bank: Path) -> None:
        (bank / name).parent.mkdir(parents=True, exist_ok=True)
        (bank / name).write_text(text)

    return write


def outside(bank: Path) -> None:
    (bank.parent / "secret.yaml").write_text((bank / OWN).read_text())
    (bank / OWN).unlink()
    (bank / OWN).symlink_to("../../../secret.yaml")


def folder_outside(bank: Path) -> None:
    (bank / HOME).rename(bank.parent / "elsewhere")
    (bank / HOME).symlink_to(bank.parent / "elsewhere")


QUESTION = packwork.QUESTION.format(word="second")
MISTAKES: dict[str, tuple[Callable[[Path], object], str]] = {
    "id of the book's": (place(QUESTION, f"{HOME}/falling-glass.yaml"), "B106: id 'falling-glass' is already taken"),
    "role of the book's": (place(packwork.ROLE.format(word="x"), "roles/harbor-pilot.yaml"), "B106: id 'harbor-pilot' is already taken"),
    "public question": (
        lambda bank: (bank / OWN).write_text((bank / OWN).read_text() + "audience: public\n"),
        f"B120: question 'own-{word(1)}' of a private bank is public",
    ),
    "unknown section": (place(QUESTION, "questions/weather/second.yaml"), "B121: the book has no section 'weather'"),
    "an edition": (place("title: Mine\n", "editions/mine.yaml"), "B122: this file is no part of a private bank"),
    "a book": (place("title: Mine\n", "book.yaml"), "B122: this file is no part of a private bank"),
    "another ending": (place(QUESTION, f"{HOME}/second.yml"), "B122: this file is no part of a private bank"),
    "a link out": (outside, "B109: the file is a link that leads out of the book"),
    "a link to a folder": (folder_outside, "B109: the file is a link that leads out of the book"),
    "a pipe": (lambda bank: os.mkfifo(bank / HOME / "pipe.yaml"), "S101: cannot read the file: not a regular file"),
    "a large file": (lambda bank: (bank / OWN).write_bytes(b"a" * 10_000_000), "S102: file is 10,000,000 bytes"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_private_bank_is_a_fault(bank: Path, name: str) -> None:
    change, expected = MISTAKES[name]
    change(bank)
    _, faults = load_and_check(bank.parents[1] / "book", None, bank)
    found = [fault for fault in faults if f"{fault.code}: {fault.message}".startswith(expected)]
    assert found, [f"{fault.code}: {fault.message}" for fault in faults]
    assert all(fault.severity == "error" and fault.hint and fault.place.path.startswith(bank.as_posix()) for fault in found)


def test_a_book_that_leads_into_a_private_bank_is_at_fault(bank: Path) -> None:
    day = bank.parents[1] / "book/chapters/day-of.yaml"
    day.write_text(day.read_text().replace("\nindex:", f"\n\n  Look at [[rules-{word(1)}]].\nindex:"))
    _, faults = load_and_check(bank.parents[1] / "book", None, bank)
    assert any(fault.severity == "error" and fault.place.path.endswith("day-of.yaml") for fault in faults)


def test_a_folder_that_is_no_private_bank_is_refused(bank: Path) -> None:
    shutil.copytree(bank, bank.parents[1] / "book/bank")
    inside = "the private bank lies inside the book: whoever gets the book gets it too"
    told = {bank.parent / "none": "no private bank here: no such folder", bank.parents[1] / "book/bank": inside}
    for folder, message in told.items():
        _, faults = load_and_check(bank.parents[1] / "book", None, folder)
        assert [(fault.message, fault.severity) for fault in faults if fault.code == "B126"] == [(message, "error")]


@pytest.mark.slow
def test_nothing_of_a_bank_reaches_candidates_or_the_store(tmp_path: Path) -> None:
    book(tmp_path / "book", "sample")
    (tmp_path / "book/editions/round.yaml").write_text(packwork.ROUND)
    bank = tmp_path / "banks" / add_team(tmp_path / "book", tmp_path / "banks", 1)
    (tmp_path / "book/teams/crew-0001.yaml").unlink()
    request = Request(tmp_path / "book", tmp_path / "output", ("sample", "round"), bank=bank, plan=word(1), store=tmp_path / "store")
    build(request, lambda _: None)
    files = {path.relative_to(tmp_path / "output/guides"): path for path in (tmp_path / "output/guides").rglob("*") if path.is_file()}
    for name, path in files.items():
        is_kit = name.parts[0] == "round-a"
        listed = name.name in ("manifest.json", "SHA256SUMS")
        assert (word(1) in said(path.read_bytes(), path.name)) == (is_kit and path.suffix in (".pdf", ".epub")) or listed, name
    entries = [entry for path in (tmp_path / "store").glob("*.entry") if (entry := Store(tmp_path / "store").get(path.stem))]
    assert [entry for entry in entries if word(1) in said(entry.data) + letters(repr(entry.facts))] == []

    build(Request(tmp_path / "book", tmp_path / "plain", ("sample",), store=tmp_path / "store"), lambda _: None)
    with_bank, without = bytes_of(tmp_path / "output"), bytes_of(tmp_path / "plain")
    samples = {name for name in without if name.startswith("sample/")}
    assert len(samples) >= 4
    assert {name: with_bank[name] for name in samples} == {name: without[name] for name in samples}
    assert word(1) not in letters((tmp_path / "output/guides/index.html").read_text())

    build(Request(tmp_path / "book", tmp_path / "told", ("round",), bank=bank, plan=word(1), store=tmp_path / "store",
                  bank_store=tmp_path / "own"), lambda _: None)  # fmt: skip
    own = [entry for path in (tmp_path / "own").glob("*.entry") if (entry := Store(tmp_path / "own").get(path.stem))]
    assert [entry for entry in own if word(1) in said(entry.data) + letters(repr(entry.facts))]
    assert (
        bytes_of(tmp_path / "told")["round-a/harbor-watch-round-a-0.2.0-a4.pdf"] == with_bank["round-a/harbor-watch-round-a-0.2.0-a4.pdf"]
    )
