"""Read the tags of HTML one after the other, with the words and comments between them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})((?:\s[^<>]{0,4000})?)(/?)>")
ATTRIBUTE: Final = re.compile(r"([A-Za-z][\w:-]{0,40})\s{0,8}=\s{0,8}(?:\"([^\"]{0,3000})\"|'([^']{0,3000})'|([^\s\"'>]{1,3000}))")
BLOCK_TAGS: Final = {
    "details": "details", "summary": "summary", "table": "table", "tr": "row", "td": "cell", "th": "cell", "ul": "list", "ol": "list",
    "li": "item", "blockquote": "quote", "hr": "rule", "pre": "listing",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("p", "div", "center", "figure", "figcaption", "section", "article", "header", "footer", "main", "nav", "aside",
                     "thead", "tbody", "tfoot", "dl", "dt", "dd"), "group"),
    **dict.fromkeys(("script", "style", "iframe", "object", "svg", "video", "audio", "form"), "foreign"),
}  # fmt: skip
LINE_TAGS: Final = {
    "a": "link", "sub": "lowered", "sup": "raised", "br": "break", "img": "picture",
    **dict.fromkeys(("b", "strong"), "strong"), **dict.fromkeys(("i", "em", "cite", "var", "dfn"), "em"),
    **dict.fromkeys(("code", "kbd", "tt", "samp"), "code"), **dict.fromkeys(("del", "s", "strike"), "struck"),
    **dict.fromkeys(("span", "font", "small", "big", "mark", "abbr", "u", "ins", "q", "bdi", "label", "center", "p", "div"), "span"),
}  # fmt: skip
VOID: Final = frozenset({"rule", "break", "picture"})
WHOLE: Final = frozenset({"listing", "foreign"})
"""What is taken as it stands, up to its closing tag."""


@dataclass(frozen=True, slots=True)
class Event:
    """A piece of HTML: words, a comment, or a tag with its attributes."""

    kind: str
    text: str
    line: int
    name: str = ""
    closes: bool = False
    given: str = ""

    def attribute(self, name: str) -> str:
        """Return an attribute, or nothing."""
        for found in ATTRIBUTE.finditer(self.given):
            if found[1].lower() == name:
                return html.unescape(next((value for value in found.groups()[1:] if value is not None), ""))
        return ""


def events(text: str, line: int, names: Mapping[str, str]) -> Iterator[Event]:
    """Yield the tags of the given names, comments, and the words between them."""
    start = at = 0
    while (at := text.find("<", at)) >= 0:
        here = line + text.count("\n", 0, at)
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            event, after = Event("comment", text[at + 4 : end if end >= 0 else None], here), end + 3 if end >= 0 else len(text)
        else:
            found = TAG.match(text, at)
            if found is None or found[2].lower() not in names:
                at += 1
                continue
            event, after = Event("tag", found[0], here, found[2].lower(), bool(found[1]), found[3]), found.end()
        if text[start:at]:
            yield Event("words", text[start:at], line + text.count("\n", 0, start))
        yield event
        if BLOCK_TAGS.get(event.name) in WHOLE and not event.closes:
            closing = re.compile(rf"</{event.name}\s*>", re.IGNORECASE).search(text, after)
            end = closing.start() if closing else len(text)
            yield Event("whole", text[after:end], line + text.count("\n", 0, after))
            after = end
        start = at = after
    if text[start:]:
        yield Event("words", text[start:], line + text.count("\n", 0, start))
