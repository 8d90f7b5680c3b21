"""Read YAML files as text and shape, remembering where every key stands.

PyYAML's C parser gives events; the nodes are composed here, iteratively, all scalars as text. YAML 1.1's implicit
types (``no`` as False, ``1:30`` as 90) never arise, and aliases, tags, duplicate keys, depth, and size are refused.
"""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path

import yaml

from pipeline.diagnostics import Place
from pipeline.source.nodes import CONTROL, MAX_BYTES, MAX_DEPTH, MAX_NODES, RULES, Keys, Node, SourceFault, compose, fault
from pipeline.source.positions import Source

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "RULES", "Keys", "Node", "Source", "SourceFault", "octets", "parse", "read", "text"]


def read(path: Path, name: str) -> Source:
    """Read one file; ``name`` is the path shown to the author.

    Raises SourceFault with the first fault that keeps the file from being read.
    """
    return parse(text(path, name), name)


def text(path: Path, name: str) -> str:
    """Return the text of one file. Raises SourceFault."""
    return _text(octets(path, name), name)


@lru_cache(maxsize=2048)
def parse(written: str, name: str) -> Source:
    """Compose the nodes of YAML text. Raises SourceFault."""
    lines = written.split("\n")
    return Source(name, written, compose(yaml.parse(written, Loader=yaml.CSafeLoader), lines, name))


def octets(path: Path, name: str, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file. Raises SourceFault when it cannot be read or holds more than ``limit``."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # to open a named pipe would be to wait for ever
            raise fault("S101", "cannot read the file: not a regular file", Place(name), "put a plain file in its place")
        if status.st_size > limit:
            raise fault("S102", f"file is {status.st_size:,} bytes, over the limit of {limit:,}", Place(name), "split it, or simplify it")
        return path.read_bytes()
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise fault("S101", f"cannot read the file: {reason}", Place(name), "check that it exists and may be read") from error


def _text(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        # Decoding utf-8-sig counts its offsets from behind the byte order mark.
        at = error.start + (len(raw) - len(error.object))
        raise _not_utf8(raw, at, name) from error
    control = CONTROL.search(text)
    if control:
        place = _place_at(text, control.start(), name)
        message = f"control character U+{ord(control[0]):04X}"
        raise fault("S113", message, place, "delete it, or write what was meant", text.split("\n")[place.line - 1])
    return text


def _not_utf8(raw: bytes, at: int, name: str) -> Exception:
    start = raw.rfind(b"\n", 0, at) + 1
    end = raw.find(b"\n", at)
    line = raw[start : end if end >= 0 else len(raw)].decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r")
    column = len(raw[start:at].decode("utf-8", "replace").removeprefix("\ufeff")) + 1
    place = Place(name, raw.count(b"\n", 0, at) + 1, column)
    return fault("S103", f"byte 0x{raw[at]:02x} is not UTF-8", place, "save the file as UTF-8", line)


def _place_at(text: str, offset: int, name: str) -> Place:
    return Place(name, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)
