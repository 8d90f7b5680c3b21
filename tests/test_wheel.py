"""The wheel alone, in an environment of its own, builds guides."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from buildwork import ROOT, book

PARTS = ("pipeline", "templates", "pyproject.toml", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md")


def checked(*command: str | Path, cwd: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env={**kept, "XDG_CACHE_HOME": str(cwd / "cache")}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copyfile(ROOT / name, source / name)
    checked(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=source)
    (made,) = folder.glob("guidepress-*.whl")
    return made


def test_a_wheel_carries_every_module_and_every_template(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    kept = [p for p in (ROOT / "pipeline").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    wanted = {path.relative_to(ROOT).as_posix() for path in kept}
    wanted |= {f"pipeline/{p.relative_to(ROOT).as_posix()}" for p in (ROOT / "templates").rglob("*") if p.is_file()}
    assert wanted - names == set()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"pipeline"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_a_wheel_installed_alone_builds_a_guide(wheel: Path, tmp_path: Path) -> None:
    # The pip that is here installs there: to put one into the new environment takes longer than what it would install.
    checked(sys.executable, "-m", "venv", "--without-pip", "venv", cwd=tmp_path)
    into = ("--python", tmp_path / "venv/bin/python")
    pip = (sys.executable, "-m", "pip", *into, "install", "--quiet", "--disable-pip-version-check", "--no-compile")
    checked(*pip, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=tmp_path)
    checked(*pip, "--no-deps", "--no-index", wheel, cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    book(elsewhere / "bank")

    where = checked(tmp_path / "venv/bin/python", "-c", "from pipeline import theme; print(theme.folder())", cwd=elsewhere)
    assert where.startswith(str(tmp_path / "venv/lib"))
    checked(
        tmp_path / "venv/bin/guidepress",
        "build",
        "study",
        "--format",
        "pdf",
        "--paper",
        "a4",
        "--book",
        "bank",
        "--output",
        "out",
        cwd=elsewhere,
    )
    made = elsewhere / "out/guides/study/harbor-watch-study-0.2.0-a4.pdf"
    assert made.read_bytes().startswith(b"%PDF-1.7")
    assert (made.parent.parent / "SHA256SUMS").is_file()
