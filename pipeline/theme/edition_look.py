"""The look of one edition: everything that the layers of a theme come to for it, and the very fonts that its digests name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from pipeline import brand, slots
from pipeline.brand import RESERVED, Palette
from pipeline.model import ENGLISH, Edition, FontFile, Layer, PaperSize, ScriptFonts, Tokens, Writing
from pipeline.theme import package_theme
from pipeline.theme.font_files import cut, family_name, package_font, postscript_name
from pipeline.theme.languages import SERVED, language, repertoire
from pipeline.theme.package_theme import files_digest, package, remembered, style_sheet
from pipeline.theme.stylesheets import (
    Medium,
    filled,
    for_medium,
    layered,
    merged,
    mirrored,
    page_rules,
    paper_values,
    points,
    side_of,
    spoken_for,
    terse,
    values,
    wide_margin,
)

SERIF, SANS, CODE, MATH = "Book Serif", "Book Sans", "Book Code", "Book Math"
FAMILIES = {"serif": SERIF, "sans": SANS, "code": CODE, "maths": MATH, "emoji": "Book Emoji", "symbols": "Book Symbols"}
"""Style sheets name the first four. A sign that a text's own face lacks is set in whichever other one has it."""
STYLES: Mapping[str, tuple[int, str]] = {
    "regular": (400, "normal"), "italic": (400, "italic"), "bold": (700, "normal"), "bold_italic": (700, "italic"),
}  # fmt: skip
ALIASES = ((slots.FOLIO_FACE, SANS), (slots.FACE, SANS), (slots.SERIF_FACE, SERIF))
"""Families that hold page numbers and nothing else, so that binding finds their text."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file: the family and style it is known by, where it is, and its digest."""

    family: str
    weight: int
    style: str
    package: str
    """The installed package that carries it; empty for a file of a layer."""
    file: str
    sha256: str
    script: str = ""
    """The one script that it serves; empty for a face of running text."""
    weight_taken: int | None = None
    """The weight that is taken of a variable font."""

    @property
    def resource(self) -> str:
        """Name of the file among the resources of a rendition."""
        name = PurePosixPath(self.file).name
        if self.script:
            return f"font/{self.sha256[:12]}-{self.weight_taken or ''}{PurePosixPath(self.file).suffix}"
        return f"font/{name}" if self.package else f"font/{self.sha256[:12]}-{name}"


@dataclass(frozen=True, slots=True)
class Foot:
    """The foot of a page: how high it is, where in it the folio stands, and below which height a copy's stamp. In points."""

    height: float
    folio: str
    """``left``, ``center``, ``right``, ``outside`` (right on the first page), or ``inside`` (left on the first)."""
    stamp: float
    """0 where the stamp stands on the folio's line, left of it."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a look can be found again in a finished PDF: fonts, the place of the folio, and how page numbers are written."""

    fonts: Mapping[str, str]
    """The digest of every font by the name that a PDF knows it by."""
    foot: Foot
    references: tuple[str, ...]
    """Labels with a page number in them, such as ``p. {page}``."""


@dataclass(frozen=True, eq=False)
class Look:
    """How one edition of a book looks."""

    layers: tuple[Layer, ...]
    """The package's own first."""
    edition: str
    runs_on: bool
    """Whether questions share pages."""
    writing: Writing = ENGLISH
    """The language of the book, and the scripts of its texts."""

    @cached_property
    def tokens(self) -> Tokens:
        """All tokens. Raises pydantic.ValidationError for layers that were not checked."""
        return Tokens.model_validate(merged(self.layers, self.edition))

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """The faces, role by role."""
        return tuple(self._faces())

    def _faces(self) -> Iterator[Face]:
        for role, family in FAMILIES.items():
            record = getattr(self.tokens.fonts, role)
            for style in type(record).model_fields:
                font: FontFile = getattr(record, style)
                digest = font.sha256 or hashlib.sha256(self._file(font.file)).hexdigest()
                yield Face(family, *STYLES[style], font.package or "", font.file, digest)
        for script, fonts in self.script_fonts.items():
            for role, family in (("serif", SERIF), ("sans", SANS)):
                for style, each in getattr(fonts, role):
                    if each is not None:
                        digest = each.sha256 or hashlib.sha256(self._file(each.file)).hexdigest()
                        yield Face(f"{family} {script}", *STYLES[style], each.package or "", each.file, digest, script, each.weight)

    @property
    def script_fonts(self) -> Mapping[str, ScriptFonts]:
        """The fonts of the scripts that the book is written in, beside those that any theme serves."""
        of = self.tokens.fonts.scripts
        return {script: of[script] for script, _ in self.writing.scripts if script in of}

    def lacking_fonts(self, script: str) -> str:
        """Return what keeps a script from being printed: no font is named for it, or what is not installed; nothing when all is there."""
        if script not in self.script_fonts:
            return f"no font for the script {script}"
        packages = {face.package for face in self.faces if face.script == script and face.package}
        cuts = repertoire(script) or any(face.weight_taken for face in self.faces if face.script == script)
        missing = sorted(name for name in (*packages, *(("uharfbuzz",) if cuts else ())) if find_spec(name) is None)
        return f"the fonts of the script {script} are not installed: {', '.join(missing)}" if missing else ""

    @property
    def is_mirrored(self) -> bool:
        """Whether lines run from right to left."""
        return language(self.writing.lang).is_mirrored

    def _file(self, name: str) -> bytes:
        """Return a file of the last layer that has it; nothing when none does."""
        found = (layer.files[name] for layer in reversed(self.layers) if name in layer.files)
        return next(found, None) or package_theme.font_file(name)

    def face(self, family: str) -> Face:
        """Return the regular face of a family."""
        return next(face for face in self.faces if face.family == family)

    def font(self, face: Face) -> bytes:
        """Return the bytes of a face. Raises ToolError when a package's file is not the one that its digest names."""
        target = "make languages" if face.script else "make"
        data = package_font(face.package, face.file, face.sha256, target) if face.package else self._file(face.file)
        usual = repertoire(face.script)
        if not face.script:
            return data
        return cut(data, face.weight_taken, usual | frozenset(dict(self.writing.scripts)[face.script]) if usual else usual)

    @property
    def font_faces(self) -> str:
        """The @font-face rules, those of page numbers included."""
        return "\n".join(
            f'@font-face{{font-family:"{family}";src:url(guidepress:{face.resource});font-weight:{face.weight};font-style:{face.style}}}'
            for family, face in [*((face.family, face) for face in self.faces), *self._slot_faces()]
        )

    def font_resources(self) -> dict[str, bytes]:
        """Return every font file by its resource name."""
        return {face.resource: self.font(face) for face in self.faces}

    def slot_fonts(self) -> dict[str, bytes]:
        """Return the font files that page numbers are set in."""
        return {face.resource: self.font(face) for _, face in self._slot_faces()}

    def _slot_faces(self) -> list[tuple[str, Face]]:
        """Return the faces that page numbers are set in, each with the family they are known by there."""
        return [(alias, self.face(family)) for alias, family in ALIASES]

    @property
    def accent(self) -> str:
        """The accent as ``#rrggbb`` where it is not the press's own; else nothing."""
        return (self.tokens.palette.accent or "").lower()

    def palette(self, accent: str = "") -> Palette:
        """Return the colors mixed from an accent, a team's or the look's own."""
        accent = accent or self.accent
        quiet = (self.tokens.palette.soft, self.tokens.palette.comment)
        return brand.palette(accent, quiet) if accent else RESERVED

    def labels(self, lang: str) -> Mapping[str, str]:
        """Return the words of a language. Raises BookError when they are not all there."""
        return package_theme.labels(lang, self.layers)

    def spoken(self, lang: str) -> Mapping[str, str]:
        """Return the words in which a language speaks formulas. Raises BookError when they are not all there."""
        return package_theme.spoken(lang, self.layers)

    def words_digest(self, lang: str) -> str:
        """Digest all words of a language."""
        return package_theme.words_digest(lang, self.layers)

    def paged(self, paper: str) -> str:
        """Return the style sheet for a paper."""
        size = self.tokens.papers[paper]
        extras = [name for name, wanted in self._extras(size).items() if wanted]
        css = page_rules(self.tokens, size) + layered("paged", extras, self.layers, self.edition)
        # Paper is laid out in the press's own colors, whatever the accent: binding puts that in their place.
        known = {**values(self.tokens, RESERVED), **paper_values(self.tokens, size)}
        return f"{self.font_faces}\n{self._of_language(filled(css, known), 'paged')}"

    def _of_language(self, css: str, medium: Medium) -> str:
        """Return a style sheet for the book's language: with the fonts of its scripts, and from right to left where it runs so."""
        own = language(self.writing.lang)
        if self.script_fonts:
            leading = own.script if own.leads else ""
            css = spoken_for(css, tuple(self.script_fonts), leading)
        if own.is_mirrored:
            css = f"{mirrored(css)}\n{for_medium(style_sheet('right-to-left'), medium)}"
        return f"{css}\n{for_medium(style_sheet('own-script'), medium)}" if own.script not in SERVED else css

    def _extras(self, size: PaperSize) -> dict[str, bool]:
        """Tell which further style sheets of the package's a paper takes."""
        whole = self.tokens
        return {
            "side/none": side_of(whole, size)[0] == "0mm",
            "cover/bare": whole.cover.ground == "bare",
            "flow/run-on": self.runs_on,
            "tables/stacked": whole.tables == "stacked",
            "code/hanging": whole.code == "hanging",
        }

    def reflow(self, *extras: str) -> str:
        """Return the style sheet for screens; ``extras`` are further ones of the package's, for some of them."""
        css = layered("reflow", extras, self.layers, self.edition)
        return self._of_language(filled(css, self._on_the_web()), "reflow")

    def narrow(self) -> str:
        """Return the style sheet of narrow screens, a file of its own: an engine that cannot read it loses nothing else."""
        return style_sheet("narrow")

    def web_edition(self) -> str:
        """Return the style sheet of an edition in HTML: that of screens, and over it that of a page of the web."""
        return terse(f"{self.reflow('web-edition')}\n{self.narrow()}")

    def release_page(self) -> str:
        """Return the style sheet of the page on which a release offers its guides. It names the book's fonts, and carries none."""
        return terse(filled(style_sheet("release-page"), self._on_the_web()))

    def pack_page(self, accent: str) -> str:
        """Return the style sheet of the page of a team's pack, in the colors of its accent."""
        return terse(filled("\n".join(map(style_sheet, ("release-page", "pack-page"))), self._on_the_web(accent)))

    def _on_the_web(self, accent: str = "") -> dict[str, str]:
        """Return the tokens that browsers know, with what fonts are called where they are installed, and the accent of text."""
        colors, faces = self.palette(accent), ((role, self.face(family)) for role, family in FAMILIES.items())
        names = {f"{role}-family": f'"{family_name(self.font(face))}"' for role, face in faces}
        return {**values(self.tokens, colors), **names, "strong-accent": brand.passing(colors.accent)}

    @property
    def templates(self) -> tuple[Path, ...]:
        """Folders of templates, the one looked into first at the front."""
        return (*(layer.templates for layer in reversed(self.layers) if layer.templates), package_theme.folder())

    def cover_picture(self) -> bytes:
        """Return the picture of the cover; nothing where it has none."""
        cover = self.tokens.cover
        return self._file(cover.picture) if cover.art == "picture" and cover.picture else b""

    @property
    def folio_at(self) -> str:
        """Where folios stand, as the eye finds them: from right to left, what is at the right stands left."""
        at = self.tokens.folio.at
        return {"left": "right", "right": "left", "outside": "inside"}.get(at, at) if self.is_mirrored else at

    def foot(self, paper: str) -> Foot:
        """Return where at the foot of a paper's pages the folio stands."""
        size, at = self.tokens.papers[paper], self.folio_at
        top = points(size.margins.bottom) - points(self.tokens.folio.drop)
        folio = float(self.tokens.type.folio.partition("/")[0])
        height = round((points(size.margins.bottom) + top) / 2, 3)
        return Foot(height, at, 0.0 if at == "right" else round(top - 1.4 * folio, 3))

    def traits(self, paper: str, lang: str) -> Traits:
        """Return what is looked for in a PDF on a paper."""
        names = {postscript_name(self.font(face)): face.sha256 for face in self.faces}
        references = sorted({label for label in self.labels(lang).values() if "{page}" in label})
        return Traits(names, self.foot(paper), tuple(references))

    def area(self, paper: str) -> tuple[float, ...]:
        """Return the type area of a paper in points: width and height of the text, side column, its gap, and what wide pages have more."""
        size = self.tokens.papers[paper]
        edges, (side, gap) = size.margins, map(points, side_of(self.tokens, size))
        top, bottom, inner, outer = map(points, (edges.top, edges.bottom, edges.inner, edges.outer))
        wide = points(wide_margin(self.tokens, size))
        across, down = points(size.width) - inner - side - gap - outer, points(size.height) - top - bottom
        return tuple(round(length, 1) for length in (across, down, side, gap, inner - wide))

    def laid_on(self, papers: Sequence[str], paper: str) -> str:
        """Return the paper that pages for this one are laid out for: the first of these that has its type area."""
        return next(each for each in (*papers, paper) if self.area(each) == self.area(paper))

    def around(self, paper: str, laid_on: str) -> tuple[float, float, float, float] | None:
        """Return where the edges of a paper lie around pages laid out for another, in points; None where it is that paper."""
        if paper == laid_on:
            return None
        here, there = self.tokens.papers[paper], self.tokens.papers[laid_on]
        edge = "outer" if self.is_mirrored else "inner"
        left = points(getattr(there.margins, edge)) - points(getattr(here.margins, edge))
        bottom = points(there.margins.bottom) - points(here.margins.bottom)
        return left, bottom, left + points(here.width), bottom + points(here.height)

    def shift(self, paper: str) -> float:
        """Return how many points a left page lies further right than a right one; 0 where pages are not mirrored."""
        margins = self.tokens.papers[paper].margins
        shift = points(margins.outer) - points(margins.inner) if self.tokens.mirrored else 0.0
        return round(-shift if self.is_mirrored else shift, 3)

    def digest(self, lang: str) -> str:
        """Digest all of the look that an edition in a language may show."""
        faces = [(face.family, face.weight, face.style, face.sha256) for face in self.faces]
        sheets = [self.paged(paper) for paper in self.tokens.papers]
        templates = (files_digest(package_theme.folder(), ".xhtml"), *(layer.templates_digest for layer in self.layers if layer.templates))
        shown = (self.words_digest(lang), faces, sheets, self.reflow(), self.narrow(), self.reflow("kindle"), self.web_edition(), templates,
                 hashlib.sha256(self.cover_picture()).hexdigest(), self.tokens.model_dump(exclude={"editions"}))  # fmt: skip
        return hashlib.sha256(repr(shown).encode()).hexdigest()


@remembered
def look(layers: tuple[Layer, ...] = (), edition: str = "", *, runs_on: bool = False, writing: Writing = ENGLISH) -> Look:
    """Return the look of an edition under the layers that lie over the package's own."""
    return Look((package(), *layers), edition, runs_on, writing)


def of_edition(layers: tuple[Layer, ...], edition: Edition, writing: Writing = ENGLISH) -> Look:
    """Return the look of an edition of a book that has these layers and is written so."""
    return look(layers, edition.look_name, runs_on=edition.flow == "run-on", writing=writing)


def token_names() -> frozenset[str]:
    """Return the names of all tokens, as style sheets call them; they are the same in every look."""
    whole = look().tokens
    return frozenset({**values(whole, RESERVED), **paper_values(whole, next(iter(whole.papers.values())))})
