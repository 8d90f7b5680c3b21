"""Name the texts of a book that an edition withholds, and those that no candidate may see: the second gate looks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain

from pipeline import model
from pipeline.model import Book, Edition
from pipeline.publication import Section, passages
from pipeline.section_kinds import HINT, HINTS


def withheld(book: Book, edition: Edition, sections: tuple[Section, ...]) -> Iterator[str]:
    """Yield the texts of the book's questions that no section prints; for candidates also of all else that is for hiring teams."""
    printed = {text for section in sections for _, _, text in passages(section)} | {section.title for section in sections}
    public = (text for question in book.questions.values() for _, _, text in model.prose(question))
    yield from (text for text in chain(public, secret(book, edition) if edition.audience == "candidate" else ()) if text not in printed)


@lru_cache(maxsize=1)
def homes(book: Book) -> Mapping[str, str]:
    """Name the record and the field of each text of the records that an edition may withhold."""
    records = (*book.questions.values(), *book.roles.values(), *book.chapters.values())
    return {
        text: f"'{keys[0]}' of {model.kind_of(record)} '{model.identity(record)}'"
        for record in reversed(records)
        for keys, _, text in model.prose(record)
    }


def secret(book: Book, edition: Edition) -> Iterator[str]:
    """Yield the texts that are for hiring teams alone: questions, roles, and chapters; hints too, unless the edition gives them."""
    given = HINT.places if HINTS.name in edition.sections else ()
    questions = (question for question in book.questions.values() if question.audience == "kit")
    chapters = (chapter for chapter in book.chapters.values() if chapter.audience == "kit")
    for record in (*questions, *book.roles.values(), *chapters):
        yield from (text for _, _, text in model.prose(record))
    for question in book.questions.values():
        yield from (text for keys, _, text in model.prose(question) if keys[0] in model.INTERVIEWER_PARTS and keys[0] not in given)
