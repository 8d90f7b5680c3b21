"""Write a text as an XHTML fragment for paged or reflowable media."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from markdown_it.token import Token

from pipeline.markup import code, maths
from pipeline.markup.plain import words_of
from pipeline.markup.target import Setting, Target
from pipeline.markup.text import Formula, Text


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
    in_head: bool = False

    def anchor(self, kind: str, number: int) -> str:
        """Return an id of this fragment."""
        return f"{self.target.scope}-{kind}{number}"


def to_xhtml(text: Text, target: Target) -> str:
    """Return a text as a well-formed XHTML fragment; the prefix `epub` is bound by its surroundings."""
    writer = Writer(text, target)
    for index, token in enumerate(text.tokens):
        write = _BLOCKS.get(token.type)
        if write is not None:
            write(writer, text.tokens, index)
    _write_notes(writer)
    return "".join(writer.out)


def inline_xhtml(text: Text, target: Target) -> str:
    """Return the words of a text as XHTML without any block around them."""
    writer = Writer(text, target)
    paragraphs = [token.children or [] for token in text.tokens if token.type == "inline"]
    for nth, children in enumerate(paragraphs):
        if nth:
            writer.out.append(" ")
        _write_children(writer, children)
    _write_notes(writer)
    return "".join(writer.out)


def _write_children(writer: Writer, children: Sequence[Token]) -> None:
    for index, child in enumerate(children):
        write = _INLINES.get(child.type)
        if write is not None:
            write(writer, children, index)


def _write_notes(writer: Writer) -> None:
    if not writer.notes:
        return
    writer.out.append('<section class="footnotes">\n')
    for number, token in writer.notes:
        printed = writer.target.first_note + number - 1
        back = escape(writer.target.labels.get("back_to_text", ""))
        spoken = f' aria-label="{back}"' if back else ""
        writer.out.append(
            f'<aside epub:type="footnote" role="doc-footnote" id="{writer.anchor("fn", number)}">'
            f'<p><a role="doc-backlink" href="#{writer.anchor("fnref", number)}"{spoken}>{printed}</a> '
        )
        _write_children(writer, token.children or [])
        writer.out.append("</p></aside>\n")
    writer.out.append("</section>\n")


# Blocks: (writer, tokens, index)


def _tag(name: str, end: str = "\n") -> Callable[[Writer, Sequence[Token], int], None]:
    return lambda writer, tokens, index: writer.out.append(f"<{name}>{end}")


def _paragraph(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    if not tokens[index].hidden:
        writer.out.append("<p>" if tokens[index].nesting > 0 else "</p>\n")


def _inline(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    _write_children(writer, tokens[index].children or [])


def _heading(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    level = min(int(token.tag[1]) - 2 + writer.target.level, 6)
    if token.nesting < 0:
        writer.out.append(f"</h{max(level, 1)}>\n")
        return
    writer.headings += 1
    writer.out.append(f'<h{max(level, 1)} id="{writer.anchor("h", writer.headings)}">')


def _ordered(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    start = int(tokens[index].attrs.get("start", 1))
    writer.out.append("<ol>\n" if start == 1 else f'<ol start="{start}">\n')


def _fence(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    writer.out.append(code.block(token.content, token.info.strip()) + "\n")


def _display(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if token.meta.get("refused"):
        writer.out.append(code.block(token.content, "text") + "\n")
    else:
        writer.out.append(f'<div class="equation">{_formula(writer, token.meta["formula"])}</div>\n')


def _placement(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    meta = (tokens[index].children or [])[0].meta
    place = writer.target.figure if meta["kind"] == "figure" else writer.target.box
    writer.out.append(place(meta["id"]) + "\n")


def _admonition(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    kind = token.meta["tag"] if str(token.meta["tag"]).isalnum() else "note"
    titled = tokens[index + 1].type == "admonition_title_open"
    label = escape(writer.target.labels.get(kind, kind))
    title = escape(words_of(tokens[index + 2].children or ())) if titled else label
    writer.out.append(f'<aside class="admonition {escape(kind)}" aria-label="{title}">\n')
    if not titled:
        writer.out.append(f'<p class="admonition-title">{label}</p>\n')


def _table(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    caption = tokens[index].meta.get("caption")
    if caption is None:
        writer.out.append("<table>\n")
        return
    writer.tables += 1
    label = escape(writer.target.table_label(writer.tables))
    opening = f'<table id="{writer.anchor("t", writer.tables)}">\n<caption><span class="label">{label}</span> '
    writer.out.append(opening)
    _write_children(writer, caption.children or [])
    writer.out.append("</caption>\n")


def _cell(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if token.nesting < 0:
        writer.out.append(f"</{token.tag if writer.in_head else 'td'}>")
        return
    align = token.meta.get("align", "left")
    # A head cell without words is no head for anybody who listens.
    writer.in_head = token.tag == "th" and bool(tokens[index + 1].content)
    scope = '<th scope="col"' if writer.in_head else "<td"
    writer.out.append(f'{scope} class="{align}">')


# What stands in a paragraph: (writer, children, index)


def _words(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(escape(children[index].content, quote=False))


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
        writer.out.append(writer.target.link(token.meta["reference"]))
    else:
        writer.out.append(escape(token.content, quote=False))


def _value(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(escape(writer.target.value(children[index].meta["id"]), quote=False))


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
        printed = writer.target.first_note + number - 1
        back = writer.anchor("fnref", number)
        anchor = f'<a epub:type="noteref" role="doc-noteref" href="#{place}" id="{back}">{printed}</a>'
        writer.out.append(anchor)
        return
    writer.out.append(f'<span class="footnote" role="doc-footnote" id="{place}">')
    _write_children(writer, token.children or [])
    writer.out.append("</span>")


def _inline_formula(writer: Writer, children: Sequence[Token], index: int) -> None:
    token = children[index]
    before, after = escape(token.meta["before"], quote=False), escape(token.meta["after"], quote=False)
    if token.meta.get("refused"):
        writer.out.append(f"{before}<code>{escape(token.content, quote=False)}</code>{after}")
        return
    shown = _formula(writer, token.meta["formula"])
    held = (before or after) and shown.startswith(("<img", "<math"))
    writer.out.append(f'<span class="nobreak">{before}{shown}{after}</span>' if held else f"{before}{shown}{after}")


def _formula(writer: Writer, formula: Formula) -> str:
    target = writer.target
    if target.medium == "paged":
        spoken = formula.alt or maths.speak(formula.latex, target.spoken)
        return image(target.formula(formula), spoken, display=formula.display)
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


def _elements(tags: Mapping[str, str]) -> dict[str, Callable[[Writer, Sequence[Token], int], None]]:
    """Return the writers of blocks that become one element each, by their token and tag."""
    writers = {}
    for token, tag in tags.items():
        writers[f"{token}_open"] = _tag(tag, "" if tag in ("li", "dt", "dd", "tr") else "\n")
        writers[f"{token}_close"] = _tag(f"/{tag}")
    return writers


_ELEMENTS: Final = {
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "dl": "dl",
    "dt": "dt",
    "dd": "dd",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "admonition": "aside",
}
_BLOCKS: Final[dict[str, Callable[[Writer, Sequence[Token], int], None]]] = {
    **_elements(_ELEMENTS),
    "ordered_list_open": _ordered,
    "paragraph_open": _paragraph,
    "paragraph_close": _paragraph,
    "heading_open": _heading,
    "heading_close": _heading,
    "inline": _inline,
    "fence": _fence,
    "code_block": _fence,
    "hr": _tag("hr/"),
    "formula_block": _display,
    "placement": _placement,
    "admonition_open": _admonition,
    "admonition_title_open": _tag('p class="admonition-title"', ""),
    "admonition_title_close": _tag("/p"),
    "table_open": _table,
    "th_open": _cell,
    "th_close": _cell,
    "td_open": _cell,
    "td_close": _cell,
}
_INLINES: Final[dict[str, Callable[[Writer, Sequence[Token], int], None]]] = {
    "text": _words,
    "softbreak": lambda writer, children, index: writer.out.append("\n"),
    "hardbreak": _tag("br/"),
    "em_open": _tag("em", ""),
    "em_close": _tag("/em", ""),
    "strong_open": _tag("strong", ""),
    "strong_close": _tag("/strong", ""),
    "code_inline": _inline_code,
    "link_open": _link,
    "link_close": _link_end,
    "reference": _reference,
    "value": _value,
    "mark_open": _mark,
    "mark_close": _tag("/span", ""),
    "note": _note,
    "formula": _inline_formula,
}
