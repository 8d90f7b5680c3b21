"""Read the files of a source: regular files inside it, within limits, as text without what cannot be seen."""

from __future__ import annotations

import fnmatch
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline import source
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Losses
from pipeline.diagnostics import BookError, Place
from pipeline.markup.parser import FORBIDDEN
from pipeline.source import SourceFault
from pipeline.strays import is_stray

MAX_TEXT: Final = 4_000_000
"""Bytes of one file of text."""
MAX_DECK: Final = 200_000_000
"""Bytes of a deck or a package; what it unpacks to is limited where it is unpacked."""
MAX_ALL: Final = 40_000_000
"""Bytes of all files of text together."""
MAX_FILES: Final = 20_000
LICENSES: Final = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING")
PLAIN_NAMES = ("readme", "questions", "data", "docs", "src", "content", "bank")
"""Names of files and folders that say nothing of a bank."""
PAST: Final = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source: where it lies, and its path as it is shown."""

    path: Path
    name: str


def files(root: Path, dialect: Dialect, losses: Losses) -> list[SourceFile]:
    """Return the files of a source that a dialect reads, in natural order. Raises BookError when there is none."""
    shown = root.as_posix()
    if root.is_file():
        return [SourceFile(root, shown)]
    if not root.is_dir():
        raise BookError(Losses.alone("I101", "no such file or folder", "name a file or a folder of files", Place(shown)))
    found = [SourceFile(path, f"{shown}/{path.relative_to(root).as_posix()}") for path in _walk(root, losses) if _fits(path, dialect)]
    if len(found) > MAX_FILES:
        raise BookError(Losses.alone("I102", f"{len(found):,} files, and {MAX_FILES:,} are read at most", "split the source", Place(shown)))
    if not found:
        hint = f"name a folder that holds {' or '.join(dialect.files)}"
        raise BookError(Losses.alone("I101", "no file in this folder is one that the dialect reads", hint, Place(shown)))
    return sorted(found, key=lambda file: _natural(file.path.relative_to(root)))


def _walk(root: Path, losses: Losses) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in ("node_modules", "vendor"))
        for name in names:
            path = Path(folder, name)
            if path.is_symlink() or not _is_text(name):
                losses.leave_out("files that are links, or whose names are not text")
            elif not is_stray(path.relative_to(root)):
                yield path


def _is_text(name: str) -> bool:
    try:
        return not FORBIDDEN.search(name) and bool(name.encode())
    except UnicodeEncodeError:
        return False


def _fits(path: Path, dialect: Dialect) -> bool:
    def among(patterns: tuple[str, ...]) -> bool:
        return any(fnmatch.fnmatch(path.name.lower(), pattern.lower()) for pattern in patterns)

    return among(dialect.files) and not among(dialect.skip)


def _natural(path: Path) -> list[tuple[str, int, str]]:
    """Return a key by which 2 stands before 10, and files before folders."""
    pieces = re.findall(r"(\D*)(\d*)", path.as_posix().lower())
    return [(("0" if len(path.parts) == 1 else "1") if n == 0 else "", 0, "") for n in range(1)] + [
        (a, int(b[:18] or 0), b) for a, b in pieces
    ]


def octets(file: SourceFile, losses: Losses) -> bytes | None:
    """Return the bytes of a deck or an archive, or None when it cannot be read."""
    try:
        return source.octets(file.path, file.name, MAX_DECK)
    except SourceFault as fault:
        losses.tell("I102" if fault.diagnostic.code == "S102" else "I101", fault.diagnostic.message, (file.name, 1), fault.diagnostic.hint)
        return None


def text(file: SourceFile, losses: Losses) -> str | None:
    """Return the text of a file without characters that cannot be seen, each told; None when it cannot be read."""
    try:
        raw = source.octets(file.path, file.name, MAX_TEXT)
    except SourceFault as fault:
        code = "I102" if fault.diagnostic.code == "S102" else "I101"
        losses.tell(code, fault.diagnostic.message, (file.name, 1), fault.diagnostic.hint)
        return None
    return cleaned(raw, file.name, losses)


def cleaned(raw: bytes, name: str, losses: Losses) -> str | None:
    """Return bytes as text without characters that cannot be seen, each told; None when they are no UTF-8."""
    try:
        written = PAST.sub("\n", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        losses.tell("I103", f"byte 0x{error.object[error.start]:02x} is not UTF-8", (name, line), "save the file as UTF-8")
        return None
    losses.lines[name] = written.split("\n")
    told: Counter[str] = Counter()
    for found in FORBIDDEN.finditer(written):
        told[found[0]] += 1
        if told[found[0]] == 1:
            line = written.count("\n", 0, found.start()) + 1
            count = written.count(found[0])
            times = f", {count} times" if count > 1 else ""
            losses.tell("I104", f"U+{ord(found[0]):04X} was removed{times}", (name, line), "delete it in the source", found[0])
    return FORBIDDEN.sub("", written)


def license_line(root: Path) -> str:
    """Return the first words of the license that lies in a source, or nothing."""
    folder = root if root.is_dir() else root.parent
    for name in LICENSES:
        path = folder / name
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 200_000:
            lines = path.read_bytes().decode("utf-8", "replace").split("\n")
            return FORBIDDEN.sub("", next((" ".join(line.strip("# \r").split()) for line in lines if line.strip("# \r")), ""))[:120]
    return ""


def name_of(root: Path) -> str:
    """Return what a source is called: its own name, or that of its folder where its own says nothing."""
    whole = root.resolve()
    return whole.parent.name if whole.stem.lower() in PLAIN_NAMES else whole.stem


def suffixes(root: Path) -> list[str]:
    """Return the suffixes of the files of a source."""
    if root.is_file():
        return [root.suffix.lower()]
    return [path.suffix.lower() for path in _walk(root, Losses())] if root.is_dir() else []
