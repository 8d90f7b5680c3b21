"""Check a finished PDF: what holds for any guide, and what its publication says of it.

Every page number printed over a link is compared with the folio printed where the link lands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from pipeline.bindery.page_numbers import roman
from pipeline.diagnostics import Diagnostic
from pipeline.preflight.pdf_reader import Font, Link, Page, Paper
from pipeline.preflight.preflight_rules import fault
from pipeline.preflight.withheld import letters, page_letters, title_letters
from pipeline.publication import Publication, TocEntry
from pipeline.theme import Traits

FOLIO = r"(\d+|[ivxlc]+)"
LOCATOR = re.compile(rf"{FOLIO}(?: ?[–-] ?{FOLIO})?")
"""Of a range whose folios are narrower than their slots, the dash stands a little apart."""
MOST_PARTS = 4
"""Of a title that a reader finds apart."""
LAST_WORD = re.compile(rf"[\s?!؟]{FOLIO}$")
"""From right to left, a reader may find the number beside the mark that ends a title."""
MARKS = re.compile(r"[\s\u0610-\u061a\u064b-\u065f]+$")
"""Marks above and below letters, which may reach into the next line."""


def check_file(path: str, paper: Paper, traits: Traits) -> Iterator[Diagnostic]:
    """Check what needs no publication: labels, folios, fonts, links, text alternatives, language, tags, page numbers."""
    yield from _labels(path, paper)
    yield from _pages(path, paper, traits)
    yield from _numbers(path, paper, traits)


def check_copy(path: str, read: Paper, traits: Traits, publication: Publication) -> Iterator[Diagnostic]:
    """Check the pages read of a copy: folios, fonts, links, alternatives, and the stamp; and what the file says of itself."""
    for page in read.pages:
        if page.foot not in ("", page.label):
            yield fault(path, "P304", f"page {page.label} has '{page.foot}' printed at its foot")
    yield from _pages(path, read, traits)
    yield from _itself(path, read, publication)


def _pages(path: str, paper: Paper, traits: Traits) -> Iterator[Diagnostic]:
    """Check what holds for any page by itself."""
    yield from _fonts(path, paper, traits)
    for page in paper.pages:
        yield from _links(path, page)
        if page.untold:
            kinds = ", ".join(sorted(set(page.untold))).lower()
            yield fault(path, "P307", f"page {page.label}: {len(page.untold)} without text alternative: {kinds}", "write the missing 'alt'")
    if not paper.lang:
        yield fault(path, "P312", "the file names no language")
    if not paper.tagged:
        yield fault(path, "P308", "the file is not tagged")


def places(publication: Publication) -> tuple[str, ...]:
    """Return the named destinations that are looked for in a guide: its sections."""
    return tuple(section.id for section in publication.sections)


def check_against(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    """Check the outline and the questions of a file against its publication."""
    yield from _outline(path, paper, publication)
    yield from _questions(path, paper, publication)
    yield from _itself(path, paper, publication)


def _itself(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    """Check what a file says of itself: whose copy it is, its language, its title."""
    yield from _stamps(path, paper, publication)
    if paper.lang != publication.outline.lang:
        yield fault(path, "P312", f"the file's language is '{paper.lang}', the book's is '{publication.outline.lang}'")
    if not letters(paper.title).startswith(letters(publication.title)):
        yield fault(path, "P308", f"the file calls itself '{paper.title}'")


def _labels(path: str, paper: Paper) -> Iterator[Diagnostic]:
    """Compare labels with the count of pages, and the folio at the foot of each page with its label."""
    front, body = count(1), count(1)
    in_front = True
    for number, page in enumerate(paper.pages, start=1):
        if number == 1 and not page.foot and not page.label.isdigit() and page.label != roman(1):
            continue
        in_front = in_front and not page.label.isdigit()
        expected = roman(next(front)) if in_front else str(next(body))
        if page.label != expected:
            yield fault(path, "P304", f"page {number} of the file is labeled '{page.label}' where '{expected}' is due")
            return
        if page.foot != page.label and (page.foot or not in_front):
            yield fault(path, "P304", f"page {page.label} has '{page.foot}' printed at its foot")


def _stamps(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    """Read whose copy it is at the foot of every page but the cover; of the plain guide nothing is said there."""
    name = publication.brand.recipient
    label = publication.look.labels(publication.outline.lang)["prepared_for"]
    wanted = letters(label.format(recipient=name)) if name else ""
    covers = 1 if publication.sections[0].matter == "cover" else 0
    for number, page in enumerate(paper.pages):
        due = wanted if number >= covers else ""
        if letters(page.stamp) != due:
            said = f"'{page.stamp}'" if page.stamp else "nothing"
            yield fault(path, "P316", f"page {page.label} says {said} at its foot, left of the folio")
            return


def _fonts(path: str, paper: Paper, traits: Traits) -> Iterator[Diagnostic]:
    used: dict[Font, str] = {}
    for page in paper.pages:
        for font in page.fonts:
            used.setdefault(font, page.label)
    for font, label in sorted(used.items(), key=lambda item: (item[0].name, item[0].embedded)):
        if font.name not in traits.fonts:
            hint = "use characters that the theme's fonts have" if font.embedded else "report this: the file was made wrongly"
            yield fault(path, "P305", f"page {label}: font '{font.name}' is not one of the theme's", hint)
        elif not font.embedded:
            yield fault(path, "P305", f"page {label}: font '{font.name}' is not embedded")


def _links(path: str, page: Page) -> Iterator[Diagnostic]:
    for link in page.links:
        if link.page is None and not re.match(r"(https|mailto):", link.address):
            where = f"to '{link.address}'" if link.address else "nowhere"
            yield fault(path, "P306", f"page {page.label}: the link on '{link.text}' leads {where}", "mend the link")


def _outline(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    found = [(line.level, letters(line.title), line.page) for line in paper.outline]
    wanted = [(depth, _entry(entry), paper.places.get(entry.section.id)) for depth, entry in branches(publication.toc)]
    for line, (have, want) in enumerate(zip(found, wanted, strict=False), start=1):
        if have[0] != want[0] or (want[1] and have[1] != want[1]) or have[2] != want[2]:
            said = paper.outline[line - 1].title
            yield fault(path, "P303", f"line {line} of the outline, '{said}', is not what the contents say or leads elsewhere")
            return
    if len(found) != len(wanted):
        yield fault(path, "P303", f"the outline has {len(found)} lines, the contents have {len(wanted)}")


def _entry(entry: TocEntry) -> str:
    """Return the letters of an entry; none where its title holds a formula."""
    section, title = entry.section, title_letters(entry.section.title)
    return letters(section.shown_number) + title if title else title


def branches(tree: tuple[TocEntry, ...], depth: int = 1) -> Iterator[tuple[int, TocEntry]]:
    """Yield every entry of the contents with its depth, as printed from top to bottom."""
    for entry in tree:
        yield depth, entry
        yield from branches(entry.children, depth + 1)


def _questions(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    last = -1
    for section in publication.sections:
        if not section.kind.is_numbered:
            continue
        what, page = f"{section.kind} {section.number}", paper.places.get(section.id)
        if page is None:
            yield fault(path, "P302", f"{what} '{section.id}' is not in the file")
            continue
        if not _is_headed(paper.pages[page].text, section.number, title_letters(section.title)):
            yield fault(path, "P302", f"{what} is not on page {paper.pages[page].label}, where its link leads")
        if page < last:
            yield fault(path, "P302", f"{what} stands on page {paper.pages[page].label}, before the one it follows")
        last = page


def _is_headed(text: str, number: str, title: str) -> bool:
    """Tell whether a page prints a number and a title; the number stands beside the title, and may be read inside it."""
    without, times = re.subn(rf"(?<!\w){number}(?!\w)", "", text, flags=re.ASCII)
    return times > 0 and (title in page_letters(text) or _is_told(title, letters(without)))


def _is_told(title: str, text: str) -> bool:
    """Tell whether a text has the letters of a title, perhaps in a few parts: its lines, or what runs in either direction."""
    for _ in range(MOST_PARTS):
        length = next((n for n in range(len(title), 0, -1) if title[:n] in text), 0)
        title = title[length:]
        if not length or not title:
            break
    return not title


# Page numbers


@dataclass(frozen=True, slots=True)
class Forms:
    """How a guide prints page numbers: after its titles, and by the labels of its language."""

    titles: frozenset[str]
    """Letters of every line of the outline, numbers included."""
    reference: re.Pattern[str]

    def number(self, text: str, page: Page) -> str | None:
        """Return the page number, or the range, that a link prints; None when it prints none."""
        text = MARKS.sub("", text)
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


def _numbers(path: str, paper: Paper, traits: Traits) -> Iterator[Diagnostic]:
    """Check the page numbers of contents, openers, index, and every reference in the text."""
    known = forms(paper, traits.references)
    order = {page.foot: number for number, page in enumerate(paper.pages) if page.foot}
    for page in paper.pages:
        for link in whole_links(page, known):
            if link.page is not None:
                yield from (fault(path, "P314", message) for message in _wrong_number(paper, page, link, known, order))


def whole_links(page: Page, known: Forms) -> Iterator[Link]:
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


def _wrong_number(paper: Paper, page: Page, link: Link, known: Forms, order: dict[str, int]) -> Iterator[str]:
    assert link.page is not None
    number, lands = known.number(link.text, page), paper.pages[link.page].foot
    if number is None:
        if known.lacks_number(link.text, page):
            yield f"page {page.label}: '{link.text}' shows no page number"
        return
    first, _, last = number.replace("–", "-").partition("-")
    if first != lands:
        lands = lands or paper.pages[link.page].label
        yield f"page {page.label}: '{link.text}' says page {first} and leads to page {lands}"
    elif last and not order.get(last, -1) > order[first]:
        yield f"page {page.label}: '{link.text}' is a range that runs backwards or off the book"
