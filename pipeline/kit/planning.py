"""Plans of interviews: the questions one may draw, the file that it is written to, and what its pages print of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipeline import source
from pipeline.model import (
    LEVELS,
    MINUTES_APART,
    Agenda,
    Asked,
    Book,
    CalibrationPack,
    Draw,
    Form,
    Handout,
    Heard,
    Kit,
    KitCompetency,
    KitQuestion,
    KitTopic,
    Plan,
    Question,
    Rated,
    Role,
)  # fmt: skip

HEAD = "# Drawn by guidepress plan. Edit it by hand if you must: checks hold it to the same bounds.\n"


class Item(NamedTuple):
    """What the program sees of a question: what it rates, how hard and long it is, how often it was asked."""

    id: str
    competency: str
    level: str
    minutes: int
    asked: int = 0
    enemies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Bounds:
    """What every form keeps to, and how far apart forms may be."""

    competencies: tuple[str, ...]
    """Each form asks of each of these at least once, every form as often as the others."""
    levels: tuple[str, ...] = LEVELS
    """Those that questions still to be written may have."""
    forms: int = 3
    questions: int = 5
    minutes: int = 45
    """Most that the questions of a form may take together."""
    minutes_apart: int = MINUTES_APART
    levels_apart: int = 0
    """By how many questions of one level two forms may differ."""
    asked: int | None = None
    """How often a question may have been asked before, as often as you like when left out."""


@dataclass(frozen=True)
class Remedy:
    """What would help where no forms can be drawn: a bound to set to a value, or questions to write."""

    bound: str
    value: int
    competency: str = ""
    level: str = ""
    minutes: int = 0


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
            levels=self.levels or self.role.levels,
            forms=self.forms,
            questions=self.questions,
            minutes=self.minutes - self.agenda.minutes,
            asked=self.role.asked,
        )


def pool(book: Book, wanted: Wanted, today: dt.date) -> Iterator[Item]:
    """Yield the questions that may be asked: of the role's levels and competencies, not retired, not asked too lately."""
    asked = book.exposure.times
    lately = {each.question for each in book.exposure.asked if wanted.avoid_since and each.on >= wanted.avoid_since}
    enemies = _enemies(book)
    for question in book.questions.values():
        if question.id not in lately and _fits(question, wanted, today):
            yield Item(
                question.id, str(question.competency), str(question.level), question.minutes, asked[question.id], enemies[question.id]
            )


def _fits(question: Question, wanted: Wanted, today: dt.date) -> bool:
    return (
        question.status != "draft"
        and (question.audience == "kit" or wanted.public)
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


def plan(name: str, wanted: Wanted, drawn: Sequence[Sequence[Item]]) -> Plan:
    """Return the plan of forms that were drawn."""
    bounds = wanted.bounds
    return Plan(
        id=name,
        role=wanted.role.id,
        minutes=wanted.minutes,
        agenda=wanted.agenda,
        public="allowed" if wanted.public else "refused",
        forms=tuple(_form(string.ascii_uppercase[n], items, wanted.role.interviewers) for n, items in enumerate(drawn)),
        drawn=Draw(seed=wanted.seed, minutes_apart=bounds.minutes_apart, levels_apart=bounds.levels_apart, asked=bounds.asked,
                   topics=wanted.topics, avoid_since=wanted.avoid_since),
    )  # fmt: skip


def _form(letter: str, items: Sequence[Item], interviewers: int) -> Form:
    """Share the questions among interviewers in turn, so that each knows early when to speak."""
    share = -(-len(items) // interviewers)
    return Form(id=letter, questions=tuple(Asked(id=i.id, minutes=i.minutes, interviewer=n // share + 1) for n, i in enumerate(items)))


def write_plan(folder: Path, plan: Plan) -> Path:
    """Write a plan into the book, over one of the same name; return its file."""
    path = folder / "plans" / f"{plan.id}.yaml"
    path.parent.mkdir(exist_ok=True)
    source.write(path, HEAD + "\n".join(_lines(plan)) + "\n")
    return path


def _lines(plan: Plan) -> Iterator[str]:
    agenda = plan.agenda
    yield f"id: {plan.id}"
    yield f"role: {plan.role}"
    yield f"minutes: {plan.minutes}"
    yield f"agenda: {{opening: {agenda.opening}, candidate: {agenda.candidate}, closing: {agenda.closing}}}"
    yield f"public: {plan.public}"
    yield "forms:"
    for form in plan.forms:
        yield f"  - id: {form.id}"
        yield "    questions:"
        for asked in form.questions:
            yield f"      - {{id: {asked.id}, minutes: {asked.minutes}, interviewer: {asked.interviewer}}}"
    if drawn := plan.drawn:
        yield "drawn:"
        for name, value in drawn.model_dump(mode="json", exclude_none=True, exclude_defaults=True).items():
            yield f"  {name}: {'[' + ', '.join(value) + ']' if isinstance(value, list) else value}"


def record(folder: Path, plan: Plan, form: Form, on: dt.date, times: int) -> Path:
    """Append to the exposure log that a form was used on a day, with so many candidates; return the file."""
    path = folder / "exposure.yaml"
    before = path.read_text(encoding="utf-8") if path.is_file() else "asked:\n"
    if not before.endswith("\n"):
        before += "\n"
    rows = [
        f"  - {{question: {asked.id}, plan: {plan.id}, form: {form.id}, on: {on.isoformat()}, times: {times}}}\n"
        for asked in form.questions
    ]
    source.write(path, before + "".join(rows))
    return path


def kit(book: Book, plan: Plan, form: Form, numbers: Mapping[str, str]) -> Kit:
    """Return one form of a plan, ready to print."""
    role = book.roles[plan.role]
    questions = tuple(_questions(book, plan, form, numbers))
    inside = {question.id for question in questions}
    return Kit(
        role=role,
        plan=plan,
        form=form,
        questions=questions,
        competencies=tuple(_competencies(book, role, form)),
        digest=digest(book, form, numbers),
        asked=tuple(sorted((each for each in book.exposure.asked if each.question in inside), key=lambda each: (each.on, each.form))),
    )


def digest(book: Book, form: Form, numbers: Mapping[str, str]) -> str:
    """Digest all that is asked in a form, under which numbers, and what it is rated by: a sheet for other words is another sheet."""
    asked = [f"{numbers[each.id]} {book.questions[each.id].model_dump_json(by_alias=True)}" for each in form.questions]
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]


def _questions(book: Book, plan: Plan, form: Form, numbers: Mapping[str, str]) -> Iterator[KitQuestion]:
    starts = plan.agenda.opening
    titles = {each.id: each.title for each in book.outline.competencies}
    for place, asked in enumerate(form.questions, start=1):
        question = book.questions[asked.id]
        yield KitQuestion(
            id=question.id, place=place, number=numbers[question.id], name=question.called, competency=titles[str(question.competency)],
            minutes=asked.minutes, interviewer=asked.interviewer, starts=starts, retire=question.retire,
        )  # fmt: skip
        starts += asked.minutes


def _competencies(book: Book, role: Role, form: Form) -> Iterator[KitCompetency]:
    named = {each.id: each for each in book.outline.competencies}
    for sought in role.competencies:
        rated = (n for n, asked in enumerate(form.questions, start=1) if book.questions[asked.id].competency == sought.id)
        known = named[sought.id]
        yield KitCompetency(id=sought.id, title=known.title, definition=known.definition, why=sought.why, weight=sought.weight,
                            must_pass=sought.must_pass, places=tuple(rated))  # fmt: skip


def handout(book: Book, plan: Plan) -> Handout:
    """Return what a candidate is told: how the time is spent and what is rated, and nothing of the questions."""
    role, named = book.roles[plan.role], {each.id: each for each in book.outline.competencies}
    topics = (named[each.id] for each in role.competencies)
    return Handout(
        role=role.title, minutes=plan.minutes, opening=plan.agenda.opening, questions=plan.question_minutes,
        candidate=plan.agenda.candidate, closing=plan.agenda.closing, count=max(len(form.questions) for form in plan.forms),
        competencies=tuple(KitTopic(title=each.title, definition=each.definition) for each in topics), contact=role.contact,
    )  # fmt: skip


def pack(book: Book, form: Form) -> CalibrationPack:
    """Return answers to the questions of a form to train on, those to each in an order that tells nothing of their ratings."""
    questions = ((place, book.questions[asked.id]) for place, asked in enumerate(form.questions, start=1))
    return CalibrationPack(questions=tuple(
        Rated(place=place, name=question.called, answers=tuple(
            Heard(letter=letter, rating=rating, said=said)
            for letter, (rating, said) in zip(string.ascii_uppercase, _shuffled(question.id, question.calibration.said), strict=False)
        ))
        for place, question in questions if question.calibration is not None
    ))  # fmt: skip


def _shuffled(name: str, said: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return ratings and answers in an order that is the same for a question each time."""
    rated = list(enumerate(said, start=1))
    return sorted(rated, key=lambda each: hashlib.sha256(f"{name} {each[0]}".encode()).digest())
