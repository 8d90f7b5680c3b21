"""Print diagnostics, how far a build has come and what came of it, the counts of a book, and what authorities say of a release.

Text goes to people, JSON to programs, annotations to a pull request.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.diagnostics import RANK, UNPRINTABLE, Diagnostic, show
from pipeline.formats import PDF

if TYPE_CHECKING:
    from pipeline.authorities import Report
    from pipeline.flow import Outcome, Step
    from pipeline.stats import Amount, QuestionRow, Stats

COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}
TOLD = {"error": 3, "warning": 1, "note": 1}
"""Diagnostics of one kind that are told; of more, the first, and where others stand."""
PLACES = 3
"""Places that are named of those that are not told."""
Say = Callable[["Step"], None]
LONG = 20
"""Steps of a stage above which a line of its own stands at each tenth."""
HEADINGS = (
    "no", "question", "level", "type", "min", "words", "read", "figures", "formulas", "examples", "follow-ups", "sources", "sentence",
    "grade",
)  # fmt: skip


def print_diagnostics(diagnostics: Iterable[Diagnostic], form: str = "text", *, each: bool | None = None) -> None:
    """Print diagnostics as ``json`` or ``github`` on standard output, or as ``text`` on standard error, errors last, and how many.

    In text, of errors of a kind in more than three places, and of warnings and notes in more than one, the first is printed, and
    where the next stand, unless ``each`` is asked for; None says that it cannot be.
    """
    found = tuple(diagnostics)
    if form == "json":
        # JSON has an escape for every sign: what a terminal would obey is written so.
        click.echo(UNPRINTABLE.sub(_escape, json.dumps([_row(d) for d in found], ensure_ascii=False, indent=2)))
    elif form == "github":
        for diagnostic in found:
            click.echo(plain(_annotation(diagnostic)))
    else:
        for text in _texts(found, each=each):
            click.echo(f"{text}\n", err=True)
        if found:
            click.echo(_count(found), err=True)


def _texts(found: Sequence[Diagnostic], *, each: bool | None) -> Iterator[str]:
    """Yield diagnostics as text, the gravest last."""
    kinds: dict[tuple[int, str], list[Diagnostic]] = {}
    for diagnostic in found:
        kinds.setdefault((-RANK[diagnostic.severity], "" if each else diagnostic.code), []).append(diagnostic)
    # Sorting is stable: within a severity, kinds stay in the order in which they are first met.
    for (_, code), kind in sorted(kinds.items(), key=lambda item: item[0][0]):
        told = kind if each or len({diagnostic.place for diagnostic in kind}) <= TOLD[kind[0].severity] else kind[:1]
        yield from (_colored(show(diagnostic), diagnostic.severity) for diagnostic in told)
        if more := kind[len(told) :]:
            places = ", ".join(plain(str(diagnostic.place)) for diagnostic in more[:PLACES]) + ", …" * (len(more) > PLACES)
            how = "" if each is None else " (--all prints each)"
            yield _colored(f"{more[0].severity}[{code}]: {len(more):,} more of this kind: {places}{how}", more[0].severity)


def print_outcome(outcome: Outcome, output: Path) -> None:
    """Print the files of the release that stands after a build."""
    if outcome.unchanged:
        click.echo(f"Nothing has changed. Guides: {output / 'guides'}")
        _print_page(outcome, output)
        return
    for artefact in outcome.release.artefacts:
        sheets = counted((artefact.pages + 1) // 2, "sheet") + " on both sides"
        pages = f"{counted(artefact.pages, 'page')}, {sheets}, " if artefact.format == PDF.name else ""
        stale = "  (stale)" if artefact.stale else ""
        click.echo(f"  {artefact.path}  {pages}{artefact.bytes / 1000:,.0f} kB{stale}")
    click.echo(f"Built in {outcome.seconds:.1f} s. Guides: {output / 'guides'}")
    _print_page(outcome, output)


def _print_page(outcome: Outcome, output: Path) -> None:
    """Print the address of the page that offers the guides, where there is one."""
    from pipeline.release import PAGE

    if any(file.path == PAGE for file in outcome.release.offer):
        click.echo(f"To read: {(output.absolute() / 'guides' / PAGE).as_uri()}")


def print_stages(outcome: Outcome) -> None:
    """Print the seconds that each stage took."""
    for stage, seconds in outcome.stages.items():
        click.echo(f"{stage:<10} {seconds:6.2f} s", err=True)


def print_rebuild(outcome: Outcome) -> None:
    """Print which signatures were laid out anew, and why."""
    for relaid in outcome.laid_out:
        click.echo(f"{relaid.edition} {relaid.paper} {relaid.signature}: {relaid.reason}")
    click.echo(f"{counted(len(outcome.laid_out), 'signature')} laid out anew")


def plain(text: str) -> str:
    """Return a line with a sign in the place of each that a terminal would obey, or that nobody sees."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _escape(found: re.Match[str]) -> str:
    return "\n" if found[0] == "\n" else json.dumps(found[0])[1:-1]


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


@contextmanager
def progress(*, quiet: bool) -> Iterator[Say]:
    """Give the function that hears each step of a build."""
    if quiet:
        yield lambda _step: None
    elif sys.stderr.isatty():
        with _bar() as bar:
            yield _on(bar)
    else:
        yield _in_lines()


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")))
    count = TextColumn("{task.completed}/{task.total} {task.fields[at]}")
    return Progress(TextColumn("{task.description:<10}"), BarColumn(), count, TimeElapsedColumn(), console=console, transient=True)


def _on(bar: Any) -> Say:
    task, shown = bar.add_task("", total=None, at=""), ""

    def say(step: Step) -> None:
        nonlocal shown
        at = step.detail if step.stage == "wait" else step.detail[:40]
        # A stage is shown at once, however short it is.
        bar.update(task, description=step.stage, completed=step.done, total=step.total, at=at, refresh=step.stage != shown)
        shown = step.stage

    return say


def _in_lines() -> Say:
    """Print a line when a stage begins, and at each tenth of a long one."""
    last = ("", -1)

    def say(step: Step) -> None:
        nonlocal last
        tenth = step.done * 10 // step.total if step.total > LONG else 0
        if (step.stage, tenth) == last:
            return
        last = (step.stage, tenth)
        count = f" {step.done}/{step.total}" if step.total > LONG else ""
        detail = f": {step.detail}" if step.stage == "wait" else ""
        click.echo(f"{step.stage}{count}{detail}", err=True)

    return say


def print_stats(stats: Stats, form: str = "text") -> None:
    """Print counts as ``text`` or ``json`` on standard output."""
    if form == "json":
        click.echo(json.dumps(_plain(stats), ensure_ascii=False, indent=2))
        return
    click.echo("Questions and minutes by topic, section, and level (f foundation, i intermediate, a advanced)\n")
    _print_table(list(_matrix(stats)))
    click.echo("\nQuestions\n")
    _print_table([HEADINGS, *map(_question_row, stats.questions)])
    click.echo("\nChapters\n")
    _print_table([("chapter", "words", "read"), *((name, f"{a.words:,}", _minutes(a)) for name, a in stats.chapters)])
    click.echo("\nWhole book\n")
    _print_table([*((kind, f"{words:,}") for kind, words in stats.parts.items()), ("words in all", f"{stats.words:,}")])
    hours, minutes = divmod(stats.minutes, 60)
    click.echo(f"\n{stats.figures} figures, {stats.examples} examples, {stats.works} sources; {hours} h {minutes} min to read")


def _plain(stats: Stats) -> dict[str, object]:
    """Return counts as plain values, those that follow from others included."""
    rows = [{**asdict(row), "amount": _amount(row.amount)} for row in stats.questions]
    chapters = {name: _amount(amount) for name, amount in stats.chapters}
    return {**asdict(stats), "questions": rows, "chapters": chapters, "words": stats.words, "minutes": stats.minutes}


def _amount(amount: Amount) -> dict[str, float]:
    return {**asdict(amount), "minutes": amount.minutes}


def _matrix(stats: Stats) -> Iterator[tuple[str, ...]]:
    """Yield the matrix of topics by sections and levels; a cell says questions and minutes."""
    from pipeline.model import LEVELS

    levels = [*LEVELS, *sorted({row.level for row in stats.questions} - set(LEVELS))]
    columns = [(section, level) for section in dict.fromkeys(row.section for row in stats.questions) for level in levels]
    yield ("topic", *(f"{section[:11].rstrip('-')} {level[0]}" for section, level in columns), "all")
    cells = {(c.topic, c.section, c.level): (c.questions, c.minutes) for c in stats.mix}
    for topic in dict.fromkeys(cell.topic for cell in stats.mix):
        found = [cells.get((topic, *column), (0, 0)) for column in columns]
        yield (topic, *map(_cell, found), _cell((sum(n for n, _ in found), sum(m for _, m in found))))
    rows = [[row for row in stats.questions if (row.section, row.level) == column] for column in columns]
    totals = [(len(each), sum(row.minutes for row in each)) for each in rows]
    yield ("questions", *map(_cell, totals), _cell((len(stats.questions), sum(row.minutes for row in stats.questions))))


def _cell(counts: tuple[int, int]) -> str:
    return f"{counts[0]} / {counts[1]}" if counts[0] else "-"


def _question_row(row: QuestionRow) -> tuple[str, ...]:
    amount = row.amount
    counts = (amount.figures, amount.formulas, row.examples, row.follow_ups, row.sources)
    return (
        row.number,
        row.id,
        row.level,
        row.type,
        str(row.minutes),
        f"{amount.words:,}",
        _minutes(amount),
        *map(str, counts),
        *_read(row),
    )


def _read(row: QuestionRow) -> tuple[str, str]:
    """Return how the main answer reads: words of a sentence, and the grade, where it is known."""
    return f"{row.readability.sentence:.1f}", "-" if row.readability.grade is None else f"{row.readability.grade:.1f}"


def _minutes(amount: Amount) -> str:
    return f"{amount.minutes:.1f}"


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, words to the left and numbers to the right."""
    right = [all(cell.lstrip("K")[:1].isdigit() or cell == "-" for cell in column) for column in zip(*rows[1:], strict=True)]
    for line in _aligned(rows, right):
        click.echo(line)


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True))
        yield "  ".join(cells).rstrip()


def print_report(report: Report) -> None:
    """Print what authorities say: artefacts down, authorities across; ``-`` where one has no say."""
    names = tuple(report.versions)
    rows = [("", *names), *((row.artefact, *(verdict(row.counts.get(name)) for name in names)) for row in report.rows)]
    for line in _aligned(rows, [False] * (len(names) + 1)):
        click.echo(line)


def verdict(count: int | None) -> str:
    """Return the verdict of an authority that has so many findings, or, where it is None, no say."""
    return "-" if count is None else "pass" if count == 0 else f"{count} found"


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
