"""Render a publication: one XHTML fragment for each section; links are '#id'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline import markup, theme
from pipeline.markup import Text
from pipeline.model import Tokens
from pipeline.publication import LONGEST_RUN, Publication, Section, passages
from pipeline.render.furniture import NEW_SHEET, Folio, in_parts
from pipeline.render.listings import hung, lined, marked, parted
from pipeline.render.setter import Setter, resource
from pipeline.section_kinds import Matter
from pipeline.theme import Look, Medium
from pipeline.work import cache
from pipeline.work.thresholds import NEW_DOCUMENTS

PART_OF_RUN = 20
"""Sections of a run that is longer than the longest: as many share pages, and the next of them begins one."""
SHORT_RUN = 100_000
"""Letters of XHTML, some six pages, that are laid out as one however many sections they are: hints are two lines each."""
SHOWN = re.compile(r'<img [^<>]*src="guidepress:([^"]+)"')
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
NAME = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
CELL = re.compile(r"<(td|th)\b")
PICTURE = re.compile(r"<img\b[^>]*\balt=\"([^\"]*)\"[^>]*>")
TAG = re.compile(r"<[^>]*>")
LEFT_TO_RIGHT = re.compile(r'<(?:code|pre|a class="address")(?=[ >])')
"""What runs from left to right wherever it stands."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One section as XHTML, and the resources that it shows, by name."""

    section: Section
    xhtml: str
    resources: Mapping[str, bytes]


@dataclass(frozen=True)
class Rendition:
    """A publication rendered for one medium: fragments in order."""

    publication: Publication
    medium: Medium
    fragments: tuple[Fragment, ...]

    @cached_property
    def resources(self) -> Mapping[str, bytes]:
        """All that the fragments show, by name."""
        return {name: data for fragment in self.fragments for name, data in fragment.resources.items()}


Fit = Literal["", "tight", "airy"]
"""How much white stands between the parts of a document: what is usual, less, or more."""


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
    fit: Fit = ""


@theme.remembered
def _environment(folders: tuple[Path, ...]) -> Environment:
    return Environment(loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@theme.remembered
def _template(look: Look, name: str) -> Template:
    return _environment(look.templates).get_template(name)


def render(publication: Publication, medium: Medium, folio: Folio | None = None) -> Rendition:
    """Render every section. The index needs ``folio``, which says where a place was printed; without it the index is left out."""
    sections = (s for s in publication.sections if folio is not None or not s.kind.needs_folios)
    return Rendition(publication, medium, tuple(render_section(publication, s, medium, folio) for s in sections))


def with_index(rendition: Rendition, folio: Folio) -> Rendition:
    """Return a rendition that was made without folios, and the index in its place."""
    publication = rendition.publication
    rendered = {fragment.section.id: fragment for fragment in rendition.fragments}
    fragments = (rendered.get(s.id) or render_section(publication, s, rendition.medium, folio) for s in publication.sections)
    return replace(rendition, fragments=tuple(fragments))


def render_section(publication: Publication, section: Section, medium: Medium, folio: Folio | None = None) -> Fragment:
    """Render one section; one that prints itself is remembered for as long as it, and its surroundings, are what they were.

    Of a copy, only the few sections are rendered that say whose it is: for these, to look at all that surrounds them takes longer.
    """
    prints_itself = section.kind.prints_itself and publication.brand.is_plain
    if prints_itself and all(text.is_remembered for text in _texts(section)):
        shelf = cache.shelf(f"rendered {publication.edition.id} {medium}", few=NEW_DOCUMENTS, passing=True)
        xhtml, drawn = shelf.remembered(lambda: _rendered(publication, section, medium), (publication.surroundings, section.own))
        for latex, display in drawn:
            markup.svg(latex, display=display)  # which it shows by name
    else:
        xhtml, _ = _rendered(publication, section, medium, folio)
    return Fragment(section, xhtml, {name: resource(publication, name) for name in sorted(set(SHOWN.findall(xhtml)))})


def _rendered(publication: Publication, section: Section, medium: Medium, folio: Folio | None = None) -> tuple[str, list[tuple[str, bool]]]:
    """Return a section as XHTML, and the formulas that it shows drawn."""
    template = _template(publication.look, f"sections/{section.kind}.xhtml")
    setter = Setter(publication, section, medium, folio)
    xhtml = _tidy(template.render(publication=publication, section=section, set=setter, medium=medium))
    xhtml = _fit(xhtml, publication.look.tokens, setter.label("continued")) if medium == "paged" else hung(xhtml)
    xhtml = LEFT_TO_RIGHT.sub(r'\g<0> dir="ltr"', xhtml) if publication.look.is_mirrored else xhtml
    return xhtml, setter.drawn


def _texts(section: Section) -> Iterator[Text]:
    return (markup.parse(text, inline=kind.inline) for _, kind, text in passages(section))


def formulas(publication: Publication) -> tuple[tuple[str, bool], ...]:
    """Return the formulas (LaTeX, display) that stand in the texts of sections: those that paper will show."""
    texts = (text for section in publication.sections for text in _texts(section))
    return tuple(dict.fromkeys((formula.latex, formula.display) for text in texts if not text.faults for formula in text.formulas))


def sources_of(publication: Publication, formula: tuple[str, bool]) -> Iterator[str]:
    """Yield the files of the sections that show a formula."""
    yield from (section.source for section in publication.sections if formula in formulas(replace(publication, sections=(section,))))


def _fit(xhtml: str, tokens: Tokens, continued: str) -> str:
    """Return a fragment for paper with what the look asks of tables and listings."""
    xhtml = labeled(xhtml) if tokens.tables == "stacked" else xhtml
    return marked(lined(xhtml) if tokens.code == "hanging" else parted(xhtml), continued)


def labeled(xhtml: str) -> str:
    """Return a fragment whose tables say in each cell the name of its column, as ``data-label``."""
    return TABLE.sub(lambda table: _labeled(table[0]), xhtml)


def _labeled(table: str) -> str:
    head = HEAD.search(table)
    names = [_words(name) for name in NAME.findall(head[0])] if head else []
    return ROW.sub(lambda row: _row(row[0], names), table) if names else table


def _row(row: str, names: list[str]) -> str:
    waiting = iter(names)

    def cell(found: re.Match[str]) -> str:
        name = next(waiting, "")
        return f'{found[0]} data-label="{name}"' if name else found[0]

    return CELL.sub(cell, row)


def _words(name: str) -> str:
    return escape(unescape(" ".join(TAG.sub("", PICTURE.sub(r"\1", name)).split())))


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
        stylesheets=stylesheets, edition=publication.edition.look_name, guide=publication.title,
        mirrored=publication.look.is_mirrored,
    )  # fmt: skip


def release_page(look: Look, **values: object) -> str:
    """Return the page on which a release offers its guides, as HTML; ``style`` among the values is its style sheet."""
    return _tidy(_template(look, "release-page.xhtml").render(**{**values, "style": Markup(values["style"])}))


def web_page(look: Look, **values: object) -> str:
    """Return the page of an edition in HTML without its text: what stands before it, and its contents."""
    return _tidy(_template(look, "web-edition.xhtml").render(**values))


def pack_page(look: Look, **values: object) -> str:
    """Return the page of a team's pack, as HTML; ``style`` among the values is its style sheet."""
    return _tidy(_template(look, "pack-page.xhtml").render(**{**values, "style": Markup(values["style"])}))


def sheets(rendition: Rendition) -> tuple[Sheet, ...]:
    """Gather fragments for paper into documents that begin at forced page breaks, and in the midst of very long runs."""
    runs: list[list[Fragment]] = []
    for fragment in rendition.fragments:
        if fragment.section.starts_page or not runs:
            runs.append([])
        runs[-1].append(fragment)
    return tuple(sheet for run in runs for part in _parted(run) for sheet in _sheets(rendition.publication, part))


def _parted(run: list[Fragment]) -> Iterator[list[Fragment]]:
    """Part a run of sections that share pages where it is very long: one of them changed would have all laid out again."""
    is_short = len(run) <= LONGEST_RUN or sum(len(fragment.xhtml) for fragment in run) <= SHORT_RUN
    size = len(run) if is_short else PART_OF_RUN
    return (run[start : start + size] for start in range(0, len(run), size))


def fitted(sheet: Sheet, fit: Fit) -> Sheet:
    """Return a document whose style sheet sets it with a little less white, or more."""
    return replace(sheet, xhtml=sheet.xhtml.replace('<body class="', f'<body class="{fit} ', 1), fit=fit)


def _sheets(publication: Publication, fragments: Sequence[Fragment]) -> Iterator[Sheet]:
    """Give the sheet that some fragments make, or those that a long one makes by itself."""
    parts: list[list[Fragment]] = [[]]
    for fragment in fragments:
        first, *rest = fragment.xhtml.split(NEW_SHEET)
        parts[-1].append(replace(fragment, xhtml=first))
        parts += [[replace(fragment, xhtml=part)] for part in rest]
    for number, part in enumerate(parts, start=1):
        yield _sheet(publication, part, f"+{number}" if number > 1 else "")


def _sheet(publication: Publication, fragments: Sequence[Fragment], suffix: str) -> Sheet:
    first = fragments[0].section
    shown = {name: data for fragment in fragments for name, data in fragment.resources.items()}
    xhtml = document(publication, "paged", publication.title, "\n".join(f.xhtml for f in fragments))
    sources = tuple((f.section.id, f.section.source) for f in fragments)
    return Sheet(first.id + suffix, first.matter, xhtml, tuple(sorted(shown.items())), sources)


__all__ = ["Folio", "Fragment", "Rendition", "Sheet", "document", "fitted", "formulas", "in_parts", "release_page", "render",
           "render_section", "sheets", "web_page", "with_index"]  # fmt: skip
