"""Part the content of pages, so that page numbers are written into small pieces of it, and the rest stays as it is."""

from collections.abc import Iterator, Sequence
from typing import Any

import pydyf

MARKS = b"%slot ", b"%folio "
NEAR = 40
"""Operators between two marks that are not worth a piece of their own."""


def part_marked(pdf: pydyf.PDF) -> None:
    """Part the content of every page into pieces without marks, and pieces with them; only these are not deflated.

    A page's content may be several streams, parted between any two operands or operators (ISO 32000-1, 7.8.2).
    """
    for reference in pdf.page_references:
        page = pdf.objects[int(reference.split()[0])]
        content = pdf.objects[int(page["Contents"].split()[0])]
        pieces = list(_pieces(content.stream))
        if len(pieces) == 1 and not _is_marked(pieces[0]):
            continue
        streams = [content, *(pydyf.Stream() for _ in pieces[1:])]
        for stream, piece in zip(streams, pieces, strict=True):
            stream.stream, stream.compress = piece, not _is_marked(piece)
        for stream in streams[1:]:
            pdf.add_object(stream)
        page["Contents"] = pydyf.Array([stream.reference for stream in streams])


def _pieces(operators: Sequence[Any]) -> Iterator[list[Any]]:
    """Part operators before and after each group of marks; what says where a mark stands, and in which face, stays with it."""
    end = 0
    for first, last in _groups([n for n, operator in enumerate(operators) if _is_mark(operator)]):
        start = max(first - 2, end)
        if start > end:
            yield list(operators[end:start])
        end = last + 1
        yield list(operators[start:end])
    if end < len(operators):
        yield list(operators[end:])


def _groups(marks: Sequence[int]) -> list[tuple[int, int]]:
    groups: list[tuple[int, int]] = []
    for mark in marks:
        if groups and mark - groups[-1][1] <= NEAR:
            groups[-1] = groups[-1][0], mark
        else:
            groups.append((mark, mark))
    return groups


def _is_marked(operators: Sequence[Any]) -> bool:
    return any(map(_is_mark, operators))


def _is_mark(operator: Any) -> bool:
    return isinstance(operator, bytes) and operator.startswith(MARKS)
