"""Assemble an edition: select, order, number, index, and withhold.

Hidden means absent: what an edition does not print is dropped here, so that no template and no style sheet ever sees it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from pipeline import changes, index, markup, model, theme
from pipeline.kit import planning
from pipeline.model import Book, Division, Edition, Entry, Group, Overview, Question, Record
from pipeline.publication import LONGEST_RUN, Locator, Name, Publication, Section, passages
from pipeline.ruled_pages import shared
from pipeline.section_kinds import (
    ANSWER,
    ANSWERS,
    BY_NAME,
    CHAPTER,
    CHEAT_SHEET,
    COLOPHON,
    CONTENTS,
    EXHIBIT,
    FORMULAS,
    GLOSSARY,
    HANDOUT,
    HINT,
    HINTS,
    INDEX,
    KINDS,
    KIT_CALIBRATION,
    LEAF,
    MAP,
    OPENER,
    QUESTION,
    SOURCES,
    SPREAD,
    WHAT_CHANGED,
    SectionKind,
)  # fmt: skip
from pipeline.withholding import homes, secret, shown, withheld

RUN_ON = (CHAPTER, FORMULAS, GLOSSARY, SOURCES, COLOPHON)
"""Kinds of sections that share pages with one another, where questions do."""
LETTERS = 1200
"""Letters of text to a page, figures and white counted in: fewer than any book is expected to have."""
INDEX_MARK = re.compile(r"\[([^\[\]]*)\]\{\.index[^{}]*\}")


def assemble(book: Book, edition: Edition, labels: Mapping[str, str], modified: dt.datetime) -> Publication:
    """Make the publication of one edition: its sections in order, numbered, with an index of what is left.

    ``labels`` names the parts of a book in its language; ``modified`` is the time that files are stamped with.
    """
    chosen = {d.id: tuple(_select(book, edition, d)) for d in book.outline.sections}
    numbers, told = model.question_numbers(book), shown(book, edition)
    made = tuple(shared(tuple(_sections(told, edition, labels, chosen, numbers))))
    entries = index.build(_marks(made), book.outline.lang)
    empty = {kind for kind, filled in ((INDEX, entries), (CONTENTS, any(section.listed for section in made))) if not filled}
    sections = tuple(section for section in made if section.kind not in empty)
    names = dict(_names(told, sections))
    everything = dict(_all_names(book, numbers))
    publication = Publication(
        outline=book.outline,
        edition=edition,
        sections=sections,
        names=names,
        absent={target: name for target, name in everything.items() if target not in names},
        numbers=dict(_caption_numbers(sections)),
        index=entries,
        box_homes=_box_homes(sections),
        resources={"boxes": book.boxes, "figures": book.figures, "drawings": book.drawings, "pictures": book.pictures,
                   "works": told.works,
                   "topics": {t.id: t for t in book.outline.topics},
                   "competencies": {c.id: c for c in book.outline.competencies}},
        links={q.id: q.see_also for q in book.questions.values()},
        modified=modified,
        digits=_digits(sections),
        withheld=tuple(withheld(book, edition, sections)),
        secret=tuple(secret(book, edition)) if edition.audience == "candidate" else (),
        homes=homes(book),
        look=theme.of_edition(book.layers, edition, book.writing),
    )  # fmt: skip
    return publication if WHAT_CHANGED not in {section.kind for section in made} else _with_changes(publication, book, labels)


def _with_changes(publication: Publication, book: Book, labels: Mapping[str, str]) -> Publication:
    """Return a publication that says what has changed since the last version, where that has been told and something has."""
    told = changes.chapter(publication, book.previous, labels) if book.previous else None
    sections = (replace(s, record=told) if s.kind == WHAT_CHANGED else s for s in publication.sections)
    return replace(publication, sections=tuple(s for s in sections if told or s.kind != WHAT_CHANGED))


def _digits(sections: tuple[Section, ...]) -> int:
    """Estimate how many digits page numbers need, rather too many than too few: a book that outgrows them is laid out again."""
    letters = sum(len(text) for section in sections for _, _, text in passages(section))
    pages = max(letters // LETTERS, sum(section.starts_page for section in sections))
    return max(2, len(str(pages)))


def _select(book: Book, edition: Edition, division: Division) -> Iterator[Question]:
    """Yield the questions of a section that the edition takes, in the book's order."""
    questions = (book.questions[name] for name in division.questions if name in book.questions)
    return (question for question in questions if edition.takes(division.id, question))


Chosen = Mapping[str, tuple[Question, ...]]


def _sections(book: Book, edition: Edition, labels: Mapping[str, str], chosen: Chosen, numbers: Mapping[str, str]) -> Iterator[Section]:
    makers: Mapping[str, Callable[[], Iterator[Section]]] = {
        **{place: partial(_chapters, book, getattr(book.outline, place)) for place in CHAPTER.places},
        **{place: partial(_questions, book, edition, labels, chosen, numbers) for place in QUESTION.places},
        **{place: partial(_hints, book, labels, chosen, numbers) for place in HINTS.places},
        **{place: partial(_answers, book, edition, labels, chosen, numbers) for place in ANSWERS.places},
        **{kind.name: partial(_overview, book, kind, labels, chosen, numbers) for kind in KINDS if kind.is_overview},
        **{place: partial(_planned, book, edition, kind, labels, chosen) for kind in KINDS if kind.is_planned for place in kind.places},
    }
    before: Section | None = None
    for place in edition.sections:
        for section in makers[place]() if place in makers else _furniture(book, BY_NAME[place], labels):
            if section.kind.opens and before:
                yield Section(f"{LEAF}-{section.id}", LEAF, labels[LEAF.label], source=section.source)
            before = _after(before, section, edition) if before else section
            yield before


def _after(before: Section, section: Section, edition: Edition) -> Section:
    """Return a section as it stands after another: a map beside the contents is numbered as they are, and some share pages."""
    if section.kind == MAP and before.matter == "front":
        return replace(section, is_front=True)
    shares = before.kind in RUN_ON and (section.kind == COLOPHON or (edition.flow == "run-on" and section.kind in RUN_ON))
    return replace(section, starts_page=False) if shares else section


def _planned(book: Book, edition: Edition, kind: SectionKind, labels: Mapping[str, str], chosen: Chosen) -> Iterator[Section]:
    """Yield what an edition prints of its plan, or of one form of it; without a plan, of all it takes that is for hiring teams."""
    numbers, plan = model.question_numbers(book), book.plans.get(edition.plan or "")
    if edition.plan is None and kind in (SPREAD, EXHIBIT):
        names = [question.id for questions in chosen.values() for question in questions if question.audience == "kit"]
        yield from _spreads(book, edition, kind, labels, {name: numbers[name] for name in names})
    if plan is None or plan.role not in book.roles:
        return
    source = book.origin(plan).source.path
    form = next((form for form in plan.forms if form.id == edition.form), None)
    if kind == HANDOUT:
        yield Section(kind.name, kind, labels[kind.label], record=planning.handout(book, plan), source=source)
    elif form is not None and kind in (SPREAD, EXHIBIT):
        yield from _spreads(book, edition, kind, labels, {asked.id: str(n) for n, asked in enumerate(form.questions, start=1)})
    elif form is not None:
        record = planning.pack(book, form) if kind == KIT_CALIBRATION else planning.kit(book, plan, form, numbers)
        yield Section(kind.name, kind, labels[kind.label].format(form=form.id), record=record, source=source)


def _spreads(book: Book, edition: Edition, kind: SectionKind, labels: Mapping[str, str], places: Mapping[str, str]) -> Iterator[Section]:
    """Yield questions under the numbers given, as spreads, or what candidates are shown with them."""
    numbers = model.question_numbers(book)
    for name, place in places.items():
        question = book.questions[name]
        source = book.origin(question).source.path
        if kind == SPREAD:
            yield Section(question.id, SPREAD, question.called, number=place,
                          record=keep(question, edition.parts), parts=edition.parts,
                          source=source, examples=question.examples, bank_number=numbers[question.id])  # fmt: skip
        elif question.exhibit is not None:
            yield Section(f"{EXHIBIT}-{question.id}", EXHIBIT, labels["kit_exhibit"].format(number=place),
                          record=keep(question, (EXHIBIT.name,)), source=source)  # fmt: skip


def _furniture(book: Book, kind: SectionKind, labels: Mapping[str, str]) -> Iterator[Section]:
    """Yield a part of the book that is made from a list, if that holds anything, or from the book as a whole."""
    lists: Mapping[SectionKind, Record] = {
        FORMULAS: model.FormulaSheet(formulas=tuple(book.formulas.values())),
        GLOSSARY: model.Glossary(terms=tuple(sorted(book.terms.values(), key=lambda t: index.order(book.outline.lang)(t.term)))),
        SOURCES: model.Works(sources=tuple(book.works.values())),
    }
    record = lists.get(kind)
    if record is None or any(getattr(record, name) for name in type(record).model_fields):
        yield Section(kind.name, kind, labels[kind.label], record=record, source=kind.source)


def _overview(book: Book, kind: SectionKind, labels: Mapping[str, str], chosen: Chosen, numbers: Mapping[str, str]) -> Iterator[Section]:
    """Yield a section that shows all questions together, if there are any: the cheat sheet, the tracker, or the map of the book."""
    groups = tuple(
        Group(title=division.title, entries=tuple(_entry(question, numbers[question.id]) for question in chosen[division.id]))
        for division in book.outline.sections
        if chosen[division.id]
    )
    formulas = tuple(book.formulas.values()) if kind == CHEAT_SHEET else ()
    examples = tuple(example for questions in chosen.values() for question in questions for example in question.examples)
    record = Overview(groups=groups, formulas=formulas)
    if not groups and not formulas:
        return
    yield Section(kind.name, kind, labels[kind.label], record=record, source=kind.source, examples=examples)


def _entry(question: Question, number: str) -> Entry:
    # A mark would lead readers of the index to a page on which nothing is explained.
    gist = INDEX_MARK.sub(r"\1", next(iter(question.key_points), ""))
    return Entry(id=question.id, number=number, name=question.called, level=question.level, gist=gist, see_also=question.see_also)


def _chapters(book: Book, names: tuple[str, ...]) -> Iterator[Section]:
    for name in names:
        chapter = book.chapters.get(name)
        if chapter is not None and chapter.status != "draft":
            yield Section(name, CHAPTER, chapter.title, record=chapter, source=book.origin(chapter).source.path)


def _questions(book: Book, edition: Edition, labels: Mapping[str, str], chosen: Chosen, numbers: Mapping[str, str]) -> Iterator[Section]:
    for count, division in enumerate((d for d in book.outline.sections if chosen[d.id]), start=1):
        members = tuple(_question(book, edition, q, numbers[q.id]) for q in chosen[division.id])
        yield Section(division.id, OPENER, division.title, number=str(count), record=division, members=members,
                      source=OPENER.source)  # fmt: skip
        yield from members
        answered = [q for q in chosen[division.id] if model.has_any(q, edition.answer_parts)]
        if edition.answers == "end-of-section" and answered:
            yield Section(f"{ANSWERS}-{division.id}", ANSWERS, labels[ANSWERS.label], level=2, source=ANSWERS.source)
            yield from (_answer(book, edition, q, numbers[q.id], 3) for q in answered)


def _question(book: Book, edition: Edition, question: Question, number: str) -> Section:
    counterpart = f"{ANSWER}-{question.id}" if model.has_any(question, edition.answer_parts) else ""
    source = book.origin(question).source.path
    return Section(question.id, QUESTION, question.ask, 2, number, keep(question, edition.parts), edition.parts,
                   counterpart, source=source, starts_page=edition.flow == "page", examples=question.examples)  # fmt: skip


def _hints(book: Book, labels: Mapping[str, str], chosen: Chosen, numbers: Mapping[str, str]) -> Iterator[Section]:
    """Yield each hint as a section of its own, so that a reader who wants one sees no other."""
    hinted = [q for division in book.outline.sections for q in chosen[division.id] if q.hints]
    if hinted:
        yield Section(HINTS.name, HINTS, labels[HINTS.label], source=HINTS.source)
    for question in hinted:
        kept, source = keep(question, HINT.places), book.origin(question).source.path
        for n, hint in enumerate(question.hints, start=1):
            yield Section(f"{HINT}-{question.id}-{n}", HINT, labels["hint_label"].format(number=n), 2, numbers[question.id],
                          kept.model_copy(update={"hints": (hint,)}), HINT.places, question.id, source=source,
                          starts_page=False, examples=question.examples)  # fmt: skip


def _answers(book: Book, edition: Edition, labels: Mapping[str, str], chosen: Chosen, numbers: Mapping[str, str]) -> Iterator[Section]:
    divided = [[q for q in chosen[d.id] if model.has_any(q, edition.answer_parts)] for d in book.outline.sections]
    if edition.answers != "end-of-book" or not any(divided):
        return
    yield Section(ANSWERS.name, ANSWERS, labels[ANSWERS.label], source=ANSWERS.source)
    # Where they are too many to be laid out as one, those to each section of the book begin a page.
    parted, begun = sum(map(len, divided)) >= LONGEST_RUN, False
    for answered in divided:
        for n, question in enumerate(answered):
            answer = _answer(book, edition, question, numbers[question.id], 2)
            yield replace(answer, starts_page=parted and begun and n == 0)
            begun = True


def _answer(book: Book, edition: Edition, question: Question, number: str, level: int) -> Section:
    source = book.origin(question).source.path
    return Section(f"{ANSWER}-{question.id}", ANSWER, question.ask, level, number, keep(question, edition.answer_parts),
                   edition.answer_parts, question.id, source=source, starts_page=False, examples=question.examples)  # fmt: skip


def keep(question: Question, parts: tuple[str, ...]) -> Question:
    """Return the question with only the named parts; every other text of it is gone."""
    kept = {name for part in parts for name in model.PARTS[part]}
    blanks = {name: blank for name, blank in model.BLANKS.items() if name not in kept}
    if "choices" in kept and "key" not in parts:
        blanks["choices"] = tuple(choice.unmarked for choice in question.choices)
    return question.model_copy(update=blanks)


def _names(book: Book, sections: tuple[Section, ...]) -> Iterator[tuple[str, Name]]:
    """Yield what can be linked to in this publication, and what a link to it says."""
    kinds = {section.kind for section in sections}
    for section in sections:
        if section.kind.is_target:
            yield section.id, Name(section.kind.name, section.number, section.title, is_section=True)
    if GLOSSARY in kinds:
        yield from ((f"term-{t.id}", Name("term", "", t.term)) for t in book.terms.values())
    if FORMULAS in kinds:
        yield from ((f"formula-{f.id}", Name("formula", str(n), f.name)) for n, f in enumerate(book.formulas.values(), start=1))
    if SOURCES in kinds:
        yield from ((f"source-{w.key}", Name("source", "", w.short)) for w in book.works.values())


def _all_names(book: Book, numbers: Mapping[str, str]) -> Iterator[tuple[str, Name]]:
    """Yield all that texts may link to, with what a reader is told of it where it is left out: of a question, no more than its number."""
    yield from ((name, Name(QUESTION.name, number, "", is_section=True)) for name, number in numbers.items())
    yield from ((c.id, Name(CHAPTER.name, "", c.title, is_section=True)) for c in book.chapters.values())
    yield from ((f"term-{t.id}", Name("term", "", t.term)) for t in book.terms.values())
    yield from ((f"formula-{f.id}", Name("formula", "", markup.plain(markup.parse(f.name, inline=True)))) for f in book.formulas.values())
    yield from ((f"source-{w.key}", Name("source", "", w.short)) for w in book.works.values())


def _caption_numbers(sections: tuple[Section, ...]) -> Iterator[tuple[str, str]]:
    """Number the figures and the captioned tables of each question, which bear its number; those of chapters all through."""
    through = {"tables": 0, "figures": 0}
    for section in sections:
        prefix = f"{section.shown_number}." if section.shown_number else ""
        counted = {"tables": 0, "figures": 0} if prefix else through
        placed: list[str] = []
        for keys, kind, text in passages(section):
            parsed = markup.parse(text, inline=kind.inline)
            placed += [r.id for r in parsed.references if r.kind == "figure"]
            for n in range(1, parsed.tables + 1):
                counted["tables"] += 1
                yield f"{model.scope(section.id, keys)}-t{n}", f"{prefix}{counted['tables']}"
        for name in dict.fromkeys([*placed, *getattr(section.record, "figures", ())]):
            counted["figures"] += 1
            yield f"figure-{name}", f"{prefix}{counted['figures']}"


def _box_homes(sections: tuple[Section, ...]) -> dict[str, str]:
    """Say which section prints each box: the first that includes it."""
    homes: dict[str, str] = {}
    for section in sections:
        for _, kind, text in passages(section):
            for reference in markup.parse(text, inline=kind.inline).references:
                if reference.kind == "box":
                    homes.setdefault(reference.id, section.id)
    return homes


def _marks(sections: tuple[Section, ...]) -> Iterator[tuple[model.IndexMark, Locator]]:
    """Yield index marks in reading order, up to the index: what follows it cannot be in it."""
    for section in sections:
        if section.kind.needs_folios:
            return
        if (section.kind.is_target and not section.counterpart) or section.kind == ANSWER:
            for entry in getattr(section.record, "index", ()):
                yield entry, Locator(section.id, section.id)
        for keys, kind, text in passages(section):
            for n, mark in enumerate(markup.parse(text, inline=kind.inline).marks, start=1):
                entry = model.IndexMark(term=mark.term, sub=mark.sub, see=mark.see, see_also=mark.see_also)
                yield entry, Locator(f"{model.scope(section.id, keys)}-i{n}", section.id)
