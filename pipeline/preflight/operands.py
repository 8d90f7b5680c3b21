"""Look into the content of a PDF for operands that are none: ``nan``, ``inf``, ``1e5`` (ISO 32000-1, 7.3.3 and 7.8.2).

Looked at are the content of pages, form XObjects (appearances of annotations among them), patterns, and glyphs that are
drawn; their dictionaries; and all other objects but the data of streams.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.diagnostics import Diagnostic
from pipeline.preflight.faults import fault
from pipeline.preflight.objects import REFERENCE, Object, Unread, inflated, objects, packed, stray
from pipeline.preflight.paper import Paper

OWN: Final = re.compile(rb"/Subtype\s*/Form(?!\w)|/PatternType\s")
"""A stream with content that says so; that of pages and of glyphs is said by what refers to it."""
LEADS: Final = re.compile(rb"/(?:Contents|CharProcs)\s*(?:[0-9]++\s++[0-9]++\s++R|\[[0-9R\s]*+\]|<<[^<>]*+>>)")
OBJECTS: Final = re.compile(rb"/Type\s*/ObjStm(?!\w)")
PARENT: Final = re.compile(rb"/Type\s*/(?:Pages?|StructElem|Catalog)(?!\w)")
"""What an object of a page refers to and does not show."""
KIDS: Final = re.compile(rb"/Kids\s*\[([0-9R\s]*+)\]")
ROOT: Final = re.compile(rb"/Type\s*/Catalog(?!\w)")
PAGES: Final = re.compile(rb"/Pages\s+([0-9]{1,10})\s")
SIZE: Final = 16
"""Bytes of a digest."""
SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen in a PDF: what is wrong in which object, and the digests of what is sound."""

    wrong: tuple[tuple[int, str], ...]
    sound: frozenset[bytes]


def check(path: str, data: bytes, looked: Looked, paper: Paper) -> Iterator[Diagnostic]:
    """Report what was seen, by the labels of the pages that show it."""
    if not looked.wrong:
        return
    shown = _shown(data)
    for number, words in dict.fromkeys(looked.wrong):
        page = shown.get(number, len(paper.pages))
        where = f"page {paper.pages[page].label}" if page < len(paper.pages) else f"object {number}"
        yield fault(path, "P317", f"{where}: {words}")


def look(data: bytes, known: frozenset[bytes] = frozenset()) -> Looked:
    """Look into a PDF; what has a digest that is ``known`` was sound before, and is not looked into again."""
    found, judge = list(objects(data)), _Judge(data, known)
    streams = {item.number for item in found if item.is_stream}
    led = set[int]()
    for item, body in _bodies(data, found, judge.wrong):
        if item.is_stream:
            judge.content(item)
        led |= _led(body)
    if lists := led - streams:  # arrays that stand by themselves
        parts = {part.number: part.body for part in _parts(data, found) if part.number in lists}
        led |= {number for body in parts.values() for number in _references(body)}
        judge.wrong += [(number, "content is not to be found") for number in sorted(lists - parts.keys())]
    for item in found:
        if item.stray:
            judge.wrong.append((item.number, _said(item.stray)))
        if item.is_stream and (item.number in led or OWN.search(item.body)):
            judge.content(item)
    return Looked(tuple(judge.wrong), frozenset(judge.sound))


def digests(data: bytes) -> frozenset[bytes]:
    """Return the digests of all streams of a PDF that was found sound."""
    return frozenset(_digest(data, item) for item in objects(data) if item.is_stream)


class _Judge:
    """Judges the content of streams."""

    def __init__(self, data: bytes, known: frozenset[bytes]) -> None:
        self.data, self.known = data, known
        self.wrong: list[tuple[int, str]] = []
        self.sound: set[bytes] = set()

    def content(self, item: Object) -> None:
        digest = _digest(self.data, item)
        if digest not in self.known:
            try:
                word, _ = stray(inflated(self.data, item))
            except Unread as reason:
                self.wrong.append((item.number, str(reason)))
                return
            if word:
                self.wrong.append((item.number, _said(word)))
                return
        self.sound.add(digest)


def _said(word: bytes) -> str:
    return f"'{word[:SHOWN].decode('latin-1')}' stands where a number or an operator is due"


def _digest(data: bytes, item: Object) -> bytes:
    return hashlib.blake2b(data[item.start : item.end], digest_size=SIZE).digest()


def _bodies(data: bytes, found: list[Object], wrong: list[tuple[int, str]]) -> Iterator[tuple[Object, bytes]]:
    """Yield each object that is no stream, and each stream of objects, with what it says."""
    for item in found:
        if not item.is_stream:
            yield item, item.body
        elif OBJECTS.search(item.body):
            try:
                yield item, inflated(data, item)
            except Unread as reason:
                wrong.append((item.number, str(reason)))


def _parts(data: bytes, found: list[Object]) -> Iterator[Object]:
    """Yield every object, those of object streams by themselves."""
    for item, body in _bodies(data, found, []):
        yield from packed(body, item.body) if item.is_stream else (item,)


def _led(body: bytes) -> set[int]:
    return {number for words in LEADS.findall(body) for number in _references(words)}


def _references(body: bytes) -> list[int]:
    return [int(number) for number in REFERENCE.findall(body)]


def _shown(data: bytes) -> dict[int, int]:
    """Return the first page, counted from 0, that shows each object."""
    found = list(objects(data))
    bodies = {item.number: item.body for item in found} | {part.number: part.body for part in _parts(data, found)}
    shown: dict[int, int] = {}
    for count, page in enumerate(_pages(bodies)):
        waiting = [page]
        while waiting:
            number = waiting.pop()
            body = bodies.get(number, b"")
            if number in shown or (number != page and PARENT.search(body)):
                continue
            shown[number] = count
            waiting += _references(body)
    return shown


def _pages(bodies: Mapping[int, bytes]) -> Iterator[int]:
    """Yield the pages of a PDF in their order."""
    seen = set[int]()
    waiting = [int(pages[1]) for body in bodies.values() if ROOT.search(body) and (pages := PAGES.search(body))]
    while waiting:
        number = waiting.pop()
        if number in seen or number not in bodies:
            continue
        seen.add(number)
        if kids := KIDS.search(bodies[number]):
            waiting += reversed(_references(kids[1]))
        else:
            yield number
