"""Stay and build again: wait for changes of files, and print a line for each build, or what is wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
import watchfiles

from pipeline import theme
from pipeline.cli.printing import counted, print_diagnostics, print_outcome, print_rebuild
from pipeline.cli.progress import Say, progress
from pipeline.flow.watch import Rebuild, rebuilds
from pipeline.source import is_stray

if TYPE_CHECKING:
    from pipeline.flow import Request

QUIET = 200
"""Milliseconds without a change after which folders are looked at again."""
STEP = 50
"""Milliseconds without a change after which a flurry of changes is over: an editor saves in several steps."""
LONGEST_FLURRY = 1000
"""Milliseconds after which a flurry is taken as it stands."""
NAMED = 3
"""Changed files that a line names; more are counted."""


def watch(request: Request, *, quiet: bool, verbose: bool, show: bool) -> NoReturn:
    """Build, and build again at every change, until a signal ends it; raises KeyboardInterrupt then.

    ``show`` opens the folder of guides after the first build.
    """
    told: frozenset[str] = frozenset()

    def heard(first: bool) -> AbstractContextManager[Say]:
        return progress(quiet=quiet or not (first or sys.stderr.isatty()))

    for rebuild in rebuilds(request, heard, _wakings(_folders(request))):
        told = _tell(rebuild, request.output, told, explain=request.explain, quiet=quiet, verbose=verbose)
        if not rebuild.changed and rebuild.outcome and show:
            click.launch(str(request.output / "guides"))
    raise AssertionError("unreachable: waking never ends")


def _folders(request: Request) -> tuple[Path, ...]:
    return (request.book, *((request.theme,) if request.theme else ()), theme.folder())


def _wakings(folders: Sequence[Path]) -> Iterator[object]:
    """Yield at once, whenever files change, and again once it is quiet, for what no event told of.

    A folder that is removed and made again is watched anew.
    """
    while True:
        watched = [_identity(folder) for folder in folders]
        loud = True
        for changes in _events([folder for folder, there in zip(folders, watched, strict=True) if there]):
            if changes or loud:
                yield changes
            loud = bool(changes)
            if [_identity(folder) for folder in folders] != watched:
                break


def _events(folders: Sequence[Path]) -> Iterator[object]:
    """Yield the files of folders that change; nothing, every now and then, when none does."""
    if folders:
        yield from watchfiles.watch(
            *folders, watch_filter=lambda _, path: not is_stray(Path(Path(path).name)), debounce=LONGEST_FLURRY, step=STEP,
            rust_timeout=QUIET, yield_on_timeout=True,
        )  # fmt: skip
    while True:
        time.sleep(QUIET / 1000)
        yield ()


def _identity(folder: Path) -> tuple[int, int] | None:
    """Tell a folder from another that has taken its name; None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _tell(rebuild: Rebuild, output: Path, told: frozenset[str], *, explain: bool, quiet: bool, verbose: bool) -> frozenset[str]:
    """Print what came of a build; warnings that were printed for the build before are not printed again."""
    outcome = rebuild.outcome
    faults = outcome.diagnostics if outcome else rebuild.faults
    shown = [d for d in faults if verbose or d.severity != "note"]
    print_diagnostics(d for d in shown if d.severity == "error" or d.message not in told)
    if rebuild.trouble:
        click.echo(f"guidepress: {rebuild.trouble}", err=True)
    if outcome and not quiet:
        if rebuild.changed:
            click.echo(_line(rebuild))
        else:
            print_outcome(outcome, output)
    if outcome and explain:
        print_rebuild(outcome)
    return frozenset(d.message for d in shown)


def _line(rebuild: Rebuild) -> str:
    outcome = rebuild.outcome
    assert outcome is not None
    changed = ", ".join(rebuild.changed) if len(rebuild.changed) <= NAMED else counted(len(rebuild.changed), "file")
    anew = "nothing else has changed" if outcome.unchanged else f"{counted(len(outcome.laid_out), 'signature')} laid out anew"
    return f"{changed}: {outcome.seconds:.1f} s, {anew}"
