"""Build again and again, in one warm run, each time the files are not what they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pipeline import bindery, press, theme
from pipeline.diagnostics import BookError, Diagnostic, ToolError
from pipeline.flow.inputs import files
from pipeline.flow.looks import likely_fonts, likely_styles
from pipeline.flow.order import build
from pipeline.flow.request import Outcome, Request
from pipeline.work import Crew, Say

Files = Mapping[str, Mapping[str, bytes]]
"""The digest of every file, by the folder it stands in and its name there."""
Heard = Callable[[bool], AbstractContextManager[Say]]
"""Give what hears the steps of one build; true for the first."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One build of many: what has changed, and what came of it: an outcome, faults of the book, or trouble with the machine."""

    changed: tuple[str, ...]
    """The files that are new, gone, or not what they were, as an author would name them; empty for the first build."""
    outcome: Outcome | None = None
    faults: tuple[Diagnostic, ...] = ()
    trouble: str = ""


def rebuilds(request: Request, heard: Heard, woken: Iterable[object]) -> Iterator[Rebuild]:
    """Build once, and again whenever ``woken`` yields and a file of the book or the theme has changed.

    What the files hold decides, not when they were written. ``woken`` yields something true when files were written
    since, perhaps while they were read, and taken back: then the build itself finds out whether anything is to be
    done. A book with faults, and a machine in trouble, are told and survived; the next change is another chance.
    """
    with Crew(request.jobs) as crew:
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
    """Load what layout and binding take where they will be done, so that the first change does not wait for it.

    Workers lay out, if there are any: there is time here then for what does not wait for pages.
    """
    if crew.jobs > 1:
        for _ in range(crew.jobs):
            crew.send(_get_ready, request)
    else:
        _get_ready(request)


def _get_ready(request: Request) -> None:
    press.get_ready(likely_styles(request))
    fonts, of_figures = likely_fonts(request)
    bindery.get_ready(fonts.values(), of_figures)


def _files(request: Request) -> Files:
    named = {request.theme.as_posix(): files(request.theme)} if request.theme else {}
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
