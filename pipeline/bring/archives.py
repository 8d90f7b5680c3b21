"""Read the texts of an archive within limits; nothing is unpacked to a disk."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from pipeline.bring import sources
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Losses
from pipeline.bring.sources import MAX_ALL, MAX_TEXT, SourceFile

MOST: Final = 5_000
MAX_RATIO: Final = 200
"""How many times larger a file may be than what it was packed into."""


def texts(file: SourceFile, dialect: Dialect, losses: Losses) -> dict[str, str]:
    """Return the XML files of an archive, by their paths in it."""
    data = sources.octets(file, losses)
    if data is None:
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _texts(archive, file.name, losses)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        losses.tell(
            "I105", f"the archive cannot be read: {' '.join(str(error).split())[:120]}", (file.name, 1), "pack it again as a plain ZIP"
        )
        return {}


def _texts(archive: zipfile.ZipFile, name: str, losses: Losses) -> dict[str, str]:
    infos = [info for info in archive.infolist() if info.filename.lower().endswith(".xml")]
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST or total > MAX_ALL or any(i.file_size > MAX_RATIO * max(1000, i.compress_size) for i in infos):
        losses.tell("I102", f"{len(infos):,} files that unpack to {total:,} bytes", (name, 1), "split the archive")
        return {}
    found = {}
    for info in infos:
        with archive.open(info) as packed:
            raw = packed.read(MAX_TEXT + 1)
        shown = f"{name}/{info.filename}" if info.filename.isprintable() else f"{name}/?"
        if len(raw) <= MAX_TEXT and (text := sources.cleaned(raw, shown, losses)) is not None:
            found[shown] = text
        elif len(raw) > MAX_TEXT:
            losses.tell("I102", f"a file of more than {MAX_TEXT:,} bytes", (shown, 1), "split it")
    return found
