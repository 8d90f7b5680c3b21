"""Write texts as XHTML, and remember how each was written for the same surroundings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pipeline import markup
from pipeline.markup import Target, Text
from pipeline.markup.code import block
from pipeline.theme import Medium
from pipeline.work.memory import Memory, name

MOST = 16_384
"""Texts of an edition that are remembered as written for one medium."""


@cache
def memory(edition: str, medium: Medium) -> Memory:
    """Return what is remembered of the texts of an edition: their XHTML, by all that it follows from."""
    return Memory(MOST)


def write(text: Text, target: Target, known: Memory) -> str:
    """Return a text as XHTML: a line without any block around it."""
    writer = markup.inline_xhtml if text.inline else markup.to_xhtml
    if text.faults:
        return writer(text, target)
    written = name(
        text.source, text.inline, target.medium, target.scope, target.level, target.first_note, target.words,
        *_answers(text, target),
    )  # fmt: skip
    found: str | None = known.get(written)
    if found is None:
        found = writer(text, target)
        known.put(written, found)
    return found


def write_code(code: str, language: str, known: Memory) -> str:
    """Return code as a highlighted block."""
    written = name("code", code, language)
    found: str | None = known.get(written)
    if found is None:
        found = block(code, language)
        known.put(written, found)
    return found


def _answers(text: Text, target: Target) -> Iterator[Any]:
    """Give all that a text is told by its surroundings."""
    asked = {"figure": target.figure, "box": target.box, "value": target.value}
    for reference in text.references:
        yield asked[reference.kind](reference.id) if reference.kind in asked else target.link(reference)
    if target.medium == "paged":
        for formula in text.formulas:
            setting = target.formula(formula)
            yield setting.name, setting.width, setting.height, setting.depth
    yield from (target.table_label(n) for n in range(1, text.tables + 1))
