"""Color code with six classes: k keyword, s string, c comment, n name, o operator, m number."""

from __future__ import annotations

import functools
from html import escape
from itertools import groupby
from typing import Final

from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token, _TokenType
from pygments.util import ClassNotFound

_CLASSES: Final[tuple[tuple[_TokenType, str], ...]] = (
    (Operator.Word, "k"), (Keyword, "k"), (Comment, "c"), (String, "s"), (Number, "m"), (Operator, "o"),
    (Name.Function, "n"), (Name.Class, "n"), (Name.Builtin, "n"), (Name.Decorator, "n"), (Name.Tag, "n"), (Name.Exception, "n"),
    (Token, ""),
)  # fmt: skip

SHORT, COLUMNS = 20, 68
"""Lines of a listing that fills less than a third of a page, and columns of a line of code."""


@functools.cache
def known_language(name: str) -> bool:
    """Tell whether the highlighter knows a language."""
    try:
        return bool(name) and bool(get_lexer_by_name(name))
    except ClassNotFound:
        return False


def language_of(info: str) -> str:
    """Return the language that stands first after the backticks of a code block; nothing where there is none."""
    return info.split()[0] if info.strip() else ""


@functools.lru_cache(maxsize=2048)
def block(code: str, language: str) -> str:
    """Return a code block as XHTML; lines are neither wrapped nor numbered."""
    name = language if known_language(language) else "text"
    body = "".join(_spans(code.rstrip("\n"), name))
    size = " short" if _lines(code.rstrip("\n")) <= SHORT else ""
    return f'<pre class="code{size}" translate="no"><code class="language-{escape(name)}">{body}</code></pre>'


def _lines(code: str) -> int:
    """Count the lines as printed, long ones wrapped."""
    return sum(max(1, -(-len(line) // COLUMNS)) for line in code.split("\n"))


def _spans(code: str, language: str) -> list[str]:
    tokens = ((_css_class(kind), value) for kind, value in _lexed(code, language))
    spans = []
    for css, group in groupby(tokens, key=lambda token: token[0]):
        words = escape("".join(value for _, value in group), quote=False)
        spans.append(f'<span class="{css}">{words}</span>' if css else words)
    return spans


def _lexed(code: str, language: str) -> list[tuple[_TokenType, str]]:
    """Return code in pieces with their kinds; lexers of consoles lose a last line without an end, and no lexer may lose a sign."""
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    found = list(lex(code, lexer))
    if "".join(value for _, value in found) == code:
        return found
    found = list(lex(f"{code}\n", lexer))
    if "".join(value for _, value in found) != f"{code}\n":
        return [(Token, code)]
    kind, last = found[-1]
    return [*found[:-1], (kind, last.removesuffix("\n"))]


@functools.cache
def _css_class(kind: _TokenType) -> str:
    return next(css for parent, css in _CLASSES if tuple(kind[: len(parent)]) == tuple(parent))
