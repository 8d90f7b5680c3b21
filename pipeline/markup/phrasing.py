"""Write what stands within a paragraph as XHTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from markdown_it.token import Token

from pipeline.markup import maths
from pipeline.markup.text import Formula, Setting, Target, Text, words_of

RANGE: Final = re.compile(r"\d+(?:[.,]\d+)*–\d+(?:[.,]\d+)*")
"""A range of numbers, which a line may not end in: what stands before its dash would be read as a number by itself."""


@dataclass(slots=True)
class Writer:
    """What has been written so far, and the numbers that count on."""

    text: Text
    target: Target
    out: list[str] = field(default_factory=list)
    headings: int = 0
    tables: int = 0
    addresses: int = 0
    notes: list[tuple[int, Token]] = field(default_factory=list)
    """Footnotes of reflowable media that are still to be written at the end."""
    cell: str = "td"
    """Element of the table's cell that is being written."""
    heads_rows: bool = False
    """Whether the first column of the table heads its rows."""

    def anchor(self, kind: str, number: int) -> str:
        """Return an id of this fragment."""
        return f"{self.target.scope}-{kind}{number}"


def write_children(writer: Writer, children: Sequence[Token]) -> None:
    """Write the inline tokens of a paragraph."""
    for index, child in enumerate(children):
        write = _INLINES.get(child.type)
        if write is not None:
            write(writer, children, index)


def tag(name: str, end: str = "\n") -> Callable[[Writer, Sequence[Token], int], None]:
    """Return a writer of one tag."""
    return lambda writer, tokens, index: writer.out.append(f"<{name}>{end}")


def _words(writer: Writer, children: Sequence[Token], index: int) -> None:
    words = escape(children[index].content, quote=False)
    writer.out.append(RANGE.sub(r'<span class="nobreak">\g<0></span>', words))


def _inline_code(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(f"<code>{escape(children[index].content, quote=False)}</code>")


def _link(writer: Writer, children: Sequence[Token], index: int) -> None:
    token = children[index]
    if not token.meta.get("refused"):
        writer.out.append(f'<a href="{escape(str(token.attrs["href"]))}">')


def _link_end(writer: Writer, children: Sequence[Token], index: int) -> None:
    opening = _opening(children, index)
    if children[opening].meta.get("refused"):
        return
    writer.out.append("</a>")
    address = str(children[opening].attrs["href"])
    said = words_of(children[opening + 1 : index])
    if writer.target.medium == "paged" and said not in (address, address.removeprefix("mailto:")):
        writer.addresses += 1
        place = writer.anchor("url", writer.addresses)
        shown = escape(address.removeprefix("mailto:"), quote=False)
        writer.out.append(f'<span class="footnote" role="doc-footnote" id="{place}">{shown}</span>')


def _opening(children: Sequence[Token], index: int) -> int:
    while children[index].type != "link_open":
        index -= 1
    return index


def _reference(writer: Writer, children: Sequence[Token], index: int) -> None:
    token = children[index]
    if "reference" in token.meta:
        writer.out.append(writer.target.shown[token.meta["reference"]])
    else:
        writer.out.append(escape(token.content, quote=False))


def _value(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(escape(writer.target.shown[children[index].meta["reference"]], quote=False))


def _mark(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(f'<span class="index" id="{writer.anchor("i", children[index].meta["number"])}">')


def _note(writer: Writer, children: Sequence[Token], index: int) -> None:
    meta = children[index].meta
    number = meta.get("number")
    if number is None:
        return
    token = writer.text.notes[meta["label"]]
    place = writer.anchor("fn", number)
    if writer.target.medium == "reflow":
        writer.notes.append((number, token))
        back = writer.anchor("fnref", number)
        writer.out.append(f'<a epub:type="noteref" role="doc-noteref" href="#{place}" id="{back}">{number}</a>')
        return
    writer.out.append(f'<span class="footnote" role="doc-footnote" id="{place}">')
    write_children(writer, token.children or [])
    writer.out.append("</span>")


def _inline_formula(writer: Writer, children: Sequence[Token], index: int) -> None:
    token = children[index]
    before, after = escape(token.meta["before"], quote=False), escape(token.meta["after"], quote=False)
    if token.meta.get("refused"):
        writer.out.append(f"{before}<code>{escape(token.content, quote=False)}</code>{after}")
        return
    shown = set_formula(writer, token.meta["formula"])
    held = (before or after) and shown.startswith(("<img", "<math"))
    writer.out.append(f'<span class="nobreak">{before}{shown}{after}</span>' if held else f"{before}{shown}{after}")


def set_formula(writer: Writer, formula: Formula) -> str:
    """Return a formula as an image, as MathML, or as plain letters."""
    target = writer.target
    if target.medium == "paged":
        spoken = formula.alt or maths.speak(formula.latex, target.spoken)
        return image(target.drawings[formula], spoken, display=formula.display)
    letters = None if formula.display or formula.alt else maths.letters(formula.latex)
    if letters is not None:
        return letters
    spoken = formula.alt or maths.speak(formula.latex, target.spoken)
    return maths.mathml(formula.latex, display=formula.display, alt=spoken)


def image(setting: Setting, spoken: str, *, display: bool) -> str:
    """Return the image of a formula, sized in em so that it follows the type."""
    style = f"height:{_em(setting.height)};width:{_em(setting.width)}"
    if not display:
        style += f";vertical-align:{_em(-setting.depth)}"
    source = f"guidepress:{setting.name}"
    return f'<img class="math" role="math" alt="{escape(spoken)}" src="{source}" style="{style}"/>'


def _em(value: float) -> str:
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".") + "em"


_INLINES: Final[dict[str, Callable[[Writer, Sequence[Token], int], None]]] = {
    "text": _words,
    "softbreak": lambda writer, children, index: writer.out.append("\n"),
    "hardbreak": tag("br/"),
    "em_open": tag("em", ""),
    "em_close": tag("/em", ""),
    "strong_open": tag("strong", ""),
    "strong_close": tag("/strong", ""),
    "code_inline": _inline_code,
    "link_open": _link,
    "link_close": _link_end,
    "reference": _reference,
    "value": _value,
    "mark_open": _mark,
    "mark_close": tag("/span", ""),
    "note": _note,
    "formula": _inline_formula,
}
