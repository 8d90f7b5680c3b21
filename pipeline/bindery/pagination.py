"""Count the pages: roman folios for the front matter, arabic ones for the body, none for the cover."""

from collections.abc import Iterator, Sequence
from itertools import count

from pipeline.diagnostics import BookError
from pipeline.press import LaidOut, Signature

from .faults import fault
from .records import Folios

ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def folios(signatures: Sequence[Signature], leaves: Sequence[LaidOut], *, cover: str) -> Folios:
    """Number the pages of the signatures in this order; `cover` is the label of pages that have no folio.

    Raise BookError when an id stands in two signatures.
    """
    printed = tuple(_printed(signatures, leaves))
    first = _first_pages(leaves)
    return Folios(
        labels=tuple(folio or cover for folio in printed),
        printed=printed,
        pages=_pages(signatures, leaves, first),
        first=first,
    )


def roman(number: int) -> str:
    """Write a number in lower-case roman numerals."""
    text = ""
    for value, letters in ROMAN:
        times, number = divmod(number, value)
        text += letters * times
    return text


def _printed(signatures: Sequence[Signature], leaves: Sequence[LaidOut]) -> Iterator[str]:
    front, body = count(1), count(1)
    for signature, leaf in zip(signatures, leaves, strict=True):
        for _ in range(leaf.facts.pages):
            match signature.matter:
                case "cover":
                    yield ""
                case "front":
                    yield roman(next(front))
                case "body":
                    yield str(next(body))


def _first_pages(leaves: Sequence[LaidOut]) -> tuple[int, ...]:
    first, page = [], 0
    for leaf in leaves:
        first.append(page)
        page += leaf.facts.pages
    return tuple(first)


def _pages(signatures: Sequence[Signature], leaves: Sequence[LaidOut], first: Sequence[int]) -> dict[str, int]:
    pages: dict[str, int] = {}
    for signature, leaf, start in zip(signatures, leaves, first, strict=True):
        for place in leaf.facts.places:
            if place.id in pages:
                raise BookError(fault(signature, "P203", f"the id '{place.id}' stands in another section too"))
            pages[place.id] = start + place.page
    return pages
