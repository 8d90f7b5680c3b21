"""Copies for teams and recipients: what was asked for, and what sets each apart from the plain guide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline import bindery, brand, release, theme
from pipeline.brand import Brand
from pipeline.diagnostics import BookError, Diagnostic, Place, nearest
from pipeline.flow.request import Request, Slot, slot
from pipeline.model import Book
from pipeline.publication import Publication, Section
from pipeline.release import Artefact, Release
from pipeline.theme import Medium
from pipeline.work.store import key

LONGEST = 80
"""Characters of a recipient's name: more have no room at the foot of a page."""


def brands(book: Book, request: Request) -> tuple[Brand, ...]:
    """Return the copies asked for: one for each recipient, or the team's own; the plain guide when none is.

    Raises BookError for an unknown team, and for names that cannot be printed.
    """
    faults = [*_team_faults(book, request), *(fault for name in request.recipients for fault in _name_faults(name, book, request))]
    if faults:
        raise BookError(*faults)
    team = of_team(book, request.team)
    names = dict.fromkeys(brand.one_line(name) for name in request.recipients)
    return tuple(replace(team, recipient=name) for name in names) or (team,)


def of_team(book: Book, name: str) -> Brand:
    """Return the brand of a team; of none, the plain one."""
    if not name:
        return brand.PLAIN
    team, logo = book.teams[name], book.logos.get(name)
    return Brand(
        team.id, team.name, team.contact or "", (team.accent or "").lower(), logo.data if logo else b"", logo.type if logo else "",
        (team.logo_alt or team.name) if logo else "",
    )  # fmt: skip


def fingerprint(plain: str, copy: Brand) -> str:
    """Digest what a copy depends on, given the digest of the plain file."""
    return plain if copy.is_plain else key(plain, repr(copy))


def standing(current: Release, book: Book, plain: Mapping[Slot, str], artefact: Artefact) -> Iterator[bytes]:
    """Give the files that stand, as fresh as a copy, which differ from it by their recipient alone."""
    of = slot(artefact)
    for old in current.artefacts if artefact.recipient else ():
        if (slot(old), old.team or "") == (of, artefact.team) and old.recipient:
            copy = replace(of_team(book, artefact.team), recipient=old.recipient)
            if fingerprint(plain[of], copy) == old.inputs:
                yield release.data(current, old)


def own_sections(publication: Publication, medium: Medium) -> tuple[Section, ...]:
    """Return the sections that a copy has to itself."""
    paged = medium == "paged"
    return tuple(s for s in publication.sections if (s.kind.branded_on_paper if paged else s.kind.branded_on_screen))


def _team_faults(book: Book, request: Request) -> Iterator[Diagnostic]:
    if request.team and request.team not in book.teams:
        yield Diagnostic("B115", f"no team '{request.team}'", Place(str(request.book)), nearest(request.team, book.teams))


def _name_faults(given: str, book: Book, request: Request) -> Iterator[Diagnostic]:
    name = brand.one_line(given)
    look = theme.look(book.layers)
    face = look.font(look.face(theme.SANS))
    reasons = (
        ("it is empty", "write a name", not name),
        (f"it has {len(name)} characters", f"keep it within {LONGEST}", len(name) > LONGEST),
        (f"it holds {_listed(brand.hidden(name))}, which cannot be seen", "delete it", brand.hidden(name)),
        (f"the book's face has no {_listed(lacking := bindery.lacking(name, face))}", "write the name in Latin letters",
         lacking and not brand.hidden(name)),
    )  # fmt: skip
    for message, hint, found in reasons:
        if found:
            yield Diagnostic("B116", f"the recipient's name cannot be printed: {message}", Place(str(request.book)), hint)
            return


def _listed(characters: str) -> str:
    """Name characters: ``'☃' (U+2603)``; what cannot be seen by its number alone."""
    shown = [f"U+{ord(c):04X}" if brand.hidden(c) else f"'{c}' (U+{ord(c):04X})" for c in characters[:5]]
    return ", ".join(shown) + (", …" if len(characters) > 5 else "")
