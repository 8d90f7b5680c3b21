"""Draw up a plan: choose the pool out of a book, have forms assembled, and tell why they are alike or why there are none."""

from __future__ import annotations

import datetime as dt
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.kit.assembly import Bounds, Item, Remedy, assemble
from pipeline.model import Agenda, Asked, Book, Draw, Form, Plan, Question, Role


@dataclass(frozen=True)
class Wanted:
    """What is asked of a plan: for which role, how long, how many forms, and out of which questions."""

    role: Role
    minutes: int = 60
    forms: int = 3
    questions: int = 5
    seed: int = 1
    levels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    avoid_since: dt.date | None = None
    public: bool = False
    agenda: Agenda = field(default_factory=Agenda)

    @property
    def bounds(self) -> Bounds:
        """The bounds of the forms."""
        return Bounds(
            competencies=tuple(each.id for each in self.role.competencies),
            forms=self.forms,
            questions=self.questions,
            minutes=self.minutes - self.agenda.opening - self.agenda.candidate - self.agenda.closing,
            asked=self.role.asked,
        )


def pool(book: Book, wanted: Wanted, today: dt.date) -> Iterator[Item]:
    """Yield the questions that may be asked: of the role's levels and competencies, not retired, not asked too lately."""
    asked = Counter({name: 0 for name in book.questions})
    for each in book.exposure.asked:
        asked[each.question] += each.times
    lately = {each.question for each in book.exposure.asked if wanted.avoid_since and each.on >= wanted.avoid_since}
    enemies = _enemies(book)
    for question in book.questions.values():
        if question.id not in lately and _fits(question, wanted, today):
            yield Item(
                question.id, str(question.competency), str(question.level), question.minutes, asked[question.id], enemies[question.id]
            )


def _fits(question: Question, wanted: Wanted, today: dt.date) -> bool:
    return (
        (question.audience == "kit" or wanted.public)
        and question.level in (wanted.levels or wanted.role.levels)
        and (not wanted.topics or bool(set(question.topics) & set(wanted.topics)))
        and (question.retire is None or question.retire > today)
        and question.minutes > 0
        and question.competency is not None
        and question.rubric is not None
    )


def _enemies(book: Book) -> dict[str, frozenset[str]]:
    """Say for each question which others it may not stand with: its enemies, those it is named by, and other forms of the same question."""
    found: dict[str, set[str]] = {name: set(question.enemies) for name, question in book.questions.items()}
    forms: dict[str, set[str]] = {}
    for name, question in book.questions.items():
        for enemy in question.enemies:
            found.setdefault(enemy, set()).add(name)
        if question.variant_of and question.variant_of in book.questions:
            forms.setdefault(question.variant_of, {question.variant_of}).add(name)
    for alike in forms.values():
        for name in alike:
            found[name] |= alike - {name}
    return {name: frozenset(enemies) for name, enemies in found.items()}


def plan(book: Book, name: str, wanted: Wanted, today: dt.date) -> Plan | tuple[Remedy, ...]:
    """Draw the forms of a plan, or return what would make it possible."""
    made = assemble(pool(book, wanted, today), wanted.bounds, wanted.seed)
    if not made.forms:
        return made.remedies
    bounds = wanted.bounds
    return Plan(
        id=name,
        role=wanted.role.id,
        minutes=wanted.minutes,
        agenda=wanted.agenda,
        public="allowed" if wanted.public else "refused",
        forms=tuple(_form(string.ascii_uppercase[n], items, wanted.role.interviewers) for n, items in enumerate(made.forms)),
        drawn=Draw(seed=wanted.seed, minutes_apart=bounds.minutes_apart, levels_apart=bounds.levels_apart, asked=bounds.asked,
                   topics=wanted.topics, avoid_since=wanted.avoid_since),
    )  # fmt: skip


def _form(letter: str, items: tuple[Item, ...], interviewers: int) -> Form:
    """Share the questions among interviewers in turn, so that each knows early when to speak."""
    share = -(-len(items) // interviewers)
    return Form(id=letter, questions=tuple(Asked(id=i.id, minutes=i.minutes, interviewer=n // share + 1) for n, i in enumerate(items)))
