"""Write plain words so that the book's Markdown reads nothing into them."""

from __future__ import annotations

import re
from typing import Final

ALWAYS: Final = re.compile(
    r"[\\`$<]|\*(?!\s)|(?<!\s)\*|(?<![^\W_])_|_(?![^\W_])|\{(?=[=.#:a])|&(?=#?\w{1,32};)|\[(?=[\[^]|$)|\](?=[({\[]|$)"
)
"""Signs that mean something wherever they stand."""
FIRST: Final = re.compile(r"(?:#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|:(?=\s)|!!!|~{3}|=+\s*$|-+\s*$|\[(?=.*\]:))")
"""Signs that mean something at the beginning of a line."""
NUMBERED: Final = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
BARRED: Final = re.compile(r"[|\s:-]*-[|\s:-]*")
ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`\\^{}|]+", re.IGNORECASE)
TRAILING: Final = re.compile(r"[.,;:!?)\]*_]+$")


def words(text: str) -> str:
    """Return plain words with a backslash before each sign that would mean something within a paragraph."""
    return ALWAYS.sub(lambda found: f"\\{found[0]}", text)


def first_words(line: str) -> str:
    """Return a line of a paragraph with what would begin another block escaped."""
    if numbered := NUMBERED.match(line):
        return f"{numbered[1]}\\{line[numbered.end(1) :]}"
    if BARRED.fullmatch(line) and "|" in line:
        return line.replace("|", "\\|")
    if line.startswith("Table:"):
        return f"Table\\{line[5:]}"
    return f"\\{line}" if FIRST.match(line) else line


def code(text: str) -> str:
    """Return code within a line: between more backticks than stand in it."""
    text = " ".join(text.split("\n"))
    longest = max(map(len, re.findall("`+", text)), default=0)
    sign = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") or (text.startswith(" ") and text.endswith(" ") and text.strip()) else ""
    return f"{sign}{space}{text}{space}{sign}"


def address(text: str) -> str:
    """Return an address as it stands between the parentheses of a link."""
    signs = {"(": "%28", ")": "%29", " ": "%20", "<": "%3C", ">": "%3E", '"': "%22", "\\": "%5C", "*": "%2A", "|": "%7C"}
    return "".join(signs.get(c, c) for c in text.strip())


def shown(link: str) -> str:
    """Return the words of a link that has none: its address without scheme, shortened."""
    bare = link.partition("://")[2].rstrip("/") or link
    return bare if len(bare) <= 60 else f"{bare[:59]}…"


def pieces(text: str) -> list[tuple[str, bool]]:
    """Return a text cut at the addresses in it, each piece with whether it is one."""
    found: list[tuple[str, bool]] = []
    end = 0
    for match in ADDRESS.finditer(text):
        link = TRAILING.sub("", match[0])
        if link.endswith("://"):
            continue
        found += [(text[end : match.start()], False), (link, True)]
        end = match.start() + len(link)
    return [*found, (text[end:], False)]


def label(words: str) -> str:
    """Return words as the label of a reference."""
    return re.sub(r"[\[\]|\\]", "", words)[:400].strip()


def balanced(words: str) -> str:
    """Return the words of a link with their brackets escaped."""
    return re.sub(r"(?<!\\)[\[\]]", lambda found: f"\\{found[0]}", words)
