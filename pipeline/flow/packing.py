"""Make the files of packs: what teams share is printed once and bound again for each; what a team has to itself is printed for it.

A pack's own editions are those for hiring teams where it has a private bank or a plan, and those of a plan. All else is
the same for everybody but for cover, colors, and stamp.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pipeline import bindery, checks, epub, load
from pipeline.brand import PLAIN, Brand
from pipeline.diagnostics import BookError, Rule
from pipeline.flow.binding import Binding, Bound, Issue, bind_issue, gather
from pipeline.flow.finishing import WRITE, File, Finished, Screen, finished_file, picture, render_screens, screen
from pipeline.flow.inputs import kept_for
from pipeline.flow.inspection import inspect
from pipeline.flow.order import assemble, load_and_check, make, print_all, refuse
from pipeline.flow.request import Request, Slot, brands
from pipeline.flow.volumes import Volume, fitted, lay_out, own_sheets
from pipeline.formats import PDF, SCREENS
from pipeline.model import Book, Edition
from pipeline.render import Rendition
from pipeline.work import Crew, Results, Say, Work, cache
from pipeline.work.store import Memory, Store

RULES = (
    Rule(
        "B123",
        "list of people cannot be used",
        "A list of people is a CSV file in UTF-8 whose first row names its columns: name, and if wanted id and team. Every name "
        "can be printed, no cell is a formula or holds what cannot be seen, and no two rows are of one person. Rows and cells are "
        "counted from 1.",
    ),
    Rule("B124", "bank of a team not named", "A team has a private bank, and nobody said where it is: --banks names the folder of banks."),
    Rule("B125", "nothing to pack", "Packs are made for teams: the book has none, or the list has nobody for those that are named."),
    Rule("R106", "pack not made", "What makes packs was ended over one of them twice. It may need more memory than there is."),
    Rule(
        "R105",
        "pack is not as it was made",
        "A pack holds its page, its README, its manifest, its checksums, and the files that these list, each as it was made, and nothing "
        "else; its name and folder are those of its team, its person, and its version.",
    ),
)
"""Of packs: of what is asked for, and of what came of it."""
Gathered = dict[tuple[str, str, tuple[int, ...]], bindery.Gathered]
Screens = dict[tuple[str, tuple[int, ...]], Screen]


@dataclass
class Stock:
    """What all packs of a book share, printed once for as long as this lives.

    Nothing that is made for one pack is written to the store, which others may share.
    """

    request: Request
    """The book, its theme, the store, and the papers and formats that any pack has."""
    book: Book
    store: Store
    gathered: Gathered = field(default_factory=dict)
    screens: Screens = field(default_factory=dict)
    leaders: dict[tuple[Slot, str], bytes] = field(default_factory=dict)
    """Of each team, the copy of each guide that was inspected in full."""
    pictures: Memory = field(init=False)
    """Over the store: what the files for Kindles show that all copies share, drawn once."""
    _printed: dict[str, tuple[list[Binding], Rendition | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no pictures."""
        self.pictures = Memory(self.store)

    @classmethod
    def open(cls, request: Request) -> Stock:
        """Read a book that can be built. Raises BookError with all that is wrong with it."""
        store = Store.open(request.store)
        with kept_for(request.book, store):
            book, faults = load_and_check(request.book, request.theme)
            if book is None:
                raise BookError(*faults)
            refuse(faults, request)
            return cls(request, book, store)

    def print(self, names: Sequence[str], work: Work) -> None:
        """Print editions, by whoever is there, and remember their pages in the store."""
        wanted = [self.book.editions[name] for name in names if name not in self._printed]
        with kept_for(self.request.book, self.store):
            publications = [*assemble(work, self.book, wanted).values()] if wanted else []
            bindings, _, screens = print_all(
                work, self.request, publications, (PLAIN,), partial(render_screens, work, publications, self.request)
            )
        for edition in wanted:
            volumes = [each for each in bindings if each.volume.publication.edition.id == edition.id]
            self._printed[edition.id] = volumes, screens.get(edition.id)

    def shared(self, request: Request) -> list[Edition]:
        """Return the editions of a pack that are those of everybody."""
        is_own = bool(request.bank or request.plan)
        return [
            edition
            for edition in self.book.editions.values()
            if request.takes(edition) and not (is_own and (edition.audience == "kit" or edition.plan))
        ]

    def make(self, request: Request) -> Iterator[tuple[Brand, list[Finished]]]:
        """Yield the files of each copy that a pack's request asks for, inspected. Raises BookError for what is wrong with one."""
        memory = Memory(self.pictures)
        copies = brands(self.book, request)
        shared = self.shared(request)
        with Work(Crew(1), self.store) as work:
            self.print([edition.id for edition in shared], work)
        with kept_for(request.book, memory), Work(Crew(1), memory) as work:
            own = _own(work, request) if request.bank or request.plan else {}
            for copy in copies:
                files = [file for edition in shared for file in self._copies(work, request, edition, copy)]
                finished = [finished_file(file, defaultdict(str), self.book, None) for file in files]
                finished = [replace(each, standing=self._standing(each)) for each in finished]
                refuse(inspect(work, finished), request)
                for each in finished:
                    self._note(each)
                yield copy, [*finished, *own.get(copy.recipient, ())]

    def _copies(self, work: Work, request: Request, edition: Edition, copy: Brand) -> Iterator[File]:
        """Yield the files of an edition that a copy consists of."""
        bindings, rendition = self._printed[edition.id]
        formats = [form for form in SCREENS if request.wants(edition, form)] if rendition is not None else []
        wanted = [each for n, each in enumerate(bindings) if request.wants(edition, PDF.name, each.volume.paper) or (n == 0 and formats)]
        volumes = [Volume(replace(each.volume.publication, brand=copy), each.volume.paper) for each in wanted]
        sheets = own_sheets(work, volumes)
        printed = fitted(work, sheets, lay_out(work, sheets)) if sheets else {}
        for n, (volume, binding) in enumerate(zip(volumes, wanted, strict=True)):
            issue = Issue(volume.publication, tuple(printed.get(volume, ())))
            alone = replace(binding, issues=(issue,))
            bound = Results[list[Bound]](frozenset(), partial(self._bound, alone))
            if request.wants(edition, PDF.name, volume.paper):
                yield File(issue.publication, (PDF.name, edition.id, volume.paper), bound[0][0].pdf, alone.count(issue))
            for form in formats if n == 0 else ():
                assert rendition is not None
                whole = self._screen(alone, rendition)
                (data,) = work.map(WRITE, [(form, whole, issue.publication, picture(alone, 0, bound))])
                yield File(issue.publication, (form, edition.id, ""), data, alone.count(issue))

    def _bound(self, binding: Binding) -> list[list[Bound]]:
        """Bind the one copy of a binding."""
        volume, issue = binding.volume, binding.issues[0]
        name = volume.publication.edition.id, volume.paper, issue.counts
        if name not in self.gathered:
            self.gathered[name] = gather(binding, issue, volume.publication.look.font_resources(), keeps=True)
        return [[bind_issue(self.gathered[name], issue, binding.labels)]]

    def _screen(self, binding: Binding, rendition: Rendition) -> Screen:
        name = binding.volume.publication.edition.id, binding.issues[0].counts
        if name not in self.screens:
            plain = replace(binding, issues=(replace(binding.issues[0], publication=binding.volume.publication),))
            formats = [form for form in SCREENS if self.request.wants(rendition.publication.edition, form)]
            made = self.screens[name] = screen(plain, plain.issues[0], rendition, formats)
            if made.drawings:
                with kept_for(self.request.book, self.pictures):
                    epub.pictured(made.rendition, made.spine, made.drawings)
        return self.screens[name]

    def _standing(self, each: Finished) -> tuple[bytes, ...]:
        """Return the copy of the same team that was inspected in full."""
        found = self.leaders.get((_slot(each), each.artefact.team))
        return (found,) if found else ()

    def _note(self, each: Finished) -> None:
        """Keep a copy for the next of the same team; those of the last team go."""
        if each.artefact.format == PDF.name and each.artefact.recipient:
            self.leaders = {name: data for name, data in self.leaders.items() if name[1] == each.artefact.team}
            self.leaders.setdefault((_slot(each), each.artefact.team), each.artefact.data)


def _slot(each: Finished) -> Slot:
    return each.artefact.format, each.artefact.edition, each.artefact.paper


def _own(work: Work, request: Request) -> dict[str, list[Finished]]:
    """Make the files that a pack has to itself; return them by recipient. What candidates are given has nothing of a bank in it."""
    book, faults = load.load_book(request.book, request.theme, request.bank, request.plan, request.team)
    if book is None:
        raise BookError(*faults)
    # What is ignored of other teams is not there.
    refuse([fault for fault in (*faults, *checks.check(book)) if fault.code != "C901"], request)
    names = tuple(e.id for e in book.editions.values() if request.takes(e) and (e.audience == "kit" or e.plan))
    if not names:
        return {}
    made = make(work, replace(request, editions=names), book)
    refuse(inspect(work, made.finished), request)
    found: dict[str, list[Finished]] = {}
    for each in made.finished:
        found.setdefault(each.artefact.recipient, []).append(each)
    return found


def prime(stock: Stock, names: Sequence[str], say: Say) -> None:
    """Print what packs share into the store, by many workers, so that each that makes packs finds it there."""
    with Crew(stock.request.jobs) as crew, Work(crew, stock.store, say) as work:
        stock.print(names, work)
        with kept_for(stock.request.book, stock.store):
            cache.keep()
