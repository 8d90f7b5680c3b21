"""Ask EPUBCheck whether a file is a valid EPUB, its warnings included."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.authorities import tools
from pipeline.authorities.findings import Finding
from pipeline.diagnostics import Severity

COUNTING: Mapping[str, Severity] = {"FATAL": "error", "ERROR": "error", "WARNING": "error"}
"""What stops a book; the rest is advice."""


def version() -> str:
    """Name the version of EPUBCheck, when it and Java are there."""
    tools.program("java")
    _jar()
    return tools.package_version("epubcheck")


def check(path: Path) -> tuple[Finding, ...]:
    """Check an EPUB."""
    with tempfile.TemporaryDirectory(prefix="guidepress-") as folder:
        answer = Path(folder, "answer.json")
        # One compiler of Java's two: a run of six seconds ends before the second pays.
        java = (tools.program("java"), "-XX:TieredStopAtLevel=1", "-jar", _jar())
        done = tools.run(*java, path, "--failonwarnings", "--json", answer)
        return tools.findings("EPUBCheck", done, 1, answer, parse)


def parse(answer: str) -> Iterator[Finding]:
    """Read EPUBCheck's JSON: one finding for each place of each message."""
    for message in json.loads(answer)["messages"]:
        for location in message["locations"] or [{}]:
            yield _finding(message, location)


def _jar() -> Path:
    return tools.package_file("epubcheck", "epubcheck.jar")


def _finding(message: Mapping[str, Any], location: Mapping[str, Any]) -> Finding:
    """Make a finding; lines and columns that EPUBCheck does not know are -1."""
    file = str(location.get("path") or "")
    return Finding(
        rule=message["ID"],
        message=message["message"],
        # What is wrong with the container as a whole is located at the path of the file checked.
        file="" if file.endswith(".epub") else file,
        line=max(0, location.get("line", 0)),
        column=max(0, location.get("column", 0)),
        severity=COUNTING.get(message["severity"], "note"),
    )
