"""Prepare a row of a formula to be said: names for runs of letters, and fractions that are written in a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.markup.maths.formula_tree import Accent, Fence, Fraction, Gap, Letter, Node, Phrase, Row, Script, Sign, Word
from pipeline.markup.maths.symbols import NAMED, Words

APPLIED: Final = frozenset("fghPE")
"""Letters that, before a parenthesis, are read as functions."""
EXPECTED: Final = frozenset("PE")
"""Those that are before a bracket too: the probability, and the expected value."""


def prepared(items: Sequence[Node], words: Words) -> tuple[Node, ...]:
    """Return the items of a row, delimiters paired, as they are said."""
    return tuple(_divided(_named(items, words)))


def applies(node: Node, fence: Node) -> bool:
    """Tell whether a node is a function, and a fence its argument."""
    if not isinstance(fence, Fence) or fence.opening not in ("(", "["):
        return False
    base = node.base if isinstance(node, Script) else node
    if isinstance(base, Accent) and len(base.body.items) == 1:
        base = base.body.items[0]
    if isinstance(base, Letter):
        return base.name in (APPLIED if fence.opening == "(" else EXPECTED)
    return isinstance(base, Word) and base.function and fence.opening == "("


def _named(items: Sequence[Node], words: Words) -> list[Node]:
    """Put one phrase in the place of letters that have a name together."""
    said: list[Node] = []
    start = 0
    while start < len(items):
        end = _run_end(items, start)
        last = items[end - 1] if end > start else None
        letters = "".join(_letters(item) for item in items[start:end])
        if last is not None and (key := NAMED.format(letters)) in words:
            phrase = Phrase(words[key])
            said.append(replace(last, base=phrase) if isinstance(last, Script) else phrase)
        else:
            end = max(end, start + 1)
            said += items[start:end]
        start = end
    return said


def _run_end(items: Sequence[Node], start: int) -> int:
    """Return where letters that stand side by side end; a script ends them."""
    end = start
    while end < len(items) and _letters(items[end]):
        end += 1
        if isinstance(items[end - 1], Script):
            break
    return end


def _letters(node: Node) -> str:
    base = node.base if isinstance(node, Script) else node
    if isinstance(base, Letter) and base.font in ("", "roman") and base.name.isascii() and len(base.name) == 1:
        return base.name
    if isinstance(base, Word) and not base.function:
        return base.words
    return base.words if isinstance(base, Phrase) and base.words.isalpha() else ""


def _divided(items: list[Node]) -> list[Node]:
    """Put a fraction in the place of a slash with parentheses beside it: where these begin cannot be heard."""
    for at in range(1, len(items) - 1):
        slash, after = items[at], items[at + 1]
        if not (isinstance(slash, Sign) and slash.sign == "/"):
            continue
        end = at + 3 if at + 2 < len(items) and applies(after, items[at + 2]) else at + 2
        if _in_parentheses(items[at - 1]) or _in_parentheses(items[end - 1]):
            start = next((n + 1 for n in range(at - 1, -1, -1) if _parts(items[n])), 0)
            fraction = Fraction(_row(items[start:at]), _row(items[at + 1 : end]), "")
            return _divided([*items[:start], fraction, *items[end:]])
    return items


def _parts(node: Node) -> bool:
    return (isinstance(node, Sign) and node.role not in ("letter", "postfix")) or (isinstance(node, Gap) and node.width >= 1)


def _in_parentheses(node: Node) -> bool:
    return isinstance(node, Fence) and node.opening == "("


def _row(items: Sequence[Node]) -> Row:
    only = items[0] if len(items) == 1 else None
    return only.body if isinstance(only, Fence) and _in_parentheses(only) else Row(tuple(items))
