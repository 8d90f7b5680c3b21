"""Put paper around pages: they are laid out once, as right pages of one size; what differs on others is done when they are bound."""

import re
from dataclasses import dataclass

BOX = re.compile(rb"(/(?:Media|Crop|Trim|Bleed|Art)Box \[)([\d.]+) (\S+) ([\d.]+) (\S+)\]")
Box = tuple[float, float, float, float]
"""Left, bottom, right, and top, in points."""


@dataclass(frozen=True, slots=True)
class Trim:
    """Where the paper lies around what was laid out. Left pages are the even ones of the file: so both sides of a sheet come out right."""

    paper: Box | None = None
    """The edges of the paper, in the coordinates of what was laid out; None where it was laid out for that paper."""
    shift: float = 0.0
    """Points that what is on a left page lies further right."""
    folio: str = "right"
    """Where folios stand: ``left``, ``center``, ``right``, or ``outside``, which is printed at both sides and kept at one."""

    def side(self, number: int) -> bytes:
        """Return which of the two folios of a page is kept, by its number from 0: ``l``, ``r``, or nothing where there is one."""
        return b"" if self.folio != "outside" else b"l" if number % 2 else b"r"

    def laid(self, page: bytes, number: int) -> bytes:
        """Return a page object put on its paper: its boxes begin elsewhere, so that links and destinations move with it."""
        shift = self.shift if number % 2 else 0.0
        if self.paper is None and not shift:
            return page

        def moved(found: re.Match[bytes]) -> bytes:
            left, bottom, right, top = self.paper or (float(edge) for edge in found.groups()[1:])
            return b"%s%.6g %.6g %.6g %.6g]" % (found[1], left - shift, bottom, right - shift, top)

        return BOX.sub(moved, page)


SAME = Trim()
"""Left pages are as right ones, on the paper that they were laid out for."""
