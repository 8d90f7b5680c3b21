"""Mark where page numbers stand among a page's operators, and what closes up to them (see `pipeline.slots`)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

import pydyf
from weasyprint.formatting_structure import boxes

from pipeline import slots

from .weasyprint70 import settled

GLYPHS = re.compile(rb"<([0-9a-f]*)>")
FACE = re.compile(rb"/(\S+) (\S+) Tf$")

Marked = tuple[slots.Mark, str]
"""The mark of a slot, and the size of its face."""


class SlotError(ValueError):
    """A slot whose operator is not what the bindery can fill."""


def mark_slot(operators: list[Any], start: int, text: str, index: int | None, align: str = "right") -> Marked:
    """Put the mark before the one text operator of the marked content that starts at a place; `index` is None for a folio."""
    zeros = slots.ZEROS.search(text)
    if zeros is None:
        raise SlotError(f"no zeros to write a page number over in '{text}'")
    shown = list(shows(operators, start))
    if len(shown) != 1:
        raise SlotError(f"'{text}' is not set in one run")
    glyphs = b"".join(GLYPHS.findall(operators[shown[0]]))
    if len(glyphs) != 4 * len(text):
        raise SlotError(f"'{text}' is not set with one glyph to a character")
    face, size = _face(operators, shown[0])
    mark = slots.Mark(index, zeros.start(), len(zeros[0]), align, face)
    operators[shown[0]] = mark.written() + operators[shown[0]]
    return mark, size


def shows(operators: list[Any], start: int) -> Iterator[int]:
    """Yield where the marked content that starts at a place shows text."""
    for index in range(start, len(operators)):
        operator = operators[index]
        if operator == b"EMC":
            return
        if isinstance(operator, bytes) and operator.endswith(b"] TJ"):
            yield index


def _face(operators: list[Any], before: int) -> tuple[str, str]:
    for operator in reversed(operators[:before]):
        if isinstance(operator, bytes) and (match := FACE.search(operator)):
            return match[1].decode(), match[2].decode()
    raise SlotError("text without a font")


# What follows a number on its line


def closed_up(page: Any, slot_of: Callable[[Any], Element | None]) -> dict[Any, list[Any]]:
    """Find what stands in lines that are set from the left and name pages among their words: by each box of a slot, its line."""
    found = {}
    for line in _lines_from_the_left(page, slot_of):
        inside = list(_in_line(line))
        for box in inside:
            slot = slot_of(box)
            if slot is not None and slots.AMONG_WORDS in (slot.get("class") or "").split():
                found[box] = inside
    return found


def close_up(lines: Mapping[Any, list[Any]], marks: Mapping[Any, Marked], shown: Mapping[Any, int], operators: list[Any]) -> None:
    """Let what follows a slot on its line move up to its number, and what comes after the line stay; tell the links."""
    moves = [move for box, mark in marks.items() for move in _moves(box, mark, lines[box], shown, operators)]
    for place, operator in sorted(moves, key=lambda move: move[0], reverse=True):
        operators.insert(place, operator)
    for line in {id(line): line for line in lines.values()}.values():
        _tell_links(line, marks)


def _tell_links(line: list[Any], marks: Mapping[Any, Marked]) -> None:
    places = {box: place for place, box in enumerate(line) if box in marks}
    for start, box in enumerate(line):
        if box.link_annotation is not None:
            end = start + sum(1 for _ in _in_line(box))
            told = [slots.before_end(*marks[slot], both=place < start) for slot, place in places.items() if place <= end]
            if told:
                box.link_annotation["Moved"] = pydyf.String(";".join(told))


def _lines_from_the_left(box: Any, slot_of: Callable[[Any], Element | None]) -> Iterator[Any]:
    box = settled(box)
    if isinstance(box, boxes.LineBox) and slot_of(box) is None and _is_from_the_left(box.style):
        yield box
    for child in getattr(box, "children", ()):
        yield from _lines_from_the_left(child, slot_of)


def _is_from_the_left(style: Any) -> bool:
    return style["direction"] == "ltr" and style["text_align_all"] in ("start", "left", "justify")


def _moves(slot: Any, marked: Marked, line: list[Any], shown: Mapping[Any, int], operators: list[Any]) -> Iterator[tuple[int, bytes]]:
    """Give the operators to put in, and where: around the words behind a slot on its line, and around each picture: they come later."""
    after = [box for box in line[line.index(slot) + 1 :] if box in shown]
    words = [shown[box] for box in after if not isinstance(box, boxes.ReplacedBox)]
    spans = [(shown[box] - 1, _end(operators, shown[box])) for box in after if isinstance(box, boxes.ReplacedBox)]
    if words:
        begin = _end(operators, shown[slot])
        while operators[begin] == b"Q":
            begin += 1
        spans.append((begin, _end(operators, max(words))))
    for begin, end in spans:
        balanced = _balanced(operators, begin, end)
        if balanced is not None:
            yield begin, slots.moving(*marked, -1)
            yield balanced, slots.moving(*marked, 1)


def _in_line(box: Any) -> Iterator[Any]:
    for child in getattr(box, "children", ()):
        if settled(child) is child and child.is_in_normal_flow():
            yield child
            yield from _in_line(child)


def _end(operators: list[Any], start: int) -> int:
    return operators.index(b"EMC", start) + 1


def _balanced(operators: list[Any], begin: int, end: int) -> int | None:
    """Return where all that was begun between two places has ended; None where something ends that began before."""
    depth = 0
    for operator in operators[begin:end]:
        depth += (operator == b"q") - (operator == b"Q")
        if depth < 0:
            return None
    while depth and operators[end] == b"Q":
        depth, end = depth - 1, end + 1
    return None if depth else end
