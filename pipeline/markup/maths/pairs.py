"""Find which delimiters belong together where a formula does not say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.markup.maths.tree import Fence, Gap, Node, Row, Script, Sign, Word

PAIRS: Final = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}


def paired(items: Sequence[Node]) -> tuple[Node, ...]:
    """Put each pair of delimiters and what is between them into one node."""
    found: list[Node] = []
    openings: list[tuple[int, Sign]] = []
    for item in items:
        sign = item.base if isinstance(item, Script) else item
        if isinstance(sign, Sign) and _closes(sign, openings):
            start, opening = openings.pop()
            fence = Fence(opening.sign, sign.sign, Row(tuple(found[start + 1 :])))
            node: Node = Script(fence, item.sub, item.sup, item.primes) if isinstance(item, Script) else fence
            found[start:] = [node]
            continue
        if isinstance(item, Sign) and (item.role == "open" or (item.role == "bar" and _begins(found))):
            openings.append((len(found), item))
        found.append(item)
    return tuple(found)


def _closes(sign: Sign, openings: Sequence[tuple[int, Sign]]) -> bool:
    if not openings or sign.role not in ("close", "bar"):
        return False
    opening = openings[-1][1]
    if "bar" in (sign.role, opening.role):
        return sign.role == opening.role
    return PAIRS.get(opening.sign) == sign.sign or {opening.sign, sign.sign} <= set("()[]")


def _begins(before: Sequence[Node]) -> bool:
    last = before[-1] if before else None
    if isinstance(last, Gap):
        return _begins(before[:-1])
    return last is None or (isinstance(last, Sign) and last.role in ("infix", "open", "comma", "sum", "prefix")) or (
        isinstance(last, Word | Script) and function_of(last) is not None
    )  # fmt: skip


def function_of(node: Node) -> Word | None:
    """Return the function a node names, with or without scripts."""
    base = node.base if isinstance(node, Script) else node
    return base if isinstance(base, Word) and base.function else None
