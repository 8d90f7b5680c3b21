"""Build guides: the one place that knows the order.

read and load -> check -> assemble -> render -> lay out -> bind, and write -> inspect -> publish
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from pipeline import brand as branding
from pipeline import checks, load, preflight, press, release, theme
from pipeline.diagnostics import BookError, Diagnostic, Place, nearest, ordered
from pipeline.flow.copies import fingerprint, of_team
from pipeline.flow.inputs import book_digest, code_digest, modified, questions, versions
from pipeline.flow.looks import fonts, likely
from pipeline.flow.made import Made
from pipeline.flow.making import make
from pipeline.flow.reports import write as write_report
from pipeline.flow.request import Outcome, Request, Slot, Step, slot
from pipeline.flow.signatures import Say
from pipeline.flow.texts import TextMemory
from pipeline.model import Book, Edition
from pipeline.release import Artefact, BookFacts, Carried, Published, Release
from pipeline.work.crew import Crew
from pipeline.work.store import Store, key

__all__ = ["Outcome", "Request", "Say", "Step", "build", "load_and_check"]

MANY = 20
"""Questions of a book that is worth a worker before it is known whether there is anything to lay out."""


def load_and_check(folder: Path, theme: Path | None = None) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """Load a book and run every check on it; return the book, if there is one, and all faults sorted by place."""
    book, faults = load.load_book(folder, theme)
    return book, faults if book is None else ordered([*faults, *checks.check(book)])


def build(request: Request, say: Say, crew: Crew | None = None) -> Outcome:
    """Build the editions asked for, and publish them in one step.

    ``crew`` is one that stays from build to build; without it, the build has its own. Raises BookError with every fault
    when the book cannot be built, and ToolError when the machine cannot build it. Nothing is published then, and what
    stood stands.
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        stack.enter_context(release.lock(request.output, lambda text: say(Step("wait", 0, 0, text))))
        inputs = _inputs(request)
        current, unreadable = release.read(request.output)
        if current is not None and _stands(current, inputs, request):
            return Outcome(current, (), True, time.perf_counter() - started)
        crew = crew or stack.enter_context(Crew(request.jobs))
        say(Step("load", 0, 1, ""))
        if not request.cluster and len(questions(request.book)) >= MANY:
            # Once: a call to a crew whose workers are busy starts another.
            sheets, looks = likely(request)
            press.warm(crew, sheets, fonts(looks))
        store = stack.enter_context(Store.open(request.store))
        texts = TextMemory(store, request.book)
        book, faults, checking = _checked(request)
        read = _inputs(request)
        if request.cluster:
            press.reach(request.cluster)
        made = make(book, _editions(book, request), request, store, texts, crew, say, current, meanwhile=lambda: checking.findings)
        texts.keep()
        faults = (*ordered([*faults, *checking.findings]), *_inspect(made, say))
        _pass(faults, request)
        say(Step("publish", 0, 1, ""))
        published = _publish(request, book, made, _settled(inputs, read, _inputs(request)), current)
        unwritten = write_report(request.output, made, published)
    warnings = _warnings(request, unreadable, *store.warnings, *published.warnings, *unwritten)
    return Outcome(published, (*faults, *warnings), False, time.perf_counter() - started, made.pages, made.laid_out, made.seconds)


def _checked(request: Request) -> tuple[Book, tuple[Diagnostic, ...], checks.Checking]:
    """Load a book that has no errors; return it with the warnings of loading, and what is left to check while pages are laid out.

    Raises BookError with every fault of any kind when there is one that keeps the book from being built.
    """
    book, faults = load.load_book(request.book, request.theme)
    if book is None:
        raise BookError(*faults)
    checking = checks.Checking(book)
    if request.strict or _fails((*faults, *checking.errors), request):
        _pass(ordered([*faults, *checking.findings]), request)
    return book, faults, checking


def _pass(faults: Sequence[Diagnostic], request: Request) -> None:
    """Raise BookError with all faults when one of them keeps the book from being built."""
    if _fails(faults, request):
        raise BookError(*faults)


def _inputs(request: Request) -> str:
    named = book_digest(request.theme) if request.theme else ""
    return key(book_digest(request.book), named, theme.digest(), code_digest(), dict(versions()), modified(None))


def _settled(*moments: str) -> str:
    """Return the inputs, or what no inputs are when they changed from moment to moment: the release may hold some of each."""
    return moments[0] if len(set(moments)) == 1 else key("changed meanwhile", *moments)


def _stands(current: Release, inputs: str, request: Request) -> bool:
    """Tell whether the release that stands is whole and fresh, and what is asked for would make it again."""
    if request.strict or request.explain:
        return False
    complete = current.inputs == inputs and set(request.editions) <= {a.edition for a in current.artefacts} and _holds(current, request)
    repeated = request.partial and current.inputs == _partial_inputs(inputs, request)
    return (complete or repeated) and not release.verify(current)


def _holds(current: Release, request: Request) -> bool:
    """Tell whether a whole release holds, fresh, the copies asked for: one of each plain file that the request would make."""
    held = {(slot(a), a.team or "", a.recipient or "") for a in current.artefacts if not a.stale}
    plain = [each for each, team, recipient in held if not (team or recipient) and _asked(each, request)]
    return not request.branded or all((each, request.team, name) in held for each in plain for name in _recipients(request))


def _asked(of: Slot, request: Request) -> bool:
    form, edition, paper = of
    wanted = (not request.editions or edition in request.editions) and (not request.formats or form in request.formats)
    return wanted and form != "png" and (paper in request.papers or not request.papers or (form == "epub" and bool(request.formats)))


def _recipients(request: Request) -> tuple[str, ...]:
    return tuple(branding.one_line(name) for name in request.recipients) or ("",)


def _partial_inputs(inputs: str, request: Request) -> str:
    """Digest the inputs of a release that does not hold every file, or holds stale ones."""
    return key("partial", inputs, sorted(request.editions), sorted(request.formats), sorted(request.papers), request.team,
               sorted(_recipients(request)))  # fmt: skip


def _fails(faults: Iterable[Diagnostic], request: Request) -> bool:
    return any(request.strict or d.severity == "error" for d in faults)


def _editions(book: Book, request: Request) -> tuple[Edition, ...]:
    """Return the editions asked for, in the order of their names; unknown ones are a fault."""
    unknown = [name for name in request.editions if name not in book.editions]
    if unknown:
        place = Place(str(request.book))
        raise BookError(*(Diagnostic("B112", f"no edition '{name}'", place, nearest(name, book.editions)) for name in unknown))
    papers = {paper for edition in book.editions.values() for paper in edition.papers}
    if absent := [name for name in request.papers if name not in papers]:
        place = Place(str(request.book))
        raise BookError(*(Diagnostic("B117", f"no edition on paper '{name}'", place, nearest(name, papers)) for name in absent))
    wanted = request.editions or tuple(book.editions)
    return tuple(edition for name, edition in book.editions.items() if name in wanted)


def _inspect(made: Made, say: Say) -> list[Diagnostic]:
    """Gate 2: look at the things made."""
    found: list[Diagnostic] = []
    first: dict[tuple[Slot, str], Artefact] = {}
    for n, artefact in enumerate(made.artefacts):
        say(Step("inspect", n, len(made.artefacts), artefact.name))
        like = first.setdefault((slot(artefact), artefact.team), artefact)
        begun = made.readings.get(artefact.path)
        faults = made.inspected.get(artefact.path)
        if faults is None:
            other = made.likes.get(artefact.path) if like is artefact else like.data
            faults = preflight.inspect(artefact, made.publication(artefact), other, begun.reading if begun else None)
        if begun and not faults:
            begun.keep()
        found.extend(faults)
    return found


def _publish(request: Request, book: Book, made: Made, inputs: str, current: Release | None) -> Release:
    """Publish what was made together with what the last release holds beside it."""
    outline = book.outline
    carried = tuple(_carried(current, made, book)) if current is not None else ()
    plain: list[Artefact | Published] = [*made.artefacts, *(c.artefact for c in carried if not c.stale)]
    complete = {slot(a) for a in plain if not (a.team or a.recipient)} == set(made.fingerprints)
    return release.publish(
        request.output, made.artefacts, carried=carried, versions=versions(),
        book=BookFacts(outline.id, outline.title, outline.version, outline.date.isoformat()),
        inputs=inputs if complete else _partial_inputs(inputs, request),
    )  # fmt: skip


def _carried(current: Release, made: Made, book: Book) -> Iterator[Carried]:
    """Give the files of the last release that this build did not make but the book still asks for.

    Copies are among them, as long as the book has their team: a build makes those only that it is asked for.
    """
    new = {(slot(a), a.team, a.recipient) for a in made.artefacts}
    for old in current.artefacts:
        of, team, recipient = slot(old), old.team or "", old.recipient or ""
        if (of, team, recipient) not in new and of in made.fingerprints and (not team or team in book.teams):
            copy = replace(of_team(book, team), recipient=recipient)
            yield Carried(current, old, fingerprint(made.fingerprints[of], copy) != old.inputs)


def _warnings(request: Request, unreadable: str, *texts: str) -> list[Diagnostic]:
    """Say what went wrong beside a good build."""
    lost = (f"the last release was not taken over: {unreadable}",) if unreadable else ()
    return [Diagnostic("R101", text, Place(str(request.output)), severity="warning") for text in (*lost, *texts)]
