"""An authority, what it finds, and the report on a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.diagnostics import Diagnostic, Rule, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """What an authority has against a file, in its own words."""

    rule: str
    """The authority's own name of the rule: a code, or the clause of a standard."""
    message: str
    file: str = ""
    """Name of the file inside an EPUB; empty where the finding is about the whole."""
    line: int = 0
    """Line in that file, from 1; 0 when it is not known."""
    column: int = 0
    ids: tuple[str, ...] = ()
    """Ids of the elements that it is about or stands in, the innermost first."""
    where: str = ""
    """The place as the authority names it, where there are no files and lines."""
    severity: Severity = "error"

    @property
    def location(self) -> str:
        """Say where in the artefact it is: a file with line and column, or the authority's own words."""
        numbers = (str(n) for n in (self.line, self.column) if n > 0)
        return ":".join((self.file, *numbers)) if self.file else self.where


@dataclass(frozen=True, slots=True)
class Authority:
    """Who is asked about the files of one format."""

    name: str
    code: str
    """Code of its diagnostics."""
    format: str
    check: Callable[[Path], tuple[Finding, ...]]
    """Ask about a file. Raises ToolError when no answer can be had."""
    version: Callable[[], str]
    """Name the version that answers. Raises ToolError when it is not installed."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding in the report: who found it, in which artefact, and where that was written."""

    authority: str
    artefact: str
    rule: str
    location: str
    diagnostic: Diagnostic
    """At the place in the book that it comes from, where there is one; in the artefact otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """An artefact, and how many findings each authority has that was asked about it."""

    artefact: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """What all authorities have to say of a release."""

    release: str
    """Digest of the release."""
    versions: Mapping[str, str]
    """Every authority, in the order of the table, with its version."""
    rows: tuple[Row, ...]
    findings: tuple[Reported, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every finding as a diagnostic."""
        return tuple(reported.diagnostic for reported in self.findings)


RULES = (
    Rule("P401", "not PDF/A-2a", "veraPDF holds the file against ISO 19005-2, level A: it must print the same in decades."),
    Rule("P402", "not PDF/UA-1", "veraPDF holds the file against ISO 14289-1: a screen reader must find all of it, in order."),
    Rule("P403", "EPUBCheck objects", "EPUBCheck holds the file against EPUB 3.3. Its warnings count: shops refuse files for them."),
    Rule("P404", "Ace objects", "Ace by DAISY holds the file against EPUB Accessibility 1.1 and WCAG 2.2."),
    Rule("P405", "qpdf objects", "qpdf reads every object and every stream of the file, and warns of what a reader would have to mend."),
)
"""What the findings of each authority are called among the diagnostics."""
