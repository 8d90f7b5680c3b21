"""Bind laid-out signatures into one PDF: folios, links, outline, page labels, tags, fonts, metadata."""

from pipeline.bindery.binder import Copy, bind_copy
from pipeline.bindery.catalog import Entry
from pipeline.bindery.embedded_fonts import get_ready, subset
from pipeline.bindery.gathering import Gathered, Shown, shown
from pipeline.bindery.page_marks import FOLIO_SIDE, Notes, Trim, lacking
from pipeline.bindery.page_numbers import RULES, Folios, folios
from pipeline.bindery.pdf_metadata import Imprint

__all__ = [
    "FOLIO_SIDE", "RULES", "Copy", "Entry", "Folios", "Gathered", "Imprint", "Notes", "Shown", "Trim", "bind_copy", "folios", "get_ready",
    "lacking", "shown", "subset",
]  # fmt: skip
