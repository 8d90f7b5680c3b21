"""Read what grows around its content: fences and environments."""

from __future__ import annotations

import re
from typing import Final

from pipeline.markup.maths import symbols
from pipeline.markup.maths.reader import EMPTY, Reader
from pipeline.markup.maths.tree import Fence, Grid, Node, Row

NAME: Final = re.compile(r"\{([a-zA-Z]+\*?)\}")


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
