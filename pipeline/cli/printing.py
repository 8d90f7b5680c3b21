"""Print diagnostics and releases: text to people, JSON to programs, annotations to a pull request."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.diagnostics import RANK, Diagnostic, show
from pipeline.formats import PDF

if TYPE_CHECKING:
    from pipeline.flow import Outcome

COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}


def print_diagnostics(diagnostics: Iterable[Diagnostic], form: str = "text") -> None:
    """Print diagnostics as ``text`` with a count on standard error, or as ``json`` or ``github`` on standard output."""
    found = tuple(diagnostics)
    if form == "json":
        click.echo(json.dumps([_row(d) for d in found], ensure_ascii=False, indent=2))
    elif form == "github":
        for diagnostic in found:
            click.echo(_annotation(diagnostic))
    else:
        for diagnostic in found:
            click.echo(_colored(show(diagnostic), diagnostic.severity) + "\n", err=True)
        if found:
            click.echo(_count(found), err=True)


def print_grouped(diagnostics: Iterable[Diagnostic], most: int = 3) -> None:
    """Print the first diagnostics of each code, errors last, and how many more there are of it."""
    groups: dict[str, list[Diagnostic]] = {}
    found = sorted(diagnostics, key=lambda d: (-RANK[d.severity], d.code))
    for diagnostic in found:
        groups.setdefault(diagnostic.code, []).append(diagnostic)
    for code, group in groups.items():
        for diagnostic in group[:most]:
            click.echo(_colored(show(diagnostic), diagnostic.severity) + "\n", err=True)
        if len(group) > most:
            places = ", ".join(f"{d.place.path.rpartition('/')[2]}:{d.place.line}" for d in group[most : most + 3])
            click.echo(
                f"{group[0].severity}[{code}]: {len(group) - most} more of this kind: {places}{', …' * (len(group) > most + 3)}\n", err=True
            )
    if found:
        click.echo(_count(found), err=True)


def print_outcome(outcome: Outcome, output: Path) -> None:
    """Print the files of the release that stands after a build."""
    if outcome.unchanged:
        click.echo(f"Nothing has changed. Guides: {output / 'guides'}")
        return
    for artefact in outcome.release.artefacts:
        pages = f"{artefact.pages} pages, " if artefact.format == PDF.name else ""
        stale = "  (stale)" if artefact.stale else ""
        click.echo(f"  {artefact.path}  {pages}{artefact.bytes / 1000:,.0f} kB{stale}")
    click.echo(f"Built in {outcome.seconds:.1f} s. Guides: {output / 'guides'}")


def print_stages(outcome: Outcome) -> None:
    """Print the seconds that each stage took."""
    for stage, seconds in outcome.stages.items():
        click.echo(f"{stage:<10} {seconds:6.2f} s", err=True)


def print_rebuild(outcome: Outcome) -> None:
    """Print which signatures were laid out anew, and why."""
    for relaid in outcome.laid_out:
        click.echo(f"{relaid.edition} {relaid.paper} {relaid.signature}: {relaid.reason}")
    click.echo(f"{counted(len(outcome.laid_out), 'signature')} laid out anew")


def _row(diagnostic: Diagnostic) -> dict[str, str | int]:
    place = diagnostic.place
    return {
        "code": diagnostic.code, "severity": diagnostic.severity, "message": diagnostic.message,
        "path": place.path, "line": place.line, "column": place.column, "hint": diagnostic.hint,
    }  # fmt: skip


def _annotation(diagnostic: Diagnostic) -> str:
    """Write a workflow command of GitHub Actions; its docs have %, CR, LF escaped, and in properties also : and ,."""
    place, hint = diagnostic.place, f" ({diagnostic.hint})" if diagnostic.hint else ""
    kind = "notice" if diagnostic.severity == "note" else diagnostic.severity
    path = _escaped(place.path).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} file={path},line={place.line},col={place.column},title={diagnostic.code}::{_escaped(diagnostic.message + hint)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    counts = {severity: sum(d.severity == severity for d in diagnostics) for severity in COLORS}
    return ", ".join(counted(count, severity) for severity, count in counts.items() if count)


def counted(count: int, noun: str) -> str:
    """Return a number and what it counts."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _colored(text: str, severity: str) -> str:
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return text
    head, line, rest = text.partition("\n")
    return click.style(head, fg=COLORS[severity], bold=True) + line + rest
