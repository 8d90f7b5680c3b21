"""What the authorities answer is read rightly, put where it was written, and shown; the authorities themselves are not needed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import SMALL

from pipeline import authorities
from pipeline.authorities import findings, tools
from pipeline.authorities.epub_checkers import parse_ace, parse_epubcheck
from pipeline.authorities.findings import Authority, Finding
from pipeline.authorities.pdf_checkers import parse_qpdf, place
from pipeline.cli.__main__ import main
from pipeline.diagnostics import ToolError

STUDY = "study/harbor-watch-study-0.2.0"
WEATHER = "questions/weather-and-watch/falling-glass.yaml"

# EPUBCheck


def epubcheck_message(severity: str = "ERROR", **location: object) -> dict[str, object]:
    return {"ID": "RSC-007", "severity": severity, "message": "Not found.", "locations": [location] if location else []}


def epubcheck_answer(*messages: dict[str, object]) -> list[Finding]:
    return list(parse_epubcheck(json.dumps({"messages": messages})))


def test_each_place_of_an_epubcheck_message_is_a_finding() -> None:
    message = epubcheck_message(path="EPUB/tides.xhtml", line=38, column=134)
    message["locations"] = [*message["locations"], {"path": "EPUB/lights.xhtml", "line": 7, "column": 2}]
    assert epubcheck_answer(message) == [
        Finding("RSC-007", "Not found.", "EPUB/tides.xhtml", 38, 134),
        Finding("RSC-007", "Not found.", "EPUB/lights.xhtml", 7, 2),
    ]
    assert epubcheck_answer(message)[0].location == "EPUB/tides.xhtml:38:134"


def test_a_message_about_the_whole_file_is_kept_without_a_line() -> None:
    (nowhere,) = epubcheck_answer(epubcheck_message())
    (whole,) = epubcheck_answer(epubcheck_message(path="guide.epub", line=-1, column=-1))
    assert nowhere == whole == Finding("RSC-007", "Not found.")


def test_warnings_count_and_advice_does_not() -> None:
    said = [
        finding.severity for word in ("FATAL", "ERROR", "WARNING", "INFO", "USAGE") for finding in epubcheck_answer(epubcheck_message(word))
    ]
    assert said == ["error", "error", "error", "note", "note"]


def test_a_clean_answer_has_no_finding() -> None:
    assert epubcheck_answer() == []
    assert list(parse_ace(json.dumps({"assertions": [{"earl:testSubject": {"url": "nav.xhtml"}, "assertions": []}]}))) == []


# Ace


def ace_answer(url: str, outcome: str = "fail", **result: object) -> list[Finding]:
    said = {"earl:outcome": outcome, "dct:description": "Element has no alt attribute\nand no title", **result}
    assertion = {"earl:result": said, "earl:test": {"dct:title": "image-alt"}}
    return list(parse_ace(json.dumps({"assertions": [{"earl:testSubject": {"url": url}, "assertions": [assertion]}]})))


def test_a_violation_that_ace_found_names_the_file_and_the_ids_around_it() -> None:
    pointer = {"cfi": ["/4/2[tides]/6/18[figure-keel]/2"], "css": ["img"]}
    (finding,) = ace_answer("tides.xhtml", **{"earl:pointer": pointer, "html": "<img/>"})
    assert finding == Finding("image-alt", "Element has no alt attribute: <img/>", "EPUB/tides.xhtml", ids=("figure-keel", "tides"))


@pytest.mark.parametrize("url", ["/EPUB/nav.xhtml", "EPUB/nav.xhtml", "nav.xhtml"])
def test_ace_s_ways_to_name_a_file_come_to_one(url: str) -> None:
    assert ace_answer(url)[0].file == "EPUB/nav.xhtml"


def test_what_ace_lets_pass_is_no_finding() -> None:
    assert ace_answer("tides.xhtml", "pass") == []


# qpdf, veraPDF


def test_each_line_of_qpdf_is_a_finding() -> None:
    said = (
        "WARNING: /tmp/a guide.pdf (object 9053 0, offset 403115): unknown token\n"
        "WARNING: guide.pdf: file is damaged\n"
        "WARNING: page object 359 0 stream 9053 0 (content, offset 58): unexpected >\n"
        "qpdf: operation succeeded with warnings\n"
    )
    assert parse_qpdf(said, 3) == (
        Finding("check", "unknown token", where="object 9053 0, offset 403115"),
        Finding("check", "file is damaged"),
        Finding("check", "page object 359 0 stream 9053 0 (content, offset 58): unexpected >"),
    )
    assert parse_qpdf("qpdf: guide.pdf: unable to find trailer dictionary\n", 2) == (Finding("check", "unable to find trailer dictionary"),)


def test_a_bad_status_of_qpdf_without_words_is_no_pass() -> None:
    assert parse_qpdf("", 0) == ()
    assert len(parse_qpdf("", 2)) == 1


def test_a_place_of_verapdf_is_told_in_its_last_steps() -> None:
    context = "root/document[0]/StructTreeRoot[0](2 0 obj PDStructTreeRoot)/K[0](6 0 obj SEDocument Document)/K[1](9 0 obj SEFigure Figure)"
    assert place(context) == "PDStructTreeRoot > Document > Figure, object 9"
    assert place("root/document[0]") == "document[0]"


# What is missing


def test_a_missing_program_or_package_is_one_line_that_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    for ask in (
        lambda: tools.program("no-such-tool"),
        lambda: tools.package_file("no_such_tool"),
        lambda: tools.package_version("no-such-tool"),
    ):
        with pytest.raises(ToolError, match=r"^'no-such-tool' is not installed: run 'make conformance'[^\n]*$"):
            ask()


def test_an_authority_that_breaks_down_is_told_by_its_last_words() -> None:
    done = tools.run("sh", "-c", "echo starting; echo no memory >&2; exit 9")
    assert str(tools.no_answer("Ace", done)) == "Ace broke down with status 9: no memory"


# Places


@pytest.mark.parametrize(
    ("finding", "path", "says"),
    [
        (Finding("x", "", "EPUB/falling-glass.xhtml"), WEATHER, "id: falling-glass"),
        (Finding("x", "", "EPUB/falling-glass.xhtml", ids=("answer-falling-glass-answer-t1",)), WEATHER, "answer: |"),
        (Finding("x", "", "EPUB/falling-glass.xhtml", ids=("fn3", "falling-glass-title")), WEATHER, "id: falling-glass"),
        (Finding("x", "", "EPUB/answer-falling-glass.xhtml"), WEATHER, "id: falling-glass"),
        (Finding("x", "", "EPUB/lights-and-tides.xhtml"), "book.yaml", "- id: lights-and-tides"),
        (Finding("x", "", "EPUB/under-keel-clearance.xhtml", ids=("figure-keel",)), "figures/keel.yaml", "id: keel"),
        (Finding("x", "", "EPUB/introduction.xhtml"), "chapters/introduction.yaml", "id: introduction"),
    ],
)
def test_a_finding_is_put_where_it_was_written(book, finding: Finding, path: str, says: str) -> None:
    place = findings.source(finding, Path("none.epub"), findings.places(book))
    assert place is not None and place.path == f"{SMALL}/{path}"
    assert Path(place.path).read_text().splitlines()[place.line - 1].strip() == says


@pytest.mark.parametrize(
    "finding", [Finding("x", "", where="Figure, object 9"), Finding("x", "", "EPUB/nav.xhtml"), Finding("x", "", "EPUB/style.css", 3)]
)
def test_what_no_record_prints_is_put_nowhere_in_the_book(book, finding: Finding) -> None:
    assert findings.source(finding, Path("none.epub"), findings.places(book)) is None


def test_a_line_of_a_file_is_traced_by_the_ids_around_it(book, built: Path) -> None:
    epub = built / f"{STUDY}.epub"
    lines = findings._document(epub, "EPUB/glossary.xhtml")
    assert lines is not None
    term = next(e for e in lines.iter() if str(e.get("id", "")).startswith("term-"))
    place = findings.source(Finding("x", "", "EPUB/glossary.xhtml", term.sourceline), epub, findings.places(book))
    assert place is not None and place.path == f"{SMALL}/glossary.yaml" and place.line > 1


# The report


def object_to_tables(path: Path) -> tuple[Finding, ...]:
    return tuple(Finding("TBL", "a table", "EPUB/falling-glass.xhtml", ids=("falling-glass",)) for _ in range(9))


def find_nothing(path: Path) -> tuple[Finding, ...]:
    return ()


def break_down(path: Path) -> tuple[Finding, ...]:
    raise ToolError("Strict broke down with status 9")


def hang(path: Path) -> tuple[Finding, ...]:
    tools.PATIENCE = 1.0  # in a worker, where it counts for the next file as well
    tools.run("sh", "-c", "sleep 60")
    return ()


def die(path: Path) -> tuple[Finding, ...]:
    os._exit(9)


def one() -> str:
    return "1.0"


@pytest.fixture
def output(built: Path, tmp_path: Path) -> Path:
    """An output folder with a release of its own."""
    shutil.copytree(built, tmp_path / ".releases" / built.name)
    (tmp_path / "guides").symlink_to(f".releases/{built.name}", target_is_directory=True)
    return tmp_path


def ask(monkeypatch: pytest.MonkeyPatch, output: Path, *checks) -> int:
    asked = tuple(Authority(name, code, form, check, one) for name, code, form, check in checks)
    monkeypatch.setattr(authorities, "AUTHORITIES", asked)
    return main(["verify", str(output), "--full", "--book", str(SMALL)])


def test_a_good_release_is_a_table_of_passes(monkeypatch, output: Path, capsys) -> None:
    status = ask(monkeypatch, output, ("Mild", "P401", "pdf", find_nothing))
    said = capsys.readouterr()
    rows = {line.split()[0]: line.split()[1:] for line in said.out.splitlines()[1:]}
    assert (status, said.out.split()[:2]) == (0, ["preflight", "Mild"])
    assert (rows[f"{STUDY}-a4.pdf"], rows[f"{STUDY}.epub"], len(rows)) == (["pass", "pass"], ["pass", "-"], 16)
    assert json.loads((output / "reports/verify.json").read_text())["findings"] == []


def test_a_finding_is_shown_at_its_source_and_written_to_the_report(monkeypatch, output: Path, capsys) -> None:
    status = ask(monkeypatch, output, ("Strict", "P404", "epub", object_to_tables), ("Mild", "P405", "pdf", find_nothing))
    said = capsys.readouterr()
    assert status == 1
    assert "error[P404]: Strict TBL: a table" in said.err
    assert f"--> {SMALL}/{WEATHER}:1:5" in said.err
    assert f"hint: look in {STUDY}.epub at EPUB/falling-glass.xhtml" in said.err
    assert next(line.split()[1:] for line in said.out.splitlines() if line.startswith(f"{STUDY}.epub")) == ["pass", "9", "found", "-"]
    report = json.loads((output / "reports/verify.json").read_text())
    mine = [row for row in report["findings"] if row["artefact"] == f"{STUDY}.epub"]
    assert [row["message"] for row in mine] == [*["Strict TBL: a table"] * 4, "Strict TBL: a table (and 4 more like it)"]
    assert (mine[0]["path"], mine[0]["line"], mine[0]["rule"]) == (f"{SMALL}/{WEATHER}", 1, "TBL")
    assert report["authorities"] == {"preflight": report["authorities"]["preflight"], "Strict": "1.0", "Mild": "1.0"}


def test_what_preflight_finds_stands_in_the_same_table(monkeypatch, output: Path, capsys) -> None:
    damaged = output / f"guides/{STUDY}.epub"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert ask(monkeypatch, output, ("Mild", "P401", "pdf", find_nothing)) == 1
    said = capsys.readouterr()
    assert "error[P308]" in said.err and "error[P315]" in said.err
    assert next(line.split()[1:] for line in said.out.splitlines() if line.startswith(f"{STUDY}.epub")) == ["2", "found", "-"]


@pytest.mark.parametrize(
    ("check", "said"),
    [(hang, "sh gave no answer within 1 s"), (break_down, "Strict broke down with status 9"), (die, "Strict: the worker died twice")],
)
def test_no_answer_of_one_authority_is_told_beside_the_answers_of_all_others(monkeypatch, output: Path, capsys, check, said: str) -> None:
    checks = (("Strict", "P404", "epub", check), ("Meek", "P405", "pdf", find_nothing), ("Mild", "P406", "epub", object_to_tables))
    assert ask(monkeypatch, output, *checks) == 1
    shown = capsys.readouterr()
    assert f"error[P407]: {said}" in shown.err
    assert f"{STUDY}-kindle.epub:1:1" in shown.err
    assert "error[P406]: Mild TBL: a table" in shown.err
    rows = {line.split()[0]: line.split()[1:] for line in shown.out.splitlines()[1:]}
    assert rows[f"{STUDY}.epub"] == ["pass", "1", "found", "-", "9", "found"]
    assert rows[f"{STUDY}-a4.pdf"] == ["pass", "-", "pass", "-"]
    report = json.loads((output / "reports/verify.json").read_text())
    silent = {(row["authority"], row["path"]) for row in report["findings"] if row["code"] == "P407"}
    assert silent == {("Strict", path) for path in rows if path.endswith(".epub")}


def test_without_a_release_nobody_is_asked(monkeypatch, tmp_path: Path, capsys) -> None:
    assert ask(monkeypatch, tmp_path, ("Strict", "P404", "epub", break_down)) == 1
    assert "error[P315]: no release stands here" in capsys.readouterr().err
