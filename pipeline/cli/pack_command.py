"""The command that makes packs for hiring teams, and checks them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.book_commands import ALL, BOOK, OUTPUT, STORE, THEME, team_names
from pipeline.cli.printing import counted, print_diagnostics, progress
from pipeline.diagnostics import BookError

if TYPE_CHECKING:
    from pipeline.packs import Packed

TOLD = 5
"""Packs that failed whose names are told in one line."""


@click.command()
@click.argument("team", nargs=-1, shell_complete=team_names)
@click.option(
    "--for-each", "people", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="CSV",
    help="Make a stamped pack for each person of this list: columns name, and if wanted id and team.",
)  # fmt: skip
@click.option(
    "--banks", type=click.Path(path_type=Path, file_okay=False), default=None, envvar="GUIDEPRESS_BANKS", metavar="DIR",
    help="Folder that holds the private banks which teams name with 'with:'.",
)  # fmt: skip
@click.option("--check", "checks", is_flag=True, help="Make nothing: check the packs that are there.")
@BOOK
@THEME
@OUTPUT
@click.option("--jobs", type=click.IntRange(1, 256), default=None, metavar="N", help="Make packs on N processes.  [default: all cores]")
@STORE
@click.option("--strict", is_flag=True, help="Let warnings and notes stop it too.")
@ALL
@click.option("--quiet", "-q", is_flag=True, help="Print only what is wrong.")
def pack(
    team: tuple[str, ...], people: Path | None, banks: Path | None, checks: bool, book: Path, theme: Path | None, output: Path,
    jobs: int | None, store: Path | None, strict: bool, all_: bool, quiet: bool,
) -> int:  # fmt: skip
    """Make a zip for each TEAM, or for all: its guides in its colors, its own questions, a page to open, checksums.

    Packs that stand whole already are left alone, so that a run which was ended goes on where it was. What failed is
    told in the end, and the exit status is 1 then.

    \b
      guidepress pack
      guidepress pack acme --for-each people.csv
      guidepress pack --banks ../banks --jobs 4
      guidepress pack --check
    """
    from pipeline import packs
    from pipeline.flow import Request

    if checks:
        count, faults = packs.check(output, team)
        print_diagnostics(faults, each=all_)
        if not faults and not quiet:
            click.echo(f"{counted(count, 'pack')} checked: nothing is missing, nothing is added, every file is as it was made.")
        return int(bool(faults))
    request = Request(book, output, jobs=jobs or os.cpu_count() or 1, strict=strict, store=store, theme=theme)
    try:
        with progress(quiet=quiet) as say:
            packed = packs.pack(packs.Wish(request, team, people, banks), say)
    except BookError as error:
        print_diagnostics(error.diagnostics, each=all_)
        return 1
    _print(packed, output / packs.PACKS, quiet=quiet, each=all_)
    return int(bool(packed.failed))


def _print(packed: Packed, folder: Path, *, quiet: bool, each: bool) -> None:
    """Print what came of a run, failures last."""
    print_diagnostics(dict.fromkeys(fault for failed in packed.failed for fault in failed.diagnostics), each=each)
    if packed.failed:
        names = ", ".join(failed.path for failed in packed.failed[:TOLD]) + ", …" * (len(packed.failed) > TOLD)
        click.echo(f"{counted(len(packed.failed), 'pack')} not made: {names}", err=True)
    if not quiet:
        there = f", {len(packed.stood)} there already" if packed.stood else ""
        click.echo(f"{counted(len(packed.made), 'pack')} made{there}. Packs: {folder}")
