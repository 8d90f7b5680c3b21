"""Print volumes: an edition on one paper is rendered in sheets, and each sheet is laid out as a signature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from pipeline import markup, press, render, theme
from pipeline.brand import Brand
from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.flow.request import Pages, Relaid, Request
from pipeline.formats import PDF
from pipeline.model import Question
from pipeline.press import LAY_OUT, Facts, LaidOut, Signature
from pipeline.publication import Publication, Section
from pipeline.render import Fragment, Sheet
from pipeline.section_kinds import LEAF, SPREAD, Matter
from pipeline.theme import Look, Medium
from pipeline.work import Results, Stage, Work, cache, limits
from pipeline.work.store import key

FEW = 0.35
"""Share of a page: fewer lines than these look lost on it."""
SPREAD_PAGES, LINES = 2, 48
"""Pages of a question in a kit, and lines of text on each."""
GAIN, MOST = 0.06, 0.5
"""Share of a page that setting it tighter wins, at most, and share of a last page that it may do away with."""
AIR = 0.1
"""How much longer setting it airier makes what stands on a page, at most."""
LONGEST = 16
"""Pages of a section that is set airier: of more, each would have to be laid out again for the last of them."""

Rendering = tuple[Publication, Section, Medium, render.Folio | None]
"""A section, whose it is, what for, and where places were printed, if that is known."""
RENDER: Stage[Rendering, Fragment] = Stage("render", lambda rendering: _render(*rendering))


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """One edition on one paper, or what one of its copies has to itself there; equal to itself alone."""

    publication: Publication
    paper: str
    own: tuple[Volume, ...] = ()
    """What each of its copies has to itself, where copies are made."""

    @property
    def laid_on(self) -> str:
        """The paper that its pages are laid out for: the first of its edition with the same type area."""
        return self.publication.look.laid_on(self.publication.edition.papers, self.paper)

    def stylesheet(self, matter: Matter) -> str:
        """Return the style sheet of its pages. A cover fills the paper; all else is laid out once for papers of one type area."""
        return _paged(self.publication.look, self.paper if matter == "cover" else self.laid_on)


@theme.remembered
def _paged(look: Look, paper: str) -> str:
    """Return the style sheet of a look on a paper: it is the same for all of its signatures there."""
    return look.paged(paper)


@dataclass(frozen=True, slots=True)
class Printed:
    """A signature and its pages."""

    signature: Signature
    laid: LaidOut
    why: str = ""
    """Why it was laid out anew; empty when it was recalled."""


Sheets = Sequence[tuple[Volume, Sheet]]
"""Sheets, each with the volume that it is part of."""


def volumes_of(publications: Iterable[Publication], request: Request, brands: Sequence[Brand]) -> tuple[Volume, ...]:
    """Return a volume for each paper asked for, and for the first, whose folios and cover the rest needs."""
    found = []
    for publication in publications:
        edition = publication.edition
        for paper in edition.papers:
            if request.wants(edition, PDF.name, paper) or paper == edition.papers[0]:
                own = (Volume(replace(publication, brand=brand), paper) for brand in brands if not brand.is_plain)
                found.append(Volume(publication, paper, tuple(own)))
    return tuple(found)


def render_sheets(work: Work, volumes: Sequence[Volume]) -> Sheets:
    """Return the sheets of volumes, but for the index, and those that copies have to themselves."""
    whole = {volume.publication.edition.id: volume.publication for volume in volumes}
    sheets = {name: _sheets(work, p, [s for s in p.sections if not s.kind.needs_folios]) for name, p in whole.items()}
    shared = [(volume, sheet) for volume in volumes for sheet in sheets[volume.publication.edition.id]]
    return (*shared, *own_sheets(work, [copy for volume in volumes for copy in volume.own]))


def own_sheets(work: Work, copies: Sequence[Volume]) -> Sheets:
    """Return the sheets that copies have to themselves."""
    return [(copy, sheet) for copy in copies for sheet in _sheets(work, copy.publication, own_sections(copy.publication, "paged"))]


def own_sections(publication: Publication, medium: Medium) -> tuple[Section, ...]:
    """Return the sections that a copy has to itself."""
    paged = medium == "paged"
    return tuple(s for s in publication.sections if (s.kind.branded_on_paper if paged else s.kind.branded_on_screen))


def _sheets(work: Work, publication: Publication, sections: Sequence[Section]) -> tuple[Sheet, ...]:
    fragments = work.map(RENDER, [(publication, section, "paged", None) for section in sections])
    return render.sheets(render.Rendition(publication, "paged", tuple(fragments)))


def index_sheets(work: Work, places: Mapping[Volume, render.Folio]) -> Sheets:
    """Return the sheets of the index of each volume, given where its places were printed."""
    found = [(v, section) for v in places for section in v.publication.sections if section.kind.needs_folios and v.publication.index]
    fragments = work.map(RENDER, [(volume.publication, section, "paged", places[volume]) for volume, section in found])
    indexes = [(v, render.Rendition(v.publication, "paged", (each,))) for (v, _), each in zip(found, fragments, strict=True)]
    return [(volume, sheet) for volume, rendition in indexes for sheet in render.sheets(rendition)]


def lay_out(work: Work, sheets: Sheets) -> Results[Printed]:
    """Return the signatures that sheets become. Looking at them raises BookError for whatever the layout engine warns of."""
    sheets = _with_forms(work, sheets)
    looks = dict.fromkeys(volume.publication.look for volume, _ in sheets)
    fonts = {name: data for look in looks for name, data in look.font_resources().items()}
    signatures = [_signature(volume, sheet) for volume, sheet in sheets]
    leaves = work.map(LAY_OUT, signatures, fonts)
    why = [_why(signatures[n], *sheets[n]) if n in leaves.new else "" for n in range(len(sheets))]
    # What has been laid out is not needed any more, and of a large book it is large.
    bare = [replace(signature, xhtml="", resources=()) for signature in signatures]

    def printed() -> list[Printed]:
        found = [Printed(*each) for each in zip(bare, leaves, why, strict=True)]
        _refuse_warnings(found)
        return found

    return Results(leaves.new, printed)


def _with_forms(work: Work, sheets: Sheets) -> Sheets:
    """Return sheets whose pictures are drawn: each once, however many editions show it. Formulas are drawn where they stand."""
    shown = dict.fromkeys(each for _, sheet in sheets for each in sheet.resources if _is_picture(each[0]))
    forms = dict(zip(shown, work.map(press.DRAW, tuple(shown)), strict=True))

    def drawn(sheet: Sheet) -> Sheet:
        return replace(sheet, resources=tuple((each[0], forms.get(each, each[1])) for each in sheet.resources))

    return [(volume, drawn(sheet)) for volume, sheet in sheets]


def _render(publication: Publication, section: Section, medium: Medium, folio: render.Folio | None) -> Fragment:
    limits.at(section.source)
    return render.render_section(publication, section, medium, folio)


def _is_picture(name: str) -> bool:
    return name.endswith(".svg") and not name.startswith(markup.FORMULAS)


def _signature(volume: Volume, sheet: Sheet) -> Signature:
    return Signature(
        id=sheet.id, matter=sheet.matter, xhtml=sheet.xhtml, stylesheet=volume.stylesheet(sheet.matter),
        fonts=_fonts_digest(volume.publication.look), resources=sheet.resources, sections=sheet.sections,
    )  # fmt: skip


@theme.remembered
def _fonts_digest(look: Look) -> str:
    """Return the digest of a look's fonts: they are the same for all of its signatures."""
    return press.fonts_digest(look.font_resources())


def _why(signature: Signature, volume: Volume, sheet: Sheet) -> str:
    """Say which part of a signature is not what it was when it was last laid out, and remember what it is now."""
    slot = ("last", *_named(volume, sheet.id), sheet.fit)
    now = {
        "text": key(sheet.xhtml), "style": key(signature.stylesheet), "fonts": signature.fonts,
        "pictures": key(*(part for name, data in sheet.resources for part in (name, data))),
        "versions": key(dict(press.system_versions())),
    }  # fmt: skip
    before = cache.recall(*slot)
    cache.remember(b"", now, *slot)
    if before is None:
        return "new"
    return ", ".join(name for name, digest in now.items() if before.facts.get(name) != digest) or "forgotten"


def _named(volume: Volume, signature: str) -> tuple[str, str, str]:
    return volume.publication.edition.id, volume.paper, signature + volume.publication.brand.suffix


def fitted(work: Work, sheets: Sheets, pages: Sequence[Printed]) -> dict[Volume, list[Printed]]:
    """Return the signatures of each volume; one that leaves few lines on its last page is set a little tighter, to save the page.

    Where that does not save it, the section is set a little airier if the page is filled by that.
    """
    chosen = list(pages)

    def again(which: Sequence[int], fit: render.Fit, is_better: Callable[[int, Facts, Facts], bool]) -> None:
        tried = lay_out(work, [(sheets[n][0], render.fitted(sheets[n][1], fit)) for n in which])
        for n, item in zip(which, tried, strict=True):
            better = item if is_better(n, item.laid.facts, pages[n].laid.facts) else chosen[n]
            chosen[n] = replace(better, why=pages[n].why or item.why)

    loose = [n for n, item in enumerate(pages) if _may_save_a_page(item.laid.facts) or _is_long_spread(sheets[n], item)]
    again(loose, "tight", lambda _, tight, usual: tight.pages < usual.pages)
    filled = [volume.publication.look.tokens.space.filled for volume, _ in sheets]
    ruled = {volume: noted(volume.publication) for volume in dict.fromkeys(volume for volume, _ in sheets)}
    usual = [n for n, item in enumerate(chosen) if item.laid is pages[n].laid and item.signature.id not in ruled[sheets[n][0]]]
    short = [n for n in usual if _may_fill_a_page(pages[n].laid.facts, filled[n])]
    again(short, "airy", lambda n, airy, usual: airy.pages == usual.pages and airy.fill[-1] >= filled[n])
    _refuse_long_spreads(sheets, chosen)
    return {volume: _without_needless_leaves(volume, items) for volume, items in by_volume(sheets, chosen).items()}


def _without_needless_leaves(volume: Volume, printed: Sequence[Printed]) -> list[Printed]:
    """Return signatures without the leaves before sections that begin on the right side by themselves."""
    kinds = {section.id: section.kind for section in volume.publication.sections}
    kept, pages = list[Printed](), 0
    for item, following in zip(printed, (*printed[1:], None), strict=True):
        opens = kinds[following.signature.sections[0][0]].opens if following else ""
        if kinds[item.signature.sections[0][0]] == LEAF and opens == ("verso" if pages % 2 else "recto"):
            continue
        kept.append(item)
        pages += item.laid.facts.pages
    return kept


def by_volume(sheets: Sheets, pages: Iterable[Printed]) -> dict[Volume, list[Printed]]:
    """Return the signatures that sheets became, by the volume that they are part of."""
    found: dict[Volume, list[Printed]] = {}
    for (volume, _), item in zip(sheets, pages, strict=True):
        found.setdefault(volume, []).append(item)
    return found


def _is_long_spread(sheet: tuple[Volume, Sheet], item: Printed) -> bool:
    """Tell whether a question that has two facing pages to itself takes more."""
    volume, laid = sheet
    if item.laid.facts.pages <= SPREAD_PAGES:
        return False
    return any(section.id == laid.sections[0][0] and section.kind == SPREAD for section in volume.publication.sections)


def _refuse_long_spreads(sheets: Sheets, pages: Sequence[Printed]) -> None:
    """Raise BookError where a question does not fit on two facing pages, even set tighter."""
    faults = []
    for sheet, item in zip(sheets, pages, strict=True):
        if _is_long_spread(sheet, item):
            lines = max(1, round(sum(item.laid.facts.fill[1:-1]) * LINES))
            message = f"question '{item.signature.id}' does not fit on two facing pages: it has {lines} lines too many"
            faults.append(Diagnostic("P111", message, Place(_source(item.signature)), "shorten its summary, key points, or exhibit"))
    if faults:
        raise BookError(*dict.fromkeys(faults))


def _may_save_a_page(facts: Facts) -> bool:
    return facts.fill[-1] < min(MOST, GAIN * (facts.pages - 1))


def _may_fill_a_page(facts: Facts, filled: float) -> bool:
    return facts.pages <= LONGEST and filled > facts.fill[-1] > filled - AIR * (facts.pages - 1 + facts.fill[-1])


def noted(publication: Publication) -> frozenset[str]:
    """Name the questions for which what is left of their last page is ruled for the reader's own story."""
    if not publication.look.tokens.notes:
        return frozenset()
    asked = ((section.id, section.record) for section in publication.sections if section.kind.is_question and section.starts_page)
    return frozenset(name for name, record in asked if isinstance(record, Question) and record.type == "behavioral")


def outgrown(volumes: Iterable[Volume], printed: Mapping[Volume, Sequence[Printed]]) -> dict[str, Publication]:
    """Return the publications, one more digit kept for page numbers, that may need it; the index is still to come, hence the margin."""
    found = {}
    for volume in volumes:
        publication, pages = volume.publication, sum(item.laid.facts.pages for item in printed[volume])
        if pages + 5 + pages // 20 >= int(10**publication.digits):
            found[publication.edition.id] = replace(publication, digits=publication.digits + 1)
    return found


def with_index(volume: Volume, printed: Sequence[Printed], index: Sequence[Printed]) -> list[Printed]:
    """Return the signatures of a volume with those of its index in their place."""
    before = {section.id for section in takewhile(lambda section: not section.kind.needs_folios, volume.publication.sections)}
    at = sum(item.signature.sections[0][0] in before for item in printed)
    return [*printed[:at], *index, *printed[at:]]


def relaid(printed: Mapping[Volume, Sequence[Printed]]) -> tuple[Relaid, ...]:
    """Return what was laid out anew, and why."""
    return tuple(Relaid(*_named(volume, item.signature.id), item.why) for volume, items in printed.items() for item in items if item.why)


def filled(path: str, printed: Sequence[Printed]) -> Pages:
    """Count the body pages of a file, and the sparse ones among them."""
    fills = [fill for item in printed if item.signature.matter == "body" for fill in item.laid.facts.fill]
    return Pages(path, len(fills), sum(fill < FEW for fill in fills))


def _refuse_warnings(printed: Sequence[Printed]) -> None:
    """Turn every warning of the layout engine into a fault that names the file of the section."""
    faults = [
        Diagnostic("P110", warning, Place(_source(item.signature)), f"look at section '{item.signature.id}'")
        for item in printed
        for warning in item.laid.facts.warnings
    ]
    if faults:
        raise BookError(*dict.fromkeys(faults))


def _source(signature: Signature) -> str:
    return signature.sections[0][1] if signature.sections else signature.id
