"""Say a formula in words, from its tree and a table of words in the book's language.

Keys of the table are the names of LaTeX commands and of the structures below; values may hold {0} and {1}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from pipeline.markup.maths import symbols
from pipeline.markup.maths.formula_tree import (
    PAIRS,
    Accent,
    Fence,
    Fraction,
    Gap,
    Grid,
    Letter,
    Node,
    Number,
    Phrase,
    Root,
    Row,
    Script,
    Sign,
    Word,
    function_of,
    is_simple,
    paired,
)
from pipeline.markup.maths.latex import read
from pipeline.markup.maths.symbols import NAMED, Words

NAMES: Final = {"|": "absolute", "‖": "norm", "⌊": "floor", "⌈": "ceiling"}
APPLIED: Final = frozenset("fghPE")
"""Letters that, before a parenthesis, are read as functions."""
EXPECTED: Final = frozenset("PE")
"""Those that are before a bracket too: the probability, and the expected value."""


def speak(latex: str, words: Words) -> str:
    """Return a checked formula in words: no signs but commas, points, hyphens, and apostrophes."""
    return heard(row_said(read(latex)[0], words))


def row_said(row: Row, words: Words) -> str:
    """Return a row in words, with all of its pauses, also those that follow one another."""
    return _row(row, _Table(words))


def heard(said: str) -> str:
    """Return words with one pause where several were, and none at the ends."""
    return re.sub(r"\s*,(?:\s*,)*", ",", " ".join(said.split())).strip(" ,")


class _Table(dict[str, str]):
    """A table of words; what it lacks is said by its name."""

    def __missing__(self, key: str) -> str:
        return key.replace("-", " ")


def _row(row: Row, words: Words) -> str:
    return " ".join(filter(None, _parts(_divided(_phrased(paired(row.items), words)), words)))


def _parts(items: Sequence[Node], words: Words) -> list[str]:
    said = []
    for index, item in enumerate(items):
        if not isinstance(item, Fence) or not index or not _applies(items[index - 1], item):
            said.append(_node(item, words))
            continue
        said.append(words["of"].format(_row(item.body, words) if len(item.body.items) <= 3 else _fence(item, words)))
        after = [item for item in items[index + 1 :] if not (isinstance(item, Gap) and item.width < 1)]
        if len(after) > 1 and _applies(*after[:2]):
            said.append(words["times"])
    return said


def _applies(node: Node, fence: Node) -> bool:
    """Tell whether a node is a function, and a fence its argument."""
    if not isinstance(fence, Fence) or fence.opening not in ("(", "["):
        return False
    base = node.base if isinstance(node, Script) else node
    if isinstance(base, Accent) and len(base.body.items) == 1:
        base = base.body.items[0]
    if isinstance(base, Letter):
        return base.name in (APPLIED if fence.opening == "(" else EXPECTED)
    return isinstance(base, Word) and base.function and fence.opening == "("


def _phrased(items: Sequence[Node], words: Words) -> list[Node]:
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
        end = at + 3 if at + 2 < len(items) and _applies(after, items[at + 2]) else at + 2
        if _in_parentheses(items[at - 1]) or _in_parentheses(items[end - 1]):
            start = next((n + 1 for n in range(at - 1, -1, -1) if _bounds(items[n])), 0)
            fraction = Fraction(_bare(items[start:at]), _bare(items[at + 1 : end]), "")
            return _divided([*items[:start], fraction, *items[end:]])
    return items


def _bounds(node: Node) -> bool:
    return (isinstance(node, Sign) and node.role not in ("letter", "postfix")) or (isinstance(node, Gap) and node.width >= 1)


def _in_parentheses(node: Node) -> bool:
    return isinstance(node, Fence) and node.opening == "("


def _bare(items: Sequence[Node]) -> Row:
    only = items[0] if len(items) == 1 else None
    return only.body if isinstance(only, Fence) and _in_parentheses(only) else Row(tuple(items))


def _node(node: Node, words: Words) -> str:
    return _SPEAKERS[type(node)](node, words)


def _letter(node: Letter, words: Words) -> str:
    name = node.name
    if name in symbols.GREEK:
        name = words[name] if name[0].islower() else words["capital-greek"].format(words[name])
    if node.font == "double" and f"double-{node.name}" in words:
        return words[f"double-{node.name}"]
    return words[node.font].format(name) if node.font in ("bold", "double", "script") else name


def _number(node: Number, words: Words) -> str:
    digits = f"0{node.digits}" if node.digits.startswith(".") else node.digits
    return words[node.font].format(digits) if node.font in ("bold", "double") else digits


def _word(node: Word, words: Words) -> str:
    if node.words in symbols.FUNCTIONS:
        return words[node.words]
    named = NAMED.format(node.words)
    return words[named] if named in words else node.words.replace("-", " ")


def _sign(node: Sign, words: Words) -> str:
    if node.role in ("open", "close"):
        name = words[f"{node.role}-parenthesis"] if node.sign in "()" else words[node.role]
        return f", {name},"
    return words["given"] if node.role == "bar" else words[node.name]


def _phrase(node: Phrase, words: Words) -> str:
    said = node.words.replace("%", f" {words['percent']} ").replace("&", f" {words['&']} ")
    return re.sub(r"[^\w\s.,'’-]|_", " ", said)


def _fraction(node: Fraction, words: Words) -> str:
    simple = is_simple(node.top) and is_simple(node.bottom)
    key = "binom" if node.style == "binomial" else "fraction" if simple else "long-fraction"
    return words[key].format(_row(node.top, words), _row(node.bottom, words))


def _root(node: Root, words: Words) -> str:
    body = _row(node.body, words)
    if node.index is not None:
        return words["root"].format(body, _row(node.index, words))
    return words["sqrt" if is_simple(node.body) else "long-sqrt"].format(body)


def _script(node: Script, words: Words) -> str:
    if isinstance(node.base, Sign) and node.base.role in ("sum", "integral"):
        return _large(node.base, node, words)
    if isinstance(node.base, Sign) and node.base.name == "nabla" and node.sub is not None and node.sup is None:
        return words["gradient-over"].format(_row(node.sub, words))
    function = function_of(node)
    said = _named(function, node, words) if function else _base(node.base, words)
    if node.sub is not None and function is None:
        said = words["sub" if is_simple(node.sub) else "long-sub"].format(said, _row(node.sub, words))
    said += f" {words['prime']}" * node.primes
    return said if node.sup is None else _raised(said, node.sup, words)


def _base(node: Node, words: Words) -> str:
    """Say a base so that its end can be heard before the script."""
    return _fence(node, words, script=True) if isinstance(node, Fence) else _node(node, words)


def _large(sign: Sign, node: Script, words: Words) -> str:
    limits = [_row(limit, words) for limit in (node.sub, node.sup) if limit is not None]
    if node.sub is not None and node.sup is not None:
        return words[f"{sign.name}-from"].format(*limits)
    return words[f"{sign.name}-over"].format(*limits) if limits else words[sign.name]


def _named(function: Word, node: Script, words: Words) -> str:
    name = _word(function, words)
    if node.sub is None:
        return name
    key = {"log": "log-base", "lim": "lim-as"}.get(function.words, "function-over" if function.limits else "function-sub")
    return words[key].format(name, _row(node.sub, words))


def _raised(said: str, sup: Row, words: Words) -> str:
    items = sup.items
    only = items[0] if len(items) == 1 else None
    if isinstance(only, Number) and only.digits in ("2", "3") and not only.font:
        return words["squared" if only.digits == "2" else "cubed"].format(said)
    if isinstance(only, Sign):
        return words["transpose"].format(said) if only.name == "top" else f"{said} {_sign(only, words)}"
    if isinstance(only, Letter) and only.name == "T" and only.font == "roman":
        return words["transpose"].format(said)
    if _is_label(items):
        return words["superscript"].format(said, _row(Row(items[1:-1]), words))
    if isinstance(only, Word):
        return words["superscript"].format(said, _row(sup, words))
    return words["power" if is_simple(sup) else "long-power"].format(said, _row(sup, words))


def _is_label(items: Sequence[Node]) -> bool:
    """Tell whether a superscript is in parentheses, as the number of an example is."""
    first, last = (items[0], items[-1]) if len(items) > 2 else (None, None)
    return isinstance(first, Sign) and isinstance(last, Sign) and first.sign == "(" and last.sign == ")"


def _accent(node: Accent, words: Words) -> str:
    return words[node.name].format(_row(node.body, words))


def _fence(node: Fence, words: Words, *, script: bool = False) -> str:
    body = node.body
    if node.opening == "{" and node.closing == "}":
        return words["set"].format(_set(body, words))
    said = _row(body, words)
    name = NAMES.get(node.opening) if PAIRS.get(node.opening) == node.closing else None
    if name is not None:
        return words[name if is_simple(body) and not script else f"long-{name}"].format(said)
    if node.opening == "⟨":
        return words["angle"].format(said)
    if not (node.opening or node.closing) or (len(body.items) == 1 and isinstance(body.items[0], Grid)):
        return said
    return words["parentheses" if node.opening == "(" and node.closing == ")" else "long-brackets"].format(said)


def _set(body: Row, words: Words) -> str:
    items = tuple(
        Phrase(words["such-that"]) if isinstance(item, Sign) and (item.name == "mid" or item.role == "bar") else item for item in body.items
    )
    return _row(Row(items), words)


def _grid(node: Grid, words: Words) -> str:
    line = node.environment == "aligned"
    rows = [(" " if line else ", ").join(_row(cell, words) for cell in row) for row in node.rows]
    if line and len(rows) == 1:
        return rows[0]
    key = "grid-line" if line else "grid-row"
    said = ", ".join(words[key].format(number, row) for number, row in enumerate(rows, start=1))
    if line:
        return f"{said},"
    if node.environment == "cases":
        return f"{words['cases']}, {said}, {words['end-cases']},"
    opening = words["matrix"].format(len(rows), max(map(len, node.rows)))
    return f"{opening}, {said}, {words['end-matrix']},"


_SPEAKERS: Final[dict[type, Callable[[Any, Words], str]]] = {
    Letter: _letter,
    Number: _number,
    Word: _word,
    Sign: _sign,
    Gap: lambda node, words: "," if node.width >= 1 else "",
    Phrase: _phrase,
    Row: _row,
    Fraction: _fraction,
    Root: _root,
    Script: _script,
    Accent: _accent,
    Fence: _fence,
    Grid: _grid,
}
