"""Bind the printed signatures of a volume, and say where its places were printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline import bindery, epub, markup
from pipeline.brand import RESERVED, Brand, Palette
from pipeline.flow.signatures import Printed
from pipeline.press import LaidOut, Signature
from pipeline.publication import Publication, TocEntry
from pipeline.work.crew import Crew, Died

NOTES_ROOM = 120.0
"""Points: less room than this stays white."""


class Landed:
    """Where places were printed: pages of the file, and the folios on them."""

    def __init__(self, printed: Sequence[Printed], cover_label: str) -> None:
        """Count the pages of signatures in their order."""
        self.folios = bindery.folios(*_apart(printed), cover=cover_label)

    def page(self, target: str) -> int | None:
        """Return the number of the page in the file, from 0."""
        return self.folios.pages.get(target)

    def label(self, page: int) -> str:
        """Return the folio printed on a page."""
        return self.folios.labels[page]


def numbered(printed: Sequence[Printed], landed: Landed) -> tuple[epub.Page, ...]:
    """Return every page that has a number, with the letter that it begins with."""
    whole = _texts(printed)
    found, seen = [], defaultdict[str, int](int)
    for item, first in zip(printed, landed.folios.first, strict=True):
        facts = item.laid.facts
        before = {section: seen[section] for section, _ in facts.texts}
        for folio, begin in zip(landed.folios.printed[first:], facts.begins, strict=False):
            if folio:
                found.append(epub.Page(folio, begin.section, whole[begin.section], before.get(begin.section, 0) + begin.before))
        for section, text in facts.texts:
            seen[section] += len(text)
    return tuple(found)


def _texts(printed: Sequence[Printed]) -> Mapping[str, str]:
    """Return the letters of each section; a long one is in several signatures."""
    parts = defaultdict[str, list[str]](list)
    for item in printed:
        for section, text in item.laid.facts.texts:
            parts[section].append(text)
    return defaultdict(str, {section: "".join(texts) for section, texts in parts.items()})


@dataclass(frozen=True, slots=True)
class Bound:
    """A PDF as it was bound."""

    pdf: bytes
    shown: bindery.Shown
    """Digests of what is on its pages; of a copy, which says on each whose it is, none."""


def gather(
    publication: Publication,
    printed: Sequence[Printed],
    fonts: Mapping[str, bytes],
    labels: Mapping[str, str],
    subset: bindery.Subset,
    *,
    facing: bindery.Facing,
    keeps: bool,
) -> bindery.Gathered:
    """Gather the signatures of a publication; ``keeps`` says that there will be several copies."""
    signatures, leaves = _apart(printed)
    return bindery.gather(
        signatures, leaves, outline=tuple(_entry(e) for e in publication.toc), fonts=fonts,
        cover=labels["cover"], notes=_notes(publication, printed, labels["notes"]), subset=subset, facing=facing, keeps=keeps,
    )  # fmt: skip


def copy_of(publication: Publication, own: Sequence[Printed], labels: Mapping[str, str]) -> bindery.Copy:
    """Say what the PDF of a publication has to itself: imprint, colors, stamp, signatures."""
    brand = publication.brand
    return bindery.Copy(
        imprint=_imprint(publication), own=tuple((item.signature, item.laid) for item in own),
        palette=painted_in(publication), stamp=stamp(brand, labels),
    )  # fmt: skip


def painted_in(publication: Publication) -> Palette | None:
    """Return the colors that binding puts in the place of the press's own: a team's, or the look's."""
    palette = publication.look.palette(publication.brand.accent)
    return None if palette == RESERVED else palette


def bind(gathered: bindery.Gathered, copy: bindery.Copy) -> Bound:
    """Bind a copy."""
    pdf, whose = bindery.bind_copy(gathered, copy), copy.imprint.team or copy.imprint.recipient
    return Bound(pdf, () if whose else bindery.shown(gathered))


def bind_apart(gathered: bindery.Gathered, copy: bindery.Copy) -> Bound:
    """Bind a copy in a process that does nothing else: what binding takes is given back, and is not added to the book's."""
    try:
        with Crew(1, "guidepress-bind") as binder:
            return binder.send(bind, gathered, copy).answer()
    except Died:
        return bind(gathered, copy)


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
    shown = f"{section.number}. {title}" if section.number and section.kind in ("question", "answer") else title
    return bindery.Entry(shown, section.id, tuple(_entry(child) for child in entry.children))


def _notes(publication: Publication, printed: Sequence[Printed], label: str) -> Mapping[str, bindery.Notes]:
    """Give the free part of a question's last page to the reader's own notes."""
    if not publication.look.tokens.notes:
        return {}
    questions = {section.id for section in publication.sections if section.kind == "question" and section.starts_page}
    roomy = (item.signature.id for item in printed if item.laid.facts.space_left > NOTES_ROOM)
    return {name: bindery.Notes(label) for name in roomy if name in questions}
