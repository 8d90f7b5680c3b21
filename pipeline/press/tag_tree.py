"""The structure tree of a signature, keyed by element: its fragments on several pages join in one node.

WeasyPrint 70's own tagger walks layout boxes instead: it splits elements at page breaks, and knows no notes,
formulas, code, contents, languages or artifacts.
"""

from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

import pydyf

from pipeline import slots

SVG = "{http://www.w3.org/2000/svg}svg"
ROLES = {
    "main": "Part",
    "article": "Art",
    "section": "Sect",
    "nav": "Sect",
    "aside": "Sect",
    "div": "Div",
    "header": "Div",
    "footer": "Div",
    "figure": "Div",
    "hgroup": "Div",
    "address": "P",
    "p": "P",
    "blockquote": "BlockQuote",
    "q": "Quote",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "dt": "Lbl",
    "dd": "LBody",
    "table": "Table",
    "caption": "Caption",
    "figcaption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    "pre": "Code",
    "code": "Code",
    "h1": "H1",
    "h2": "H2",
    "h3": "H3",
    "h4": "H4",
    "h5": "H5",
    "h6": "H6",
}
TOC_ROLES = {"ol": "TOC", "ul": "TOC", "li": "TOCI", "div": None}
NUMBERINGS = {
    "decimal": "Decimal",
    "upper-alpha": "UpperAlpha",
    "lower-alpha": "LowerAlpha",
    "upper-latin": "UpperAlpha",
    "lower-latin": "LowerAlpha",
    "upper-roman": "UpperRoman",
    "lower-roman": "LowerRoman",
    "disc": "Disc",
    "circle": "Circle",
    "square": "Square",
}


@dataclass(frozen=True, slots=True)
class Kin:
    """An element's parent, and what holds for it because of the elements it stands in."""

    parent: Element | None
    hidden: bool = False
    """Decoration: no reader is told of it."""
    toc: bool = False
    """Within a table of contents."""
    lang: str | None = None
    link: Element | None = None
    """The link it is part of."""
    slot: Element | None = None
    """The slot it is part of."""
    repeated: Element | None = None
    """The table head or foot it is part of: printed again on each page of the table."""


def kinships(root: Element) -> dict[Element, Kin]:
    """Map every element to its kin."""
    found: dict[Element, Kin] = {}
    waiting = [(root, Kin(None))]
    while waiting:
        element, inherited = waiting.pop()
        found[element] = own = _own(element, inherited)
        waiting.extend((child, replace(own, parent=element)) for child in reversed(element))
    return found


def _own(element: Element, above: Kin) -> Kin:
    tag, role = element.tag, element.get("role")
    return Kin(
        parent=above.parent,
        hidden=above.hidden or is_decoration(element),
        toc=above.toc or (tag == "nav" and role == "doc-toc"),
        lang=element.get("lang") or above.lang,
        link=element if tag == "a" and element.get("href") else above.link,
        slot=element if _is_slot(element) else above.slot,
        repeated=element if tag in ("thead", "tfoot") else above.repeated,
    )


def _is_slot(element: Element) -> bool:
    """Say whether an element is a place for a page number."""
    return slots.CLASS in (element.get("class") or "").split()


def is_decoration(element: Element) -> bool:
    """Say whether an element is there for the eye only."""
    if element.get("aria-hidden") == "true":
        return True
    if element.tag == "img" and not (element.get("alt") or "").strip():
        return True
    return element.tag in ("img", SVG) and element.get("role") in ("presentation", "none")


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
            self.describe(whole, "List", ListNumbering=f"/{_numbering(list_style)}")
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
        tag, extra = _role(element, kin), self._language(element)
        if tag in ("Figure", "Formula"):
            extra["Alt"] = pydyf.String(_alternative(element))
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
                if values := _cell_attributes(cell):
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


# Structure types (ISO 32000-1, 14.8.4), and the attributes that go with them


def _role(element: Element, kin: Kin) -> str | None:
    """Name the structure type of an element; None when its content belongs to its parent."""
    tag = element.tag
    if tag in ("img", SVG):
        return "Formula" if element.get("role") == "math" else "Figure"
    if element.get("role") == "doc-footnote":
        return "Note"
    if tag == "a":
        return "Link" if element.get("href") else None
    if tag == "code" and kin.parent is not None and kin.parent.tag == "pre":
        return None
    if tag == "div" and kin.parent is not None and kin.parent.tag == "dl":
        return None
    if kin.toc and tag in TOC_ROLES:
        return TOC_ROLES[tag]
    return ROLES.get(tag)


def _alternative(element: Element) -> str:
    """Give the text that stands for an image: `alt`, `aria-label` or an SVG's title."""
    title = element.find("{http://www.w3.org/2000/svg}title") if element.tag == SVG else None
    return element.get("alt") or element.get("aria-label") or (title.text if title is not None else "") or ""


def _numbering(list_style: object) -> str:
    """Name a list's ListNumbering (ISO 32000-1, table 347) for a CSS list-style-type."""
    return NUMBERINGS.get(list_style, "Disc") if isinstance(list_style, str) else "Disc"


def _cell_attributes(cell: Element) -> dict[str, object]:
    """Give the Table attributes of a cell: its spans, and what a head stands over."""
    values: dict[str, object] = {}
    for attribute, key in (("colspan", "ColSpan"), ("rowspan", "RowSpan")):
        if (span := int(cell.get(attribute) or 1)) > 1:
            values[key] = span
    if cell.tag == "th":
        values["Scope"] = "/Row" if cell.get("scope") in ("row", "rowgroup") else "/Column"
    return values
