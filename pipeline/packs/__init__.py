"""Packs for hiring teams: one zip for each team, or each person, with its guides in its colors, its own questions, and a page to open.

pack(wish, say)      make the packs that do not stand whole already
check(output)        check packs that were made
"""

from pipeline.packs.archive import PACKS, check
from pipeline.packs.making import Failed, Packed, Wish, pack

__all__ = ["PACKS", "Failed", "Packed", "Wish", "check", "pack"]
