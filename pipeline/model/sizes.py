"""Sizes of type, and widths and heights inside the page, as ``theme.yaml`` says them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from pipeline.model.fields import Record

LENGTH = r"^\d{1,4}(\.\d{1,3})?(mm|in|pt)$"
SIZE = r"^\d{1,3}(\.\d{1,2})?$"
SIZES = r"^\d{1,3}(\.\d{1,2})?/\d{1,3}(\.\d{1,2})?$"
Length = Annotated[str, StringConstraints(pattern=LENGTH)]
Sizes = Annotated[str, StringConstraints(pattern=SIZES)]
"""Points: ``10.25/14`` is size and leading."""
Size = Annotated[str, StringConstraints(pattern=SIZE)]
"""Points, for what takes its leading from the text around it."""


class Sizing(Record):
    """Size and leading of every kind of text, in points."""

    text: Sizes
    """Text."""
    title: Sizes
    """Titles of chapters and sections."""
    heading: Sizes
    """Headings in text."""
    subheading: Sizes
    """Headings below these."""
    small: Sizes
    """Boxes, samples, follow-ups, red flags, spoken answers."""
    note: Sizes
    """Captions, tables, sources, notes."""
    code: Sizes
    """Listings."""
    code_title: Sizes
    """What stands above listings."""
    label: Sizes
    """Small words above a part's title."""
    panel_title: Sizes
    """Titles of panels and boxes."""
    question: Sizes
    """A question's title."""
    numeral: Sizes
    """A question's number."""
    answer: Sizes
    """A question's title where answers stand apart."""
    answer_numeral: Sizes
    """A question's number where answers stand apart."""
    side: Sizes
    """The side column."""
    dots: Size
    """The level's dots in the side column."""
    head: Sizes
    """Running heads."""
    folio: Size
    """Page numbers."""
    footnote: Sizes
    """Footnotes."""
    footnote_call: Size
    """Marks of footnotes."""
    summary: Sizes
    """The line below a chapter's title."""
    opener_number: Sizes
    """The number on a section's opener."""
    opener_entry: Sizes
    """The questions on a section's opener."""
    chart: Sizes
    """The chart on a section's opener."""
    contents: Sizes
    """Contents."""
    contents_entry: Sizes
    """Entries of the contents."""
    contents_number: Size
    """Question numbers in the contents."""
    contents_folio: Size
    """Page numbers in the contents."""
    formula: Sizes
    """The formula sheet."""
    reference: Sizes
    """The list of sources."""
    term: Size
    """Terms of the glossary."""
    index: Sizes
    """The index."""
    index_letter: Sizes
    """Letters that open a part of the index."""
    cover_title: Sizes
    """The title on the cover."""
    cover_subtitle: Sizes
    """The subtitle on the cover."""
    cover_edition: Sizes
    """The edition on the cover."""
    cover_small: Sizes
    """What else stands on the cover."""
    book_title: Sizes
    """The title on the title page."""
    book_subtitle: Sizes
    """The subtitle on the title page."""
    book_edition: Sizes
    """The edition on the title page."""
    book_publisher: Sizes
    """The publisher on the title page."""
    imprint: Sizes
    """The imprint."""


class Tight(Record):
    """Leading where a section is set tighter, to save a page."""

    text: Length
    """Of text."""
    small: Length
    """Of boxes, samples, and follow-ups."""
    code: Length
    """Of listings."""


class Space(Record):
    """White between the parts of a section that is set tighter, or airier, so that its last page is no longer nearly empty."""

    tight: Annotated[float, Field(ge=0.2, le=1)]
    """White between parts where that saves the page, as a share of what is usual."""
    airy: Annotated[float, Field(ge=1, le=3)]
    """White between parts where that fills the page, as a share of what is usual; 1 leaves it as it is."""
    filled: Annotated[float, Field(ge=0, le=1)]
    """Share of a page that has to be filled for it not to look empty."""


class Measures(Record):
    """Widths and heights inside the page."""

    cover_inset: Length
    """From the page's sides to the cover's text."""
    title_drop: Length
    """From the top of the text to the title."""
    imprint_drop: Length
    """From the top of the text to the imprint."""
    number_width: Length
    """Column of numbers in contents and lists."""
    number_hang: Length
    """How far numbers hang out."""
    folio_width: Length
    """Column of page numbers in contents and lists."""
    index_columns: Annotated[int, Field(ge=1, le=6)]
    """Columns of the index."""
    index_gap: Length
    """Between the columns of the index."""
    writing_line: Length
    """Distance of ruled lines to write on."""
