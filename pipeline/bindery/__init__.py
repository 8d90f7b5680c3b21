"""Bind laid-out signatures into one PDF: folios, links, outline, page labels, tags, fonts, metadata."""

from .binding import bind
from .faults import RULES
from .pagination import folios
from .records import Entry, Folios, Imprint, Notes

__all__ = ["RULES", "Entry", "Folios", "Imprint", "Notes", "bind", "folios"]
