"""Say which characters of a text no font of a look has: they would be printed as empty boxes."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from fontTools.ttLib import TTFont

from pipeline.theme.edition_look import Look

JOINING = frozenset({0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080)})
"""Characters that join those beside them or choose between their forms, and print nothing."""


def lacking(text: str, looks: tuple[Look, ...]) -> Iterator[int]:
    """Yield where in a text a character stands that one of these looks has no font for; any of its fonts will do."""
    if text.isascii():
        return
    served = _of_all(looks)
    for at, character in enumerate(text):
        if ord(character) not in served and not _is_unseen(character) and not _composed(text, at, served):
            yield at


def _is_unseen(character: str) -> bool:
    """Tell whether a character is white, or a control; texts that hold one of these have faults of their own (M101)."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _composed(text: str, at: int, served: frozenset[int]) -> bool:
    """Tell whether a character can be set of others: a letter of its parts, or a mark with the letter before it."""
    parts = unicodedata.normalize("NFD", text[at])
    if len(parts) > 1 and all(ord(part) in served for part in parts):
        return True
    whole = unicodedata.normalize("NFC", text[max(at - 1, 0) : at + 1])
    return bool(unicodedata.combining(text[at])) and len(whole) == 1 and ord(whole) in served


@lru_cache(maxsize=16)
def _of_all(looks: tuple[Look, ...]) -> frozenset[int]:
    return frozenset.intersection(*(_of_look(look) for look in looks)) if looks else frozenset()


@lru_cache(maxsize=16)
def _of_look(look: Look) -> frozenset[int]:
    return JOINING.union(*(_of_font(look.font(face)) for face in look.faces))


@cache
def _of_font(data: bytes) -> frozenset[int]:
    return frozenset(TTFont(io.BytesIO(data), lazy=True).getBestCmap())
