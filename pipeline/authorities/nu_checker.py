"""Ask the Nu Html Checker, W3C's validator, whether a page is valid HTML. 'make conformance' installs it with the packages of Node.js."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.authorities.findings import Finding
from pipeline.authorities.tools import no_answer, node_package, program, run

JAR = "vnu-jar/build/dist/vnu.jar"
NEWER = ("container-type", "@container")
"""What Nu's checker of styles does not know yet (CSS Conditional Rules 5)."""


def nu_version() -> str:
    """Name the version of the checker, when it and Java are there."""
    return run(program("java"), "-jar", node_package(JAR), "--version").stdout.strip()


def check_nu(path: Path) -> tuple[Finding, ...]:
    """Check a page: its errors; what the checker merely advises is no finding."""
    # One compiler of Java's two, and one thread that collects garbage: 3.8 seconds of processor time for the book's page, not 7.1.
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    done = run(program("java"), "-Xss16m", *quick, "-jar", node_package(JAR), "--format", "json", "--stdout", path)
    try:
        return tuple(parse_nu(done.stdout))
    except (ValueError, KeyError) as error:
        raise no_answer("Nu", done) from error


def parse_nu(answer: str) -> Iterator[Finding]:
    """Read the checker's JSON: a finding for each error."""
    for message in json.loads(answer)["messages"]:
        if message["type"] != "info" and not any(name in message["message"] for name in NEWER):
            where = f"line {message['lastLine']}" if "lastLine" in message else ""
            yield Finding(message.get("subType", message["type"]), message["message"], where=where)
