"""Tell left pages from right ones: all are laid out as right pages, and what differs on left ones is done when they are bound."""

import re
from dataclasses import dataclass

BOX = re.compile(rb"(/(?:Media|Crop|Trim|Bleed|Art)Box \[)([\d.]+) (\S+) ([\d.]+) (\S+)\]")


@dataclass(frozen=True, slots=True)
class Facing:
    """How left pages differ from right ones. Left ones are the even pages of the file: so it comes out right on both sides of a sheet."""

    shift: float = 0.0
    """Points that what is on a left page lies further right."""
    folio: str = "right"
    """Where folios stand: ``left``, ``center``, ``right``, or ``outside``, which is printed at both sides and kept at one."""

    def side(self, number: int) -> bytes:
        """Return which of the two folios of a page is kept, by its number from 0: ``l``, ``r``, or nothing where there is one."""
        return b"" if self.folio != "outside" else b"l" if number % 2 else b"r"

    def laid(self, page: bytes, number: int) -> bytes:
        """Return a page object moved to its side: its boxes begin elsewhere, so that links and destinations move with it."""
        if not self.shift or number % 2 == 0:
            return page
        return BOX.sub(self._moved, page)

    def _moved(self, box: re.Match[bytes]) -> bytes:
        start, left, bottom, right, top = box.groups()
        return b"%s%g %s %g %s]" % (start, float(left) - self.shift, bottom, float(right) - self.shift, top)


SAME = Facing()
"""Left pages are as right ones."""
