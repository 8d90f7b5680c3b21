"""The look of one edition: everything that the layers of a theme come to for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline import brand, source
from pipeline.brand import RESERVED, Palette
from pipeline.model import Edition, Layer, PaperSize, Tokens
from pipeline.source import is_stray
from pipeline.theme import files, fonts, pages, styles, tokens, words
from pipeline.theme.files import remembered
from pipeline.theme.fonts import Face

THEME = "theme.yaml"


@dataclass(frozen=True, slots=True)
class Foot:
    """The foot of a page: how high it is, where in it the folio stands, and below which height a copy's stamp. In points."""

    height: float
    folio: str
    """``left``, ``center``, ``right``, or ``outside``."""
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

    @cached_property
    def tokens(self) -> Tokens:
        """All tokens. Raises pydantic.ValidationError for layers that were not checked."""
        return Tokens.model_validate(tokens.merged(self.layers, self.edition))

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """The faces, role by role."""
        return fonts.faces(self.tokens.fonts, self.layers)

    def face(self, family: str) -> Face:
        """Return the regular face of a family."""
        return next(face for face in self.faces if face.family == family)

    def font(self, face: Face) -> bytes:
        """Return the bytes of a face. Raises ToolError when a package's file is not the one that its digest names."""
        return fonts.font(face) if face.package else fonts.layer_file(self.layers, face.file)

    @property
    def font_faces(self) -> str:
        """The @font-face rules, those of page numbers included."""
        return fonts.rules(self.faces)

    def font_resources(self) -> dict[str, bytes]:
        """Return every font file by its resource name."""
        return {face.resource: self.font(face) for face in self.faces}

    def slot_fonts(self) -> dict[str, bytes]:
        """Return the font files that page numbers are set in."""
        return {face.resource: self.font(face) for _, face in fonts.slot_faces(self.faces)}

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
        return words.labels(lang, self.layers)

    def spoken(self, lang: str) -> Mapping[str, str]:
        """Return the words in which a language speaks formulas. Raises BookError when they are not all there."""
        return words.spoken(lang, self.layers)

    def words_digest(self, lang: str) -> str:
        """Digest all words of a language."""
        return words.words_digest(lang, self.layers)

    def paged(self, paper: str) -> str:
        """Return the style sheet for a paper."""
        size = self.tokens.papers[paper]
        extras = [name for name, wanted in self._extras(size).items() if wanted]
        css = pages.rules(self.tokens, size) + styles.layered("paged", extras, self.layers, self.edition)
        # Paper is laid out in the press's own colors, whatever the accent: binding puts that in their place.
        known = {**tokens.values(self.tokens, RESERVED), **tokens.paper_values(self.tokens, size)}
        return f"{self.font_faces}\n{tokens.filled(css, known)}"

    def _extras(self, size: PaperSize) -> dict[str, bool]:
        """Tell which further style sheets of the package's a paper takes."""
        has_side = tokens.side_of(self.tokens, size)[0] != "0mm"
        bare = self.tokens.cover.ground == "bare"
        return {"side/none": not has_side, "cover/bare": bare, "flow/run-on": self.runs_on, **self._fitted()}

    def _fitted(self) -> dict[str, bool]:
        return {"tables/stacked": self.tokens.tables == "stacked", "code/hanging": self.tokens.code == "hanging"}

    def reflow(self) -> str:
        """Return the style sheet for screens."""
        css = styles.layered("reflow", (), self.layers, self.edition)
        return tokens.filled(css, tokens.values(self.tokens, self.palette()))

    def narrow(self) -> str:
        """Return the style sheet of narrow screens, a file of its own: an engine that cannot read it loses nothing else."""
        return styles.own("narrow")

    @property
    def templates(self) -> tuple[Path, ...]:
        """Folders of templates, the one looked into first at the front."""
        return (*(layer.templates for layer in reversed(self.layers) if layer.templates), files.folder())

    def cover_picture(self) -> bytes:
        """Return the picture of the cover; nothing where it has none."""
        cover = self.tokens.cover
        return fonts.layer_file(self.layers, cover.picture) if cover.art == "picture" and cover.picture else b""

    def foot(self, paper: str) -> Foot:
        """Return where at the foot of a paper's pages the folio stands."""
        size, at = self.tokens.papers[paper], self.tokens.folio.at
        top = tokens.points(size.margins.bottom) - tokens.points(self.tokens.folio.drop)
        folio = float(self.tokens.type.folio.partition("/")[0])
        height = round((tokens.points(size.margins.bottom) + top) / 2, 3)
        return Foot(height, at, 0.0 if at == "right" else round(top - 1.4 * folio, 3))

    def traits(self, paper: str, lang: str) -> Traits:
        """Return what is looked for in a PDF on a paper."""
        names = {fonts.postscript_name(self.font(face)): face.sha256 for face in self.faces}
        references = sorted({label for label in self.labels(lang).values() if "{page}" in label})
        return Traits(names, self.foot(paper), tuple(references))

    def area(self, paper: str) -> tuple[float, ...]:
        """Return the type area of a paper in points: width and height of the text, side column, its gap, and what wide pages have more."""
        size = self.tokens.papers[paper]
        edges, (side, gap) = size.margins, map(tokens.points, tokens.side_of(self.tokens, size))
        top, bottom, inner, outer = map(tokens.points, (edges.top, edges.bottom, edges.inner, edges.outer))
        wide = tokens.points(pages.wide_margin(self.tokens, size))
        across, down = tokens.points(size.width) - inner - side - gap - outer, tokens.points(size.height) - top - bottom
        return tuple(round(length, 1) for length in (across, down, side, gap, inner - wide))

    def laid_on(self, papers: Sequence[str], paper: str) -> str:
        """Return the paper that pages for this one are laid out for: the first of these that has its type area."""
        return next(each for each in (*papers, paper) if self.area(each) == self.area(paper))

    def around(self, paper: str, laid_on: str) -> tuple[float, float, float, float] | None:
        """Return where the edges of a paper lie around pages laid out for another, in points; None where it is that paper."""
        if paper == laid_on:
            return None
        here, there = self.tokens.papers[paper], self.tokens.papers[laid_on]
        left = tokens.points(there.margins.inner) - tokens.points(here.margins.inner)
        bottom = tokens.points(there.margins.bottom) - tokens.points(here.margins.bottom)
        return left, bottom, left + tokens.points(here.width), bottom + tokens.points(here.height)

    def shift(self, paper: str) -> float:
        """Return how many points a left page lies further right than a right one; 0 where pages are not mirrored."""
        margins = self.tokens.papers[paper].margins
        return round(tokens.points(margins.outer) - tokens.points(margins.inner), 3) if self.tokens.mirrored else 0.0

    def digest(self, lang: str) -> str:
        """Digest all of the look that an edition in a language may show."""
        faces = [(face.family, face.weight, face.style, face.sha256) for face in self.faces]
        sheets = [self.paged(paper) for paper in self.tokens.papers]
        templates = (templates_digest(), *(layer.templates_digest for layer in self.layers if layer.templates))
        shown = (self.words_digest(lang), faces, sheets, self.reflow(), self.narrow(), templates,
                 hashlib.sha256(self.cover_picture()).hexdigest(), self.tokens.model_dump(exclude={"editions"}))  # fmt: skip
        return hashlib.sha256(repr(shown).encode()).hexdigest()


@remembered
def package() -> Layer:
    """Return the package's own layer. Its style sheets, labels, and templates are read from its folder when they are needed."""
    return Layer(files.folder().name, source.read(files.folder() / THEME, f"{files.folder().name}/{THEME}").value(()))


@remembered
def look(layers: tuple[Layer, ...] = (), edition: str = "", *, runs_on: bool = False) -> Look:
    """Return the look of an edition under the layers that lie over the package's own."""
    return Look((package(), *layers), edition, runs_on)


def of_edition(layers: tuple[Layer, ...], edition: Edition) -> Look:
    """Return the look of an edition of a book that has these layers."""
    return look(layers, edition.id, runs_on=edition.flow == "run-on")


def token_names() -> frozenset[str]:
    """Return the names of all tokens, as style sheets call them; they are the same in every look."""
    whole = look().tokens
    return frozenset({**tokens.values(whole, RESERVED), **tokens.paper_values(whole, next(iter(whole.papers.values())))})


@remembered
def templates_digest() -> str:
    """Digest every template of the package."""
    total = hashlib.sha256()
    for name, data in _own_files():
        if name.endswith(".xhtml"):
            total.update(f"{name}\0".encode() + data + b"\0")
    return total.hexdigest()


def digest() -> str:
    """Return the digest of every template, style sheet, token, and label of the package's own theme."""
    total = hashlib.sha256()
    for name, data in _own_files():
        total.update(f"{name}\0".encode() + data + b"\0")
    return total.hexdigest()


def _own_files() -> Iterator[tuple[str, bytes]]:
    root = files.folder()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not is_stray(p.relative_to(root))):
        yield path.relative_to(root).as_posix(), path.read_bytes()
