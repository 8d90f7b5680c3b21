"""Say what has changed: to people by the labels of a language, and to programs as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.changes.comparing import KINDS, Change, Changes, Found, Landing, Renamed
from pipeline.formats import paper_name
from pipeline.model import KeptBook

Labels = Mapping[str, str]
PART_LABELS = {"ask": "tracker_question", "answer": "to_answer", "summary": "summary_plain", "examples": "example", "sources": "cited",
               "choices": "changed_choices", "key": "changed_key"}  # fmt: skip
"""Labels of parts that have another name than the part."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question in the list of changes."""

    change: Change
    title: str
    """Its number and name."""
    note: str
    """What is changed of it, beyond the heading that it stands below."""
    pages: tuple[str, ...]
    """A line for each edition, and for papers whose pages differ."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions of which the same is told."""

    title: str
    items: tuple[Item, ...]


def told(changes: Changes, labels: Labels) -> tuple[Group, ...]:
    """Return the changes in the words of a language, in groups by what weighs most of each question."""
    groups = ((kind, [change for change in changes.questions if change.kind == kind]) for kind in KINDS)
    return tuple(
        Group(labels[f"changed_{kind}"], tuple(_item(change, changes, labels) for change in found)) for kind, found in groups if found
    )


def _item(change: Change, changes: Changes, labels: Labels) -> Item:
    title = f"{change.number}\N{NO-BREAK SPACE} {change.name}".strip()
    return Item(change, title, note(change, labels), tuple(_line(found, changes, labels) for found in change.pages))


def note(change: Change, labels: Labels) -> str:
    """Return what is changed of a question: its parts by name, terms, and whatever else has happened to it."""
    parts = [part_name(part, labels) for part in (change.parts or change.wording)]
    terms = [renamed(term, labels) for term in change.terms]
    more = [labels[f"changed_{kind}"] for kind in change.kinds[1:] if not (kind == "term" and terms)]
    return labels["list_comma"].join((*parts, *terms, *more))


def renamed(term: Renamed, labels: Labels) -> str:
    """Return how a term was called, and how it is."""
    return labels["changed_renamed"].format(old=term.old, new=term.new)


def part_name(part: str, labels: Labels) -> str:
    """Return what readers call a part."""
    return labels.get(PART_LABELS.get(part, part), part)


def old_pages(pages: Sequence[tuple[str, tuple[str, ...]]], book: KeptBook, labels: Labels) -> str:
    """Return the pages of an old copy: one, or where papers differ, one for each; nothing where there is none."""
    said = [labels["page_ref"].format(page=folio) for folio, _ in pages]
    if len(pages) > 1:
        said = [labels["changed_on"].format(page=page, paper=_papers(on, labels)) for page, (_, on) in zip(said, pages, strict=True)]
    return labels["changed_old"].format(pages=labels["list_comma"].join(said), version=book.version) if said else ""


def _papers(papers: Sequence[str], labels: Labels) -> str:
    return labels["list_comma"].join(paper_name(paper) for paper in papers)


def _line(found: Found, changes: Changes, labels: Labels) -> str:
    where = labels["list_comma"].join((found.title, _papers(found.papers, labels)) if found.papers else (found.title,))
    whole = labels["changed_in"].format(where=where, pages=_landing(found.page, changes, labels))
    parts = (
        labels["changed_in"].format(where=part_name(part, labels), pages=_landing(at, changes, labels)) for part, at in found.parts.items()
    )
    return "; ".join((whole, *parts))


def _landing(at: Landing, changes: Changes, labels: Labels) -> str:
    now = [labels["page_ref"].format(page=at.new)] if at.new else []
    then = [old_pages([(at.old, ())], changes.old, labels)] if at.old else []
    return labels["list_comma"].join((*now, *then))


def as_text(changes: Changes, labels: Labels) -> str:
    """Return the changes as lines to read on a terminal."""
    head = f"{changes.new.title}: {changes.old.version} to {changes.new.version}"
    if not changes.count:
        return f"{head}: no question has changed.\n"
    return "\n".join((head, *_lines(told(changes, labels)))) + "\n"


def _lines(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        yield f"\n{group.title}"
        for item in group.items:
            yield f"  {item.change.id}: {item.title}" + (f" ({item.note})" if item.note else "")
            yield from (f"      {line}" for line in item.pages)


def as_json(changes: Changes) -> dict[str, Any]:
    """Return the changes as docs/running.md describes them."""
    return {
        "schema": 1,
        "book": changes.new.id,
        "old": {"version": changes.old.version, "date": changes.old.date},
        "new": {"version": changes.new.version, "date": changes.new.date},
        "questions": [_row(change) for change in changes.questions],
        "terms": [{"old": term.old, "new": term.new, "questions": list(term.questions)} for term in changes.terms],
    }


def _row(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "number": change.number,
        "name": change.name,
        "changes": list(change.kinds),
        "parts": list(change.parts),
        "wording": list(change.wording),
        "figures": list(change.figures),
        "terms": [{"old": term.old, "new": term.new} for term in change.terms],
        "pages": [_found(found) for found in change.pages],
    }


def _found(found: Found) -> dict[str, Any]:
    parts = {part: {"old": at.old, "new": at.new} for part, at in found.parts.items()}
    return {"edition": found.edition, "papers": list(found.papers), "old": found.page.old, "new": found.page.new, "parts": parts}
