"""Check that every character of the book can be printed: that some font of each edition's look has it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline import model, theme
from pipeline.checks.places import Found, Spot, fault, register
from pipeline.model import Book

LATEX = "latex"
"""A field that is drawn, and not set: its signs have a check of their own (M188)."""


@dataclass
class _Missing:
    """Characters of one script that no font has."""

    first: str
    where: Spot
    characters: set[str]
    times: int = 0


@register("C802", "no font has the character")
def character_without_font(book: Book) -> Found:
    """No font of the book's look has a character, so that an empty box would be printed. Characters of one script are told once.

    Letters, signs, and emoji of most kinds are there; for another script, a look names a font: docs/themes.md.
    """
    if any(kind == "theme" for kind, _ in book.refused):
        return
    missing: dict[str, _Missing] = {}
    for record, keys, text, at in _lacking(book):
        character = text[at]
        script = _script(character)
        entry = missing.get(script) or missing.setdefault(script, _Missing(character, _spot(book, record, keys, text[: at + 1]), set()))
        entry.characters.add(character)
        entry.times += 1
    for entry in missing.values():
        hint = "write it in words, or name a font that has it in theme/theme.yaml"
        yield fault("C802", f"no font has {_named(entry)}", entry.where, hint)


def _script(character: str) -> str:
    """Return the first word of a character's name; what Japanese is written in counts as one script."""
    first = unicodedata.name(character, "unnamed").split(" ")[0]
    return "CJK" if first in ("HIRAGANA", "KATAKANA", "IDEOGRAPHIC") else first


def _lacking(book: Book) -> Iterator[tuple[model.Record, model.Keys, str, int]]:
    """Yield record, keys, text, and where in it a character stands that no font has."""
    looks = tuple(dict.fromkeys(theme.of_edition(book.layers, edition) for edition in book.editions.values()))
    for record in book.records() if looks else ():
        for keys, text in model.strings(record):
            if not text.isascii() and keys[-1] != LATEX:
                yield from ((record, keys, text, at) for at in theme.lacking(text, looks))


def _spot(book: Book, record: model.Record, keys: model.Keys, before: str) -> Spot:
    """Return the place of the last character of what a text begins with."""
    origin = book.origin(record)
    place = origin.place_in(keys, before.count("\n") + 1, len(before) - before.rfind("\n") - 1)
    return Spot(place, origin.source.line_text(place))


def _named(entry: _Missing) -> str:
    name = unicodedata.name(entry.first, "").lower()
    shown = f"“{entry.first}” (U+{ord(entry.first):04X}{f' {name}' if name else ''})"
    others = len(entry.characters) - 1
    more = f", nor {others} more of its script" if others else ""
    return f"{shown}{more}: {entry.times} places in all" if entry.times > 1 else shown
