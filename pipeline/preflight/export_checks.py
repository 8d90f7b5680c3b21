"""Search what is exported for what its edition withholds: all that a file says, and all that stands in it unseen."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.diagnostics import Diagnostic
from pipeline.preflight.withheld import TAG, leaks, letters
from pipeline.publication import Publication

ENCODED = re.compile(rb'encoding="base64">([^<]*)<')


def check_export(name: str, files: Mapping[str, bytes], publication: Publication) -> Iterator[Diagnostic]:
    """Yield a fault for each withheld piece of text that stands in an export, in its names, or in a file within a file."""
    said = "".join(letters(text) for path, data in files.items() for text in (path, *_said(path, data)))
    yield from leaks(name, publication, said)


def _said(path: str, data: bytes) -> Iterator[str]:
    """Yield what a file says, as it stands and without its markup; what it has packed or encoded is looked into as well."""
    if path.endswith(".apkg"):
        yield from _packed(data)
        return
    text = data.decode("utf-8", "replace")
    if path.endswith(".json"):
        yield from _strings(json.loads(text))
    elif path.endswith(".gift"):
        text = text.replace("\\n", "\n")
    yield from _read(text)
    for found in ENCODED.finditer(data):
        try:
            yield from _read(base64.b64decode(found[1]).decode("utf-8", "replace"))
        except binascii.Error:
            continue


def _read(text: str) -> Iterator[str]:
    plain = html.unescape(text)
    yield plain
    yield html.unescape(TAG.sub("", text))
    yield TAG.sub("", plain)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (str(key), *_strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield from _read(value)


def _packed(data: bytes) -> Iterator[str]:
    """Yield what a deck says: names and bytes of its files, free pages of its database too, and every value in that."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            yield name
            yield from _read(inner.decode("utf-8", "replace"))
            if name.startswith("collection."):
                yield from _values(inner)


def _values(database: bytes) -> Iterator[str]:
    """Yield the texts of a database; those longer than a page are in pieces in its bytes."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    yield from _read(value) if isinstance(value, str) else ()
    finally:
        connection.close()
