"""Put tokens into the shape that is printed (captions, figures, notes, unbreakable formulas), and find where they were written."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markdown_it.token import Token

from pipeline.markup.text_faults import Fault

OPENERS: Final = re.compile(r"[(\[“‘¿¡]+$")
FOLLOWERS: Final = re.compile(r"[^\s–—/\u2e80-\uffef]{1,24}(?=[\s–—/]|$)|[,.;:!?)\]’”%、。，．；：！？」』）】》-]+")
TASK: Final = re.compile(r"\[([ xX])\] +(?=\S)")
BOXES: Final = {" ": "\N{BALLOT BOX}", "x": "\N{BALLOT BOX WITH CHECK}"}
NUMERIC: Final = re.compile(r"[-+−±<>≤≥≈~$]{0,2}\s*\d[\d,.]*(?:[–-]\d[\d,.]*)?\s*(?:%|[a-zA-Zµ]{1,3})?|[–—-]|n/a|")


def arrange(tokens: list[Token]) -> tuple[list[Token], dict[str, Token], list[Fault]]:
    """Return the printed tokens, the inline token of each footnote, and what could not be arranged."""
    tokens, notes, faults = _without_notes(tokens)
    tokens = _lone_blocks(_tasks(_said(_untitled(tokens))))
    tokens, more = _captioned(tokens)
    for index, token in enumerate(tokens):
        if token.type == "table_open":
            _align(tokens, index)
            if "caption" in token.meta:
                _finish(token.meta["caption"])
        elif token.type == "inline":
            _finish(token)
    for token in notes.values():
        _finish(token)
    return tokens, notes, faults + more


def _without_notes(tokens: list[Token]) -> tuple[list[Token], dict[str, Token], list[Fault]]:
    kept: list[Token] = []
    notes: dict[str, Token] = {}
    faults: list[Fault] = []
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.type == "footnote_reference_open":
            opened.append(index)
        elif token.type == "footnote_reference_close":
            start = opened.pop()
            if not opened:
                faults += _take_note(tokens[start], tokens[start + 1 : index], notes)
        elif not opened:
            kept.append(token)
    return kept, notes, faults


def _take_note(opening: Token, body: list[Token], notes: dict[str, Token]) -> list[Fault]:
    label = opening.meta["label"]
    line = opening.map[0] + 1 if opening.map else 1
    column = opening.meta.get("column", 0) + 1
    faults = []
    if label in notes:
        hint = "give it another name"
        faults.append(Fault("M132", f"the footnote “{label}” is defined twice", line, column, len(label) + 3, hint))
    if [token.type for token in body] != ["paragraph_open", "inline", "paragraph_close"]:
        message = f"the footnote “{label}” is not a single paragraph"
        faults.append(Fault("M134", message, line, column, len(label) + 3, "shorten it to one paragraph"))
    content = next((token for token in body if token.type == "inline"), None)
    if content is None:
        content = Token("inline", "", 0, children=[], map=opening.map)
    content.meta["note"] = (line, column, len(label) + 3)
    notes.setdefault(label, content)
    return faults


def _untitled(tokens: list[Token]) -> list[Token]:
    """Remove the English titles that the admonition rule of mdit-py-plugins 0.7 makes up from the kind."""
    kept: list[Token] = []
    skip = 0
    for token in tokens:
        if skip:
            skip -= 1
        elif token.type == "admonition_title_open" and len(kept[-1].info.split()) == 1:
            skip = 2
        else:
            kept.append(token)
    return kept


def _said(tokens: list[Token]) -> list[Token]:
    """Take away what tags without words leave behind: breaks at the ends of paragraphs, and paragraphs that hold nothing."""
    for index, token in enumerate(tokens):
        if token.type == "inline" and "<" in token.content:
            children = token.children or []
            while children and _is_blank(children[0]):
                del children[0]
            while children and _is_blank(children[-1]):
                del children[-1]
            if not children and tokens[index - 1].type == "paragraph_open":
                tokens[index - 1].hidden = tokens[index + 1].hidden = True
    return tokens


def _is_blank(child: Token) -> bool:
    return child.type in ("softbreak", "hardbreak") or (child.type == "text" and not child.content.strip())


def _tasks(tokens: list[Token]) -> list[Token]:
    """Put a box, empty or ticked, in the place of the `[ ]` or `[x]` that begins an item."""
    for index, token in enumerate(tokens):
        children = (token.children or []) if token.type == "inline" and tokens[index - 2].type == "list_item_open" else []
        found = TASK.match(children[0].content) if children and children[0].type == "text" else None
        if found:
            children[0].content = f"{BOXES[found[1].lower()]}\N{NO-BREAK SPACE}{children[0].content[found.end() :]}"
            tokens[index - 2].meta["task"] = True
    return tokens


def _lone_blocks(tokens: list[Token]) -> list[Token]:
    """Make a block of each paragraph that holds one figure, one picture, or one box and nothing else."""
    arranged: list[Token] = []
    skip = 0
    for index, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        lone = _lone(tokens, index)
        if lone is None:
            arranged.append(token)
            continue
        block = Token("placement", "", 0, map=token.map, level=token.level, block=True)
        inline = tokens[index + 1]
        block.children = [lone]
        block.content = inline.content
        block.meta = {"inline": inline}
        arranged.append(block)
        skip = 2
    return arranged


def _lone(tokens: list[Token], index: int) -> Token | None:
    if tokens[index].type != "paragraph_open":
        return None
    children = [child for child in tokens[index + 1].children or [] if not _is_blank(child)]
    if len(children) != 1:
        return None
    child = children[0]
    placed = child.type in ("figure", "picture") or (child.type == "reference" and child.meta["kind"] == "box")
    return child if placed else None


def _captioned(tokens: list[Token]) -> tuple[list[Token], list[Fault]]:
    """Move the paragraph `Table: ...` into the table below it."""
    arranged: list[Token] = []
    faults: list[Fault] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "paragraph_open" and tokens[index + 1].content.startswith("Table:"):
            caption = tokens[index + 1]
            follower = tokens[index + 3] if index + 3 < len(tokens) else None
            if follower is not None and follower.type == "table_open":
                _strip_caption(caption)
                follower.meta["caption"] = caption
                arranged.append(follower)
                index += 4
                continue
            line = caption.map[0] + 1 if caption.map else 1
            hint = "put the table directly below, after one empty line"
            faults.append(Fault("M161", "this caption has no table", line, 1, 6, hint))
        arranged.append(token)
        index += 1
    return arranged, faults


def _strip_caption(caption: Token) -> None:
    for child in caption.children or []:
        if child.type == "text" and child.content.startswith("Table:"):
            child.content = child.content.removeprefix("Table:").lstrip()
            return


def _align(tokens: list[Token], start: int) -> None:
    """Write into each cell how its column is aligned; a column of numbers goes right by itself."""
    columns: dict[int, list[tuple[Token, str]]] = defaultdict(list)
    column = 0
    for index in range(start + 1, len(tokens)):
        token = tokens[index]
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            column = 0
        elif token.type in ("th_open", "td_open"):
            columns[column].append((token, tokens[index + 1].content))
            column += 1
    for written in columns.values():
        given = str(written[0][0].attrs.get("style", "")).removeprefix("text-align:")
        words = [said for cell, said in written if cell.type == "td_open"]
        numbers = any(words) and all(NUMERIC.fullmatch(word.strip("*$")) for word in words)
        for cell, _ in written:
            cell.meta["align"] = given or ("right" if numbers else "left")


def _finish(token: Token) -> None:
    """Keep what touches a formula on its line, and curl the apostrophes that are left."""
    children = token.children or []
    for index, child in enumerate(children):
        if child.type == "text" and "'" in child.content:
            child.content = child.content.replace("'", "’")
        if child.type == "formula":
            before = children[index - 1] if index else None
            after = children[index + 1] if index + 1 < len(children) else None
            _hold(child, before, after)


def _hold(formula: Token, before: Token | None, after: Token | None) -> None:
    formula.meta["before"] = formula.meta["after"] = ""
    if before is not None and before.type == "text" and (match := OPENERS.search(before.content)):
        formula.meta["before"] = match[0]
        before.content = before.content[: match.start()]
    if after is not None and after.type == "text" and (match := FOLLOWERS.match(after.content)):
        formula.meta["after"] = match[0].replace("'", "’")
        after.content = after.content[match.end() :]


@dataclass(frozen=True, slots=True)
class Places:
    """Translate an offset in a paragraph's content to a place in the text; both count from 1."""

    offsets: tuple[int, ...]
    """Offset at which each line of the content begins."""
    line: int
    columns: tuple[int, ...]
    """Column, from 0, at which each of these lines stands in the text."""
    escaped: str = ""
    """Content of a table's cell, in which each bar was written with a backslash."""

    def at(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        nth = max(bisect_right(self.offsets, offset) - 1, 0)
        bars = self.escaped.count("|", 0, max(offset, 0))
        return self.line + nth, self.columns[nth] + offset - self.offsets[nth] + bars + 1


def of_inline(token: Token, lines: Sequence[str]) -> Places:
    """Locate the content of an inline token, line for line, by the end of each line.

    What stands before it (bars of quotations, indentation, list markers) was cut off by the parser.
    """
    first = token.map[0] if token.map else 0
    if "column" in token.meta:
        return Places((0,), first + 1, (token.meta["column"],), token.content)
    offsets, columns, offset = [], [], 0
    for nth, part in enumerate(token.content.split("\n")):
        whole = lines[min(first + nth, len(lines) - 1)].rstrip()
        part_end = part.rstrip()
        start = len(whole) - len(part_end) if whole.endswith(part_end) else max(whole.rfind(part_end), 0)
        offsets.append(offset)
        columns.append(start)
        offset += len(part) + 1
    return Places(tuple(offsets), first + 1, tuple(columns))


def note_cells(tokens: Sequence[Token], lines: Sequence[str]) -> None:
    """Write into each table cell and each footnote the column at which it begins."""
    cursor = 0
    cell = False
    for token in tokens:
        if token.type == "footnote_reference_open":
            token.meta["column"] = max(lines[token.map[0]].find(f"[^{token.meta['label']}]:"), 0) if token.map else 0
        elif token.type == "tr_open":
            cursor = 0
        elif token.type in ("th_open", "td_open"):
            cell = True
        elif cell and token.type == "inline":
            line = lines[token.map[0]] if token.map else ""
            written = token.content.replace("|", "\\|")
            found = line.find(written, cursor)
            token.meta["column"] = max(found, 0)
            cursor = max(found, cursor) + len(written)
            cell = False
