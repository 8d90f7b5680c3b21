"""Write a PDF from front to back: an object is on its way to the file as soon as it is known (ISO 32000-1, 7.5).

What is kept of an object is where it stands, so that the memory of a binding does not grow with what it binds. All but
streams go into object streams, and the cross-reference table is a stream too (7.5.7 and 7.5.8).
"""

import hashlib
import struct
import zlib
from typing import BinaryIO

from .syntax import array, dictionary, refer

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
