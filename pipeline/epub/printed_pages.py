"""Mark where the pages of the printed book begin: before the first word on each, in the middle of a paragraph too.

The sections of the two books have the same letters in the same order, but for small formulas: drawn on paper, they
may be set in letters on a screen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from lxml import etree

from pipeline.epub import reflow
from pipeline.press import PICTURE

TYPE = "{http://www.idpf.org/2007/ops}type"
APART_CLASSES = frozenset({"counterpart", "footnotes", "index-note", "locator", "question-word"})
APART_ROLES = frozenset({"doc-noteref", "doc-footnote"})
"""What stands on a screen only, or in words of its own: page numbers of the index are slots on paper."""
INLINE = frozenset({"a", "abbr", "b", "cite", "code", "dfn", "em", "i", "kbd", "q", "small", "span", "strong", "sub", "sup"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "header"})
TABULAR = frozenset({"caption", "table", "tbody", "td", "th", "thead", "tr"})
LEFT = INLINE | HEADINGS | TABULAR | {"aside", "div", "figure", "nav", "pre", "section"}
"""Elements that a mark stands before when their first word begins a page: within a heading or a link it would be read
as part of the name."""
STRICT = frozenset({"dl", "ol", "table", "tbody", "tfoot", "thead", "tr", "ul"})
"""Elements that may not hold a mark (HTML, 4.4 and 4.9)."""
SOFT_HYPHEN = "\u00ad"
LONGEST_FORMULA = 60
"""Letters of a formula that is set in letters, at most."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as printed: its folio, the section it begins in, the letters of that, and how many of them come before."""

    label: str
    section: str
    text: str
    before: int

    @property
    def id(self) -> str:
        """Id of the mark."""
        return f"page-{self.label}"


@dataclass(frozen=True, slots=True)
class Run:
    """Words between two tags: the text of an element, its tail, or the element as a whole, which is a picture."""

    element: etree._Element
    kind: Literal["text", "tail", "whole"]
    words: str
    letters: str
    """The letters and digits alone."""
    start: int
    """Letters of the section before them."""


Spot = tuple[etree._Element, Literal["text", "tail", "before", "end"], int]
"""Where a mark goes: an element, which side of it, and how far into the words there."""


def mark(root: etree._Element, pages: Sequence[Page]) -> None:
    """Put a mark before the first word of each page that begins in a section of this document."""
    for name, begun in groupby(pages, key=lambda page: page.section):
        section = root.find(f".//*[@id='{name}']") if name else None
        if section is not None:
            _mark_section(section, begun)


def _mark_section(section: etree._Element, pages: Iterable[Page]) -> None:
    reading = _Reading(section)
    spots: dict[Spot, list[Page]] = {}
    letter = 0
    for page in pages:
        # Reading order: a page list that leads back and forth is none (EPUB 3.3, 7.4.3).
        letter = max(letter, reading.word_from(landing(page.text, page.before, reading.text)))
        spots.setdefault(reading.spot(letter), []).append(page)
    for spot, begun in reversed(spots.items()):
        for page in reversed(begun) if spot[1] in ("text", "tail") else begun:
            _insert(_mark(page), *spot)


def landing(text: str, before: int, there: str) -> int:
    """Find a letter of one text in another, which may have letters where the first has a picture."""
    if before >= len(text):
        return len(there)
    start = at = 0
    for words in text.split(PICTURE):
        found = there.find(words, at, at + len(words) + LONGEST_FORMULA)
        at = at if found < 0 else found
        if before < start + len(words):
            break
        start, at = start + len(words), at + len(words)
        if before == start:
            break
        start, at = start + 1, at + there.startswith(PICTURE, at)
    return at + before - start


class _Reading:
    """The words of a section on screen, in order."""

    def __init__(self, section: etree._Element) -> None:
        self.section = section
        self.entered: dict[etree._Element, int] = {}
        self.length = 0
        self.runs = [run for run in self._runs(section) if run.letters]
        self.starts = [run.start for run in self.runs]
        self.text = "".join(run.letters for run in self.runs)

    def _runs(self, element: etree._Element) -> Iterator[Run]:
        if _is_apart(element):
            return
        self.entered[element] = self.length
        if _name(element) in ("img", "math", "svg"):
            yield self._run(element, "whole", "")
            return
        yield self._run(element, "text", element.text or "")
        for child in element.iterchildren(etree.Element):
            yield from self._runs(child)
            yield self._run(child, "tail", child.tail or "")

    def _run(self, element: etree._Element, kind: Literal["text", "tail", "whole"], words: str) -> Run:
        letters = PICTURE if kind == "whole" else "".join(filter(str.isalnum, words))
        run = Run(element, kind, words, letters, self.length)
        self.length += len(letters)
        return run

    def word_from(self, letter: int) -> int:
        """Return the first letter from this one on that begins a word: a word that is broken stays on its page."""
        if letter >= self.length:
            return self.length
        run = self._at(letter)
        for number in range(letter, run.start + len(run.letters)):
            place = _place(run, number)
            if run.kind == "whole" or not place or not _is_inner(run.words[place - 1]):
                return number
        return run.start + len(run.letters)

    def spot(self, letter: int) -> Spot:
        """Return where the mark of a page that begins with this letter goes."""
        if letter >= self.length:
            return self.section, "end", 0
        run = self._at(letter)
        if run.kind == "whole":
            return self._left(run.element, letter) or (run.element, "before", 0)
        place = _place(run, letter)
        opening = place
        while opening and not run.words[opening - 1].isspace() and not run.words[opening - 1].isalnum():
            opening -= 1
        # Quotes and brackets open a word; after a letter they join it to the word before.
        place = place if opening and run.words[opening - 1].isalnum() else opening
        holder = run.element if run.kind == "text" else run.element.getparent()
        return self._left(holder, letter) or (run.element, run.kind, place)

    def _at(self, letter: int) -> Run:
        return self.runs[bisect_right(self.starts, letter) - 1]

    def _left(self, element: etree._Element | None, letter: int) -> Spot | None:
        """Return the place before the outermost element to be left that begins with this letter, if there is one."""
        outermost = None
        while element is not None and element is not self.section and _name(element) in LEFT and self.entered[element] == letter:
            parent = element.getparent()
            if parent is not None and _name(parent) not in STRICT:
                outermost = element
            element = parent
        return None if outermost is None else (outermost, "before", 0)


def _is_apart(element: etree._Element) -> bool:
    if element.get("aria-hidden") == "true" or element.get("role") in APART_ROLES:
        return True
    if _name(element) == "img" and not str(element.get("alt", "")).strip():
        return True
    return not APART_CLASSES.isdisjoint(str(element.get("class", "")).split())


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _is_inner(character: str) -> bool:
    return character.isalnum() or character == SOFT_HYPHEN


def _place(run: Run, letter: int) -> int:
    """Return where a letter of the section stands among the words of a run."""
    places = (place for place, character in enumerate(run.words) if character.isalnum())
    return next((place for number, place in enumerate(places, run.start) if number == letter), 0)


def _mark(page: Page) -> etree._Element:
    # DPUB-ARIA 1.1, doc-pagebreak: its name is the page's, as an attribute, so that it is not seen.
    attributes = {TYPE: "pagebreak", "role": "doc-pagebreak", "id": page.id, "aria-label": page.label}
    return etree.Element(f"{{{reflow.XHTML}}}span", attributes)


def _insert(mark: etree._Element, element: etree._Element, kind: str, place: int) -> None:
    if kind == "end":
        element.append(mark)
    elif kind == "before":
        element.addprevious(mark)
    elif kind == "text":
        words = element.text or ""
        element.text, mark.tail = words[:place], words[place:]
        element.insert(0, mark)
    else:
        words = element.tail or ""
        element.tail, mark.tail = words[:place], words[place:]
        parent = element.getparent()
        assert parent is not None
        parent.insert(parent.index(element) + 1, mark)
