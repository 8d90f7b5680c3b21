"""PDF syntax as the press and the bindery write it (ISO 32000-1, 7.3)."""

import re

import pydyf

TOKEN = re.compile(rb"\((?:[^\\()]|\\.)*\)|(\d+) 0 R|(/StructParents?) (\d+)", re.DOTALL)
"""A string, or what depends on where an object stands: a reference, a key into the parent tree. Strings come first: no
reference is one that stands in them."""
STRING = re.compile(rb"\(((?:[^\\()]|\\.)*)\)|<([0-9a-f]*)>", re.DOTALL)
ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


def text(value: str) -> bytes:
    """Write a text string: ASCII by its letters, any other in UTF-16."""
    written: bytes = pydyf.String(value).data
    return written


def plain(string: bytes) -> bytes:
    """Return the bytes that a written string stands for: names are sorted and looked up by these."""
    found = STRING.fullmatch(string)
    if found is None:
        raise ValueError(f"no string: {string[:40]!r}")
    return bytes.fromhex(found[2].decode()) if found[1] is None else ESCAPE.sub(rb"\1", found[1])


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
