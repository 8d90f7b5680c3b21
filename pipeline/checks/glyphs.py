"""Check that every character of the book can be printed: that its script has fonts, and that some font of each edition's look has it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile

from pipeline import markup, model, theme
from pipeline.checks.places import Found, Spot, fault, register, spot
from pipeline.checks.sentences import known
from pipeline.model import Book
from pipeline.work.cache import digest

LATEX = "latex"
"""A field that is drawn, and not set: its signs have a check of their own (M188)."""
LATIN = "\u02af"
"""The last letter of Latin: no script that needs a font of its own begins before."""


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

    Letters, signs, and emoji of most kinds are there; for another script, a look names a font: docs/themes.md. A script that has no
    font at all is a fault of its own (C803).
    """
    if any(kind == "theme" for kind, _ in book.refused):
        return
    missing: dict[str, _Missing] = {}
    for record, keys, text, at in _lacking(book):
        character = text[at]
        script = _script(character)
        entry = missing.get(script) or missing.setdefault(script, _Missing(character, _spot(book, record, keys, text, at), set()))
        entry.characters.add(character)
        entry.times += 1
    for entry in missing.values():
        hint = "write it in words, or name a font that has it in theme/theme.yaml"
        yield fault("C802", f"no font has {_named(entry)}", entry.where, hint)


@register("C716", "character that nobody sees")
def unseen_character(book: Book) -> Found:
    """A text that is no Markdown holds a character that nobody sees, that turns the order of others round, or that is for private use.

    Code that was turned round is not the code that is read. In Markdown it is M101.
    """
    for record in book.records():
        prose = {keys for keys, _, _ in model.prose(record)}
        for keys, text in model.strings(record):
            found = None if text.isascii() or keys in prose else markup.FORBIDDEN.search(text)
            if found:
                where = _spot(book, record, keys, text, found.start())
                yield fault("C716", f"the character U+{ord(found[0]):04X} cannot be printed", where, "remove it")


def _script(character: str) -> str:
    """Return the first word of a character's name; what Japanese is written in counts as one script."""
    first = unicodedata.name(character, "unnamed").split(" ")[0]
    return "CJK" if first in ("HIRAGANA", "KATAKANA", "IDEOGRAPHIC") else first


def _lacking(book: Book) -> Iterator[tuple[model.Record, model.Keys, str, int]]:
    """Yield record, keys, text, and where in it a character stands that no font has."""
    unserved = dict(_unserved(book))
    writing = replace(book.writing, scripts=tuple(each for each in book.writing.scripts if each[0] not in unserved))
    looks = tuple(dict.fromkeys(theme.of_edition(book.layers, edition, writing) for edition in book.editions.values()))
    fonts = digest(*(sorted({face.sha256 for face in look.faces}) for look in looks))
    for record in book.records() if looks else ():
        for keys, text in model.strings(record):
            if not text.isascii() and keys[-1] != LATEX:
                # Where nothing has to be looked up, no font is opened.
                lacking = known().remembered(partial(_places, text, looks), ("C802", fonts, text))
                yield from ((record, keys, text, at) for at in lacking if _script_of(book, text[at]) not in unserved)


def _places(text: str, looks: tuple[theme.Look, ...]) -> list[int]:
    return list(theme.lacking(text, looks))


def _spot(book: Book, record: model.Record, keys: model.Keys, text: str, at: int, length: int = 1) -> Spot:
    """Return the place of so many characters of a text."""
    origin = book.origin(record)
    place = origin.place_in(keys, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), length)
    return Spot(place, origin.source.line_text(place))


def _named(entry: _Missing) -> str:
    name = unicodedata.name(entry.first, "").lower()
    shown = f"“{entry.first}” (U+{ord(entry.first):04X}{f' {name}' if name else ''})"
    others = len(entry.characters) - 1
    more = f", nor {others} more of its script" if others else ""
    return f"{shown}{more}: {entry.times} places in all" if entry.times > 1 else shown


@register("C803", "script without a font")
def script_without_font(book: Book) -> Found:
    """A text is in a script that no font of the theme serves, or whose fonts are not installed. It is said once for each script."""
    if any(kind == "theme" for kind, _ in book.refused):
        return
    for script, (lacking, hint) in _unserved(book):
        where, amount = _first(book, script)
        yield fault("C803", f"{lacking} ({amount} characters)" if amount else lacking, where, hint)


def _unserved(book: Book) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each script of the book that cannot be printed, with what is lacking, and what to do."""
    look = theme.look(book.layers, writing=book.writing)
    for script, _ in book.writing.scripts:
        if lacking := look.lacking_fonts(script):
            named = f"name fonts for '{script}' below 'fonts: scripts:' in theme/theme.yaml"
            yield script, (lacking, "run 'make languages'" if script in look.script_fonts else named)


def _script_of(book: Book, character: str) -> str:
    return theme.script_of(character, theme.language(book.outline.lang).script)


def _first(book: Book, script: str) -> tuple[Spot, int]:
    """Return where a script is first met, and how many characters of the book are in it; the language's own may be in none."""
    first: Spot | None = None
    amount = 0
    for record in book.records():
        for keys, text in model.strings(record):
            met = [at for at, character in enumerate(text) if character > LATIN and _script_of(book, character) == script]
            amount += len(met)
            if met and first is None:
                run = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(met, range(met[0], len(text)), strict=False))))
                first = _spot(book, record, keys, text, met[0], run)
    return first or spot(book, book.outline, "lang"), amount
