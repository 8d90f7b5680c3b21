"""Ask Ace by DAISY whether an EPUB is accessible, as far as a program can tell."""

from __future__ import annotations

import json
import os
import posixpath
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.authorities import tools
from pipeline.authorities.findings import Finding

VIOLATIONS = 2
"""Exit status with -E; without it Ace 1.4.6 ends with 0 whatever it has found."""
CONTENT = "EPUB"
"""Ace names documents by their path from the package document, which stands in this folder."""
BROWSER_WAIT = "60000"
"""Milliseconds for the browser to start; Ace's own limit of 5 s is short for a busy machine."""
CFI_ID = re.compile(r"\[([^\]]+)\]")


def version() -> str:
    """Name the version of Ace, when it and a browser are there."""
    _browser()
    return tools.run(tools.program("ace-cli"), "--version").stdout.strip()


def check(path: Path) -> tuple[Finding, ...]:
    """Check an EPUB."""
    with tempfile.TemporaryDirectory(prefix="guidepress-") as folder:
        variables = {"PUPPETEER_EXECUTABLE_PATH": _browser(), "ACE_TIMEOUT_INITIAL": BROWSER_WAIT}
        done = tools.run(tools.program("ace-cli"), "-E", "-s", "-f", "-o", folder, path, **variables)
        answer = Path(folder, "report.json")
        return tools.findings("Ace", done, VIOLATIONS, answer, parse)


def parse(answer: str) -> Iterator[Finding]:
    """Read Ace's report.json: what failed in each document, and in the whole."""
    report = json.loads(answer)
    for document in report["assertions"]:
        for assertion in document["assertions"]:
            if assertion["earl:result"]["earl:outcome"] == "fail":
                yield _finding(document["earl:testSubject"]["url"], assertion)


def _browser() -> str:
    return os.environ.get("PUPPETEER_EXECUTABLE_PATH") or tools.program("chromium", "chromium-browser", "google-chrome")


def _finding(url: str, assertion: Mapping[str, Any]) -> Finding:
    test, result = assertion["earl:test"], assertion["earl:result"]
    pointers = result.get("earl:pointer", {}).get("cfi", ())
    first = str(result["dct:description"]).partition("\n")[0]
    return Finding(
        rule=test["dct:title"],
        message=f"{first}: {result['html']}" if "html" in result else first,
        file=posixpath.normpath(posixpath.join("/", CONTENT, url.removeprefix(f"{CONTENT}/"))).removeprefix("/"),
        ids=tuple(name for pointer in pointers for name in reversed(CFI_ID.findall(pointer))),
    )
