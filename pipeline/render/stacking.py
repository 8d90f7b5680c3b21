"""Give tables and listings on paper what a look needs that stacks the rows of tables, or lets wrapped lines of code hang."""

from __future__ import annotations

import re
from html import escape, unescape

TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
NAME = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
CELL = re.compile(r"<(td|th)\b")
PICTURE = re.compile(r"<img\b[^>]*\balt=\"([^\"]*)\"[^>]*>")
TAG = re.compile(r"<[^>]*>")
LISTING = re.compile(r"(<pre\b[^>]*><code\b[^>]*>)(.*?)(</code></pre>)", re.DOTALL)
BREAK = re.compile(r"<[^>]*>|((?:(?<=\w)|(?<=\w</span>))[(\[{]|=|[.,](?!\d))(?=\S)")
SPAN = re.compile(r"<span\b[^>]*>|</span>")


def labeled(xhtml: str) -> str:
    """Return a fragment whose tables say in each cell the name of its column, as ``data-label``."""
    return TABLE.sub(lambda table: _labeled(table[0]), xhtml)


def _labeled(table: str) -> str:
    head = HEAD.search(table)
    names = [_words(name) for name in NAME.findall(head[0])] if head else []
    return ROW.sub(lambda row: _row(row[0], names), table) if names else table


def _row(row: str, names: list[str]) -> str:
    waiting = iter(names)

    def cell(found: re.Match[str]) -> str:
        name = next(waiting, "")
        return f'{found[0]} data-label="{name}"' if name else found[0]

    return CELL.sub(cell, row)


def _words(name: str) -> str:
    return escape(unescape(" ".join(TAG.sub("", PICTURE.sub(r"\1", name)).split())))


def lined(xhtml: str) -> str:
    """Return a fragment whose listings have an element for each line."""
    return LISTING.sub(lambda listing: f"{listing[1]}{_lines(listing[2])}{listing[3]}", xhtml)


def _lines(code: str) -> str:
    """Put each line in a span, and its indentation in another; a span of color that runs on is closed and opened again."""
    lines, opened = [], ""
    for line in code.split("\n"):
        before = opened
        for tag in SPAN.findall(line):
            opened = "" if tag == "</span>" else tag
        indent = len(line) - len(line.lstrip(" "))
        start = f'<span class="indent">{line[:indent]}</span>' if indent else ""
        lines.append(f"{before}{start}{_breakable(line[indent:])}{'</span>' if opened else ''}")
    whole = '\n</span><span class="line">'.join(lines)
    return f'<span class="line">{whole}</span>'


def _breakable(line: str) -> str:
    """Return a line of code that may break after the bracket of a call, a sign, or a point, where it has no space."""
    return BREAK.sub(lambda found: f"{found[0]}<wbr/>" if found[1] else found[0], line)
