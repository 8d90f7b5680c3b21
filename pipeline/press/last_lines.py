"""Keep the last words of a paragraph together, so that none ends in a line of a few letters."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from xml.etree.ElementTree import Element

from .page_facts import APART, PICTURES

LEAST, MOST = 9, 24
"""Letters that a last line has at least, where that many stand in words that may be joined; and signs that are joined at most."""
PARAGRAPHS = frozenset({"p", "li", "dd", "figcaption"})
INLINE = frozenset({"a", "em", "strong", "abbr", "dfn", "span", "q", "cite", "b", "i", "u"})
LISTS = frozenset({"ul", "ol"})
"""An item's own words end where a list in it begins."""
JOINED = "\N{NO-BREAK SPACE}"
FORMULA = 3
"""Letters that a formula counts as."""


def join(root: Element) -> None:
    """Join the last words of each paragraph and item of a document with spaces that do not break."""
    for element in root.iter():
        if element.tag in PARAGRAPHS:
            _join(element)


def _join(paragraph: Element) -> None:
    letters = signs = 0
    own = takewhile(lambda child: child.tag not in LISTS, paragraph)
    for holder, name in _texts_backwards(paragraph, own):
        if holder.tag in PICTURES and name == "text":
            if not signs:
                return  # A formula that ends a paragraph, with no full stop, may be as wide as the column.
            letters, signs = letters + FORMULA, signs + FORMULA
            continue
        text = (getattr(holder, name) or "").replace("\n", " ")
        end = len(text) if letters else len(text.rstrip())
        while (space := text.rfind(" ", 0, end)) >= 0:
            word = sum(map(str.isalnum, text[space + 1 : end]))
            letters, signs = letters + word, signs + end - space
            before = text[:space].rpartition(" ")[2]
            if letters >= LEAST or signs + len(before) > MOST or not (before or space == 0):
                return
            text, end = text[:space] + JOINED + text[space + 1 :], space
            setattr(holder, name, text)
        letters, signs = letters + sum(map(str.isalnum, text[:end])), signs + end
        if letters >= LEAST or signs > MOST:
            return


def _texts_backwards(element: Element, children: Iterable[Element]) -> Iterator[tuple[Element, str]]:
    """Give where the texts of a paragraph and of some of its children stand, from their end to what is more than words."""
    for child in reversed([*children]):
        yield child, "tail"
        if child.tag in PICTURES:
            yield child, "text"
            continue
        if any(map(_is_more, child.iter())):
            return
        yield from _texts_backwards(child, child)
    yield element, "text"


def _is_more(element: Element) -> bool:
    """Tell whether an element is more than words and formulas of its line."""
    if element.tag in PICTURES:
        return False
    return element.tag not in INLINE or not APART.isdisjoint((element.get("class") or "").split())
