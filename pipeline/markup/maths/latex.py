"""Read the LaTeX a formula may use into a tree, and note every fault with its place.

The grammar is the short list of `symbols`; whatever TeX would let pass silently (a space lost in
\\mathrm, the second digit of a script) is a fault here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

from pipeline.markup.maths import symbols
from pipeline.markup.maths.formula_tree import Fence, Grid, Letter, Node, Number, Phrase, Root, Row, Word
from pipeline.markup.maths.reader import EMPTY, Command, Reader
from pipeline.markup.text_faults import Fault

LONGEST: Final = 2_000
"""Characters of a formula."""
WORD: Final = re.compile(r"[A-Za-z0-9]+(?:(?:-|\\,)[A-Za-z0-9]+)*")
NAME: Final = re.compile(r"\{([a-zA-Z]+\*?)\}")


@functools.lru_cache(maxsize=8192)
def read(latex: str) -> tuple[Row, tuple[Fault, ...]]:
    """Return the tree of a formula and its faults, whose line and column count from 1 in the formula."""
    if len(latex) > LONGEST:
        message = f"this formula has {len(latex):,} characters"
        return EMPTY, (Fault("M190", message, 1, 1, 1, f"split it: at most {LONGEST:,}"),)
    if not latex.strip():
        return EMPTY, (Fault("M172", "this formula is empty", 1, 1, 1, "write it, or remove the signs"),)
    reader = Reader(latex, COMMANDS)
    tree = reader.row(frozenset())
    return tree, tuple(sorted(set(reader.faults), key=lambda fault: (fault.line, fault.column, fault.code)))


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


def fenced(reader: Reader, start: int) -> Node:
    """Read `\\left( ... \\right)`."""
    opening = delimiter(reader, "\\left")
    reader.depth += 1
    body = reader.row(frozenset({"\\right"})) if reader.enter(start) else EMPTY
    reader.depth -= 1
    if reader.peek() == "\\right":
        reader.at += len("\\right")
        return Fence(opening, delimiter(reader, "\\right"), body)
    reader.fault("M182", "\\left has no \\right", start, 5, "close it, with \\right. if nothing shall show")
    return Fence(opening, "", body)


def delimiter(reader: Reader, command: str) -> str:
    """Read the delimiter after \\left or \\right."""
    reader.skip_space()
    start, token = reader.at, reader.peek()
    if token in symbols.DELIMITERS:
        reader.at += len(token)
        return symbols.DELIMITERS[token]
    reader.fault("M182", f"no delimiter after {command}", max(start - 1, 0), 1, "write one, or . for none")
    return ""


def closing(reader: Reader, start: int) -> None:
    """Refuse a \\right that closes nothing."""
    reader.fault("M182", "\\right has no \\left", start, 6, "remove it, or open it with \\left")
    delimiter(reader, "\\right")


def environment(reader: Reader, start: int) -> Node:
    """Read `\\begin{name} ... \\end{name}`."""
    name = environment_name(reader, "\\begin", start)
    if name not in symbols.ENVIRONMENTS:
        hint = f"use one of {', '.join(symbols.ENVIRONMENTS)}"
        reader.fault("M183", f"there is no environment “{name}” here", start, 6, hint)
    reader.depth += 1
    rows = grid(reader, start) if reader.enter(start) else ()
    reader.depth -= 1
    if reader.peek() != "\\end":
        reader.fault("M183", f"\\begin{{{name}}} has no \\end", start, 6, f"write \\end{{{name}}}")
    else:
        end = reader.at
        reader.at += len("\\end")
        other = environment_name(reader, "\\end", end)
        if other != name:
            reader.fault("M183", f"{name} ends as {other}", end, 4, f"write \\end{{{name}}}")
    if not rows:
        reader.fault("M183", f"the environment {name} is empty", start, 6, "write its rows")
    elif name == "cases" and max(map(len, rows)) > 2:
        reader.fault("M183", "cases has two columns", start, 6, "remove an &")
    return Grid(name, rows)


def environment_name(reader: Reader, command: str, start: int) -> str:
    """Read the name in braces after \\begin or \\end."""
    match = NAME.match(reader.latex, reader.at)
    if match is None:
        reader.fault("M183", f"{command} names no environment", start, len(command), f"write {command}{{cases}}")
        return ""
    reader.at = match.end()
    return match[1]


def grid(reader: Reader, start: int) -> tuple[tuple[Row, ...], ...]:
    """Read rows and cells up to \\end."""
    rows: list[list[Row]] = [[]]
    while True:
        rows[-1].append(reader.row(frozenset({"&", "\\\\", "\\end"})))
        token = reader.peek()
        if token == "&":
            reader.at += 1
        elif token == "\\\\":
            reader.at += 2
            if reader.latex.startswith(("[", "*"), reader.at):
                reader.fault("M183", "\\\\ takes no option here", reader.at, 1, "remove it")
            rows.append([])
        else:
            break
    if len(rows[-1]) == 1 and not rows[-1][0].items:
        rows.pop()  # the last \\ begins no row
    return tuple(tuple(row) for row in rows)


def ending(reader: Reader, start: int) -> None:
    """Refuse an \\end that closes nothing."""
    name = environment_name(reader, "\\end", start)
    reader.fault("M183", f"\\end{{{name}}} has no \\begin", start, 4, "remove it, or open the environment")


def line_end(reader: Reader, start: int) -> None:
    """Refuse a line end outside an environment."""
    hint = "use aligned for several lines"
    reader.fault("M184", "\\\\ stands outside an environment", start, 2, hint)


COMMANDS: Final[Mapping[str, Command]] = {
    **{name: in_font for name in symbols.FONTS},
    "sqrt": root,
    "operatorname": named,
    "text": phrase,
    "left": fenced,
    "right": closing,
    "begin": environment,
    "end": ending,
    "\\": line_end,
}
