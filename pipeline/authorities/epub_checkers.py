"""Ask EPUBCheck whether an EPUB is valid, warnings included, and Ace by DAISY whether it is accessible, as far as a program can tell."""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from pipeline.authorities.findings import Finding
from pipeline.authorities.tools import in_java, no_answer, node_package, package_file, package_version, program, run
from pipeline.diagnostics import Severity
from pipeline.work import scratch

COUNTING: Mapping[str, Severity] = {"FATAL": "error", "ERROR": "error", "WARNING": "error"}
"""What stops a book; the rest is advice."""
VIOLATIONS = 2
"""Exit status of ace.js where Ace has found something."""
CONTENT = "EPUB"
"""Ace names documents by their path from the package document, which stands in this folder."""
DRIVER = Path(__file__).with_name("ace.js")
CFI_ID = re.compile(r"\[([^\]]+)\]")


# EPUBCheck


def epubcheck_version() -> str:
    """Name the version of EPUBCheck, when it and Java are there."""
    program("java")
    _epubcheck_jar()
    return package_version("epubcheck")


def check_epubcheck(path: Path) -> tuple[Finding, ...]:
    """Check an EPUB."""
    with scratch.folder() as folder:
        answer = folder / "answer.json"
        # Once the machine knows it, a small EPUB takes 0.3 seconds of processor time; in a machine of its own it takes 6.
        done = in_java("EPUBCheck", _epubcheck_jar(), "com.adobe.epubcheck.tool.EpubChecker", path, "--failonwarnings", "--json", answer)
        return _findings("EPUBCheck", done, 1, answer, parse_epubcheck)


def parse_epubcheck(answer: str) -> Iterator[Finding]:
    """Read EPUBCheck's JSON: one finding for each place of each message."""
    for message in json.loads(answer)["messages"]:
        for location in message["locations"] or [{}]:
            yield _epubcheck_finding(message, location)


def _epubcheck_jar() -> Path:
    return package_file("epubcheck", "epubcheck.jar")


def _epubcheck_finding(message: Mapping[str, Any], location: Mapping[str, Any]) -> Finding:
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


# Ace


def ace_version() -> str:
    """Name the version of Ace, when it, Node.js, what drives a browser, and a browser are there."""
    _browser()
    program("node")
    node_package("puppeteer-core/package.json")
    return str(json.loads(node_package("@daisy/ace-core/package.json").read_text("utf-8"))["version"])


def check_ace(path: Path) -> tuple[Finding, ...]:
    """Check an EPUB."""
    with scratch.folder() as folder:
        done = run(program("node"), DRIVER, path, folder, _browser(), NODE_PATH=str(node_package()))
        return _findings("Ace", done, VIOLATIONS, folder / "report.json", parse_ace)


def parse_ace(answer: str) -> Iterator[Finding]:
    """Read Ace's report.json: what failed in each document, and in the whole."""
    report = json.loads(answer)
    for document in report["assertions"]:
        for assertion in document["assertions"]:
            if assertion["earl:result"]["earl:outcome"] == "fail":
                yield _ace_finding(document["earl:testSubject"]["url"], assertion)


def _browser() -> str:
    return os.environ.get("PUPPETEER_EXECUTABLE_PATH") or program("chromium", "chromium-browser", "google-chrome")


def _ace_finding(url: str, assertion: Mapping[str, Any]) -> Finding:
    test, result = assertion["earl:test"], assertion["earl:result"]
    pointers = result.get("earl:pointer", {}).get("cfi", ())
    first = str(result["dct:description"]).partition("\n")[0]
    return Finding(
        rule=test["dct:title"],
        message=f"{first}: {result['html']}" if "html" in result else first,
        file=posixpath.normpath(posixpath.join("/", CONTENT, url.removeprefix(f"{CONTENT}/"))).removeprefix("/"),
        ids=tuple(name for pointer in pointers for name in reversed(CFI_ID.findall(pointer))),
    )


def _findings(
    name: str, done: CompletedProcess[str], objecting: int, answer: Path, parse: Callable[[str], Iterable[Finding]]
) -> tuple[Finding, ...]:
    """Read the file that an authority has written; ``objecting`` is its status where it has findings. Raises ToolError without any."""
    if done.returncode not in (0, objecting) or not answer.is_file():
        raise no_answer(name, done)
    found = tuple(parse(answer.read_text("utf-8")))
    if done.returncode and not found:
        raise no_answer(name, done)
    return found
