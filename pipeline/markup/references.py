"""Gather what stands in the paragraphs of a text, in reading order, with places and faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it.token import Token

from pipeline.markup import maths
from pipeline.markup.normalize import Places, of_inline
from pipeline.markup.text import Formula, Heading, Mark, Reference, words_of
from pipeline.markup.text_faults import Fault

DEEPEST: Final = 10
"""Emphasis, links, and marks within one another."""
MOST: Final = 1_000
"""Faults of a text that are said; after these nobody reads on."""
UNPARTED: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff]")
"""Letters of scripts that have no spaces between words."""
IN_A_WORD: Final = 2
"""Of these, in the time that an English word takes to say."""
STRAIGHT: Final = str.maketrans("‘’“”", "''\"\"")


@dataclass(slots=True)
class Found:
    """What has been found so far."""

    lines: Sequence[str]
    notes: Mapping[str, Token]
    references: list[Reference] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """Number of each footnote that is printed, by label."""
    words: int = 0
    open: int = 0
    """Parentheses of the paragraph that are open."""


def gather(tokens: Sequence[Token], notes: Mapping[str, Token], lines: Sequence[str]) -> Found:
    """Return references, marks, formulas, headings, words, and the faults within paragraphs."""
    found = Found(lines, notes)
    for index, token in enumerate(tokens):
        if token.type == "inline":
            _read_inline(found, token)
            if tokens[index - 1].type == "heading_open":
                level = int(tokens[index - 1].tag[1])
                line = token.map[0] + 1 if token.map else 1
                found.headings.append(Heading(level, words_of(token.children or ()), line))
        elif token.type == "formula_block":
            _read_display(found, token)
        elif token.type == "placement":
            found.open = 0
            _add_reference(found, (token.children or [])[0], of_inline(token.meta["inline"], lines))
        elif token.type == "table_open" and "caption" in token.meta:
            _read_inline(found, token.meta["caption"])
    _read_notes(found)
    return found


def _read_inline(found: Found, token: Token) -> None:
    children = token.children or []
    said = words_of(children)
    found.words += len(UNPARTED.sub(" ", said).split()) + len(UNPARTED.findall(said)) // IN_A_WORD
    places: Places | None = None
    depth = found.open = 0
    for index, child in enumerate(children):
        if child.type == "text":
            found.open = max(found.open + child.content.count("(") - child.content.count(")"), 0)
        depth += child.nesting
        if depth > DEEPEST:
            _flatten(found, token)
            return
        read = _READERS.get(child.type)
        if read is not None:
            places = places or of_inline(token, found.lines)
            read(found, children, index, places)


def _flatten(found: Found, token: Token) -> None:
    """Print a paragraph nested too deep as it was written."""
    hint = "use one sort of emphasis at a time"
    found.faults.append(Fault("M103", "emphasis is nested too deep here", *of_inline(token, found.lines).at(0), 1, hint))
    token.children = [Token("text", "", 0, content=token.content)]


def _add_fault(found: Found, children: Sequence[Token], index: int, places: Places) -> None:
    if len(found.faults) >= MOST:
        return
    meta = children[index].meta
    found.faults.append(Fault(meta["code"], meta["message"], *places.at(meta["at"]), meta["length"], meta["hint"]))


def _add_reference(found: Found, token: Token, places: Places) -> None:
    line, column = places.at(token.meta["at"])
    reference = Reference(token.meta["kind"], token.meta["id"], token.meta["label"], line, column, found.open > 0)
    token.meta["reference"] = reference
    found.references.append(reference)


def _read_reference(found: Found, children: Sequence[Token], index: int, places: Places) -> None:
    token = children[index]
    if token.meta["kind"] in ("box", "figure"):
        message = f"the {token.meta['kind']} “{token.meta['id']}” is not alone in its paragraph"
        hint = "put an empty line before and after it"
        found.faults.append(Fault("M123", message, *places.at(token.meta["at"]), len(token.meta["id"]) + 4, hint))
    else:
        _add_reference(found, token, places)


def _read_mark(found: Found, children: Sequence[Token], index: int, places: Places) -> None:
    token = children[index]
    depth, end = 1, index
    while depth:
        end += 1
        depth += {"mark_open": 1, "mark_close": -1}.get(children[end].type, 0)
    said = words_of(children[index + 1 : end]).translate(STRAIGHT)
    sub, see, see_also = (token.meta.get(key) for key in ("sub", "see", "see-also"))
    found.marks.append(Mark(token.meta.get("term") or said, sub, see, see_also, *places.at(token.meta["at"])))
    token.meta["number"] = len(found.marks)


def _read_formula(found: Found, children: Sequence[Token], index: int, places: Places) -> None:
    token = children[index]
    formula = Formula(token.content, False, token.meta["alt"], *places.at(token.meta["at"]))
    _add_formula(found, token, formula, lambda offset: places.at(token.meta["inside"] + offset))


def _read_display(found: Found, token: Token) -> None:
    lines = token.meta["lines"]
    place = Places(_line_offsets(token.content), lines[0][0] + 1, tuple(column for _, column in lines))
    line, column = place.at(-2)
    if not token.meta["closed"]:
        hint = "close it with $$ on a line of its own"
        found.faults.append(Fault("M170", "this display formula is not closed", line, column, 2, hint))
    formula = Formula(token.content.strip(), True, token.meta["alt"], line, column)
    shift = len(token.content) - len(token.content.lstrip())
    _add_formula(found, token, formula, lambda offset: place.at(offset + shift))


def _line_offsets(content: str) -> tuple[int, ...]:
    return (0, *(found.end() for found in re.finditer("\n", content)))


def _add_formula(found: Found, token: Token, formula: Formula, place: Callable[[int], tuple[int, int]]) -> None:
    found.words += 1
    token.meta["formula"] = formula
    found.formulas.append(formula)
    offsets = _line_offsets(formula.latex)
    faults = maths.check(formula.latex)
    token.meta["refused"] = bool(faults)
    for fault in faults if len(found.faults) < MOST else ():
        offset = offsets[fault.line - 1] + fault.column - 1
        found.faults.append(fault.moved(*place(offset)))


def _read_note(found: Found, children: Sequence[Token], index: int, places: Places) -> None:
    token = children[index]
    label = token.meta["label"]
    if label not in found.notes:
        code, message, hint = "M130", f"the footnote “{label}” is not defined", f"write [^{label}]: ..."
    elif label in found.numbers or "note" in token.meta:
        code, message, hint = "M133", f"the footnote “{label}” is used twice", "write a second footnote"
    else:
        found.numbers[label] = token.meta["number"] = len(found.numbers) + 1
        return
    found.faults.append(Fault(code, message, *places.at(token.meta["at"]), token.meta["length"], hint))


def _read_notes(found: Found) -> None:
    """Read the footnotes in the order of their numbers, then say which have none."""
    for label in sorted(found.notes, key=lambda label: found.numbers.get(label, 0)):
        token = found.notes[label]
        for child in token.children or []:
            if child.type == "note":
                child.meta["note"] = True
        _read_inline(found, token)
        if label not in found.numbers:
            line, column, length = token.meta["note"]
            hint = f"refer to it with [^{label}], or remove it"
            found.faults.append(Fault("M131", f"nothing refers to the footnote “{label}”", line, column, length, hint))


_READERS: Final[dict[str, Callable[[Found, Sequence[Token], int, Places], None]]] = {
    "fault": _add_fault,
    "reference": _read_reference,
    "value": lambda found, children, index, places: _add_reference(found, children[index], places),
    "figure": _read_reference,
    "picture": lambda found, children, index, places: _add_reference(found, children[index], places),
    "mark_open": _read_mark,
    "formula": _read_formula,
    "note": _read_note,
}
