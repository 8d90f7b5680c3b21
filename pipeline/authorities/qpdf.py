"""Ask qpdf whether every object and stream of a PDF can be read as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.authorities import tools
from pipeline.authorities.findings import Finding

WARNING, ERROR = 3, 2
"""Exit statuses of qpdf (its manual, 'Exit Status')."""
SPOKEN = re.compile(r"(?:WARNING|qpdf): (?:.*?\.pdf(?: \((?P<where>[^)]*)\))?: )?(?P<message>.*)")
DONE = "qpdf: operation succeeded"


def version() -> str:
    """Name the version of qpdf."""
    return tools.run(tools.program("qpdf"), "--version").stdout.partition("\n")[0].removeprefix("qpdf version ")


def check(path: Path) -> tuple[Finding, ...]:
    """Check a PDF."""
    done = tools.run(tools.program("qpdf"), "--check", path)
    if done.returncode not in (0, WARNING, ERROR):
        raise tools.no_answer("qpdf", done)
    return parse(done.stderr, done.returncode)


def parse(said: str, status: int) -> tuple[Finding, ...]:
    """Read what qpdf says on standard error: each line is a finding, but the last of a run that came to its end."""
    found = tuple(_finding(line) for line in said.splitlines() if line.strip() and not line.startswith(DONE))
    return found or ((Finding("check", "qpdf does not say what is wrong"),) if status else ())


def _finding(line: str) -> Finding:
    spoken = SPOKEN.fullmatch(line)
    return Finding("check", spoken["message"] if spoken else line, where=spoken["where"] or "" if spoken else "")
