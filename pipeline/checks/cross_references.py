"""Check links, index references, figures, and citations: what is named is there, and what the book has is named somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline import markup
from pipeline.checks.places import Found, Passage, Spot, complete, fault, passages, register, spot, written
from pipeline.diagnostics import nearest
from pipeline.model import Book, Chapter, Question, enclosed, identity, output_value

CALLED: Final = {"section": "question or chapter", "term": "glossary term"}


def _references(book: Book, *kinds: str) -> Iterator[tuple[Passage, markup.Reference]]:
    """Yield the references of some kinds, each with the text that it stands in."""
    yield from ((passage, reference) for passage in passages(book) for reference in passage.text.references if reference.kind in kinds)


def _at(passage: Passage, reference: markup.Reference) -> Spot:
    return passage.spot(reference.line, reference.column).at(reference.id)


def _refused(book: Book, kind: str, name: str) -> bool:
    """Tell whether a record of this id was refused: its own fault is reported already."""
    kinds = {"section": ("question", "chapter"), "source": ("work",)}.get(kind, (kind,))
    listed = {"term": "glossary", "formula": "formulasheet", "source": "works"}.get(kind)
    return any((k, name) in book.refused for k in kinds) or (listed is not None and any(k == listed for k, _ in book.refused))


@register("C201", "broken link")
def broken_link(book: Book) -> Found:
    """A link by id names a record that the book does not have. A link to a refused record is not reported again."""
    questions, chapters = book.questions, book.chapters
    known = {"section": {*questions, *chapters}, "term": {*book.terms}, "formula": {*book.formulas}, "source": {*book.works}}
    for passage, reference in _references(book, *known):
        kind, name = reference.kind, reference.id
        if name not in known[kind] and not _refused(book, kind, name):
            yield fault("C201", f"no {CALLED.get(kind, kind)} '{name}'", _at(passage, reference), nearest(name, known[kind]))


@register("C202", "link to itself")
def link_to_itself(book: Book) -> Found:
    """A text links to the question or chapter that it stands in; a reader who follows it goes nowhere."""
    for passage, reference in _references(book, "section"):
        if reference.id == identity(passage.record) and isinstance(passage.record, (Question, Chapter)):
            yield fault("C202", f"'{reference.id}' links to itself", _at(passage, reference), "name the part meant, or delete the link")


@register("C203", "unknown box")
def unknown_box(book: Book) -> Found:
    """A text includes a box that the book does not have."""
    for passage, reference in _references(book, "box"):
        if reference.id not in book.boxes and not _refused(book, "box", reference.id):
            yield fault("C203", f"no box '{reference.id}'", _at(passage, reference), nearest(reference.id, book.boxes))


@register("C204", "box inside a box")
def nested_box(book: Book) -> Found:
    """A box includes a box. Boxes do not nest, so that none can include itself."""
    for passage, reference in _references(book, "box"):
        box = identity(passage.record)
        if passage.record is book.boxes.get(box):
            yield fault("C204", f"box '{box}' includes box '{reference.id}'", _at(passage, reference), "write the text out")


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
    for passage, reference in _references(book, "value"):
        if output_value(getattr(passage.record, "examples", ()), reference.id) is None:
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


def _uses(book: Book) -> Iterator[tuple[Spot, str, str]]:
    """Yield each use of a figure: its place, its id, and the record that uses it."""
    for record in written(book):
        for n, name in enumerate(record.figures):
            yield spot(book, record, "figures", n), name, record.id
    for passage, reference in _references(book, "figure"):
        yield _at(passage, reference), reference.id, identity(passage.record)


@register("C501", "unknown figure")
def unknown_figure(book: Book) -> Found:
    """A text or a list names a figure that the book does not have."""
    for where, name, _ in _uses(book):
        if name not in book.figures and ("figure", name) not in book.refused:
            yield fault("C501", f"no figure '{name}'", where, nearest(name, book.figures))


@register("C502", "figure not drawn")
def figure_not_drawn(book: Book) -> Found:
    """A figure has a record and no SVG beside it, nor a PNG, JPEG, WebP, or GIF."""
    drawn = {*book.drawings, *(name.removeprefix("figures/") for name in book.pictures)}
    for figure in book.figures.values():
        if figure.id not in drawn and not {("drawing", figure.id), ("picture", f"figures/{figure.id}")} & book.refused:
            yield fault("C502", f"figures/{figure.id}.svg is missing", spot(book, figure, "id"), "draw it with 'make figures'")


@register("C503", "stale figure")
def stale_figure(book: Book) -> Found:
    """A drawing was made from another version of its script; what it shows may no longer be true."""
    for figure in book.figures.values():
        drawing = book.drawings.get(figure.id)
        if drawing is not None and figure.script is not None and drawing.recorded != drawing.expected:
            what = "its script is missing" if not drawing.expected else "its script has changed since it was drawn"
            yield fault("C503", f"figure '{figure.id}' is stale: {what}", spot(book, figure, "script"), "draw it again with 'make figures'")


@register("C506", "picture not in the book")
def unknown_picture(book: Book) -> Found:
    """A text shows a picture by a path at which no file lies in the book's folder."""
    for passage, reference in _references(book, "picture"):
        if reference.id not in book.pictures and ("picture", reference.id) not in book.refused:
            hint = nearest(reference.id, book.pictures) or "put the file there"
            yield fault("C506", f"no file '{reference.id}' in the book", _at(passage, reference), hint)


@register("C507", "picture in a title")
def picture_in_title(book: Book) -> Found:
    """A question or a title is printed in contents, heads of pages, and links: a picture in it would be lost there."""
    for passage, reference in _references(book, "picture"):
        if passage.inline and passage.keys[-1] in ("ask", "title"):
            yield fault("C507", "a picture stands in a title", _at(passage, reference), "move it into 'exhibit', or into the text")


@register("C504", "figure not used", "warning")
def figure_not_used(book: Book) -> Found:
    """A figure stands in no text."""
    used = {name for _, name, _ in _uses(book)}
    for figure in book.figures.values():
        if figure.id not in used and complete(book):
            yield fault("C504", f"figure '{figure.id}' is not used", spot(book, figure, "id"), "place it, or delete its files")


@register("C505", "figure used twice")
def figure_used_twice(book: Book) -> Found:
    """Two records use one figure; a figure has one number and one place."""
    first: dict[str, str] = {}
    for where, name, record in _uses(book):
        if first.setdefault(name, record) != record:
            hint = f"link to the figure's question: [[{first[name]}]]"
            yield fault("C505", f"figure '{name}' stands in '{first[name]}' too", where, hint)


@register("C404", "topic not used", "note")
def topic_not_used(book: Book) -> Found:
    """A declared topic marks no question."""
    used = {topic for question in book.questions.values() for topic in question.topics}
    for n, topic in enumerate(book.outline.topics):
        if topic.id not in used and complete(book):
            where = spot(book, book.outline, "topics", n, "id")
            yield fault("C404", f"topic '{topic.id}' marks no question", where, "use it, or delete it")


@register("C405", "source not cited", "note")
def source_not_cited(book: Book) -> Found:
    """A source in ``sources.yaml`` is cited by nothing."""
    cited = {s.key for record in written(book) for s in record.sources}
    cited |= {reference.id for _, reference in _references(book, "source")}
    for work in book.works.values():
        if work.key not in cited and complete(book):
            yield fault("C405", f"source '{work.key}' is not cited", spot(book, work, "key"), "cite it, or delete it")


@register("C707", "term not used", "note")
def term_not_used(book: Book) -> Found:
    """A glossary entry that no text links to and no entry of the index names: a reader meets the word nowhere."""
    linked = {reference.id for _, reference in _references(book, "term")}
    marks = [m for record in written(book) for m in record.index]
    named = {m.term.casefold() for m in marks} | {m.term.casefold() for passage in passages(book) for m in passage.text.marks}
    for term in book.terms.values():
        word = term.term.partition(" (")[0].casefold()
        if term.id not in linked and word not in named and complete(book):
            yield fault("C707", f"nothing leads to the term '{term.term}'", spot(book, term, "id"), "link to it, or delete it")


@register("C713", "parentheses in parentheses", "warning")
def doubled_parentheses(book: Book) -> Found:
    """A work is cited within parentheses, and what stands for it there has parentheses of its own: "(Ho et al. (2020))".

    The press mends a short form that ends in them, "(Ho et al., 2020)"; of a label, or of another short form, it does not.
    """
    for passage, reference in _references(book, "source"):
        work = book.works.get(reference.id)
        shown = reference.label or (enclosed(work.short) if work else "")
        if reference.enclosed and "(" in shown:
            message = f"'{shown[:60]}' stands within parentheses"
            yield fault("C713", message, _at(passage, reference), "write it without parentheses of its own")
