"""Editions: what each takes from the book, and what it is made into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.formats import CHOSEN, PAPERS
from pipeline.model.fields import Level, Plain, QuestionType, Record, Slug
from pipeline.model.questions import PARTS, Question
from pipeline.section_kinds import PLACES, SectionKind

if TYPE_CHECKING:
    Place = str
    Part = str
    Format = str
else:
    Place, Part, Format = Literal[PLACES], Literal[tuple(PARTS)], Literal[CHOSEN]
Paper = Slug
"""Name of a paper of the theme."""


class Selection(Record):
    """Which questions an edition takes; an empty list takes all."""

    sections: tuple[Slug, ...] = ()
    types: tuple[QuestionType, ...] = ()
    levels: tuple[Level, ...] = ()
    topics: tuple[Slug, ...] = ()


class Edition(Record):
    """One audience's book: what it takes, where answers stand, and what it is made into."""

    id: Slug
    title: Plain
    audience: Literal["candidate", "kit"]
    description: Plain
    select: Selection = Selection()
    sections: Annotated[tuple[Place, ...], Field(min_length=1)]
    parts: tuple[Part, ...]
    answers: Literal["inline", "end-of-section", "end-of-book", "none"]
    answer_parts: tuple[Part, ...] = ()
    flow: Literal["page", "run-on"] = "page"
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = CHOSEN
    papers: Annotated[tuple[Paper, ...], Field(min_length=1)] = PAPERS

    def lists(self, kind: SectionKind) -> bool:
        """Tell whether sections of a kind have a place in the edition."""
        return any(place in self.sections for place in kind.places)

    def takes(self, section: str, question: Question) -> bool:
        """Tell whether the edition prints a question of a section."""
        pick = self.select
        return (
            (question.audience == "public" or self.audience == "kit")
            and (not pick.sections or section in pick.sections)
            and (not pick.types or question.type in pick.types)
            and (not pick.levels or question.level in pick.levels)
            and (not pick.topics or bool(set(question.topics) & set(pick.topics)))
        )


class Ignore(Record):
    """A diagnostic that the author has weighed and set aside, with the reason."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")]
    place: Plain
    reason: Plain


class Ignores(Record):
    """The file of diagnostics set aside."""

    ignore: tuple[Ignore, ...]
