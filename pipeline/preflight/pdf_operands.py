"""Look into the content of a PDF for operands that are none: ``nan``, ``inf``, ``1e5`` (ISO 32000-1, 7.3.3 and 7.8.2).

Looked at are the content of pages, form XObjects (appearances of annotations among them), patterns, and glyphs that are
drawn; their dictionaries; and all other objects but the data of streams. A reader drops what it cannot make sense of, and
does not tell; so this finds the objects in the bytes itself.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.diagnostics import Diagnostic
from pipeline.preflight.preflight_rules import fault

OPERATORS: Final = (
    b"b B b* B* BDC BMC BT c cm CS cs d d0 d1 Do DP EMC ET f F f* G g gs h i j J K k l m M MP n q Q re RG rg ri s S SC sc SCN scn sh "
    b"T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \" R true false null"
)
"""Operators of content streams (annex A), references, and the words that are objects. Pictures are never written in line."""
WORD: Final = b"|".join(map(re.escape, sorted(OPERATORS.split(), key=len, reverse=True)))
BREAK: Final = rb"(?:[\0\t\n\f\r ]++|(?=[()<>\[\]{}/%])|\Z)"
LETTERS: Final = rb"\([^\\()]*(?:\\.[^\\()]*)*\)"
SOUND: Final = re.compile(
    rb"(?:[+-]?(?:[0-9]{1,10}+(?:\.[0-9]*+)?|\.[0-9]++)%(break)s|[\0\t\n\f\r ]++|<[0-9A-Fa-f\0\t\n\f\r ]*+>|[\[\]]|(?:%(word)s)%(break)s|"
    rb"/[^\0\t\n\f\r ()<>\[\]{}/%%]*+|<<|>>|%(letters)s|%%[^\r\n]*+){0,100}" % {b"break": BREAK, b"word": WORD, b"letters": LETTERS},
    re.DOTALL,
)
"""What may stand in an object or a content stream, a hundred words at a time: a group repeated without end would be remembered
word by word, and repeated possessively, it goes astray in Python before 3.11.4. A number has no exponent, and at most ten
digits before its point: the largest whole number is 2,147,483,647 (annex C)."""
TOKEN: Final = re.compile(rb"[^\0\t\n\f\r ()<>\[\]{}/%]+|.", re.DOTALL)
PARENTHESIS: Final = re.compile(rb"[()]|\\.", re.DOTALL)
START: Final = re.compile(rb"(?<![0-9])([0-9]{1,10})[\0\t\n\f\r ]++([0-9]{1,5})[\0\t\n\f\r ]++obj(?=[\0\t\n\f\r ()<>\[/%])")
STREAM: Final = re.compile(rb"stream\r?\n")
STOP: Final = re.compile(rb"stream\r?\n|endobj")
LENGTH: Final = re.compile(rb"/Length[\0\t\n\f\r ]+([0-9]{1,10})(?![0-9]|[\0\t\n\f\r ]+[0-9]+[\0\t\n\f\r ]+R)")
END: Final = re.compile(rb"[\0\t\n\f\r ]*+endstream")
FILTER: Final = re.compile(rb"/Filter[\0\t\n\f\r ]*(?:\[[\0\t\n\f\r ]*(/\w+)?[\0\t\n\f\r ]*\]|(/\w+))")
REFERENCE: Final = re.compile(rb"([0-9]{1,10})[\0\t\n\f\r ]+[0-9]{1,5}[\0\t\n\f\r ]+R")
MOST_INFLATED: Final = 100_000_000
"""Bytes of a stream, inflated."""
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


def check(path: str, data: bytes, looked: Looked, labels: Sequence[str]) -> Iterator[Diagnostic]:
    """Report what was seen, by the labels of the pages that show it."""
    if not looked.wrong:
        return
    shown = _shown(data)
    for number, words in dict.fromkeys(looked.wrong):
        page = shown.get(number, len(labels))
        where = f"page {labels[page]}" if page < len(labels) else f"object {number}"
        yield fault(path, "P317", f"{where}: {words}")


def look(data: bytes, known: frozenset[bytes] = frozenset()) -> Looked:
    """Look into a PDF; what has a digest that is ``known`` was sound before, and is not looked into again."""
    found, judge = list(_objects(data)), _Judge(data, known)
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
    return frozenset(_digest(data, item) for item in _objects(data) if item.is_stream)


class _Judge:
    """Judges the content of streams."""

    def __init__(self, data: bytes, known: frozenset[bytes]) -> None:
        self.data, self.known = data, known
        self.wrong: list[tuple[int, str]] = []
        self.sound: set[bytes] = set()

    def content(self, item: _Object) -> None:
        digest = _digest(self.data, item)
        if digest not in self.known:
            try:
                word, _ = _stray(_inflated(self.data, item))
            except _Unread as reason:
                self.wrong.append((item.number, str(reason)))
                return
            if word:
                self.wrong.append((item.number, _said(word)))
                return
        self.sound.add(digest)


def _said(word: bytes) -> str:
    return f"'{word[:SHOWN].decode('latin-1')}' stands where a number or an operator is due"


def _digest(data: bytes, item: _Object) -> bytes:
    return hashlib.blake2b(data[item.start : item.end], digest_size=SIZE).digest()


def _bodies(data: bytes, found: list[_Object], wrong: list[tuple[int, str]]) -> Iterator[tuple[_Object, bytes]]:
    """Yield each object that is no stream, and each stream of objects, with what it says."""
    for item in found:
        if not item.is_stream:
            yield item, item.body
        elif OBJECTS.search(item.body):
            try:
                yield item, _inflated(data, item)
            except _Unread as reason:
                wrong.append((item.number, str(reason)))


def _parts(data: bytes, found: list[_Object]) -> Iterator[_Object]:
    """Yield every object, those of object streams by themselves."""
    for item, body in _bodies(data, found, []):
        yield from _packed(body, item.body) if item.is_stream else (item,)


def _led(body: bytes) -> set[int]:
    return {number for words in LEADS.findall(body) for number in _references(words)}


def _references(body: bytes) -> list[int]:
    return [int(number) for number in REFERENCE.findall(body)]


def _shown(data: bytes) -> dict[int, int]:
    """Return the first page, counted from 0, that shows each object."""
    found = list(_objects(data))
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


# Objects


class _Unread(Exception):
    """A stream that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class _Object:
    """An object: all but a stream's data, where a stream's data stands in the file, and what is no PDF in it."""

    number: int
    body: bytes
    start: int = 0
    end: int = 0
    stray: bytes = b""

    @property
    def is_stream(self) -> bool:
        """Whether it is a stream."""
        return self.end > 0


def _stray(content: bytes, at: int = 0) -> tuple[bytes, int]:
    """Return the first word that is no operand and no operator, and where it stands; nothing where all is sound."""
    while True:
        while (found := SOUND.match(content, at)) and found.end() > at:
            at = found.end()
        if at == len(content):
            return b"", at
        closed = _closed(content, at) if content[at : at + 1] == b"(" else 0
        if not closed:
            word = TOKEN.match(content, at)
            return (word[0] if word else b""), at
        at = closed


def _closed(content: bytes, at: int) -> int:
    """Return where a string with strings in parentheses in it ends; 0 where it does not."""
    depth = 0
    for sign in PARENTHESIS.finditer(content, at):
        depth += {b"(": 1, b")": -1}.get(sign[0], 0)
        if depth == 0:
            return sign.end()
    return 0


def _objects(data: bytes) -> Iterator[_Object]:
    """Yield every object that stands in a file by itself, one after the other (ISO 32000-1, 7.2, 7.3, 7.5), whoever wrote it."""
    at = 0
    while head := START.search(data, at):
        number, begin = int(head[1]), head.end()
        word, at = _stray(data, begin)
        is_sound = word in (b"stream", b"endobj")
        stop = STOP.search(data, at)
        if stop is None or word == b"(":  # which is never closed
            yield _Object(number, data[begin:at], stray=word)
            return
        body, at = data[begin : stop.start()], stop.end()
        if stop[0] == b"endobj":
            yield _Object(number, body, stray=b"" if is_sound else word)
            continue
        end = _end(data, at, body)
        yield _Object(number, body, at, end, b"" if is_sound else word)
        at = end


def _end(data: bytes, start: int, entries: bytes) -> int:
    """Return where the data of a stream ends: where it says, or else where it is seen to."""
    length = LENGTH.search(entries)
    if length and END.match(data, start + int(length[1])):
        return start + int(length[1])
    end = data.find(b"endstream", start)
    return end if end >= 0 else len(data)


def _inflated(data: bytes, item: _Object) -> bytes:
    """Return the content of a stream. Raises _Unread for what is damaged, too large, or written in another way."""
    kind = FILTER.search(item.body)
    if kind is None and b"/Filter" not in item.body:
        return data[item.start : item.end]
    if kind is None or (kind[1] or kind[2]) != b"/FlateDecode" or b"/Predictor" in item.body:
        raise _Unread("content is written in a way that is not read")
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(data[item.start : item.end], MOST_INFLATED)
    except zlib.error:
        raise _Unread("content is damaged") from None
    if not inflater.eof:
        raise _Unread("content is cut short, or too large")
    return content


def _packed(content: bytes, entries: bytes) -> Iterator[_Object]:
    """Yield the objects of an object stream."""
    first = re.search(rb"/First[\0\t\n\f\r ]+([0-9]{1,10})", entries)
    head = content[: int(first[1])].split() if first else []
    body = content[int(first[1]) :] if first else b""
    if not all(word.isdigit() and len(word) <= 10 for word in head):
        return
    starts = [*map(int, head[1::2]), len(body)]
    for place, number in enumerate(head[: len(head) // 2 * 2 : 2]):
        yield _Object(int(number), body[starts[place] : starts[place + 1]])
