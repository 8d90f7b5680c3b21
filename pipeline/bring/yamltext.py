"""Write the files of a book as YAML that a person would write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

PLAIN: Final = re.compile(r"[A-Za-z0-9][^\n]*")
SPECIAL: Final = re.compile(r": |:$| #|^[\s]|\s$|[\t]|^-|^\?")
WIDE: Final = 120


def document(fields: Mapping[str, Any]) -> str:
    """Return a mapping as a file; a text that ends in a line end becomes a block, an empty field is left out."""
    return "".join(_field(name, value, 0) for name, value in fields.items() if value not in (None, "", (), []))


def _field(name: str, value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return f"{indent}{name}: {_block(value, depth + 1)}" if "\n" in value else f"{indent}{name}: {scalar(value)}\n"
    if isinstance(value, Mapping):
        return f"{indent}{name}:\n" + "".join(
            _field(_key(key), inner, depth + 1) for key, inner in value.items() if inner not in (None, "")
        )
    flow = f"{indent}{name}: [{', '.join(map(str, value))}]\n"
    if all(isinstance(item, str) and re.fullmatch(r"[a-z0-9-]+", item) for item in value) and len(flow) <= WIDE and name != "questions":
        return flow
    return f"{indent}{name}:\n" + "".join(_item(item, depth + 1) for item in value)


def _item(value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return f"{indent}- {scalar(value)}\n"
    written = "".join(_field(key, inner, depth + 1) for key, inner in value.items() if inner not in (None, "", (), []))
    return f"{indent}- {written[len(indent) + 2 :]}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][\w ]*", name) else scalar(name)


def scalar(text: str) -> str:
    """Return a text of one line, between quotes where YAML would read something into it."""
    if PLAIN.fullmatch(text) and not SPECIAL.search(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _block(text: str, depth: int) -> str:
    indent = "  " * depth
    lines = text.removesuffix("\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    sign = "|2" if first.startswith((" ", "\t")) or not lines[0].strip() else "|"
    return f"{sign}\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in lines)


def listed(names: Sequence[str], indent: str) -> str:
    """Return ids as items of a list, one to a line."""
    return "".join(f"{indent}- {name}\n" for name in names)
