"""The documentation is true: its examples build, its commands run, its tables are those of the code."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import shutil
import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import buildwork
import click
import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import pipeline
from pipeline import markup, model
from pipeline.authoring.schemas import schemas
from pipeline.cli.commands import cli
from pipeline.diagnostics import show
from pipeline.flow import load_and_check, rules
from pipeline.flow.inputs import modified
from pipeline.formats import USUAL
from pipeline.markup.maths import symbols
from pipeline.model import fields

ROOT = Path(__file__).parent.parent
AUTHORING = (ROOT / "docs/authoring.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
PROSE = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
NOT_HERE = ("pipeline.model.fields", "pipeline.model.appearance", "pipeline.model.sizes")
"""What every record is made from, and what a page of its own tells: docs/themes.md."""
RECORDS = {kind.__name__.lower(): kind for kind in model.Record.__subclasses__() if kind.__module__ not in NOT_HERE}
NAMES = [
    (fields.Slug, "id"), (fields.Plain, "plain"), (fields.Line, "line"), (fields.Block, "block"), (fields.Listing, "code"),
    (fields.Duration, "duration"), (fields.Version, "version"), (fields.Language, "language"), (fields.Address, "address"),
    (fields.Color, "color"),
    (dt.date, "date"), (bool, "yes or no"), (int, "number"), (str, "plain"),
]  # fmt: skip


def fences(page: str, language: str) -> list[str]:
    return [body for _, name, body in FENCE.findall(page) if name == language]


def book_files() -> dict[str, str]:
    """Files of the book that the guide's examples make, by path."""
    found = {}
    for body in (body for language in ("yaml", "python", "xml", "words") for body in fences(AUTHORING, language)):
        first = re.match(r"(?:#|<!--) (content/[\w/.-]+)(?: -->)?\n", body)
        assert first is not None, f"an example without a path: {body[:80]}"
        found[first[1]] = body
    manifests = re.findall(r"^`(releases/[\w.-]+)`[^\n]*\n\n```json\n(.*?)^```$", AUTHORING, re.MULTILINE | re.DOTALL)
    return found | {f"content/{name}": body for name, body in manifests}


def write_book(folder: Path) -> Path:
    """Write the guide's book below a folder, and draw its figures."""
    for name, text in book_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for script in (folder / "content/figures").glob("*.py"):
        subprocess.run([sys.executable, script], check=True, cwd=folder)
    return folder / "content"


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with a store of its own: the press in a copy of one that is loaded, all else by a shell."""
    paths = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {**os.environ, "PATH": paths, "XDG_CACHE_HOME": str(folder / "cache"), "NO_COLOR": "1", **environment}
    if command.startswith("guidepress"):
        return buildwork.run(*shlex.split(command, comments=True)[1:], env=settings, cwd=folder)
    return subprocess.run(command, shell=True, cwd=folder, env=settings, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def cooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that holds the guide's book, in content/."""
    folder = tmp_path_factory.mktemp("cooks")
    write_book(folder)
    return folder


# The records


def sections() -> dict[str, str]:
    """Text below each heading of the third level that names a record, by the record's name."""
    parts = re.split(r"^#{2,3} (.+)\n", AUTHORING, flags=re.MULTILINE)
    named = {re.sub("[^a-z]", "", title.lower()): text for title, text in zip(parts[1::2], parts[2::2], strict=True)}
    return {name: named[name] for name in RECORDS if name in named}


def rows(text: str) -> list[tuple[str, str, str]]:
    """Field, type, and need of each row of a record's table."""
    return re.findall(r"^\| `(\w+)` \| ([^|]+?) \| ([^|]+?) \| [^|]+ \|$", text, re.MULTILINE)


def type_name(hint: typing.Any) -> str:
    """What the guide calls a type."""
    known = next((name for kind, name in NAMES if kind == hint), None)
    if known:
        return known
    arguments = [a for a in typing.get_args(hint) if a not in (type(None), ...)]
    if typing.get_origin(hint) is tuple:
        return f"list of {type_name(arguments[0])}"
    if typing.get_origin(hint) is typing.Literal:
        return "word"
    if typing.get_origin(hint) in (types.UnionType, typing.Union, typing.Annotated):
        return type_name(arguments[0])
    assert issubclass(hint, BaseModel)
    name = re.sub(r"(?<!^)([A-Z])", r" \1", hint.__name__).lower()
    return {"follow up": "follow-up"}.get(name, name)


def need(field: typing.Any) -> str:
    """What the guide says about leaving a field out."""
    if field.default is PydanticUndefined:
        return "yes"
    if field.default in ("", 1) or isinstance(field.default, dt.date):
        return "no"
    if isinstance(field.default, str):
        return f"no: `{field.default}`"
    if isinstance(field.default, bool):
        return f"no: `{str(field.default).lower()}`"
    if field.default == USUAL:
        return f"no: {', '.join(f'`{name}`' for name in USUAL)}"
    return "no: all" if isinstance(field.default, tuple) and field.default else "no"


def test_every_record_of_the_model_is_documented() -> None:
    assert sorted(sections()) == sorted(RECORDS)


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_the_guide_has_the_fields_of_the_record_their_types_and_what_may_be_left_out(name: str) -> None:
    kind = RECORDS[name]
    hints = typing.get_type_hints(kind, include_extras=True)
    expected = [(field.alias or key, type_name(hints[key]), need(field)) for key, field in kind.model_fields.items()]
    assert rows(sections()[name]) == expected


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_the_guide_says_of_a_field_what_editors_are_told(name: str) -> None:
    told = {kind["title"].lower(): kind["properties"] for whole in schemas().values() for kind in (whole, *whole.get("$defs", {}).values())}
    said = dict(re.findall(r"^\| `(\w+)` \|(?:[^|]+\|){2} ([^|]+) \|$", sections()[name], re.MULTILINE))
    for field, words in said.items():
        plain = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", words)
        assert plain.lower().startswith(told[name][field]["markdownDescription"].removesuffix(".").lower())


def words_of(hint: typing.Any) -> Iterator[str]:
    if typing.get_origin(hint) is typing.Literal:
        yield from typing.get_args(hint)
    else:
        for part in typing.get_args(hint):
            yield from words_of(part)


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_the_guide_names_every_word_a_field_may_hold(name: str) -> None:
    hints = typing.get_type_hints(RECORDS[name], include_extras=True)
    words = {word for key in RECORDS[name].model_fields for word in words_of(hints[key])}
    assert words <= set(re.findall(r"`([\w-]+)`", sections()[name]))


def test_every_type_in_the_tables_is_explained() -> None:
    explained = set(re.findall(r"^\| ([\w ]+) \| ", AUTHORING.split("### Types")[1].split("## The book")[0], re.MULTILINE)) - {"type"}
    used = {kind.removeprefix("list of ") for text in sections().values() for _, kind, _ in rows(text)}
    assert {word for word in used if word.replace(" ", "").replace("-", "") not in RECORDS} == explained


# The example book


def test_the_examples_of_the_guide_make_a_book_without_a_single_diagnostic(cooks: Path) -> None:
    book, faults = load_and_check(cooks / "content")
    assert [show(fault) for fault in faults] == []
    assert book is not None
    assert len(book.questions) == 3


def test_the_examples_of_the_guide_show_every_field(cooks: Path) -> None:
    book, _ = load_and_check(cooks / "content")
    assert book is not None
    shown: dict[str, set[str]] = {}
    for record in (*book.records(), *book.ignores, book.exposure):
        _note_fields(record, shown)
    missing = {f"{name}.{key}" for name, kind in RECORDS.items() for key in kind.model_fields if key not in shown.get(name, set())}
    files = {"glossary.terms", "formulasheet.formulas", "works.sources", "ignores.ignore"}
    assert missing == files


def _note_fields(record: BaseModel, shown: dict[str, set[str]]) -> None:
    shown.setdefault(type(record).__name__.lower(), set()).update(record.model_fields_set)
    for value in dict(record).values():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                _note_fields(item, shown)


def test_the_example_code_of_the_guide_prints_what_is_recorded(cooks: Path) -> None:
    book, _ = load_and_check(cooks / "content")
    assert book is not None
    for example in book.questions["knife-skills"].examples:
        printed = subprocess.run([sys.executable, "-c", example.code], capture_output=True, text=True, check=True)
        assert printed.stdout == example.output


def test_the_diagnostic_in_the_guide_is_what_the_press_says(cooks: Path, tmp_path: Path) -> None:
    write_book(tmp_path)
    sauce = tmp_path / "content/questions/service/split-sauce.yaml"
    record = sauce.read_text(encoding="utf-8").partition("\n")[2]
    sauce.write_text(record.replace("[[term:mise-en-place]]", "[[term:mise-en-plac]]"), encoding="utf-8")
    (shown,) = (body for body in fences(AUTHORING, "text") if body.startswith("error["))
    assert run("guidepress check", tmp_path).stderr.startswith(shown)


@pytest.mark.slow
def test_the_guides_book_builds_to_the_same_bytes_elsewhere_and_no_script_of_it_is_run(cooks: Path, tmp_path: Path) -> None:
    drawing = cooks / "content/figures/dice-sizes.svg"
    drawn = drawing.stat().st_mtime_ns
    command = "guidepress build study --paper a4 --format pdf --format epub --verbose --strict"
    first = run(f"{command} --jobs 1", cooks, TZ="Asia/Tokyo", PYTHONHASHSEED="1", LC_ALL="C")
    elsewhere = tmp_path / "a longer name, with spaces"
    write_book(elsewhere)
    second = run(f"{command} --jobs 2", elsewhere, TZ="America/Lima", PYTHONHASHSEED="2")
    assert (first.returncode, first.stderr.count("error"), first.stderr.count("warning")) == (0, 0, 0), first.stderr
    assert second.returncode == 0, second.stderr
    names = ["SHA256SUMS", "manifest.json"]
    assert [(cooks / "output/guides" / n).read_bytes() for n in names] == [(elsewhere / "output/guides" / n).read_bytes() for n in names]
    assert drawing.stat().st_mtime_ns == drawn


def test_time_stamps_come_from_the_book_or_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert modified(dt.date(2026, 11, 22)) == "2026-11-22T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert modified(dt.date(2026, 11, 22)) == "1970-01-02T00:00:00+00:00"


# Markdown and formulas


@pytest.mark.parametrize("text", fences(AUTHORING, "markdown"), ids=lambda text: text.split("\n")[0][:30])
def test_every_example_of_markdown_is_read_without_a_fault(text: str) -> None:
    assert markup.parse(text).faults == ()


def test_the_examples_of_markdown_link_to_records_of_the_example_book(cooks: Path) -> None:
    book, _ = load_and_check(cooks / "content")
    assert book is not None
    known = {
        "section": {*book.questions, *book.chapters}, "term": set(book.terms), "formula": set(book.formulas), "source": set(book.works),
        "figure": set(book.figures), "box": set(book.boxes), "value": {"onion-order.order", "onion-order.peel"},
    }  # fmt: skip
    for text in fences(AUTHORING, "markdown"):
        for reference in markup.parse(text).references:
            assert reference.kind == "picture" or reference.id in known[reference.kind]


def latex_section() -> str:
    return AUTHORING.split("### LaTeX that formulas may use")[1].split("\n## ")[0]


def test_the_commands_of_latex_in_the_guide_are_those_of_the_code() -> None:
    table = "\n".join(line for line in latex_section().split("\n") if line.startswith("|"))
    named = re.findall(r"`\\([A-Za-z]+|.)`", table)
    assert sorted(named) == sorted({*symbols.COMMANDS, "\\"})


def test_the_environments_and_signs_of_the_guide_are_those_of_the_code() -> None:
    environments = latex_section().split("Environments: ")[1].split(". Signs")[0]
    assert tuple(re.findall(r"`(\w+)`", environments)) == symbols.ENVIRONMENTS
    (signs,) = fences(latex_section(), "text")
    assert signs.split() == list(symbols.CHARACTERS)


def test_the_guide_names_every_admonition_and_the_width_of_code() -> None:
    from pipeline.markup.dialect import ADMONITIONS
    from pipeline.markup.highlight import COLUMNS

    admonitions = AUTHORING.split("### Admonitions")[1].split("###")[0]
    assert tuple(re.findall(r"`(\w+)`", admonitions)) == ADMONITIONS
    assert f"At most {COLUMNS} columns" in AUTHORING


# Codes, statuses, links


@pytest.mark.parametrize("page", PROSE)
def test_a_page_names_no_code_that_does_not_exist(page: str) -> None:
    named = set(re.findall(r"\b[A-Z]\d{3}\b", PROSE[page]))
    assert named <= set(rules())


def test_the_guide_names_every_letter_that_codes_begin_with() -> None:
    letters = re.findall(r"^\| `([A-Z])` \| ", AUTHORING, re.MULTILINE)
    assert sorted(letters) == sorted({code[0] for code in rules()})


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("guidepress check", 0),
        ("guidepress check --book nowhere", 1),
        ("guidepress build nowhere", 1),
        ("guidepress verify", 1),
        ("guidepress explain X999", 2),
        ("guidepress", 2),
    ],
)
def test_the_exit_status_is_the_one_the_guide_promises(cooks: Path, command: str, status: int) -> None:
    outcome = run(f"{command} --output empty" if "build" in command else command.replace("verify", "verify empty"), cooks)
    assert outcome.returncode == status, outcome.stderr
    assert "Traceback" not in outcome.stderr


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(path: Path) -> list[str]:
    """Targets of a page's links, addresses outside and pictures excepted."""
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text(encoding="utf-8")))
    return [target for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", text) if not re.match(r"https?:|mailto:", target)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in links(path):
        name, _, anchor = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        assert page.exists(), target
        assert not anchor or anchor in anchors(page), target


def test_the_pictures_of_the_readme_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 3
    assert [name for name in pictures if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("page", PROSE)
def test_lines_are_no_longer_than_an_editor_is_wide(page: str) -> None:
    long = [line for line in PROSE[page].split("\n") if len(line) > (900 if line.startswith("|") else 120)]
    assert long == []


@pytest.mark.parametrize("page", PROSE)
def test_examples_on_a_page_fit_the_width_of_code(page: str) -> None:
    assert [line for _, _, body in FENCE.findall(PROSE[page]) for line in body.split("\n") if len(line) > 125] == []


# The README and the maintainer's page


@pytest.mark.parametrize("page", PROSE)
def test_files_that_a_page_names_are_there(page: str) -> None:
    places = re.findall(r"`((?:content|docs|pipeline|templates|tests)/[^`\s]*)`", FENCE.sub("", PROSE[page]))
    for place in places:
        whole = ROOT / place
        assert (whole if "<" not in place else ROOT / place.split("<")[0].rpartition("/")[0]).exists(), place


def test_the_flow_is_told_in_the_same_words_by_the_readme_the_package_and_the_progress() -> None:
    told = [line.strip() for line in (pipeline.__doc__ or "").split("\n")]
    (flow,) = (body for body in fences(README, "text") if body.startswith("content/"))
    assert [line.strip() for line in flow.strip().split("\n")] == told[told.index("content/*.yaml") : told.index("output/guides/") + 1]
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipeline/flow").glob("*.py"))
    stages = re.findall(r'(?:Step|Stage(?:\[[^\n]*\])? = Stage|Stage)\(\s*"([a-z ]+)"', code)
    assert stages
    assert set(stages) - {"wait"} <= set(re.findall(r"\| ([a-z]+(?: out)?)  ", flow))


def test_the_make_commands_of_the_readme_are_targets_with_help() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", "\n".join(re.findall(r"`([^`\n]+)`", README) + fences(README, "sh"))))
    assert {"guides", "test", "figures"} <= named
    listed = run("make help", ROOT, XDG_CACHE_HOME="").stdout
    for target in named:
        assert f"make {target} " in listed
        assert run(f"make -n {target}", ROOT, XDG_CACHE_HOME="").returncode == 0


@pytest.mark.slow
def test_the_guidepress_commands_of_the_readme_run(tmp_path: Path, warm: Path) -> None:
    commands = [(n, line) for n, body in enumerate(fences(README, "sh")) for line in body.split("\n") if line.startswith("guidepress")]
    assert len(commands) >= 5
    for n, command in commands:
        # Each of its examples is for somebody who has done none of the others.
        place = tmp_path / str(n)
        if not place.exists():
            place.mkdir()
            shutil.copytree(warm, place / "cache")
            (place / "content").symlink_to(ROOT / "tests/books/small")
            (place / "bank.md").write_text("# Oars\n\n## Why feather?\n\nFor the wind.\n\n## How long?\n\nAs long as it takes.\n")
        outcome = run(command, place)
        assert outcome.returncode == 0, f"{command}\n{outcome.stdout}\n{outcome.stderr}"


@pytest.mark.parametrize("page", ["SECURITY.md", "running.md"])
def test_the_guidepress_commands_of_a_page_have_the_options_that_they_are_given(page: str) -> None:
    lines = [line for body in fences(PROSE[page], "sh") for line in body.split("\n")]
    commands = [found[0].split() for line in lines if (found := re.search(r"(?<!tag )\bguidepress [a-z][^#]*", line))]
    assert len(commands) >= 2
    for words in commands:
        names = [word for word in words[1:] if word.isalpha() and word.islower()]
        known = {param for command in reached(names) for each in command.params for param in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, words


def reached(names: list[str]) -> Iterator[click.Command]:
    """Give the command that is named, and the one within it."""
    command: click.Command = cli
    for name in names:
        if not isinstance(command, click.Group) or name not in command.commands:
            break
        command = command.commands[name]
        yield command


def test_the_security_page_names_the_tests_of_each_promise() -> None:
    promises = [line for line in PROSE["SECURITY.md"].split("\n") if line.startswith("| ") and "tested by" not in line]
    assert len(promises) >= 8
    assert [line for line in promises if not re.search(r"`tests/test_\w+\.py`", line.rpartition("|")[0].rpartition("|")[2])] == []
    said = PROSE["SECURITY.md"]
    assert all(word in said for word in ("Malice in a shared store", "`--theme`", "## How to report", "## How it is tested"))


def test_the_files_that_the_readme_promises_are_those_of_the_first_book() -> None:
    book, _ = load_and_check(ROOT / "content")
    assert book is not None
    table = README.split("## What comes out")[1].split("## How it flows")[0]
    for edition in book.editions.values():
        assert f"`{edition.id}/{book.outline.slug}-{edition.id}-<version>-{edition.papers[0]}.pdf`" in table
    assert set(re.findall(r"^\| `([a-z-]+)/", table, re.MULTILINE)) == set(book.editions)
    assert f"*{book.outline.title}*" in README


def test_the_ranks_of_the_maintainers_page_name_every_module() -> None:
    ranks = re.findall(r"^\| \d+ \| (.+) \|$", PROSE["design.md"], re.MULTILINE)
    named = {name for names in ranks for name in re.findall(r"`(\w+)`", names)}
    modules = {path.stem for path in (ROOT / "pipeline").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert named == modules - {"__init__", "templates"}
