"""Check that records use the declared vocabulary, and that what is declared is used."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.checks.places import complete, fault, passages, spot, written
from pipeline.checks.registry import register
from pipeline.diagnostics import Diagnostic, nearest
from pipeline.model import Book

Found = Iterator[Diagnostic]


@register("C401", "unknown topic")
def unknown_topic(book: Book) -> Found:
    """A question bears a topic that ``book.yaml`` does not declare."""
    known = {topic.id for topic in book.outline.topics}
    for question in book.questions.values():
        for n, name in enumerate(question.topics):
            if name not in known:
                yield fault("C401", f"no topic '{name}'", spot(book, question, "topics", n), nearest(name, known))


@register("C402", "unknown competency")
def unknown_competency(book: Book) -> Found:
    """A question bears a competency that ``book.yaml`` does not declare."""
    known = {competency.id for competency in book.outline.competencies}
    for question in book.questions.values():
        if question.competency is not None and question.competency not in known:
            yield fault(
                "C402", f"no competency '{question.competency}'", spot(book, question, "competency"), nearest(question.competency, known)
            )


@register("C403", "declared twice")
def declared_twice(book: Book) -> Found:
    """A topic, a competency, or a section is declared twice."""
    for key in ("topics", "competencies", "sections"):
        seen: set[str] = set()
        for n, named in enumerate(getattr(book.outline, key)):
            if named.id in seen:
                yield fault("C403", f"'{named.id}' is declared twice", spot(book, book.outline, key, n, "id"), "delete one of the two")
            seen.add(named.id)


@register("C404", "topic not used", "note")
def topic_not_used(book: Book) -> Found:
    """A declared topic marks no question."""
    used = {topic for question in book.questions.values() for topic in question.topics}
    for n, topic in enumerate(book.outline.topics):
        if topic.id not in used and complete(book):
            yield fault(
                "C404", f"topic '{topic.id}' marks no question", spot(book, book.outline, "topics", n, "id"), "use it, or delete it", "note"
            )


@register("C405", "source not cited", "note")
def source_not_cited(book: Book) -> Found:
    """A source in ``sources.yaml`` is cited by nothing."""
    cited = {s.key for record in written(book) for s in record.sources}
    cited |= {r.id for passage in passages(book) for r in passage.text.references if r.kind == "source"}
    for work in book.works.values():
        if work.key not in cited and complete(book):
            yield fault("C405", f"source '{work.key}' is not cited", spot(book, work, "key"), "cite it, or delete it", "note")


@register("C707", "term not used", "note")
def term_not_used(book: Book) -> Found:
    """A glossary entry that no text links to and no entry of the index names: a reader meets the word nowhere."""
    linked = {r.id for passage in passages(book) for r in passage.text.references if r.kind == "term"}
    marks = [m for record in written(book) for m in record.index]
    named = {m.term.casefold() for m in marks} | {m.term.casefold() for passage in passages(book) for m in passage.text.marks}
    for term in book.terms.values():
        word = term.term.partition(" (")[0].casefold()
        if term.id not in linked and word not in named and complete(book):
            yield fault("C707", f"nothing leads to the term '{term.term}'", spot(book, term, "id"), "link to it, or delete it", "note")
