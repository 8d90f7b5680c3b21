"""Write the smallest formulas as plain XHTML, which every reading system shows."""

from __future__ import annotations

import functools
from html import escape

from pipeline.markup.maths import symbols
from pipeline.markup.maths.latex import read
from pipeline.markup.maths.tree import Letter, Node, Number, Script, Sign, Word


@functools.lru_cache(maxsize=4096)
def letters(latex: str) -> str | None:
    """Return a letter, a number, or a letter with one simple script as plain XHTML; None for anything else."""
    items = read(latex)[0].items
    if len(items) == 2 and isinstance(items[0], Sign) and items[0].sign == "−" and isinstance(items[1], Number):
        return f"−{_letter(items[1])}"
    if len(items) != 1:
        return None
    item = items[0]
    if not isinstance(item, Script):
        return _letter(item)
    base, script = _letter(item.base), item.sub or item.sup
    if base is None or script is None or item.primes or (item.sub and item.sup) or len(script.items) != 1:
        return None
    raised, tag = _letter(script.items[0]), "sub" if item.sub else "sup"
    return raised and f"{base}<{tag}>{raised}</{tag}>"


def _letter(node: Node) -> str | None:
    if isinstance(node, Letter) and node.font in ("", "roman"):
        upright = node.font == "roman" or (node.name in symbols.GREEK and node.name[0].isupper())
        return node.sign if upright else f"<i>{node.sign}</i>"
    if isinstance(node, Letter) and node.font == "bold" and len(node.name) == 1:
        return f"<b>{node.name}</b>"
    if isinstance(node, Number) and not node.font:
        return node.digits
    return escape(node.words) if isinstance(node, Word) and not node.function else None
