"""What once got through a release, a store, or the command line is held; `python -m hostile` tries all of the list."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from buildwork import ROOT, environment
from hostile import __main__ as table
from hostile import rows
from hostile.running import run

from pipeline.cli.printing import print_diagnostics
from pipeline.diagnostics import Diagnostic, Place, nearest
from pipeline.markup import highlight
from pipeline.preflight import verify_release
from pipeline.work.store import Store, key

DAMAGED = [row for row in rows.ROWS if row.command == rows.VERIFY and "never ends" not in row.name]
LOOK = "found=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2); echo $found > open"
ESCAPE = Diagnostic("B101", "a \x1b[31mred\u202e word\x9b", Place("a\x1b/b\u2066.yaml"), "mend it\ue000")


@pytest.mark.parametrize("row", DAMAGED, ids=lambda row: row.name)
def test_a_release_that_somebody_spoiled_is_a_diagnostic(row: rows.Row, tmp_path: Path) -> None:
    row.make(tmp_path)
    assert {found.code for found in verify_release(tmp_path / "output")} & {"P308", "P315"}


def test_a_file_that_no_reader_can_bear_is_a_diagnostic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_data: bytes) -> None:
        raise IndexError("list index out of range")

    rows.release(tmp_path, "a.epub", rows.epub_bytes())
    monkeypatch.setattr("pipeline.preflight.epub_reader.read", breaks)
    assert [found.message for found in verify_release(tmp_path / "output")] == ["cannot be read (IndexError)"]


@pytest.mark.soak
@pytest.mark.parametrize("row", rows.ROWS, ids=lambda row: f"{row.number} {row.name}")
def test_every_row_of_the_list_is_held(row: rows.Row, tmp_path: Path) -> None:
    row.make(tmp_path)
    ran = run(tmp_path, row.command)
    assert table.held(row, ran), (ran.status, ran.seconds, ran.megabytes, ran.said[-2000:])


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_output_says_what_a_terminal_would_obey(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_diagnostics([ESCAPE], form)
    said = "".join(capsys.readouterr())
    assert "red" in said and not {*"\x1b\u202e\x9b\u2066\ue000"} & {*said}
    if form == "json":
        assert json.loads(said)[0]["message"] == ESCAPE.message


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_the_command_does_its_work_where_a_standard_stream_is_closed(closed: str, tmp_path: Path) -> None:
    command = f"{sys.executable} -P -m pipeline.cli explain {closed}"
    done = subprocess.run(
        ["sh", "-c", command], env={**environment(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}, cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr


def test_workers_have_standard_streams_where_the_command_has_none(tmp_path: Path) -> None:
    script = f"from pipeline.cli.__main__ import _open_streams as o; o(); import os; os.execv('/bin/sh', ['sh', '-c', {LOOK!r}])"
    subprocess.run(["sh", "-c", f'"{sys.executable}" -P -c "$0" <&- >&- 2>&-', script], env={"PYTHONPATH": str(ROOT)}, cwd=tmp_path)
    assert (tmp_path / "open").read_text().split() == ["/dev/null"] * 3


def test_a_store_entry_that_no_build_has_written_is_thrown_away_and_told(tmp_path: Path) -> None:
    name = "d" * 64
    # Its digest is right, and its facts are lists in one another, more than a reader bears.
    facts = b"[" * 100_000
    (tmp_path / f"{name}.entry").write_bytes(b"\n".join((key(name, facts, b"").encode(), facts, b"")))
    store = Store.open(tmp_path)
    assert store.get(name) is None
    assert list(tmp_path.iterdir()) == []
    assert store.trouble == (f"1 damaged entry thrown away, and made again: {tmp_path}",)


def test_a_lexer_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highlight, "PATIENCE", 0.05)
    slow = 'val x = "' + "\\" * 60
    assert [highlight.is_colored(slow + " " * n, "scala") for n in range(4)] == [False] * 4
    assert "<span" not in highlight.block(slow, "scala")
    assert not highlight.is_colored("val x = 1", "scala") and "<span" not in highlight.block("val x = 1", "scala")  # its tries are used up
    highlight.forget_slow()
    assert highlight.is_colored("val x = 1", "scala") and "<span" in highlight.block("val x = 1", "scala")


def test_the_nearest_of_many_names_is_found() -> None:
    names = [f"term-{n}" for n in range(5_000)] + ["isobar"]
    assert nearest("isobars", names) == "use 'isobar'"
    assert nearest("term-4999x", names) == "use 'term-4999'"
    assert nearest("xterm-77", names).startswith("use 'term-")
