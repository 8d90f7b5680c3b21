"""Lay out signatures with WeasyPrint, each on its own: the same pages for the same signature, whoever lays it out."""

from .attempts import DRAW, LAY_OUT, get_ready, lay_out, prepare
from .faults import RULES
from .keys import fonts_digest, key, system_versions
from .records import PICTURE, Begin, Destination, FaceUse, Facts, LaidOut, Room, Signature

__all__ = [
    "DRAW", "LAY_OUT", "PICTURE", "RULES", "Begin", "Destination", "FaceUse", "Facts", "LaidOut", "Room", "Signature", "fonts_digest",
    "get_ready", "key", "lay_out", "prepare", "system_versions",
]  # fmt: skip
