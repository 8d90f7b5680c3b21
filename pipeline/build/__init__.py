"""Build guides: the one place that knows the order.

read and load -> check -> assemble -> render -> lay out -> bind, and write -> inspect -> publish
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from pipeline import checks, load, preflight, release, theme
from pipeline.build.inputs import book_digest, code_digest, modified, versions
from pipeline.build.making import Made, make
from pipeline.build.records import Outcome, Request, Step
from pipeline.build.reports import write as write_report
from pipeline.build.signatures import Say
from pipeline.diagnostics import BookError, Diagnostic, Place, nearest, ordered
from pipeline.model import Book, Edition
from pipeline.release import BookFacts, Carried, Release
from pipeline.store import Store, key

__all__ = ["Outcome", "Request", "Say", "Step", "build", "load_and_check"]


def load_and_check(folder: Path) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """Load a book and run every check on it; return the book, if there is one, and all faults sorted by place."""
    book, faults = load.load_book(folder)
    if book is not None:
        faults = ordered([*faults, *checks.check(book)])
    return book, faults


def build(request: Request, say: Say) -> Outcome:
    """Build the editions asked for, and publish them in one step.

    Raises BookError with every fault when the book cannot be built, and ToolError when the machine cannot build it.
    Nothing is published then, and what stood stands.
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        stack.enter_context(release.lock(request.output, lambda text: say(Step("wait", 0, 0, text))))
        inputs = _inputs(request)
        current, unreadable = release.read(request.output)
        if current is not None and _stands(current, inputs, request):
            return Outcome(current, (), True, time.perf_counter() - started)
        say(Step("load", 0, 1, ""))
        book, faults = load_and_check(request.book)
        if book is None or _fails(faults, request):
            raise BookError(*faults)
        read = _inputs(request)
        store = stack.enter_context(Store.open(request.store))
        made = make(book, _editions(book, request), request, store, say)
        faults = (*faults, *_inspect(made, say))
        if _fails(faults, request):
            raise BookError(*faults)
        say(Step("publish", 0, 1, ""))
        published = _publish(request, book, made, _settled(inputs, read, _inputs(request)), current)
        unwritten = write_report(request.output, made, published)
    warnings = _warnings(request, unreadable, *store.warnings, *published.warnings, *unwritten)
    return Outcome(published, (*faults, *warnings), False, time.perf_counter() - started, made.pages, made.laid_out, made.seconds)


def _inputs(request: Request) -> str:
    return key(book_digest(request.book), theme.digest(), code_digest(), dict(versions()), modified(None))


def _settled(*moments: str) -> str:
    """Return the inputs, or what no inputs are when they changed from moment to moment: the release may hold some of each."""
    return moments[0] if len(set(moments)) == 1 else key("changed meanwhile", *moments)


def _stands(current: Release, inputs: str, request: Request) -> bool:
    """Tell whether the release that stands is whole and fresh, and what is asked for would make it again."""
    if request.strict or request.explain:
        return False
    complete = current.inputs == inputs and set(request.editions) <= {a.edition for a in current.artefacts}
    repeated = request.partial and current.inputs == _partial_inputs(inputs, request)
    return (complete or repeated) and not release.verify(current)


def _partial_inputs(inputs: str, request: Request) -> str:
    """Digest the inputs of a release that does not hold every file, or holds stale ones."""
    return key("partial", inputs, sorted(request.editions), sorted(request.formats), sorted(request.papers))


def _fails(faults: Iterable[Diagnostic], request: Request) -> bool:
    return any(request.strict or d.severity == "error" for d in faults)


def _editions(book: Book, request: Request) -> tuple[Edition, ...]:
    """Return the editions asked for, in the order of their names; unknown ones are a fault."""
    unknown = [name for name in request.editions if name not in book.editions]
    if unknown:
        place = Place(str(request.book))
        raise BookError(*(Diagnostic("B112", f"no edition '{name}'", place, nearest(name, book.editions)) for name in unknown))
    wanted = request.editions or tuple(book.editions)
    return tuple(edition for name, edition in book.editions.items() if name in wanted)


def _inspect(made: Made, say: Say) -> list[Diagnostic]:
    """Gate 2: look at the things made."""
    found: list[Diagnostic] = []
    for n, artefact in enumerate(made.artefacts):
        say(Step("inspect", n, len(made.artefacts), artefact.name))
        found.extend(preflight.inspect(artefact, made.publications[artefact.edition]))
    return found


def _publish(request: Request, book: Book, made: Made, inputs: str, current: Release | None) -> Release:
    """Publish what was made together with what the last release holds beside it."""
    outline = book.outline
    carried = tuple(_carried(current, made)) if current is not None and request.partial else ()
    slots = {(a.format, a.edition, a.paper) for a in made.artefacts}
    slots |= {(c.artefact.format, c.artefact.edition, c.artefact.paper) for c in carried}
    complete = slots == set(made.fingerprints) and not any(c.stale for c in carried)
    return release.publish(
        request.output, made.artefacts, carried=carried, versions=versions(),
        book=BookFacts(outline.id, outline.title, outline.version, outline.date.isoformat()),
        inputs=inputs if complete else _partial_inputs(inputs, request),
    )  # fmt: skip


def _carried(current: Release, made: Made) -> Iterator[Carried]:
    """Give the files of the last release that this build did not make but the book still asks for."""
    new = {(a.format, a.edition, a.paper) for a in made.artefacts}
    for old in current.artefacts:
        slot = (old.format, old.edition, old.paper)
        if slot not in new and slot in made.fingerprints:
            yield Carried(current, old, made.fingerprints[slot] != old.inputs)


def _warnings(request: Request, unreadable: str, *texts: str) -> list[Diagnostic]:
    """Say what went wrong beside a good build."""
    lost = (f"the last release was not taken over: {unreadable}",) if unreadable else ()
    return [Diagnostic("R101", text, Place(str(request.output)), severity="warning") for text in (*lost, *texts)]
