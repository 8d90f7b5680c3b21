"""Complete names in a shell: those of the book in the current folder."""

from __future__ import annotations

from pathlib import Path

import click


def edition_names(_context: click.Context, _parameter: click.Parameter, start: str) -> list[str]:
    """Complete the name of an edition."""
    return _names("editions", start)


def team_names(_context: click.Context, _parameter: click.Parameter, start: str) -> list[str]:
    """Complete the name of a team."""
    return _names("teams", start)


def _names(folder: str, start: str) -> list[str]:
    return sorted(path.stem for path in Path("content", folder).glob("*.yaml") if path.stem.startswith(start))
