"""Tell where in a book's files stands what only hiring teams may read, also in files that were refused."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline import model, source
from pipeline.source import SourceFault

FOR_TEAMS = re.compile(r"""\baudience["']?\s*:\s*["']?kit\b""")
IN_BRACES = re.compile(r"(?m)^\s*[{?]")
"""Begins a record whose fields do not begin lines."""
FIELD = re.compile(r"""["']?(\w+)["']?\s*:""")
TEAMS_ONLY = ("roles", "plans")
"""Folders whose files are all for hiring teams."""


def is_withheld(path: Path, line: int, printed: frozenset[str]) -> bool:
    """Tell whether a line of a book's file is for hiring teams, or stands in a field of a question that is not ``printed``.

    The file is looked at as it is written: one that cannot be read as a record has no less to hide.
    """
    folders = path.parts[:-1]
    if folders[-1:] and folders[-1] in TEAMS_ONLY:
        return True
    if path.is_symlink() or not {"questions", "chapters"} & set(folders[-2:]):
        return False
    try:
        text = source.octets(path, path.name).decode("utf-8", "replace")
    except SourceFault:
        return False
    if FOR_TEAMS.search(text):
        return True
    fields = [found[1] for each in text.split("\n")[:line] if (found := FIELD.match(each))]
    if not fields:
        return "questions" in folders and IN_BRACES.search(text) is not None
    return "questions" in folders and fields[-1] in model.BLANKS and fields[-1] not in printed
