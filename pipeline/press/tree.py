"""The structure tree of a signature, keyed by element: its fragments on several pages join in one node.

WeasyPrint 70's own tagger walks layout boxes instead: it splits elements at page breaks, and knows no notes,
formulas, code, contents, languages or artifacts.
"""

from xml.etree.ElementTree import Element

import pydyf

from .kinship import Kin
from .roles import alternative, cell_attributes, numbering, role


class StructureTree:
    """Structure elements made as their first content is met."""

    def __init__(self, pdf: pydyf.PDF, kin: dict[Element, Kin], prefix: str) -> None:
        """Begin with a Document; the ids of nodes begin with the prefix."""
        self._pdf, self._kin, self._prefix = pdf, kin, prefix
        self.parent_tree = pydyf.Dictionary({"Nums": pydyf.Array()})
        self._ids: dict[str, bytes] = {}
        self._nodes: dict[Element, pydyf.Dictionary] = {}
        self._items: dict[Element, pydyf.Dictionary] = {}
        self.struct = pydyf.Dictionary({"Type": "/StructTreeRoot", "K": pydyf.Array()})
        pdf.add_object(self.parent_tree)
        pdf.add_object(self.struct)
        self.struct["ParentTree"] = self.parent_tree.reference
        self.document = self.add("Document", self.struct)

    def add(self, tag: str, parent: pydyf.Dictionary, **extra: object) -> pydyf.Dictionary:
        """Add a node of a structure type below another."""
        node = pydyf.Dictionary({"Type": "/StructElem", "S": f"/{tag}", "K": pydyf.Array(), **extra})
        node["P"] = parent.reference
        self._pdf.add_object(node)
        parent["K"].append(node.reference)
        return node

    def describe(self, node: pydyf.Dictionary, owner: str, **values: object) -> None:
        """Give a node attributes of one owner (ISO 32000-1, 14.7.5)."""
        node.setdefault("A", pydyf.Array()).append(pydyf.Dictionary({"O": f"/{owner}", **values}))

    def node(self, element: Element) -> pydyf.Dictionary:
        """Find or make the node that holds an element's content; for a list item that is its body."""
        if element not in self._nodes:
            made = self._make(element)
            self._nodes.setdefault(element, made)
        return self._nodes[element]

    def label(self, element: Element, list_style: object) -> pydyf.Dictionary:
        """Make the node for the marker of a list item."""
        kin = self._kin[element]
        if kin.toc or kin.parent is None or element.tag != "li":
            return self.add("Lbl", self.node(element))
        whole = self.node(kin.parent)
        if "A" not in whole:
            self.describe(whole, "List", ListNumbering=f"/{numbering(list_style)}")
        return self.add("Lbl", self.item(element))

    def reference(self, element: Element) -> pydyf.Dictionary:
        """Make the node for a footnote's call, and the note's own right after it."""
        parent = self._kin[element].parent
        call = self.add("Reference", self.node(parent if parent is not None else element))
        self.node(element)
        return call

    def item(self, element: Element) -> pydyf.Dictionary:
        """Find or make the LI of a list item, or of a term with its definitions."""
        start = _first_of_group(element, self._kin)
        if start not in self._items:
            parent = self._kin[start].parent
            assert parent is not None
            self._items[start] = self.add("LI", self.node(parent), **self._language(start))
        return self._items[start]

    def close(self) -> None:
        """Write the IDTree."""
        if self._ids:
            names = pydyf.Array()
            for key in sorted(self._ids):
                names.extend([pydyf.String(key), self._ids[key]])
            self.struct["IDTree"] = pydyf.Dictionary({"Names": names})

    def _make(self, element: Element) -> pydyf.Dictionary:
        kin = self._kin[element]
        if kin.parent is None or element.tag == "body":
            return self.document
        if element.tag == "li" and not kin.toc:
            return self.add("LBody", self.item(element))
        parent = self.item(element) if element.tag in ("dt", "dd") else self.node(kin.parent)
        if element in self._nodes:  # rows and cells are made with their table
            return self._nodes[element]
        tag, extra = self._type(element, kin)
        if tag is None:
            return parent
        if tag == "Link" and kin.toc:
            parent = self.add("Reference", parent)
        return self._found(element, self.add(tag, parent, **extra))

    def _found(self, element: Element, node: pydyf.Dictionary) -> pydyf.Dictionary:
        self._nodes[element] = node
        if "ID" in node:
            self._ids[node["ID"].string] = node.reference
        if element.tag == "pre":
            self.describe(node, "Layout", Placement="/Block")
        if element.tag == "table":
            self._fill_table(element)
        return node

    def _type(self, element: Element, kin: Kin) -> tuple[str | None, dict[str, object]]:
        tag, extra = role(element, kin), self._language(element)
        if tag in ("Figure", "Formula"):
            extra["Alt"] = pydyf.String(alternative(element))
        if tag == "Note":
            extra["ID"] = pydyf.String(f"{self._prefix}/{element.get('id') or f'note-{len(self._ids) + 1}'}")
        if element.tag == "abbr" and element.get("title"):
            extra["E"] = pydyf.String(element.get("title"))
        if element.get("role") == "img" and tag is None and element.get("aria-label"):
            extra["Alt"] = pydyf.String(element.get("aria-label"))
        return tag or ("Span" if extra else None), extra

    def _language(self, element: Element) -> dict[str, object]:
        kin = self._kin[element]
        above = self._kin[kin.parent].lang if kin.parent is not None else None
        return {"Lang": pydyf.String(kin.lang)} if kin.lang and kin.lang != above else {}

    def _fill_table(self, table: Element) -> None:
        """Make every row and cell at once, so that empty cells keep their place and rows their order."""
        for caption in table.iter("caption"):
            self.node(caption)
        for row in table.iter("tr"):
            for cell in row:
                if values := cell_attributes(cell):
                    self.describe(self.node(cell), "Table", **values)
                else:
                    self.node(cell)


def _first_of_group(element: Element, kin: dict[Element, Kin]) -> Element:
    """Find the element that stands for a list item: itself, or the first dt of a group of dt and dd."""
    parent = kin[element].parent
    if element.tag == "li" or parent is None:
        return element
    first = element
    for sibling in reversed(list(parent)[: list(parent).index(element)]):
        if first.tag == "dt" and sibling.tag == "dd":
            break
        first = sibling
    return first
