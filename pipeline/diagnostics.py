"""Say what is wrong, where it stands, and what to do about it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Severity = Literal["error", "warning", "note"]
RANK: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file: path as the author would type it, line and column counted from 1."""

    path: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: a stable code, a message, its place, the offending line, and a hint that begins with a verb."""

    code: str
    message: str
    place: Place
    hint: str = ""
    severity: Severity = "error"
    line_text: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code stands for, as ``guidepress explain`` prints it."""

    code: str
    title: str
    text: str


class BookError(Exception):
    """Stop a build: the diagnostics say why."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        """Return all messages in one line."""
        return "; ".join(d.message for d in self.diagnostics)


class ToolError(Exception):
    """Stop a build for a reason outside the book: one line for the person at the keyboard."""


UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff"
    "\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
LONGEST: Final = 400
"""Characters of a message or a hint; an author's own words in it may be long."""


def show(diagnostic: Diagnostic) -> str:
    """Format a diagnostic with the line it points at and a caret under the fault.

    What a terminal would obey (escapes, changes of direction) is replaced: the words are an author's, or worse.
    """
    place = diagnostic.place
    number = str(place.line)
    gutter = " " * len(number)
    shown = [f"{diagnostic.severity}[{diagnostic.code}]: {_printable(diagnostic.message)}", f"{gutter}--> {_printable(str(place))}"]
    if diagnostic.line_text:
        line, column = _window(diagnostic.line_text, place.column - 1)
        under = max(1, _width(line[column : column + place.length]))
        caret = " " * _width(line[:column].ljust(column)) + "^" * under
        shown += [f"{gutter} |", f"{number} | {UNPRINTABLE.sub(chr(0xFFFD), line)}", f"{gutter} | {caret}"]
    if diagnostic.hint:
        shown.append(f"{gutter} = hint: {_printable(diagnostic.hint)}")
    return "\n".join(shown)


def _printable(text: str) -> str:
    text = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _window(line: str, column: int, width: int = 100) -> tuple[str, int]:
    """Cut a long line down to the part around a column, from 0; give it with the column's place in it."""
    line = line.replace("\t", " ").rstrip()
    if len(line) <= width:
        return line, column
    start = max(0, min(column - width // 2, len(line) - width))
    return line[start : start + width], column - start


def _width(text: str) -> int:
    """Return the columns that text takes on a terminal: two for wide characters, none for combining ones."""
    marks = sum(unicodedata.category(c) in ("Mn", "Me") for c in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort by place, drop what is said twice."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.place, RANK[d.severity], d.code, d.message)))


COMPARED: Final = 300
"""Names that one is compared with, letter by letter: more are looked through for those that begin as it does, or end."""
BESIDE, ENDING = 40, 4
"""Names looked at on either side of one in the alphabet, or that end like it; and the letters that are an end."""


@lru_cache(maxsize=8)
def _indexed(known: frozenset[str]) -> tuple[tuple[str, ...], Mapping[str, list[str]]]:
    """Return names in order, and where they are many, those of each end."""
    names, ends = tuple(sorted(known)), defaultdict(list)
    for name in names if len(names) > COMPARED else ():
        ends[name[-ENDING:]].append(name)
    return names, ends


def _likely(name: str, names: Sequence[str], ends: Mapping[str, list[str]]) -> Sequence[str]:
    """Return the names that may be near to one, of many those that stand beside it in the alphabet, or end like it."""
    if len(names) <= COMPARED:
        return names
    at = bisect_left(names, name)
    return [*names[max(0, at - BESIDE) : at + BESIDE], *ends.get(name[-ENDING:], ())[:BESIDE]]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known name, or the known names when none is near."""
    names, ends = _indexed(frozenset(known))
    if not names:
        return ""
    name = name[:100]
    close = difflib.get_close_matches(name, _likely(name, names, ends), n=1, cutoff=0.6)
    if close:
        return f"use '{close[0]}'"
    listed = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"use one of: {listed}"
