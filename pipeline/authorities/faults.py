"""What each authority's findings are called among the diagnostics."""

from __future__ import annotations

from pipeline.diagnostics import Rule

RULES = (
    Rule("P401", "not PDF/A-2a", "veraPDF holds the file against ISO 19005-2, level A: it must print the same in decades."),
    Rule("P402", "not PDF/UA-1", "veraPDF holds the file against ISO 14289-1: a screen reader must find all of it, in order."),
    Rule("P403", "EPUBCheck objects", "EPUBCheck holds the file against EPUB 3.3. Its warnings count: shops refuse files for them."),
    Rule("P404", "Ace objects", "Ace by DAISY holds the file against EPUB Accessibility 1.1 and WCAG 2.2."),
    Rule("P405", "qpdf objects", "qpdf reads every object and every stream of the file, and warns of what a reader would have to mend."),
)
