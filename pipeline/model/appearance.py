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
from pipeline.model.sizes import Length, Measures, Sizing, Space, Tight

FONT_FILE = r"^([A-Za-z0-9_][A-Za-z0-9_.-]*/){0,4}[A-Za-z0-9_][A-Za-z0-9_.\[\],-]*\.(ttf|otf)$"
PICTURE_FILE = r"^[a-z0-9][a-z0-9-]*\.(svg|png)$"
PictureFile = Annotated[str, StringConstraints(pattern=PICTURE_FILE, max_length=80)]
Alternative = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Place = Literal["left", "center", "right", "none"]


class FontFile(Record):
    """A font: a file beside ``theme.yaml``, or one of an installed package, with its digest."""

    file: Annotated[str, StringConstraints(pattern=FONT_FILE, max_length=200)]
    """Path of the font, `.ttf` or `.otf`: beside `theme.yaml`, or in the package."""
    package: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)] | None = None
    """Installed package that the file is in; the theme's own folder when left out."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Digest of the file, in hexadecimal; the check tells it when it is missing."""
    weight: Annotated[int, Field(ge=100, le=900)] | None = None
    """Of a variable font of a script, the weight that is taken of it."""


class Family(Record):
    """The four faces of running text."""

    regular: FontFile
    """The upright face."""
    italic: FontFile
    """The italic face."""
    bold: FontFile
    """The bold face."""
    bold_italic: FontFile
    """The bold italic face."""


class CodeFamily(Record):
    """The two faces of code."""

    regular: FontFile
    """The upright face."""
    bold: FontFile
    """The bold face."""


class MathsFamily(Record):
    """The one face of formulas."""

    regular: FontFile
    """The face, with a MATH table."""


class SignsFamily(Record):
    """The one face of signs that stand in no other: emoji, or symbols."""

    regular: FontFile
    """The face."""


class ScriptFamily(Record):
    """The faces of a script that the families of running text lack; without italic ones, emphasis is bold or marked."""

    regular: FontFile
    """The upright face."""
    bold: FontFile
    """The bold face."""
    italic: FontFile | None = None
    """The italic face, if the script has one."""
    bold_italic: FontFile | None = None
    """The bold italic face, if the script has one."""


class ScriptFonts(Record):
    """The fonts of one script."""

    serif: ScriptFamily
    """Text."""
    sans: ScriptFamily
    """Titles and furniture."""


class Fonts(Record):
    """Fonts by what they are for."""

    serif: Family
    """Text; `Book Serif` in style sheets."""
    sans: Family
    """Titles and furniture; `Book Sans`."""
    code: CodeFamily
    """Code; `Book Code`."""
    maths: MathsFamily
    """Signs that the others lack, and formulas on screens; `Book Math`."""
    emoji: SignsFamily
    """Emoji, in one color as everything on paper; `Book Emoji`."""
    symbols: SignsFamily
    """Dingbats, Braille, and arrows that no other font has; `Book Symbols`."""
    scripts: Mapping[Annotated[str, StringConstraints(pattern=r"^[A-Z][a-z]{3}$")], ScriptFonts] = {}
    """Further ones by the script (ISO 15924) that they serve."""


class Colors(Record):
    """The colors of a book. Without an accent, those that the press lays out in."""

    ink: Color
    """Text."""
    soft: Color
    """Quiet text: side column, running heads."""
    warm: Color
    """Warnings and red flags."""
    line: Color
    """Hairlines."""
    tint_warm: Color
    """Ground of warnings."""
    string: Color
    """Strings in code."""
    comment: Color
    """Comments in code."""
    accent: Color | None = None
    """Titles, numerals, links, the cover's ground; a contrast of 4.5 on white at least."""


class Margins(Record):
    """Margins of a right page; ``inner`` is its left one. Of a left page they are mirrored, where pages are."""

    top: Length
    """Above the text."""
    bottom: Length
    """Below the text."""
    inner: Length
    """Left of the text on a right page."""
    outer: Length
    """Right of the text on a right page."""


class Side(Record):
    """The side column, left of the text."""

    width: Length
    """Its width."""
    gap: Length
    """Between it and the text."""


class PaperSize(Record):
    """A paper: its size, its margins, and the side column where it has one."""

    width: Length
    """Width of the page."""
    height: Length
    """Height of the page."""
    margins: Margins
    """Margins of a right page."""
    side: Side | None = None
    """The side column; none when left out."""


class FolioPlace(Record):
    """Where page numbers stand at the foot: ``outside`` is left on left pages, right on right ones."""

    at: Literal["left", "center", "right", "outside"]
    """Where page numbers stand; `outside` is left on left pages, right on right ones."""
    drop: Length
    """From the text down to the page number."""


class Heads(Record):
    """Where the running heads stand: the section's title and the guide's."""

    section: Place
    """Where the section's title stands."""
    guide: Place
    """Where the guide's title stands."""
    rise: Length
    """From the running heads down to the text."""
    guide_width: Length
    """Width of the guide's title beside the section's."""

    @model_validator(mode="after")
    def _stand_apart(self) -> Heads:
        if self.section == self.guide != "none":
            raise ValueError("two running heads cannot stand in one place")
        return self


class Cover(Record):
    """The cover: the map of the book, a picture, or neither; on a solid ground, or bare paper."""

    art: Literal["drawing", "picture", "none"]
    """A `drawing`, the map of the book; a `picture`; or `none`."""
    ground: Literal["solid", "bare"]
    """`solid`, in the accent; or `bare` paper."""
    picture: PictureFile | None = None
    """File of the picture beside `theme.yaml`, SVG or PNG."""
    alt: Alternative | None = None
    """What the picture shows."""

    @model_validator(mode="after")
    def _has_its_picture(self) -> Cover:
        if self.art == "picture" and not (self.picture and self.alt):
            raise ValueError("a picture is wanted: name its file as 'picture', and say what it shows as 'alt'")
        return self


class Tokens(Record):
    """Everything that ``theme.yaml`` decides. A layer says only what differs from the layers below it."""

    fonts: Fonts
    """Fonts by what they are for; a family that is named replaces the whole family."""
    palette: Colors
    """Colors."""
    type: Sizing
    """Sizes of type in points, with leading: `10.25/14`."""
    tight: Tight
    """Leading where a section is set tighter to save a page."""
    space: Space
    """White between parts, where a section is set tighter or airier to save a page or to fill it."""
    measures: Measures
    """Widths and heights inside the page."""
    papers: Mapping[Slug, PaperSize]
    """Papers by name: any name, any size."""
    side_column: bool
    """`false` takes the side column from every paper."""
    side_notes: bool
    """`true`: where questions begin a page, terms and small figures stand beside paragraphs, and captions beside figures."""
    mirrored: bool
    """`true`: on left pages inner and outer margin change places."""
    notes: bool
    """`false`: what is free below a question's end is not ruled for notes."""
    tables: Literal["grid", "stacked"]
    """`grid`, or `stacked`: each row is a list of its cells, under the names of their columns."""
    code: Literal["wrapped", "hanging"]
    """`wrapped`, or `hanging`: what is left of a long line stands further right."""
    folio: FolioPlace
    """Where page numbers stand."""
    heads: Heads
    """Where running heads stand."""
    cover: Cover
    """The cover."""
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

    @property
    def editions(self) -> frozenset[str]:
        """Editions that it says something of."""
        sheets = (name.removeprefix("editions/") for name in self.styles if name.startswith("editions/"))
        return frozenset(self.values.get("editions") or {}).union(sheets)

    @cached_property
    def digest(self) -> str:
        """Digest of all that the layer holds."""
        files = [(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(self.files.items())]
        parts = (self.values, sorted(self.styles.items()), sorted(self.labels.items()), files, self.templates_digest)
        return hashlib.sha256(repr(parts).encode()).hexdigest()
