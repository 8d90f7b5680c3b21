"""Say how the editions asked for will probably look, before the book has been read: workers get ready for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline import load, theme
from pipeline.flow.request import Request
from pipeline.theme import Look


def likely(request: Request) -> tuple[tuple[str, ...], tuple[Look, ...]]:
    """Return the style sheets of what is asked for, and the looks of all editions."""
    found, layers = load.load_editions(request.book, request.theme)
    looks = [(edition, theme.of_edition(layers, edition)) for edition in found]
    asked = [each for each in looks if each[0].id in request.editions or not request.editions]
    sheets = [sheet for edition, look in asked for sheet in _sheets(look, edition.papers, request)]
    return tuple(sheets), tuple(look for _, look in looks)


def _sheets(look: Look, papers: Sequence[str], request: Request) -> Iterator[str]:
    wanted = (paper for paper in papers if paper in request.papers or not request.papers)
    return (look.paged(paper) for paper in wanted if paper in look.tokens.papers)


def fonts(looks: Sequence[Look]) -> dict[str, bytes]:
    """Return the fonts of looks, by their resource names."""
    return {name: data for look in looks for name, data in look.font_resources().items()}


def slot_fonts(looks: Sequence[Look]) -> tuple[bytes, ...]:
    """Return the fonts that looks set page numbers in, each once."""
    return tuple({name: data for look in looks for name, data in look.slot_fonts().items()}.values())
