"""Read a formula from left to right: groups, scripts, and single signs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from pipeline.markup.maths import symbols
from pipeline.markup.maths.formula_tree import Accent, Fraction, Gap, Letter, Node, Number, Row, Script, Sign, Word, with_thousands
from pipeline.markup.maths.symbols import Font
from pipeline.markup.text_faults import Fault

DEEPEST: Final = 8
"""Groups, arguments, and environments within one another."""
MOST: Final = 20
"""Faults of a formula that are said."""
TOKEN: Final = re.compile(r"\s+|\\[A-Za-z]+|\\.|[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+|.", re.DOTALL)
EMPTY: Final = Row(())
Closers = frozenset[str]


Command: TypeAlias = "Callable[[Reader, int], Node | None]"
"""Read what follows a command whose backslash stands at an offset."""


class Reader:
    """Read one formula from left to right."""

    def __init__(self, latex: str, commands: Mapping[str, Command]) -> None:
        self.latex = latex
        self.commands = commands
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
        return Row(with_thousands(items))

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
        self.depth += 1
        row = self.row(frozenset("}")) if self.enter(start) else EMPTY
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
        if name in self.commands:
            return self.commands[name](self, start)
        self.unknown(name, start)
        return None

    def enter(self, start: int) -> bool:
        """Tell whether there is room for one more level; if not, give up on the rest."""
        if self.depth <= DEEPEST:
            return True
        self.fault("M190", "the formula is nested too deep here", start, 1, "split the formula")
        self.at = len(self.latex)
        return False

    def unknown(self, name: str, start: int) -> None:
        """Say that a command is not on the list, and which one is near."""
        near = difflib.get_close_matches(name[:40], symbols.COMMANDS, 1)
        hint = f"write \\{near[0]}" if near else "use the commands of the authoring guide only"
        shown = "(space)" if name.isspace() else name[:40]
        if name.isspace():
            hint = "write \\, or \\quad"
        self.fault("M180", f"there is no command \\{shown} here", start, len(name) + 1, hint)


_WITH_ARGUMENTS: Final = frozenset({*symbols.ACCENTS, *symbols.FRACTIONS, "sqrt", "operatorname", "text", "left", "begin", *symbols.FONTS})
