"""Make packs: one for each team, or for each person of each team, by whoever is there; each is whole or not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline import release
from pipeline.diagnostics import BookError, Diagnostic, Place, ToolError, nearest
from pipeline.flow import Request, Say, Step, Stock, prime, unprintable
from pipeline.flow.inputs import book_digest, files, files_digest, inputs_of, moment
from pipeline.formats import CHOSEN
from pipeline.model import Book, Team
from pipeline.packs import archive
from pipeline.packs.cover_sheet import Contents, members
from pipeline.packs.people import read_people
from pipeline.work import Crew, Stage, Work, cache
from pipeline.work.store import key

TOGETHER = 8
"""People of one team whose packs are made in one go: what the team has to itself is printed once for them."""
RENEWED = 50
"""Teams after which a worker makes way for another: with each style sheet and each bank it holds 0.1 MB more."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command asks for: which teams, for whom, and where banks are."""

    request: Request
    """The book, its theme, the store, the folder for output, and how many may work."""
    teams: tuple[str, ...] = ()
    people: Path | None = None
    banks: Path | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A pack to make: whose, what it is called, and the digest of all that it is made of."""

    team: str
    stem: str
    inputs: str
    recipient: str = ""

    @property
    def path(self) -> str:
        """Where it stands in the folder of packs."""
        return f"{self.team}/{self.stem}.zip"


@dataclass(frozen=True, slots=True)
class Batch:
    """Packs of one team that are made in one go, and what they ask the press for."""

    base: Request
    """What all packs of the run share."""
    request: Request
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A pack that was not made, and why."""

    path: str
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """What came of a run: the packs that were made, those that stood whole already, and those that failed."""

    made: tuple[str, ...]
    stood: tuple[str, ...]
    failed: tuple[Failed, ...]


def pack(wish: Wish, say: Say) -> Packed:
    """Make the packs asked for that do not stand whole already.

    A pack is put in its place in one step, so that a run which is ended loses the packs it was at and no more, and the next
    goes on from there. Raises BookError for what is wrong with the book or the list, before any pack is made.
    """
    output = wish.request.output
    with release.lock(output, lambda text: say(Step("wait", 0, 0, text)), archive.PACKS):
        shared = _shared_inputs(wish.request)  # before it is read: an edit meanwhile makes a pack again
        stock = Stock.open(wish.request)
        orders = _orders(wish, stock.book, shared)
        for team in {order.team for order, _ in orders}:
            archive.sweep(output, team)
        stood = tuple(order.path for order, _ in orders if archive.stands(output, order.team, f"{order.stem}.zip", order.inputs))
        left = [each for each in orders if each[0].path not in set(stood)]
        if not left:
            return Packed((), stood, ())
        stock.request = _union(wish.request, [request for _, request in left])
        batches = tuple(_batches(stock.request, left))
        names = dict.fromkeys(edition.id for batch in batches for edition in stock.shared(batch.request))
        prime(stock, tuple(names), say)
        outcomes = [each for result in _made(batches, stock, say) for each in result]
        made = tuple(each for each in outcomes if isinstance(each, str))
        return Packed(made, stood, tuple(each for each in outcomes if isinstance(each, Failed)))


def _orders(wish: Wish, book: Book, shared: str) -> list[tuple[Order, Request]]:
    """Return every pack to make with what it asks the press for. Raises BookError with all that is wrong."""
    teams = _teams(wish, book)
    people = read_people(wish.people, book.teams, partial(unprintable, book=book)) if wish.people else ()
    requests = {team.id: _asked(wish, team) for team in teams}
    inputs = {team.id: _inputs(requests[team.id], team, book, shared) for team in teams}
    found = []
    for team in teams:
        whole = f"{book.outline.slug}-{team.id}-{book.outline.version}"
        for person in [each for each in people if each.team in ("", team.id)] if wish.people else [None]:
            stem, name = (f"{whole}-for-{person.id}", person.name) if person else (whole, "")
            digest = key(inputs[team.id], name, stem)
            found.append((Order(team.id, stem, digest, name), requests[team.id]))
    if not found:
        where = (wish.people or wish.request.book).as_posix()
        raise BookError(Diagnostic("B125", "there is nothing to pack", Place(where), "add a team to teams/, or people to the list"))
    return found


def _teams(wish: Wish, book: Book) -> list[Team]:
    place = Place(wish.request.book.as_posix())
    unknown = [name for name in wish.teams if name not in book.teams]
    if unknown:
        raise BookError(*(Diagnostic("B115", f"no team '{name}'", place, nearest(name, book.teams)) for name in unknown))
    chosen = [book.teams[name] for name in dict.fromkeys(wish.teams)] or list(book.teams.values())
    lacking = [team for team in chosen if team.bank and wish.banks is None]
    if lacking:
        hint = "name the folder that holds it with --banks DIR"
        raise BookError(*(Diagnostic("B124", f"no folder for the bank '{t.bank}'", book.origin(t).place(("with",)), hint) for t in lacking))
    return chosen


def _asked(wish: Wish, team: Team) -> Request:
    """Return what a team's pack asks the press for."""
    bank, formats = (wish.banks / team.bank if wish.banks and team.bank else None), team.formats or CHOSEN
    asked = replace(wish.request, editions=team.editions, formats=formats, papers=team.papers)
    return replace(asked, team=team.id, bank=bank, plan=team.plan or "")


def _shared_inputs(request: Request) -> str:
    """Digest all that decides what the pack of every team holds: the book but for its teams, the theme, and the press."""
    return inputs_of(request, files_digest({name: digest for name, digest in files(request.book).items() if not name.startswith("teams/")}))


def _inputs(request: Request, team: Team, book: Book, shared: str) -> str:
    """Digest all that decides what a pack of a team holds: what is shared, the team, its logo, and its bank."""
    logo, bank = book.logos.get(team.id), book_digest(request.bank) if request.bank else ""
    return key(shared, team.model_dump_json(), logo.data if logo else b"", bank, request.strict)


def _union(base: Request, requests: Sequence[Request]) -> Request:
    """Return what all packs share: the formats and papers that any of them has."""
    papers = () if any(not each.papers for each in requests) else tuple(dict.fromkeys(paper for each in requests for paper in each.papers))
    formats = tuple(dict.fromkeys(form for each in requests for form in each.formats))
    return replace(base, papers=papers, formats=formats)


def _batches(base: Request, orders: Sequence[tuple[Order, Request]]) -> Iterator[Batch]:
    """Yield packs by team, a few at a time."""
    by_team: dict[str, list[tuple[Order, Request]]] = {}
    for each in orders:
        by_team.setdefault(each[0].team, []).append(each)
    for found in by_team.values():
        for start in range(0, len(found), TOGETHER):
            some, request = [order for order, _ in found[start : start + TOGETHER]], found[0][1]
            names = tuple(order.recipient for order in some if order.recipient)
            yield Batch(base, replace(request, recipients=names), tuple(some))


def _made(batches: Sequence[Batch], stock: Stock, say: Say) -> Iterator[tuple[str | Failed, ...]]:
    """Yield what came of each batch."""
    stage = Stage[Batch, tuple[str | Failed, ...]](
        "pack", make, title=lambda batch: batch.orders[-1].path, weight=lambda batch: len(batch.orders), few=1, killed=_killed,
    )  # fmt: skip
    jobs = stock.request.jobs
    _stocks.update({stock.request: stock} if jobs == 1 or len(batches) == 1 else {})
    with Crew(jobs, renewed=RENEWED) as crew, Work(crew, None, say) as work:
        try:
            yield from work.map(stage, batches)
        finally:
            _stocks.clear()
            cache.forget()


def _killed(batch: Batch, how: str) -> Diagnostic:
    where = Place((batch.base.output / archive.PACKS / batch.orders[0].path).as_posix())
    return Diagnostic("R106", f"the pack could not be made: {how}", where, "make packs with fewer jobs at once: --jobs 1")


# What follows runs in workers


_stocks: dict[Request, Stock] = {}
"""What packs share, as this process has it."""


def _stock(base: Request) -> Stock:
    if base not in _stocks:
        _stocks[base] = Stock.open(base)
    return _stocks[base]


def make(batch: Batch) -> tuple[str | Failed, ...]:
    """Make the packs of a batch and put each in its place; return their paths, and why some were not made."""
    stock, left = _stock(batch.base), list(batch.orders)
    done: list[str | Failed] = []
    try:
        for brand, guides in stock.make(batch.request):
            # Two people of one name have the same guides, in packs with the id of each.
            for order in [order for order in left if order.recipient == brand.recipient]:
                contents = Contents(stock.book, brand, order.stem, order.inputs, moment(stock.book.outline.date), guides)
                archive.put(batch.base.output, order.team, f"{order.stem}.zip", archive.zipped(order.stem, members(contents)))
                left.remove(order)
                done.append(order.path)
    except BookError as error:
        done += (Failed(order.path, error.diagnostics) for order in left)
    except OSError as error:
        raise ToolError(f"cannot write {error.filename or batch.base.output}: {error.strerror}") from error
    return tuple(done)
