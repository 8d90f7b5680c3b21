"""What is exported: the same bytes each time, whole, searched, and as its format asks."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from buildwork import SMALL, edit
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from pipeline import export
from pipeline.bring import Errand, bring
from pipeline.bring.own_banks import RISKY, bared, guarded
from pipeline.cli.__main__ import main
from pipeline.cli.book_commands import EXPORTS
from pipeline.diagnostics import BookError, show
from pipeline.export import anki
from pipeline.flow import load_and_check
from pipeline.flow.exporting import ExportRequest, export_edition
from pipeline.preflight.export_checks import check_export
from pipeline.publication import Publication

FORMS = tuple(export.FORMATS)
CHOICES = """choices:
  - {text: 'In $x^2$ a & b', correct: true, note: Because so.}
  - {text: By night, correct: true}
  - {text: "{Never} = ~at all#:"}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the small book."""
    return Path(shutil.copytree(SMALL, tmp_path / "book"))


def made(book: Path, form: str, edition: str = "study", *, questions_only: bool = False) -> dict[str, bytes]:
    """Export an edition; give the bytes of its files by their names."""
    return written(book, form, edition, questions_only=questions_only)[1]


def written(book: Path, form: str, edition: str, *, questions_only: bool = False) -> tuple[Path, dict[str, bytes]]:
    outcome = export_edition(ExportRequest(book, form, edition, book.parent / "output", questions_only=questions_only))
    files = [outcome.path] if outcome.path.is_file() else sorted(path for path in outcome.path.rglob("*") if path.is_file())
    return outcome.path, {path.relative_to(outcome.path.parent).as_posix(): path.read_bytes() for path in files}


def said(files: dict[str, bytes]) -> str:
    """Give all that files say, and all that stands in them unseen."""
    found = []
    for name, data in files.items():
        found.append(name)
        if name.endswith(".apkg"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                found += [archive.read(inner).decode("utf-8", "replace") for inner in archive.namelist()]
                database = sqlite3.connect(":memory:")
                database.deserialize(archive.read("collection.anki2"))
                found += [str(row) for row in database.execute("SELECT flds, tags FROM notes")]
                assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
        else:
            found.append(data.decode("utf-8", "replace"))
            found += [base64.b64decode(one).decode("utf-8", "replace") for one in re.findall(rb'encoding="base64">([^<]*)<', data)]
    return "\n".join(found)


def test_the_command_offers_every_format() -> None:
    assert EXPORTS == FORMS


@pytest.mark.parametrize("form", FORMS)
def test_the_same_book_gives_the_same_bytes(small: Path, form: str) -> None:
    first = made(small, form)
    shutil.rmtree(small.parent / "output")
    assert made(small, form) == first
    if form == "anki":  # what is remembered of notes stands in the book
        assert (small / "exported.json").is_file()


@pytest.mark.parametrize("form", FORMS)
def test_what_an_edition_withholds_is_in_no_file(small: Path, form: str, publications: dict[str, Publication]) -> None:
    # Hints and probes are for interviewers, one question is for hiring teams alone.
    text = said(made(small, form))
    assert "A light says its name over and over" in text
    for secret in ("You have a watch and a chart.", "How did you time it?"):
        assert secret in publications["study"].withheld and secret not in text
    kit = next(path for path in (small / "questions").glob("*/*.yaml") if "audience: kit" in path.read_text())
    assert kit.stem not in text


@pytest.mark.parametrize("form", FORMS)
def test_questions_alone_have_no_answer(small: Path, form: str) -> None:
    question = small / "questions/lights-and-tides/light-characteristics.yaml"
    edit(question, "key_points:\n", f"{CHOICES}key_points:\n")
    for path in (small / "editions").glob("study.yaml"):
        edit(path, "parts: [", "parts: [choices, key, ")
    with_key, without = (said(made(small, form, questions_only=only)) for only in (False, True))
    assert "How do you identify a light at night" in without and "By night" in without
    assert ("Because so." in with_key, "Because so." in without) == (True, False)
    assert "A light says its name over and over" not in without
    assert "light-rhythms" not in without  # a picture of the answer


@pytest.mark.parametrize("form", FORMS)
def test_a_finished_export_is_searched(small: Path, form: str, publications: dict[str, Publication]) -> None:
    shown = publications["study"]
    files = made(small, form)
    assert list(check_export("export", files, shown)) == []
    hidden = "A light says its name over and over. The keeper makes sure that it says the name correctly"
    assert [d.code for d in check_export("export", files, Publication(**{**vars(shown), "sections": (), "withheld": (hidden,)}))] == [
        "P301"
    ]


def test_what_leaks_is_not_written(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = export.FORMATS["gift"].write
    secret = "You have a watch and a chart."
    edit(small / "questions/lights-and-tides/light-characteristics.yaml", "hints:\n  - You have", f"hints:\n  - {secret * 3} You have")
    leaky = export.Format(".gift", lambda job: {"": quiet(job)[""] + f"// {secret * 3}".encode()})
    monkeypatch.setitem(export.FORMATS, "gift", leaky)
    with pytest.raises(BookError) as caught:
        made(small, "gift")
    assert [d.code for d in caught.value.diagnostics] == ["P301"]
    assert not (small.parent / "output").exists()


def test_a_deck_has_no_trace_of_where_it_was_made(small: Path) -> None:
    (deck,) = made(small, "anki").values()
    with zipfile.ZipFile(io.BytesIO(deck)) as archive:
        assert {info.date_time for info in archive.infolist()} == {anki.EARLIEST}
        database = sqlite3.connect(":memory:")
        database.deserialize(archive.read("collection.anki2"))
        media = json.loads(archive.read("media"))
    fields = "".join(row[0] for row in database.execute("SELECT flds FROM notes"))
    assert media and all(f'src="{name}"' in fields for name in media.values())
    assert {row[0] for row in database.execute("SELECT mod FROM notes")} == {1795305600}  # the date of the book


def test_a_note_is_newer_by_a_second_where_it_has_changed(small: Path) -> None:
    def times() -> dict[str, int]:
        made(small, "anki")
        return {name: time for name, (_, time) in json.loads((small / "exported.json").read_text())["anki"]["study"].items()}

    before = times()
    edit(small / "questions/lights-and-tides/light-characteristics.yaml", "A light says its name", "A light tells its name")
    edit(small / "book.yaml", "date: 2026-11-22", "date: 2027-11-22", required=False)
    after = times()
    assert {name: after[name] - before[name] for name in after} == {name: int(name == "light-characteristics") for name in before}


def test_what_is_remembered_of_notes_must_be_readable(small: Path) -> None:
    (small / "exported.json").write_text("[]")
    with pytest.raises(BookError) as caught:
        made(small, "anki")
    assert [(d.code, d.hint) for d in caught.value.diagnostics] == [("X201", "put it back as an export wrote it, or delete it")]


@given(st.text("=+-@'\t\rab,\n＝", max_size=6))
def test_no_cell_is_run_and_each_comes_back(cell: str) -> None:
    assert not re.match(r"[=+\-@＝＋－＠\t\r]", guarded(cell))
    assert bared(guarded(cell)) == cell


def test_a_table_holds_a_question_in_a_row(small: Path) -> None:
    edit(small / "questions/lights-and-tides/light-characteristics.yaml", "key_points:\n", "key_points:\n  - '=HYPERLINK(1)'\n")
    (data,) = made(small, "csv").values()
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    assert rows[0]["guidepress id"] == "light-characteristics"
    assert rows[0]["key_points"].startswith("'=HYPERLINK(1)")
    assert not any(RISKY.match(cell or "") and not str(cell).startswith("'") for row in rows for cell in row.values())


def test_moodle_gets_what_it_asks_for(small: Path) -> None:
    edit(small / "questions/lights-and-tides/light-characteristics.yaml", "key_points:\n", f"{CHOICES}key_points:\n")
    edit(small / "editions/study.yaml", "parts: [", "parts: [choices, key, ")
    (data,) = made(small, "moodle").values()
    quiz = etree.fromstring(data)
    assert {question.get("type") for question in quiz} == {"category", "essay", "multichoice"}
    picked = next(question for question in quiz if question.get("type") == "multichoice")
    assert [(answer.get("fraction"), answer.findtext("text")) for answer in picked.findall("answer")] == [
        ("50", r"In \(x^2\) a &amp; b"), ("50", "By night"), ("-50", "{Never} = ~at all#:"),
    ]  # fmt: skip
    assert picked.findtext("single") == "false" and picked.findtext("idnumber") == "light-characteristics"
    assert [tag.text for tag in picked.find("tags").iter("text")] == ["lights", "level:foundation"]
    general = picked.find("generalfeedback")
    shown = re.findall(r'src="@@PLUGINFILE@@/([^"]+)"', general.findtext("text"))
    assert shown == [file.get("name") for file in general.findall("file")] and len(shown) == 1
    drawing = base64.b64decode(general.find("file").text)
    assert drawing == (small / "figures/light-rhythms.svg").read_bytes()
    assert b"<![CDATA[" in data and rb"\[D = 2.03" in data
    essay = next(question for question in quiz if question.get("type") == "essay")
    assert essay.findtext("responseformat") == "editor"


def test_gift_escapes_what_means_something(small: Path) -> None:
    edit(small / "questions/lights-and-tides/light-characteristics.yaml", "key_points:\n", f"{CHOICES}key_points:\n")
    edit(small / "editions/study.yaml", "parts: [", "parts: [choices, key, ")
    (data,) = made(small, "gift").values()
    text = data.decode()
    assert "// [id:light-characteristics] [tag:lights] [tag:level:foundation]" in text
    assert "\t~%-50%\\{Never\\} \\= \\~at all\\#\\:" in text
    assert r"\t~%50%In \\(x^2\\) a &amp; b#Because so.".replace(r"\t", "\t") in text


def test_a_readme_folds_answers_and_links(small: Path) -> None:
    files = made(small, "markdown")
    (readme,) = (data.decode() for name, data in files.items() if name.endswith("README.md"))
    assert "<details>\n<summary>Answer</summary>\n\nA light says its name" in readme
    assert '### <a id="light-characteristics"></a>1. How do you identify' in readme
    assert "](#corrected-log)" in readme
    pictures = re.findall(r"!\[[^\]]*\]\((figures/[^)]+)\)", readme)
    assert sorted(pictures) == sorted(name.partition("/")[2] for name in files if name.endswith(".svg")) != []
    headings = [len(found) for found in re.findall(r"(?m)^(#+) ", re.sub(r"(?s)```.*?```", "", readme))]
    assert headings[:3] == [1, 2, 3] and not {1, 2} & set(headings[2:4])


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("anki", r'<img src="guidepress-flag-\w{8}\.png" alt="A flag">'),
        ("moodle", r'<img src="@@PLUGINFILE@@/(flag-\w{8}\.png)" alt="A flag">[^$]*?<file name="\1" path="/" encoding="base64">iVBOR'),
        ("markdown", r"!\[A flag\]\(figures/flag-\w{8}\.png\)"),
        ("gift", r"A flag"),
    ],
)
def test_a_picture_made_of_pixels_comes_along_or_is_told(form: str, shown: str, small: Path) -> None:
    (small / "pictures").mkdir()
    Image.new("RGB", (30, 20)).save(small / "pictures/flag.png")
    place = small / "questions/lights-and-tides/light-characteristics.yaml"
    edit(place, "\nanswer: |\n", "\nanswer: |\n  ![A flag](pictures/flag.png)\n\n")
    assert re.search(shown, said(made(small, form)))
    told = export_edition(ExportRequest(small, form, "study", small.parent / "output")).diagnostics
    assert any("picture 'pictures/flag.png'" in d.message for d in told) == (form == "gift")


def test_a_folder_that_no_export_wrote_is_left_alone(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = small.parent / "mine"
    mine.mkdir()
    (mine / "thesis.md").write_text("Years of work.")
    assert main(["export", "--as", "markdown", "--book", str(small), "--to", str(mine)]) == 1
    assert "holds what no export has written" in capsys.readouterr().err
    assert [path.name for path in mine.iterdir()] == ["thesis.md"]


def test_the_command_says_what_was_lost_and_where_the_file_is(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small.parent / "bank.gift"
    assert main(["export", "--as", "gift", "--book", str(small), "--to", str(path)]) == 0
    told = capsys.readouterr()
    assert told.out == f"{path}: 5 questions of edition 'study'\n"
    assert "note[X102]: left out: " in told.err and "light-characteristics.yaml:1:1" in told.err
    assert path.read_text().startswith("$CATEGORY: ")
    assert main(["export", "--as", "gift", "cover", "--book", str(small)]) == 1
    assert "error[B112]: no edition 'cover' with questions" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_comes_back_is_a_book_without_a_fault(small: Path, form: str) -> None:
    path, _ = written(small, form, "study")
    book = small.parent / "again"
    first, second = (bring(Errand(path, book, "2026-11-28"), None) for _ in range(2))
    assert [d for d in first.diagnostics if d.severity == "error"] == []
    assert second.counts["unchanged"] == 5 and second.counts["new"] == second.counts["changed"] == 0
    loaded, faults = load_and_check(book)
    assert loaded is not None and [show(d) for d in faults if d.severity == "error"] == []
    assert (form == "json") == bool(loaded.figures)


HOSTILE = [
    ('"questions": [{"id": "../x", "ask": "What?"}]', "id: String should match"),
    ('"questions": [{"id": "x", "ask": "What?", "evil": 1}]', "evil: Extra inputs"),
    ('"questions": [{"id": "x", "ask": "What?", "topics": "lights"}]', "topics: "),
    ('"questions": [{"id": "x", "ask": "What?"}], "figures": [{"id": "../../x", "alt": "a", "caption": "b", "svg": "<svg/>"}]', "id: "),
    ('"questions": ' + "[" * 100 + "]" * 100, "nested more than"),
    ('"questions": [{"id": "x"', "breaks off"),
]


@pytest.mark.parametrize(("inner", "told"), HOSTILE)
def test_what_no_export_has_written_is_told_and_writes_nothing_elsewhere(tmp_path: Path, inner: str, told: str) -> None:
    path = tmp_path / "bank.json"
    path.write_text(f'{{"guidepress": 1, {inner}' + "}" * (not inner.endswith('"x"')))
    outcome = bring(Errand(path, tmp_path / "in" / "book", "2026-11-28"), None)
    assert any(told in d.message for d in outcome.diagnostics)
    assert {each.relative_to(tmp_path).parts[0] for each in tmp_path.rglob("*")} <= {"bank.json", "in"}
    assert not list((tmp_path / "in").rglob("x.*")) or "figures" in inner
