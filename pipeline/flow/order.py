"""Build guides: the one place that knows the order. It reads from top to bottom as the picture in the README does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pipeline import checks, editions, load, markup, model, preflight, press, release, render, theme, withholding
from pipeline.brand import Brand
from pipeline.diagnostics import BookError, Diagnostic, Place, ToolError, nearest, ordered
from pipeline.flow.binding import Binding, Landed, bind_all, issues
from pipeline.flow.finishing import Made, finish, finished_file, publish, render_screens, stands, write_report
from pipeline.flow.inputs import fingerprints, inputs_of, kept_for, moment, named_questions, settled
from pipeline.flow.inspection import inspect
from pipeline.flow.page_traces import folios
from pipeline.flow.request import Outcome, Relaid, Request, Slot, brands, likely_styles
from pipeline.flow.volumes import by_volume, fitted, index_sheets, lay_out, outgrown, relaid, render_sheets, volumes_of, with_index
from pipeline.markup import Setting
from pipeline.model import PARTS, Book, Edition
from pipeline.publication import Publication
from pipeline.release import Release
from pipeline.render import Rendition
from pipeline.work import Crew, Say, Stage, Step, Work, cache, thresholds
from pipeline.work.cluster import reach
from pipeline.work.limits import OutOfTime
from pipeline.work.store import Store

T = TypeVar("T")
DRAW: Stage[tuple[str, bool], Setting] = Stage(
    "render", markup.draw, weight=lambda formula: len(formula[0]), few=thresholds.FORMULAS_WORTH_WORKERS
)


def build(request: Request, say: Say, crew: Crew | None = None) -> Outcome:
    """Build the editions asked for, and publish them in one step.

    ``crew`` is one that stays from build to build; without it, the build has its own. Raises BookError with every fault
    when the book cannot be built, and ToolError when the machine cannot build it. Nothing is published then, and what
    stood stands.
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        stack.enter_context(release.lock(request.output, lambda text: say(Step("wait", 0, 0, text))))
        before = inputs_of(request)
        current, unreadable = release.read(request.output)
        if current is not None and stands(current, before, request):
            release.clear_away(request.output)
            return Outcome(current, (), True, time.perf_counter() - started)
        crew = crew or stack.enter_context(Crew(request.jobs, limits=request.limits))
        store = stack.enter_context(store_of(request))
        if request.bank:
            stack.callback(cache.forget)
        stack.enter_context(kept_for(request.book, store))
        work = stack.enter_context(Work(crew, store, say, request.cluster))

        if len(named_questions(request.book)) >= thresholds.QUESTIONS_WORTH_A_WORKER:
            # Before it is known whether there is anything to lay out: there nearly always is.
            work.warm(press.get_ready, likely_styles(request))
        book, faults = remembering(store, lambda: read(work, request))
        refuse(faults, request)  # gate 1
        refuse_another(book, current, request)
        after = inputs_of(request)
        made, found = remembering(store, lambda: inspected(work, make(work, request, book, current)))
        faults = (*faults, *found)
        keep(made, book)
        refuse(faults, request)  # gate 2
        say(Step("publish", 0, 1, ""))
        published = publish(request, book, made, settled(before, after, inputs_of(request)), current)
        unwritten = write_report(request.output, made.pages, work.seconds, published)
    lost = (f"the last release was not taken over: {unreadable}",) if unreadable else ()
    warnings = [_warning(text, request) for text in (*lost, *store.trouble, *published.warnings, *unwritten)]
    seconds = time.perf_counter() - started
    return Outcome(published, (*faults, *warnings), False, seconds, made.pages, made.laid_out, dict(work.seconds))


def remembering(store: Store, made: Callable[[], T]) -> T:
    """Return what is made; where the store remembers what no build has written, though its digests are right, make all of it anew."""
    try:
        return made()
    except (BookError, ToolError, OutOfTime, MemoryError, OSError):
        raise
    except Exception:
        if not store.distrust():
            raise
    cache.forget()
    return made()


def inspected(work: Work, made: Made) -> tuple[Made, tuple[Diagnostic, ...]]:
    """Return what was made, and what is wrong with it."""
    return made, tuple(inspect(work, made.finished))


def make(work: Work, request: Request, book: Book, current: Release | None = None) -> Made:
    """Make every file that the request asks for; ``current`` is the release that stands."""
    copies, asked = brands(book, request), asked_for(book, request)
    # Whether a file of the release is stale follows from what it would be made of today; other editions cost nothing.
    standing = {artefact.edition for artefact in current.artefacts} if current else set[str]()
    publications = assemble(work, book, [edition for edition in book.editions.values() if edition in asked or edition.id in standing])
    wanted = [publications[edition.id] for edition in asked]

    def meanwhile() -> tuple[Mapping[str, Rendition], dict[Slot, str]]:
        screens = render_screens(work, wanted, request)
        preflight.get_ready(wanted)
        return screens, {slot: digest for publication in publications.values() for slot, digest in fingerprints(publication).items()}

    bindings, laid_out, (screens, digests) = print_all(work, request, wanted, copies, meanwhile)
    pdfs = bind_all(work, bindings)
    files = finish(work, request, bindings, pdfs, screens)
    finished = [finished_file(file, digests, book, current) for file in files]
    filled = tuple(file.filled for file in files if file.filled)
    return Made(finished, digests, filled, laid_out, publications, folios(bindings))


def print_all(
    work: Work, request: Request, wanted: Sequence[Publication], copies: Sequence[Brand], meanwhile: Callable[[], T]
) -> tuple[list[Binding], tuple[Relaid, ...], T]:
    """Print publications: return what is to be bound, what was laid out anew, and what came of what was done ``meanwhile``."""
    draw_formulas(work, wanted)
    volumes = volumes_of(wanted, request, copies)
    sheets = render_sheets(work, volumes)
    pages = lay_out(work, sheets)
    # Workers are at it by now: what follows up to the first look at the pages costs no time.
    done = meanwhile()
    printed = fitted(work, sheets, pages)
    while wider := outgrown(volumes, printed):
        wanted = [wider.get(publication.edition.id, publication) for publication in wanted]
        volumes = volumes_of(wanted, request, copies)
        sheets = render_sheets(work, volumes)
        printed = fitted(work, sheets, lay_out(work, sheets))

    labels = {volume: volume.publication.look.labels(volume.publication.outline.lang) for volume in volumes}
    places = {volume: Landed(printed[volume], labels[volume]["cover"]) for volume in volumes}
    sheets = index_sheets(work, places)
    index = by_volume(sheets, lay_out(work, sheets))
    printed |= {volume: with_index(volume, printed[volume], index.get(volume, ())) for volume in volumes}

    return [Binding(volume, printed[volume], issues(volume, printed), labels[volume]) for volume in volumes], relaid(printed), done


def store_of(request: Request) -> Store:
    """Return the store of a build: nothing that is made with a private bank is written to the one that others share."""
    shared = Store.open(request.store)
    if request.bank is None:
        return shared
    return Store.open(request.bank_store, shared=shared) if request.bank_store else Store(None, shared=shared)


def keep(made: Made, book: Book) -> None:
    """Write down what is worth remembering, but no text that all which was made withholds: others may share the store."""
    withheld = [set(each.publication.withheld) for each in made.finished]
    hidden = set.intersection(*withheld) if withheld else set[str]()
    if hidden:
        hidden |= {text for record in (*book.roles.values(), *book.plans.values()) for text in model.texts(record)}
    for text in hidden:
        markup.not_to_be_kept(text)
    cache.keep()


def load_and_check(
    folder: Path, look: Path | None = None, bank: Path | None = None, plan: str = ""
) -> tuple[Book | None, tuple[Diagnostic, ...]]:
    """Load a book, with a theme, a bank, and a plan named for it, and run every check; return it, if there is one, and all faults by place.

    A book is whole without a private bank: what of its own leads into one is a fault.
    """
    book, faults = load.load_book(folder, look, bank, plan)
    if book is None:
        return None, faults
    found = [*faults, *checks.check(book)]
    alone = load_and_check(folder, look)[1] if bank else ()
    return book, ordered([*found, *(fault for fault in alone if fault.severity == "error" and fault not in found)])


def read(work: Work, request: Request) -> tuple[Book, tuple[Diagnostic, ...]]:
    """Return the book and all that is wrong with it. Raises BookError when there is no book."""
    work.say(Step("load", 0, 1, ""))
    if request.cluster:
        reach(request.cluster)
    with work.time("check"):
        book, faults = load_and_check(request.book, request.theme, request.bank, request.plan)
    faults = discreet(faults, book, request)
    if book is None:
        raise BookError(*faults)
    return book, faults


def discreet(faults: Sequence[Diagnostic], book: Book | None, request: Request) -> tuple[Diagnostic, ...]:
    """Return faults without the words of what is withheld, where nothing is asked for but editions for candidates.

    Whoever builds those, and reads what is printed meanwhile, need not be one of a hiring team.
    """
    known = [*book.editions.values()] if book else []
    if any(edition.audience == "kit" for edition in known if request.takes(edition)):
        return tuple(faults)
    shown = (part for edition in known if edition.audience != "kit" for part in (*edition.parts, *edition.answer_parts))
    printed = frozenset(field for part in shown for field in PARTS[part])
    is_hidden = withholding.hidden_entries(book, (edition for edition in known if edition.audience != "kit")) if book else lambda _: False
    return tuple(
        _unquoted(fault) if load.is_withheld(Path(fault.place.path), fault.place.line, printed) or is_hidden(fault.place) else fault
        for fault in faults
    )


def _unquoted(fault: Diagnostic) -> Diagnostic:
    message = "a fault in what is withheld from candidates, which is not quoted"
    return replace(fault, message=message, hint=f"run 'guidepress check' to see it, or 'guidepress explain {fault.code}'", line_text="")


def refuse(faults: Sequence[Diagnostic], request: Request) -> None:
    """Raise BookError with all faults when one of them keeps the book from being built."""
    if any(request.strict or d.severity == "error" for d in faults):
        raise BookError(*faults)


def refuse_another(book: Book, current: Release | None, request: Request) -> None:
    """Raise BookError where the release that stands is one of another book."""
    if current is not None and current.book.id != book.outline.id:
        message = f"these are the guides of another book: '{current.book.title}' (id {current.book.id}, not {book.outline.id})"
        hint = "name another folder with --output, or move 'guides' and '.releases' away"
        raise BookError(Diagnostic("R102", message, Place((request.output / "guides").as_posix()), hint))


def asked_for(book: Book, request: Request) -> tuple[Edition, ...]:
    """Return the editions asked for, in the order of their names; unknown ones are a fault."""
    known = {*book.editions, *(edition.family for edition in book.editions.values())}
    unknown = [name for name in request.editions if name not in known]
    if unknown:
        place = Place(str(request.book))
        apart = {name: "name the private bank that has its plan: --with DIR" for kind, name in book.refused if kind == "edition"}
        hints = {name: apart.get(name) or nearest(name, known) for name in unknown}
        raise BookError(*(Diagnostic("B112", f"no edition '{name}'", place, hint) for name, hint in hints.items()))
    papers = {paper for edition in book.editions.values() for paper in edition.papers}
    if absent := [name for name in request.papers if name not in papers]:
        place = Place(str(request.book))
        raise BookError(*(Diagnostic("B117", f"no edition on paper '{name}'", place, nearest(name, papers)) for name in absent))
    return tuple(edition for edition in book.editions.values() if request.takes(edition))


def assemble(work: Work, book: Book, wanted: Sequence[Edition]) -> dict[str, Publication]:
    """Assemble editions; return the publication of each by its id."""
    labels, stamp = theme.labels(book.outline.lang, book.layers), moment(book.outline.date)
    stage: Stage[Edition, Publication] = Stage("assemble", lambda edition: editions.assemble(book, edition, labels, stamp))
    return {publication.edition.id: publication for publication in work.map(stage, wanted)}


def draw_formulas(work: Work, publications: Sequence[Publication]) -> None:
    """Draw the formulas of publications that are to be drawn yet; what is printed recalls them."""
    found = dict.fromkeys(formula for publication in publications for formula in render.formulas(publication))
    missing = [formula for formula in found if not markup.is_drawn(*formula)]

    def killed(formula: tuple[str, bool], how: str) -> Diagnostic:
        shown = (source for publication in publications for source in render.sources_of(publication, formula))
        return Diagnostic("P103", f"formula '{formula[0]}': {how}", Place(next(shown, formula[0])))

    for formula, setting in zip(missing, work.map(replace(DRAW, killed=killed), missing), strict=True):
        markup.keep(*formula, setting)


def _warning(text: str, request: Request) -> Diagnostic:
    return Diagnostic("R101", text, Place(str(request.output)), severity="warning")
