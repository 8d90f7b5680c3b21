"""The command line teaches its use, says what is wrong, and its exit status tells scripts."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import click
import pytest
from buildwork import SMALL, book, command, edit, environment, run

from pipeline import model
from pipeline.cli import interview_commands
from pipeline.cli.commands import cli
from pipeline.flow import rules

WATCH = "questions/weather-and-watch"
COUNT = "6 questions, 3 chapters, 8 terms: no fault found.\n"
COMMANDS = (
    "add", "build", "changes", "check", "collect", "explain", "export", "import", "list", "new", "pack", "plan", "plan record",
    "schema", "serve",
    "stats", "store", "store prune", "verify",
)  # fmt: skip


@pytest.fixture(scope="session")
def output(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with guides."""
    folder = tmp_path_factory.mktemp("published")
    done = run("build", "--book", book(folder / "book"), "--output", folder / "output", env=environment(warm))
    assert done.returncode == 0, done.stderr
    return folder / "output"


def ran(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> tuple[int, str, str]:
    done = run(*arguments, env=environment(Path("/nonexistent"), **variables), cwd=cwd)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def faulty(folder: Path) -> Path:
    """Write a book with a misspelled key, and a question without sources."""
    place = book(folder / "book")
    edit(place / f"{WATCH}/falling-glass.yaml", "id: falling-glass", "id: falling-glass\nsumary: Short.")
    path = place / f"{WATCH}/corrected-log.yaml"
    path.write_text(re.sub(r"(?m)^sources:\n(  .*\n)+", "", path.read_text()))
    return place


def all_commands(group: click.Group, before: str = "") -> Iterable[str]:
    for name, item in group.commands.items():
        yield f"{before}{name}"
        if isinstance(item, click.Group):
            yield from all_commands(item, f"{before}{name} ")


# Help


def test_every_command_is_tested_here() -> None:
    assert sorted(all_commands(cli)) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_shows_its_use_and_an_example_that_parses(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sheets").mkdir()
    for file in ("ana.pdf", "ben.pdf"):
        (tmp_path / file).touch()
    monkeypatch.chdir(tmp_path)
    status, text, _ = ran(*name.split(), "--help")
    assert status == 0
    assert text.startswith(f"Usage: guidepress {name} ")
    examples = re.findall(rf"(?m)^    (guidepress {name}.*)$", text)
    assert examples
    for example in examples:
        parse(re.split(r" {3,}| >", example)[0].split()[1:])


def parse(words: list[str]) -> None:
    """Parse a command as click does, without running it; an unknown option or argument raises."""
    found: click.Command = cli
    while isinstance(found, click.Group) and not (found.invoke_without_command and words[0].startswith("-")):
        found = found.commands[words.pop(0)]
    found.make_context("guidepress", words)


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_says_where_to_start(flag: str) -> None:
    status, text, _ = ran(flag)
    assert status == 0
    for line in ("guidepress check", "guidepress build", "guidepress explain C201", "_GUIDEPRESS_COMPLETE=bash_source"):
        assert line in text
    assert "C201" in rules()


def test_help_waits_for_none_of_the_libraries_that_commands_work_with() -> None:
    slow = "{'pydantic', 'weasyprint', 'fontTools', 'highspy', 'pikepdf', 'rich', 'pipeline.model'}"
    script = f"import sys, pipeline.cli.__main__; sys.exit(str({slow} & set(sys.modules) or ''))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stderr.strip() == ""


def test_plans_take_the_levels_of_the_model() -> None:
    assert interview_commands.LEVELS == model.LEVELS


def test_no_command_prints_help_and_is_wrong_usage() -> None:
    status, output, errors = ran()
    assert status == 2
    assert "Usage: guidepress" in output + errors


def test_version_is_that_of_the_package() -> None:
    assert ran("--version") == (0, f"guidepress {version('guidepress')}\n", "")


# Exit status


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("prnt",), "No such command 'prnt'"),
        (("build", "--format", "docx"), "'docx' is not one of 'pdf', 'epub'"),
        (("build", "--jobs", "0"), "0 is not in the range"),
        (("build", "--colour"), "No such option"),
        (("check", "--format", "xml"), "'xml' is not one of"),
        (("explain", "C999"), "no code 'C999'"),
        (("store", "prune", "--limit", "-1"), "-1 is not in the range"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_known(arguments: tuple[str, ...], message: str) -> None:
    status, output, errors = ran(*arguments)
    assert (status, output) == (2, "")
    assert message in errors


def test_a_folder_without_a_book_exits_1_and_says_how_to_name_one(tmp_path: Path) -> None:
    for name in ("check", "list", "build"):
        status, _, errors = ran(name, "--book", tmp_path, cwd=tmp_path)
        assert status == 1
        assert "error[B108]: no book.yaml in this folder" in errors
        assert "hint: name the book's folder with --book DIR" in errors


# check


def test_checking_a_good_book_counts_what_it_holds() -> None:
    assert ran("check", "--book", SMALL) == (0, COUNT, "")


def test_checking_prints_place_line_caret_hint_and_a_count(tmp_path: Path) -> None:
    status, output, errors = ran("check", "--book", faulty(tmp_path).relative_to(tmp_path), cwd=tmp_path)
    assert (status, output) == (1, "")
    assert (
        "error[B102]: unknown key 'sumary'\n"
        " --> book/questions/weather-and-watch/falling-glass.yaml:2:1\n"
        "  |\n"
        "2 | sumary: Short.\n"
        "  | ^^^^^^\n"
        "  = hint: use 'summary'\n"
    ) in errors
    assert errors.splitlines()[-1] == "1 error, 1 warning"


KNOTS = """\
schema: 1
id: knots
slug: knots
title: Knots
lang: en
version: 1.0.0
date: 2026-11-28
creators: [{name: The rope walk}]
publisher: The rope walk
rights: All rights reserved.
errata: Tell the rope walk.
description: A draft.
changes: [{version: 1.0.0, date: 2026-11-28, text: First edition.}]
"""


STUDY = """\
id: study
title: Study
audience: candidate
description: Everything.
sections: [questions, index]
parts: [answer]
answers: inline
formats: [pdf]
papers: [a4]
"""


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bank of 414 questions, each with a placeholder, a link to nothing, a slip of Markdown, and a word misspelled."""
    folder = tmp_path_factory.mktemp("draft") / "book"
    (folder / "questions/all").mkdir(parents=True)
    (folder / "editions").mkdir()
    (folder / "editions/study.yaml").write_text(STUDY)
    names = [f"knot-{n}" for n in range(414)]
    listed = f"sections:\n  - id: all\n    title: All\n    questions: [{', '.join(names)}]\n"
    (folder / "book.yaml").write_text(KNOTS + listed)
    for name in names:
        answer = f"TODO: tie {name}.\n\n  **Mind:**the bight, as in [[cleat]].\n"
        (folder / f"questions/all/{name}.yaml").write_text(f"id: {name}\nask: How is {name} tyed\nanswer: |\n  {answer}")
    return folder


def test_faults_of_414_questions_are_few_lines_and_errors_come_last(draft: Path) -> None:
    status, _, errors = ran("check", "--book", draft.name, cwd=draft.parent)
    lines = errors.splitlines()
    assert status == 1 and len(lines) < 60
    assert "error[M206]: 413 more of this kind: book/questions/all/knot-1.yaml:4:3, book/questions/all/knot-10.yaml:4:3, " in errors
    assert ":4:3, … (--all prints each)" in errors
    assert {code: errors.count(f"[{code}]") for code in ("M203", "M206", "C201")} == {"M203": 2, "M206": 2, "C201": 2}
    severities = [line.partition("[")[0] for line in lines if re.match(r"\w+\[", line)]
    assert list(dict.fromkeys(severities)) == ["note", "warning", "error"]
    assert re.fullmatch(r"1242 errors, \d+ warnings, 1 note", lines[-1])


def test_a_build_groups_faults_and_prints_each_when_it_is_asked_to(draft: Path) -> None:
    few = ran("build", "--quiet", "--book", draft.name, cwd=draft.parent)
    every = ran("build", "--quiet", "--all", "--book", draft.name, cwd=draft.parent)
    assert (few[0], every[0]) == (1, 1)
    assert few[2].count("error[M206]:") == 2 and len(few[2].splitlines()) < 60
    assert every[2].count("error[M206]:") == 414


def test_programs_are_told_each_fault(draft: Path) -> None:
    _, output, _ = ran("check", "--book", draft.name, "--format", "json", cwd=draft.parent)
    assert sum(row["code"] == "M206" for row in json.loads(output)) == 414


def test_checking_as_json_gives_every_field_of_every_diagnostic(tmp_path: Path) -> None:
    status, output, errors = ran("check", "--book", faulty(tmp_path).relative_to(tmp_path), "--format", "json", cwd=tmp_path)
    assert (status, errors) == (1, "")
    assert {
        "code": "B102", "severity": "error", "message": "unknown key 'sumary'", "line": 2, "column": 1, "hint": "use 'summary'",
        "path": "book/questions/weather-and-watch/falling-glass.yaml",
    } in json.loads(output)  # fmt: skip


def test_checking_a_good_book_as_json_gives_an_empty_list() -> None:
    status, output, _ = ran("check", "--book", SMALL, "--format", "json")
    assert (status, json.loads(output)) == (0, [])


def test_checking_as_annotations_gives_one_line_for_each(tmp_path: Path) -> None:
    status, output, errors = ran("check", "--book", faulty(tmp_path).relative_to(tmp_path), "--format", "github", cwd=tmp_path)
    assert (status, errors) == (1, "")
    assert (
        "::error file=book/questions/weather-and-watch/falling-glass.yaml,line=2,col=1,title=B102::unknown key 'sumary' (use 'summary')"
    ) in output.splitlines()
    assert all(re.match(r"::(error|warning|notice) file=[^,:]+,line=\d+,col=\d+,title=[A-Z]\d{3}::.", line) for line in output.splitlines())


def test_annotations_escape_what_would_end_them() -> None:
    from pipeline.cli.printing import print_diagnostics
    from pipeline.diagnostics import Diagnostic, Place

    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr(click, "echo", lambda text, **_: lines.append(text))
        print_diagnostics([Diagnostic("B101", "100%\nlost", Place("a,b:c.yaml"))], "github")
    assert lines == ["::error file=a%2Cb%3Ac.yaml,line=1,col=1,title=B101::100%25%0Alost"]


def test_strict_checking_exits_1_on_a_warning(tmp_path: Path) -> None:
    place = faulty(tmp_path)
    edit(place / f"{WATCH}/falling-glass.yaml", "sumary: Short.\n", "")
    assert ran("check", "--book", place)[0] == 0
    assert ran("check", "--book", place, "--strict")[0] == 1


# explain, list, schema


def test_explaining_without_a_code_lists_them_all() -> None:
    status, output, _ = ran("explain")
    assert status == 0
    assert [line[:4] for line in output.splitlines()] == sorted(rules())


def test_every_code_is_explained_by_a_title_and_a_text() -> None:
    for code, rule in rules().items():
        assert re.fullmatch(r"[A-Z]\d{3}", code)
        assert rule.title and not rule.title.endswith("."), code
        assert rule.text.rstrip().endswith((".", ")")), code
        assert len(rule.text.split()) >= 4, code


def test_a_code_is_explained_in_either_case() -> None:
    rule = rules()["B102"]
    assert ran("explain", "b102") == (0, f"B102: {rule.title}\n\n{rule.text}\n", "")


def test_listing_names_every_edition_and_numbers_the_questions() -> None:
    status, output, _ = ran("list", "--book", SMALL)
    assert status == 0
    assert re.findall(r"(?m)^(\w+) +\w.*: pdf, epub(?:, \w+)*; a4", output) == ["kit", "practice", "sample", "study"]
    assert re.findall(r"(?m)^ +(K?\d) +(\S+) ", output) == [
        ("1", "light-characteristics"), ("2", "tide-by-twelfths"), ("3", "under-keel-clearance"),
        ("4", "falling-glass"), ("5", "corrected-log"), ("K1", "relief-in-fog"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fields"), [("formulas", ("latex",)), ("question", ("ask", "follow_ups")), ("edition", ("papers",)), ("theme", ("papers",))]
)
def test_the_schema_is_json_schema_whose_references_all_lead_somewhere(kind: str, fields: tuple[str, ...]) -> None:
    status, output, _ = ran("schema", kind)
    assert status == 0
    schema = json.loads(output)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    references = set(re.findall(r'"\$ref": "#([^"]+)"', output))
    assert references
    for reference in references:
        found = schema
        for step in reference.strip("/").split("/"):
            found = found[step]
        assert found["type"] == "object" or "enum" in found
    assert [field for field in fields if f'"{field}"' not in output] == []


def test_the_schema_of_an_unknown_kind_is_wrong_usage() -> None:
    status, _, errors = ran("schema", "questions")
    assert (status, "use 'question'" in errors) == (2, True)


def test_without_a_kind_all_kinds_of_files_are_listed() -> None:
    status, output, _ = ran("schema")
    assert status == 0
    assert "question       questions/*/*.yaml\n" in output


# verify, store


@pytest.mark.parametrize("below", [".", "guides"])
def test_a_good_release_is_verified(output: Path, below: str) -> None:
    status, text, errors = ran("verify", output / below)
    assert (status, errors) == (0, "")
    assert "are right" in text


def test_a_damaged_release_exits_1_and_names_the_file(output: Path, tmp_path: Path) -> None:
    shutil.copytree(output, tmp_path / "output", symlinks=True)
    made = next((tmp_path / "output/guides/study").glob("*[0-9].epub"))
    made.chmod(0o644)
    made.write_bytes(made.read_bytes()[:-1] + b"\1")
    status, text, errors = ran("verify", tmp_path / "output")
    assert status == 1
    assert made.name in text + errors


def test_a_folder_without_a_release_exits_1(tmp_path: Path) -> None:
    status, _, errors = ran("verify", tmp_path)
    assert status == 1
    assert "error[P315]" in errors


def test_pruning_forgets_and_says_how_much(tmp_path: Path, warm: Path) -> None:
    shutil.copytree(warm, tmp_path / "cache")
    folder = tmp_path / "cache/guidepress"
    some = run("store", "prune", env=environment(tmp_path / "cache"))
    assert (some.returncode, some.stdout.split(",")[0]) == (0, "0.0 MB forgotten")
    assert list(folder.iterdir())
    rest = run("store", "prune", "--all", env=environment(tmp_path / "cache"))
    assert rest.stdout.endswith(f", 0.0 MB kept in {folder}\n")
    assert list(folder.iterdir()) == []


# What a terminal shows


def on_a_terminal(*arguments: str | Path, cache: Path, **variables: str) -> tuple[int, str]:
    """Run with standard output and error on a terminal of 24 lines and 100 columns."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    shown = environment(cache, TERM="xterm-256color", **variables)
    run = subprocess.Popen(command(*arguments), env=shown, stdin=writer, stdout=writer, stderr=writer)
    os.close(writer)
    seen = b""
    while select.select([reader], [], [], 120)[0]:
        try:
            seen += os.read(reader, 65536)
        except OSError:  # Linux says EIO when the other side is closed
            break
    os.close(reader)
    return run.wait(30), seen.decode()


def build(folder: Path) -> tuple[str | Path, ...]:
    return ("build", "--book", folder / "book", "--output", folder / "output", "--jobs", "1")


def test_progress_is_a_bar_on_a_terminal(tmp_path: Path, warm: Path) -> None:
    book(tmp_path / "book")
    status, seen = on_a_terminal(*build(tmp_path), cache=warm)
    assert status == 0, seen
    assert "\x1b[" in seen
    assert "━" in seen
    assert re.search(r"lay out +.*\d+/\d+", seen)
    assert "Built in" in seen


def test_progress_is_plain_lines_elsewhere(tmp_path: Path, warm: Path) -> None:
    book(tmp_path / "book")
    done = run(*build(tmp_path), env=environment(warm))
    assert "\x1b" not in done.stderr + done.stdout
    assert [line.split(" ")[0] for line in done.stderr.splitlines()][:3] == ["load", "render", "lay"]
    assert done.stderr.splitlines()[-1] == "publish"
    assert len(done.stderr.splitlines()) < 20
    assert [line for line, after in pairwise(done.stderr.splitlines()) if line == after] == []


def test_a_quiet_build_says_nothing(tmp_path: Path, warm: Path) -> None:
    book(tmp_path / "book")
    done = run(*build(tmp_path), "--quiet", env=environment(warm))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_verbose_build_says_how_long_each_stage_took(tmp_path: Path, warm: Path) -> None:
    book(tmp_path / "book")
    done = run(*build(tmp_path), "-v", env=environment(warm))
    assert re.findall(r"(?m)^(\w[\w ]+?) +\d+\.\d\d s$", done.stderr) == [
        "check", "assemble", "render", "lay out", "bind", "cover", "write", "inspect"
    ]  # fmt: skip


def test_diagnostics_are_colored_on_a_terminal_unless_no_color_is_set(tmp_path: Path) -> None:
    place = faulty(tmp_path)
    status, seen = on_a_terminal("check", "--book", place, cache=tmp_path)
    assert (status, "\x1b[31m\x1b[1merror[B102]" in seen) == (1, True)
    status, seen = on_a_terminal("check", "--book", place, cache=tmp_path, NO_COLOR="1")
    assert (status, "\x1b" in seen, "error[B102]" in seen) == (1, False, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed_for_each_shell(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("no bash here to ask for its version")
    status, output, _ = ran(_GUIDEPRESS_COMPLETE=f"{shell}_source")
    assert (status, "_GUIDEPRESS_COMPLETE=" in output) == (0, True)


def test_completion_knows_commands_and_editions(tmp_path: Path) -> None:
    book(tmp_path / "content", "study", "sample")
    ask = {"_GUIDEPRESS_COMPLETE": "bash_complete", "COMP_WORDS": "guidepress build s", "COMP_CWORD": "2"}
    assert ran(cwd=tmp_path, **ask)[1].split() == ["plain,sample", "plain,study"]
    ask = {"_GUIDEPRESS_COMPLETE": "bash_complete", "COMP_WORDS": "guidepress ver", "COMP_CWORD": "1"}
    assert ran(**ask)[1].split() == ["plain,verify"]


@pytest.mark.parametrize("arguments", [("explain",), ("schema",), ("list", "--book", str(SMALL)), ("--help",)])
def test_a_reader_that_closes_its_end_is_no_traceback(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command(*arguments), stdout=writer, stderr=subprocess.PIPE, text=True, env=environment(Path("/nonexistent")))
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_full_disk_under_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command("explain"), stdout=full, stderr=subprocess.PIPE, text=True, env=environment(Path("/nonexistent")))
    assert (done.returncode, done.stderr) == (1, "guidepress: system: No space left on device\n")
