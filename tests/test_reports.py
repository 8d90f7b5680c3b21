"""A build reports how its pages are filled, beside the release and never inside it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import reading

from pipeline import release
from pipeline.flow.finishing import write_report
from pipeline.flow.request import Pages


def written(output: Path, paths: tuple[str, ...], *made: Pages) -> dict:
    """Report a build that made some files of a release that holds these."""
    standing = SimpleNamespace(digest="d", artefacts=[SimpleNamespace(path=path) for path in paths])
    assert write_report(output, made, {"bind": 1.234}, standing) == ()
    return json.loads((output / "reports/build.json").read_text())


def test_a_build_reports_every_pdf_with_its_body_pages(built: Path) -> None:
    report = json.loads((built.parents[1] / "reports/build.json").read_text())
    counted = {p.relative_to(built).as_posix(): sum(label.isdigit() for label in reading.labels(p)) for p in built.glob("*/*.pdf")}
    assert {path: row["pages"] for path, row in report["artefacts"].items()} == counted
    assert all(0 <= row["sparse"] < row["pages"] for row in report["artefacts"].values())
    assert {"lay out", "bind"} <= report["stages"].keys()


def test_files_that_are_carried_over_keep_their_rows_and_those_gone_lose_them(tmp_path: Path) -> None:
    written(tmp_path, ("a", "b", "c"), Pages("a", 10, 1), Pages("b", 20, 2), Pages("c", 30, 3))
    report = written(tmp_path, ("a", "b"), Pages("a", 11, 0))
    assert report["artefacts"] == {"a": {"pages": 11, "sparse": 0}, "b": {"pages": 20, "sparse": 2}}
    assert report["stages"] == {"bind": 1.23}


def test_a_damaged_report_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    for damage in ("{", "[]", '{"artefacts": 3}'):
        (tmp_path / "reports/build.json").write_text(damage)
        assert written(tmp_path, ("a",), Pages("a", 1, 0))["artefacts"] == {"a": {"pages": 1, "sparse": 0}}


def test_a_report_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    (warning,) = release.report(tmp_path, "build", {})
    assert warning == f"the report is not written: {tmp_path}/reports: Not a directory"
    assert [p.name for p in tmp_path.iterdir()] == ["reports"]
