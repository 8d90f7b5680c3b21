"""The container and the workflow for authors: what they run is what the Makefile and the command do, and well-kept linters agree."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from buildwork import ROOT, SMALL, environment

CONTAINER = (ROOT / "Containerfile").read_text()
WORKFLOW = ROOT / ".github/workflows/book.yaml"
BIN = Path(sys.executable).parent
SET_UP = ".venv/languages.stamp"


def instructions(name: str) -> list[str]:
    """Give what stands behind an instruction of the Containerfile, each time it is given, in one line."""
    whole = re.sub(r"(?m)^\s*#.*\n", "", CONTAINER).replace("\\\n", " ")
    return [" ".join(found.split()) for found in re.findall(rf"(?m)^{name} (.*)$", whole)]


def steps(job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(WORKFLOW.read_text())["jobs"][job]["steps"]
    return found


def commands() -> list[str]:
    return [step["run"] for step in steps("build") if "run" in step]


@pytest.mark.parametrize("linter", [["hadolint", "Containerfile"], ["zizmor", "--offline", "--quiet", ".github/workflows"]])
def test_linters_find_nothing(linter: list[str]) -> None:
    done = subprocess.run([BIN / linter[0], *linter[1:]], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("linter", "name", "broken", "said"),
    [
        ("hadolint", "Containerfile", "FROM docker.io/library/python\nRUN cd / && apt-get install make\n", "DL3006"),
        ("zizmor", "a.yaml", "on: push\njobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v5}]}}\n", "unpinned-uses"),
    ],
)
def test_linters_find_what_is_planted(tmp_path: Path, linter: str, name: str, broken: str, said: str) -> None:
    (tmp_path / name).write_text(broken)
    offline = ["--offline"] if linter == "zizmor" else []
    done = subprocess.run([BIN / linter, *offline, tmp_path / name], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert said in done.stdout


# The container


def test_the_container_has_the_libraries_that_the_makefile_asks_for() -> None:
    wanted = re.search(r'(?m)^debian="([^"]+)"', (ROOT / "bootstrap.sh").read_text())
    assert wanted
    installed = shlex.split(instructions("RUN")[0].split("--no-install-recommends")[1].split("&&")[0])
    # The image brings Python with what makes environments.
    assert set(installed) == {*wanted[1].split(), "make"} - {"python3-venv"}


def copied(place: Path) -> Path:
    """Copy what the container copies, as its list of files to ignore lets it, into a folder."""
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")]
    for source, target in ((word, shlex.split(line)[-1]) for line in instructions("COPY") for word in shlex.split(line)[:-1]):
        assert any(fnmatch(source, pattern) for pattern in kept), f"{source} is ignored"
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (place / target).mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place / target / source)
    return place


def test_what_is_copied_is_enough_for_the_makefile_and_for_the_package(tmp_path: Path) -> None:
    place = copied(tmp_path / "opt")
    line = instructions("RUN")[1].split(" && ")[0]
    assert line == f"make {SET_UP} PYTHON=python3 NO_SYSTEM=1"
    planned = subprocess.run([*shlex.split(line), "-n", "--no-print-directory"], cwd=place, capture_output=True, text=True, timeout=60)
    assert planned.returncode == 0, planned.stderr
    there = subprocess.run(
        ["make", "-n", "-B", "--no-print-directory", SET_UP, "PYTHON=python3", "NO_SYSTEM=1"], cwd=ROOT, capture_output=True, text=True
    )
    assert planned.stdout == there.stdout
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "wheel")]
    subprocess.run(wheel, cwd=place, check=True, capture_output=True, timeout=120)
    assert len(list((tmp_path / "wheel").glob("guidepress-*.whl"))) == 1


def test_the_container_runs_as_nobody_special_and_trusts_no_book() -> None:
    [user], entry, default = instructions("USER"), json.loads(instructions("ENTRYPOINT")[0]), json.loads(instructions("CMD")[0])
    assert user == "1000"
    assert "useradd --create-home --uid 1000 press" in instructions("RUN")[0]
    assert (entry, default) == (["guidepress"], ["build"])
    assert "GUIDEPRESS_UNTRUSTED=1" in instructions("ENV")[0]


@pytest.mark.slow
def test_the_commands_of_the_container_check_and_build_confined(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "content")
    given = dict(each.split("=", 1) for each in shlex.split(instructions("ENV")[0]) if not each.startswith("PATH="))
    env = environment(tmp_path / "cache", **given | {"GUIDEPRESS_STORE": str(tmp_path / "store")})
    entry = json.loads(instructions("ENTRYPOINT")[0])
    for command in (["check"], [*json.loads(instructions("CMD")[0]), "sample", "--format", "epub"]):
        done = subprocess.run([BIN / entry[0], *command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert os.getuid() != 0 or "--untrusted" in done.stderr
    assert list((tmp_path / "output/guides/sample").glob("*.epub"))
    refused = subprocess.run([BIN / entry[0], "build", "--watch"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert (refused.returncode, "leave out --watch" in refused.stderr) == (2, True)


# The workflow


def test_every_action_is_pinned_by_the_hash_of_a_commit() -> None:
    used = re.findall(r"uses: (\S+)(.*)", re.sub(r"(?m)^#.*\n", "", WORKFLOW.read_text()))
    assert len(used) == 5
    assert [action for action, version in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action) or "# v" not in version] == []


def test_no_step_has_more_rights_than_it_needs_or_writes_an_input_into_a_script() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["build"]["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert [command for command in commands() if "${{" in command] == []
    assert all(step["with"]["persist-credentials"] is False for step in steps("build") if "checkout" in step.get("uses", ""))


@pytest.mark.slow
def test_the_commands_of_the_workflow_check_build_verify_and_leave_no_kit_in_the_site(tmp_path: Path, warm: Path) -> None:
    shutil.copytree(warm, tmp_path / "cache")
    shutil.copytree(SMALL, tmp_path / "book/content")
    for name in ("study", "practice"):
        (tmp_path / f"book/content/editions/{name}.yaml").unlink()
    for path in (tmp_path / "book/content/editions").glob("*.yaml"):
        path.write_text(re.sub(r"(?m)^formats: .*$", "formats: [epub]", path.read_text()))
    (tmp_path / "press").symlink_to(ROOT)
    install, *others = commands()
    assert install == f"make -C press {SET_UP}"
    assert subprocess.run(["make", "-n", SET_UP], cwd=ROOT, capture_output=True, timeout=60).returncode == 0
    for command in others:
        line = command.replace("press/.venv/bin/", f"{BIN}/")
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment(tmp_path / "cache", BOOK="content"),
                              capture_output=True, text=True, timeout=300)  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    site = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*") if path.is_file()}
    built = {path.relative_to(tmp_path / "output/guides").as_posix() for path in (tmp_path / "output/guides").rglob("*") if path.is_file()}
    assert {"index.html", "opds.xml"} < site < built
    assert any(name.startswith("kit/") for name in built)
    assert [name for name in site if name.startswith(("kit", "manifest"))] == []
    again = subprocess.run([BIN / "guidepress", "serve", "output", "--to", "site"], cwd=tmp_path, capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (1, "guidepress: site: not an empty folder; name another\n")


@pytest.mark.soak
def test_the_container_s_steps_make_a_press_that_builds(tmp_path: Path) -> None:
    place = copied(tmp_path / "opt")
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    subprocess.run(shlex.split(instructions("RUN")[1].split(" && ")[0]), cwd=place, env=env, check=True, timeout=900)
    shutil.copytree(SMALL, tmp_path / "content")
    run = [place / ".venv/bin/guidepress", *json.loads(instructions("CMD")[0]), "study"]
    done = subprocess.run(run, cwd=tmp_path, env=environment(tmp_path / "cache", GUIDEPRESS_UNTRUSTED="1"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "output/guides/study").glob("*.pdf"))
