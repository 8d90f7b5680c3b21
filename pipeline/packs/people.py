"""Read a list of people, a row each, from a CSV file that somebody else may have written."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import brand, source
from pipeline.diagnostics import BookError, Diagnostic, Place, nearest

COLUMNS = ("name", "id", "team")
MOST = 100_000
"""Rows of a list."""
LONGEST = 60
"""Characters of an id."""
FORMULA = re.compile(r"[=+\-@|%]")
"""How a cell begins that a spreadsheet would compute (OWASP, CSV injection)."""
Unprintable = Callable[[str], Iterable[tuple[str, str]]]
"""Yields why a name cannot be printed, and what helps."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a copy is made for: the name that is stamped, and the id that file names bear."""

    name: str
    id: str
    team: str = ""
    """The team it is for; empty for every one that is packed."""


def read_people(path: Path, teams: Iterable[str], unprintable: Unprintable) -> tuple[Person, ...]:
    """Return the people of a list in its order. Raises BookError with every fault in it, by row and cell."""
    name = path.as_posix()
    try:
        text = source.text(path, name)
    except source.SourceFault as error:
        raise BookError(error.diagnostic) from error
    faults: list[Diagnostic] = []
    people = tuple(_people(text, _Faults(name, faults), tuple(teams), unprintable))
    if faults:
        raise BookError(*faults)
    return people


@dataclass(frozen=True)
class _Faults:
    """The faults of a list, as they are found."""

    path: str
    found: list[Diagnostic]

    def add(self, row: int, cell: int, message: str, hint: str) -> None:
        self.found.append(Diagnostic("B123", message, Place(self.path, row, max(1, cell)), hint))


def _people(text: str, faults: _Faults, teams: tuple[str, ...], unprintable: Unprintable) -> Iterator[Person]:
    rows = _rows(text, faults)
    columns = _columns(next(rows, (1, []))[1], faults)
    seen: dict[str, dict[str, int]] = {}
    for number, cells in rows if "name" in columns else ():
        if number > MOST:
            faults.add(number, 1, f"the list has more than {MOST:,} rows", "split it")
            return
        if len(cells) != len(columns):
            faults.add(number, len(cells), f"the row has {len(cells)} cells, not {len(columns)}", "put quotes around a name with a comma")
            continue
        given = dict(zip(columns, cells, strict=True))
        if not _unfit(number, cells, faults) and not _misnamed(number, given, columns, faults, (teams, unprintable)):
            person = Person(brand.one_line(given["name"]), _slug(given), given.get("team", "").strip())
            rows_of = seen.setdefault(person.id, {})
            # Who is of no team gets the pack of every one.
            if row := rows_of.get(person.team) or (rows_of.get("") if person.team else next(iter(rows_of.values()), 0)):
                message = f"'{person.id}' is row {row} already: copies of both would have one name"
                faults.add(number, columns.index("id" if given.get("id") else "name") + 1, message, "delete the row, or give another id")
            rows_of.setdefault(person.team, number)
            yield person


def _rows(text: str, faults: _Faults) -> Iterator[tuple[int, list[str]]]:
    """Yield rows by the number of the line they stand on; a cell that goes on to the next line is a fault."""
    reader = csv.reader(text.split("\n"), strict=True)
    number = 0
    try:
        for cells in reader:
            if reader.line_num != number + 1:
                faults.add(number + 1, 1, "a cell goes on to the next line", "write each row on a line of its own")
            number = reader.line_num
            if cells:
                yield number, cells
    except csv.Error as error:
        faults.add(max(number + 1, 1), 1, f"no row of CSV: {error}", "mend its quotes")


def _columns(header: list[str], faults: _Faults) -> tuple[str, ...]:
    found = tuple(cell.strip().lower() for cell in header)
    for n, name in enumerate(found, start=1):
        if name not in COLUMNS or found.index(name) != n - 1:
            what = "stands there twice" if name in COLUMNS else "is not known"
            faults.add(1, n, f"column '{name[:40]}' {what}", "delete the column" if name in COLUMNS else nearest(name[:40], COLUMNS))
    if "name" not in found:
        faults.add(1, 1, "no column 'name'", "name the columns in the first row: name, id, team")
    return found


def _unfit(number: int, cells: list[str], faults: _Faults) -> bool:
    """Report cells that a spreadsheet would compute, or that hold what cannot be seen; tell whether there is one."""
    found = False
    for n, cell in enumerate(cells, start=1):
        if unseen := brand.hidden(cell):
            faults.add(number, n, f"the cell holds U+{ord(unseen[0]):04X}, which cannot be seen", "delete it")
            found = True
        elif FORMULA.match(cell.strip()):
            faults.add(number, n, f"the cell begins with '{cell.strip()[0]}', as a formula does", "delete the sign")
            found = True
    return found


def _misnamed(
    number: int, given: Mapping[str, str], columns: tuple[str, ...], faults: _Faults, known: tuple[tuple[str, ...], Unprintable]
) -> bool:
    teams, unprintable = known
    found = False
    for message, hint in unprintable(given["name"]):
        faults.add(number, columns.index("name") + 1, f"the name cannot be printed: {message}", hint)
        found = True
    if given.get("id", "").strip() and not 1 <= len(_plain(given["id"])) <= LONGEST:
        faults.add(number, columns.index("id") + 1, f"'{given['id'][:40]}' is no id", "write letters, digits, and hyphens, 60 at most")
        found = True
    if given.get("team", "").strip() and given["team"].strip() not in teams:
        faults.add(number, columns.index("team") + 1, f"no team '{given['team'].strip()[:40]}'", nearest(given["team"].strip(), teams))
        found = True
    return found


def _slug(given: Mapping[str, str]) -> str:
    return _plain(given["id"]) if given.get("id", "").strip() else brand.slug(brand.one_line(given["name"]))


def _plain(text: str) -> str:
    """Return the letters and digits of an id, joined by hyphens, as file names bear it."""
    return re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", text).casefold()).strip("-")
