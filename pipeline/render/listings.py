"""Put elements around the lines of listings, so that each hangs, or that a page ends between statements."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from html import escape, unescape

LISTING = re.compile(r"(<pre\b[^>]*><code\b[^>]*>)(.*?)(</code></pre>)", re.DOTALL)
BROKEN = re.compile(
    r'(<pre\b[^>]*)(><code\b[^>]*><span class="(?:part|line)">(?:(?!</pre>).)*\n</span><span class="(?:part|line)">)', re.DOTALL
)
"""The beginning of a listing that has more than one element, up to the last of them."""
BREAK = re.compile(r"<[^>]*>|((?:(?<=\w)|(?<=\w</span>))[(\[{]|=|[.,](?!\d))(?=\S)")
SPAN = re.compile(r"<span\b[^>]*>|</span>")
TOLD = re.compile(r'<span class="([sc])">([^<]*)</span>')
"""Strings and comments: their brackets are none."""
TAG = re.compile(r"<[^>]*>")
OPENING, CLOSING = "([{", ")]}"
HEADS = (":", "{", "\\", ",", "=")
"""Ends of a line that the next belongs to."""
DEEPEST = 24
"""Spaces of indentation that lines of code on screens are told apart by, two and two: reflow.css has a rule for each."""
QUERY = "language-sql"
LONGEST = 8
"""Lines of a paragraph of code, between two empty ones, that is never broken; of a longer one no statement is."""
FEWEST = 3
"""Lines of a listing that stand together where it begins and where it ends."""


def lined(xhtml: str) -> str:
    """Return a fragment whose listings have an element for each line."""
    return LISTING.sub(lambda listing: f"{listing[1]}{_lines(listing[2])}{listing[3]}", xhtml)


def _lines(code: str) -> str:
    """Put each line in a span, and its indentation in another."""
    lines = []
    for before, line, opened in _colored(code):
        indent = len(line) - len(line.lstrip(" "))
        start = f'<span class="indent">{line[:indent]}</span>' if indent else ""
        lines.append(f"{before}{start}{_breakable(line[indent:])}{'</span>' if opened else ''}")
    whole = '\n</span><span class="line">'.join(lines)
    return f'<span class="line">{whole}</span>'


def hung(xhtml: str) -> str:
    """Return a fragment for screens whose lines of code say how deep they stand: what is left of a long one stands deeper."""
    return LISTING.sub(lambda listing: f"{listing[1]}{_hung(listing[2])}{listing[3]}", xhtml)


def _hung(code: str) -> str:
    lines = []
    for before, line, opened in _colored(code):
        indent = len(line) - len(line.lstrip(" "))
        # Padding beside nothing but white ends Kobo's reader (ebookmaker, issue 286).
        deep = f" in{min(indent - indent % 2, DEEPEST)}" if line.strip() else ""
        lines.append(f'<span class="line{deep}">{before}{line}{"</span>" if opened else ""}')
    return "\n</span>".join(lines) + "</span>"


def _breakable(line: str) -> str:
    """Return a line of code that may break after the bracket of a call, a sign, or a point, where it has no space."""
    return BREAK.sub(lambda found: f"{found[0]}<wbr/>" if found[1] else found[0], line)


def _colored(code: str) -> Iterator[tuple[str, str, str]]:
    """Give each line with the span of color that it begins in, and the one that it ends in, to be closed and opened again."""
    opened = ""
    for line in code.split("\n"):
        before = opened
        for tag in SPAN.findall(line):
            opened = "" if tag == "</span>" else tag
        yield before, line, opened


def parted(xhtml: str) -> str:
    """Return a fragment whose long listings have an element for each run of lines that no page's end may break."""
    return LISTING.sub(
        lambda listing: listing[0] if " short" in listing[1] else f"{listing[1]}{_parts(*listing.group(2, 1))}{listing[3]}", xhtml
    )


def marked(xhtml: str, word: str) -> str:
    """Return a fragment whose listings that a page's end may break say how their rest is marked: paged.css prints it beside that."""
    return BROKEN.sub(lambda listing: f'{listing[1]} data-continued="{escape(word)}"{listing[2]}', xhtml)


def _parts(code: str, opening: str) -> str:
    whole = [f"{before}{line}{'</span>' if opened else ''}" for before, line, opened in _colored(code)]
    parts = '\n</span><span class="part">'.join("\n".join(whole[start:end]) for start, end in _runs(code, is_query=QUERY in opening))
    return f'<span class="part">{parts}</span>'


def _runs(code: str, *, is_query: bool) -> Iterator[tuple[int, int]]:
    """Give first and last line of what stays together: short paragraphs, the statements of longer ones, and enough at both ends."""
    count, cuts = code.count("\n") + 1, _cuts(code, is_query)
    kept = [cut for cut in cuts if FEWEST <= cut <= count - FEWEST]
    yield from itertools.pairwise([0, *kept, count])


def _cuts(code: str, is_query: bool) -> Iterator[int]:
    """Give the lines that may begin a page."""
    lines, ends = TAG.sub("", code).split("\n"), list(_ends(code, is_query))
    start = 0
    blank = [not line.strip() for line in lines]
    last = [n for n in range(1, len(lines)) if blank[n - 1] and ends[n - 1] and not blank[n]]
    for end in (*last, len(lines)):
        yield from (n for n in range(start + 1, end) if ends[n - 1] and not blank[n] and end - start > LONGEST)
        yield from [end] * (end < len(lines))
        start = end


def _ends(code: str, is_query: bool) -> Iterator[bool]:
    """Tell of each line whether a statement ends with it; a comment and a decorator belong to what follows."""
    bare = TOLD.sub(lambda told: "''" * (told[1] == "s") + "\n" * told[2].count("\n"), code)
    depth = 0
    for line, (_, shown, opened) in zip(unescape(TAG.sub("", bare)).split("\n"), _colored(code), strict=True):
        depth += sum((sign in OPENING) - (sign in CLOSING) for sign in line)
        said = line.rstrip()
        is_end = depth <= 0 and not opened and not said.endswith(HEADS) and (not is_query or said.endswith(";") or not said)
        yield is_end and not said.lstrip().startswith("@") and bool(said or not TAG.sub("", shown).strip())
