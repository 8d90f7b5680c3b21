"""Stay and build again, in one warm run, each time files are not what they were; print a line for each build, or what is wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click
import watchfiles

from pipeline import theme
from pipeline.cli.printing import counted, print_diagnostics, print_outcome, print_rebuild, progress
from pipeline.diagnostics import BookError, Diagnostic, ToolError
from pipeline.flow.inputs import files
from pipeline.flow.order import build
from pipeline.flow.request import Outcome, Request, get_ready
from pipeline.source import is_stray
from pipeline.work import Crew, Say

Files = Mapping[str, Mapping[str, bytes]]
"""The digest of every file, by the folder it stands in and its name there."""
Heard = Callable[[bool], AbstractContextManager[Say]]
"""Give what hears the steps of one build; true for the first."""
QUIET = 200
"""Milliseconds without a change after which folders are looked at again."""
STEP = 50
"""Milliseconds without a change after which a flurry of changes is over: an editor saves in several steps."""
LONGEST_FLURRY = 1000
"""Milliseconds after which a flurry is taken as it stands."""
NAMED = 3
"""Changed files that a line names; more are counted."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One build of many: what has changed, and what came of it: an outcome, faults of the book, or trouble with the machine."""

    changed: tuple[str, ...]
    """The files that are new, gone, or not what they were, as an author would name them; empty for the first build."""
    outcome: Outcome | None = None
    faults: tuple[Diagnostic, ...] = ()
    trouble: str = ""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that the build had to say of the book."""
        return self.outcome.diagnostics if self.outcome else self.faults


def watch(request: Request, *, quiet: bool, verbose: bool, each: bool, show: bool) -> NoReturn:
    """Build, and build again at every change, until a signal ends it; raises KeyboardInterrupt then.

    ``each`` prints every diagnostic, also where there are many of a kind; ``show`` opens the folder of guides after the first build.
    """
    told: frozenset[str] = frozenset()

    def heard(first: bool) -> AbstractContextManager[Say]:
        return progress(quiet=quiet or not (first or sys.stderr.isatty()))

    for rebuild in rebuilds(request, heard, _wakings(_folders(request))):
        shown = [d for d in rebuild.diagnostics if verbose or d.severity != "note"]
        print_diagnostics((d for d in shown if d.severity == "error" or d.message not in told), each=each)
        told = frozenset(d.message for d in shown)
        _tell(rebuild, request, quiet=quiet)
        if not rebuild.changed and rebuild.outcome and show:
            click.launch(str(request.output / "guides"))
    raise AssertionError("unreachable: waking never ends")


def rebuilds(request: Request, heard: Heard, woken: Iterable[object]) -> Iterator[Rebuild]:
    """Build once, and again whenever ``woken`` yields and a file of the book or the theme has changed.

    What the files hold decides, not when they were written. ``woken`` yields something true when files were written
    since, perhaps while they were read, and taken back: then the build itself finds out whether anything is to be
    done. A book with faults, and a machine in trouble, are told and survived; the next change is another chance.
    """
    with Crew(request.jobs, stays=True, limits=request.limits) as crew:
        yield from _rebuilds(request, heard, woken, crew)


def _rebuilds(request: Request, heard: Heard, woken: Iterable[object], crew: Crew) -> Iterator[Rebuild]:
    before: Files | None = None
    last = Rebuild(())
    for written in woken:
        now = _files(request)
        if now == before and not written:
            continue
        changed = () if before is None else tuple(sorted(_changed(before, now)))
        _forget(before, now)
        rebuild = _rebuild(request, heard(before is None), changed, crew)
        if before is None or changed or _is_news(rebuild, last):
            yield rebuild
        if before is None and rebuild.outcome:
            _prepare(request, crew)
        before, last = now, rebuild


def _is_news(rebuild: Rebuild, last: Rebuild) -> bool:
    """Tell whether a build without a change came out otherwise than the one before."""
    made = rebuild.outcome is not None and not rebuild.outcome.unchanged
    return made or (rebuild.faults, rebuild.trouble) != (last.faults, last.trouble)


def _prepare(request: Request, crew: Crew) -> None:
    """Load what laying out and binding take where they will be done, so that the first change does not wait for it.

    Workers lay out, if there are any: there is time here then for what does not wait for pages.
    """
    if crew.jobs > 1:
        for _ in range(crew.jobs):
            crew.send(get_ready, request)
    else:
        get_ready(request)


def _files(request: Request) -> Files:
    named = {folder.as_posix(): files(folder) for folder in (request.theme, request.bank) if folder}
    return {request.book.as_posix(): files(request.book), **named, theme.folder().name: files(theme.folder())}


def _forget(before: Files | None, now: Files) -> None:
    """Forget what was read of the package's theme when it has changed; nothing else is remembered by name."""
    name = theme.folder().name
    if before is not None and before[name] != now[name]:
        theme.forget()


def _changed(before: Files, now: Files) -> Iterator[str]:
    for folder, names in now.items():
        then = before[folder]
        yield from (f"{folder}/{name}" for name in then.keys() | names.keys() if then.get(name) != names.get(name))


def _rebuild(request: Request, heard: AbstractContextManager[Say], changed: tuple[str, ...], crew: Crew) -> Rebuild:
    try:
        with heard as say:
            return Rebuild(changed, build(request, say, crew))
    except BookError as error:
        return Rebuild(changed, faults=error.diagnostics)
    except ToolError as error:
        return Rebuild(changed, trouble=str(error))


def _folders(request: Request) -> tuple[Path, ...]:
    return (request.book, *(folder for folder in (request.theme, request.bank) if folder), theme.folder())


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


def _tell(rebuild: Rebuild, request: Request, *, quiet: bool) -> None:
    """Print what came of a build beside diagnostics."""
    outcome = rebuild.outcome
    if rebuild.trouble:
        click.echo(f"guidepress: {rebuild.trouble}", err=True)
    if outcome and not quiet:
        if rebuild.changed:
            click.echo(_line(rebuild))
        else:
            print_outcome(outcome, request.output)
    if outcome and request.explain:
        print_rebuild(outcome)


def _line(rebuild: Rebuild) -> str:
    outcome = rebuild.outcome
    assert outcome is not None
    changed = ", ".join(rebuild.changed) if len(rebuild.changed) <= NAMED else counted(len(rebuild.changed), "file")
    anew = "nothing else has changed" if outcome.unchanged else f"{counted(len(outcome.laid_out), 'signature')} laid out anew"
    return f"{changed}: {outcome.seconds:.1f} s, {anew}"
