"""Check links, index references, and what texts include by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline import markup
from pipeline.checks.places import Passage, Spot, complete, fault, passages, spot, written
from pipeline.checks.registry import register
from pipeline.diagnostics import Diagnostic, nearest
from pipeline.model import Book, Chapter, Question, identity, output_value

Found = Iterator[Diagnostic]


def targets(book: Book) -> Mapping[str, set[str]]:
    """Return what a link of each kind may name."""
    return {
        "section": {*book.questions, *book.chapters},
        "term": set(book.terms),
        "formula": set(book.formulas),
        "source": set(book.works),
        "figure": set(book.figures),
        "box": set(book.boxes),
    }


def _refused(book: Book, kind: str, name: str) -> bool:
    """Tell whether a record of this id was refused: its own fault is reported already."""
    kinds = {"section": ("question", "chapter"), "source": ("work",)}.get(kind, (kind,))
    listed = {"term": "glossary", "formula": "formulasheet", "source": "works"}.get(kind)
    return any((k, name) in book.refused for k in kinds) or any(k == listed for k, _ in book.refused)


@register("C201", "broken link")
def broken_link(book: Book) -> Found:
    """A link by id names a record that the book does not have. A link to a refused record is not reported again."""
    known = targets(book)
    for passage in passages(book):
        for reference in passage.text.references:
            if reference.kind not in known or reference.kind in ("figure", "box") or reference.id in known[reference.kind]:
                continue
            if not _refused(book, reference.kind, reference.id):
                message = f"no {_called(reference.kind)} '{reference.id}'"
                yield fault("C201", message, _at(passage, reference), nearest(reference.id, known[reference.kind]))


def _called(kind: str) -> str:
    return {"section": "question or chapter", "term": "glossary term", "source": "source"}.get(kind, kind)


def _at(passage: Passage, reference: markup.Reference) -> Spot:
    return passage.spot(reference.line, reference.column).at(reference.id)


@register("C202", "link to itself")
def link_to_itself(book: Book) -> Found:
    """A text links to the question or chapter that it stands in; a reader who follows it goes nowhere."""
    for passage in passages(book):
        for reference in passage.text.references:
            if reference.kind == "section" and reference.id == identity(passage.record) and isinstance(passage.record, (Question, Chapter)):
                yield fault("C202", f"'{reference.id}' links to itself", _at(passage, reference), "name the part meant, or delete the link")


@register("C203", "unknown box")
def unknown_box(book: Book) -> Found:
    """A text includes a box that the book does not have."""
    for passage in passages(book):
        for reference in passage.text.references:
            if reference.kind == "box" and reference.id not in book.boxes and not _refused(book, "box", reference.id):
                yield fault("C203", f"no box '{reference.id}'", _at(passage, reference), nearest(reference.id, book.boxes))


@register("C204", "box inside a box")
def nested_box(book: Book) -> Found:
    """A box includes a box. Boxes do not nest, so that none can include itself."""
    for passage in passages(book):
        for reference in passage.text.references:
            if (
                reference.kind == "box"
                and identity(passage.record) in book.boxes
                and passage.record is book.boxes[identity(passage.record)]
            ):
                yield fault(
                    "C204", f"box '{identity(passage.record)}' includes box '{reference.id}'", _at(passage, reference), "write the text out"
                )


@register("C205", "see also to itself")
def see_also_itself(book: Book) -> Found:
    """A question names itself in 'see_also'."""
    for question in book.questions.values():
        for n, name in enumerate(question.see_also):
            if name == question.id:
                yield fault("C205", f"'{name}' sees itself", spot(book, question, "see_also", n), "delete it")


@register("C206", "see also to nothing")
def see_also_unknown(book: Book) -> Found:
    """A question, term, or formula names a question that the book does not have."""
    lists = (
        *((q, "see_also", q.see_also) for q in book.questions.values()),
        *((t, "questions", t.questions) for t in book.terms.values()),
        *((f, "questions", f.questions) for f in book.formulas.values()),
    )
    for record, key, names in lists:
        for n, name in enumerate(names):
            if name not in book.questions and ("question", name) not in book.refused:
                yield fault("C206", f"no question '{name}'", spot(book, record, key, n), nearest(name, book.questions))


@register("C207", "unknown value")
def unknown_value(book: Book) -> Found:
    """A text prints a value of an example's output that the output does not have.

    ``{=sweep.best}`` needs example 'sweep' in the same question, and a line 'best: …' in its output.
    """
    for passage in passages(book):
        for reference in passage.text.references:
            if reference.kind == "value" and output_value(getattr(passage.record, "examples", ()), reference.id) is None:
                hint = "name an example of this question and a label of its output"
                yield fault("C207", f"no value '{reference.id}'", _at(passage, reference), hint)


@register("C208", "index reference to nothing")
def index_reference(book: Book) -> Found:
    """An index entry says 'see' or 'see also' a heading that no mark makes."""
    marks = tuple(_index_references(book))
    headings = {term for _, term, _ in marks}
    for where, _, see in marks:
        if see and see not in headings and complete(book):
            yield fault("C208", f"no index entry '{see}'", where, nearest(see, headings))


@register("C209", "index reference to itself")
def index_reference_itself(book: Book) -> Found:
    """An index entry says 'see' or 'see also' itself."""
    for where, term, see in _index_references(book):
        if see == term:
            yield fault("C209", f"index entry '{term}' refers to itself", where, "name another entry")


def _index_references(book: Book) -> Iterator[tuple[Spot, str, str | None]]:
    """Yield every index mark: the place of what it refers to, its heading, and what it refers to, if anything."""
    for record in written(book):
        for n, mark in enumerate(record.index):
            yield spot(book, record, "index", n, "see" if mark.see else "see_also"), mark.term, mark.see or mark.see_also
    for passage in passages(book):
        for found in passage.text.marks:
            see = found.see or found.see_also
            where = passage.spot(found.line, found.column)
            yield where.at(f'"{see}"').at(see) if see else where, found.term, see
