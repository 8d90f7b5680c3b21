"""An interviewer kit from plan to consensus: drawn, printed, filled in, collected; and nothing of it with candidates."""

from __future__ import annotations

import csv
import itertools
import json
import re
import shutil
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from buildwork import bytes_of, edit, environment, run
from conftest import SMALL

from pipeline import theme
from pipeline.flow import load_and_check
from pipeline.kit import forms, planning
from pipeline.model import Book

pytestmark = pytest.mark.slow
SECTIONS = (
    "kit-title, contents, kit-plan, kit-role, kit_front, spreads, score-sheet, consensus, kit-scoring, kit_back, kit-calibration, "
    "kit-rotation, exhibits"
)
EDITION = """id: {id}
title: {title}
audience: {audience}
description: For the panel.
plan: watch
sections: [{sections}]
parts: [exhibit, summary, key_points, probes, hints, rubric, red_flags]
answers: none
formats: [{formats}]
papers: [a4, letter]
{more}
"""


def panel(folder: Path) -> Path:
    """Copy the small book with nothing but editions made of its plan."""
    shutil.copytree(SMALL, folder)
    for path in (folder / "editions").glob("*.yaml"):
        path.unlink()
    with (folder / "book.yaml").open("a") as file:
        file.write("kit_front: [opening-and-closing, checklists]\nkit_back: [fairness, debrief]\n")
    editions = {
        "panel": ("kit", SECTIONS, "pdf, epub", ""),
        "sheet": ("kit", "score-sheet", "pdf", "fillable: true"),
        "agreed": ("kit", "consensus", "pdf", "fillable: true"),
        "invitation": ("candidate", "handout", "pdf", ""),
    }
    for name, (audience, sections, formats, more) in editions.items():
        text = EDITION.format(id=name, title=name.capitalize(), audience=audience, sections=sections, formats=formats, more=more)
        parts = "parts: []" if name != "panel" else text.split("\n")[6]
        (folder / f"editions/{name}.yaml").write_text("\n".join([*text.split("\n")[:6], parts, *text.split("\n")[7:]]))
    return folder


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the book and what was built of it."""
    root = tmp_path_factory.mktemp("panel")
    panel(root / "content")
    made = run("build", "--book", root / "content", "--output", root / "output", env=environment(root / "cache"))
    assert made.returncode == 0, made.stderr
    return root


@pytest.fixture(scope="module")
def bank(released: Path) -> Book:
    loaded, faults = load_and_check(released / "content")
    assert loaded is not None
    assert faults == ()
    return loaded


def printed(released: Path, edition: str, paper: str = "a4") -> list[str]:
    """Return the words on each page of a PDF, in one line."""
    (path,) = (released / "output/guides" / edition).glob(f"*-{paper}.pdf")
    document = pypdfium2.PdfDocument(path)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def test_a_plan_gives_an_edition_for_each_form(bank: Book) -> None:
    assert sorted(bank.editions) == ["agreed-a", "agreed-b", "invitation", "panel-a", "panel-b", "sheet-a", "sheet-b"]
    assert bank.editions["panel-b"].title == "Panel B"


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_question_is_two_facing_pages_and_what_is_torn_out_begins_on_the_right(released: Path, bank: Book, paper: str) -> None:
    words = printed(released, "panel-a", paper)
    for place, asked in enumerate(bank.plans["watch"].forms[0].questions, start=1):
        ask = bank.questions[asked.id].ask.split("[")[0].split("*")[0][:40]
        (left,) = (n for n, page in enumerate(words, start=1) if ask in page and "Read this aloud" in page)
        assert left % 2 == 0
        assert f"Question {place}: what you heard" in words[left]
    for title in ("Score sheet", "Consensus form"):
        first = next(n for n, page in enumerate(words, start=1) if n > 2 and page.split(title)[0].count(" ") < 8 and title in page[:90])
        assert first % 2 == 1, title


def test_the_kit_says_who_asks_what_when_and_how_it_is_rated(released: Path) -> None:
    words = " ".join(printed(released, "panel-a"))
    for said in (
        "Interviewer kit, form A", "A, one of 2 that are alike (plan watch)", "0:04", "0:15", "Interviewer 2", "Navigation must be passed",
        "Brings ships over the bar", "Confirmed by Two pilots of the station, 2026-10-01", "multiplied by its weight",
        "rated below 3 in Navigation",
        "A ship aground costs more", "What was said and done, in the candidate’s words", "A senior officer can be reached",
        "Hands over because the clock says so",
        "Scripts to Read Aloud", "2026-11-02", "2028-01-01",
    ):  # fmt: skip
        assert said.replace("’", "'") in words.replace("’", "'"), said


def test_the_key_of_the_calibration_pack_is_that_of_the_answers_before_it(bank: Book, released: Path) -> None:
    (rated,) = planning.pack(bank, bank.plans["watch"].forms[0]).questions
    calibration = bank.questions["relief-in-fog"].calibration
    assert calibration is not None
    assert {answer.rating: answer.said for answer in rated.answers} == dict(enumerate(calibration.said, start=1))
    assert [answer.rating for answer in rated.answers] != [1, 2, 3, 4, 5]
    key = next(page for page in printed(released, "panel-a") if "What each answer was written to earn" in page)
    assert " ".join(str(answer.rating) for answer in rated.answers) in key


def test_what_a_candidate_is_shown_is_a_sheet_of_its_own(released: Path) -> None:
    (sheet,) = (page for page in printed(released, "panel-a") if "Sheet 2" in page[:60])
    assert "0340 900 m" in sheet
    assert "Stays" not in sheet


def test_the_epub_of_a_kit_has_the_same_questions_and_no_leaf_for_notes(released: Path) -> None:
    (path,) = (released / "output/guides/panel-a").glob("*.epub")
    with zipfile.ZipFile(path) as archive:
        text = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xhtml")}
    assert any("What was said and done" in each for each in text.values())
    assert not any("leaf" in name for name in text)


def test_a_candidate_is_told_how_the_time_is_spent_and_nothing_of_the_questions(released: Path, bank: Book) -> None:
    (page,) = printed(released, "invitation")
    for said in ("Harbor pilot", "30 minutes", "We ask 2 questions", "the harbor office", "Navigation", "Watchkeeping"):
        assert said in page
    (path,) = (released / "output/guides/invitation").glob("*-a4.pdf")
    inside = path.read_bytes()
    for question in bank.questions.values():
        assert question.ask[:30] not in page
        assert question.id.encode() not in inside
    assert "no second try" not in page


VALUES = {"candidate": "C-17", "date": "2026-12-01", "recommendation": "yes", "scored_before": "yes"}


def filled(released: Path, folder: Path, who: str, ratings: tuple[int, int], form: str = "a") -> Path:
    """Fill in a sheet as an interviewer would."""
    (blank,) = (released / f"output/guides/sheet-{form}").glob("*-a4.pdf")
    data = blank.read_bytes()
    rated = [name for name in forms.fields(data) if name.endswith(".rating") and name.startswith("q.")]
    competencies = [name for name in forms.fields(data) if name.startswith("c.")]
    values = {**VALUES, "interviewer": who, **{name: str(rating) for name, rating in zip(rated, ratings, strict=True)}}
    values |= {name: str(rating) for name, rating in zip(competencies, ratings, strict=True)}
    values |= {name.replace("rating", "evidence"): f"Said “fog”, naïvely; {who}" for name in rated}
    path = folder / f"{who}.pdf"
    path.write_bytes(forms.fill(data, values))
    return path


def collected(released: Path, *arguments: str | Path):
    return run("collect", "--book", released / "content", "--output", released / "output", *arguments, env=environment(released / "cache"))


def test_sheets_come_back_as_tables_and_a_consensus_form(released: Path, tmp_path: Path) -> None:
    sheets = [filled(released, tmp_path, "Ana", (5, 2)), filled(released, tmp_path, "Bo", (3, 3))]
    made = collected(released, *sheets, "--to", tmp_path / "ratings")
    assert made.returncode == 0, made.stderr
    assert made.stdout == f"2 sheets in {tmp_path / 'ratings'}, 2 new\n"
    rows = list(csv.DictReader((tmp_path / "ratings/ratings.csv").read_text(encoding="utf-8").splitlines()))
    assert sorted((row["interviewer"], row["question"], row["rating"]) for row in rows) == [
        ("Ana", "1", "5"), ("Ana", "K1", "2"), ("Bo", "1", "3"), ("Bo", "K1", "3"),
    ]  # fmt: skip
    assert {row["evidence"] for row in rows} == {"Said “fog”, naïvely; Ana", "Said “fog”, naïvely; Bo"}
    (consensus,) = (tmp_path / "ratings").glob("consensus-*.pdf")
    values = {name: each.value for name, each in forms.fields(consensus.read_bytes()).items()}
    apart = sorted(name for name, value in values.items() if name.endswith(".apart") and value)
    assert len(apart) == 2  # the question and its competency, rated 5 and 3
    assert {values["i.1.name"], values["i.2.name"]} == {"Ana", "Bo"}
    assert json.loads((tmp_path / "ratings/ratings.json").read_text())["plan"] == "watch"


def test_a_sheet_that_was_changed_or_is_of_other_words_is_refused_by_name(released: Path, tmp_path: Path) -> None:
    sheet = filled(released, tmp_path, "Ana", (5, 2))
    assert collected(released, sheet, "--to", tmp_path / "ratings").returncode == 0
    again = filled(released, tmp_path, "Ana", (1, 1))
    made = collected(released, again, "--to", tmp_path / "ratings")
    assert made.returncode == 1
    assert "Ana.pdf" in made.stderr
    other = tmp_path / "other"
    shutil.copytree(released, other, symlinks=True)
    edit(other / "content/questions/weather-and-watch/relief-in-fog.yaml", "seems unwell", "seems asleep")
    assert run("build", "--book", other / "content", "--output", other / "output", env=environment(other / "cache")).returncode == 0
    made = collected(other, sheet, "--to", tmp_path / "elsewhere")
    assert made.returncode == 1
    assert "Ana.pdf" in made.stderr


def test_a_plan_is_drawn_the_same_each_time_and_recorded(tmp_path: Path) -> None:
    folder, env = panel(tmp_path / "content"), environment(tmp_path / "cache")
    draw = (
        "plan",
        "--book",
        folder,
        "--role",
        "harbor-pilot",
        "--public",
        "--forms",
        2,
        "--questions",
        2,
        "--minutes",
        60,
        "--name",
        "spring",
    )
    made = run(*map(str, draw), "--explain", env=env)
    assert made.returncode == 0, made.stderr
    first = (folder / "plans/spring.yaml").read_text()
    table = made.stdout.splitlines()
    assert [int(line.split()[-1]) <= 2 for line in table if line.startswith(("minutes ", "foundation ", "navigation "))] == [True] * 3
    assert run(*map(str, draw), env=env).returncode == 0
    assert (folder / "plans/spring.yaml").read_text() == first
    assert run("check", "--book", folder, env=env).returncode == 0
    before = (folder / "exposure.yaml").read_text()
    recorded = run("plan", "record", "spring", "B", "--book", folder, "--on", "2026-12-03", "--times", "4", env=env)
    assert recorded.returncode == 0, recorded.stderr
    after = (folder / "exposure.yaml").read_text()
    assert after.startswith(before)
    assert after.count("plan: spring, form: B, on: 2026-12-03, times: 4") == 2
    assert run("check", "--book", folder, env=env).returncode == 0


def test_a_plan_that_cannot_be_drawn_says_what_would_help_and_writes_nothing(tmp_path: Path) -> None:
    folder, env = panel(tmp_path / "content"), environment(tmp_path / "cache")
    made = run("plan", "--book", folder, "--role", "harbor-pilot", "--forms", "2", "--questions", "2", "--name", "spring", env=env)
    assert made.returncode == 1
    assert "write 2 more questions on navigation" in made.stderr
    assert not (folder / "plans/spring.yaml").exists()


def test_a_question_that_needs_more_than_two_pages_is_refused_with_the_lines_too_many(released: Path, tmp_path: Path) -> None:
    shutil.copytree(released / "content", tmp_path / "content")
    path = tmp_path / "content/questions/weather-and-watch/relief-in-fog.yaml"
    long = "".join(f"  Line {n} of a watch that nobody could read between two answers of a candidate who waits.\n\n" for n in range(60))
    edit(path, "summary: |\n", f"summary: |\n{long}")
    made = run("build", "panel-a", "--book", tmp_path / "content", "--output", tmp_path / "out", env=environment(tmp_path / "cache"))
    assert made.returncode == 1
    found = re.search(r"error\[P111\]: question 'relief-in-fog' does not fit on two facing pages: it has (\d+) lines too many", made.stderr)
    assert found is not None, made.stderr
    assert 30 < int(found[1]) < 110
    assert not (tmp_path / "out/guides").exists()


def test_a_kit_without_a_plan_has_every_question_for_hiring_teams_or_those_that_it_selects(tmp_path: Path) -> None:
    folder, env = panel(tmp_path / "content"), environment(tmp_path / "cache")
    text = (folder / "editions/panel.yaml").read_text().replace("plan: watch\n", "")
    text = text.replace(f"sections: [{SECTIONS}]", "sections: [kit_front, spreads, exhibits]")
    (folder / "editions/panel.yaml").write_text(text)
    made = run("build", "panel", "--book", folder, "--output", tmp_path / "output", env=env)
    assert made.returncode == 0, made.stderr
    words = printed(tmp_path, "panel")
    (spread,) = (page for page in words if "seems unwell" in page)
    assert "K1" in spread
    assert any("Sheet K1" in page[:60] for page in words)
    (folder / "editions/panel.yaml").write_text(text + "select: {questions: [relief-in-fogs]}\n")
    made = run("check", "--book", folder, env=env)
    assert "C601" in made.stderr
    assert "use 'relief-in-fog'" in made.stderr


GUIDE = """id: guide
title: Guide
audience: candidate
description: For candidates.
sections: [title-page, front, questions]
parts: [answer]
answers: inline
formats: [pdf, epub]
papers: [a4]
"""


def test_whatever_of_a_kit_gets_into_a_candidates_guide_is_found_in_the_finished_files(tmp_path: Path) -> None:
    folder = panel(tmp_path / "content")
    (folder / "editions/guide.yaml").write_text(GUIDE)
    asked = folder / "questions/weather-and-watch/relief-in-fog.yaml"
    edit(asked, "What do you say to your relief?", "What do you say to your relief, and in which words exactly?")
    loaded, _ = load_and_check(folder)
    assert loaded is not None
    question, role = loaded.questions["relief-in-fog"], loaded.roles["harbor-pilot"]
    assert question.calibration is not None and question.rubric is not None
    leaks = {
        "wording": question.ask, "probe": question.probes[0], "hint": question.hints[0].text, "anchor": question.rubric.high,
        "answer to rate": question.calibration.four.strip(), "red flag": question.red_flags[0], "task": role.tasks[0],
        "reason": role.competencies[0].why, "basis": role.basis.how, "retention": role.retention,
        "chapter": str(loaded.chapters["opening-and-closing"].summary),
    }  # fmt: skip
    fields = ("ask", "probes", "hints", "rubric", "calibration", "red_flags")
    homes = {kind: f"'{name}' of question 'relief-in-fog'" for kind, name in zip(leaks, fields, strict=False)}
    named = {"task": "tasks", "reason": "competencies", "basis": "basis", "retention": "retention"}
    homes |= {kind: f"'{name}' of role 'harbor-pilot'" for kind, name in named.items()}
    homes["chapter"] = "'summary' of chapter 'opening-and-closing'"
    own = (theme.folder() / "sections/title-page.xhtml").read_text()
    (tmp_path / "theme/templates/sections").mkdir(parents=True)
    planted = "".join(f"<p>{text}</p>" for text in leaks.values())
    (tmp_path / "theme/templates/sections/title-page.xhtml").write_text(own.replace("</section>", f"{planted}</section>"))
    made = run("build", "guide", "--book", folder, "--theme", tmp_path / "theme", "--output", tmp_path / "out",
               env=environment(tmp_path / "cache"))  # fmt: skip
    assert made.returncode == 1
    for form in ("pdf", "epub"):
        reports = [each for each in made.stderr.split("\n\n") if "P301" in each and f".{form}" in each]
        for kind, text in leaks.items():
            assert any(f"a text of {homes[kind]}\n" in each for each in reports), (kind, form)
            start = "".join(character for character in text if character.isalnum())[:12].lower()
            assert start not in "".join(c for c in made.stderr if c.isalnum()).lower(), kind
    assert not (tmp_path / "out/guides").exists()


def test_the_kit_comes_out_the_same_twice(released: Path, tmp_path: Path) -> None:
    made = run("build", "--book", released / "content", "--output", tmp_path / "output", env=environment(tmp_path / "cache"))
    assert made.returncode == 0, made.stderr
    assert bytes_of(tmp_path / "output") == bytes_of(released / "output")


def test_no_two_papers_of_a_kit_have_other_pages(released: Path) -> None:
    for one, other in itertools.pairwise([printed(released, "panel-a", paper) for paper in ("a4", "letter")]):
        assert len(one) == len(other)
