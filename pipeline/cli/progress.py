"""Show how far a build has come: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipeline.flow import Step

Say = Callable[["Step"], None]
LONG = 20
"""Steps of a stage above which a line of its own stands at each tenth."""


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
