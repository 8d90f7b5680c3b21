"""Check figures: there, fresh, used, and placed once."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.checks.places import Spot, complete, fault, passages, spot, written
from pipeline.checks.registry import register
from pipeline.diagnostics import Diagnostic, nearest
from pipeline.model import Book, identity

Found = Iterator[Diagnostic]


def _uses(book: Book) -> Iterator[tuple[Spot, str, str]]:
    """Yield each use of a figure: its place, its id, and the record that uses it."""
    for record in written(book):
        for n, name in enumerate(record.figures):
            yield spot(book, record, "figures", n), name, record.id
    for passage in passages(book):
        for reference in passage.text.references:
            if reference.kind == "figure":
                yield passage.spot(reference.line, reference.column).at(reference.id), reference.id, identity(passage.record)


@register("C501", "unknown figure")
def unknown_figure(book: Book) -> Found:
    """A text or a list names a figure that the book does not have."""
    for where, name, _ in _uses(book):
        if name not in book.figures and ("figure", name) not in book.refused:
            yield fault("C501", f"no figure '{name}'", where, nearest(name, book.figures))


@register("C502", "figure not drawn")
def figure_not_drawn(book: Book) -> Found:
    """A figure has a record and no SVG beside it."""
    for figure in book.figures.values():
        if figure.id not in book.drawings and ("drawing", figure.id) not in book.refused:
            yield fault("C502", f"figures/{figure.id}.svg is missing", spot(book, figure, "id"), "draw it with 'make figures'")


@register("C503", "stale figure")
def stale_figure(book: Book) -> Found:
    """A drawing was made from another version of its script; what it shows may no longer be true."""
    for figure in book.figures.values():
        drawing = book.drawings.get(figure.id)
        if drawing is not None and figure.script is not None and drawing.recorded != drawing.expected:
            what = "its script is missing" if not drawing.expected else "its script has changed since it was drawn"
            yield fault("C503", f"figure '{figure.id}' is stale: {what}", spot(book, figure, "script"), "draw it again with 'make figures'")


@register("C504", "figure not used", "warning")
def figure_not_used(book: Book) -> Found:
    """A figure stands in no text."""
    used = {name for _, name, _ in _uses(book)}
    for figure in book.figures.values():
        if figure.id not in used and complete(book):
            yield fault("C504", f"figure '{figure.id}' is not used", spot(book, figure, "id"), "place it, or delete its files", "warning")


@register("C505", "figure used twice")
def figure_used_twice(book: Book) -> Found:
    """Two records use one figure; a figure has one number and one place."""
    first: dict[str, str] = {}
    for where, name, record in _uses(book):
        if first.setdefault(name, record) != record:
            yield fault(
                "C505", f"figure '{name}' stands in '{first[name]}' too", where, f"link to the figure's question: [[{first[name]}]]"
            )
