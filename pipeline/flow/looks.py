"""Say what the looks of editions need: their fonts, and, before the book has been read, how they will probably look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline import load, press, theme
from pipeline.flow.request import Request
from pipeline.theme import Look

Styled = tuple[str, dict[str, bytes]]
"""A style sheet for paper, and the fonts that it names."""


def likely_styles(request: Request) -> tuple[Styled, ...]:
    """Return the style sheets that what is asked for is laid out in, as the files of its editions and its theme have them."""
    found: dict[str, dict[str, bytes]] = {}
    for papers, look in _likely(request):
        known = [paper for paper in papers if paper in look.tokens.papers]
        wanted = (paper for paper in known if paper in request.papers or not request.papers)
        found |= {look.paged(look.laid_on(known, paper)): look.font_resources() for paper in wanted}
    return tuple(found.items())


def likely_fonts(request: Request) -> tuple[dict[str, bytes], tuple[bytes, ...]]:
    """Return the fonts of what is asked for, and those that page numbers are set in."""
    looks = [look for _, look in _likely(request)]
    return fonts_of(looks), tuple({name: data for look in looks for name, data in look.slot_fonts().items()}.values())


def _likely(request: Request) -> Iterator[tuple[Sequence[str], Look]]:
    found, layers = load.load_editions(request.book, request.theme)
    for edition in found:
        if edition.id in request.editions or not request.editions:
            yield edition.papers, theme.of_edition(layers, edition)


@theme.remembered
def fonts_digest(look: Look) -> str:
    """Return the digest of a look's fonts: they are the same for all of its signatures."""
    return press.fonts_digest(look.font_resources())


def fonts_of(looks: Iterable[Look]) -> dict[str, bytes]:
    """Return the fonts of looks, by their resource names."""
    return {name: data for look in dict.fromkeys(looks) for name, data in look.font_resources().items()}
