"""Check that every script that the book is written in has a font: one fault for each script, where it is first met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from pipeline import theme
from pipeline.checks.places import Found, Spot, fault, register, spot
from pipeline.model import Book, Keys


@register("C803", "script without a font")
def unserved(book: Book) -> Found:
    """A text is in a script that no font of the theme serves, or whose fonts are not installed. It is said once for each script."""
    if any(kind == "theme" for kind, _ in book.refused):
        return
    look = theme.look(book.layers, writing=book.writing)
    for script, _ in book.writing.scripts:
        if lacking := look.lacking_fonts(script):
            named = script in look.script_fonts
            hint = "run 'make languages'" if named else f"name fonts for '{script}' below 'fonts: scripts:' in theme/theme.yaml"
            where, amount = _first(book, script)
            yield fault("C803", f"{lacking} ({amount} characters)" if amount else lacking, where, hint)


def _first(book: Book, script: str) -> tuple[Spot, int]:
    """Return where a script is first met, and how many characters of the book are in it; the language's own may be in none."""
    own = theme.language(book.outline.lang).script
    first: Spot | None = None
    amount = 0
    for record in book.records():
        for keys, text in _texts(record.model_dump(by_alias=True, exclude_none=True)):
            met = [n for n, character in enumerate(text) if character > "\u02af" and theme.script_of(character, own) == script]
            amount += len(met)
            if met and first is None:
                line, before = text.count("\n", 0, met[0]) + 1, met[0] - text.rfind("\n", 0, met[0])
                length = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(met, range(met[0], len(text)), strict=False))))
                origin = book.origin(record)
                place = origin.place_in(keys, line, before, length)
                first = Spot(place, origin.source.line_text(place))
    return first or spot(book, book.outline, "lang"), amount


def _texts(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Yield every text below a value, with the keys that lead to it."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _texts(below, (*keys, key))
    elif isinstance(value, Sequence):
        for number, below in enumerate(value):
            yield from _texts(below, (*keys, number))
