"""Keep the list of checks: a check is registered where it is written."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.diagnostics import Diagnostic, Severity
from pipeline.model import Book

Run = Callable[[Book], Iterable[Diagnostic]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its code, what a finding is called, how grave it is, and the function that looks."""

    code: str
    title: str
    severity: Severity
    run: Run
    text: str


CHECKS: list[Check] = []


def register(code: str, title: str, severity: Severity = "error") -> Callable[[Run], Run]:
    """Register the decorated function; its docstring is what ``guidepress explain`` prints."""

    def decorate(run: Run) -> Run:
        CHECKS.append(Check(code, title, severity, run, inspect.cleandoc(run.__doc__ or "")))
        return run

    return decorate
