"""Build guides: the one place that knows the order.

    read and load -> check -> assemble -> render -> lay out -> bind, and write -> inspect -> publish
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from pipeline import checks, load, preflight, release, theme
from pipeline.build.inputs import book_digest, code_digest, modified, versions
from pipeline.build.making import Made, make
from pipeline.build.records import Outcome, Request, Step
from pipeline.diagnostics import BookError, Diagnostic, Place, nearest
from pipeline.model import Book, Edition
from pipeline.release import Artefact, BookFacts, Carried, Release
from pipeline.store import Store, key

__all__ = ["Outcome", "Request", "Step", "build", "load_and_check"]

Say = Callable[[Step], None]


def load_and_check(folder: Path) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """Load a book and run every check on it; return the book, if there is one, and all faults sorted by place."""
    book, faults = load.load_book(folder)
    if book is not None:
        faults = checks.ordered([*faults, *checks.check(book)])
    return book, faults


def build(request: Request, say: Say) -> Outcome:
    """Build the editions asked for, and publish them in one step.

    Raises BookError with every fault when the book cannot be built, and ToolError when the machine cannot build it.
    Nothing is published then, and what stood stands.
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        stack.enter_context(release.lock(request.output, lambda text: say(Step("wait", 0, 0, text))))
        inputs = key(book_digest(request.book), theme.digest(), code_digest(), dict(versions()), modified(None))
        current, _ = release.read(request.output)
        if current is not None and _stands(current, inputs, request):
            return Outcome(current, (), True, time.perf_counter() - started)
        say(Step("load", 0, 1, ""))
        book, faults = load_and_check(request.book)
        faults = tuple(d for d in faults if d.severity == "error" or not request.quiet_notes)
        if book is None or any(d.severity == "error" or (request.strict and d.severity != "note") for d in faults):
            raise BookError(*faults)
        store = stack.enter_context(Store.open(request.store))
        made = make(book, _editions(book, request), request, store, say)
        faults = (*faults, *_inspect(made, say))
        if any(d.severity == "error" for d in faults):
            raise BookError(*faults)
        published = _publish(request, book, made, inputs, current, say)
    warnings = tuple(Diagnostic("R101", text, Place(str(request.output)), severity="warning") for text in (*store.warnings, *published.warnings))
    return Outcome(published, (*faults, *warnings), False, time.perf_counter() - started, made.pages, made.laid_out, made.seconds)


def _stands(current: Release, inputs: str, request: Request) -> bool:
    """Tell whether the release that stands is whole, fresh, and all that is asked for."""
    whole = not (request.editions or request.formats or request.papers)
    fresh = current.inputs == inputs and not any(a.stale for a in current.artefacts)
    return whole and fresh and not request.explain and not release.verify(current)


def _editions(book: Book, request: Request) -> tuple[Edition, ...]:
    """Return the editions asked for, in the order of their names; unknown ones are a fault."""
    faults = []
    for name in request.editions:
        if name not in book.editions:
            faults.append(Diagnostic("B112", f"no edition '{name}'", Place(str(request.book)), nearest(name, book.editions)))
    if faults:
        raise BookError(*faults)
    wanted = request.editions or tuple(book.editions)
    return tuple(edition for name, edition in book.editions.items() if name in wanted)


def _inspect(made: Made, say: Say) -> list[Diagnostic]:
    """Gate 2: look at the things made."""
    found: list[Diagnostic] = []
    for n, artefact in enumerate(made.artefacts):
        say(Step("inspect", n, len(made.artefacts), artefact.name))
        found.extend(preflight.inspect(artefact, made.publications[artefact.edition]))
    return found


def _publish(request: Request, book: Book, made: Made, inputs: str, current: Release | None, say: Say) -> Release:
    """Publish what was made together with what the last release holds beside it."""
    say(Step("publish", 0, 1, ""))
    facts = BookFacts(book.outline.id, book.outline.title, book.outline.version, book.outline.date.isoformat())
    carried = tuple(_carried(current, made.artefacts, made.fingerprints)) if current is not None and request.partial else ()
    missing = request.partial and {(f, e) for f, e, _ in made.fingerprints} - {(a.format, a.edition) for a in (*made.artefacts, *(c.artefact for c in carried))}
    stamp = key("partial", inputs, [a.path for a in made.artefacts]) if missing or any(c.stale for c in carried) else inputs
    return release.publish(request.output, made.artefacts, carried=carried, book=facts, inputs=stamp, versions=versions())


def _carried(current: Release, artefacts: Sequence[Artefact], fingerprints: dict[tuple[str, str, str], str]) -> list[Carried]:
    """Return the files of the last release that this build did not make, and whether they are stale."""
    made = {artefact.path for artefact in artefacts}
    slots = {(a.format, a.edition, a.paper) for a in artefacts}
    kept = []
    for old in current.artefacts:
        slot = (old.format, old.edition, old.paper)
        if old.path not in made and slot not in slots and slot in fingerprints:
            kept.append(Carried(current, old, fingerprints[slot] != old.inputs))
    return kept
