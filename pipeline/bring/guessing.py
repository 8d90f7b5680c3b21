"""Guess how the Markdown of a bank is written: each folder by what finds most in it, each file where another finds more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from pathlib import PurePosixPath
from typing import Final

from pipeline.bring import banks
from pipeline.bring.banks import Dialect
from pipeline.bring.haul import Node, said
from pipeline.bring.segment import Cut, asks, cut

MINIMUM: Final = 1.5
"""Least score of a dialect that is guessed; a single question may be chance."""
Cuts = Mapping[str, Mapping[str, Cut]]
"""Files cut up in each dialect: by dialect, then by path."""


def guessed(read: Mapping[str, Node]) -> dict[str, Dialect]:
    """Return the dialect of each file.

    One fits the whole bank; a folder, and within it a file, departs from it where another finds more questions, most of them answered:
    a README that repeats what files of a question each hold is written in another way than these.
    """
    names = [name for name, dialect in banks.known().items() if dialect.reads == "markdown" and name != banks.OWN_README]
    cuts = {name: {path: cut(document, banks.known()[name], path) for path, document in read.items()} for name in names}
    lone = {path for path, document in read.items() if _is_lone(document)}
    better = partial(_better, cuts, lone)
    whole = better("headings", list(read), times=0)
    found: dict[str, Dialect] = {}
    for _, paths in groupby(read, key=lambda path: PurePosixPath(path).parent):
        inside = list(paths)
        nearer = better(whole, inside)
        kept = lone if "file" in banks.known()[nearer].question else ()
        found |= {path: banks.known()[nearer if path in kept else better(nearer, [path], times=2)] for path in inside}
    return {path: found[path] for path in read}


def main(found: Mapping[str, Dialect]) -> Dialect:
    """Return the dialect of most files; of none it is that of headings."""
    names = [dialect.id for dialect in found.values()]
    return banks.known()[max(dict.fromkeys(names), key=names.count, default="headings")]


def _better(cuts: Cuts, lone: set[str], before: str, paths: list[str], *, times: int = 1) -> str:
    """Return the dialect that finds most in some files: another than the one before only where that is no chance.

    It finds more than so many times what the one before does.
    """
    scores = {name: _score(name, [cuts[name][path] for path in paths], sum(path in lone for path in paths)) for name in cuts}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < MINIMUM or scores[best] <= times * scores[before]:
        return before
    drafts = [draft for path in paths for draft in cuts[best][path].drafts]
    return best if not times or 2 * sum(bool(draft.body) for draft in drafts) > len(drafts) else before


def _score(name: str, cuts: list[Cut], lone: int) -> float:
    """Return how many questions a dialect finds; one that does not ask, or has no answer, counts less."""
    signs = banks.known()[name].question
    drafts = [draft for one in cuts for draft in one.drafts if not draft.loose]
    if "file" in signs and 2 * lone < len(cuts):
        return 0
    asking = sum(asks(said(draft.ask)) for draft in drafts)
    answered = sum(bool(draft.body) for draft in drafts)
    certain = {"options", "level", "details"} & {word for sign in signs for word in sign.split()}
    if drafts and not certain and asking < len(drafts) / 3 and "numbered" not in signs[0]:
        return 0
    return (len(drafts) + asking + answered) / 3 - sum(len(one.strays) for one in cuts)


def _is_lone(document: Node) -> bool:
    """Tell whether a file begins with its only heading of the highest level."""
    levels = [node.level for node in document.children if node.kind == "heading"]
    return bool(levels) and levels[0] == min(levels) and levels.count(levels[0]) == 1
