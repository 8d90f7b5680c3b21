"""Issue the copies of one volume: what they share is gathered, rendered, and split into files once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline import bindery, epub, render
from pipeline.flow.binding import Bound, Landed, bind, bind_apart, copy_of, gather, numbered
from pipeline.flow.copies import OWN_KINDS, OWN_KINDS_ON_SCREEN, own_sections
from pipeline.flow.signatures import Printed, Volume
from pipeline.publication import Publication
from pipeline.render import Formulas, Rendition
from pipeline.theme import Medium
from pipeline.work.crew import Crew, Died

MANY = 2_000
"""Pages of a volume that is bound in a process of its own: for fewer, to start one takes longer than to bind. Several copies share
what they are bound from, and so one process."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One copy of a volume: its publication, which has its brand, and the signatures it has to itself."""

    publication: Publication
    own: tuple[Printed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Screen:
    """A publication for screens: rendered, its files, and the pages of the printed guide in them."""

    rendition: Rendition
    spine: tuple[epub.File, ...]
    pages: tuple[epub.Page, ...]


class Issuer:
    """What the copies of a volume share. A copy whose own signatures have other page counts shares with those like it."""

    def __init__(
        self, volume: Volume, printed: Sequence[Printed], fonts: Mapping[str, bytes], labels: Mapping[str, str], subset: bindery.Subset,
        *, copies: int, screen: Rendition | None = None,
    ) -> None:  # fmt: skip
        """Take the volume as it was printed, the index included, and how many copies there will be.

        ``subset`` reduces font files; ``screen`` is what has been rendered for screens, but for the index.
        """
        self._subset, self._copies, self._early = subset, copies, screen
        self._publication, self._printed, self._fonts, self._labels = volume.publication, printed, fonts, labels
        look = volume.publication.look
        self._facing = bindery.Facing(look.shift(volume.paper), look.tokens.folio.at)
        self._gathered: dict[tuple[int, ...], bindery.Gathered] = {}
        self._screens: dict[tuple[int, ...], _Screen] = {}

    def pages(self, issue: Issue) -> int:
        """Count the pages of a copy."""
        return sum(item.laid.facts.pages for item in self._whole(issue))

    def first(self, issue: Issue) -> Printed:
        """Return the signature that a copy begins with."""
        return self._whole(issue)[0]

    def pdf(self, issue: Issue) -> Bound:
        """Bind a copy."""
        gathered, copy = self._gather(issue), copy_of(issue.publication, issue.own, self._labels)
        return bind(gathered, copy) if gathered.keeps or len(gathered.numbered.labels) < MANY else bind_apart(gathered, copy)

    def begin(self, issue: Issue, crew: Crew | None) -> Callable[[], Bound]:
        """Bind a copy, or let a worker do that and go on with something else; return what gives it."""
        gathered = self._gather(issue)
        if crew is None or len(gathered.numbered.labels) >= MANY:
            at_hand = self.pdf(issue)
            return lambda: at_hand
        task = crew.send(bind, gathered, copy_of(issue.publication, issue.own, self._labels))

        @cache
        def bound() -> Bound:
            try:
                return task.answer()
            except Died:
                return self.pdf(issue)

        return bound

    def _gather(self, issue: Issue) -> bindery.Gathered:
        counts, keeps = _counts(issue), self._copies > 1
        if counts not in self._gathered:
            whole = self._whole(issue)
            self._gathered[counts] = gather(
                self._publication, whole, self._fonts, self._labels, self._subset, facing=self._facing, keeps=keeps
            )  # fmt: skip
        return self._gathered[counts]

    def epub(self, issue: Issue, cover: bytes, formulas: Formulas) -> bytes:
        """Write the EPUB of a copy, with the page list of its PDF."""
        counts = _counts(issue)
        if counts not in self._screens:
            self._screens[counts] = self._screen(self._whole(issue), formulas)
        screen = self._screens[counts]
        if issue.publication.brand.is_plain:
            return epub.write(screen.rendition, cover=cover, pages=screen.pages, spine=screen.spine)
        own = _rendered(issue.publication, OWN_KINDS_ON_SCREEN, "reflow", formulas)
        files = {file.name: file for file in epub.files(own, screen.pages, screen.spine)}
        spine = tuple(files.get(file.name, file) for file in screen.spine)
        rendition = replace(screen.rendition, publication=issue.publication, resources={**screen.rendition.resources, **own.resources})
        return epub.write(rendition, cover=cover, pages=screen.pages, spine=spine)

    def _screen(self, printed: Sequence[Printed], formulas: Formulas) -> _Screen:
        landed = Landed(printed, self._labels["cover"])
        early = self._early or render.render(self._publication, "reflow", formulas)
        rendition = render.with_index(early, formulas, landed)
        pages = numbered(printed, landed)
        return _Screen(rendition, epub.files(rendition, pages), pages)

    def _whole(self, issue: Issue) -> list[Printed]:
        own = {item.signature.id: item for item in issue.own}
        return [own.get(item.signature.id, item) for item in self._printed]


def own_sheets(publication: Publication, formulas: Formulas) -> tuple[render.Sheet, ...]:
    """Render what a copy has to itself on paper."""
    return render.sheets(_rendered(publication, OWN_KINDS, "paged", formulas))


def _rendered(publication: Publication, kinds: Sequence[str], medium: Medium, formulas: Formulas) -> Rendition:
    found = [render.render_section(publication, section, medium, formulas, None) for section in own_sections(publication, kinds)]
    resources = {name: data for rendition in found for name, data in rendition.resources.items()}
    return Rendition(publication, medium, tuple(fragment for rendition in found for fragment in rendition.fragments), resources)


def _counts(issue: Issue) -> tuple[int, ...]:
    return tuple(item.laid.facts.pages for item in issue.own)
