"""Compare what two releases keep of their texts, question by question, joined by id."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline import markup
from pipeline.model import KeptBook, TracedEdition, TracedQuestion, TracedTerm, Traces

Kind = Literal["added", "question", "answer", "figure", "term", "moved", "wording", "removed"]
KINDS: tuple[Kind, ...] = ("added", "question", "answer", "figure", "term", "moved", "wording", "removed")
"""What may have happened to a question, in the order in which a reader is told."""
ASKED = ("ask", "exhibit", "choices")
"""Parts that are the question; the others are what is said to it."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Where something stands in the old copy and in the new one: folios, empty where it does not, or where nobody knows."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where a question stands on some papers of an edition, and its changed parts that begin on another page than it."""

    edition: str
    title: str
    papers: tuple[str, ...]
    page: Landing
    parts: Mapping[str, Landing]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A term of the glossary that has another name."""

    old: str
    new: str
    questions: tuple[str, ...]
    """Those that it touches."""


@dataclass(frozen=True, slots=True)
class Change:
    """What has happened to a question."""

    id: str
    number: str
    name: str
    kinds: tuple[Kind, ...]
    parts: tuple[str, ...] = ()
    """Parts that say something else."""
    wording: tuple[str, ...] = ()
    """Parts that say the same, written otherwise."""
    figures: tuple[str, ...] = ()
    terms: tuple[Renamed, ...] = ()
    pages: tuple[Found, ...] = ()

    @property
    def kind(self) -> Kind:
        """What a reader is told first."""
        return self.kinds[0]


@dataclass(frozen=True, slots=True)
class Changes:
    """All that has changed from one release to another, questions in the order of the new book, removed ones last."""

    old: KeptBook
    new: KeptBook
    lang: str
    questions: tuple[Change, ...] = ()
    terms: tuple[Renamed, ...] = ()

    @property
    def count(self) -> int:
        """Number of changes."""
        return len(self.questions)


def compare(old: tuple[KeptBook, Traces], new: tuple[KeptBook, Traces], editions: Iterable[str] = ()) -> Changes:
    """Return what has changed in the editions that both releases have, or in those of them that are named.

    Raises ValueError, with one line that says why, where the two are of different books, or have no edition in common.
    """
    if old[0].id != new[0].id:
        raise ValueError(f"these are two books: '{old[0].id}' and '{new[0].id}'")
    named = tuple(editions) or tuple(new[1].editions)
    shared = [name for name in named if name in old[1].editions and name in new[1].editions]
    if not shared:
        raise ValueError(f"they have no edition in common: {_listed(old[1].editions)}; {_listed(new[1].editions)}")
    two = _Two(old[1], new[1], shared)
    return Changes(old[0], new[0], new[1].lang, tuple(two.changes()), two.renamed)


def _listed(editions: Mapping[str, TracedEdition]) -> str:
    return ", ".join(sorted(editions)[:6]) or "none"


class _Two:
    """Two traces, as far as editions that both have show their questions."""

    def __init__(self, old: Traces, new: Traces, shared: Sequence[str]) -> None:
        self.editions = [(name, old.editions[name], new.editions[name]) for name in shared]
        self.old = {q.id: q for q in old.questions if any(edition.holds(q.id) for _, edition, _ in self.editions)}
        self.new = {q.id: q for q in new.questions if any(edition.holds(q.id) for _, _, edition in self.editions)}
        self.followed = dict(_followed(old.terms, new.terms))
        self.renamed = tuple(self._renamed(old.terms, new.terms))
        self.moved = _moved(list(self.old.values()), list(self.new.values()))

    def changes(self) -> Iterator[Change]:
        for name, question in self.new.items():
            found = self._added(question) if name not in self.old else self._changed(self.old[name], question)
            if found.kinds:
                yield found
        for name, question in self.old.items():
            if name not in self.new:
                pages = tuple(self._pages(question.id, ()))
                yield Change(question.id, question.number, question.name, ("removed",), pages=pages)

    def _added(self, question: TracedQuestion) -> Change:
        return Change(question.id, question.number, question.name, ("added",), pages=tuple(self._pages(question.id, ())))

    def _changed(self, old: TracedQuestion, new: TracedQuestion) -> Change:
        differing = {part: self._differs(old, new, part) for part in self._parts(new.id)}
        parts = tuple(part for part, how in differing.items() if how == "letters")
        figures = {name: _how(old.figures.get(name), new.figures.get(name)) for name in self._figures(old, new)}
        drawn = tuple(sorted(name for name, how in figures.items() if how == "letters"))
        wording = tuple(part for part, how in differing.items() if how == "exact")
        terms = tuple(term for term in self.renamed if new.id in term.questions)
        holds: dict[Kind, object] = {
            "question": any(part in ASKED for part in parts), "answer": any(part not in ASKED for part in parts), "figure": drawn,
            "term": terms, "moved": new.id in self.moved,
            "wording": not (parts or drawn) and (wording or "exact" in figures.values()),
        }  # fmt: skip
        kinds = tuple(kind for kind in KINDS if holds.get(kind))
        return Change(new.id, new.number, new.name, kinds, parts, wording, drawn, terms, tuple(self._pages(new.id, (*parts, *wording))))

    def _parts(self, question: str) -> tuple[str, ...]:
        """Return the parts of a question that both releases print in an edition that both have."""
        shown = [(old, new) for _, old, new in self.editions if old.holds(question) and new.holds(question)]
        return tuple(dict.fromkeys(part for old, new in shown for part in new.parts if part in old.parts))

    def _figures(self, old: TracedQuestion, new: TracedQuestion) -> set[str]:
        """Return the figures to compare: where one release prints a part that the other does not, only those that both show."""
        same = {*old.parts, *new.parts} <= set(self._parts(new.id))
        return {*old.figures, *new.figures} if same else {*old.figures} & {*new.figures}

    def _differs(self, old: TracedQuestion, new: TracedQuestion, part: str) -> str:
        """Return how a part differs: in what it says, or exactly and not in its letters, or not at all."""
        linked = tuple(self.followed.get(term, term) for term in old.terms.get(part, ()))
        how = _how(old.parts.get(part), new.parts.get(part))
        return "letters" if linked != new.terms.get(part, ()) else how

    def _renamed(self, old: Mapping[str, TracedTerm], new: Mapping[str, TracedTerm]) -> Iterator[Renamed]:
        for before, after in self.followed.items():
            if markup.letters(old[before].term) != markup.letters(new[after].term):
                linked = {name for name, q in self.old.items() if any(before in terms for terms in q.terms.values())}
                linked |= {name for name, q in self.new.items() if any(after in terms for terms in q.terms.values())}
                touched = linked | set(old[before].questions) | set(new[after].questions)
                questions = tuple(name for name in self.new if name in touched and name in self.old)
                yield Renamed(old[before].term, new[after].term, questions)

    def _pages(self, question: str, parts: Sequence[str]) -> Iterator[Found]:
        """Yield where a question stands, and those of its parts that begin on another page, by edition and paper."""
        for name, old, new in self.editions:
            papers = dict.fromkeys(paper for edition in (new, old) for printing in edition.pages for paper in printing.papers)
            found: dict[tuple[tuple[str, Landing], ...], list[str]] = {}
            for paper in papers:
                before, after = _folios(old, paper, question), _folios(new, paper, question)
                rows = [(part, Landing(before.get(part, ""), after.get(part, ""))) for part in ("ask", *parts)]
                page = rows[0][1]
                apart = [(part, at) for part, at in rows[1:] if at != page and part != "ask" and (at.old or at.new)]
                if page != Landing("", ""):
                    found.setdefault((rows[0], *apart), []).append(paper)
            for ((_, page), *apart), on in found.items():
                yield Found(name, new.title, tuple(on), page, dict(apart))


def _folios(edition: TracedEdition, paper: str, question: str) -> Mapping[str, str]:
    return next((each.folios.get(question, {}) for each in edition.pages if paper in each.papers), {})


def _how(old: str | None, new: str | None) -> str:
    if old == new:
        return ""
    return "exact" if old and new and old.partition(".")[2] == new.partition(".")[2] else "letters"


def _followed(old: Mapping[str, TracedTerm], new: Mapping[str, TracedTerm]) -> Iterator[tuple[str, str]]:
    """Yield each term that is still there, with its id now: one whose id is gone goes on in a new one that means, or says, the same."""
    fresh = {name: term for name, term in new.items() if name not in old}
    means = {term.definition.partition(".")[2]: name for name, term in fresh.items()}
    says = {markup.letters(term.term): name for name, term in fresh.items()}
    for name, term in old.items():
        if name in new:
            yield name, name
        elif after := means.get(term.definition.partition(".")[2]) or says.get(markup.letters(term.term)):
            yield name, after


def _moved(old: Sequence[TracedQuestion], new: Sequence[TracedQuestion]) -> frozenset[str]:
    """Return the questions that have left their place among those in both: their section, or the longest run that has kept its order.

    A section that merely has another id is the same section.
    """
    home, divisions = {q.id: q.section for q in old}, ({q.section for q in old}, {q.section for q in new})
    both = [q for q in new if q.id in home]
    left = {q.id for q in both if q.section != home[q.id] and (q.section in divisions[0] or home[q.id] in divisions[1])}
    places = {q.id: n for n, q in enumerate(old)}
    staying = [q.id for q in both if q.id not in left]
    kept = _longest_rising([places[name] for name in staying])
    return frozenset(left | {name for name in staying if places[name] not in kept})


def _longest_rising(numbers: Sequence[int]) -> frozenset[int]:
    """Return a longest rising subsequence of different numbers (Fredman 1975: patience, n log n)."""
    tops, before, last = list[int](), dict[int, int | None](), list[int]()
    for number in numbers:
        at = bisect_left(tops, number)
        tops[at : at + 1] = [number]
        last[at : at + 1] = [number]
        before[number] = last[at - 1] if at else None
    found, number_now = set[int](), tops[-1] if tops else None
    while number_now is not None:
        found.add(number_now)
        number_now = before[number_now]
    return frozenset(found)
