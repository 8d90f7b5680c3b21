"""Read tables: CSV, TSV, and the text that Anki exports."""

from __future__ import annotations

import csv
import io
from typing import Final

from pipeline.bring import foreign_text
from pipeline.bring.dialects import Dialect
from pipeline.bring.fieldwise import Fields, item
from pipeline.bring.haul import Haul, Losses

LONGEST: Final = 1_000_000
"""Characters of a cell."""
SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " ", "colon": ":"}


def haul(texts: dict[str, str], dialect: Dialect, losses: Losses) -> Haul:
    """Return the questions of tables."""
    found = Haul(files=len(texts))
    csv.field_size_limit(LONGEST)
    for path, text in texts.items():
        head, body, first = _directives(text)
        before = len(found.items)
        try:
            for line, row in _rows(body, first, head, dialect):
                one = item(Fields(path, line, row, _kind(row, head, dialect)), dialect, losses)
                found.items += [one] if one is not None else []
        except csv.Error as error:
            losses.tell("I105", f"the table breaks off: {error}", (path, first), "mend the quotes of the row, or split it")
        if len(found.items) == before:
            found.empty.append(path)
    return found


def _directives(text: str) -> tuple[dict[str, str], str, int]:
    """Return what Anki says above a table, the table, and its first line."""
    head: dict[str, str] = {}
    lines = text.split("\n")
    n = 0
    while n < len(lines) and lines[n].startswith("#") and ":" in lines[n]:
        key, _, value = lines[n][1:].partition(":")
        head[key.strip().lower()] = value.strip("\n")
        n += 1
    return head, "\n".join(lines[n:]), n + 1


def _rows(body: str, first: int, head: dict[str, str], dialect: Dialect) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table by the names of their columns, each with its line."""
    sign = head.get("separator", "")
    delimiter = SEPARATORS.get(sign.lower(), sign[:1]) or _delimiter(body)
    reader = csv.reader(io.StringIO(body), delimiter=delimiter, strict=False)
    rows: list[tuple[int, list[str]]] = []
    line = first
    for row in reader:
        rows.append((line, row))
        line = first + reader.line_num
    rows = [(n, row) for n, row in rows if any(cell.strip() for cell in row)]
    names = head["columns"].split(delimiter) if "columns" in head else []
    known = {key.lower() for key in dialect.facts}
    if not names and rows and any(cell.strip().lower() in known for cell in rows[0][1]):
        names = rows.pop(0)[1]
    names = names or _places(head)
    width = max((len(row) for _, row in rows), default=0)
    names = [*names, *(f"column {n + 1}" for n in range(len(names), width))]
    return [(n, {name: cell for name, cell in zip(names, row, strict=False) if cell.strip()}) for n, row in rows]


def _places(head: dict[str, str]) -> list[str]:
    """Return the names of columns that have none: the question, the answer, and what Anki says of others."""
    special = {int(head[key]) - 1: name for key, name in (("tags column", "tags"), ("deck column", "deck"), ("notetype column", "notetype"),
                                                         ("guid column", "guid")) if head.get(key, "").isdigit()}  # fmt: skip
    names = [special.get(n, "") for n in range(max([*special, 1]) + 1)]
    for word in ("question", "answer"):
        names[names.index("") if "" in names else len(names) :] = [word, *names[names.index("") + 1 if "" in names else len(names) :]]
    return [name or f"column {n + 1}" for n, name in enumerate(names)]


def _delimiter(body: str) -> str:
    """Return the sign that parts the cells of the first row most often."""
    first = body.lstrip("\n").split("\n", 1)[0]
    return max(",;\t|", key=lambda sign: (first.count(sign), sign == ","))


def _kind(row: dict[str, str], head: dict[str, str], dialect: Dialect) -> str:
    if head.get("html", "").lower() == "true":
        return "html"
    return "html" if dialect.text == "markdown" and any(map(foreign_text.looks_like_html, row.values())) else dialect.text
