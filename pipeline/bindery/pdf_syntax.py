"""Read and write PDF as the press and the bindery write it (ISO 32000-1, 7.3 and 7.5).

What is read is no PDF but pydyf's: the pages of a signature, with all but streams in one object stream. What is written goes
from front to back: an object is on its way to the file as soon as it is known, and what is kept of it is where it stands, so
that the memory of a binding does not grow with what it binds. All but streams go into object streams, and the
cross-reference table is a stream too (7.5.7 and 7.5.8).
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import pydyf

from pipeline.work.thresholds import NUMBERS_APART

LETTERS, DIGITS = rb"\((?:[^\\()]|\\.)*\)", rb"<[0-9a-f]*>"
"""The two ways to write a string; pydyf escapes every parenthesis."""
TOKEN = re.compile(rb"%s|(\d+) 0 R|(/StructParents?) (\d+)" % LETTERS, re.DOTALL)
"""A string, or what depends on where an object stands: a reference, a key into the parent tree. Strings come first: no
reference is one that stands in them."""
NAMED = re.compile(rb"(%s|%s) (\d+) 0 R" % (LETTERS, DIGITS), re.DOTALL)
"""An entry of a tree of names."""
CONTENTS = re.compile(rb"/Contents (?:\d+ 0 R|\[[^\]]*\])")
ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


def text(value: str) -> bytes:
    """Write a text string: ASCII by its letters, any other in UTF-16."""
    written: bytes = pydyf.String(value).data
    return written


def plain(string: bytes) -> bytes:
    """Return the bytes that a written string stands for: names are sorted and looked up by these."""
    return bytes.fromhex(string[1:-1].decode()) if string.startswith(b"<") else ESCAPE.sub(rb"\1", string[1:-1])


def dictionary(**entries: object) -> bytes:
    """Write a dictionary: values are bytes as they are to stand, numbers, or names with their slash."""
    written: bytes = pydyf.Dictionary(entries).data
    return written


def array(*items: object) -> bytes:
    """Write an array."""
    written: bytes = pydyf.Array(items).data
    return written


def refer(number: int) -> bytes:
    """Write a reference to an object."""
    return b"%d 0 R" % number


def with_contents(page: bytes, streams: Iterable[int]) -> bytes:
    """Return a page with other streams as its content."""
    return CONTENTS.sub(b"/Contents " + array(*map(refer, streams)), page)


STREAM = re.compile(rb"(\d+) 0 obj\n<<([^\n]*)>>\nstream\n")
LENGTH = re.compile(rb"/Length (\d+)$")
END = b"\nendstream\nendobj\n"
REFERENCE = re.compile(rb"(\d+) 0 R")


class Stream(NamedTuple):
    """A stream: the entries of its dictionary but for its length, and its data."""

    entries: bytes
    data: bytes

    @property
    def is_deflated(self) -> bool:
        """Whether the data is deflated."""
        return b"/FlateDecode" in self.entries

    @property
    def content(self) -> bytes:
        """The data, inflated."""
        return zlib.decompress(self.data) if self.is_deflated else self.data


@dataclass(slots=True)
class Objects:
    """What a signature is made of: objects by their numbers."""

    bodies: dict[int, bytes]
    """All but streams."""
    streams: dict[int, Stream]
    pages: int
    """The node that holds its pages."""
    tags: int
    """The root of its structure tree."""

    def numbers(self, number: int, key: bytes) -> list[int]:
        """Return the objects that the entry of an object refers to."""
        found = re.search(rb"/%s (\[[^\]]*\]|\d+ 0 R)" % key, self.bodies[number])
        return [int(number) for number in REFERENCE.findall(found[1])] if found else []


def parse(pdf: bytes) -> Objects:
    """Take the pages of a signature apart; raise ValueError for what the press did not write."""
    position, streams, bodies, trailer = pdf.index(b"\n", pdf.index(b"\n") + 1) + 1, dict[int, Stream](), dict[int, bytes](), b""
    while found := STREAM.match(pdf, position):
        entries, start = found[2], found.end()
        length = LENGTH.search(entries)
        if length is None or not pdf.startswith(END, start + int(length[1])):
            raise ValueError(f"stream {found[1].decode()} does not end where it says")
        position = start + int(length[1]) + len(END)
        stream = Stream(entries[: length.start()], pdf[start : start + int(length[1])])
        if b"/Type /ObjStm" in entries:
            bodies = _bodies(stream)
        elif b"/Type /XRef" in entries:
            trailer = entries
        else:
            streams[int(found[1])] = stream
    if not pdf.startswith(b"startxref\n", position) or not trailer:
        raise ValueError("not a file as the press writes it")
    (root,) = Objects({0: trailer}, {}, 0, 0).numbers(0, b"Root")
    objects = Objects(bodies, streams, 0, 0)
    (objects.pages,), (objects.tags,) = objects.numbers(root, b"Pages"), objects.numbers(root, b"StructTreeRoot")
    return objects


def _bodies(stream: Stream) -> dict[int, bytes]:
    """Take an object stream apart (ISO 32000-1, 7.5.7)."""
    first = re.search(rb"/First (\d+)", stream.entries)
    if first is None:
        raise ValueError("an object stream does not say where its first object is")
    content = stream.content
    head, body = content[: int(first[1])].split(), content[int(first[1]) :]
    starts = [*map(int, head[1::2]), len(body) + 1]
    return {int(number): body[starts[n] : starts[n + 1] - 1] for n, number in enumerate(head[::2])}


LEVEL = 6
"""Of compression (zlib)."""
OBJECTS = 200
"""Objects of an object stream: a reader inflates all of them to find one."""
ENTRY = struct.Struct(">BIH")
FREE, IN_USE, COMPRESSED = range(3)
"""Kinds of entries of a cross-reference stream (7.5.8.3)."""
HEADER = b"%PDF-1.7\n%\xbf\xf7\xa2\xfe\n"


class Writer:
    """A PDF being written."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin at the beginning of a file; number 0 is no object's."""
        self._file, self._digest, self._position = file, hashlib.sha256(), 0
        self._entries = bytearray(ENTRY.pack(FREE, 0, 0xFFFF))
        self._waiting: list[tuple[int, bytes]] = []
        self._next = 1
        self._write(HEADER)

    def reserve(self) -> int:
        """Return a number for an object that is still to come."""
        self._next += 1
        return self._next - 1

    def begin_part(self) -> None:
        """Number what follows from the next round number: an object more or less before it then leaves it as it is, nearly always."""
        # What waits for an object stream would give that a number among those of the part.
        self._flush()
        self._next += -self._next % NUMBERS_APART

    def put(self, body: bytes, number: int = 0) -> int:
        """Write any object but a stream, under a number that was reserved for it or the next; return that."""
        number = number or self.reserve()
        self._waiting.append((number, body))
        if len(self._waiting) == OBJECTS:
            self._flush()
        return number

    def put_stream(self, data: bytes, entries: bytes = b"", number: int = 0, *, as_is: bool = False) -> int:
        """Write a stream with the entries of its dictionary; it is deflated, unless it is to stand as it is."""
        number = number or self.reserve()
        if not as_is:
            data, entries = zlib.compress(data, LEVEL), entries + b"/Filter /FlateDecode"
        self._note(number, IN_USE, self._position, 0)
        self._write(b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, entries, len(data), data))
        return number

    def close(self, root: int, info: int) -> None:
        """Write the cross-reference stream; the identifier is a digest of all that stands before it."""
        self._flush()
        number, start, identifier = self.reserve(), self._position, b"<%s>" % self._digest.hexdigest()[:32].encode()
        self._note(number, IN_USE, start, 0)
        entries = dictionary(
            Type="/XRef", Size=self._next, W=array(1, 4, 2), Root=refer(root), Info=refer(info), ID=array(identifier, identifier)
        )
        self.put_stream(bytes(self._entries), entries[2:-2], number)
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _flush(self) -> None:
        """Write the object stream that is waiting."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        stream, offset, offsets = self.reserve(), 0, []
        for index, (number, body) in enumerate(waiting):
            self._note(number, COMPRESSED, stream, index)
            offsets.append(b"%d %d" % (number, offset))
            offset += len(body) + 1
        head = b" ".join(offsets) + b"\n"
        data = head + b"\n".join(body for _, body in waiting)
        self.put_stream(data, b"/Type /ObjStm/N %d/First %d" % (len(waiting), len(head)), stream)

    def _note(self, number: int, kind: int, place: int, index: int) -> None:
        """Note where an object stands; numbers between are free until they are noted."""
        missing = number + 1 - len(self._entries) // ENTRY.size
        self._entries += ENTRY.pack(FREE, 0, 0xFFFF) * missing
        ENTRY.pack_into(self._entries, number * ENTRY.size, kind, place, index)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._position += len(data)
