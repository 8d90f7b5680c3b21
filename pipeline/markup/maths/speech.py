"""Say a formula in words, from its tree and a table of words in the book's language.

Keys of the table are the names of LaTeX commands and of the structures below; values may hold {0} and {1}.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pipeline.markup.maths import symbols
from pipeline.markup.maths.latex import read
from pipeline.markup.maths.tree import (
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
)

STRUCTURES: Final = frozenset(
    {
        "fraction", "long-fraction", "binom", "sqrt", "long-sqrt", "root", "sub", "long-sub",
        "superscript", "squared", "cubed", "power", "long-power", "transpose", "sum-over",
        "sum-from", "prod-over", "prod-from", "int-over", "int-from", "function-over",
        "function-sub", "log-base", "lim-as", "gradient-over", "of", "parentheses",
        "open-parenthesis", "close-parenthesis", "long-brackets", "set", "absolute",
        "long-absolute", "norm", "long-norm", "floor", "long-floor", "ceiling", "long-ceiling",
        "angle", "bold", "script", "double", "double-N", "double-Z", "double-Q", "double-R",
        "double-C", "capital-greek", "given", "such-that", "cases", "matrix", "grid-row",
        "grid-line", "end-cases", "end-matrix", "percent", "open", "close",
    }
)  # fmt: skip
WORDS: Final = STRUCTURES | {
    *symbols.GREEK,
    *(name for name, (_, role) in symbols.SIGNS.items() if role not in ("open", "close")),
    *symbols.FUNCTIONS,
    *symbols.ACCENTS,
    *(name for _, role, name in symbols.CHARACTERS.values() if role not in ("open", "close", "bar")),
}  # fmt: skip
"""Every key that a table of spoken words must have."""
APPLIED: Final = frozenset("fghPE")
"""Letters that, before a parenthesis, are read as functions."""
PAIRS: Final = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}
NAMES: Final = {"|": "absolute", "‖": "norm", "⌊": "floor", "⌈": "ceiling"}

Words = Mapping[str, str]


def missing_words(words: Words) -> tuple[str, ...]:
    """Return the keys a table lacks, in order."""
    return tuple(sorted(WORDS - words.keys()))


def speak(latex: str, words: Words) -> str:
    """Return a checked formula in words: no signs but commas, points, hyphens, and apostrophes."""
    return _speak_remembered(latex, _Table(words))


class _Table(dict[str, str]):
    """A table of words that can be a key itself, by identity of its content."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash((len(self), self.get("of"), self.get("plus")))

    def __missing__(self, key: str) -> str:
        return key.replace("-", " ")


@functools.lru_cache(maxsize=8192)
def _speak_remembered(latex: str, words: _Table) -> str:
    said = _row(read(latex)[0], words)
    said = re.sub(r"\s*,(?:\s*,)*", ",", " ".join(said.split()))
    return said.strip(" ,")


def _row(row: Row, words: Words) -> str:
    return " ".join(filter(None, _parts(_paired(row.items), words)))


def _paired(items: Sequence[Node]) -> tuple[Node, ...]:
    """Put each pair of delimiters and what is between them into one node."""
    paired: list[Node] = []
    openings: list[tuple[int, Sign]] = []
    for item in items:
        sign = item.base if isinstance(item, Script) else item
        if isinstance(sign, Sign) and _closes(sign, openings):
            start, opening = openings.pop()
            fence = Fence(opening.sign, sign.sign, Row(tuple(paired[start + 1 :])))
            node: Node = Script(fence, item.sub, item.sup, item.primes) if isinstance(item, Script) else fence
            paired[start:] = [node]
            continue
        if isinstance(item, Sign) and (item.role == "open" or (item.role == "bar" and _begins(paired))):
            openings.append((len(paired), item))
        paired.append(item)
    return tuple(paired)


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
        isinstance(last, Word | Script) and _function(last) is not None
    )  # fmt: skip


def _parts(items: Sequence[Node], words: Words) -> list[str]:
    said = []
    for index, item in enumerate(items):
        before = items[index - 1] if index else None
        if isinstance(item, Fence) and item.opening == "(" and before is not None and _applies(before):
            key = "of" if len(item.body.items) <= 3 else "parentheses"
            inner = _row(item.body, words)
            said.append(words["of"].format(inner) if key == "of" else words["of"].format(_fence(item, words)))
        else:
            said.append(_node(item, words))
    return said


def _applies(node: Node) -> bool:
    base = node.base if isinstance(node, Script) else node
    if isinstance(base, Accent) and len(base.body.items) == 1:
        base = base.body.items[0]
    return (isinstance(base, Word) and base.function) or (isinstance(base, Letter) and base.name in APPLIED)


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
    return words[node.words] if node.words in symbols.FUNCTIONS else node.words.replace("-", " ")


def _sign(node: Sign, words: Words) -> str:
    if node.role in ("open", "close"):
        name = words[f"{node.role}-parenthesis"] if node.sign in "()" else words[node.role]
        return f", {name},"
    return words["given"] if node.role == "bar" else words[node.name]


def _phrase(node: Phrase, words: Words) -> str:
    said = node.words.replace("%", f" {words['percent']} ").replace("&", f" {words['&']} ")
    return re.sub(r"[^\w\s.,'’-]|_", " ", said)


def _fraction(node: Fraction, words: Words) -> str:
    simple = _is_simple(node.top) and _is_simple(node.bottom)
    key = "binom" if node.style == "binomial" else "fraction" if simple else "long-fraction"
    return words[key].format(_row(node.top, words), _row(node.bottom, words))


def _is_simple(row: Row) -> bool:
    """Tell whether a row is over when one hears its next word."""
    items = [item for item in row.items if not isinstance(item, Gap)]
    if len(items) == 2 and isinstance(items[0], Sign) and items[0].sign == "−":
        items = items[1:]
    if len(items) != 1:
        return False
    item = items[0]
    if isinstance(item, Script):
        return not item.sup and isinstance(item.base, Letter | Word) and (item.sub is None or _is_simple(item.sub))
    if isinstance(item, Accent):
        return _is_simple(item.body)
    return isinstance(item, Letter | Number | Word | Phrase) or (isinstance(item, Sign) and item.role == "letter")


def _root(node: Root, words: Words) -> str:
    body = _row(node.body, words)
    if node.index is not None:
        return words["root"].format(body, _row(node.index, words))
    return words["sqrt" if _is_simple(node.body) else "long-sqrt"].format(body)


def _script(node: Script, words: Words) -> str:
    if isinstance(node.base, Sign) and node.base.role in ("sum", "integral"):
        return _large(node.base, node, words)
    if isinstance(node.base, Sign) and node.base.name == "nabla" and node.sub is not None and node.sup is None:
        return words["gradient-over"].format(_row(node.sub, words))
    function = _function(node)
    said = _named(function, node, words) if function else _base(node.base, words)
    if node.sub is not None and function is None:
        said = words["sub" if _is_simple(node.sub) else "long-sub"].format(said, _row(node.sub, words))
    said += f" {words['prime']}" * node.primes
    return said if node.sup is None else _raised(said, node.sup, words)


def _base(node: Node, words: Words) -> str:
    """Say a base so that its end can be heard before the script."""
    return _fence(node, words, script=True) if isinstance(node, Fence) else _node(node, words)


def _function(node: Node) -> Word | None:
    base = node.base if isinstance(node, Script) else node
    return base if isinstance(base, Word) and base.function else None


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
    return words["power" if _is_simple(sup) else "long-power"].format(said, _row(sup, words))


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
        return words[name if _is_simple(body) and not script else f"long-{name}"].format(said)
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
    Gap: lambda node, words: "",
    Phrase: _phrase,
    Row: _row,
    Fraction: _fraction,
    Root: _root,
    Script: _script,
    Accent: _accent,
    Fence: _fence,
    Grid: _grid,
}
