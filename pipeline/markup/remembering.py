"""Remember what stands in texts, so that those of the last build need not be parsed again.

Texts with faults are not remembered: the next build shall find them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any, Final

from pipeline.markup.text import Formula, Heading, Mark, Reference, Text, Tokens
from pipeline.work.memory import Memory, name

TEXTS: Final = Memory(16_384)
"""What stands in texts, by the digest of their source."""


def recalled(source: str, inline: bool, read: Callable[[], Tokens]) -> Text | None:
    """Return a text that is remembered; ``read`` returns its tokens when they are asked for."""
    facts = TEXTS.get(name(source, inline))
    return None if facts is None else _text(source, inline, read, facts)


def remembered(text: Text) -> Text:
    """Return a text, and remember it."""
    if not text.faults:
        lists = [[list(astuple(each)) for each in found] for found in (text.references, text.marks, text.formulas)]
        TEXTS.put(
            name(text.source, text.inline),
            [text.said, *lists, [list(heading) for heading in text.headings], text.tables, text.footnotes, text.words],
        )
    return text


def _text(source: str, inline: bool, read: Callable[[], Tokens], facts: Any) -> Text:
    said, references, marks, formulas, headings, tables, footnotes, words = facts
    return Text(
        source, inline, read, said, tuple(Reference(*each) for each in references), tuple(Mark(*each) for each in marks),
        tuple(Formula(*each) for each in formulas), tuple(Heading(*each) for each in headings), tables, footnotes, words, (),
    )  # fmt: skip
