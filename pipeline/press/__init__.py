"""Lay out signatures with WeasyPrint: each on its own, in parallel, remembered by what it prints."""

from .attempts import prepare
from .cluster import reach
from .faults import RULES
from .keys import fonts_digest, key, system_versions
from .records import PICTURE, Destination, Facts, LaidOut, Room, Signature
from .workers import lay_out, lay_out_all, warm

__all__ = [
    "PICTURE", "RULES", "Destination", "Facts", "LaidOut", "Room", "Signature", "fonts_digest", "key", "lay_out", "lay_out_all",
    "prepare", "reach", "system_versions", "warm",
]  # fmt: skip
