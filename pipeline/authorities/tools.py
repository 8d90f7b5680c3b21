"""Find and run the programs of the authorities; what is missing is said in one line."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.diagnostics import ToolError

PATIENCE = 600.0
"""Seconds after which an authority is taken to hang."""


def missing(name: str) -> ToolError:
    """Say that something is not installed, and what installs it."""
    return ToolError(f"'{name}' is not installed: run 'make conformance', which installs what the authorities need")


def program(*names: str) -> str:
    """Return the path of the first of the programs that is on PATH or beside this Python. Raises ToolError when none is."""
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    for name in names:
        if found := shutil.which(name, path=places):
            return found
    raise missing(names[0])


def package_file(package: str, *parts: str) -> Path:
    """Return a file of an installed Python package, which is not imported. Raises ToolError when it is not there."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None or not (file := Path(spec.origin).parent.joinpath(*parts)).is_file():
        raise missing(package.replace("_", "-"))
    return file


def package_version(package: str) -> str:
    """Return the version of an installed Python package. Raises ToolError when it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError as error:
        raise missing(package) from error


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with variables added to its environment. Raises ToolError when it hangs."""
    try:
        return subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{Path(command[0]).name} gave no answer within {PATIENCE:.0f} s") from error


def no_answer(name: str, done: subprocess.CompletedProcess[str]) -> ToolError:
    """Say that an authority broke down, with its last line."""
    lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    return ToolError(f"{name} broke down with status {done.returncode}: {lines[-1].strip() if lines else 'it said nothing'}")
