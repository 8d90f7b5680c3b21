"""Compare every page number printed over a link with the folio printed where the link lands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.diagnostics import Diagnostic
from pipeline.preflight.faults import fault
from pipeline.preflight.paper import Link, Page, Paper
from pipeline.preflight.words import letters
from pipeline.theme import Traits

FOLIO = r"(\d+|[ivxlc]+)"
LOCATOR = re.compile(rf"{FOLIO}(?: ?[–-] ?{FOLIO})?")
"""Of a range whose folios are narrower than their slots, the dash stands a little apart."""
LAST_WORD = re.compile(rf"\s{FOLIO}$")


@dataclass(frozen=True, slots=True)
class Forms:
    """How a guide prints page numbers: after its titles, and by the labels of its language."""

    titles: frozenset[str]
    """Letters of every line of the outline, numbers included."""
    reference: re.Pattern[str]

    def number(self, text: str, page: Page) -> str | None:
        """Return the page number, or the range, that a link prints; None when it prints none."""
        if LOCATOR.fullmatch(text):
            return text.replace(" ", "")
        if found := self.reference.search(text):
            return found[found.lastindex or 0]
        found = LAST_WORD.search(text)
        return found[1] if found and (page.lists_contents or letters(text[: found.start()]) in self.titles) else None

    def lacks_number(self, text: str, page: Page) -> bool:
        """Tell whether a link without a page number should have one: a line of contents, or a question's title."""
        said = letters(text)
        return page.lists_contents or (said[:1].isdigit() and said in self.titles)


def forms(paper: Paper, references: Iterable[str]) -> Forms:
    """Return how a guide prints page numbers, given its labels that have one in them."""
    labels = (label.partition("{page}") for label in references)
    ends = sorted({rf"{re.escape(before)}{FOLIO}{re.escape(after)}" for before, _, after in labels if before.strip() or after.strip()})
    reference = re.compile(rf"(?<!\w)(?:{'|'.join(ends)})$".replace(r"\ ", r"\s*"))
    return Forms(frozenset(letters(line.title) for line in paper.outline), reference)


def check(path: str, paper: Paper, traits: Traits) -> Iterator[Diagnostic]:
    """Check the page numbers of contents, openers, index, and every reference in the text."""
    known = forms(paper, traits.references)
    order = {page.foot: number for number, page in enumerate(paper.pages) if page.foot}
    for page in paper.pages:
        for link in whole(page, known):
            if link.page is not None:
                yield from _check_link(path, paper, page, link, known, order)


def whole(page: Page, known: Forms) -> Iterator[Link]:
    """Yield the links of a page, the parts of one that runs over a line's end joined."""
    waiting: Link | None = None
    for link in page.links:
        if waiting is not None and _goes_on(waiting, link, known):
            waiting = replace(waiting, text=f"{waiting.text} {link.text}")
            continue
        if waiting is not None:
            yield waiting
        waiting = link
    if waiting is not None:
        yield waiting


def _goes_on(link: Link, after: Link, known: Forms) -> bool:
    """Tell whether a link is the next line of the one before: a page number ends a link."""
    same = (link.page, link.place, link.address) == (after.page, after.place, after.address)
    return same and not _has_ended(link.text, known)


def _has_ended(text: str, known: Forms) -> bool:
    last = LAST_WORD.search(text)
    titled = last is not None and letters(text[: last.start()]) in known.titles
    return titled or bool(LOCATOR.fullmatch(text) or known.reference.search(text))


def _check_link(path: str, paper: Paper, page: Page, link: Link, known: Forms, order: dict[str, int]) -> Iterator[Diagnostic]:
    assert link.page is not None
    number, lands = known.number(link.text, page), paper.pages[link.page].foot
    if number is None:
        if known.lacks_number(link.text, page):
            yield fault(path, "P314", f"page {page.label}: '{link.text}' shows no page number")
        return
    first, _, last = number.replace("–", "-").partition("-")
    if first != lands:
        lands = lands or paper.pages[link.page].label
        yield fault(path, "P314", f"page {page.label}: '{link.text}' says page {first} and leads to page {lands}")
    elif last and not order.get(last, -1) > order[first]:
        yield fault(path, "P314", f"page {page.label}: '{link.text}' is a range that runs backwards or off the book")
