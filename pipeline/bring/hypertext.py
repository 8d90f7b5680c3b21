"""Read texts of other tools: HTML, Markdown, or plain words."""

from __future__ import annotations

import html
import re
from typing import Final

from pipeline.bring import commonmark
from pipeline.bring.commonmark import TooDeep
from pipeline.bring.elements import Node, paragraph
from pipeline.bring.rawhtml import BLOCK_TAGS, LINE_TAGS, Folder

LOOKS: Final = re.compile(r"</?(?:p|div|br|b|i|em|strong|ul|ol|li|pre|code|img|span|table|a|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)


def read(text: str, kind: str, line: int) -> list[Node]:
    """Return the blocks of a text; ``kind`` is html, markdown, or plain. What is nested too deep is taken as plain words."""
    try:
        if kind == "html":
            return from_html(text, line)
        if kind == "markdown":
            return commonmark.read(text, line).children
    except TooDeep:
        pass
    return [paragraph(" ".join(part.split()), line) for part in re.split(r"\n\s*\n", text) if part.strip()]


def from_html(text: str, line: int) -> list[Node]:
    """Return the blocks of HTML."""
    tags = {**LINE_TAGS, **BLOCK_TAGS}
    return commonmark.tidied(Folder(Node("document", line), _words, tags).fold([Node("html", line, text=text)]))


def looks_like_html(text: str) -> bool:
    """Tell whether a text holds tags of HTML."""
    return bool(LOOKS.search(text)) or bool(re.search(r"&(?:lt|gt|amp|nbsp|quot|#\d{2,5});", text))


def _words(text: str, line: int) -> list[Node]:
    plain = html.unescape(text).replace("\xa0", " ")
    kept = re.sub(r"\s+", " ", plain)
    return [Node("text", line, text=kept)]
