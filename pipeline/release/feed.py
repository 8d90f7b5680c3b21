"""Write the feed of what versions have changed (Atom, RFC 4287): an entry for each version that tells what it changed.

That of this version lists its questions, with the pages in the old copy and in the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipeline import markup
from pipeline.changes import Changes, Group, told
from pipeline.model import Outline
from pipeline.publication import identifier
from pipeline.release.titles import MEDIA_TYPES, NEWS, PAGE, Catalog

NS, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
PREFIXES: dict[Any, str] = {None: NS}
WORDS: dict[Any, str] = {None: XHTML}
MIDNIGHT = "T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Version:
    """An entry: a version of the book, and what is told of it."""

    number: str
    updated: str
    texts: tuple[str, ...]
    groups: tuple[Group, ...] = ()


def of_book(catalog: Catalog, since: Changes | None) -> bytes:
    """Return the feed that a release offers: its page leads to it, and it to the page."""
    outline = catalog.outline
    versions = list(_versions(outline, catalog.modified.isoformat().replace("+00:00", "Z"), since, catalog.labels))
    feed = _feed((outline.id, outline.title), outline.lang, outline.publisher or outline.title, versions, catalog.labels)
    links = ({"rel": "self", "href": NEWS, "type": MEDIA_TYPES[NEWS]}, {"rel": "alternate", "href": PAGE, "type": "text/html"})
    for at, link in enumerate(links, start=3):
        feed.insert(at, etree.Element(f"{{{NS}}}link", link))
    for entry in feed.iterfind(f"{{{NS}}}entry"):
        etree.SubElement(entry, f"{{{NS}}}link", rel="alternate", href=PAGE, type="text/html")
    return _written(feed)


def of_changes(changes: Changes, labels: Mapping[str, str]) -> bytes:
    """Return a feed of nothing but these changes."""
    book = changes.new
    version = Version(book.version, f"{book.date}{MIDNIGHT}", (), told(changes, labels))
    return _written(_feed((book.id, book.title), changes.lang, book.title, [version], labels))


def _versions(outline: Outline, modified: str, since: Changes | None, labels: Mapping[str, str]) -> Iterator[Version]:
    """Yield the versions that ``book.yaml`` tells of, this one included, the newest first."""
    texts: dict[str, list[str]] = {outline.version: []}
    dates = {change.version: f"{change.date.isoformat()}{MIDNIGHT}" for change in outline.changes} | {outline.version: modified}
    for change in outline.changes:
        texts.setdefault(change.version, []).append(markup.plain(markup.parse(change.text, inline=True)))
    groups = told(since, labels) if since else ()
    for number in sorted(texts, key=lambda version: [int(part) for part in version.split(".")], reverse=True):
        yield Version(number, dates[number], tuple(texts[number]), groups if number == outline.version else ())


def _feed(book: tuple[str, str], lang: str, author: str, versions: Sequence[Version], labels: Mapping[str, str]) -> Any:
    name, title = book
    feed = etree.Element(f"{{{NS}}}feed", nsmap=PREFIXES)
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
    _put(feed, "id", identifier(name, "/changes"))
    _put(feed, "title", title)
    _put(feed, "updated", versions[0].updated)
    _put(_put(feed, "author"), "name", author)
    for version in versions:
        entry = _put(feed, "entry")
        _put(entry, "id", identifier(name, f"/changes/{version.number}"))
        _put(entry, "title", labels["page_news"].format(version=version.number))
        _put(entry, "updated", version.updated)
        _content(_put(entry, "content", type="xhtml"), version)
    return feed


def _content(content: Any, version: Version) -> None:
    """Write what a version has changed as XHTML (RFC 4287, 4.1.3.3)."""
    block = etree.SubElement(content, f"{{{XHTML}}}div", nsmap=WORDS)
    for text in version.texts:
        _html(block, "p", text)
    for group in version.groups:
        _html(block, "h2", group.title)
        listed = _html(block, "ul")
        for item in group.items:
            row = _html(listed, "li")
            for line in (item.title, *([item.note] if item.note else []), *item.pages):
                _html(row, "p", line)


def _html(parent: Any, name: str, text: str | None = None) -> Any:
    element = etree.SubElement(parent, f"{{{XHTML}}}{name}")
    element.text = text
    return element


def _put(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{NS}}}{name}", attributes)
    element.text = text
    return element


def _written(feed: Any) -> bytes:
    etree.indent(feed)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8") + b"\n"
