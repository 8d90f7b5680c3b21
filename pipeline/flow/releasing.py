"""What was made meets the release that stands: whether it would be made again, what is taken over, and the report beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline import brand as branding
from pipeline import release
from pipeline.flow.finishing import Made
from pipeline.flow.inputs import is_fresh, versions
from pipeline.flow.request import Pages, Request, Slot, slot
from pipeline.formats import FORMATS
from pipeline.model import Book
from pipeline.release import Artefact, BookFacts, Carried, Colophon, Published, Release
from pipeline.work.store import key

BUILD = "build"
"""Name of the report."""


def stands(current: Release, inputs: str, request: Request) -> bool:
    """Tell whether the release that stands is whole and fresh, and what is asked for would make it again."""
    if request.strict or request.explain:
        return False
    complete = current.inputs == inputs and set(request.editions) <= {a.edition for a in current.artefacts} and _holds(current, request)
    repeated = request.partial and current.inputs == _partial_inputs(inputs, request)
    return (complete or repeated) and not release.verify(current)


def _holds(current: Release, request: Request) -> bool:
    """Tell whether a whole release holds, fresh, the copies asked for: one of each plain file that the request would make."""
    held = {(slot(a), a.team or "", a.recipient or "") for a in current.artefacts if not a.stale}
    plain = [each for each, team, recipient in held if not (team or recipient) and _asked(each, request)]
    return not request.branded or all((each, request.team, name) in held for each in plain for name in _recipients(request))


def _asked(of: Slot, request: Request) -> bool:
    (name, edition, paper), form = of, FORMATS[of[0]]
    wanted = (not request.editions or edition in request.editions) and (not request.formats or name in request.formats)
    on_paper = paper in request.papers or not request.papers or (not form.has_papers and bool(request.formats))
    return wanted and form.is_chosen and on_paper


def _recipients(request: Request) -> tuple[str, ...]:
    return tuple(branding.one_line(name) for name in request.recipients) or ("",)


def _partial_inputs(inputs: str, request: Request) -> str:
    """Digest the inputs of a release that does not hold every file, or holds stale ones."""
    return key("partial", inputs, sorted(request.editions), sorted(request.formats), sorted(request.papers), request.team,
               sorted(_recipients(request)))  # fmt: skip


def publish(request: Request, book: Book, made: Made, inputs: str, current: Release | None) -> Release:
    """Publish what was made together with what the last release holds beside it."""
    outline, artefacts = book.outline, [each.artefact for each in made.finished]
    carried = tuple(_carried(current, artefacts, made.fingerprints, book)) if current is not None else ()
    plain: list[Artefact | Published] = [*artefacts, *(c.artefact for c in carried if not c.stale)]
    complete = {slot(a) for a in plain if not (a.team or a.recipient)} == set(made.fingerprints)
    facts = BookFacts(outline.id, outline.title, outline.version, outline.date.isoformat())
    colophon = Colophon(facts, inputs if complete else _partial_inputs(inputs, request), versions())
    return release.publish(request.output, artefacts, colophon, carried)


def _carried(current: Release, made: Sequence[Artefact], fingerprints: Mapping[Slot, str], book: Book) -> Iterator[Carried]:
    """Give the files of the last release that this build did not make but the book still asks for.

    Copies are among them, as long as the book has their team: a build makes those only that it is asked for.
    """
    new = {(slot(a), a.team, a.recipient) for a in made}
    for old in current.artefacts:
        of, team = slot(old), old.team or ""
        if (of, team, old.recipient or "") not in new and of in fingerprints and (not team or team in book.teams):
            yield Carried(current, old, not is_fresh(old, book, fingerprints))


def write_report(output: Path, pages: Sequence[Pages], seconds: Mapping[str, float], published: Release) -> tuple[str, ...]:
    """Write ``reports/build.json``; files that were carried over keep their rows. Gives warnings."""
    new = {each.path: {name: n for name, n in asdict(each).items() if name != "path"} for each in pages}
    rows = {**_before(output), **new}
    standing = {artefact.path for artefact in published.artefacts}
    facts = {
        "release": published.digest,
        "artefacts": {path: row for path, row in sorted(rows.items()) if path in standing},
        "stages": {stage: round(seconds, 2) for stage, seconds in seconds.items()},
    }
    return release.report(output, BUILD, facts)


def _before(output: Path) -> dict[str, Any]:
    """Give the rows of the last report."""
    facts = release.last_report(output, BUILD)
    rows = facts.get("artefacts") if isinstance(facts, dict) else None
    return rows if isinstance(rows, dict) else {}
