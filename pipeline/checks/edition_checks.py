"""Check editions and teams: what they take exists, answers have a place, and an accent can be read."""

from __future__ import annotations

from pipeline import brand, theme
from pipeline.checks.places import Found, complete, fault, key_spot, register, spot
from pipeline.diagnostics import nearest
from pipeline.model import INTERVIEWER_PARTS, Book, Edition
from pipeline.section_kinds import ANSWERS, BY_NAME, CHEAT_SHEET, KINDS, MAP, QUESTION

MOST = 60
"""Questions that a page has room for."""


@register("C601", "edition takes an unknown section or topic")
def unknown_selection(book: Book) -> Found:
    """An edition selects by a section or a topic that the book does not have."""
    for edition in book.editions.values():
        yield from _unknown(book, edition)


def _unknown(book: Book, edition: Edition) -> Found:
    known = {"sections": {d.id for d in book.outline.sections}, "topics": {t.id for t in book.outline.topics}}
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


@register("C602", "edition without questions")
def edition_without_questions(book: Book) -> Found:
    """An edition's list of sections leaves out the questions, and has no section that stands alone: a cheat sheet, a tracker, a map."""
    for edition in book.editions.values():
        if not edition.lists(QUESTION) and not any(edition.lists(kind) for kind in KINDS if kind.stands_alone):
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
    """An edition has a cheat sheet or a map, and more than 60 questions: on a page no one could read that."""
    listed = [(d.id, book.questions[name]) for d in book.outline.sections for name in d.questions if name in book.questions]
    for edition in book.editions.values():
        taken = sum(edition.takes(section, question) for section, question in listed)
        for n, place in enumerate(edition.sections):
            if taken > MOST and BY_NAME.get(place) in (CHEAT_SHEET, MAP):
                message = f"edition '{edition.id}' has {taken} questions, and its {place} room for {MOST}"
                yield fault("C609", message, spot(book, edition, "sections", n), "take fewer questions, or leave it out")


@register("C801", "accent too pale")
def pale_accent(book: Book) -> Found:
    """A team's accent sets headings and links on white: its contrast must be 4.5 at least (WCAG 2.2, level AA)."""
    for team in book.teams.values():
        if team.accent is not None and (found := brand.contrast(team.accent, "#ffffff")) < brand.LEAST_CONTRAST:
            message = f"accent {team.accent} has a contrast of {found:.2f} on white: text needs {brand.LEAST_CONTRAST}"
            yield fault("C801", message, spot(book, team, "accent"), f"use {brand.passing(team.accent)}, the nearest shade that has it")
