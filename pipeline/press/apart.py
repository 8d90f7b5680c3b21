"""Part the content of pages, so that page numbers are written into small pieces of it, and the rest stays as it is."""

from collections.abc import Iterator, Sequence
from typing import Any

import pydyf

from pipeline.slots import MARKS

NEAR = 40
"""Operators between two marks that are not worth a piece of their own."""


def part_marked(pdf: pydyf.PDF) -> None:
    """Part the content of every page into pieces without marks, and pieces with them; only these are not deflated.

    A page's content may be several streams, parted between any two operands or operators (ISO 32000-1, 7.8.2).
    """
    for reference in pdf.page_references:
        page = pdf.objects[int(reference.split()[0])]
        content = pdf.objects[int(page["Contents"].split()[0])]
        first, *more = _pieces(content.stream)
        content.stream, content.compress = first
        streams = [content, *(pydyf.Stream(piece, compress=deflated) for piece, deflated in more)]
        for stream in streams[1:]:
            pdf.add_object(stream)
        page["Contents"] = pydyf.Array([stream.reference for stream in streams])


def _pieces(operators: Sequence[Any]) -> Iterator[tuple[list[Any], bool]]:
    """Part operators before and after each group of marks, and say which pieces are to be deflated.

    What says where a mark stands, and in which face, stays with it.
    """
    end = 0
    for first, last in _groups([n for n, operator in enumerate(operators) if isinstance(operator, bytes) and operator.startswith(MARKS)]):
        start = max(first - 2, end)
        if start > end:
            yield list(operators[end:start]), True
        end = last + 1
        yield list(operators[start:end]), False
    if end < len(operators) or not operators:
        yield list(operators[end:]), True


def _groups(marks: Sequence[int]) -> list[tuple[int, int]]:
    groups: list[tuple[int, int]] = []
    for mark in marks:
        if groups and mark - groups[-1][1] <= NEAR:
            groups[-1] = groups[-1][0], mark
        else:
            groups.append((mark, mark))
    return groups
