"""Lay out signatures with WeasyPrint, each on its own: the same pages for the same signature, whoever lays it out."""

from .layout import DRAW, LAY_OUT, RULES, get_ready
from .pixels import Pixels, drawing, formula
from .signatures import PICTURE, Destination, Facts, LaidOut, Room, Signature, fonts_digest, key, system_versions

__all__ = [
    "DRAW", "LAY_OUT", "PICTURE", "RULES", "Destination", "Facts", "LaidOut", "Pixels", "Room", "Signature", "drawing",
    "fonts_digest", "formula", "get_ready", "key", "system_versions",
]  # fmt: skip
