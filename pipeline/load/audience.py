"""Tell where in a book's files stands what only hiring teams may read, also in files that were refused."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline import model, source
from pipeline.source import Node, SourceFault

TEAMS_ONLY = ("roles", "plans")
"""Folders whose files are all for hiring teams."""
FOR_TEAMS = re.compile(r"\baudience\b\W+kit\b")
FIELD = re.compile(r"""["']?(\w+)["']?\s*:""")


def is_withheld(path: Path, line: int, printed: frozenset[str]) -> bool:
    """Tell whether a line of a book's file is for hiring teams, or stands in a field of a question that is not ``printed``."""
    folders = path.parts[:-1]
    if folders[-1:] and folders[-1] in TEAMS_ONLY:
        return True
    if path.is_symlink() or not {"questions", "chapters"} & set(folders[-2:]):
        return False
    try:
        root = source.read(path, path.name).root
    except SourceFault:
        text = _as_it_is(path)
        fields = [found[1] for each in text.split("\n")[:line] if (found := FIELD.match(each))][-1:]
        for_teams = FOR_TEAMS.search(text) is not None or not fields
    else:
        record: dict[str, Node] = dict(root.value) if root.style == "{" else {}
        fields = _fields(record, line)
        for_teams = "audience" in record and record["audience"].value == "kit"
    return for_teams or ("questions" in folders and any(field in model.BLANKS and field not in printed for field in fields))


def _fields(record: dict[str, Node], line: int) -> list[str]:
    """Return the fields that a line has something of: in braces, the end of one and the beginnings of others."""
    before = [name for name, node in record.items() if node.key_line < line][-1:]
    begun = [name for name, node in record.items() if node.key_line == line]
    leftmost = min((node.key_column for node in record.values()), default=1)
    return begun if begun and record[begun[0]].key_column == leftmost else [*before, *begun]


def _as_it_is(path: Path) -> str:
    """Return a text of which no record can be made: it has no less to hide."""
    try:
        return source.octets(path, path.name).decode("utf-8", "replace")
    except SourceFault:
        return ""
