"""Gather what an edition prints of its questions: one record each, whether its answer stands below it or at the back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pipeline import markup, model
from pipeline.model import BLANKS, PARTS, Question, Record
from pipeline.model.questions import Speak
from pipeline.publication import Publication, Section

ORDER: Final = (
    "exhibit", "choices", "answer", "summary", "star", "key_points", "spoken", "examples", "follow_ups", "probes", "hints", "red_flags",
    "rubric", "samples", "calibration", "see_also", "sources",
)  # fmt: skip
"""Parts of a question in the order of an export: the answer leads, so that what follows it can stand below headings."""

UNHELD: Final = ("name", "type", "speak", "minutes", "competency", "audience", "index", "reviewed")
"""Fields that only a file of fields has a place for."""


@dataclass(frozen=True, slots=True)
class Told:
    """A question with all that its edition prints of it, and where it stands."""

    record: Question
    division: str
    """Id of its section of the book; empty when it has none."""
    title: str
    """Title of that section."""
    number: str
    source: str
    """File it was written in."""
    examples: tuple[model.Example, ...]
    """Examples whose values its texts may print."""

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the fields that hold something, in order."""
        return tuple(name for name in ORDER if any(getattr(self.record, field) != BLANKS[field] for field in PARTS[name]))

    @property
    def has_key(self) -> bool:
        """Whether the edition says which choices are correct."""
        return any(choice.correct for choice in self.record.choices)


def questions(publication: Publication) -> tuple[Told, ...]:
    """Return the questions of an edition, each once, in order."""
    answers = {section.counterpart: section for section in publication.sections if section.counterpart and not section.kind.is_question}
    homes = {member.id: section for section in publication.sections for member in section.members}
    found: dict[str, Told] = {}
    for section in publication.sections:
        if section.kind.is_question and isinstance(section.record, Question) and section.id not in found:
            found[section.id] = _told(section, answers.get(section.id), homes.get(section.id))
    return tuple(found.values())


def _told(section: Section, answer: Section | None, home: Section | None) -> Told:
    record = section.record
    assert isinstance(record, Question)
    if answer is not None and isinstance(answer.record, Question):
        more = {name: getattr(answer.record, name) for name in BLANKS if getattr(answer.record, name) != BLANKS[name]}
        if any(choice.correct for choice in record.choices):
            more.pop("choices", None)
        record = record.model_copy(update=more)
    division, title = (home.id, home.title) if home else ("", "")
    number = section.bank_number or section.number
    return Told(record, division, title, number, section.source, section.examples)


def written(value: Any) -> Any:
    """Return a record as its author would write it: fields under their own names, those that say nothing left out."""
    if isinstance(value, Record):
        fields = type(value).model_fields
        seconds = isinstance(value, Speak)
        pairs = ((field.alias or name, getattr(value, name), field) for name, field in fields.items())
        kept = ((name, inner) for name, inner, field in pairs if field.is_required() or inner != field.default)
        return {name: f"{inner}s" if seconds else written(inner) for name, inner in kept}
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def named(publication: Publication, told: Iterable[Told]) -> Iterator[tuple[str, str]]:
    """Yield the kind and id of each box, figure, term, formula, and work that questions print or cite, those in boxes too."""
    pending = [text for one in told for _, _, text in model.prose(one.record)]
    given = [("figure", name) for one in told for name in one.record.figures]
    given += [("source", cited.key) for one in told for cited in one.record.sources]
    found = dict.fromkeys(given)
    for text in pending:
        for reference in markup.parse(text).references:
            key = (str(reference.kind), reference.id)
            box = publication.resources["boxes"].get(reference.id) if reference.kind == "box" else None
            if box is not None and key not in found:
                pending += [box.title, box.body]
            found[key] = None
    yield from found
