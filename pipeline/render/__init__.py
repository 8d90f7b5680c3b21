"""Render a publication: one XHTML fragment for each section; links are '#id'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline import theme
from pipeline.model import Tokens
from pipeline.publication import Matter, Publication, Section
from pipeline.render.furniture import NEW_SHEET, Folio
from pipeline.render.setter import Formulas, Setter
from pipeline.render.stacking import labeled, lined
from pipeline.render.writing import memory
from pipeline.theme import Look, Medium


@dataclass(frozen=True, slots=True)
class Fragment:
    """One section as XHTML, with the names of the resources it shows."""

    section: Section
    xhtml: str
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Rendition:
    """A publication rendered for one medium: fragments in order, and the resources they show, by name."""

    publication: Publication
    medium: Medium
    fragments: tuple[Fragment, ...]
    resources: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Fragments that are laid out together, as one document."""

    id: str
    """That of its first section; of a section's further sheets, with a number."""
    matter: Matter
    xhtml: str
    resources: tuple[tuple[str, bytes], ...]
    sections: tuple[tuple[str, str], ...]
    """Id and source file of each section."""
    tight: bool = False


@theme.remembered
def _environment(folders: tuple[Path, ...]) -> Environment:
    return Environment(loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@theme.remembered
def _template(look: Look, name: str) -> Template:
    return _environment(look.templates).get_template(name)


def render(publication: Publication, medium: Medium, formulas: Formulas, folio: Folio | None = None) -> Rendition:
    """Render every section.

    ``formulas`` sets a formula (it may remember). The index needs ``folio``, which says where a place was printed;
    without it the index is left out.
    """
    resources: dict[str, bytes] = {}
    return Rendition(publication, medium, tuple(_fragments(publication, medium, formulas, folio, resources)), resources)


def with_index(rendition: Rendition, formulas: Formulas, folio: Folio) -> Rendition:
    """Return a rendition that was made without folios, and the index in its place."""
    publication, resources = rendition.publication, dict(rendition.resources)
    rendered = {fragment.section.id: fragment for fragment in rendition.fragments}
    fragments = (
        rendered.get(s.id) or _fragment(publication, s, rendition.medium, formulas, folio, resources) for s in publication.sections
    )
    return Rendition(publication, rendition.medium, tuple(fragments), resources)


def count(publication: Publication) -> int:
    """Count the sheets of every section but the index, each long one as one."""
    return max(1, sum(section.starts_page for section in publication.sections if section.kind != "index"))


def paged(publication: Publication, formulas: Formulas) -> Iterator[Sheet]:
    """Render the sheets of every section but the index for paper; each is there as soon as its sections are rendered."""
    resources: dict[str, bytes] = {}
    rendition = Rendition(publication, "paged", (), resources)
    return _gathered(rendition, _fragments(publication, "paged", formulas, None, resources))


def _fragments(
    publication: Publication, medium: Medium, formulas: Formulas, folio: Folio | None, resources: dict[str, bytes]
) -> Iterator[Fragment]:
    sections = (s for s in publication.sections if s.kind != "index" or folio is not None)
    return (_fragment(publication, section, medium, formulas, folio, resources) for section in sections)


def render_section(publication: Publication, section: Section, medium: Medium, formulas: Formulas, folio: Folio | None) -> Rendition:
    """Render one section alone."""
    resources: dict[str, bytes] = {}
    fragment = _fragment(publication, section, medium, formulas, folio, resources)
    return Rendition(publication, medium, (fragment,), resources)


def _fragment(
    publication: Publication, section: Section, medium: Medium, formulas: Formulas, folio: Folio | None, resources: dict[str, bytes]
) -> Fragment:
    setter = Setter(publication, section, medium, formulas, folio)
    template = _template(publication.look, f"sections/{section.kind}.xhtml")
    xhtml = template.render(publication=publication, section=section, set=setter, medium=medium)
    shown = {**setter.resources, **setter.book.resources}
    resources.update(shown)
    return Fragment(section, _fit(_tidy(xhtml), publication.look.tokens) if medium == "paged" else _tidy(xhtml), tuple(sorted(shown)))


def _fit(xhtml: str, tokens: Tokens) -> str:
    """Return a fragment for paper with what the look asks of tables and listings."""
    xhtml = labeled(xhtml) if tokens.tables == "stacked" else xhtml
    return lined(xhtml) if tokens.code == "hanging" else xhtml


def _tidy(xhtml: str) -> str:
    """Drop the blank lines that templates leave, outside preformatted text."""
    parts = xhtml.split("<pre")
    tidied = [_squeeze(parts[0])]
    for part in parts[1:]:
        listing, end, rest = part.partition("</pre>")
        tidied.append(f"<pre{listing}{end}{_squeeze(rest)}")
    return "".join(tidied).strip() + "\n"


def _squeeze(text: str) -> str:
    lines = text.split("\n")
    kept = [line for n, line in enumerate(lines) if line.strip() or n in (0, len(lines) - 1)]
    return "\n".join(kept)


def document(publication: Publication, medium: Medium, title: str, body: str, stylesheets: tuple[str, ...] = ()) -> str:
    """Return a whole XHTML document around a body."""
    return _template(publication.look, "document.xhtml").render(
        title=title, body=Markup(body), medium=medium, lang=publication.outline.lang,
        stylesheets=stylesheets, edition=publication.edition.id, guide=publication.title,
    )  # fmt: skip


def sheets(rendition: Rendition) -> tuple[Sheet, ...]:
    """Gather fragments into documents that begin at forced page breaks."""
    return tuple(_gathered(rendition, rendition.fragments))


def _gathered(rendition: Rendition, fragments: Iterable[Fragment]) -> Iterator[Sheet]:
    starts = 0

    def run(fragment: Fragment) -> int:
        nonlocal starts
        starts += fragment.section.starts_page
        return starts

    groups = (tuple(group) for _, group in groupby(fragments, key=run))
    return (sheet for group in groups for sheet in _sheets(rendition, group))


def tightened(sheet: Sheet) -> Sheet:
    """Return a document whose style sheet sets it with a little less white."""
    return replace(sheet, xhtml=sheet.xhtml.replace('<body class="', '<body class="tight ', 1), tight=True)


def _sheets(rendition: Rendition, fragments: Sequence[Fragment]) -> Iterator[Sheet]:
    """Give the sheet that some fragments make, or those that a long one makes by itself."""
    parts: list[list[Fragment]] = [[]]
    for fragment in fragments:
        first, *rest = fragment.xhtml.split(NEW_SHEET)
        parts[-1].append(replace(fragment, xhtml=first))
        parts += [[replace(fragment, xhtml=part)] for part in rest]
    for number, part in enumerate(parts, start=1):
        yield _sheet(rendition, part, f"+{number}" if number > 1 else "")


def _sheet(rendition: Rendition, fragments: Sequence[Fragment], suffix: str) -> Sheet:
    publication = rendition.publication
    first = fragments[0].section
    names = sorted({name for fragment in fragments for name in fragment.resources})
    xhtml = document(publication, rendition.medium, publication.title, "\n".join(f.xhtml for f in fragments))
    return Sheet(
        first.id + suffix, first.matter, xhtml, tuple((name, rendition.resources[name]) for name in names),
        tuple((f.section.id, f.section.source) for f in fragments),
    )  # fmt: skip


__all__ = ["Folio", "Formulas", "Fragment", "Rendition", "Sheet", "count", "document", "memory", "paged", "render",
           "render_section", "sheets", "tightened", "with_index"]  # fmt: skip
