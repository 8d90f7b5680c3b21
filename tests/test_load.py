"""A book is loaded whole: what is valid is kept, what is not is reported once, and nothing follows from it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from pipeline.cli.__main__ import main
from pipeline.flow import load_and_check
from pipeline.load import is_withheld, load_book
from pipeline.load.svg import unsafe
from pipeline.model import Book

BOOK = Path(__file__).parent / "books" / "small"
FOG = "questions/weather-and-watch/relief-in-fog.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BOOK, tmp_path / "book"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def loaded(folder: Path) -> tuple[Book, list[str]]:
    book, faults = load_and_check(folder)
    assert book is not None
    return book, [f"{d.code} {d.place.path.removeprefix(f'{folder.as_posix()}/')}:{d.place.line}" for d in faults]


def test_a_book_holds_all_that_is_written() -> None:
    book, faults = load_book(BOOK)
    assert faults == ()
    assert book is not None
    sizes = [
        len(group)
        for group in (book.questions, book.chapters, book.boxes, book.figures, book.drawings, book.terms, book.formulas, book.works)
    ]
    assert sizes == [6, 3, 1, 2, 2, 8, 3, 5]
    assert book.questions["falling-glass"].speak.full == 120
    assert book.questions["under-keel-clearance"].sources[0].key == "barrass"


@pytest.mark.parametrize(
    ("written", "withheld"),
    [
        ("id: x\naudience: kit\nask: Why?\n", True),
        ('"audience" : "kit"\nask: Why?\n', True),
        ('{id: x, audience: kit, ask: "Why?"}\n', True),
        ('# A record\n{"id": "x", "probes": ["Why?"]}\n', True),
        ("? audience\n: kit\n", True),
        ("ask: Why?\nprobes:\n  - And then?\n", True),
        ("# A record\nid: x\nask: Why?\n", False),
        ("probes:\n  - And then?\nask: Why?\n", False),
    ],
)
def test_what_is_for_hiring_teams_is_known_however_it_is_written(tmp_path: Path, written: str, withheld: bool) -> None:
    path = tmp_path / "questions/lights/x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(written)
    assert is_withheld(path, 3, frozenset({"ask"})) == withheld


def test_records_keep_the_order_of_their_files() -> None:
    book, _ = load_book(BOOK)
    assert book is not None
    assert list(book.terms)[:3] == ["chart-datum", "characteristic", "eclipse"]


def test_valid_records_are_kept_and_links_to_a_refused_one_are_not_reported(folder: Path) -> None:
    edit(folder / "questions/lights-and-tides/light-characteristics.yaml", "minutes: 12", "minutes: twelve")
    book, faults = loaded(folder)
    assert faults == ["B104 questions/lights-and-tides/light-characteristics.yaml:6"]
    assert len(book.questions) == 5


def test_one_bad_term_leaves_the_others(folder: Path) -> None:
    edit(folder / "glossary.yaml", "  - id: squat\n    term: squat\n", "  - id: squat\n    words: squat\n")
    book, faults = loaded(folder)
    assert len(book.terms) == 7
    assert faults == ["B101 glossary.yaml:26", "B102 glossary.yaml:27"]


@pytest.mark.parametrize("name", ["glossary", "formulas", "sources"])
def test_a_list_that_cannot_be_read_gives_one_fault_and_no_broken_links(folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").write_text("a: [\n")
    assert loaded(folder)[1] == [f"S104 {name}.yaml:1"]


def test_a_second_record_of_one_id_is_dropped_and_the_first_stands(folder: Path) -> None:
    twin = (folder / FOG).read_text().replace("minutes: 6", "minutes: 9")
    (folder / "questions/weather-and-watch/zz.yaml").write_text(twin)
    book, faults = loaded(folder)
    assert faults == ["B106 questions/weather-and-watch/zz.yaml:1"]
    assert book.questions["relief-in-fog"].minutes == 6


def test_a_drawing_that_is_refused_is_not_missing_too(folder: Path) -> None:
    (folder / "figures/keel.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>Keel</text></svg>')
    assert loaded(folder)[1] == ["B111 figures/keel.svg:1"]


def test_a_link_within_the_book_is_followed(folder: Path) -> None:
    (folder / "figures/keel.svg").rename(folder / "figures/hull.svg")
    (folder / "figures/keel.svg").symlink_to("hull.svg")
    assert loaded(folder)[1] == []


def test_a_folder_of_questions_that_leads_out_is_refused(folder: Path) -> None:
    (folder / "questions/lights-and-tides").rename(folder.parent / "elsewhere")
    (folder / "questions/lights-and-tides").symlink_to(folder.parent / "elsewhere")
    assert {fault.split(":")[0].split("/")[0] for fault in loaded(folder)[1]} == {"B109 questions"}


def test_a_book_may_itself_be_reached_by_a_link(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    assert loaded(folder.parent / "link")[1] == []


def test_a_folder_without_a_book_is_said_to_be_one(tmp_path: Path) -> None:
    book, (fault,) = load_book(tmp_path / "nowhere")
    assert book is None
    assert fault.code == "B108"
    assert fault.hint == "name the book's folder with --book DIR"


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        '<defs><path id="a" d="M0 0"/></defs><use xlink:href="#a" style="fill: #123456"/>',
        '<g clip-path="url(#c)"/><rect style="fill: url(#p)"/>',
        "<title>A &lt; B</title><desc>url is a word</desc><!-- a comment -->",
    ],
)
def test_a_plain_drawing_is_safe(inside: str) -> None:
    assert unsafe(SVG.format(inside).encode()) is None


@pytest.mark.parametrize(
    "inside",
    [
        "<script/>", "<style>*{}</style>", "<foreignObject/>", "<image/>", "<animate/>", '<set attributeName="href"/>', "<text>a</text>",
        '<a href="#b"/>', '<g onload="x()"/>', '<use href="file:///etc/passwd"/>', '<use xlink:href="&#104;ttps://example.com"/>',
        '<g style="fill: URL( &quot;https://example.com&quot;)"/>', r'<g style="fill: u\72l(https://example.com)"/>',
        '<g xml:base="https://example.com/"/>', "<?php ?>", "<g>", "&entity;", '<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>',
        '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g><use href="#a"/>', '<g filter="url(https://example.com/f#x)"/>',
    ],
)  # fmt: skip
def test_a_drawing_that_does_more_than_draw_is_refused(inside: str) -> None:
    assert unsafe(SVG.format(inside).encode()) is not None


@pytest.mark.parametrize("name", ["._relief-in-fog.yaml", ".relief-in-fog.yaml", ".hidden/relief-in-fog.yaml"])
def test_hidden_files_that_editors_and_systems_leave_are_no_part_of_a_book(folder: Path, name: str) -> None:
    before = loaded(folder)[1]
    path = (folder / FOG).parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\0\5\26\7")
    assert loaded(folder)[1] == before


def test_a_lock_that_an_editor_leaves_as_a_dangling_link_is_no_part_of_a_book(folder: Path) -> None:
    before = loaded(folder)[1]
    (folder / FOG).with_name(".#relief-in-fog.yaml").symlink_to("me@here.1234")
    assert loaded(folder)[1] == before


def test_records_of_a_file_that_is_edited_and_edited_back_are_those_of_each_moment(folder: Path) -> None:
    edit(folder / FOG, "minutes: ", "minutes: 1")
    changed = loaded(folder)[0].questions["relief-in-fog"].minutes
    edit(folder / FOG, "minutes: 1", "minutes: ")
    assert loaded(folder)[0].questions["relief-in-fog"].minutes == changed - 10


@pytest.mark.parametrize("written", ["{braced}", "  {indented}", "{broken} ]"])
@pytest.mark.parametrize("field", ["probes", "audience"])
def test_a_fault_in_what_candidates_may_not_see_is_not_quoted_however_it_is_written(
    field: str, written: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "questions/weather-and-watch/falling-glass.yaml"
    record = yaml.safe_load(path.read_text()) | {"probes": ["Ask of the walrus, and of [[no-such]]."]}
    record |= {"audience": "kit", "ask": "Who counts the walrus? [[no-such]]"} if field == "audience" else {}
    block = yaml.safe_dump(record, sort_keys=False, default_flow_style=not written.startswith(" "), width=10_000, allow_unicode=True)
    path.write_text(written.format(braced=block, indented=block.replace("\n", "\n  "), broken=block))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["build", "study", "--quiet", "--book", str(folder), "--output", str(tmp_path / "output")]) == 1
    said = capsys.readouterr()
    assert "falling-glass.yaml" in said.err and "which is not quoted" in said.err
    assert "walrus" not in said.out + said.err
