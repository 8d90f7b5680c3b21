"""Write a formula's tree as MathML, for reading systems or for drawing; the smallest ones as letters.

Both are Presentation MathML 3 (what EPUB 3.3 allows), kept within MathML Core where that suffices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from types import MappingProxyType
from typing import Any, Final

from pipeline.markup.maths import symbols
from pipeline.markup.maths.formula_tree import (
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
    opened,
)
from pipeline.markup.maths.latex import read

NAMESPACE: Final = "http://www.w3.org/1998/Math/MathML"
BINARY: Final = frozenset("+−±∓⋅×÷∪∩∖⋆∘")
TIGHT: Final = frozenset("/.|")
THIN: Final = 1 / 6
MEDIUM: Final = 2 / 9
THICK: Final = 5 / 18


@dataclass(frozen=True, slots=True)
class Style:
    """How a row is set: as a display, in a script, and for whom."""

    display: bool
    drawn: bool
    """Whether ziamath reads it: version 0.13 pads identifiers and has no spaces for some operators."""
    script: bool = False


def mathml(latex: str, *, display: bool, alt: str, parts: Mapping[int, str] = MappingProxyType({})) -> str:
    """Return a checked formula as MathML with its spoken words as `alttext`; ``parts`` are marks of what begins a part, by its number."""
    tree = opened(read(latex)[0])
    block = ' display="block"' if display else ""
    body = _row(tree, Style(display, drawn=False), parts)
    return f'<math xmlns="{NAMESPACE}"{block} alttext="{escape(alt)}">{body}</math>'


def drawing(latex: str, *, display: bool) -> str:
    """Return a checked formula as the MathML that ziamath draws best."""
    tree, _ = read(latex)
    return f'<math display="{"block" if display else "inline"}">{_row(tree, Style(display, drawn=True))}</math>'


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
        return node.sign if _is_upright(node) else f"<i>{node.sign}</i>"
    if isinstance(node, Letter) and node.font == "bold" and len(node.name) == 1:
        return f"<b>{node.name}</b>"
    if isinstance(node, Number) and not node.font:
        return node.digits
    return escape(node.words) if isinstance(node, Word) and not node.function else None


def _is_upright(node: Letter) -> bool:
    return node.font == "roman" or (not node.font and node.name in symbols.GREEK and node.name[0].isupper())


def _row(row: Row, style: Style, marks: Mapping[int, str] = MappingProxyType({})) -> str:
    """Return exactly one element."""
    if marks and len(row.items) == 1 and isinstance(row.items[0], Grid):
        return _grid(row.items[0], style, marks)
    parts = []
    for index in range(len(row.items)):
        first, *others = _spaced(row.items, index, style)
        mark = marks.get(index, "")
        parts += [re.sub(r"^<\w+", rf"\g<0>{mark}", first) if mark else first, *others]
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def _spaced(items: Sequence[Node], index: int, style: Style) -> list[str]:
    """Return a node, with the thin spaces that TeX puts around a function's name."""
    item = items[index]
    before = items[index - 1] if index else None
    after = items[index + 1] if index + 1 < len(items) else None
    parts = [_sign(item, before, after, style) if isinstance(item, Sign) else _WRITERS[type(item)](item, style)]
    if not style.script and (function_of(item) or (style.drawn and _is_large(item))):
        if before is not None and not function_of(before) and _is_ordinary(before, closing=True):
            parts.insert(0, _space(THIN))
        if after is not None and _is_ordinary(after, closing=False):
            parts.append(_space(THIN))
    return parts


def _is_large(node: Node) -> bool:
    """Tell whether a node is a sum, product, or integral: browsers space these, ziamath 0.13 does not."""
    base = node.base if isinstance(node, Script) else node
    return isinstance(base, Sign) and base.role in ("sum", "integral")


def _is_ordinary(node: Node, *, closing: bool) -> bool:
    if isinstance(node, Script):
        return _is_ordinary(node.base, closing=closing)
    if isinstance(node, Sign):
        return node.role in ("letter", "sum", "integral", "bar", "close" if closing else "")
    return not isinstance(node, Gap | (Grid if closing else Fence))


def _text(tag: str, words: str, attributes: str = "") -> str:
    """Return a token element."""
    return f"<{tag}{attributes}>{escape(words, quote=False)}</{tag}>"


def _space(width: float) -> str:
    """Return white space, in em."""
    return f'<mspace width="{_em(width)}"/>'


def _em(width: float) -> str:
    """Return a length."""
    return f"{width:.4f}".rstrip("0").rstrip(".") + "em"


def _sign(node: Sign, before: Node | None, after: Node | None, style: Style) -> str:
    """Return an operator with its form and space, by its neighbors and not by its place in the row."""
    if node.role == "letter" and style.drawn:
        # ziamath 0.13 takes every mi of its operator table for an operator, and spaces it.
        return "<mi>\U0001d715</mi>" if node.name == "partial" else _text("mtext", node.sign)
    if node.role == "letter":
        return _text("mi", node.sign, ' mathvariant="normal"' if node.name in ("nabla", "partial") else "")
    if node.role == "open" or node.role == "close":
        form = "prefix" if node.role == "open" else "postfix"
        return _text("mo", node.sign, f' form="{form}" stretchy="false"')
    if node.role in ("sum", "integral"):
        return _text("mo", node.sign)
    if (before is None and after is None) or node.sign in TIGHT:
        return _text("mo", node.sign, ' lspace="0em" rspace="0em"' + (' stretchy="false"' if node.sign == "|" else ""))
    if node.sign in symbols.UNARY and _opens(before):
        return _text("mo", node.sign, ' form="prefix"' + (' lspace="0em" rspace="0em"' if style.drawn else ""))
    return _text("mo", node.sign, _infix(node, before is None or after is None, style))


def _opens(before: Node | None) -> bool:
    return before is None or (isinstance(before, Sign) and before.role in ("infix", "open", "comma", "prefix"))


def _infix(node: Sign, at_edge: bool, style: Style) -> str:
    stretchy = ' stretchy="false"' if node.sign in "∣→←⇒⇔↦" else ""
    if node.role in ("postfix", "prefix"):
        return f' form="{node.role}" lspace="0em" rspace="0em"'
    if node.role == "comma":
        return f' lspace="0em" rspace="{_em(THIN)}"' if style.drawn else ""
    form = ' form="infix"' if at_edge else ""
    if not style.drawn and node.sign not in ":⟂":
        return form + stretchy
    width = _em(MEDIUM if node.sign in BINARY else THICK)
    return f'{form} lspace="{width}" rspace="{width}"{stretchy}'


def _variable(node: Letter, style: Style) -> str:
    return _text("mi", node.sign, ' mathvariant="normal"' if _is_upright(node) or node.font else "")


def _word(node: Word, style: Style) -> str:
    words = node.words.replace(" ", "\u2009")
    if style.drawn:
        return _text("mtext", words.replace("-", "\u2010"))
    return _text("mi", words, ' mathvariant="normal"' if len(words) == 1 else "")


def _phrase(node: Phrase, style: Style) -> str:
    words = node.words.replace(" ", "\u00a0")
    return _text("mtext", words.replace("-", "\u2010") if style.drawn else words)


def _fraction(node: Fraction, style: Style) -> str:
    inner = replace(style, display=False)
    parts = _row(node.top, inner) + _row(node.bottom, inner)
    if node.style == "binomial":
        return _fenced("(", f'<mfrac linethickness="0">{parts}</mfrac>', ")")
    fraction = f"<mfrac>{parts}</mfrac>"
    if not node.style:
        return fraction
    display = "true" if node.style == "display" else "false"
    return f'<mstyle displaystyle="{display}" scriptlevel="0">{fraction}</mstyle>'


def _root(node: Root, style: Style) -> str:
    body = _row(node.body, style)
    if node.index is None:
        return f"<msqrt>{body}</msqrt>"
    return f"<mroot>{body}{_row(node.index, replace(style, display=False, script=True))}</mroot>"


def _script(node: Script, style: Style) -> str:
    inner = replace(style, display=False, script=True)
    base = _row(node.base, style) if isinstance(node.base, Row) else _spaced((node.base,), 0, style)[0]
    if isinstance(node.base, Sign) and node.base.role not in ("sum", "integral", "letter"):
        base = _sign(node.base, node.base, node.base, style) if node.base.role == "infix" else base
    under = style.display and _has_limits(node.base)
    sub = _row(node.sub, inner) if node.sub else ""
    sup = _superscript(node, inner)
    name = ("m" + ("under" if sub else "") + ("over" if sup else "")) if under else ("m" + ("sub" if sub else "") + ("sup" if sup else ""))
    return f"<{name}>{base}{sub}{sup}</{name}>"


def _has_limits(base: Node) -> bool:
    return (isinstance(base, Word) and base.limits) or (isinstance(base, Sign) and base.role == "sum")


def _superscript(node: Script, style: Style) -> str:
    primes = {0: "", 1: "′", 2: "″", 3: "‴"}.get(node.primes, "′" * node.primes)
    parts = _text("mo", primes, ' lspace="0em" rspace="0em"') if primes else ""
    if node.sup is None:
        return parts
    raised = _row(node.sup, style)
    return f"<mrow>{parts}{raised}</mrow>" if primes else raised


_DRAWN_ACCENTS: Final = {
    ("^", False): "\u02c6", ("^", True): "\u0302", ("~", False): "\u02dc", ("~", True): "\u0303",
    ("‾", True): "\u2015", ("_", True): "\u2015",
}  # fmt: skip
"""Signs that ziamath 0.13 sets close to the letter, or draws as a line; by sign and width."""


def _accent(node: Accent, style: Style) -> str:
    body = _row(node.body, style)
    wide = len(node.body.items) > 1 or node.name in ("overline", "underline")
    stretchy = "true" if wide else "false"
    shown = symbols.ACCENTS[node.name]
    shown = _DRAWN_ACCENTS.get((shown, wide), shown) if style.drawn else shown
    # An accent touches the letter below it: of a bar, nothing is seen at the usual size, and p-bar is read as p.
    apart = node.name == "bar" and not style.drawn
    shown = symbols.ACCENTS["overline"] if apart else shown
    mark = _text("mo", shown, f' lspace="0em" rspace="0em" stretchy="{stretchy}"')
    if node.name == "underline":
        return f'<munder accentunder="true">{body}{mark}</munder>'
    return f'<mover accent="{"false" if apart else "true"}">{body}{mark}</mover>'


def _fenced(opening: str, body: str, closing: str) -> str:
    stretched = ' stretchy="true" fence="true"'
    left = _text("mo", opening, f' form="prefix"{stretched}') if opening else ""
    right = _text("mo", closing, f' form="postfix"{stretched}') if closing else ""
    return f"<mrow>{left}{body}{right}</mrow>"


_GRIDS: Final = {
    "cases": ("{", "", ' columnalign="left left" columnspacing="1em" rowspacing="0.4em"'),
    "pmatrix": ("(", ")", ' columnspacing="0.8em" rowspacing="0.4em"'),
    "bmatrix": ("[", "]", ' columnspacing="0.8em" rowspacing="0.4em"'),
    "aligned": ("", "", ""),
}


def _grid(node: Grid, style: Style, marks: Mapping[int, str] = MappingProxyType({})) -> str:
    opening, closing, attributes = _GRIDS[node.environment]
    columns = max(map(len, node.rows))
    aligned = node.environment == "aligned"
    if aligned:
        sides = " ".join(("right", "left")[nth % 2] for nth in range(columns))
        attributes = f' displaystyle="true" columnalign="{sides}" columnspacing="0em" rowspacing="0.6em"'
    inner = replace(style, display=aligned, script=False)
    left = dict(marks)
    rows = "".join(f"<mtr>{_cells(row, columns, node.environment, inner, left)}</mtr>" for row in node.rows)
    # MathML Core dropped columnalign: the stylesheet aligns by class where the attribute is not heard.
    table = f'<mtable class="{node.environment}"{attributes}>{rows}</mtable>'
    return _fenced(opening, table, closing) if opening else table


def _cells(row: Sequence[Row], columns: int, environment: str, style: Style, marks: dict[int, str]) -> str:
    """Return the cells of a row; ``marks`` count on from its first node, and after it from that of the next."""
    sides = {"cases": ("left", "left"), "aligned": ("right", "left")}.get(environment, ("center", "center"))
    filled = []
    for nth, cell in enumerate(row):
        filled.append(f'<mtd class="{sides[nth % 2]}">{_row(cell, style, marks)}</mtd>')
        ahead = {n - len(cell.items): mark for n, mark in marks.items()}
        marks.clear()
        marks.update(ahead)
    return "".join(filled) + "<mtd><mrow></mrow></mtd>" * (columns - len(row))


_WRITERS: Final[dict[type, Callable[[Any, Style], str]]] = {
    Letter: _variable,
    Number: lambda node, style: _text("mn", node.sign),
    Word: _word,
    Gap: lambda node, style: _space(node.width),
    Phrase: _phrase,
    Row: _row,
    Fraction: _fraction,
    Root: _root,
    Script: _script,
    Accent: _accent,
    Fence: lambda node, style: _fenced(node.opening, _row(node.body, style), node.closing),
    Grid: _grid,
}
