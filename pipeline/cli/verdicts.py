"""Ask the authorities, print a table of their verdicts, and write the report."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.printing import print_diagnostics

if TYPE_CHECKING:
    from pipeline.authorities import Report
    from pipeline.diagnostics import Diagnostic

NAME = "verify"


def verify_files(folder: Path) -> tuple[Diagnostic, ...]:
    """Verify the release in a folder by what this package knows itself; print and return what is wrong."""
    from pipeline import preflight

    faults = preflight.verify_release(folder)
    print_diagnostics(faults)
    if not faults:
        click.echo(f"Checksums, folios, page references, links, and fonts are right in {folder}.")
    return faults


def verify_fully(folder: Path, book: Path) -> tuple[Diagnostic, ...]:
    """Ask the authorities too; print and write their report; return all that was found. Without a release nobody is asked."""
    from pipeline import authorities, load, preflight, release

    output = release.output_folder(folder)
    standing, _ = release.read(output)
    if standing is None:
        return verify_files(folder)
    authorities.check_tools()
    faults = preflight.verify_release(folder)
    known, _ = load.load_book(book)
    report = authorities.verify(standing, faults, known, os.cpu_count() or 1, _say)
    print_diagnostics(report.diagnostics)
    for line in table(report):
        click.echo(line)
    for warning in release.report(output, NAME, facts(report)):
        click.echo(f"guidepress: {warning}", err=True)
    return report.diagnostics


def table(report: Report) -> Iterator[str]:
    """Yield the lines of a table: artefacts down, authorities across; ``-`` where one has no say."""
    names = tuple(report.versions)
    rows = [("", *names), *((row.artefact, *(_verdict(row.counts.get(name)) for name in names)) for row in report.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def facts(report: Report) -> dict[str, Any]:
    """Return a report as plain values."""
    return {
        "schema": 1,
        "release": report.release,
        "authorities": dict(report.versions),
        "artefacts": [{"path": row.artefact, "findings": dict(row.counts)} for row in report.rows],
        "findings": [
            {
                "authority": found.authority, "artefact": found.artefact, "rule": found.rule, "location": found.location,
                "code": found.diagnostic.code, "severity": found.diagnostic.severity, "message": found.diagnostic.message,
                "path": found.diagnostic.place.path, "line": found.diagnostic.place.line, "column": found.diagnostic.place.column,
            }
            for found in report.findings
        ],
    }  # fmt: skip


def _verdict(count: int | None) -> str:
    return "-" if count is None else "pass" if count == 0 else f"{count} found"


def _say(name: str, artefact: str, count: int) -> None:
    click.echo(f"{name} {artefact}: {_verdict(count)}", err=True)
