"""Read the style sheets of a theme: they parse, name no address, and use tokens that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import tinycss2

from pipeline import source, theme
from pipeline.diagnostics import Diagnostic, Place, nearest
from pipeline.load.reading import Reading
from pipeline.source import SourceFault, is_stray

SHEETS: Final = ("paged.css", "reflow.css", "editions/*.css")
LEADING_OUT: Final = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element"})
"""Functions of CSS that fetch something."""
REFUSED: Final = {
    "import": "write what it holds into this file",
    "namespace": "delete it",
    "charset": "delete it: style sheets are UTF-8",
    "font-face": "name fonts in theme.yaml",
}
"""At-rules that a theme's style sheet may not have, and what to do."""


def sheets(reading: Reading, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the style sheets of a theme by their names, such as ``editions/compact``; faults are noted."""
    paths = sorted({path for pattern in SHEETS for path in folder.glob(pattern) if not is_stray(path.relative_to(folder))})
    for path in paths:
        text = _text(reading, path)
        if text is not None:
            reading.faults += _faults(text, reading.shown(path))
            yield path.relative_to(folder).with_suffix("").as_posix(), text
    for path in sorted(folder.rglob("*.css")):
        if path not in paths and not is_stray(path.relative_to(folder)):
            hint = "name it paged.css, reflow.css, or editions/<id>.css"
            reading.faults.append(Diagnostic("B113", "this file is not read", Place(reading.shown(path)), hint, "warning"))


def _text(reading: Reading, path: Path) -> str | None:
    if not reading.inside(path):
        return None
    try:
        return source.text(path, reading.shown(path))
    except SourceFault as fault:
        reading.faults.append(fault.diagnostic)
        return None


@lru_cache(maxsize=64)
def _faults(css: str, path: str) -> tuple[Diagnostic, ...]:
    lines = css.split("\n")
    found = [*_syntax(css), *_tokens(css)]
    return tuple(
        Diagnostic(code, message, Place(path, line, column), hint, line_text=lines[min(line, len(lines)) - 1])
        for code, message, line, column, hint in found
    )


Found = Iterator[tuple[str, str, int, int, str]]
"""Code, message, line, column, and hint."""


def _syntax(css: str) -> Found:
    for node in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        yield from _rule(node)


def _rule(node: Any) -> Found:
    if node.type == "error":
        yield _broken(node)
        return
    if node.type == "at-rule" and node.lower_at_keyword in REFUSED:
        code = "T111" if node.lower_at_keyword in ("import", "namespace") else "T110"
        message = f"a theme's style sheet may not hold @{node.lower_at_keyword}"
        yield code, message, node.source_line, node.source_column, REFUSED[node.lower_at_keyword]
        return
    yield from _values(node.prelude)
    if node.content is not None:
        for inner in tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True):
            yield from _values(inner.value) if inner.type == "declaration" else _rule(inner)


def _values(nodes: Iterable[Any]) -> Found:
    """Look through the values of a declaration, or of what stands before a block."""
    for node in nodes:
        if node.type == "error":
            yield _broken(node)
        elif node.type == "url" or (node.type == "function" and node.lower_name in LEADING_OUT):
            yield "T111", "an address in a style sheet", node.source_line, node.source_column, "delete it: a look has no files but its own"
        else:
            yield from _values(getattr(node, "arguments", None) or getattr(node, "content", None) or ())


def _broken(node: Any) -> tuple[str, str, int, int, str]:
    return "T110", f"not CSS: {node.message.rstrip('.')}", node.source_line, node.source_column, "mend the rule here, or above"


def _tokens(css: str) -> Found:
    known = theme.token_names()
    for found in theme.unknown(css, known):
        before = css[: found.start()]
        line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
        yield "T112", f"no token '--{found[1]}'", line, column, nearest(f"--{found[1]}", [f"--{name}" for name in known])
