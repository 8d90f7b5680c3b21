"""Read the LaTeX a formula may use into a tree, and note every fault with its place.

The grammar is the short list of `symbols`; whatever TeX would let pass silently (a space lost in
\\mathrm, the second digit of a script) is a fault here.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable
from typing import Final

from pipeline.markup.faults import Fault
from pipeline.markup.maths import symbols
from pipeline.markup.maths.symbols import Font
from pipeline.markup.maths.tree import (
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
)

DEEPEST: Final = 12
"""Groups, arguments, and environments within one another."""
LONGEST: Final = 2_000
"""Characters of a formula."""
MOST: Final = 20
"""Faults of a formula that are said."""
TOKEN: Final = re.compile(r"\s+|\\[A-Za-z]+|\\.|[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+|.", re.DOTALL)
NAME: Final = re.compile(r"\{([a-zA-Z]+\*?)\}")
WORD: Final = re.compile(r"[A-Za-z0-9]+(?:(?:-|\\,)[A-Za-z0-9]+)*")
EMPTY: Final = Row(())
Closers = frozenset[str]


@functools.lru_cache(maxsize=8192)
def read(latex: str) -> tuple[Row, tuple[Fault, ...]]:
    """Return the tree of a formula and its faults, whose line and column count from 1 in the formula."""
    if len(latex) > LONGEST:
        message = f"this formula has {len(latex):,} characters"
        return EMPTY, (Fault("M190", message, 1, 1, 1, f"split it: at most {LONGEST:,}"),)
    if not latex.strip():
        return EMPTY, (Fault("M172", "this formula is empty", 1, 1, 1, "write it, or remove the signs"),)
    reader = Reader(latex)
    tree = reader.row(frozenset())
    return tree, tuple(sorted(set(reader.faults), key=lambda fault: (fault.line, fault.column, fault.code)))


class Reader:
    """Read one formula from left to right."""

    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.at = 0
        self.font: Font = ""
        self.depth = 0
        self.closers: list[Closers] = []
        self.faults: list[Fault] = []

    def fault(self, code: str, message: str, at: int, length: int, hint: str) -> None:
        """Note a fault at an offset, unless the rest of the formula was given up."""
        if len(self.faults) >= MOST or (self.faults and self.faults[-1].code == "M190"):
            return
        line = self.latex.count("\n", 0, at) + 1
        column = at - (self.latex.rfind("\n", 0, at) + 1) + 1
        self.faults.append(Fault(code, message, line, column, max(length, 1), hint))

    def peek(self) -> str:
        """Return the next token without taking it; nothing at the end."""
        match = TOKEN.match(self.latex, self.at)
        return match[0] if match else ""

    def skip_space(self) -> None:
        """Take white space, which means nothing."""
        while self.peek().isspace():
            self.at += len(self.peek())

    def row(self, closers: Closers) -> Row:
        """Read nodes until one of the closers, which is left to the caller."""
        items: list[Node] = []
        self.closers.append(closers)
        while True:
            self.skip_space()
            token = self.peek()
            if not token or any(token in each for each in self.closers):
                break
            node = self.item()
            if node is not None:
                items.append(node)
        self.closers.pop()
        return Row(_with_thousands(items))

    def item(self) -> Node | None:
        """Read a node with its scripts."""
        start = self.at
        token = self.peek()
        if token in ("^", "_", "'"):
            hint = "put what it belongs to before it, or {} for nothing"
            self.fault("M185", f"{token} has nothing before it", start, 1, hint)
            return self.scripts(EMPTY)
        base = self.atom()
        self.skip_space()
        if base is None or self.peek() not in ("^", "_", "'"):
            return base
        if isinstance(base, Sign) and base.role in ("infix", "comma", "open", "prefix"):
            hint = f"write {{{base.sign}}}{self.peek()} if you mean it"
            self.fault("M185", f"{self.peek()} comes after a sign, not after a letter", self.at, 1, hint)
        if isinstance(base, Gap):
            self.fault("M185", f"{self.peek()} comes after a space", self.at, 1, "put the space after the scripts")
        return self.scripts(base)

    def scripts(self, base: Node) -> Node:
        """Read the scripts and primes that follow a base."""
        found: dict[str, Row] = {}
        primes = 0
        self.skip_space()
        while (token := self.peek()) in ("^", "_", "'"):
            at = self.at
            self.at += 1
            if token == "'":
                if "^" in found:
                    self.fault("M187", "a prime comes after a superscript", at, 1, "put the prime first")
                primes += 1
            else:
                script = self.argument(token)
                if token in found:
                    which = "superscript" if token == "^" else "subscript"
                    self.fault("M187", f"a second {which}", at, 1, "put braces around what belongs together")
                found.setdefault(token, script)
            self.skip_space()
        return Script(base, found.get("_"), found.get("^"), primes)

    def atom(self) -> Node | None:
        """Read one node without scripts."""
        start, token = self.at, self.peek()
        self.at += len(token)
        if token == "{":
            return self.group(start)
        if token.startswith("\\"):
            return self.command(token[1:], start)
        if token[0] in "0123456789" or (token[0] == "." and len(token) > 1):
            return self.number(token, start)
        if len(token) == 1 and token.isascii() and token.isalpha():
            return self.letter(token, token, start)
        if token == "~":
            return Gap(1 / 3)
        if token in symbols.CHARACTERS:
            return Sign(*symbols.CHARACTERS[token])
        self.stray(token, start)
        return None

    def stray(self, token: str, start: int) -> None:
        """Say why a character cannot stand here."""
        if token == "}":
            self.fault("M181", "this brace closes nothing", start, 1, "remove it, or write \\} for a brace")
        elif token == "&":
            self.fault("M184", "& stands outside an environment", start, 1, "write \\& for the sign")
        else:
            known = {"%": "\\%", "#": "\\#", "*": "\\cdot or \\star", "−": "-", "×": "\\times", "≤": "\\le"}
            hint = f"write {known[token]}" if token in known else "write a command, or \\text{...}"
            self.fault("M188", f"“{token}” cannot stand in a formula", start, 1, hint)

    def letter(self, sign: str, name: str, start: int) -> Letter | None:
        """Return a letter in the alphabet that holds here."""
        shown = symbols.letter_in(self.font, sign)
        if shown is None:
            self.fault("M191", f"the alphabet has no “{name}”", start, self.at - start, "use a letter it has")
            return None
        return Letter(shown, name, self.font)

    def number(self, digits: str, start: int) -> Number | None:
        """Return a number in the alphabet that holds here."""
        shown = [digit if digit in ".," else symbols.letter_in(self.font, digit) for digit in digits]
        if None in shown:
            self.fault("M191", f"the alphabet has no “{digits}”", start, self.at - start, "use a letter it has")
            return None
        return Number(digits, "".join(sign or "" for sign in shown), self.font)

    def group(self, start: int) -> Row:
        """Read to the brace that closes the group opened at `start`."""
        if self.depth >= DEEPEST:
            self.fault("M190", "the formula is nested too deep here", start, 1, "split the formula")
            self.at = len(self.latex)
            return EMPTY
        self.depth += 1
        row = self.row(frozenset("}"))
        self.depth -= 1
        if self.peek() == "}":
            self.at += 1
        else:
            self.fault("M181", "this brace is not closed", start, 1, "add } where it ends")
        return row

    def argument(self, command: str) -> Row:
        """Read one argument: a group, or a single sign."""
        self.skip_space()
        start, token = self.at, self.peek()
        if token == "{":
            self.at += 1
            faults = len(self.faults)
            row = self.group(start)
            if all(isinstance(item, Gap) for item in row.items) and len(self.faults) == faults:
                self.fault("M186", f"an argument of {command} is empty", start, 2, "write it")
            return row
        if not token or token in ("^", "_", "&", "'", "}") or any(token in each for each in self.closers):
            self.fault("M186", f"{command} lacks an argument", max(start - 1, 0), 1, "put it in braces")
            return EMPTY
        if token[1:] in _WITH_ARGUMENTS and token.startswith("\\"):
            self.fault("M186", f"an argument of {command} needs braces", start, len(token), "put braces around it")
        elif token[0] in "0123456789.":
            return self.digit(command, token)
        node = self.atom()
        return Row(() if node is None else (node,))

    def digit(self, command: str, token: str) -> Row:
        """Read a single digit as an argument, as TeX does."""
        start = self.at
        self.at += 1
        if len(token) > 1 and command in "^_":
            hint = f"write {command}{{{token}}}"
            self.fault("M189", f"only {token[0]} would be a script", start, len(token), hint)
        node = self.number(token[0], start) if token[0] != "." else Sign(*symbols.CHARACTERS["."])
        return Row(() if node is None else (node,))

    def command(self, name: str, start: int) -> Node | None:
        """Read a command and its arguments."""
        if name in symbols.GREEK:
            return self.letter(symbols.GREEK[name], name, start)
        if name in symbols.SIGNS:
            return Sign(*symbols.SIGNS[name], name)
        if name in symbols.FUNCTIONS:
            return Word(name, True, name in symbols.LIMITS)
        if name in symbols.SPACES:
            return Gap(symbols.SPACES[name])
        if name in symbols.ACCENTS:
            return Accent(self.argument(f"\\{name}"), name)
        if name in symbols.FRACTIONS:
            return Fraction(self.argument(f"\\{name}"), self.argument(f"\\{name}"), symbols.FRACTIONS[name])
        if name in symbols.FONTS:
            return self.in_font(name)
        reads = _READS.get(name)
        if reads is not None:
            return reads(self, start)
        self.unknown(name, start)
        return None

    def unknown(self, name: str, start: int) -> None:
        """Say that a command is not on the list, and which one is near."""
        near = difflib.get_close_matches(name[:40], symbols.COMMANDS, 1)
        hint = f"write \\{near[0]}" if near else "use the commands of the authoring guide only"
        if name.isspace():
            name, hint = "(space)", "write \\, or \\quad"
        self.fault("M180", f"there is no command \\{name[:40]} here", start, len(name) + 1, hint)

    def in_font(self, name: str) -> Node:
        """Read an argument in another alphabet; upright letters side by side become a word."""
        outer, self.font = self.font, symbols.FONTS[name]
        start = self.at
        row = self.argument(f"\\{name}")
        self.font = outer
        spaced = re.compile(r"\s*\{[^{}]*?[A-Za-z](\s+)[A-Za-z]").match(self.latex, start)
        if spaced and spaced.end() <= self.at:
            self.fault("M192", "the space between these letters is lost", spaced.start(1), 1, "write \\text{...}")
        return _joined(row) if name == "mathrm" else _single(row)

    def root(self, start: int) -> Node:
        """Read `\\sqrt{x}` or `\\sqrt[n]{x}`."""
        self.skip_space()
        index = None
        if self.peek() == "[":
            opened = self.at
            self.at += 1
            index = self.row(frozenset("]"))
            if self.peek() == "]":
                self.at += 1
            else:
                self.fault("M181", "this bracket is not closed", opened, 1, "add ] where the index ends")
            if not index.items:
                self.fault("M186", "the index of the root is empty", opened, 2, "write it, or remove the brackets")
        return Root(self.argument("\\sqrt"), index)

    def named(self, start: int) -> Node:
        """Read `\\operatorname{name}`."""
        words, at = self.verbatim("\\operatorname")
        if words and not WORD.fullmatch(words):
            spaced = " " in words
            hint = "write \\, for the space" if spaced else "use letters only"
            self.fault("M192" if spaced else "M188", f"“{words}” is no name", at, len(words), hint)
        return Word(words.replace("\\,", " "), True)

    def phrase(self, start: int) -> Node:
        """Read `\\text{words}`."""
        words, at = self.verbatim("\\text")
        for match in re.finditer(r"\\(?![%#&_$ {}])|(?<!\\)[$%#&_^{]", words):
            self.fault("M188", f"“{match[0]}” cannot stand in \\text", at + match.start(), 1, "write words only")
        return Phrase(re.sub(r"\\(.)", r"\1", words).replace("~", " ").replace("'", "’"))

    def verbatim(self, command: str) -> tuple[str, int]:
        """Read an argument as it stands; return it and its offset."""
        self.skip_space()
        start = self.at
        match = re.compile(r"\{((?:[^{}\\]|\\.)*)\}", re.DOTALL).match(self.latex, start)
        if match is None:
            opened = self.peek() == "{"
            self.at = len(self.latex) if opened else self.at
            code, message = ("M181", "this brace is not closed") if opened else ("M186", f"{command} lacks an argument")
            self.fault(code, message, min(start, len(self.latex) - 1), 1, "put braces around it")
            return "", start
        self.at = match.end()
        if not match[1].strip():
            self.fault("M186", f"the argument of {command} is empty", start, 2, "write it")
        return " ".join(match[1].split()) if match[1].strip() == match[1] else match[1], start + 1

    def fenced(self, start: int) -> Node:
        """Read `\\left( ... \\right)`."""
        opening = self.delimiter("\\left")
        self.depth += 1
        body = self.row(frozenset({"\\right"})) if self.enter(start) else EMPTY
        self.depth -= 1
        if self.peek() == "\\right":
            self.at += len("\\right")
            return Fence(opening, self.delimiter("\\right"), body)
        self.fault("M182", "\\left has no \\right", start, 5, "close it, with \\right. if nothing shall show")
        return Fence(opening, "", body)

    def enter(self, start: int) -> bool:
        """Tell whether there is room for one more level; if not, give up on the rest."""
        if self.depth <= DEEPEST:
            return True
        self.fault("M190", "the formula is nested too deep here", start, 1, "split the formula")
        self.at = len(self.latex)
        return False

    def delimiter(self, command: str) -> str:
        """Read the delimiter after \\left or \\right."""
        self.skip_space()
        start, token = self.at, self.peek()
        if token in symbols.DELIMITERS:
            self.at += len(token)
            return symbols.DELIMITERS[token]
        self.fault("M182", f"no delimiter after {command}", max(start - 1, 0), 1, "write one, or . for none")
        return ""

    def closing(self, start: int) -> None:
        """Refuse a \\right that closes nothing."""
        self.fault("M182", "\\right has no \\left", start, 6, "remove it, or open it with \\left")
        self.delimiter("\\right")

    def environment(self, start: int) -> Node:
        """Read `\\begin{name} ... \\end{name}`."""
        name = self.environment_name("\\begin", start)
        if name not in symbols.ENVIRONMENTS:
            hint = f"use one of {', '.join(symbols.ENVIRONMENTS)}"
            self.fault("M183", f"there is no environment “{name}” here", start, 6, hint)
        self.depth += 1
        rows = self.grid(start) if self.enter(start) else ()
        self.depth -= 1
        if self.peek() != "\\end":
            self.fault("M183", f"\\begin{{{name}}} has no \\end", start, 6, f"write \\end{{{name}}}")
        else:
            end = self.at
            self.at += len("\\end")
            other = self.environment_name("\\end", end)
            if other != name:
                self.fault("M183", f"{name} ends as {other}", end, 4, f"write \\end{{{name}}}")
        if not rows:
            self.fault("M183", f"the environment {name} is empty", start, 6, "write its rows")
        elif name == "cases" and max(map(len, rows)) > 2:
            self.fault("M183", "cases has two columns", start, 6, "remove an &")
        return Grid(name, rows)

    def environment_name(self, command: str, start: int) -> str:
        """Read the name in braces after \\begin or \\end."""
        match = NAME.match(self.latex, self.at)
        if match is None:
            self.fault("M183", f"{command} names no environment", start, len(command), f"write {command}{{cases}}")
            return ""
        self.at = match.end()
        return match[1]

    def grid(self, start: int) -> tuple[tuple[Row, ...], ...]:
        """Read rows and cells up to \\end."""
        rows: list[list[Row]] = [[]]
        while True:
            rows[-1].append(self.row(frozenset({"&", "\\\\", "\\end"})))
            token = self.peek()
            if token == "&":
                self.at += 1
            elif token == "\\\\":
                self.at += 2
                if self.latex.startswith(("[", "*"), self.at):
                    self.fault("M183", "\\\\ takes no option here", self.at, 1, "remove it")
                rows.append([])
            else:
                break
        if len(rows[-1]) == 1 and not rows[-1][0].items:
            rows.pop()  # the last \\ begins no row
        return tuple(tuple(row) for row in rows)

    def ending(self, start: int) -> None:
        """Refuse an \\end that closes nothing."""
        name = self.environment_name("\\end", start)
        self.fault("M183", f"\\end{{{name}}} has no \\begin", start, 4, "remove it, or open the environment")

    def line_end(self, start: int) -> None:
        """Refuse a line end outside an environment."""
        hint = "use aligned for several lines"
        self.fault("M184", "\\\\ stands outside an environment", start, 2, hint)


def _single(row: Row) -> Node:
    return row.items[0] if len(row.items) == 1 else row


def _with_thousands(items: list[Node]) -> tuple[Node, ...]:
    """Join the parts of `10{,}000`, TeX's idiom for a comma without a space."""
    joined: list[Node] = []
    for item in items:
        comma = joined[-1] if joined else None
        if (
            isinstance(item, Number)
            and len(joined) > 1
            and comma == Row((Sign(*symbols.CHARACTERS[","]),))
            and isinstance(first := joined[-2], Number)
        ):
            joined[-2:] = [Number(f"{first.digits},{item.digits}", f"{first.sign},{item.sign}", item.font)]
        else:
            joined.append(item)
    return tuple(joined)


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


_READS: Final[dict[str, Callable[[Reader, int], Node | None]]] = {
    "sqrt": Reader.root,
    "operatorname": Reader.named,
    "text": Reader.phrase,
    "left": Reader.fenced,
    "right": Reader.closing,
    "begin": Reader.environment,
    "end": Reader.ending,
    "\\": Reader.line_end,
}
_WITH_ARGUMENTS: Final = frozenset({*symbols.ACCENTS, *symbols.FRACTIONS, "sqrt", "operatorname", "text", "left", "begin", *symbols.FONTS})
