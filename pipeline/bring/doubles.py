"""Find questions that stand twice in a source: the same answer is imported once, another answer makes another question."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from pipeline.bring.haul import Haul, Item, Losses, Node, said

GATHERED: Final = 0.5
"""Share of a file's questions that stand in other files too: from it on, the file gathers what those hold."""
NEARLY: Final = 0.9
"""Share of the letters of an answer, and likeness of the words of two questions, that are the same but for an edit."""
LONG: Final = 80
"""Letters of a block by which an answer is found again, whatever is asked."""
COMPARED: Final = 60
"""Answers that are compared with one another."""
TOLD: Final = 1_000
"""Questions that stand twice, of which each is told; of more, how many they are."""
LEAVES: Final = frozenset({"paragraph", "heading", "summary", "cell"})
ADDRESS: Final = re.compile(r"https?://[^\s<>()\[\]]+")
Pieces = Counter[str]


def once(haul: Haul, losses: Losses) -> None:
    """Take out of a haul what repeats another question of it, and tell where each stands; tell what asks the same words otherwise.

    A question repeats one of the same words whose answer holds all of its own, in the same file, or where one of the two files gathers
    questions of others; what such a file holds may differ by an edit, which is told. Two sets of an exam that share some keep theirs.
    """
    items = [item for item in haul.items if item.kept is None]
    pieces = {id(item): _pieces(item) for item in items}
    counts = Counter(item.path for item in haul.items)
    pairs = list(_pairs(items, pieces, counts))
    shared: dict[str, set[int]] = defaultdict(set)
    for one in (one for pair in pairs if pair[0].path != pair[1].path for one in pair):
        shared[one.path].add(id(one))
    gathering = {path for path, found in shared.items() if 1 < len(found) >= GATHERED * counts[path]}
    gone = {id(item): (item, other) for item, other in pairs if item.path == other.path or gathering & {item.path, other.path}}
    gone |= {id(item): (item, other) for item, other in _edited([i for i in items if id(i) not in gone], pieces, gathering)}
    for number, (item, other) in enumerate(gone.values()):
        other.elsewhere.append((item.path, item.anchors))
        if number < TOLD:
            _tell_once(item, other, pieces, losses)
        elif number == TOLD:
            more = f"{len(gone) - TOLD:,} questions from here on stand twice, and are imported once"
            losses.tell("I206", more, (item.path, item.line), "delete what is repeated in the source")
    places = {(item.path, item.line) for item, _ in gone.values()}
    losses.diagnostics = [d for d in losses.diagnostics if d.code != "I201" or (d.place.path, d.place.line) not in places]
    haul.items = [item for item in haul.items if id(item) not in gone]
    _tell_twice(haul, losses)


def _tell_once(item: Item, other: Item, pieces: dict[int, Pieces], losses: Losses) -> None:
    rest = [*(pieces[id(item)] - pieces[id(other)]), *([said(item.ask)] if item.asked != other.asked else [])]
    but = f", but for '{' '.join(rest[0].split())[:60]}'" if rest else ""
    message = f"stands at {other.path}:{other.line} as well{but}, and is imported from there"
    losses.tell("I206", message, (item.path, item.line), "delete one of the two in the source, or leave both")


def _tell_twice(haul: Haul, losses: Losses) -> None:
    first: dict[str, tuple[str, int]] = {}
    for item in haul.items:
        if item.asked in first:
            path, line = first[item.asked]
            losses.tell("I204", f"asks what {path}:{line} asks", (item.path, item.line), "keep one of the two, or leave both")
        first.setdefault(item.asked, (item.path, item.line))


def _pairs(items: list[Item], pieces: dict[int, Pieces], counts: Counter[str]) -> Iterator[tuple[Item, Item]]:
    """Yield each question that repeats another, with that: the fullest of its words, of equals that of the file with fewest."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.asked].append(item)
    for group in groups.values():
        fullest: list[Item] = []
        for item in sorted(group, key=lambda item: (-pieces[id(item)].total(), counts[item.path])):
            other = next((f for f in fullest[:COMPARED] if pieces[id(item)] <= pieces[id(f)] and not _apart(item, f)), None)
            if other is None:
                fullest.append(item)
            else:
                yield item, other


def _edited(items: list[Item], pieces: dict[int, Pieces], gathering: set[str]) -> Iterator[tuple[Item, Item]]:
    """Yield each question of a file that gathers others, with that of another file which it repeats but for an edit."""
    known: dict[str, list[Item]] = defaultdict(list)
    for item in items if gathering else ():
        if item.path not in gathering and not item.choices:
            for key in (item.asked, *(piece for piece in pieces[id(item)] if len(piece) > LONG)):
                known[key].append(item)
    for item in items:
        if item.path in gathering and not item.choices:
            keys = (item.asked, *(piece for piece in pieces[id(item)] if len(piece) > LONG))
            near = (other for key in keys for other in known[key][:COMPARED] if _is_edit(item, other, pieces) and not _apart(item, other))
            if other := next(near, None):
                yield item, other


def _is_edit(item: Item, other: Item, pieces: dict[int, Pieces]) -> bool:
    own, shared = (sum(len(piece) * n for piece, n in found.items()) for found in (pieces[id(item)], pieces[id(item)] & pieces[id(other)]))
    alike = item.asked == other.asked or SequenceMatcher(None, item.asked[:500], other.asked[:500]).ratio() >= NEARLY
    return alike and shared >= NEARLY * own


def _apart(item: Item, other: Item) -> bool:
    """Tell whether the source itself names two questions apart."""
    return bool(item.given and other.given and item.given != other.given)


def _pieces(item: Item) -> Pieces:
    """Return what an answer says, block by block, and all choices in their order: an exam that shuffles them is another."""
    found: Pieces = Counter()
    for node in (node for top in [*item.answer, *(part for point in item.key_points for part in point)] for node in top.walk()):
        if node.kind == "listing":
            found[node.text.rstrip()] += 1
        elif node.kind in LEAVES:
            found.update(_said(node.children))
        elif node.kind in ("link", "picture", "display"):
            found[node.info or node.text] += 1
    for point in item.key_points:
        found.update(_said(point))
    if item.choices:
        found["\n".join(f"{said(choice.text)}\t{choice.correct}\t{said(choice.note)}" for choice in item.choices)] += 1
    return found


def _said(line: list[Node]) -> list[str]:
    """Return the letters and digits of a line, whatever stands between them, and the addresses in its words."""
    words = said(line)
    bare = "".join(c for c in ADDRESS.sub("", words).casefold() if c.isalnum())
    return [*ADDRESS.findall(words), *([bare] if bare else [])]
