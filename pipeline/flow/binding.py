"""Bind volumes as they were printed, and say where their places were printed."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from pipeline import bindery, epub, markup
from pipeline.brand import RESERVED, Brand, Palette
from pipeline.flow.volumes import Printed, Volume, noted
from pipeline.model import Kit
from pipeline.press import LaidOut, Signature
from pipeline.publication import Locator, Publication, TocEntry
from pipeline.theme import SANS
from pipeline.work import Results, Stage, Work, thresholds
from pipeline.work.store import key

NOTES_ROOM = 120.0
"""Points: less room than this stays white."""


class Landed:
    """Where places were printed: pages of the file, and the folios on them."""

    def __init__(self, printed: Sequence[Printed], cover_label: str) -> None:
        """Count the pages of signatures in their order."""
        self.folios = bindery.folios(*_apart(printed), cover=cover_label)
        begins = (begin.section for item in printed for begin in item.laid.facts.begins)
        self._last = {section: page for page, section in enumerate(begins)}

    def page(self, target: str) -> int | None:
        """Return a number for the page of a place; between those of two signatures, one is left out."""
        page = self.folios.pages.get(target)
        return None if page is None else page + bisect(self.folios.first, page)

    def digits(self, place: Locator) -> int:
        """Return how many digits the last folio has in the section of a place; few sections have folios of different widths."""
        page = self.folios.pages[place.target]
        return len(self.folios.labels[max(page, self._last.get(place.section, page))])

    def label(self, target: str) -> str:
        """Return the folio printed on the page of a place."""
        return self.folios.folio(target)

    @cached_property
    def digest(self) -> str:
        """Digest the page numbers: where they agree, so do contents, index, and every reference."""
        return key(self.folios.labels, sorted(self.folios.pages.items()))


def numbered(printed: Sequence[Printed], landed: Landed) -> tuple[epub.Page, ...]:
    """Return every page that has a number, with the letter that it begins with."""
    whole, printed_as = letters(printed), landed.folios.printed
    return tuple(epub.Page(printed_as[page], name, whole[name], before) for page, name, before in begins(printed) if printed_as[page])


def begins(printed: Sequence[Printed]) -> Iterator[tuple[int, str, int]]:
    """Yield each page of the file with the section that it begins in, and the letters of it that stand before."""
    page, seen = 0, defaultdict[str, int](int)
    for item in printed:
        facts = item.laid.facts
        before = {section: seen[section] for section, _ in facts.texts}
        for begin in facts.begins:
            yield page, begin.section, before.get(begin.section, 0) + begin.before
            page += 1
        for section, text in facts.texts:
            seen[section] += len(text)


def letters(printed: Sequence[Printed]) -> Mapping[str, str]:
    """Return the letters of each section; a long one is in several signatures."""
    parts = defaultdict[str, list[str]](list)
    for item in printed:
        for section, text in item.laid.facts.texts:
            parts[section].append(text)
    return defaultdict(str, {section: "".join(texts) for section, texts in parts.items()})


class Bound(NamedTuple):
    """A PDF as it was bound."""

    pdf: bytes
    shown: bindery.Shown
    """Digests of what is on its pages; of a copy, which says on each whose it is, none."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One copy of a volume: its publication, which has its brand, and the signatures it has to itself."""

    publication: Publication
    own: tuple[Printed, ...] = ()

    @property
    def counts(self) -> tuple[int, ...]:
        """Pages of its own signatures: copies that agree in them are bound from the same, and have the same folios."""
        return tuple(item.laid.facts.pages for item in self.own)


@dataclass(frozen=True)
class Binding:
    """A volume as it was printed, and its copies; where none are wanted but the plain one, that."""

    volume: Volume
    printed: Sequence[Printed]
    issues: tuple[Issue, ...]
    labels: Mapping[str, str]

    @property
    def pages(self) -> int:
        """Number of its pages."""
        return sum(item.laid.facts.pages for item in self.printed)

    def count(self, issue: Issue) -> int:
        """Count the pages of a copy."""
        return sum(item.laid.facts.pages for item in self.whole(issue))

    @cached_property
    def landed(self) -> Mapping[tuple[int, ...], Landed]:
        """Where the places of copies were printed, by the page counts of what these have to themselves."""
        issues = {issue.counts: issue for issue in self.issues}
        return {counts: Landed(self.whole(issue), self.labels["cover"]) for counts, issue in issues.items()}

    def whole(self, issue: Issue) -> list[Printed]:
        """Return all signatures of a copy."""
        own = {item.signature.id: item for item in issue.own}
        return [own.get(item.signature.id, item) for item in self.printed]


def issues(volume: Volume, printed: Mapping[Volume, Sequence[Printed]]) -> tuple[Issue, ...]:
    """Return the copies of a volume; where none are wanted, the plain guide."""
    return tuple(Issue(own.publication, tuple(printed.get(own, ()))) for own in volume.own) or (Issue(volume.publication),)


def bind(binding: Binding, fonts: Mapping[str, bytes]) -> list[Bound]:
    """Bind every copy of a volume; what they share is gathered once for those of the same page counts."""
    gathered: dict[tuple[int, ...], bindery.Gathered] = {}
    found = []
    for issue in binding.issues:
        if issue.counts not in gathered:
            gathered[issue.counts] = gather(binding, issue, fonts, keeps=len(binding.issues) > 1)
        found.append(bind_issue(gathered[issue.counts], issue, binding.labels))
    return found


def bind_issue(shared: bindery.Gathered, issue: Issue, labels: Mapping[str, str]) -> Bound:
    """Bind one copy of what has been gathered for those of its page counts."""
    copy, is_plain = _copy(issue, labels), issue.publication.brand.is_plain
    pdf = _fillable(bindery.bind_copy(shared, copy), issue.publication)
    return Bound(pdf, bindery.shown(shared) if is_plain else ())


def _fillable(pdf: bytes, publication: Publication) -> bytes:
    """Return a PDF with fields in the place of their marks, where its edition is to be filled in."""
    record = next((section.record for section in publication.sections if isinstance(section.record, Kit)), None)
    if not publication.edition.fillable or record is None:
        return pdf
    from pipeline.kit import forms  # pikepdf, which nobody else needs

    outline, look = publication.outline, publication.look
    identity = {"book": outline.id, "version": outline.version, "plan": record.plan.id, "form": record.form.id, "digest": record.digest,
                "sheet": publication.sections[0].kind.name}  # fmt: skip
    return forms.fillable(pdf, identity, look.font(look.face(SANS)))


BIND: Stage[Binding, list[Bound]] = Stage(
    "bind", bind, title=lambda binding: binding.volume.publication.edition.id,
    # What many copies share is not sent to and fro.
    weight=lambda binding: binding.pages if len(binding.issues) == 1 else 0,
)  # fmt: skip
"""Volumes, and the fonts that they share, become PDFs, one for each copy."""
BIND_HERE = replace(BIND, weight=None)


def bind_all(work: Work, bindings: Sequence[Binding]) -> list[Results[list[Bound]]]:
    """Begin to bind volumes; one of very many pages by a process that does nothing else, and gives back what that takes."""
    is_large = [each.pages >= thresholds.PAGES_BOUND_APART and len(each.issues) == 1 for each in bindings]
    are_many = len(bindings) >= thresholds.VOLUMES_WORTH_WORKERS

    def stage(number: int) -> Stage[Binding, list[Bound]]:
        # For a worker that is alone, all would be waiting: every other volume is bound here meanwhile.
        shared = are_many and (work.crew.running > 1 or number % 2 == 0)
        return BIND if is_large[number] or work.crew.stays or shared else BIND_HERE

    return [
        work.map(stage(n), [each], each.volume.publication.look.font_resources(), apart="guidepress-bind" if is_large[n] else "")
        for n, each in enumerate(bindings)
    ]


def gather(binding: Binding, issue: Issue, fonts: Mapping[str, bytes], *, keeps: bool) -> bindery.Gathered:
    """Gather what a volume and a copy of it consist of; ``keeps`` remembers it for copies that agree in their page counts."""
    publication, printed = binding.volume.publication, binding.whole(issue)
    signatures, leaves = _apart(printed)
    return bindery.Gathered(
        signatures, leaves, outline=tuple(_entry(e) for e in publication.toc), fonts=fonts, cover=binding.labels["cover"],
        notes=_notes(publication, printed, "" if publication.look.script_fonts else binding.labels["notes"]),
        trim=_trim(binding.volume), keeps=keeps,
    )  # fmt: skip


def _trim(volume: Volume) -> bindery.Trim:
    """Say where the paper of a volume lies around its pages, which may have been laid out for another."""
    look, paper = volume.publication.look, volume.paper
    return bindery.Trim(look.around(paper, volume.laid_on), look.shift(paper), look.folio_at)


def _copy(issue: Issue, labels: Mapping[str, str]) -> bindery.Copy:
    """Say what the PDF of a copy has to itself: imprint, colors, stamp, signatures."""
    brand = issue.publication.brand
    return bindery.Copy(
        imprint=_imprint(issue.publication), own=tuple((item.signature, item.laid) for item in issue.own),
        palette=painted_in(issue.publication), stamp=stamp(brand, labels),
    )  # fmt: skip


def painted_in(publication: Publication) -> Palette | None:
    """Return the colors that binding puts in the place of the press's own: a team's, or the look's."""
    palette = publication.look.palette(publication.brand.accent)
    return None if palette == RESERVED else palette


def stamp(brand: Brand, labels: Mapping[str, str]) -> str:
    """Return what is printed at the foot of each page of a copy."""
    return labels["prepared_for"].format(recipient=brand.recipient) if brand.recipient else ""


def _apart(printed: Sequence[Printed]) -> tuple[list[Signature], list[LaidOut]]:
    return [item.signature for item in printed], [item.laid for item in printed]


def _imprint(publication: Publication) -> bindery.Imprint:
    outline = publication.outline
    return bindery.Imprint(
        title=publication.title, subtitle=outline.subtitle or "", lang=outline.lang, creators=tuple(c.name for c in outline.creators),
        publisher=outline.publisher, description=outline.description, subjects=outline.subjects, rights=outline.rights,
        created=publication.modified, modified=publication.modified, identifier=publication.identifier,
        team=publication.brand.name, contact=publication.brand.contact, recipient=publication.brand.recipient,
    )  # fmt: skip


def _entry(entry: TocEntry) -> bindery.Entry:
    section = entry.section
    title = markup.plain(markup.parse(section.title, inline=True))
    shown = f"{section.shown_number}. {title}" if section.shown_number else title
    return bindery.Entry(shown, section.id, tuple(_entry(child) for child in entry.children))


def _notes(publication: Publication, printed: Sequence[Printed], label: str) -> Mapping[str, bindery.Notes]:
    """Give the free part of the last page to the reader's own story, where a question asks for one."""
    roomy = {item.signature.id for item in printed if item.laid.facts.space_left > NOTES_ROOM}
    return {name: bindery.Notes(label) for name in sorted(roomy & noted(publication))}
