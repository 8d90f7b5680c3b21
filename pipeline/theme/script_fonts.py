"""Make of the font of a script what pages are set in: one weight of a variable font, and of many thousand glyphs the usual ones."""

from __future__ import annotations

import io
from functools import lru_cache

from fontTools.ttLib import TTFont

from pipeline.diagnostics import ToolError
from pipeline.work import cache

LATIN = "\u02af"
"""The last character that a font of Han characters leaves to the fonts of running text."""

SPACES = " \u00a0"
"""Pango takes spaces from the font that is asked first."""


def cut(data: bytes, weight: int | None, kept: frozenset[str]) -> bytes:
    """Return a font file in one weight, with no characters but those kept; without either, as it is.

    Raises ToolError where HarfBuzz's Python package is missing.
    """
    return _cut(data, weight, "".join(sorted(kept))) if weight or kept else data


@lru_cache(maxsize=16)
def _cut(data: bytes, weight: int | None, kept: str) -> bytes:
    return cache.remembered(lambda: _made(data, weight, kept), "script font", data, weight, kept)


def _made(data: bytes, weight: int | None, kept: str) -> bytes:
    try:
        import uharfbuzz  # only books in scripts of their own need it
    except ImportError as error:
        raise ToolError("fonts of scripts are cut by uharfbuzz, which is missing: run 'make languages'") from error
    face, wanted = uharfbuzz.Face(data), uharfbuzz.SubsetInput()
    if kept:
        wanted.unicode_set.update(ord(character) for character in kept if character > LATIN)
        wanted.unicode_set.update(map(ord, SPACES))
    else:
        wanted.keep_everything()
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.DOWNGRADE_CFF2 | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    if weight:
        wanted.pin_all_axes_to_default(face)
        wanted.pin_axis_location(face, "wght", float(weight))
    return _named(bytes(uharfbuzz.subset(face, wanted).blob.data), weight)


def _named(data: bytes, weight: int | None) -> bytes:
    """Return a font whose names say its weight: those of the variable one name its default."""
    font = TTFont(io.BytesIO(data), recalcTimestamp=False, lazy=True)
    if weight:
        style = "Bold" if weight >= 600 else "Regular"
        family = str(font["name"].getBestFamilyName()).replace(" Thin", "").replace(" Light", "")
        for number, words in ((1, family), (2, style), (4, f"{family} {style}"), (6, f"{family.replace(' ', '')}-{style}")):
            font["name"].removeNames(nameID=number)
            font["name"].setName(words, number, 3, 1, 0x409)
        font["name"].removeNames(nameID=16)
        font["name"].removeNames(nameID=17)
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()
