"""Read the commands that take arguments: alphabets, roots, names, and text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pipeline.markup.maths import environments, symbols
from pipeline.markup.maths.reader import Command, Reader
from pipeline.markup.maths.tree import Letter, Node, Number, Phrase, Root, Row, Word

WORD: Final = re.compile(r"[A-Za-z0-9]+(?:(?:-|\\,)[A-Za-z0-9]+)*")


def in_font(reader: Reader, start: int) -> Node:
    """Read an argument in another alphabet; upright letters side by side become a word."""
    name = reader.latex[start + 1 : reader.at]
    outer, reader.font = reader.font, symbols.FONTS[name]
    opened = reader.at
    row = reader.argument(f"\\{name}")
    reader.font = outer
    spaced = re.compile(r"\s*\{[^{}]*?[A-Za-z](\s+)[A-Za-z]").match(reader.latex, opened)
    if spaced and spaced.end() <= reader.at:
        reader.fault("M192", "the space between these letters is lost", spaced.start(1), 1, "write \\text{...}")
    return _joined(row) if name == "mathrm" else _single(row)


def root(reader: Reader, start: int) -> Node:
    """Read `\\sqrt{x}` or `\\sqrt[n]{x}`."""
    reader.skip_space()
    index = None
    if reader.peek() == "[":
        opened = reader.at
        reader.at += 1
        index = reader.row(frozenset("]"))
        if reader.peek() == "]":
            reader.at += 1
        else:
            reader.fault("M181", "this bracket is not closed", opened, 1, "add ] where the index ends")
        if not index.items:
            reader.fault("M186", "the index of the root is empty", opened, 2, "write it, or remove the brackets")
    return Root(reader.argument("\\sqrt"), index)


def named(reader: Reader, start: int) -> Node:
    """Read `\\operatorname{name}`."""
    words, at = verbatim(reader, "\\operatorname")
    if words and not WORD.fullmatch(words):
        spaced = " " in words
        hint = "write \\, for the space" if spaced else "use letters only"
        reader.fault("M192" if spaced else "M188", f"“{words}” is no name", at, len(words), hint)
    return Word(words.replace("\\,", " "), True)


def phrase(reader: Reader, start: int) -> Node:
    """Read `\\text{words}`."""
    words, at = verbatim(reader, "\\text")
    for match in re.finditer(r"\\(?![%#&_$ {}])|(?<!\\)[$%#&_^{]", words):
        reader.fault("M188", f"“{match[0]}” cannot stand in \\text", at + match.start(), 1, "write words only")
    return Phrase(re.sub(r"\\(.)", r"\1", words).replace("~", " ").replace("'", "’"))


def verbatim(reader: Reader, command: str) -> tuple[str, int]:
    """Read an argument as it stands; return it and its offset."""
    reader.skip_space()
    start = reader.at
    match = re.compile(r"\{((?:[^{}\\]|\\.)*)\}", re.DOTALL).match(reader.latex, start)
    if match is None:
        opened = reader.peek() == "{"
        reader.at = len(reader.latex) if opened else reader.at
        code, message = ("M181", "this brace is not closed") if opened else ("M186", f"{command} lacks an argument")
        reader.fault(code, message, min(start, len(reader.latex) - 1), 1, "put braces around it")
        return "", start
    reader.at = match.end()
    if not match[1].strip():
        reader.fault("M186", f"the argument of {command} is empty", start, 2, "write it")
    return " ".join(match[1].split()) if match[1].strip() == match[1] else match[1], start + 1


def _single(row: Row) -> Node:
    return row.items[0] if len(row.items) == 1 else row


def _joined(row: Row) -> Node:
    """Join upright letters (and digits after them) that stand side by side."""
    items: list[Node] = []
    for item in row.items:
        last = items[-1] if items else None
        if isinstance(item, Letter) and item.name in symbols.GREEK:
            items.append(item)
        elif isinstance(item, Letter) and not isinstance(last, Word):
            items.append(Word(item.sign, False))
        elif isinstance(last, Word) and isinstance(item, Letter | Number):
            items[-1] = Word(last.words + item.sign, False)
        else:
            items.append(item)
    return _single(Row(tuple(items)))


COMMANDS: Final[Mapping[str, Command]] = {
    **{name: in_font for name in symbols.FONTS},
    "sqrt": root,
    "operatorname": named,
    "text": phrase,
    "left": environments.fenced,
    "right": environments.closing,
    "begin": environments.environment,
    "end": environments.ending,
    "\\": environments.line_end,
}
