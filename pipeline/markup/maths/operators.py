"""Write operators as MathML, with the form and the space they have in TeX."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from pipeline.markup.maths import symbols
from pipeline.markup.maths.formula_tree import Node, Sign

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


def text(tag: str, words: str, attributes: str = "") -> str:
    """Return a token element."""
    return f"<{tag}{attributes}>{escape(words, quote=False)}</{tag}>"


def space(width: float) -> str:
    """Return white space, in em."""
    return f'<mspace width="{em(width)}"/>'


def em(width: float) -> str:
    """Return a length."""
    return f"{width:.4f}".rstrip("0").rstrip(".") + "em"


def sign(node: Sign, before: Node | None, after: Node | None, style: Style) -> str:
    """Return an operator with its form and space, by its neighbors and not by its place in the row."""
    if node.role == "letter" and style.drawn:
        # ziamath 0.13 takes every mi of its operator table for an operator, and spaces it.
        return "<mi>\U0001d715</mi>" if node.name == "partial" else text("mtext", node.sign)
    if node.role == "letter":
        return text("mi", node.sign, ' mathvariant="normal"' if node.name in ("nabla", "partial") else "")
    if node.role == "open" or node.role == "close":
        form = "prefix" if node.role == "open" else "postfix"
        return text("mo", node.sign, f' form="{form}" stretchy="false"')
    if node.role in ("sum", "integral"):
        return text("mo", node.sign)
    if (before is None and after is None) or node.sign in TIGHT:
        return text("mo", node.sign, ' lspace="0em" rspace="0em"' + (' stretchy="false"' if node.sign == "|" else ""))
    if node.sign in symbols.UNARY and _opens(before):
        return text("mo", node.sign, ' form="prefix"' + (' lspace="0em" rspace="0em"' if style.drawn else ""))
    return text("mo", node.sign, _infix(node, before is None or after is None, style))


def _opens(before: Node | None) -> bool:
    return before is None or (isinstance(before, Sign) and before.role in ("infix", "open", "comma", "prefix"))


def _infix(node: Sign, at_edge: bool, style: Style) -> str:
    stretchy = ' stretchy="false"' if node.sign in "∣→←⇒⇔↦" else ""
    if node.role in ("postfix", "prefix"):
        return f' form="{node.role}" lspace="0em" rspace="0em"'
    if node.role == "comma":
        return f' lspace="0em" rspace="{em(THIN)}"' if style.drawn else ""
    form = ' form="infix"' if at_edge else ""
    if not style.drawn and node.sign not in ":⟂":
        return form + stretchy
    width = em(MEDIUM if node.sign in BINARY else THICK)
    return f'{form} lspace="{width}" rspace="{width}"{stretchy}'
