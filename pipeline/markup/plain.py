"""Take the markup out of a text: for titles, the toc, text alternatives, and counting words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from markdown_it.token import Token

from pipeline.markup.text import Text

_WRITTEN: Final[dict[str, Callable[[Token], str]]] = {
    "text": lambda token: token.content,
    "code_inline": lambda token: token.content,
    "softbreak": lambda token: " ",
    "hardbreak": lambda token: " ",
    "reference": lambda token: token.content,
    "value": lambda token: token.content,
    "formula": lambda token: f"{token.meta['before']}{token.content}{token.meta['after']}",
}

_STANDS_FOR: Final = {"formula": "x", "value": "five", "code_inline": "name"}
"""A short word for what has no syllables: readers say it, and no formula of readability knows how."""


def words_of(children: Iterable[Token]) -> str:
    """Return what inline tokens say; a formula stays LaTeX, a reference its label or id."""
    return "".join(_WRITTEN[child.type](child) for child in children if child.type in _WRITTEN)


def plain(text: Text) -> str:
    """Return a text without markup, its blocks separated by line feeds; footnotes are left out."""
    return text.said if text.inline else said_by(text.tokens)


def said_by(tokens: Iterable[Token]) -> str:
    """Return what the blocks of a text say, separated by line feeds."""
    parts = (_block(token) for token in tokens)
    return "\n".join(part for part in parts if part)


def paragraphs(text: Text) -> Iterator[str]:
    """Yield the paragraphs and items of a text as a reader reads them: a formula is an "x", code a "name", a value a "five"."""
    before = ""
    for token in text.tokens:
        if token.type == "inline" and before == "paragraph_open":
            yield " ".join("".join(map(_read, token.children or ())).split())
        before = token.type


def _read(token: Token) -> str:
    if token.type == "reference":
        return str(token.meta["label"] or token.meta["id"].replace("-", " "))
    if token.type in _STANDS_FOR:
        return f"{token.meta.get('before', '')}{_STANDS_FOR[token.type]}{token.meta.get('after', '')}"
    return _WRITTEN[token.type](token) if token.type in _WRITTEN else ""


def _block(token: Token) -> str:
    if token.type == "inline":
        return words_of(token.children or ())
    if token.type in ("fence", "code_block", "formula_block"):
        return token.content.strip("\n")
    if token.type == "table_open" and "caption" in token.meta:
        return words_of(token.meta["caption"].children)
    return ""
