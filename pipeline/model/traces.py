"""What a manifest keeps of the texts of its release: of each part of each question two digests, and the pages that it was printed on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from pipeline.diagnostics import UNPRINTABLE
from pipeline.model.fields import Language, Slug, Version
from pipeline.model.matter import Made

LARGEST_MANIFEST = 33_554_432
"""Bytes of a manifest that is read: some ten times that of a book of 2,600 questions."""
MOST_ITEMS = 2_000_000
"""Commas and brackets in it: what is made of them takes memory."""
UNSEEN = re.compile(rf"{UNPRINTABLE.pattern}|[\ufffe\uffff]")
"""What no text of a book holds: a terminal would obey it, and no XML may have it."""

Digests = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}\.[0-9a-f]{16}$")]
"""Of what is printed exactly, and of its letters alone."""
Folio = Annotated[str, StringConstraints(pattern=r"^([0-9]{1,6}|[ivxlc]{1,16})$")]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""Of a part."""
Figure = Annotated[str, StringConstraints(min_length=1, max_length=400)]
"""Id of a drawing, or path of a picture."""


class Printing(Made):
    """Papers with the same pages, and the folio on which each part of each question begins there."""

    papers: tuple[Slug, ...] = ()
    folios: Mapping[Slug, Mapping[Name, Folio]]


class TracedEdition(Made):
    """An edition for everybody: its title, the parts that it prints, and its pages."""

    title: Said
    parts: tuple[Name, ...]
    pages: tuple[Printing, ...]

    def holds(self, question: str) -> bool:
        """Tell whether a question stands in it."""
        return any(question in printing.folios for printing in self.pages)


class TracedQuestion(Made):
    """A question: where it stands in the order, what it is called, and digests of its parts and figures."""

    id: Slug
    section: Slug
    number: Annotated[str, StringConstraints(max_length=12)]
    name: Said
    parts: Mapping[Name, Digests]
    terms: Mapping[Name, tuple[Slug, ...]] = Field(default_factory=dict)
    """Terms that each part links to, in order."""
    figures: Mapping[Figure, Digests] = Field(default_factory=dict)


class TracedTerm(Made):
    """A term of the glossary: what is printed, digests of its definition, and the questions that use it."""

    term: Said
    definition: Digests
    questions: tuple[Slug, ...] = ()


class Traces(Made):
    """What is kept of the texts of a release; questions stand in the order of the book."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    lang: Language
    editions: Mapping[Slug, TracedEdition]
    questions: tuple[TracedQuestion, ...]
    terms: Mapping[Slug, TracedTerm] = Field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """Return it as the manifest has it."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"schema": 1}


class KeptBook(Made):
    """What a manifest says of its book."""

    id: Slug
    title: Said
    version: Version
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Kept(Made):
    """What is read of a manifest to compare its release with another."""

    schema_: Literal[1] = Field(alias="schema")
    book: KeptBook
    traces: Traces


def kept(manifest: bytes) -> Kept:
    """Return what a manifest keeps; raise ValueError, with one line that says why, where it is none, or too large."""
    if len(manifest) > LARGEST_MANIFEST or sum(map(manifest.count, (b",", b"[", b"{"))) > MOST_ITEMS:
        raise ValueError("it holds more than a manifest does")
    try:
        found = Kept.model_validate_json(manifest)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(key)[:60] for key in first["loc"])
        if first["type"] == "missing" and where == "traces":
            reason = "it keeps no digests of its texts: an older press wrote it, or its release has nothing for candidates"
            raise ValueError(reason) from None
        raise ValueError(f"it is no manifest: {where and f'{where}: '}{first['msg'].lower()}") from None
    if unseen := UNSEEN.search("".join(_said(found))):
        raise ValueError(f"it is no manifest: a text in it holds U+{ord(unseen[0]):04X}")
    return found


def _said(kept: Kept) -> Iterator[str]:
    """Yield the texts of a manifest that readers are shown."""
    yield kept.book.title
    yield from (edition.title for edition in kept.traces.editions.values())
    for question in kept.traces.questions:
        yield from (question.number, question.name, *question.figures)
    yield from (term.term for term in kept.traces.terms.values())


def traces(found: object) -> Traces | None:
    """Return what a manifest that was read says under ``traces``; None where it says nothing that can be used."""
    try:
        return Traces.model_validate(found)
    except ValidationError:
        return None
