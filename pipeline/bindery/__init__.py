"""Bind laid-out signatures into one PDF: folios, links, outline, page labels, tags, fonts, metadata."""

from .binding import bind, bind_copy
from .faces import get_ready, subset
from .faults import RULES
from .gathering import Gathered, gather
from .pagination import folios
from .records import Copy, Entry, Folios, Imprint, Notes
from .showing import Shown, shown
from .stamping import FOLIO_SIDE, lacking
from .trimming import Trim

__all__ = [
    "FOLIO_SIDE",
    "RULES",
    "Copy",
    "Entry",
    "Folios",
    "Gathered",
    "Imprint",
    "Notes",
    "Shown",
    "Trim",
    "bind",
    "bind_copy",
    "folios",
    "gather",
    "get_ready",
    "lacking",
    "shown",
    "subset",
]  # fmt: skip
