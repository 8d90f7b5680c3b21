"""The commands that look after what is remembered between builds."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.options import STORE
from pipeline.diagnostics import ToolError


@click.group()
def store() -> None:
    """Look after what is remembered between builds.

    \b
      guidepress store prune --limit 100
    """


@store.command()
@click.option("--all", "all_", is_flag=True, help="Forget everything.")
@click.option("--limit", type=click.IntRange(0), default=500, show_default=True, metavar="MB", help="Keep this much, the latest used.")
@STORE
def prune(all_: bool, limit: int, store: Path | None) -> None:
    """Forget what was used longest ago.

    \b
      guidepress store prune --limit 100
      guidepress store prune --all
    """
    from pipeline.work.store import Store

    opened = Store.open(store)
    if opened.folder is None:
        raise ToolError(opened.warnings[0])
    before = opened.size()
    opened.prune(0 if all_ else limit * 1_000_000)
    click.echo(f"{(before - opened.size()) / 1e6:.1f} MB forgotten, {opened.size() / 1e6:.1f} MB kept in {opened.folder}")
