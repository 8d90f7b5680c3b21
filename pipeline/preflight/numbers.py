"""Compare every page number printed over a link with the folio printed where the link lands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline import theme
from pipeline.diagnostics import BookError, Diagnostic
from pipeline.preflight.faults import fault
from pipeline.preflight.paper import Link, Page, Paper

FOLIO = r"(\d+|[ivxlc]+)"
LOCATOR = re.compile(rf"{FOLIO}(?:[–-]{FOLIO})?")
LAST_WORD = re.compile(rf"(?:^|\s){FOLIO}$")


def check(path: str, paper: Paper) -> Iterator[Diagnostic]:
    """Check the page numbers of contents, openers, index, and every reference in the text."""
    try:
        reference = _reference(paper.lang)
    except BookError as error:
        yield fault(path, "P312", str(error), "build the guides again")
        return
    order = {page.foot: number for number, page in enumerate(paper.pages) if page.foot}
    for page in paper.pages:
        for link in whole(page.links):
            if link.page is not None:
                yield from _check_link(path, paper, page, link, reference, order)


def printed(page: Page, link: Link, reference: re.Pattern[str]) -> str | None:
    """Return the page number, or the range, that a link prints; None when it prints none."""
    if LOCATOR.fullmatch(link.text):
        return link.text
    found = reference.search(link.text) or (LAST_WORD.search(link.text) if page.lists_contents else None)
    return found[1] if found else None


def whole(links: Iterable[Link]) -> Iterator[Link]:
    """Yield links, the parts of one that runs over a line's end joined; locators stand alone."""
    waiting: Link | None = None
    for link in links:
        if waiting is not None and _goes_on(waiting, link):
            waiting = replace(waiting, text=f"{waiting.text} {link.text}")
            continue
        if waiting is not None:
            yield waiting
        waiting = link
    if waiting is not None:
        yield waiting


def _goes_on(link: Link, after: Link) -> bool:
    same = (link.page, link.place, link.address) == (after.page, after.place, after.address)
    return same and not LOCATOR.fullmatch(link.text) and not LOCATOR.fullmatch(after.text)


def _reference(lang: str) -> re.Pattern[str]:
    """Return what a page reference in the text looks like in a language."""
    before, _, after = theme.labels(lang)["page_ref"].partition("{page}")
    return re.compile(rf"{re.escape(before)}\s*{FOLIO}{re.escape(after)}$")


def _check_link(path: str, paper: Paper, page: Page, link: Link, reference: re.Pattern[str], order: dict[str, int]) -> Iterator[Diagnostic]:
    assert link.page is not None
    number = printed(page, link, reference)
    lands = paper.pages[link.page].foot
    if number is None:
        if page.lists_contents:
            yield fault(path, "P314", f"page {page.label}: '{link.text}' shows no page number")
        return
    first, _, last = number.replace("–", "-").partition("-")
    if first != lands:
        lands = lands or paper.pages[link.page].label
        yield fault(path, "P314", f"page {page.label}: '{link.text}' says page {first} and leads to page {lands}")
    elif last and not order.get(last, -1) > order[first]:
        yield fault(path, "P314", f"page {page.label}: '{link.text}' is a range that runs backwards or off the book")
