"""Read YAML files as text and shape, remembering where every key stands, and write them as a person would.

PyYAML's C parser gives events; the nodes are composed here, iteratively, all scalars as text. YAML 1.1's implicit
types (``no`` as False, ``1:30`` as 90) never arise, and aliases, tags, duplicate keys, depth, and size are refused.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, Final

import yaml

from pipeline.diagnostics import Place
from pipeline.source.nodes import CONTROL, MAX_BYTES, MAX_DEPTH, MAX_NODES, RULES, Keys, Node, SourceFault, compose, fault
from pipeline.source.positions import Source

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "RULES", "Keys", "Node", "Source", "SourceFault", "is_stray", "octets", "parse",
           "read", "text", "write", "yaml_text"]  # fmt: skip

STRAY_SUFFIXES = frozenset({".bak", ".orig", ".rej", ".swo", ".swp", ".swx", ".tmp"})
VIM_PROBE = "4913"
"""A file that Vim makes and removes, to see whether it may."""
JETBRAINS = ("___jb_tmp___", "___jb_old___")
PLAIN_SCALAR: Final = re.compile(r"[A-Za-z0-9][^\n]*")
SPECIAL_SCALAR: Final = re.compile(r": |:$| #|^[\s]|\s$|[\t]|^-|^\?")
CONFLICT: Final = re.compile(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)
WIDEST: Final = 120
"""Characters of a list on one line."""


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
    if conflict := CONFLICT.search(written):
        # Of such a file no tree can be made, and what YAML would say of it helps nobody.
        place = replace(_place_at(written, conflict.start(), name), length=7)
        hint = "keep one of the two, and delete the marks of git"
        raise fault("S114", "two versions of this file were never joined", place, hint, conflict[0])
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
    except FileNotFoundError as error:
        near = [other.name for other in path.parent.glob("*") if other.name.casefold() == path.name.casefold()]
        hint = f"rename {near[0]} to {path.name}" if near else "check that it exists and may be read"
        raise fault("S101", f"cannot read the file: {os.strerror(error.errno or 0).lower()}", Place(name), hint) from error
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


def is_stray(path: PurePath) -> bool:
    """Tell whether a file, named relative to its folder, is hidden, a copy of an editor's, or compiled code."""
    name = path.name
    return (
        any(part.startswith(".") or part == "__pycache__" for part in path.parts)
        or name.endswith(("~", *JETBRAINS))
        or (name.startswith("#") and name.endswith("#"))
        or name == VIM_PROBE
        or path.suffix in STRAY_SUFFIXES
    )


def write(path: Path, text: str | bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.tmp")
    # What lies there was left by a run that was killed, or is a link that somebody has put there: neither is written into.
    beside.unlink(missing_ok=True)
    with beside.open("xb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
    os.replace(beside, path)


def yaml_text(fields: Mapping[str, Any]) -> str:
    """Return a mapping as a file that a person would write; a text that ends in a line end becomes a block, an empty field is left out."""
    return "".join(_field(name, value, 0) for name, value in fields.items() if value not in (None, "", (), []))


def _field(name: str, value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return f"{indent}{name}: {_block(value, depth + 1)}" if "\n" in value else f"{indent}{name}: {_scalar(value)}\n"
    if isinstance(value, Mapping):
        return f"{indent}{name}:\n" + "".join(
            _field(_key(key), inner, depth + 1) for key, inner in value.items() if inner not in (None, "")
        )
    flow = f"{indent}{name}: [{', '.join(map(str, value))}]\n"
    if all(isinstance(item, str) and re.fullmatch(r"[a-z0-9-]+", item) for item in value) and len(flow) <= WIDEST and name != "questions":
        return flow
    return f"{indent}{name}:\n" + "".join(_item(item, depth + 1) for item in value)


def _item(value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return f"{indent}- {_block(value, depth + 1) if chr(10) in value else f'{_scalar(value)}{chr(10)}'}"
    written = "".join(_field(key, inner, depth + 1) for key, inner in value.items() if inner not in (None, "", (), []))
    return f"{indent}- {written[len(indent) + 2 :]}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][\w ]*", name) else _scalar(name)


def _scalar(text: str) -> str:
    """Return a text of one line, between quotes where YAML would read something into it."""
    if PLAIN_SCALAR.fullmatch(text) and not SPECIAL_SCALAR.search(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _block(text: str, depth: int) -> str:
    indent = "  " * depth
    lines = text.removesuffix("\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    sign = "|2" if first.startswith((" ", "\t")) or not lines[0].strip() else "|"
    sign += "" if text.endswith("\n") and lines[-1] else "+" if text.endswith("\n") else "-"
    return f"{sign}\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
