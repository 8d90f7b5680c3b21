"""Make notes of questions: one each, its parts in the fields of the kind of note, its topics and level as tags."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from pipeline import markup
from pipeline.export.anki import Note
from pipeline.export.losses import Losses
from pipeline.export.note_times import Times
from pipeline.export.parts import key_letters, notes, part, titled
from pipeline.export.records import UNHELD, Told
from pipeline.export.web_text import WebText

OWN: Final = ("exhibit", "choices", "summary", "answer", "key_points", "hints")
"""Parts that have a field of their own, or stand with the question."""


def note(web: WebText, times: Times) -> Note:
    """Return the note of a question."""
    told, outline = web.told, web.publication.outline
    exhibit = titled(web, ["exhibit"]) if told.record.exhibit else ""
    answer = _part(web, "answer")
    why = notes(web) if told.has_key else ""
    fields = (
        "\n".join(filter(None, (web.line(told.record.ask), exhibit))), _part(web, "choices"), key_letters(told), _part(web, "summary"),
        "\n".join(filter(None, (why, answer))), _part(web, "key_points"), _part(web, "hints"),
        titled(web, (name for name in told.parts if name not in OWN)), _source(web), told.id, "",
    )  # fmt: skip
    tags = [f"topic::{topic}" for topic in told.record.topics] + [f"level::{told.record.level}"] * bool(told.record.level)
    deck = "::".join(_deck_name(title) for title in (outline.title, told.title) if title)
    made = Note(f"{outline.id} {told.id}", fields, tuple(tags), deck)
    return Note(made.name, fields, made.tags, deck, times.changed(told.id, made.digest))


def tell(told: Told, losses: Losses) -> None:
    """Note what a deck cannot hold of a question."""
    fields = type(told.record).model_fields
    losses.tell("X102", told, *(name for name in UNHELD if getattr(told.record, name) != fields[name].default))


def _part(web: WebText, name: str) -> str:
    return part(web, name) if name in web.told.parts else ""


def _source(web: WebText) -> str:
    told, outline = web.told, web.publication.outline
    words: Iterable[str] = (outline.title, _plain(told.title), told.number)
    return escape(", ".join(filter(None, words)), quote=False)


def _plain(title: str) -> str:
    return markup.plain(markup.parse(title, inline=True)) if title else ""


def _deck_name(title: str) -> str:
    """Return the name of a deck: Anki parts the names of decks in one another by two colons."""
    return " ".join(_plain(title).replace("::", ": ").replace('"', "'").split())
