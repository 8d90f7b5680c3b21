"""Set the texts of one section: what templates call to print words, links, numbers, and drawings."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from markupsafe import Markup

from pipeline import markup, model, slots, theme
from pipeline.markup import Formula, Reference, Setting, Target, Text
from pipeline.markup.highlight import block
from pipeline.publication import Name, Publication, Section
from pipeline.render.cover import PICTURED, Cover
from pipeline.render.furniture import Folio, Furniture, Head, slot
from pipeline.render.side_notes import SideNotes
from pipeline.theme import Medium

FIGURE, PICTURE = "figure/", "picture/"
BREAK = re.compile(r"(?:(?<=/)|(?=\.))(?=.{9})")


class Setter:
    """Print the texts of a section for one medium. Resources are shown by name: see ``resource``."""

    def __init__(self, publication: Publication, section: Section, medium: Medium, folio: Folio | None) -> None:
        self.publication, self.section, self.medium = publication, section, medium
        look, lang = publication.look, publication.outline.lang
        self.labels, self._words = look.labels(lang), look.words_digest(lang)
        self._quotes = theme.opening(lang), theme.closing(lang)
        self.spoken = markup.with_names(look.spoken(lang), {named.letters: named.words for named in publication.outline.spoken})
        self.drawn: list[tuple[str, bool]] = []
        """The formulas that were given out as drawings, in LaTeX, and whether each is displayed."""
        self.head = Head(section, publication, self.label)
        self.book = Furniture(publication, medium, folio, self.label)
        self.cover = Cover(publication)
        self.side_notes = SideNotes(publication, section)

    @property
    def level(self) -> int:
        """Heading level of what stands below the section's own heading."""
        return self.section.level + 1

    @property
    def paged(self) -> bool:
        """Whether the medium has pages."""
        return self.medium == "paged"

    # Words

    def label(self, name: str, **values: object) -> str:
        """Return a label with its braces filled in."""
        return self.labels[name].format(**values)

    def date(self, day: dt.date) -> str:
        """Return a date as the language writes it in figures."""
        return self.label("date_form", year=day.year, month=day.month, day=day.day)

    def title(self, section: Section) -> Markup:
        """Return the title of a section, without links and marks."""
        return self.words(section.title)

    def words(self, title: str) -> Markup:
        """Return a title as it is printed."""
        return Markup(self._title(title))

    def _title(self, title: str) -> str:
        text = markup.parse(title, inline=True)
        if text.references or text.formulas or text.footnotes or text.faults:
            return self._written(title, "title", inline=True)
        return _bare_title(title, self.medium, self._words)

    def block(self, *keys: str | int) -> Markup:
        """Return a Markdown text of the record as XHTML."""
        return self._set(model.value_at(self.section.record, keys), model.scope(self.section.id, keys), inline=False)

    def answer(self) -> Markup:
        """Return the answer of a question; on paper with notes in the side column, where the look has them."""
        written = self.block("answer")
        return Markup(self.side_notes.beside(str(written))) if self.paged and self.side_notes.are_wanted else written

    def line(self, *keys: str | int) -> Markup:
        """Return one line of Markdown of the record as XHTML."""
        return self._set(model.value_at(self.section.record, keys), model.scope(self.section.id, keys), inline=True)

    def outline_line(self, *keys: str | int) -> Markup:
        """Return one line of Markdown of ``book.yaml``."""
        return self._set(model.value_at(self.publication.outline, keys), model.scope("book", keys), inline=True)

    def _set(self, text: str, scope: str, *, inline: bool) -> Markup:
        return Markup(self._written(text, scope, inline=inline))

    def _written(self, source: str, scope: str, *, inline: bool) -> str:
        text = markup.parse(source, inline=inline)
        return _write(text, self._target(text, scope))

    def _target(self, text: Text, scope: str) -> Target:
        """Look up all that a text needs to be written."""
        numbers = self.publication.numbers
        return Target(
            medium=self.medium, scope=scope, level=self.level, labels=self.labels, spoken=self.spoken,
            words=self._words, lang=self.publication.outline.lang, quotes=self._quotes,
            shown={reference: self._shown(reference, scope) for reference in text.references},
            drawings=self._drawings(text) if self.paged else {},
            table_labels=tuple(
                self.label("table_label", number=numbers.get(f"{scope}-t{n}", n)) for n in range(1, text.tables + 1)
            ),
        )  # fmt: skip

    def _drawings(self, text: Text) -> dict[Formula, Setting]:
        """Return the formulas of a text drawn; those that are wrong are printed as they are written."""
        sound = [f for f in text.formulas if not (text.faults and markup.check(f.latex))]
        self.drawn += [(formula.latex, formula.display) for formula in sound]
        return {formula: markup.svg(formula.latex, display=formula.display) for formula in sound}

    def _shown(self, reference: Reference, scope: str) -> str:
        """Return what stands in the place of a reference; of a picture in a title, its words."""
        if reference.kind == "picture":
            picture = self.publication.resources["pictures"].get(reference.id)
            words = reference.label or ""
            return escape(words, quote=False) if picture is None or scope == "title" else _image(picture, words)
        if reference.kind == "figure":
            return str(self.figure(reference.id))
        if reference.kind == "box":
            return self._box(reference.id)
        if reference.kind == "value":
            return model.output_value(self.section.examples, reference.id) or ""
        return self._link(reference)

    def listing(self, code: str, language: str) -> Markup:
        """Return code as a highlighted block."""
        return Markup(block(code.rstrip("\n"), language))

    # Links

    def page(self, target: str) -> Markup:
        """Return the page number of a target, on paper."""
        return self._slot(target, "{page}", slots.CLASS) if self.paged else Markup("")

    def _slot(self, target: str, form: str, classes: str) -> Markup:
        return slot(target, form.format(page="0" * self.publication.digits), classes)

    def _with_page(self, shown: str, target: str) -> str:
        """Add the page number, on paper, to what a link shows."""
        if not self.paged:
            return shown
        page = self._slot(target, self.labels["page_ref"], f"{slots.CLASS} {slots.SERIF} {slots.AMONG_WORDS}")
        return escape(self.labels["with_page"]).format(shown=shown, page=page)

    def _link(self, reference: Reference) -> str:
        """Return a link by id; a target that this edition leaves out becomes plain text."""
        prefix = "" if reference.kind == "section" else f"{reference.kind}-"
        target = prefix + reference.id
        name = self.publication.names.get(target)
        told = name or self.publication.absent.get(target)
        shown = escape(reference.label or "")
        if told is not None and not reference.label:
            shown = self._named(told, enclosed=reference.enclosed)
        if name is None:
            return shown
        target = self.publication.answered_in.get(target, target)
        if name.is_section or name.number:
            shown = self._with_page(shown, target)
        width = "" if reference.label or (name.is_section and not name.number) else " short"
        title = f' title="{self._plain(name)}"' if name.is_section and name.number and not reference.label else ""
        return f'<a class="{name.kind}-link{width}" href="#{target}"{title}>{shown}</a>'

    def _named(self, name: Name, *, enclosed: bool) -> str:
        if name.number:
            return escape(self.label(f"{name.kind}_ref", number=name.number))
        if name.is_section:
            return self._title(name.title)
        return escape(model.enclosed(name.title) if enclosed else name.title)

    def _plain(self, name: Name) -> str:
        """Return the title of a section as the value of an attribute, for who hears a link by itself."""
        return escape(markup.plain(markup.parse(name.title, inline=True)))

    def linked(self, questions: Iterable[str]) -> tuple[str, ...]:
        """Return the questions that stand in this publication."""
        return tuple(q for q in questions if q in self.publication.names)

    def page_link(self, target: str, shown: str) -> Markup:
        """Return a link to a section that shows these words, and its page on paper."""
        return Markup(f'<a class="question-link" href="#{target}">{self._with_page(escape(shown), target)}</a>')

    def page_reference(self, target: str) -> Markup:
        """Return a link that says on which page a section begins, on paper."""
        page = self._slot(target, self.labels["page_ref"], f"{slots.CLASS} serif")
        return Markup('<a class="question-link" href="#{}">{}</a>').format(target, page) if self.paged else Markup("")

    def question_link(self, target: str) -> Markup:
        """Return a link to a question with its number, title, and page."""
        name = self.publication.names[target]
        title = self._title(name.title)
        number = f'<span class="link-number">{escape(name.number)}</span>'
        target = self.publication.answered_in.get(target, target)
        return Markup(f'<a href="#{target}">{number} <span class="link-title">{title}</span>{self.page(target)}</a>')

    def question_links(self, targets: Iterable[str]) -> Markup:
        """Return links to questions by number, in a row."""
        links = (self._link(Reference("section", target, None, 0, 0)) for target in self.linked(targets))
        return Markup(escape(self.labels["list_comma"]).join(links))

    def counterpart_link(self, section: Section) -> Markup:
        """Return the link from a question to its answer, or back."""
        way = section.kind.counterpart
        if not self.paged:
            told = self.label(f"{way}_label", number=section.number)
            return Markup('<a href="#{}" aria-label="{}">{}</a>').format(section.counterpart, told, self.label(f"to_{way}"))
        page = self._slot(section.counterpart, self.labels[f"{way}_on_page"], f"{slots.CLASS} {slots.AMONG_WORDS}")
        return Markup('<a href="#{}">{}</a>').format(section.counterpart, page)

    def hint_link(self, hint: Section, shown: str) -> Markup:
        """Return a link to a hint."""
        return Markup('<a href="#{}">{}</a>').format(hint.id, Markup(self._with_page(escape(shown), hint.id)))

    def hints(self) -> tuple[Section, ...]:
        """Return the hints on the section's question that are its own to give: to a hint, those after it."""
        of = self.publication.hints.get(self.section.counterpart or self.section.id, ())
        if self.section in of:
            return of[of.index(self.section) + 1 :]
        return self.publication.hints.get(self.section.id, ())

    def citation(self, cited: model.Cited) -> Markup:
        """Return a short citation, linked to the list of sources when the edition has one."""
        work: model.Work | None = self.publication.resources["works"].get(cited.key)
        shown = escape(work.short if work else cited.key)
        if f"source-{cited.key}" in self.publication.names:
            shown = f'<a class="source-link" href="#source-{cited.key}">{shown}</a>'
        return Markup(f"{shown}, {escape(cited.at)}" if cited.at else shown)

    def address(self, url: str) -> Markup:
        """Return an address as a link that shows itself."""
        shown = url.removeprefix("https://").removeprefix("mailto:").rstrip("/")
        return Markup('<a class="address" href="{}">{}</a>').format(url, breakable(shown))

    # Numbers and drawings

    def formula(self, formula: model.Formula, *, display: bool = True) -> Markup:
        """Return a formula of the sheet, displayed or in a line."""
        alt = f'{{alt="{formula.speech}"}}' if formula.speech else ""
        latex = f"$$\n{formula.latex.strip()}\n$$" if display else f"${formula.latex.strip()}$"
        return self._set(f"{latex}{alt}", "formula", inline=not display)

    def figure(self, name: str) -> Markup:
        """Return a figure with its number and caption."""
        figure: model.Figure | None = self.publication.resources["figures"].get(name)
        drawing: model.Drawing | None = self.publication.resources["drawings"].get(name)
        picture: model.Picture | None = self.publication.resources["pictures"].get(f"figures/{name}")
        if figure is None or (drawing is None and picture is None):
            return Markup("")
        shown = _drawing(name, drawing, figure.alt) if drawing else _image(picture, figure.alt) if picture else ""
        number = self.label("figure_label", number=self.publication.numbers.get(f"figure-{name}", ""))
        caption = self._set(figure.caption, f"figure-{name}", inline=True)
        size = ' class="small"' if figure.small else ""
        told = f'<figcaption><span class="label">{escape(number)}</span> {caption}</figcaption>'
        return Markup(f'<figure id="figure-{name}"{size}>{shown}{told}</figure>')

    def unplaced_figures(self) -> tuple[str, ...]:
        """Return the section's figures that its text does not place."""
        record = self.section.record
        named: tuple[str, ...] = getattr(record, "figures", ())
        if not named or record is None:
            return ()
        placed = {r.id for _, kind, text in model.prose(record) if text
                  for r in markup.parse(text, inline=kind.inline).references if r.kind == "figure"}  # fmt: skip
        return tuple(name for name in named if name not in placed)

    def _box(self, name: str) -> str:
        box: model.Box | None = self.publication.resources["boxes"].get(name)
        if box is None:
            return ""
        home = self.publication.box_homes.get(name, self.section.id)
        if home != self.section.id:
            shown = self._with_page(self._title(box.title), f"box-{name}")
            also = f'<span class="label">{escape(self.labels["see_also"])}</span>'
            return f'<p class="box-link">{also} <a href="#box-{name}">{shown}</a></p>'
        scope = f"box-{name}"
        title = self._set(box.title, f"{scope}-title", inline=True)
        return f'<aside class="box" id="{scope}"><p class="box-title">{title}</p>\n{self._set(box.body, scope, inline=False)}</aside>'


@lru_cache(maxsize=8192)
def _bare_title(title: str, medium: Medium, words: str) -> str:
    """Write a title that tells of nothing else in the book: it stands at many places, and is the same at each."""
    return _write(markup.parse(title, inline=True), Target(medium, "title", 1, {}, words=words))


def _write(text: Text, target: Target) -> str:
    """Return a text as XHTML: a line without any block around it."""
    return markup.inline_xhtml(text, target) if text.inline else markup.to_xhtml(text, target)


def _image(picture: model.Picture, words: str) -> str:
    """Return a picture made of pixels: as wide as it has pixels of 1/96 inch, and never wider than its text."""
    return f'<img class="picture" src="guidepress:{picture.name}" alt="{escape(words)}" width="{picture.width}" height="{picture.height}"/>'


def _drawing(name: str, drawing: model.Drawing, words: str) -> str:
    digest = hashlib.sha256(drawing.svg).hexdigest()[:16]
    return f'<img src="guidepress:{FIGURE}{name}-{digest}.svg" alt="{escape(words)}"/>'


def resource(publication: Publication, name: str) -> bytes:
    """Return what is shown by name: a figure of the book, a formula, the picture of the cover, or the logo of whose copy it is."""
    if name == publication.brand.logo_name:
        return publication.brand.logo
    if name.startswith(PICTURED):
        return publication.look.cover_picture()
    if name.startswith(PICTURE):
        pictures: Iterable[model.Picture] = publication.resources["pictures"].values()
        return next(picture.data for picture in pictures if picture.name == name)
    if name.startswith(FIGURE):
        drawing: model.Drawing = publication.resources["drawings"][name.removeprefix(FIGURE).rpartition("-")[0]]
        return drawing.svg
    return markup.drawing_named(name)


def breakable(address: str) -> Markup:
    """Return an address that may break after its slashes and before its dots, but not so that a few letters are a line."""
    return Markup(BREAK.sub("<wbr/>", escape(address)))
