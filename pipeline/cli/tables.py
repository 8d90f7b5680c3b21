"""Print the counts of a book, and what authorities say of a release: tables to people, JSON to programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pipeline.model import LEVELS
from pipeline.stats import Amount, QuestionRow, Stats

if TYPE_CHECKING:
    from pipeline.authorities import Report

HEADINGS = (
    "no", "question", "level", "type", "min", "words", "read", "figures", "formulas", "examples", "follow-ups", "sources", "sentence",
    "grade",
)  # fmt: skip


def print_stats(stats: Stats, form: str = "text") -> None:
    """Print counts as ``text`` or ``json`` on standard output."""
    if form == "json":
        click.echo(json.dumps(_plain(stats), ensure_ascii=False, indent=2))
        return
    click.echo("Questions and minutes by topic, section, and level (f foundation, i intermediate, a advanced)\n")
    _print_table(list(_matrix(stats)))
    click.echo("\nQuestions\n")
    _print_table([HEADINGS, *map(_row, stats.questions)])
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


def _row(row: QuestionRow) -> tuple[str, ...]:
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
