"""Color code with six classes: k keyword, s string, c comment, n name, o operator, m number."""

from __future__ import annotations

import functools
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from itertools import groupby
from typing import Final

from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token, _TokenType
from pygments.util import ClassNotFound

from pipeline.work import cache

_CLASSES: Final[tuple[tuple[_TokenType, str], ...]] = (
    (Operator.Word, "k"), (Keyword, "k"), (Comment, "c"), (String, "s"), (Number, "m"), (Operator, "o"),
    (Name.Function, "n"), (Name.Class, "n"), (Name.Builtin, "n"), (Name.Decorator, "n"), (Name.Tag, "n"), (Name.Exception, "n"),
    (Token, ""),
)  # fmt: skip

SHORT, COLUMNS = 20, 68
"""Lines of a listing that fills less than a third of a page, and columns of a line of code."""
PATIENCE = 1.0
"""Seconds of work that a listing may take; others take a hundredth. Some of the lexers' patterns take hours over a short line."""
TRIES = 2
"""Listings of a language that may take longer: those after them are printed plain at once."""
_slow: Counter[str] = Counter()
"""Listings of each language that took longer."""


class _TooLong(Exception):
    """A lexer has not ended in time."""


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


def is_colored(code: str, language: str) -> bool:
    """Tell whether a listing can be colored: that its lexer comes to an end over it, which is remembered of those that can."""
    shelf, name = cache.shelf("colored"), cache.digest(language, code)
    if shelf.get(name):
        return True
    found = not known_language(language) or _colored(code.rstrip("\n"), language) is not None
    if found:
        shelf.put(name, 1)
    return found


def forget_slow() -> None:
    """Give every language its tries again: a book has been read."""
    _slow.clear()


def _lexed(code: str, language: str) -> list[tuple[_TokenType, str]]:
    return _colored(code, language) or [(Token, code)]


def _colored(code: str, language: str) -> list[tuple[_TokenType, str]] | None:
    """Return code in pieces with their kinds; None where the lexer takes too long, or breaks down."""
    try:
        return _tried(code, language)
    except _TooLong:
        return None


@functools.lru_cache(maxsize=2048)
def _tried(code: str, language: str) -> list[tuple[_TokenType, str]] | None:
    if _slow[language] >= TRIES:
        raise _TooLong  # and not remembered: with the next book, the language has its tries again
    try:
        with _limited():
            return _pieces(code, language)
    except _TooLong:
        _slow[language] += 1
        return None
    except Exception:  # whatever a lexer of some five hundred raises over what it was not made for
        return None


@contextmanager
def _limited() -> Iterator[None]:
    """Raise what ends a lexer once the process has worked long enough; patterns look for signals while they match.

    Only the main thread hears signals: that of a build and of a worker. Elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(_signal: int, _frame: object) -> None:
    raise _TooLong


def _pieces(code: str, language: str) -> list[tuple[_TokenType, str]]:
    """Lex code; lexers of consoles lose a last line without an end, and no lexer may lose a sign."""
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
