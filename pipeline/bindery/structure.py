"""Join the structure trees of the signatures in one (ISO 32000-1, 14.7)."""

import re
from collections.abc import Callable

from .parsing import Objects
from .syntax import NAMED, array, dictionary, plain, refer
from .writing import Writer

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
