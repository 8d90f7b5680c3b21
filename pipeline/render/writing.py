"""Write texts as XHTML, and remember how each was written for the same surroundings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline import markup
from pipeline.markup import Target, Text
from pipeline.markup.highlight import block
from pipeline.work.cache import Shelf


def write(text: Text, target: Target, shelf: Shelf) -> str:
    """Return a text as XHTML: a line without any block around it."""
    writer = markup.inline_xhtml if text.inline else markup.to_xhtml
    if text.faults:
        return writer(text, target)
    parts = (
        text.source, text.inline, target.medium, target.scope, target.level, target.words,
        tuple(words for name, words in target.spoken.items() if name.startswith("name-")),
        *target.table_labels, *_told(text, target),
    )  # fmt: skip
    return str(shelf.remembered(lambda: writer(text, target), parts))


def write_code(code: str, language: str, shelf: Shelf) -> str:
    """Return code as a highlighted block."""
    return str(shelf.remembered(lambda: block(code, language), ("code", code, language)))


def _told(text: Text, target: Target) -> Iterator[Any]:
    """Give what a text is told by its surroundings, in the order that it asks."""
    yield from (target.shown[reference] for reference in text.references)
    for drawing in (target.drawings[formula] for formula in text.formulas if target.drawings):
        yield drawing.name, drawing.width, drawing.height, drawing.depth
