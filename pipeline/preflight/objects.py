"""Find the objects of a PDF in its bytes, whoever wrote it, and where each stops being PDF (ISO 32000-1, 7.2, 7.3, 7.5).

A reader drops what it cannot make sense of, and does not tell; so this looks for itself.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

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
MOST: Final = 100_000_000
"""Bytes of a stream, inflated."""


class Unread(Exception):
    """A stream that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Object:
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


def stray(content: bytes, at: int = 0) -> tuple[bytes, int]:
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


def objects(data: bytes) -> Iterator[Object]:
    """Yield every object that stands in a file by itself, one after the other."""
    at = 0
    while head := START.search(data, at):
        number, begin = int(head[1]), head.end()
        word, at = stray(data, begin)
        is_sound = word in (b"stream", b"endobj")
        stop = STOP.search(data, at)
        if stop is None or word == b"(":  # which is never closed
            yield Object(number, data[begin:at], stray=word)
            return
        body, at = data[begin : stop.start()], stop.end()
        if stop[0] == b"endobj":
            yield Object(number, body, stray=b"" if is_sound else word)
            continue
        end = _end(data, at, body)
        yield Object(number, body, at, end, b"" if is_sound else word)
        at = end


def _end(data: bytes, start: int, entries: bytes) -> int:
    """Return where the data of a stream ends: where it says, or else where it is seen to."""
    length = LENGTH.search(entries)
    if length and END.match(data, start + int(length[1])):
        return start + int(length[1])
    end = data.find(b"endstream", start)
    return end if end >= 0 else len(data)


def inflated(data: bytes, item: Object) -> bytes:
    """Return the content of a stream. Raises Unread for what is damaged, too large, or written in another way."""
    kind = FILTER.search(item.body)
    if kind is None and b"/Filter" not in item.body:
        return data[item.start : item.end]
    if kind is None or (kind[1] or kind[2]) != b"/FlateDecode" or b"/Predictor" in item.body:
        raise Unread("content is written in a way that is not read")
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(data[item.start : item.end], MOST)
    except zlib.error:
        raise Unread("content is damaged") from None
    if not inflater.eof:
        raise Unread("content is cut short, or too large")
    return content


def packed(content: bytes, entries: bytes) -> Iterator[Object]:
    """Yield the objects of an object stream."""
    first = re.search(rb"/First[\0\t\n\f\r ]+([0-9]{1,10})", entries)
    head = content[: int(first[1])].split() if first else []
    body = content[int(first[1]) :] if first else b""
    if not all(word.isdigit() and len(word) <= 10 for word in head):
        return
    starts = [*map(int, head[1::2]), len(body)]
    for place, number in enumerate(head[: len(head) // 2 * 2 : 2]):
        yield Object(int(number), body[starts[place] : starts[place + 1]])
