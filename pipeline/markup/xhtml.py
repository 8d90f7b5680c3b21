"""Write a text as an XHTML fragment for paged or reflowable media."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from markdown_it.token import Token

from pipeline.markup.formula_xhtml import set_formula
from pipeline.markup.highlight import block, language_of
from pipeline.markup.text import Target, Text, words_of

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


Write = Callable[[Writer, Sequence[Token], int], None]
"""Writes one token of a sequence."""


def to_xhtml(text: Text, target: Target) -> str:
    """Return a text as a well-formed XHTML fragment; the prefix `epub` is bound by its surroundings."""
    writer = Writer(text, target)
    _write(writer, text.tokens, _BLOCKS)
    _write_notes(writer)
    return "".join(writer.out)


def inline_xhtml(text: Text, target: Target) -> str:
    """Return the words of a text as XHTML without any block around them."""
    writer = Writer(text, target)
    for nth, paragraph in enumerate(token for token in text.tokens if token.type == "inline"):
        if nth:
            writer.out.append(" ")
        _write_children(writer, paragraph)
    _write_notes(writer)
    return "".join(writer.out)


def _write_notes(writer: Writer) -> None:
    if not writer.notes:
        return
    writer.out.append('<section class="footnotes">\n')
    for number, token in writer.notes:
        back = escape(writer.target.labels.get("back_to_text", ""))
        spoken = f' aria-label="{back}"' if back else ""
        writer.out.append(
            f'<aside epub:type="footnote" role="doc-footnote" id="{writer.anchor("fn", number)}">'
            f'<p><a role="doc-backlink" href="#{writer.anchor("fnref", number)}"{spoken}>{number}</a> '
        )
        _write_children(writer, token)
        writer.out.append("</p></aside>\n")
    writer.out.append("</section>\n")


# Within a paragraph


def _write_children(writer: Writer, token: Token) -> None:
    """Write the inline tokens of a paragraph."""
    _write(writer, token.children or (), _INLINES)


def _write(writer: Writer, tokens: Sequence[Token], writers: Mapping[str, Write]) -> None:
    for index, token in enumerate(tokens):
        if write := writers.get(token.type):
            write(writer, tokens, index)


def _tag(name: str, end: str = "\n") -> Write:
    """Return a writer of one tag."""
    return lambda writer, tokens, index: writer.out.append(f"<{name}>{end}")


def _words(writer: Writer, children: Sequence[Token], index: int) -> None:
    words = escape(writer.target.quoted(children[index].content, writer.text.source), quote=False)
    writer.out.append(RANGE.sub(r'<span class="nobreak">\g<0></span>', words))


def _inline_code(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(f"<code>{escape(children[index].content, quote=False)}</code>")


def _link(writer: Writer, children: Sequence[Token], index: int) -> None:
    token = children[index]
    if not token.meta.get("refused"):
        writer.out.append(f'<a href="{escape(str(token.attrs["href"]))}">')


def _link_end(writer: Writer, children: Sequence[Token], index: int) -> None:
    opening = next(n for n in range(index, -1, -1) if children[n].type == "link_open")
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


def _reference(writer: Writer, children: Sequence[Token], index: int) -> None:
    token = children[index]
    if "reference" in token.meta:
        writer.out.append(writer.target.shown[token.meta["reference"]])
    else:
        writer.out.append(escape(token.content, quote=False))


def _value(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(escape(writer.target.shown[children[index].meta["reference"]], quote=False))


def _picture(writer: Writer, children: Sequence[Token], index: int) -> None:
    writer.out.append(writer.target.shown[children[index].meta["reference"]])


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
    _write_children(writer, token)
    writer.out.append("</span>")


def _inline_formula(writer: Writer, children: Sequence[Token], index: int) -> None:
    token = children[index]
    before, after = escape(token.meta["before"], quote=False), escape(token.meta["after"], quote=False)
    if token.meta.get("refused"):
        writer.out.append(f"{before}<code>{escape(token.content, quote=False)}</code>{after}")
        return
    shown = set_formula(writer.target, token.meta["formula"])
    held = (before or after) and shown.startswith(("<img", "<math", "<span lang="))
    writer.out.append(f'<span class="nobreak">{before}{shown}{after}</span>' if held else f"{before}{shown}{after}")


_INLINES: Final[dict[str, Write]] = {
    "text": _words,
    "softbreak": lambda writer, children, index: writer.out.append("\n"),
    "hardbreak": _tag("br/"),
    "em_open": _tag("em", ""),
    "em_close": _tag("/em", ""),
    "strong_open": _tag("strong", ""),
    "strong_close": _tag("/strong", ""),
    "s_open": _tag("s", ""),
    "s_close": _tag("/s", ""),
    "sub_open": _tag("sub", ""),
    "sub_close": _tag("/sub", ""),
    "sup_open": _tag("sup", ""),
    "sup_close": _tag("/sup", ""),
    "code_inline": _inline_code,
    "link_open": _link,
    "link_close": _link_end,
    "reference": _reference,
    "value": _value,
    "picture": _picture,
    "mark_open": _mark,
    "mark_close": _tag("/span", ""),
    "note": _note,
    "formula": _inline_formula,
}


# Blocks


def _paragraph(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    if not tokens[index].hidden:
        writer.out.append("<p>" if tokens[index].nesting > 0 else "</p>\n")


def _heading(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    level = min(int(token.tag[1]) - 2 + writer.target.level, 6)
    if token.nesting < 0:
        writer.out.append(f"</h{max(level, 1)}>\n")
        return
    writer.headings += 1
    writer.out.append(f'<h{max(level, 1)} id="{writer.anchor("h", writer.headings)}">')


def _item(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    writer.out.append('<li class="task">' if tokens[index].meta.get("task") else "<li>")


def _ordered(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    start = int(tokens[index].attrs.get("start", 1))
    writer.out.append("<ol>\n" if start == 1 else f'<ol start="{start}">\n')


def _fence(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    writer.out.append(block(token.content, language_of(token.info)) + "\n")


def _display(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if token.meta.get("refused"):
        writer.out.append(block(token.content, "text") + "\n")
    else:
        writer.out.append(f'<div class="equation">{set_formula(writer.target, token.meta["formula"])}</div>\n')


def _placement(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    placed = (tokens[index].children or [])[0].meta["reference"]
    shown = writer.target.shown[placed]
    writer.out.append(f'<p class="picture">{shown}</p>\n' if placed.kind == "picture" else f"{shown}\n")


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
    writer.heads_rows = _heads_rows(tokens, index)
    caption = tokens[index].meta.get("caption")
    if caption is None:
        writer.out.append("<table>\n")
        return
    label = escape(writer.target.table_labels[writer.tables])
    writer.tables += 1
    opening = f'<table id="{writer.anchor("t", writer.tables)}">\n<caption><span class="label">{label}</span> '
    writer.out.append(opening)
    _write_children(writer, caption)
    writer.out.append("</caption>\n")


def _heads_rows(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether the first column of a table heads its rows: no two of its cells say the same, and none is empty."""
    firsts: list[str] = []
    columns = 0
    while tokens[index].type != "table_close":
        index += 1
        columns += tokens[index].type == "th_open"
        if tokens[index].type == "td_open" and tokens[index - 1].type == "tr_open":
            firsts.append(tokens[index + 1].content.strip())
    return columns > 1 and all(firsts) and len(set(firsts)) == len(firsts)


def _cell(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if token.nesting < 0:
        writer.out.append(f"</{writer.cell}>")
        return
    align = token.meta.get("align", "left")
    # A head cell without words is no head for anybody who listens.
    is_head = token.tag == "th" and bool(tokens[index + 1].content)
    heads_row = token.tag == "td" and writer.heads_rows and tokens[index - 1].type == "tr_open"
    writer.cell = "th" if is_head or heads_row else "td"
    scope = ' scope="col"' if is_head else ' scope="row"' if heads_row else ""
    writer.out.append(f'<{writer.cell}{scope} class="{align}">')


def _elements(tags: Mapping[str, str]) -> dict[str, Write]:
    """Return the writers of blocks that become one element each, by their token and tag."""
    writers = {}
    for token, name in tags.items():
        writers[f"{token}_open"] = _tag(name, "" if name in ("li", "dt", "dd", "tr") else "\n")
        writers[f"{token}_close"] = _tag(f"/{name}")
    return writers


_ELEMENTS: Final = {
    "bullet_list": "ul", "ordered_list": "ol", "list_item": "li", "blockquote": "blockquote", "admonition": "aside",
    "dl": "dl", "dt": "dt", "dd": "dd", "table": "table", "thead": "thead", "tbody": "tbody", "tr": "tr",
}  # fmt: skip
_BLOCKS: Final[dict[str, Write]] = {
    **_elements(_ELEMENTS),
    "ordered_list_open": _ordered,
    "list_item_open": _item,
    "paragraph_open": _paragraph,
    "paragraph_close": _paragraph,
    "heading_open": _heading,
    "heading_close": _heading,
    "inline": lambda writer, tokens, index: _write_children(writer, tokens[index]),
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
