"""Ways through the file: named destinations, outline, page labels, and what links say."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.section_kinds import Matter
from pipeline.slots import DESCRIBED

from .records import Entry, Folios
from .syntax import array, dictionary, plain, refer, text
from .writing import Writer

UTF16 = re.compile(rb"<feff([0-9a-f]*)>")
LEAF = 64
"""Names in a leaf of the tree of destinations."""
STYLES: dict[Matter, str] = {"front": "/r", "body": "/D"}


def place(page: int, x: float, y: float) -> bytes:
    """Write a point of a page as a destination, by the number of the page's object (ISO 32000-1, 12.3.2.2)."""
    return array(refer(page), "/XYZ", x, y, "null")


def name_destinations(writer: Writer, places: Mapping[str, bytes]) -> int:
    """Name every id as a destination, in a tree of names: a reader finds one without reading all (ISO 32000-1, 7.9.6)."""
    names = sorted(((plain(name), name, found) for name, found in ((text(id_), found) for id_, found in places.items())))
    leaves = []
    for start in range(0, len(names), LEAF):
        part = names[start : start + LEAF]
        leaf = dictionary(Limits=array(part[0][1], part[-1][1]), Names=array(*(item for _, *pair in part for item in pair)))
        leaves.append(refer(writer.put(leaf)))
    return writer.put(dictionary(Kids=array(*leaves)))


def write_outline(writer: Writer, entries: Sequence[Entry]) -> int:
    """Write the outline, its upper level open (ISO 32000-1, 12.3.3)."""
    root = writer.reserve()
    first, last = _hang(writer, root, entries)
    writer.put(dictionary(Type="/Outlines", First=refer(first), Last=refer(last), Count=len(entries)), root)
    return root


def _hang(writer: Writer, parent: int, entries: Sequence[Entry]) -> tuple[int, int]:
    numbers = [writer.reserve() for _ in entries]
    for at, (number, entry) in enumerate(zip(numbers, entries, strict=True)):
        item: dict[str, object] = {"Title": text(entry.title), "Parent": refer(parent), "Dest": text(entry.target)}
        if at > 0:
            item["Prev"] = refer(numbers[at - 1])
        if at + 1 < len(numbers):
            item["Next"] = refer(numbers[at + 1])
        if entry.children:
            first, last = _hang(writer, number, entry.children)
            item |= {"First": refer(first), "Last": refer(last), "Count": -len(entry.children)}
        writer.put(dictionary(**item), number)
    return numbers[0], numbers[-1]


def labels(matters: Iterable[Matter], folios: Folios) -> bytes:
    """Write the page labels (ISO 32000-1, 12.4.2): a range for each run of pages of one matter."""
    nums: list[object] = []
    before, counted = None, {"front": 0, "body": 0}
    for page, matter in enumerate(matters):
        if matter == "cover":
            nums += [page, dictionary(P=text(folios.labels[page]))]
        else:
            if matter != before:
                nums += [page, dictionary(S=STYLES[matter], St=counted[matter] + 1)]
            counted[matter] += 1
        before = matter
    return dictionary(Nums=array(*nums))


def described(link: bytes, slots: Sequence[str]) -> bytes:
    """Write the page numbers into the description of a link."""
    return UTF16.sub(lambda found: _described(found[1], slots) or found[0], link)


def _described(written: bytes, slots: Sequence[str]) -> bytes:
    said = bytes.fromhex(written.decode()).decode("utf-16-be")
    return text(shown) if (shown := DESCRIBED.sub(lambda match: slots[int(match[1])], said)) != said else b""


def targets(entries: Iterable[Entry]) -> Mapping[str, str]:
    """List the ids an outline leads to, with the titles that do."""
    found: dict[str, str] = {}
    for entry in entries:
        found[entry.target] = entry.title
        found |= targets(entry.children)
    return found
