"""Read the pages of a signature as the press writes them: no PDF but pydyf's, with all but streams in one object stream."""

import re
import zlib
from dataclasses import dataclass
from typing import NamedTuple

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
