"""Say on which page each part of each question was printed, and put that beside the digests that the manifest keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from pipeline import changes
from pipeline.flow.binding import Binding, Landed, begins, letters
from pipeline.formats import EPUB, PDF
from pipeline.model import Book, KeptBook, Printing, TracedEdition, Traces, traces
from pipeline.publication import Publication, Section
from pipeline.release import BookFacts, Published, Release

Folios = Mapping[str, Mapping[str, str]]
"""The folio of each part of each question, by the question's id."""
SHORTEST = 4
"""Letters that a part may be found by in its section."""


def folios(bindings: Sequence[Binding]) -> dict[tuple[str, str], Folios]:
    """Return where the parts of questions were printed, by edition and paper, in guides that are for everybody."""
    found = {}
    for binding in bindings:
        publication = binding.volume.publication
        if is_for_everybody(publication):
            found[publication.edition.id, binding.volume.paper] = _folios(binding)
    return found


def is_for_everybody(publication: Publication) -> bool:
    """Tell whether an edition is for candidates, and no part of a plan of interviews."""
    return publication.edition.audience == "candidate" and not publication.edition.plan


def _folios(binding: Binding) -> Folios:
    """Find parts by the letters that they begin with: pages are known by the letter of a section that each begins with."""
    issue = binding.issues[0]
    landed, printed = binding.landed[issue.counts], binding.whole(issue)
    texts, starts = letters(printed), defaultdict[str, list[tuple[int, int]]](list)
    for page, name, before in begins(printed):
        starts[name].append((before, page))
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for section in binding.volume.publication.sections:
        question = section.counterpart if section.counterpart and not section.kind.is_question else section.id
        if section.id in landed.folios.pages and changes.parts_of(section):
            for part, folio in _parts(section, landed, texts[section.id], starts[section.id]):
                found[question].setdefault(part, folio)  # of hints, where the first stands
    return {question: parts for question, parts in found.items() if parts}


def _parts(section: Section, landed: Landed, text: str, starts: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Yield parts of a section with the folio of the page that each begins on; one that is not found has none."""
    first, at = landed.folios.pages[section.id], 0
    for part, beginning in changes.begins_of(section):
        if part == "ask":
            yield part, landed.folios.labels[first]
            continue
        found = text.find(beginning, at) if len(beginning) >= SHORTEST else -1
        if found >= 0:
            at = found
            page = max((page for before, page in starts if before <= found and page >= first), default=first)
            yield part, landed.folios.labels[page]


def kept(
    rows: Sequence[Published], made: Mapping[tuple[str, str], Folios], publications: Mapping[str, Publication], old: Release | None
) -> Traces | None:
    """Return what the manifest of a release keeps of its texts: those of files for everybody that are as the book is today.

    ``made`` are the folios of this build; those of files that are taken over are taken over too. None where there is nothing to keep.
    """
    before = traces(old.traces) if old is not None and old.traces else None
    editions: dict[str, TracedEdition] = {}
    for name, publication in publications.items():
        papers = _papers(rows, publication) if is_for_everybody(publication) else ()
        known = before.editions.get(name) if before else None
        found = {paper: pages for paper in papers if (pages := made.get((name, paper)) or _known(known, paper))}
        if found:
            editions[name] = changes.edition(publication).model_copy(update={"pages": tuple(_printings(found))})
    if not editions:
        return None
    return changes.trace([publications[name] for name in editions]).model_copy(update={"editions": editions})


def _papers(rows: Sequence[Published], publication: Publication) -> tuple[str, ...]:
    """Return the papers whose pages the files of an edition have; an EPUB has those of the first."""
    edition = publication.edition
    fresh = [row for row in rows if row.edition == edition.id and row.is_public and not row.stale]
    found = {row.paper for row in fresh if row.format == PDF.name}
    found |= {edition.papers[0] for row in fresh if row.format == EPUB.name}
    return tuple(paper for paper in edition.papers if paper in found)


def _known(edition: TracedEdition | None, paper: str) -> Folios:
    return next((each.folios for each in edition.pages if paper in each.papers), {}) if edition else {}


def _printings(found: Mapping[str, Folios]) -> Iterator[Printing]:
    """Yield pages, once for all papers that agree in them."""
    papers = list(found)
    while papers:
        alike = [paper for paper in papers if found[paper] == found[papers[0]]]
        yield Printing(papers=tuple(alike), folios=found[papers[0]])
        papers = [paper for paper in papers if paper not in alike]


def since(book: Book, facts: BookFacts, traces: Traces | None) -> changes.Changes | None:
    """Return what has changed since the version that the book names, where both have an edition for everybody."""
    if book.previous is None or traces is None:
        return None
    try:
        return changes.compare((book.previous.book, book.previous.traces), (KeptBook(**asdict(facts)), traces))
    except ValueError:
        return None
