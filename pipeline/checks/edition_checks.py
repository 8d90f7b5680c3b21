"""Check what is made of questions, for whom: editions, and plans of interviews for roles.

What they name exists, answers have a place; forms of a plan are alike and fit their time; and nothing
meets somebody who may not see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from pipeline import theme
from pipeline.checks.places import PACKAGED, Found, complete, fault, key_spot, passages, register, spot, written
from pipeline.diagnostics import nearest
from pipeline.model import INTERVIEWER_PARTS, MINUTES_APART, Book, Edition, Form, Plan, Question, Role, has_any, identity
from pipeline.section_kinds import (
    ANSWERS,
    BY_NAME,
    CHAPTER,
    CHEAT_SHEET,
    EXHIBIT,
    FORMULAS,
    GLOSSARY,
    HANDOUT,
    INDEX,
    KINDS,
    KIT_PLACES,
    QUESTION,
    SOURCES,
    SPREAD,
)  # fmt: skip

IN_A_BANK = "write it to plans/; or give a team its private bank with it: 'with' and 'plan' in teams/<id>.yaml"
MOST = 60
"""Questions that a page has room for."""
PLANNED = {place for kind in KINDS if kind.is_planned for place in kind.places}


@register("C601", "edition takes an unknown section, topic, or question")
def unknown_selection(book: Book) -> Found:
    """An edition selects by a section or a topic, or a question, that the book does not have."""
    for edition in book.editions.values():
        yield from _unknown(book, edition)


def _unknown(book: Book, edition: Edition) -> Found:
    known = {"sections": {d.id for d in book.outline.sections}, "topics": {t.id for t in book.outline.topics},
             "questions": {*book.questions, *(name for kind, name in book.refused if kind == "question")}}  # fmt: skip
    for key, names in known.items():
        for n, name in enumerate(getattr(edition.select, key)):
            if name not in names:
                yield fault("C601", f"no {key[:-1]} '{name}'", spot(book, edition, "select", key, n), nearest(name, names))


@register("C608", "edition on an unknown paper")
def unknown_paper(book: Book) -> Found:
    """An edition is printed on a paper that the theme does not have; theme.yaml may add any, with its size and margins."""
    if any(kind == "theme" for kind, _ in book.refused):
        return
    for edition in book.editions.values():
        known = theme.of_edition(book.layers, edition).tokens.papers
        for n, name in enumerate(edition.papers):
            if name not in known:
                yield fault("C608", f"no paper '{name}'", spot(book, edition, "papers", n), nearest(name, known))


@register("C612", "edition that looks like none")
def unknown_look(book: Book) -> Found:
    """An edition has the look of one that the book does not have, and that no theme says anything of."""
    known = {*book.editions, *(name for layer in (theme.package(), *book.layers) for name in layer.editions)}
    for edition in book.editions.values():
        if edition.look and edition.look not in known:
            yield fault("C612", f"no edition looks like '{edition.look}'", spot(book, edition, "look"), nearest(edition.look, known))


@register("C602", "edition without questions")
def edition_without_questions(book: Book) -> Found:
    """An edition's list of sections leaves out the questions, and has no section that stands alone: a cheat sheet, a tracker, a map."""
    for edition in book.editions.values():
        if (
            not edition.lists(QUESTION)
            and not edition.lists(SPREAD)
            and not any(edition.lists(kind) for kind in KINDS if kind.stands_alone)
        ):
            yield fault(
                "C602", f"edition '{edition.id}' prints no question", spot(book, edition, "sections"), "add 'questions' to the list"
            )


@register("C603", "answers have no place")
def answers_without_place(book: Book) -> Found:
    """An edition puts answers at the end of the book, but its sections have no 'answers', or the reverse."""
    for edition in book.editions.values():
        if (edition.answers == "end-of-book") != edition.lists(ANSWERS):
            listed = "have" if edition.lists(ANSWERS) else "lack"
            message = f"edition '{edition.id}' has answers '{edition.answers}', and its sections {listed} 'answers'"
            yield fault("C603", message, spot(book, edition, "answers"), "make the two agree")


@register("C604", "answers with nothing in them")
def answers_empty(book: Book) -> Found:
    """An edition puts answers apart, but names no part to print there."""
    for edition in book.editions.values():
        apart = edition.answers in ("end-of-book", "end-of-section")
        if apart and not edition.answer_parts:
            message = (
                f"edition '{edition.id}' puts answers at the {edition.answers.removeprefix('end-of-')}'s end, and names no part of them"
            )
            yield fault("C604", message, spot(book, edition, "answers"), "list them in 'answer_parts'")
        if edition.answer_parts and not apart:
            message = f"edition '{edition.id}' has 'answer_parts', and does not put answers apart"
            yield fault("C604", message, key_spot(book, edition, "answer_parts"), "delete them, or mend 'answers'")


@register("C605", "candidates would see the interviewer's parts")
def interviewer_parts(book: Book) -> Found:
    """An edition for candidates prints probes, hints, or answers to rate, which only interviewers may see."""
    for edition in book.editions.values():
        for key in ("parts", "answer_parts"):
            for n, part in enumerate(getattr(edition, key)):
                if edition.audience == "candidate" and part in INTERVIEWER_PARTS:
                    yield fault(
                        "C605", f"'{part}' is for interviewers", spot(book, edition, key, n), "delete it, or make the audience 'kit'"
                    )


@register("C606", "listed twice in an edition")
def repeated(book: Book) -> Found:
    """An edition lists a section, a part, a format, or a paper twice."""
    for edition in book.editions.values():
        for key in ("sections", "parts", "answer_parts", "formats", "papers"):
            names = getattr(edition, key)
            for n, name in enumerate(names):
                if name in names[:n]:
                    yield fault("C606", f"'{name}' is listed twice", spot(book, edition, key, n), "delete one of the two")


@register("C607", "edition without questions to print")
def nothing_selected(book: Book) -> Found:
    """An edition's selection leaves no question."""
    listed = [(d.id, book.questions[name]) for d in book.outline.sections for name in d.questions if name in book.questions]
    for edition in book.editions.values():
        if (
            listed
            and complete(book)
            and not any(edition.takes(section, question) for section, question in listed)
            and not any(_unknown(book, edition))
        ):
            yield fault("C607", f"edition '{edition.id}' selects no question", spot(book, edition, "id"), "widen 'select'")


@register("C609", "too many questions for a page", "warning")
def too_many_for_a_page(book: Book) -> Found:
    """An edition has a cheat sheet, and more than 60 questions: on a page no one could read that."""
    listed = [(d.id, book.questions[name]) for d in book.outline.sections for name in d.questions if name in book.questions]
    for edition in book.editions.values():
        taken = sum(edition.takes(section, question) for section, question in listed)
        for n, place in enumerate(edition.sections):
            if taken > MOST and BY_NAME.get(place) == CHEAT_SHEET:
                message = f"edition '{edition.id}' has {taken} questions, and its {place} room for {MOST}"
                yield fault("C609", message, spot(book, edition, "sections", n), "take fewer questions, or leave it out")


@register("C610", "section with nothing in it", "note")
def nothing_in_section(book: Book) -> Found:
    """An edition lists a section for which the book has nothing, such as an index without entries. It is left out, with its links.

    The package's own editions, which a book without any has, list whatever a book may have.
    """
    own = (edition for edition in book.editions.values() if not book.origin(edition).source.path.startswith(PACKAGED))
    for edition in own if complete(book) else ():
        filled = dict(_filled(book, edition))
        for n, place in enumerate(edition.sections):
            if not filled.get(place, True):
                where = spot(book, edition, "sections", n)
                yield fault(
                    "C610", f"edition '{edition.id}' has nothing for its {place}, and leaves it out", where, "delete it here, or fill it"
                )


def _filled(book: Book, edition: Edition) -> Iterator[tuple[str, bool]]:
    """Yield places of sections that are made of lists, each with whether there is anything to put there."""
    listed = ((d.id, book.questions[name]) for d in book.outline.sections for name in d.questions if name in book.questions)
    taken = [question for section, question in listed if edition.takes(section, question)]
    others = {name for name in book.questions if name not in {question.id for question in taken}}
    marked = any(record.index for record in written(book) if record.id not in others)
    yield INDEX.name, marked or any(p.text.marks for p in passages(book) if identity(p.record) not in others)
    yield from ((kind.name, bool(found)) for kind, found in ((FORMULAS, book.formulas), (GLOSSARY, book.terms), (SOURCES, book.works)))
    yield from ((kind.name, bool(taken or (kind == CHEAT_SHEET and book.formulas))) for kind in KINDS if kind.is_overview)
    yield ANSWERS.name, any(has_any(question, edition.answer_parts) for question in taken)


@register("C911", "plan names what is not there")
def unknown_in_plan(book: Book) -> Found:
    """A plan names a role or a question, an edition a plan, or the exposure log a question, that the book does not have."""
    for plan in book.plans.values():
        if plan.role not in book.roles and ("role", plan.role) not in book.refused:
            yield fault("C911", f"no role '{plan.role}'", spot(book, plan, "role"), nearest(plan.role, book.roles))
        for f, form in enumerate(plan.forms):
            for n, asked in enumerate(form.questions):
                if asked.id not in book.questions and ("question", asked.id) not in book.refused:
                    where = spot(book, plan, "forms", f, "questions", n, "id")
                    yield fault("C911", f"no question '{asked.id}'", where, nearest(asked.id, book.questions))
    for n, exposed in enumerate(book.exposure.asked):
        if exposed.question not in book.questions and ("question", exposed.question) not in book.refused:
            where = spot(book, book.exposure, "asked", n, "question")
            yield fault("C911", f"no question '{exposed.question}'", where, nearest(exposed.question, book.questions))
    for edition in book.editions.values():
        if edition.plan and edition.plan not in book.plans and ("plan", edition.plan) not in book.refused:
            hint = nearest(edition.plan, book.plans) if book.plans else IN_A_BANK
            yield fault("C911", f"no plan '{edition.plan}'", spot(book, edition, "plan"), hint)


@register("C912", "question names what is not there")
def unknown_in_question(book: Book) -> Found:
    """A question is a variant of something, or the enemy of a question, that the book does not have."""
    known = {*book.questions, *(each.id for each in book.outline.competencies)}
    for question in book.questions.values():
        if question.variant_of and question.variant_of not in known and ("question", question.variant_of) not in book.refused:
            hint = nearest(question.variant_of, known)
            yield fault("C912", f"no question or competency '{question.variant_of}'", spot(book, question, "variant_of"), hint)
        for n, name in enumerate(question.enemies):
            if name not in book.questions and ("question", name) not in book.refused:
                yield fault("C912", f"no question '{name}'", spot(book, question, "enemies", n), nearest(name, book.questions))


@register("C913", "competencies of a role")
def competencies_of_role(book: Book) -> Found:
    """A role asks for a competency that the book does not declare, for one twice, or weighs them differently and does not say why."""
    known = {each.id for each in book.outline.competencies}
    for role in book.roles.values():
        names = [each.id for each in role.competencies]
        for n, name in enumerate(names):
            if name not in known:
                yield fault("C913", f"no competency '{name}'", spot(book, role, "competencies", n, "id"), nearest(name, known))
            elif name in names[:n]:
                yield fault("C913", f"'{name}' is listed twice", spot(book, role, "competencies", n, "id"), "delete one of the two")
        if len({each.weight for each in role.competencies}) > 1 and role.weights is None:
            message = f"competencies of '{role.id}' weigh differently, and nobody says why"
            yield fault("C913", message, spot(book, role, "id"), "give the reason in 'weights', or let all weigh the same")


def _plans(book: Book) -> Iterator[tuple[Plan, Role]]:
    """Yield the plans of which role and questions are there."""
    for plan in book.plans.values():
        if plan.role in book.roles and all(asked.id in book.questions for form in plan.forms for asked in form.questions):
            yield plan, book.roles[plan.role]


def _asked(book: Book, form: Form) -> list[Question]:
    return [book.questions[asked.id] for asked in form.questions]


@register("C914", "forms that are not alike")
def forms_apart(book: Book) -> Found:
    """Forms of a plan lie further apart in minutes or in levels than the plan allows, or do not ask of the same competencies."""
    for plan, role in _plans(book):
        first = plan.forms[0]
        minutes, levels = (plan.drawn.minutes_apart, plan.drawn.levels_apart) if plan.drawn else (MINUTES_APART, 0)
        for n, form in enumerate(plan.forms):
            where = spot(book, plan, "forms", n, "id")
            rated = Counter(question.competency for question in _asked(book, form))
            if missing := [each.id for each in role.competencies if not rated[each.id]]:
                yield fault("C914", f"form {form.id} rates no {', '.join(missing)}", where, "add a question on each competency of the role")
            if n and rated != Counter(question.competency for question in _asked(book, first)):
                message = f"forms {first.id} and {form.id} do not rate the same competencies equally often"
                yield fault("C914", message, where, "draw the plan again")
        for one, other in combinations(plan.forms, 2):
            where = spot(book, plan, "forms", plan.forms.index(other), "id")
            if abs(one.minutes - other.minutes) > minutes:
                message = f"forms {one.id} and {other.id} lie {abs(one.minutes - other.minutes)} minutes apart, and {minutes} are allowed"
                yield fault("C914", message, where, "give them the same time, or draw the plan again")
            counts = [Counter(question.level for question in _asked(book, form)) for form in (one, other)]
            if any(abs(counts[0][level] - counts[1][level]) > levels for level in {*counts[0], *counts[1]}):
                yield fault("C914", f"forms {one.id} and {other.id} ask at different levels", where, "draw the plan again")


@register("C915", "form does not fit its time")
def form_too_long(book: Book) -> Found:
    """The questions of a form, with opening, closing, and the candidate's own questions, take longer than the interview."""
    for plan in book.plans.values():
        for n, form in enumerate(plan.forms):
            if form.minutes > plan.question_minutes:
                message = f"form {form.id} takes {form.minutes} minutes, and {plan.question_minutes} are left for questions"
                yield fault("C915", message, spot(book, plan, "forms", n, "id"), "delete a question, or plan a longer interview")


@register("C916", "questions that may not meet")
def meeting(book: Book) -> Found:
    """A plan asks a question twice, or two questions in one form that are enemies: one gives the other away."""
    for plan, _ in _plans(book):
        seen: dict[str, str] = {}
        for f, form in enumerate(plan.forms):
            for n, question in enumerate(_asked(book, form)):
                where = spot(book, plan, "forms", f, "questions", n, "id")
                if question.id in seen:
                    yield fault("C916", f"'{question.id}' stands in form {seen[question.id]} already", where, "name another")
                seen.setdefault(question.id, form.id)
                for other in _asked(book, form)[:n]:
                    if question.id in other.enemies or other.id in question.enemies:
                        yield fault("C916", f"'{question.id}' and '{other.id}' are enemies", where, "name another")


@register("C917", "question not fit for a plan")
def unfit(book: Book) -> Found:
    """A plan asks a question that is public and may not be, that was to retire before the book's date, or that nobody could score."""
    for plan, _ in _plans(book):
        for f, form in enumerate(plan.forms):
            for n, question in enumerate(_asked(book, form)):
                where = spot(book, plan, "forms", f, "questions", n, "id")
                if question.audience == "public" and plan.public == "refused":
                    yield fault("C917", f"candidates may have read '{question.id}'", where, "name another, or say 'public: allowed'")
                if question.status == "draft":
                    yield fault("C917", f"'{question.id}' is a draft", where, "name another, or delete 'status: draft'")
                if question.retire is not None and question.retire <= book.outline.date:
                    yield fault("C917", f"'{question.id}' was to retire on {question.retire}", where, "name another")
                if lacking := [key for key in ("rubric", "competency", "level") if getattr(question, key) is None]:
                    yield fault("C917", f"'{question.id}' has no {', '.join(lacking)}", where, "add them, or name another")


@register("C918", "kit and candidates")
def audiences(book: Book) -> Found:
    """An edition lists what its audience may not see, or pages of a plan that it does not name; a chapter stands among those of another."""
    for edition in book.editions.values():
        for n, place in enumerate(edition.sections):
            where = spot(book, edition, "sections", n)
            is_own = place in KIT_PLACES or (place in PLANNED and place not in HANDOUT.places)
            if is_own and edition.audience == "candidate":
                yield fault("C918", f"'{place}' is for interviewers", where, "delete it, or make the audience 'kit'")
            elif place in PLANNED and edition.plan is None and place not in (*SPREAD.places, *EXHIBIT.places):
                yield fault("C918", f"'{place}' is made of a plan, and the edition names none", where, "name one with 'plan:'")
    for place in CHAPTER.places:
        audience = "kit" if place in KIT_PLACES else "public"
        for n, name in enumerate(getattr(book.outline, place)):
            if name in book.chapters and book.chapters[name].audience != audience:
                message = f"chapter '{name}' is {'for interviewers' if audience == 'public' else 'public'}"
                yield fault("C918", message, spot(book, book.outline, place, n), "list it elsewhere, or mend its 'audience'")
