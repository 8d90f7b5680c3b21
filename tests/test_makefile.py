"""The two commands of the README do what they say, and a machine that lacks something is told in one line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from buildwork import ROOT

TARGETS = ("guides", "test", "check", "conformance", "help")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-conformance.lock")


def shell(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60)


def make(*arguments: str) -> str:
    done = shell("make", *arguments, MAKEFLAGS="", MFLAGS="", MAKELEVEL="")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    ("target", "last"),
    [
        ("guides", ".venv/bin/guidepress build --book content"),
        ("test", '.venv/bin/pytest -n auto --dist worksteal -m "not soak and not conformance" tests'),
        ("check", ".venv/bin/zizmor --offline --quiet .github/workflows"),
        ("conformance", ".venv/bin/pytest -n auto --dist worksteal -m conformance tests"),
        ("soak", ".venv/bin/pytest -m soak tests"),
        ("golden", "GOLDEN=refresh .venv/bin/pytest -q tests/test_golden.py"),
        ("clean", "rm -rf .venv output/guides output/.releases output/reports"),
    ],
)
def test_a_target_ends_with_the_command_that_it_is_for(target: str, last: str) -> None:
    assert make("-n", target).splitlines()[-1].startswith(last)


def test_another_book_is_built_with_one_variable() -> None:
    assert make("-n", "guides", "BOOK=my-bank").splitlines()[-1].endswith("guidepress build --book my-bank")


def test_the_figures_of_another_book_are_drawn_when_their_scripts_have_changed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/books/small", tmp_path / "book")
    script, drawing = (tmp_path / f"book/figures/light-rhythms.{suffix}" for suffix in ("py", "svg"))
    before = drawing.read_text()
    assert make("-n", "figures", "BOOK=my-bank").splitlines()[-1].endswith("draw_figures.py my-bank")
    draw = (sys.executable, "draw_figures.py", str(tmp_path / "book"))
    assert shell(*draw).stdout == "0 drawn, 1 fresh\n"
    script.write_text(script.read_text().replace('"#a8741a"', '"#b8741a"'))
    assert shell(*draw).stdout == "[1/1] light-rhythms\n1 drawn, 0 fresh\n"
    assert '"#b8741a"' in drawing.read_text() and '"#b8741a"' not in before
    assert shell(*draw[:2], str(tmp_path)).returncode == 2


def test_make_alone_lists_every_target_with_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text()
    declared = re.search(r"(?m)^\.PHONY: (.*)$", text)
    assert declared is not None
    listed = re.findall(r"(?m)^  make (\S+) +(\S.*)$", make())
    assert sorted(name for name, _ in listed) == sorted(declared[1].split())
    assert set(TARGETS) <= {name for name, _ in listed}
    assert make("help") == make()


def test_what_must_hold_before_anything_lands_are_targets() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    wanted = [line.split()[1:] for line in lines if line.startswith("make ")]
    assert {"guides", "check", "test", "conformance"} == {name for names in wanted for name in names}
    for names in wanted:
        assert make("-n", *names)


def without(folder: Path, library: str) -> str:
    """Write a Python that cannot load one library."""
    fake = folder / "python3"
    fake.write_text(f'#!/bin/sh\ncase "$*" in *{library}*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    fake.chmod(0o755)
    return str(fake)


@pytest.mark.parametrize("library", ["libpango-1.0.so.0", "libharfbuzz-subset.so.0", "ensurepip"])
@pytest.mark.skipif(sys.platform == "darwin", reason="names of Linux")
def test_a_missing_library_is_one_line_with_the_command_that_installs_it(tmp_path: Path, library: str) -> None:
    done = shell("./bootstrap.sh", "guides", PYTHON=without(tmp_path, library), NO_SYSTEM="1")
    install = "apt-get install -y --no-install-recommends python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    command = f"apt-get update && {install}" if os.getuid() == 0 else f"sudo apt-get update && sudo {install}"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"guidepress needs system libraries that are not here. Install them with: {command}\n"


def python(folder: Path, *, says: str, version: str = "(3, 11)") -> Path:
    """Write a Python that says with which arguments it was built."""
    fake = folder / "python3"
    patched = f"import sys, sysconfig; sysconfig.get_config_var = lambda _: {says!r}; sys.version_info = {version}; "
    fake.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{patched}$2"\n')
    fake.chmod(0o755)
    return fake


@pytest.mark.parametrize(
    ("on_path", "system", "taken"),
    [
        ("--enable-optimizations", "(3, 12)", "python3"),
        ("--enable-shared", "(3, 12)", "the system's"),
        ("--enable-shared", "(3, 10)", "python3"),
    ],
)
def test_a_python_built_without_optimization_gives_way_to_the_system_s(tmp_path: Path, on_path: str, system: str, taken: str) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "system").mkdir()
    python(tmp_path / "path", says=on_path)
    other = python(tmp_path / "system", says="", version=system)
    done = shell("./bootstrap.sh", "python", PATH=f"{tmp_path / 'path'}{os.pathsep}{os.environ['PATH']}", SYSTEM_PYTHON=str(other))
    assert done.stdout.strip() == (taken if taken == "python3" else str(other))


def test_a_missing_tool_of_the_tests_is_named_with_its_package(tmp_path: Path) -> None:
    for tool in ("sh", "id", "uname", "dirname"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    done = shell("./bootstrap.sh", "test", PYTHON=sys.executable, NO_SYSTEM="1", PATH=str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "default-jre-headless qpdf poppler-utils" in done.stderr


def test_a_missing_tool_of_the_authorities_is_named_with_its_package(tmp_path: Path) -> None:
    for tool in ("sh", "id", "uname", "dirname", "java", "qpdf", "pdffonts", "pdftotext", "pdftoppm"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    done = shell("./bootstrap.sh", "conformance", PYTHON=sys.executable, NO_SYSTEM="1", PATH=str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "default-jre-headless chromium nodejs npm qpdf poppler-utils" in done.stderr


def test_a_node_that_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    for tool in ("sh", "id", "uname", "dirname"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    for tool in ("node", "npm"):
        (tmp_path / tool).symlink_to("/bin/true")
    done = shell("./bootstrap.sh", "conformance", PYTHON=sys.executable, NO_SYSTEM="1", PATH=str(tmp_path))
    assert done.returncode == 1
    assert "default-jre-headless chromium qpdf poppler-utils" in done.stderr


def test_a_machine_that_has_everything_is_left_alone() -> None:
    done = shell("./bootstrap.sh", "guides", PYTHON=sys.executable, NO_SYSTEM="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_file_has_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.findall(r"(?m)^(\S[^\\\n]*?) *\\?\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)*)", re.sub(r"(?m)^\s*#.*\n", "", text))
    assert len(pins) > 10
    assert [pin for pin, hashes in pins if not hashes or not re.match(r"[\w.\-\[\]]+==[\w.]+", pin)] == []
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host| @ ", text) == []


def test_the_locks_agree_on_what_they_pin_and_leave_out_nothing_of_the_guides() -> None:
    guides, tests, conformance = (dict(re.findall(r"(?m)^([\w.\-]+)==([\w.]+)", (ROOT / name).read_text())) for name in LOCKS)
    assert {name: tests.get(name) for name in guides} == guides
    assert {name: conformance.get(name) for name in guides} == guides
    assert [name for name in conformance.keys() & tests.keys() if conformance[name] != tests[name]] == []


def test_the_packages_of_ace_and_the_reading_engines_are_pinned_by_digest_and_name_no_host() -> None:
    packages = json.loads((ROOT / "tests/conformance/package-lock.json").read_text())["packages"]
    installed = {path: package for path, package in packages.items() if path}
    assert len(installed) > 100
    assert [path for path, package in installed.items() if not package["integrity"].startswith("sha512-")] == []
    assert [path for path, package in installed.items() if "resolved" in package] == []
