"""Make what the pages of an interviewer kit print out of a plan and the book, and what a candidate is told of it."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Mapping

from pipeline.model import Book, CalibrationPack, Form, Handout, Heard, Kit, KitCompetency, KitQuestion, KitTopic, Plan, Rated, Role


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
        digest=digest(book, form),
        asked=tuple(sorted((each for each in book.exposure.asked if each.question in inside), key=lambda each: (each.on, each.form))),
    )


def digest(book: Book, form: Form) -> str:
    """Digest all that is asked in a form, and what it is rated by: a sheet for other words is another sheet."""
    asked = [book.questions[each.id].model_dump_json(by_alias=True) for each in form.questions]
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]


def _questions(book: Book, plan: Plan, form: Form, numbers: Mapping[str, str]) -> Iterator[KitQuestion]:
    starts = plan.agenda.opening
    titles = {each.id: each.title for each in book.outline.competencies}
    for place, asked in enumerate(form.questions, start=1):
        question = book.questions[asked.id]
        yield KitQuestion(
            id=question.id, place=place, number=numbers[question.id], name=question.called, ask=question.ask,
            competency=titles[str(question.competency)], level=question.level, minutes=asked.minutes, interviewer=asked.interviewer,
            starts=starts, exhibit=question.exhibit, retire=question.retire,
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
        candidate=plan.agenda.candidate,
        closing=plan.agenda.closing, count=max(len(form.questions) for form in plan.forms), interviewers=role.interviewers,
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
