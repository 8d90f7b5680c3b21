"""An edition takes what it is for, in order and under numbers that never change, and holds nothing that it withholds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from conftest import assembled

from pipeline import editions, model, theme
from pipeline.model import Book, Edition, Question, matter
from pipeline.model.questions import CitedSource, Hint
from pipeline.publication import Publication, Section, passages

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
CANDIDATES = ("study", "practice", "sample")


def assemble(book: Book, edition: str, **changes: object) -> Publication:
    """Assemble an edition of the small book with some of its fields changed."""
    raw = {**book.editions[edition].model_dump(), **changes}
    return editions.assemble(book, Edition.model_validate(raw), theme.labels("en"), NOW)


def listed(publication: Publication, kind: str) -> list[tuple[str, str]]:
    return [(s.number, s.id) for s in publication.sections if s.kind.name == kind]


def texts(section: Section) -> set[str]:
    return {text for _, _, text in passages(section)}


def with_questions(book: Book, **changed: Mapping[str, object]) -> Book:
    """Give the small book with fields of its questions changed."""
    changes = {name.replace("_", "-"): values for name, values in changed.items()}
    questions = {name: q.model_copy(update=dict(changes.get(name, {}))) for name, q in book.questions.items()}
    return replace(book, questions=questions)


# Hidden means absent


@pytest.mark.parametrize("edition", CANDIDATES)
def test_no_record_of_a_candidates_edition_holds_a_probe_a_hint_or_a_scale(publications, edition: str) -> None:
    records = [s.record for s in publications[edition].sections if isinstance(s.record, Question)]
    assert records
    assert [(r.probes, r.rubric) for r in records] == [((), None)] * len(records)
    hinted = {s.kind.name for s in publications[edition].sections if isinstance(s.record, Question) and s.record.hints}
    assert hinted == ({"hint"} if edition == "practice" else set())


@pytest.mark.parametrize("edition", CANDIDATES)
def test_questions_for_hiring_teams_are_in_no_candidates_edition(book, publications, edition: str) -> None:
    secret = {text for _, _, text in model.prose(book.questions["relief-in-fog"])}
    publication = publications[edition]
    assert "relief-in-fog" not in publication.names
    assert not secret & {text for section in publication.sections for text in texts(section) | {section.title}}
    assert secret <= set(publication.withheld)


def test_the_kit_has_the_questions_for_hiring_teams_and_withholds_nothing(publications) -> None:
    assert "relief-in-fog" in publications["kit"].names
    assert publications["kit"].withheld == ()


def test_a_question_of_the_practice_edition_holds_no_answer_and_its_answer_does(book, publications) -> None:
    by_id = {section.id: section for section in publications["practice"].sections}
    question, answer = by_id["tide-by-twelfths"], by_id["answer-tide-by-twelfths"]
    assert texts(question) == {book.questions["tide-by-twelfths"].ask}
    assert book.questions["tide-by-twelfths"].answer in texts(answer)
    assert (question.counterpart, answer.counterpart) == (answer.id, question.id)


def test_a_sample_without_answers_holds_none_anywhere(book, publications) -> None:
    sample = publications["sample"]
    answers = {q.answer for q in book.questions.values()} | {q.summary for q in book.questions.values()}
    assert not answers & {text for section in sample.sections for text in texts(section)}
    assert answers <= set(sample.withheld)
    assert listed(sample, "answer") == []
    assert {s.counterpart for s in sample.sections} == {""}


def test_a_text_printed_elsewhere_is_not_said_to_be_withheld(book) -> None:
    same = book.questions["falling-glass"].key_points[0]
    changed = with_questions(book, falling_glass={"hints": (Hint(text=same),)})
    assert same not in assemble(changed, "study").withheld


HOLDERS = {"star": "corrected-log", "spoken": "falling-glass", "calibration": "relief-in-fog", "exhibit": "relief-in-fog"}
CHOICES = ({"text": "Red", "correct": "true"}, {"text": "Green", "note": "That is starboard."})


@pytest.mark.parametrize("part", sorted(set(model.PARTS) - {"writing_space", "choices"}))
def test_a_part_left_out_takes_its_texts_along_and_no_other(book, part: str) -> None:
    question = book.questions[HOLDERS.get(part, "light-characteristics")]
    choices = tuple(Question.model_validate({"id": "a", "ask": "b", "choices": CHOICES}).choices)
    question = question.model_copy(update={"choices": choices})
    parts = tuple(p for p in model.PARTS if p != part)
    kept = editions.keep(question, parts)
    changed = {name for name in Question.model_fields if getattr(kept, name) != getattr(question, name)}
    assert changed - set(model.PLANNING) == set(model.PARTS[part])


def test_what_helps_to_plan_interviews_is_never_printed(book) -> None:
    kept = editions.keep(book.questions["relief-in-fog"], tuple(model.PARTS))
    assert (kept.variant_of, kept.enemies, kept.retire) == (None, (), None)


# Selection, order, and numbers


def test_questions_are_numbered_through_the_book_and_those_for_hiring_teams_apart(publications) -> None:
    assert listed(publications["kit"], "question") == [
        ("1", "light-characteristics"), ("2", "tide-by-twelfths"), ("3", "under-keel-clearance"),
        ("4", "falling-glass"), ("5", "corrected-log"), ("K1", "relief-in-fog"),
    ]  # fmt: skip


def test_an_edition_of_some_questions_keeps_their_numbers(publications) -> None:
    assert listed(publications["sample"], "question") == [("4", "falling-glass"), ("5", "corrected-log")]


def test_openers_are_counted_among_those_that_are_there(publications) -> None:
    assert listed(publications["study"], "opener") == [("1", "lights-and-tides"), ("2", "weather-and-watch")]
    assert listed(publications["sample"], "opener") == [("1", "weather-and-watch")]


@pytest.mark.parametrize(
    ("select", "numbers"),
    [
        ({}, ["1", "2", "3", "4", "5"]),
        ({"levels": ["advanced"]}, ["3"]),
        ({"types": ["behavioral", "coding"]}, ["2", "5"]),
        ({"topics": ["weather"]}, ["4"]),
        ({"sections": ["lights-and-tides"], "levels": ["foundation"]}, ["1"]),
    ],
)
def test_an_edition_takes_what_its_selection_names(book, select, numbers) -> None:
    publication = assemble(book, "study", select=select)
    assert [number for number, _ in listed(publication, "question")] == numbers


def test_a_section_without_a_question_has_no_opener(book) -> None:
    publication = assemble(book, "study", select={"topics": ["tides"]})
    assert listed(publication, "opener") == [("1", "lights-and-tides")]


def test_parts_of_the_book_stand_in_the_order_that_the_edition_names(book) -> None:
    publication = assemble(book, "sample", sections=["colophon", "back", "front"])
    assert [s.id for s in publication.sections] == ["colophon", "day-of", "introduction"]


def test_answers_may_follow_each_section(book) -> None:
    publication = assemble(book, "practice", answers="end-of-section")
    order = [s.id for s in publication.sections if s.kind.name in ("opener", "answers") or s.id.endswith("twelfths")]
    assert order == [
        "lights-and-tides", "tide-by-twelfths", "answers-lights-and-tides", "answer-tide-by-twelfths",
        "weather-and-watch", "answers-weather-and-watch",
    ]  # fmt: skip
    assert {s.level for s in publication.sections if s.kind.name == "answer"} == {3}


def enlisted(book: Book, **changed: Mapping[str, object]) -> Book:
    """Give the small book with terms that lead to one another, a formula, and a work, and with fields of questions changed."""
    told = matter.Term(id="told", term="told tide", definition="A tide, and [[term:retold]].", questions=())
    retold = matter.Term(id="retold", term="retold tide", definition="More of it ([[source:told]]).", questions=())
    formula = matter.Formula(id="told", name="Told tides", latex="x^2", reading="It is squared.", questions=())
    work = matter.Work(key="told", short="Told (1999)", cite="Told, T. (1999). *On tides*.")
    return replace(
        with_questions(book, **changed),
        terms={**book.terms, "told": told, "retold": retold},
        formulas={**book.formulas, "told": formula},
        works={**book.works, "told": work},
    )


def entries_of(publication: Publication) -> set[str]:
    """Name what the lists of a publication hold, and what texts may link to there."""
    held = {name for name in publication.names if re.fullmatch("(term|formula|source)-.*told", name)}
    for section in publication.sections:
        for kind in ("terms", "formulas", "sources"):
            entries = {f"{kind.removesuffix('s')}-{model.identity(entry)}" for entry in getattr(section.record, kind, ())}
            assert section.kind.name == "question" or {each for each in entries if each.endswith("told")} <= held
    return held


LEADING = "See [[term:told]] and [[formula:told]]."
EVERY = {"term-told", "term-retold", "formula-told", "source-told"}


@pytest.mark.parametrize(
    ("changed", "held"),
    [
        ({"relief_in_fog": {"answer": LEADING}}, set()),
        ({"relief_in_fog": {"sources": (CitedSource(key="told"),)}}, EVERY),
        ({"falling_glass": {"probes": (LEADING,)}}, set()),
        ({"falling_glass": {"answer": LEADING}}, EVERY),
        ({"falling_glass": {"answer": "As [[term:told]]."}, "relief_in_fog": {"answer": LEADING}}, EVERY - {"formula-told"}),
        ({"falling_glass": {"answer": "As a told tide."}, "relief_in_fog": {"answer": LEADING}}, EVERY - {"formula-told"}),
        ({"falling_glass": {"rubric": None}}, EVERY),
    ],
    ids=["kit", "a kit's sources, and a term that nobody leads to", "probes", "an answer", "both", "named, and both", "nobody"],
)
def test_lists_for_candidates_have_no_entry_that_only_texts_for_teams_use(book, changed, held) -> None:
    whole = enlisted(book, **changed)
    assert entries_of(assemble(whole, "study")) == held
    assert entries_of(assemble(whole, "kit")) == EVERY
    told = " ".join(assemble(whole, "study").secret)
    assert ("A tide, and" in told, "On tides" in told) == (held == set(), held == set())


def test_the_gate_finds_an_entry_of_a_list_that_should_not_be_there(book, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = enlisted(book, relief_in_fog={"answer": LEADING})
    monkeypatch.setattr(editions, "shown", lambda book, edition: book)
    (glossary,) = (s for s in assemble(whole, "study").sections if s.kind.name == "glossary")
    assert texts(glossary) & {*assemble(whole, "study").secret}


def test_a_list_without_entries_is_no_part_of_the_book(book) -> None:
    publication = assemble(replace(book, formulas={}, terms={}, works={}), "study")
    assert not {"formulas", "glossary", "sources"} & {s.id for s in publication.sections}


def test_answers_without_anything_in_them_are_no_part_of_the_book(book) -> None:
    publication = assemble(book, "practice", answer_parts=["exhibit"])
    assert listed(publication, "answers") == listed(publication, "answer") == []
    assert {section.counterpart for section in publication.sections if section.kind.name != "hint"} == {""}


def test_a_question_without_an_answer_leads_to_none(book) -> None:
    bare = with_questions(book, falling_glass={name: model.BLANKS[name] for name in model.BLANKS})
    publication = assemble(bare, "practice")
    ways = {section.id: section.counterpart for section in publication.sections if section.kind.is_question}
    assert ways.pop("falling-glass") == ""
    assert set(ways.values()) == {name for _, name in listed(publication, "answer")} and len(ways) == 4


def test_without_a_question_there_is_no_map_and_without_a_section_no_contents(book) -> None:
    publication = assemble(replace(book, questions={}), "study", sections=["contents", "questions", "answers", "map", "tracker"])
    assert publication.sections == ()


def test_glossary_terms_stand_letter_by_letter_whatever_their_case(publications) -> None:
    (glossary,) = (s.record for s in publications["study"].sections if s.kind.name == "glossary")
    assert [t.term for t in glossary.terms][-3:] == ["range of tide", "squat", "Zulu time"]


def test_figures_and_tables_bear_the_number_of_their_question(publications) -> None:
    assert dict(publications["study"].numbers) == {
        "light-characteristics-answer-t1": "1.1", "light-characteristics-answer-t2": "1.2",
        "figure-light-rhythms": "1.1", "figure-keel": "3.1",
    }  # fmt: skip
    assert publications["practice"].numbers["answer-light-characteristics-answer-t2"] == "1.2"


def test_a_figure_that_is_not_printed_has_no_number(publications) -> None:
    assert publications["sample"].numbers == {}


def test_a_box_is_at_home_in_the_first_section_that_includes_it(book) -> None:
    twice = with_questions(book, falling_glass={"answer": "[[box:fair]]"}, corrected_log={"answer": "[[box:fair]]"})
    assert assemble(twice, "study").box_homes == {"fair": "introduction"}
    assert assemble(twice, "study", sections=["questions"]).box_homes == {"fair": "falling-glass"}
    assert assemble(twice, "sample", sections=["questions"]).box_homes == {}


def test_only_what_an_edition_prints_can_be_linked_to(publications) -> None:
    assert {"term-squat", "formula-squat-open", "source-barrass"} <= publications["study"].names.keys()
    assert not {name for name in publications["sample"].names if name.startswith(("term-", "formula-", "source-"))}
    assert not {name for name in publications["practice"].names if name.startswith("source-")}


@pytest.mark.parametrize(("letters", "digits"), [(100, 2), (80_000, 2), (130_000, 3), (1_300_000, 4)])
def test_longer_books_keep_more_digits_for_page_numbers(book, letters, digits) -> None:
    question = book.questions["falling-glass"]
    long = question.model_copy(update={"answer": "a" * letters})
    assert assemble(replace(book, questions={**book.questions, question.id: long}), "study").digits == digits


def test_very_many_answers_begin_a_page_with_each_section_of_the_book(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin() -> list[str]:
        return [s.id for s in assembled(book)["practice"].sections if s.kind.name == "answer" and s.starts_page]

    assert begin() == []
    monkeypatch.setattr(editions, "LONGEST_RUN", 5)
    _, *others = ([q for q in d.questions if q in book.questions] for d in book.outline.sections)
    assert begin() == [f"answer-{each[0]}" for each in others if each]
