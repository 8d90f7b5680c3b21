"""What the catalog leads to: named destinations, outline, page labels, and tags; and what links say."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.bindery.page_numbers import Folios
from pipeline.bindery.pdf_syntax import NAMED, Objects, Writer, array, dictionary, plain, refer, text
from pipeline.section_kinds import Matter
from pipeline.slots import DESCRIBED


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the outline: its title, the id it leads to, and what stands below it."""

    title: str
    target: str
    children: "tuple[Entry, ...]" = ()


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
    """Return the ids an outline leads to, with the titles that do."""
    found: dict[str, str] = {}
    for entry in entries:
        found[entry.target] = entry.title
        found |= targets(entry.children)
    return found


ROW = re.compile(rb"(\d+) (\[[^\]]*\]|\d+ 0 R)")
"""A key of a parent tree, and what it stands for: the owners of a page's marked content, or of a link."""


class Structure:
    """The book's structure tree, growing by signatures in their order; ids are already unique."""

    def __init__(self, writer: Writer) -> None:
        """Begin with one empty Document."""
        self._writer = writer
        self.root, self.document = writer.reserve(), writer.reserve()
        self.next = 0
        """Key into the parent tree that the next signature's first page has."""
        self._kids: list[bytes] = []
        self._leaves: list[bytes] = []
        self._ids: dict[bytes, tuple[bytes, int]] = {}

    def add(self, objects: Objects, moved: Callable[[int], int], renumbered: Callable[[bytes], bytes]) -> None:
        """Hang the tree of a signature into the book's.

        ``moved`` gives the number in the book of one of its objects, ``renumbered`` a body with such numbers.
        """
        (document,) = objects.numbers(objects.tags, b"K")
        self._kids += (refer(moved(kid)) for kid in objects.numbers(document, b"K"))
        self._ids.update((plain(name), (name, moved(int(node)))) for name, node in NAMED.findall(_ids(objects)))
        (tree,) = objects.numbers(objects.tags, b"ParentTree")
        rows = ROW.findall(objects.bodies[tree].removeprefix(b"<</Nums ["))
        if rows:
            nums = b" ".join(b"%d %s" % (self.next + int(key), value) for key, value in rows)
            limits = array(self.next, self.next + len(rows) - 1)
            self._leaves.append(refer(self._writer.put(dictionary(Limits=limits, Nums=b"[%s]" % renumbered(nums)))))
            self.next += len(rows)

    def close(self) -> None:
        """Write what is above the signatures."""
        put = self._writer.put
        put(dictionary(Type="/StructElem", S="/Document", P=refer(self.root), K=array(*self._kids)), self.document)
        entries: dict[str, object] = {"Type": "/StructTreeRoot", "K": array(refer(self.document))}
        entries |= {"ParentTree": refer(put(dictionary(Kids=array(*self._leaves)))), "ParentTreeNextKey": self.next}
        if self._ids:
            names = array(*(part for _, (name, node) in sorted(self._ids.items()) for part in (name, refer(node))))
            entries["IDTree"] = refer(put(dictionary(Names=names)))
        put(dictionary(**entries), self.root)


def _ids(objects: Objects) -> bytes:
    return objects.bodies[objects.tags].partition(b"/IDTree ")[2]
