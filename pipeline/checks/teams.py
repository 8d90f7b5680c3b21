"""Check teams: their accent can be read, and their logo is there."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline import brand
from pipeline.checks.places import fault, spot
from pipeline.checks.registry import register
from pipeline.diagnostics import Diagnostic
from pipeline.model import Book

Found = Iterator[Diagnostic]


@register("C801", "accent too pale")
def pale_accent(book: Book) -> Found:
    """A team's accent sets headings and links on white: its contrast must be 4.5 at least (WCAG 2.2, level AA)."""
    for team in book.teams.values():
        if team.accent is not None and (found := brand.contrast(team.accent, "#ffffff")) < brand.LEAST_CONTRAST:
            message = f"accent {team.accent} has a contrast of {found:.2f} on white: text needs {brand.LEAST_CONTRAST}"
            yield fault("C801", message, spot(book, team, "accent"), f"use {brand.passing(team.accent)}, the nearest shade that has it")
