"""Write a text as an XHTML fragment for paged or reflowable media."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

from markdown_it.token import Token

from pipeline.markup.highlight import block
from pipeline.markup.phrasing import Writer, set_formula, tag, write_children
from pipeline.markup.text import Target, Text, words_of


def to_xhtml(text: Text, target: Target) -> str:
    """Return a text as a well-formed XHTML fragment; the prefix `epub` is bound by its surroundings."""
    writer, tokens = Writer(text, target), text.tokens
    for index, token in enumerate(tokens):
        write = _BLOCKS.get(token.type)
        if write is not None:
            write(writer, tokens, index)
    _write_notes(writer)
    return "".join(writer.out)


def inline_xhtml(text: Text, target: Target) -> str:
    """Return the words of a text as XHTML without any block around them."""
    writer = Writer(text, target)
    paragraphs = [token.children or [] for token in text.tokens if token.type == "inline"]
    for nth, children in enumerate(paragraphs):
        if nth:
            writer.out.append(" ")
        write_children(writer, children)
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
        write_children(writer, token.children or [])
        writer.out.append("</p></aside>\n")
    writer.out.append("</section>\n")


# Blocks: (writer, tokens, index)


def _paragraph(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    if not tokens[index].hidden:
        writer.out.append("<p>" if tokens[index].nesting > 0 else "</p>\n")


def _inline(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    write_children(writer, tokens[index].children or [])


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
    writer.out.append(block(token.content, token.info.strip()) + "\n")


def _display(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    if token.meta.get("refused"):
        writer.out.append(block(token.content, "text") + "\n")
    else:
        writer.out.append(f'<div class="equation">{set_formula(writer, token.meta["formula"])}</div>\n')


def _placement(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    placed = (tokens[index].children or [])[0].meta["reference"]
    writer.out.append(writer.target.shown[placed] + "\n")


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
    write_children(writer, caption.children or [])
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


def _elements(tags: Mapping[str, str]) -> dict[str, Callable[[Writer, Sequence[Token], int], None]]:
    """Return the writers of blocks that become one element each, by their token and tag."""
    writers = {}
    for token, name in tags.items():
        writers[f"{token}_open"] = tag(name, "" if name in ("li", "dt", "dd", "tr") else "\n")
        writers[f"{token}_close"] = tag(f"/{name}")
    return writers


_ELEMENTS: Final = {
    "bullet_list": "ul", "ordered_list": "ol", "list_item": "li", "blockquote": "blockquote", "admonition": "aside",
    "dl": "dl", "dt": "dt", "dd": "dd", "table": "table", "thead": "thead", "tbody": "tbody", "tr": "tr",
}  # fmt: skip
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
    "hr": tag("hr/"),
    "formula_block": _display,
    "placement": _placement,
    "admonition_open": _admonition,
    "admonition_title_open": tag('p class="admonition-title"', ""),
    "admonition_title_close": tag("/p"),
    "table_open": _table,
    "th_open": _cell,
    "th_close": _cell,
    "td_open": _cell,
    "td_close": _cell,
}
