"""PDF syntax as the press and the bindery write it (ISO 32000-1, 7.3)."""

import re
from collections.abc import Iterable

import pydyf

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
