"""Make the chapter that tells the readers of an edition what has changed since their copy of the last version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.changes.comparing import KINDS, Change, compare
from pipeline.changes.telling import note, old_pages
from pipeline.changes.tracing import trace
from pipeline.model import ChangedGroup, ChangedQuestion, Kept, KeptBook, WhatChanged
from pipeline.publication import Publication

Labels = Mapping[str, str]


def chapter(publication: Publication, previous: Kept, labels: Labels) -> WhatChanged | None:
    """Return what has changed of the questions of an edition; None where nothing has, or where it is new itself.

    Folios of the new copy are not known yet: what is told names the section to look up. A question that the edition has lost, and
    the book has not, is told by its number alone: its texts are withheld now.
    """
    outline = publication.outline
    book = KeptBook(id=outline.id, title=outline.title, version=outline.version, date=outline.date.isoformat())
    try:
        found = compare((previous.book, previous.traces), (book, trace([publication])), [publication.edition.id])
    except ValueError:
        return None
    groups = ((kind, [change for change in found.questions if change.kind == kind]) for kind in KINDS)
    told = tuple(
        ChangedGroup(
            title=labels[f"changed_{kind}"], questions=tuple(_question(change, publication, previous.book, labels) for change in changes)
        )
        for kind, changes in groups
        if changes
    )
    return WhatChanged(version=previous.book.version, date=previous.book.date, groups=told) if told else None


def _question(change: Change, publication: Publication, old: KeptBook, labels: Labels) -> ChangedQuestion:
    is_there, is_withheld = change.id in publication.names, change.id in publication.absent
    apart = _answered_apart(change, publication)
    return ChangedQuestion(
        target=(apart or change.id) if is_there else "",
        number=change.number,
        name=publication.names[change.id].title if is_there else "" if is_withheld else change.name,
        note=note(change, labels),
        old=old_pages(tuple(_old(change, is_apart=bool(apart))), old, labels),
    )


def _answered_apart(change: Change, publication: Publication) -> str:
    """Return the section with the answer, if that is what has changed and it stands in one of its own."""
    if not change.parts or not set(change.parts) <= set(publication.edition.answer_parts) - set(publication.edition.parts):
        return ""
    return next((section.counterpart for section in publication.sections if section.id == change.id), "")


def _old(change: Change, *, is_apart: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the folios of the old copy, each with its papers: one where all papers agree."""
    found: dict[str, tuple[str, ...]] = {}
    for each in change.pages:
        at = next((each.parts[part] for part in change.parts if part in each.parts), each.page) if is_apart else each.page
        if at.old:
            found[at.old] = found.get(at.old, ()) + each.papers
    yield from found.items()
