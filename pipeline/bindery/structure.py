"""Join the structure trees of the signatures in one (ISO 32000-1, 14.7)."""

from copy import copy
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf


class Structure:
    """The book's structure tree, growing by signatures; ids are already unique."""

    def __init__(self, pdf: Pdf) -> None:
        """Begin with one empty Document."""
        self._pdf = pdf
        self.root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self._document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=self.root))
        self._kids: dict[int, list[Object]] = {}
        self._parents: list[Any] = []
        self._ids: dict[bytes, Object] = {}
        self._next = 0

    def copy(self) -> "Structure":
        """Return a tree that grows by itself from here on; closed, it takes the place of this one."""
        twin = copy(self)
        twin._kids, twin._parents, twin._ids = dict(self._kids), list(self._parents), dict(self._ids)
        return twin

    def add(self, place: int, copied: Object, pages: list[Page]) -> None:
        """Hang the tree of a signature into the book's, at its place among the others, and count its pages and links on."""
        self._kids[place] = list(copied.K[0].K)
        for kid in self._kids[place]:
            kid.P = self._document
        nums = copied.ParentTree.Nums
        for index in range(0, len(nums), 2):
            self._parents += [self._next + int(nums[index]), nums[index + 1]]
        for page in pages:
            page.obj.StructParents = int(page.obj.StructParents) + self._next
            for annotation in page.obj.get("/Annots", ()):
                annotation.StructParent = int(annotation.StructParent) + self._next
        self._next += len(nums) // 2
        if "/IDTree" in copied:
            names = copied.IDTree.Names
            self._ids.update((bytes(names[i]), names[i + 1]) for i in range(0, len(names), 2))

    def close(self) -> None:
        """Write the tree into the catalog."""
        make = self._pdf.make_indirect
        self._document.K = Array([kid for place in sorted(self._kids) for kid in self._kids[place]])
        self.root.K = Array([self._document])
        self.root.ParentTree = make(Dictionary(Nums=Array(self._parents)))
        self.root.ParentTreeNextKey = self._next
        if self._ids:
            names = Array()
            for key in sorted(self._ids):
                names.append(key)
                names.append(self._ids[key])
            self.root.IDTree = make(Dictionary(Names=names))
        self._pdf.Root.StructTreeRoot = self.root
