"""Tell why the forms of a plan are alike, or what would make them possible: lines to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.kit.assembly import LEVELS, Remedy
from pipeline.model import Book, Form, Plan


def balance(book: Book, plan: Plan) -> Iterator[str]:
    """Yield the table that proves the balance: each form's questions, then its sums, then how far forms lie apart."""
    times = Counter[str]()
    for each in book.exposure.asked:
        times[each.question] += each.times
    for form in plan.forms:
        yield f"Form {form.id}: {form.minutes} of {plan.question_minutes} minutes"
        for n, asked in enumerate(form.questions, start=1):
            question = book.questions[asked.id]
            yield (
                f"  {n}  {asked.id:<34} {question.competency!s:<24} {question.level!s:<13} {asked.minutes:>2} min"
                f"  asked {times[asked.id]}x  interviewer {asked.interviewer}"
            )
    yield ""
    yield f"{'':<24} " + " ".join(f"{form.id:>4}" for form in plan.forms) + "  apart"
    for name, counts in sums(book, plan, times).items():
        yield f"{name:<24} " + " ".join(f"{count:>4}" for count in counts) + f"  {max(counts) - min(counts):>5}"


def sums(book: Book, plan: Plan, times: Counter[str]) -> dict[str, list[int]]:
    """Return for each form its minutes, its questions of each level and competency, and how often they were asked."""
    questions = {form.id: [book.questions[asked.id] for asked in form.questions] for form in plan.forms}
    found = {"minutes": [form.minutes for form in plan.forms]}
    for level in LEVELS:
        found[level] = [sum(q.level == level for q in questions[form.id]) for form in plan.forms]
    for competency in dict.fromkeys(q.competency for each in questions.values() for q in each):
        found[str(competency)] = [sum(q.competency == competency for q in questions[form.id]) for form in plan.forms]
    found["asked before"] = [sum(times[q.id] for q in questions[form.id]) for form in plan.forms]
    return found


def advice(remedies: Iterable[Remedy]) -> Iterator[str]:
    """Yield what would make forms possible, a line for each remedy."""
    loosen = {
        "questions": "ask {value} questions: the role has as many competencies (--questions {value})",
        "minutes": "give the questions {value} minutes together",
        "minutes_apart": "let forms lie {value} minutes apart",
        "levels_apart": "let forms differ by {value} questions of a level",
        "asked": "take questions that were asked {value} times before ('asked: {value}' in the role)",
    }
    for remedy in remedies:
        if remedy.bound == "pool":
            what = "one more question" if remedy.value == 1 else f"{remedy.value} more questions"
            yield f"write {what} on {remedy.competency} at {remedy.level} level, of {remedy.minutes} minutes"
        else:
            yield loosen[remedy.bound].format(value=remedy.value)


def form_of(plan: Plan, name: str) -> Form | None:
    """Return a form of a plan by its letter."""
    return next((form for form in plan.forms if form.id == name.upper()), None)
