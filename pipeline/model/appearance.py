"""What a book looks like, as data: what ``theme.yaml`` may say, and the folder of a theme that it stands in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.model.fields import Color, Record, Slug

LENGTH = r"^\d{1,4}(\.\d{1,3})?(mm|in|pt)$"
SIZE = r"^\d{1,3}(\.\d{1,2})?$"
SIZES = r"^\d{1,3}(\.\d{1,2})?/\d{1,3}(\.\d{1,2})?$"
FONT_FILE = r"^([A-Za-z0-9_][A-Za-z0-9_.-]*/){0,4}[A-Za-z0-9_][A-Za-z0-9_.\[\],-]*\.(ttf|otf)$"
PICTURE_FILE = r"^[a-z0-9][a-z0-9-]*\.(svg|png)$"
PictureFile = Annotated[str, StringConstraints(pattern=PICTURE_FILE, max_length=80)]
Length = Annotated[str, StringConstraints(pattern=LENGTH)]
Sizes = Annotated[str, StringConstraints(pattern=SIZES)]
"""Points: ``10.25/14`` is size and leading."""
Size = Annotated[str, StringConstraints(pattern=SIZE)]
"""Points, for what takes its leading from the text around it."""
Alternative = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Place = Literal["left", "center", "right", "none"]


class FontFile(Record):
    """A font: a file beside ``theme.yaml``, or one of an installed package, with its digest."""

    file: Annotated[str, StringConstraints(pattern=FONT_FILE, max_length=200)]
    package: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    weight: Annotated[int, Field(ge=100, le=900)] | None = None
    """Of a variable font of a script, the weight that is taken of it."""


class Family(Record):
    """The four faces of running text."""

    regular: FontFile
    italic: FontFile
    bold: FontFile
    bold_italic: FontFile


class CodeFamily(Record):
    """The two faces of code."""

    regular: FontFile
    bold: FontFile


class MathsFamily(Record):
    """The one face of formulas."""

    regular: FontFile


class ScriptFamily(Record):
    """The faces of a script that the families of running text lack; without italic ones, emphasis is bold or marked."""

    regular: FontFile
    bold: FontFile
    italic: FontFile | None = None
    bold_italic: FontFile | None = None


class ScriptFonts(Record):
    """The fonts of one script."""

    serif: ScriptFamily
    sans: ScriptFamily


class Fonts(Record):
    """Fonts by what they are for."""

    serif: Family
    sans: Family
    code: CodeFamily
    maths: MathsFamily
    scripts: Mapping[Annotated[str, StringConstraints(pattern=r"^[A-Z][a-z]{3}$")], ScriptFonts] = {}
    """Further ones by the script (ISO 15924) that they serve."""


class Colors(Record):
    """The colors of a book. Without an accent, those that the press lays out in."""

    ink: Color
    soft: Color
    warm: Color
    line: Color
    tint_warm: Color
    string: Color
    comment: Color
    accent: Color | None = None


class Sizing(Record):
    """Size and leading of every kind of text, in points."""

    text: Sizes
    title: Sizes
    heading: Sizes
    subheading: Sizes
    small: Sizes
    note: Sizes
    code: Sizes
    code_title: Sizes
    label: Sizes
    panel_title: Sizes
    question: Sizes
    numeral: Sizes
    answer: Sizes
    answer_numeral: Sizes
    side: Sizes
    dots: Size
    head: Sizes
    folio: Size
    footnote: Sizes
    footnote_call: Size
    summary: Sizes
    opener_number: Sizes
    opener_entry: Sizes
    chart: Sizes
    contents: Sizes
    contents_entry: Sizes
    contents_number: Size
    contents_folio: Size
    formula: Sizes
    reference: Sizes
    term: Size
    index: Sizes
    index_letter: Sizes
    cover_title: Sizes
    cover_subtitle: Sizes
    cover_edition: Sizes
    cover_small: Sizes
    book_title: Sizes
    book_subtitle: Sizes
    book_edition: Sizes
    book_publisher: Sizes
    imprint: Sizes


class Tight(Record):
    """Leading where a section is set tighter, to save a page."""

    text: Length
    small: Length
    code: Length


class Measures(Record):
    """Widths and heights inside the page."""

    cover_inset: Length
    title_drop: Length
    imprint_drop: Length
    number_width: Length
    number_hang: Length
    folio_width: Length
    index_columns: Annotated[int, Field(ge=1, le=6)]
    index_gap: Length
    writing_line: Length


class Margins(Record):
    """Margins of a right page; ``inner`` is its left one. Of a left page they are mirrored, where pages are."""

    top: Length
    bottom: Length
    inner: Length
    outer: Length


class Side(Record):
    """The side column, left of the text."""

    width: Length
    gap: Length


class PaperSize(Record):
    """A paper: its size, its margins, and the side column where it has one."""

    width: Length
    height: Length
    margins: Margins
    side: Side | None = None


class FolioPlace(Record):
    """Where page numbers stand at the foot: ``outside`` is left on left pages, right on right ones."""

    at: Literal["left", "center", "right", "outside"]
    drop: Length


class Heads(Record):
    """Where the running heads stand: the section's title and the guide's."""

    section: Place
    guide: Place
    rise: Length
    guide_width: Length

    @model_validator(mode="after")
    def _stand_apart(self) -> Heads:
        if self.section == self.guide != "none":
            raise ValueError("two running heads cannot stand in one place")
        return self


class Cover(Record):
    """The cover: a drawing computed from the book, a picture, or neither; on a solid ground, or bare paper."""

    art: Literal["drawing", "picture", "none"]
    ground: Literal["solid", "bare"]
    picture: PictureFile | None = None
    alt: Alternative | None = None

    @model_validator(mode="after")
    def _has_its_picture(self) -> Cover:
        if self.art == "picture" and not (self.picture and self.alt):
            raise ValueError("a picture is wanted: name its file as 'picture', and say what it shows as 'alt'")
        return self


class Tokens(Record):
    """Everything that ``theme.yaml`` decides. A layer says only what differs from the layers below it."""

    fonts: Fonts
    palette: Colors
    type: Sizing
    tight: Tight
    measures: Measures
    papers: Mapping[Slug, PaperSize]
    side_column: bool
    mirrored: bool
    notes: bool
    tables: Literal["grid", "stacked"]
    code: Literal["wrapped", "hanging"]
    folio: FolioPlace
    heads: Heads
    cover: Cover
    editions: Mapping[Slug, Any] = {}
    """What differs in an edition, by its id: the same keys."""


@dataclass(frozen=True, slots=True)
class Writing:
    """The language of a book, and the scripts that its texts need fonts for."""

    lang: str = "en"
    scripts: tuple[tuple[str, str], ...] = ()
    """Each with the characters that are not in the character set of its language."""


ENGLISH: Final = Writing()


@dataclass(frozen=True, eq=False)
class Layer:
    """What one folder of a theme holds; an empty one changes nothing."""

    name: str
    """The folder as its author would type it."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What ``theme.yaml`` says, all scalars as text."""
    styles: Mapping[str, str] = field(default_factory=dict)
    """Style sheets by their names: ``paged``, ``reflow``, ``editions/<id>``."""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Labels by the names of their files: ``en``, ``spoken.en``."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Fonts and the picture of the cover, by their paths in the folder."""
    templates: Path | None = None
    """Folder of templates that take the place of the package's."""
    templates_digest: str = ""

    @cached_property
    def digest(self) -> str:
        """Digest of all that the layer holds."""
        files = [(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(self.files.items())]
        parts = (self.values, sorted(self.styles.items()), sorted(self.labels.items()), files, self.templates_digest)
        return hashlib.sha256(repr(parts).encode()).hexdigest()
