"""A new book has one of everything and builds as it is; what is added to it is listed where it belongs; editors know its fields."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from buildwork import ROOT, SMALL
from test_faults import VERBS

from pipeline import authoring, source, theme
from pipeline.authoring.additions import listed
from pipeline.authoring.schemas import KINDS, schema_line, schemas
from pipeline.cli.__main__ import main
from pipeline.diagnostics import BookError, show
from pipeline.flow import load_and_check
from pipeline.load import FOLDERS, LISTS

FIRST = ("study", "--paper", "a4", "--format", "pdf", "--format", "epub")
BANK = "# Oars\n\n## Why feather?\n\nFor the wind.\n\n## How long?\n\nAs long as it takes.\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795824000")
    return tmp_path


def faults(folder: str = "bees") -> list[str]:
    return [show(fault) for fault in load_and_check(Path(folder))[1]]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(arguments)
    heard = capsys.readouterr()
    return status, heard.out + heard.err


# A new book


def test_a_new_book_has_one_of_everything_and_no_fault(here: Path) -> None:
    assert main(["new", "bees", "--lang", "en-GB"]) == 0
    book, found = load_and_check(Path("bees"))
    assert found == ()
    assert book is not None
    assert (book.outline.id, book.outline.lang, book.outline.date.isoformat()) == ("bees", "en-GB", "2026-11-28")
    assert (len(book.questions), list(book.editions), list(book.teams)) == (4, ["practice", "study"], ["our-team"])
    assert all([book.chapters, book.figures, book.terms, book.works, book.layers])
    fields = {key for question in book.questions.values() for key in question.model_fields_set}
    assert fields >= {"choices", "star", "examples", "follow_ups", "key_points", "red_flags", "index", "sources", "figures", "summary"}


def test_a_new_book_is_for_learning_every_file_begins_with_what_it_is(here: Path) -> None:
    assert main(["new", "bees"]) == 0
    kinds = {f"{folder}/": folder.removesuffix("s") for folder in (*FOLDERS, "questions", "theme/")} | {"theme/": "theme"}
    for path in sorted(Path("bees").rglob("*.yaml")):
        name = path.relative_to("bees").as_posix()
        kind = next((kind for folder, kind in kinds.items() if name.startswith(folder)), path.stem)
        first, second, *rest = path.read_text().split("\n")
        assert first == schema_line(kind, name)
        assert (path.parent / first.partition("$schema=")[2]).resolve() == (here / f"bees/.guidepress/schema/{kind}.json")
        assert second == "#" and rest[0].startswith("# ")


@pytest.mark.slow
def test_two_commands_lead_to_a_first_guide_and_a_third_finds_nothing_to_do(here: Path, monkeypatch, capsys) -> None:
    assert main(["new", "bees"]) == 0
    monkeypatch.chdir(here / "bees")
    assert main(["build", *FIRST, "--quiet"]) == 0
    assert {".epub", ".pdf"} <= {path.suffix for path in Path("output/guides/study").iterdir()}
    capsys.readouterr()
    page = Path("output/guides/index.html").absolute().as_uri()
    assert said(capsys, "build", *FIRST) == (0, f"Nothing has changed. Guides: output/guides\nTo read: {page}\n")


def test_a_folder_that_holds_something_is_left_alone(here: Path, capsys) -> None:
    Path("bees").mkdir()
    Path("bees/notes.txt").write_text("Mine.")
    status, told = said(capsys, "new", "bees")
    assert (status, told.split("\n")[:2]) == (1, ["error[N101]: the folder is not empty: it holds notes.txt", " --> bees:1:1"])
    assert [path.name for path in Path("bees").iterdir()] == ["notes.txt"]


def test_a_folder_that_holds_a_history_only_is_empty(here: Path) -> None:
    Path("bees/.git").mkdir(parents=True)
    assert main(["new", "bees"]) == 0


@pytest.mark.parametrize(
    ("lang", "told", "hint"),
    [
        ("xx", "[T101]: no labels for language 'xx'", "use one of: ar, de, en"),
        ("en_US", "[N102]: 'en_US' is no tag of a language", "write it as en"),
        ("../en", "[N102]: '../en' is no tag of a language", "write it as en"),
    ],
)
def test_a_language_that_nobody_wrote_labels_for_is_refused(here: Path, lang: str, told: str, hint: str, capsys) -> None:
    status, heard = said(capsys, "new", "bees", "--lang", lang)
    assert (status, told in heard, hint in heard) == (1, True, True)
    assert not Path("bees").exists()


def test_every_language_that_has_labels_will_do(here: Path) -> None:
    languages = [path.stem for path in (theme.folder() / "labels").glob("*.yaml") if "." not in path.stem]
    assert "en" in languages
    for lang in languages:
        assert main(["new", lang, "--lang", lang]) == 0
        assert [fault for fault in faults(lang) if fault.startswith("error")] == []


def test_a_bank_becomes_a_book_with_what_stands_around_it_and_no_sample_question(here: Path, capsys) -> None:
    Path("bank.md").write_text(BANK)
    status, told = said(capsys, "new", "oars", "--from", "bank.md", "--title", "Oars")
    assert (status, "2 questions in 1 file" in told, told.count("Next:")) == (0, True, 1)
    book, found = load_and_check(Path("oars"))
    assert book is not None
    assert (sorted(book.questions), book.outline.title, book.outline.lang) == (["how-long", "why-feather"], "Oars", "en-US")
    assert [show(fault) for fault in found if fault.severity != "note"] == []
    assert {"teams", ".vscode", ".guidepress", "words.txt"} <= {path.name for path in Path("oars").iterdir()}
    assert main(["import", "bank.md", "--to", "oars"]) == 0
    assert "2 unchanged" in capsys.readouterr().out


def test_a_source_without_a_question_begins_no_book(here: Path, capsys) -> None:
    Path("bank.md").write_text("Nothing to ask.\n")
    status, told = said(capsys, "new", "oars", "--from", "bank.md")
    assert (status, "error[N106]" in told, Path("oars").exists()) == (1, True, False)


# What is added


@pytest.mark.parametrize(
    ("kind", "place", "path", "line"),
    [
        ("question", "", "questions/in-the-record/first-swarm.yaml", "    questions:\n      - lost-colony\n      - first-swarm\n"),
        ("question", "at-the-hive", "questions/at-the-hive/first-swarm.yaml", "      - two-weak-colonies\n      - first-swarm\n  - id: in"),
        ("chapter", "", "chapters/first-swarm.yaml", "front:\n  - how-to-use-this-book\n  - first-swarm\n\n"),
        ("chapter", "back", "chapters/first-swarm.yaml", "      - lost-colony\nback:\n  - first-swarm\n"),
        ("edition", "", "editions/first-swarm.yaml", ""),
        ("team", "", "teams/first-swarm.yaml", ""),
    ],
)
def test_what_is_added_is_listed_where_it_belongs_and_is_no_fault(here: Path, kind: str, place: str, path: str, line: str) -> None:
    assert main(["new", "bees"]) == 0
    outline = Path("bees/book.yaml")
    before = outline.read_text()
    assert main(["add", kind, "first-swarm", "--book", "bees", *(["--in", place] if place else [])]) == 0
    after = outline.read_text()
    assert Path("bees", path).read_text().startswith(f"{schema_line(kind, path)}\n#\n")
    assert line in after
    assert (after == before) is (line == "")
    assert [row for row in before.split("\n") if row not in after.split("\n")] == []
    assert faults() == []
    assert main(["add", kind, "second-swarm", "--book", "bees"]) == 0
    assert faults() == []


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("N103", ("question", "First Swarm")),
        ("N103", ("team", "a" * 61)),
        ("N103", ("chapter", "index")),
        ("N104", ("question", "mite-count")),
        ("N104", ("chapter", "mite-count")),
        ("N104", ("question", "at-the-hive")),
        ("N104", ("edition", "study")),
        ("N104", ("team", "our-team")),
        ("N105", ("question", "first-swarm", "--in", "at-the-hiv")),
        ("N105", ("chapter", "first-swarm", "--in", "middle")),
        ("N105", ("edition", "first-swarm", "--in", "back")),
        ("B108", ("question", "first-swarm", "--book", "nowhere")),
    ],
)
def test_what_cannot_be_added_is_a_diagnostic_and_changes_nothing(here: Path, code: str, arguments: tuple[str, ...], capsys) -> None:
    assert main(["new", "bees"]) == 0
    before = {path: path.read_bytes() for path in Path("bees").rglob("*") if path.is_file()}
    status, told = said(capsys, "add", "--book", "bees", *arguments)
    assert (status, f"error[{code}]" in told) == (1, True)
    assert (re.findall(r"hint: (\w+)", told) or ["none"])[0] in VERBS
    assert {path: path.read_bytes() for path in Path("bees").rglob("*") if path.is_file()} == before


def test_nothing_is_written_through_a_link(here: Path, capsys) -> None:
    assert main(["new", "bees"]) == 0
    Path("elsewhere").mkdir()
    shutil.rmtree("bees/teams")
    Path("bees/teams").symlink_to(here / "elsewhere")
    status, told = said(capsys, "add", "team", "north", "--book", "bees")
    assert (status, "error[I101]" in told, list(Path("elsewhere").iterdir())) == (1, True, [])


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("a: [x, y] # two\nb: 1\n", "a: [x, y, new] # two\nb: 1\n"),
        ("a: [x,\n  'y']\n", "a: [x,\n  'y', new]\n"),
        ("a: []\n", "a: [new]\n"),
        ("a:\n- x # one\n# and more\nb: 1\n", "a:\n- x # one\n- new\n# and more\nb: 1\n"),
        ("b: 1\n\n", "b: 1\na:\n  - new\n\n"),
        ("b: 1", "b: 1\na:\n  - new"),
    ],
)
def test_a_list_gets_one_more_item_however_it_is_written(written: str, after: str) -> None:
    assert listed(source.parse(written, "book.yaml"), ("a",), "new") == after


# What editors are told


def test_there_is_a_schema_for_every_kind_of_file() -> None:
    assert {kind.files.split("/")[0].removesuffix(".yaml") for kind in KINDS.values()} == {
        "book", "questions", *FOLDERS, *LISTS, "exposure", "ignore", "theme",
    }  # fmt: skip
    assert {kind.files for kind in KINDS.values()} == set(
        json.loads((theme.folder() / "book/.vscode/settings.json").read_text())["yaml.schemas"].values()
    )


@pytest.mark.parametrize("kind", schemas())
def test_every_field_says_what_it_means(kind: str) -> None:
    for record in (schemas()[kind], *schemas()[kind].get("$defs", {}).values()):
        assert record["additionalProperties"] is False or "patternProperties" in record
        for field, told in record["properties"].items():
            assert told["description"] and told["markdownDescription"], field
            assert "null" not in str(told.get("type"))


def test_schemas_in_a_book_are_renewed_and_only_then_written(here: Path, capsys) -> None:
    shutil.copytree(SMALL, here / "bank")
    count = len(authoring.places())
    assert said(capsys, "schema", "--to", "bank") == (0, f"bank: {count} schemas written, in .guidepress/schema\n")
    Path("bank/.guidepress/schema/team.json").write_text("{}")
    assert said(capsys, "schema", "--to", "bank") == (0, "bank: 1 schema written, in .guidepress/schema\n")
    assert faults("bank") == []
    status, told = said(capsys, "schema", "--to", "nowhere")
    assert (status, "error[B108]" in told, Path("nowhere").exists()) == (1, True, False)


def test_what_add_writes_is_in_no_kind_but_those_it_offers() -> None:
    assert {path.stem for path in (ROOT / "templates/add").iterdir()} == {"question", "chapter", "edition", "team"}


def test_every_code_of_a_new_book_is_given_here() -> None:
    assert {rule.code for rule in authoring.RULES} <= set(re.findall(r"\bN\d{3}\b", Path(__file__).read_text()))


def test_a_new_book_cannot_be_begun_twice(here: Path) -> None:
    authoring.begin(Path("bees"), "en", "2026-11-28")
    with pytest.raises(BookError):
        authoring.refuse(Path("bees"), "en")
