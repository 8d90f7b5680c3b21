"""The schema takes what an author may write, refuses the rest, and tells the prose from the plain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from pipeline import model
from pipeline.model import Edition, Question
from pipeline.model.fields import Address

QUESTION = {
    "id": "knots", "ask": "Which *knot*?", "type": "technical", "level": "foundation", "speak": {"short": "90s", "full": "3m"},
    "minutes": "8", "topics": ["ropes"], "competency": "seamanship", "summary": "A bowline.", "answer": "Tie it.",
    "key_points": ["One.", "Two."], "reviewed": "2026-11-22",
}  # fmt: skip
EDITION = {
    "id": "study", "title": "Study", "audience": "candidate", "description": "All.", "sections": ["questions"],
    "parts": ["answer"], "answers": "inline",
}  # fmt: skip


def question(**changes: Any) -> Question:
    return Question.model_validate({**QUESTION, **changes})


def refused(kind: type[model.Record], **raw: Any) -> list[str]:
    """Name the fields that are refused."""
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(raw)
    return [".".join(map(str, error["loc"])) for error in caught.value.errors()]


def test_text_becomes_what_its_field_is() -> None:
    made = question()
    assert (made.minutes, made.speak.short, made.speak.full, made.reviewed) == (8, 90, 180, dt.date(2026, 11, 22))


@pytest.mark.parametrize("text", ["90", "1h", "s", "-3s", "1.5m", "", "m3"])
def test_a_duration_is_a_number_and_a_unit(text: str) -> None:
    assert refused(Question, **{**QUESTION, "speak": {"short": text, "full": "3m"}}) == ["speak.short"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "Knots"), ("id", "knots-"), ("id", "9knots"), ("id", "k" * 61), ("level", "expert"), ("minutes", "0"), ("minutes", "61"),
        ("topics", []), ("topics", ["a", "b", "c", "d", "e", "f", "g"]), ("key_points", []), ("summary", ""), ("ask", "   "),
        ("reviewed", "2026-02-30"), ("audience", "secret"), ("sumary", "A bowline."),
    ],
)  # fmt: skip
def test_what_no_question_may_say_is_refused_where_it_stands(field: str, value: Any) -> None:
    assert refused(Question, **{**QUESTION, field: value})[0].split(".")[0] == field


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        question().ask = "Another?"  # type: ignore[misc]


def test_lists_become_tuples_and_a_key_alone_is_a_citation() -> None:
    made = question(sources=["bowditch", {"key": "iala", "at": "2"}])
    assert [(s.key, s.at) for s in made.sources] == [("bowditch", None), ("iala", "2")]
    assert isinstance(made.key_points, tuple)


def test_an_address_is_safe_to_follow() -> None:
    address = TypeAdapter(Address).validate_python
    assert address("https://example.org/a?b=c") and address("mailto:a@example.org")
    for bad in ("http://example.org", "javascript:alert(1)", "https://a b", 'https://a"b', "file:///etc"):
        with pytest.raises(ValidationError):
            address(bad)


@pytest.mark.parametrize(
    ("select", "takes"),
    [
        ({}, True), ({"sections": ["deck"]}, True), ({"sections": ["engine"]}, False), ({"types": ["coding"]}, False),
        ({"levels": ["foundation", "advanced"]}, True), ({"topics": ["ropes", "sails"]}, True), ({"topics": ["sails"]}, False),
        ({"topics": ["ropes"], "levels": ["advanced"]}, False),
    ],
)  # fmt: skip
def test_a_question_is_taken_when_it_meets_all_that_the_edition_asks(select: dict[str, Any], takes: bool) -> None:
    assert Edition.model_validate({**EDITION, "select": select}).takes("deck", question()) is takes


def test_a_question_for_hiring_teams_is_taken_by_kits_only() -> None:
    secret = question(audience="kit")
    assert not Edition.model_validate(EDITION).takes("deck", secret)
    assert Edition.model_validate({**EDITION, "audience": "kit"}).takes("deck", secret)


def test_an_edition_has_all_formats_and_papers_unless_it_says_otherwise() -> None:
    made = Edition.model_validate(EDITION)
    assert (made.formats, made.papers, made.flow) == (("pdf", "epub"), ("a4", "letter"), "page")
    assert refused(Edition, **EDITION, papers=["A5", "a4"]) == ["papers.0"]


def test_prose_is_told_from_plain_text_with_the_keys_that_lead_to_it() -> None:
    made = question(rubric={"1": "No.", "3": "Some.", "5": "All."}, follow_ups=[{"ask": "Why?", "answer": "It holds."}])
    found = {keys: (text, kind.inline) for keys, kind, text in model.prose(made)}
    assert found == {
        ("ask",): ("Which *knot*?", True),
        ("summary",): ("A bowline.", False),
        ("answer",): ("Tie it.", False),
        ("key_points", 0): ("One.", True),
        ("key_points", 1): ("Two.", True),
        ("follow_ups", 0, "ask"): ("Why?", True),
        ("follow_ups", 0, "answer"): ("It holds.", False),
        ("rubric", "1"): ("No.", True),
        ("rubric", "3"): ("Some.", True),
        ("rubric", "5"): ("All.", True),
    }


def test_ids_inside_a_text_begin_with_where_it_stands() -> None:
    assert model.scope("knots", ("follow_ups", 0, "answer")) == "knots-follow-ups-0-answer"


OUTPUT = "best: 4 mm\nlast:\nno colon\nbest: 9"


@pytest.mark.parametrize(
    ("name", "value"), [("run.best", "4 mm"), ("run.last", ""), ("run.no colon", None), ("walk.best", None), ("run", None)]
)
def test_a_value_is_what_follows_its_name_in_the_output(name: str, value: str | None) -> None:
    example = model.Example(id="run", title="Run", code="1", output=OUTPUT)
    assert model.output_value((example,), name) == value


def test_a_book_of_another_schema_is_refused() -> None:
    adapter = TypeAdapter(model.Outline.model_fields["schema_"].annotation)
    assert adapter.validate_python("1") == 1
    field = {name: field for name, field in model.Outline.model_fields.items()}["schema_"]
    assert field.alias == "schema"
    with pytest.raises(ValidationError, match="reads schema 1"):
        model.Outline.model_validate({"schema": "2"})


def test_a_book_knows_where_each_record_was_written(book) -> None:
    origin = book.origin(book.terms["squat"])
    assert origin.source.path.endswith("glossary.yaml")
    assert origin.place(("term",)).line > 1
    assert {model.kind_of(r) for r in book.records()} >= {
        "outline",
        "question",
        "chapter",
        "box",
        "figure",
        "term",
        "formula",
        "work",
        "edition",
    }
