"""Tag the pages: walk the boxes WeasyPrint has painted, and hang what they show into the structure tree.

On the way, the text operators that will show a page number are marked (see `pipeline.slots`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import pydyf
from weasyprint.formatting_structure import boxes

from pipeline import slots

from .slot_marks import Marked, SlotError, close_up, closed_up, mark_slot, shows
from .tag_tree import Kin, StructureTree
from .weasyprint70 import page_box, settled, tagged_boxes

CROSS_LINK = "xref:"
LAST_GLYPH = re.compile(rb"([0-9a-f]{4})>-?[\d.]*\] TJ$")
HYPHEN = "\u2010"
"""What WeasyPrint ends a line with that parts a word; books are written with the hyphen of a keyboard."""
REORDERED = re.compile(r"[\u0900-\u0dff\u1000-\u109f\u1780-\u17ff]")
"""Letters of scripts whose glyphs stand in another order than they do: what a glyph is called says too little (ISO 32000-1, 14.9.4)."""


class Tagger:
    """What is tagged so far, over all pages of a signature."""

    def __init__(self, pdf: pydyf.PDF, tree: StructureTree, kin: dict[Element, Kin]) -> None:
        """Begin with an empty tree and the kin of every element."""
        self.pdf, self.tree, self.kin = pdf, tree, kin
        self.slots = tuple(e for e, own in kin.items() if own.slot is e)
        self.slot_numbers = {element: number for number, element in enumerate(self.slots)}
        self.linked: list[tuple[pydyf.Dictionary, pydyf.Dictionary]] = []
        self.head_pages: dict[Element, int] = {}
        self.warnings: list[str] = []

    def tag_pages(self, pages: Sequence[Any], streams: Sequence[Any]) -> None:
        """Tag every page and write the parent tree (ISO 32000-1, 14.7.4.4)."""
        nums = self.tree.parent_tree["Nums"]
        for number, (page, stream) in enumerate(zip(pages, streams, strict=True)):
            nums.extend([number, PageTagger(self, number, page, stream).tag()])
        for number, (node, annotation) in enumerate(self.linked, start=len(pages)):
            annotation["StructParent"] = number
            nums.extend([number, node.reference])
        self.tree.close()

    def described(self, element: Element) -> str:
        """Give the text of a link, with images and slots in it, and after it what it leads to, where its title says so."""
        words = " ".join("".join(self._pieces(element)).split()) or element.get("aria-label") or ""
        return ": ".join(filter(None, (words, element.get("title"))))

    def _pieces(self, element: Element) -> Iterator[str]:
        if element in self.slot_numbers:
            yield slots.described(self.slot_numbers[element], "".join(element.itertext()))
        elif not self.kin[element].hidden:
            yield element.get("alt") or element.text or ""
            for child in element:
                yield from self._pieces(child)
                yield child.tail or ""


class PageTagger:
    """Tags one page."""

    def __init__(self, tagger: Tagger, number: int, page: Any, stream: Any) -> None:
        """Find where each piece of marked content begins."""
        self.all, self.tree, self.number, self.height = tagger, tagger.tree, number, page.height
        self.box, self.operators, self.tags = page_box(page), stream.stream, tagged_boxes(stream)
        self.reference = tagger.pdf.page_references[number]
        self.starts = {
            operator["MCID"]: index
            for index, operator in enumerate(self.operators)
            if isinstance(operator, pydyf.Dictionary) and "MCID" in operator
        }
        self.shown: dict[Any, int] = {}
        """Where boxes begin among the operators."""
        self.lines = closed_up(self.box, self._slot) if tagger.slots else {}
        self.marks: dict[Any, Marked] = {}
        """Slots of those lines."""
        self.owners: dict[int, bytes] = {}
        self.dropped: set[bytes] = set()

    def tag(self) -> pydyf.Array:
        """Tag the page; give its row of the parent tree."""
        self._walk(self.box, None, None)
        close_up(self.lines, self.marks, self.shown, self.operators)
        if self.dropped:
            page = self.all.pdf.objects[int(self.reference.split()[0])]
            page["Annots"] = pydyf.Array([r for r in _references(page["Annots"]) if r not in self.dropped])
        last = max(self.owners, default=-1)
        return pydyf.Array([self.owners.get(mcid, b"null") for mcid in range(last + 1)])

    def _walk(self, box: Any, margin: str | None, link: Element | None) -> None:
        box = settled(box)
        if isinstance(box, boxes.MarginBox):
            margin = "Header" if "top" in box.at_keyword else "Footer"
        if box.link_annotation is not None:
            link = self._link(box, link, margin)
        if box in self.tags:
            self._content(box, self.tags.pop(box)["mcid"], margin)
        for child in getattr(box, "children", ()):
            self._walk(child, margin, link)

    def _link(self, box: Any, within: Element | None, margin: str | None) -> Element | None:
        """Hang a link's annotation; boxes nested in a link repeat it, and the repetition is dropped."""
        annotation, element = box.link_annotation, self.all.kin[box.element].link
        if element is None or element is within or margin or box.is_leader or self.all.kin[box.element].hidden:
            self.dropped.add(annotation.reference)
            return within
        node = self.tree.node(element)
        annotation["F"] = 4  # printed: PDF/A-2, 6.3.2
        annotation["Contents"] = pydyf.String(self.all.described(element))
        if (target := element.get("href") or "").startswith(CROSS_LINK):
            del annotation["A"]
            annotation["Dest"] = pydyf.String(target.removeprefix(CROSS_LINK))
        kid = pydyf.Dictionary({"Type": "/OBJR", "Obj": annotation.reference, "Pg": self.reference})
        node["K"].append(kid)
        self.all.linked.append((node, annotation))
        return element

    def _content(self, box: Any, mcid: int, margin: str | None) -> None:
        if mcid not in self.starts:
            message = "content in a transparency group cannot be tagged: use rgba() colors in"
            self.all.warnings.append(f"{message} <{box.element_tag}>")
            return
        self.shown[box] = self.starts[mcid]
        self._find_slot(box, self.starts[mcid], margin)
        if kind := self._artifact_kind(box, margin):
            self._mark_artifact(self.starts[mcid], kind, margin)
            self._say(box, self.starts[mcid])
            return
        node = self._owner(box)
        if isinstance(box, boxes.ReplacedBox):
            self._measure(box, node)
        self._say(box, self.starts[mcid])
        self.owners[mcid] = node.reference
        self._hang(mcid, node)

    def _artifact_kind(self, box: Any, margin: str | None) -> str | None:
        """Say what kind of artifact a box is (ISO 32000-1, 14.8.2.2), None if it is real content."""
        if margin or box.element is None:
            return "Pagination"
        kin = self.all.kin[box.element]
        if box.is_leader or kin.hidden:
            return "Layout"
        first = self.all.head_pages.setdefault(kin.repeated, self.number) if kin.repeated is not None else None
        return "Pagination" if first not in (None, self.number) else None

    def _owner(self, box: Any) -> pydyf.Dictionary:
        match box.element_tag.partition("::")[2]:
            case "marker":
                return self.tree.label(box.element, box.style["list_style_type"])
            case "footnote-call":
                return self.tree.reference(box.element)
            case "footnote-marker":
                return self.tree.add("Lbl", self.tree.node(box.element))
        return self.tree.node(box.element)

    def _hang(self, mcid: int, node: pydyf.Dictionary) -> None:
        if node.setdefault("Pg", self.reference) == self.reference:
            node["K"].append(mcid)
        else:
            node["K"].append(pydyf.Dictionary({"Type": "/MCR", "Pg": self.reference, "MCID": mcid}))

    def _measure(self, box: Any, node: pydyf.Dictionary) -> None:
        left, top = box.content_box_x(), box.content_box_y()
        sides = (left, self.height - top - box.height, left + box.width, self.height - top)
        values: dict[str, object] = {"BBox": pydyf.Array([round(side * 0.75, 3) for side in sides])}
        if not isinstance(box, boxes.InlineReplacedBox):
            values["Placement"] = "/Block"
        self.tree.describe(node, "Layout", **values)

    def _say(self, box: Any, start: int) -> None:
        """Write beside glyphs that stand in another order than their letters what they say."""
        if isinstance(box, boxes.TextBox) and REORDERED.search(box.text):
            self.operators[start]["ActualText"] = pydyf.String(box.text)
        elif isinstance(box, boxes.TextBox) and box.text.endswith(HYPHEN):
            self._soften(start)

    def _soften(self, start: int) -> None:
        """Say that the hyphen at the end of a line is a soft one (ISO 32000-1, 14.8.2.2.3): a word that is read aloud goes on."""
        shown = list(shows(self.operators, start))
        if shown and (last := LAST_GLYPH.search(self.operators[shown[-1]])):
            before = self.operators[shown[-1]][: last.start()]
            self.operators[shown[-1]] = before + b">] TJ\n/Span <</ActualText <feff00ad>>> BDC\n[<" + last[1] + b">] TJ\nEMC"

    def _mark_artifact(self, start: int, kind: str, subtype: str | None) -> None:
        values = {"Type": f"/{kind}", **({"Subtype": f"/{subtype}"} if subtype else {})}
        self.operators[start - 1 : start + 1] = [b"/Artifact", pydyf.Dictionary(values)]

    def _slot(self, box: Any) -> Element | None:
        return self.all.kin[box.element].slot if box.element is not None else None

    def _find_slot(self, box: Any, start: int, margin: str | None) -> None:
        slot = self._slot(box)
        own = bool(margin) and isinstance(box, boxes.TextBox) and box.style["font_family"][0] == slots.FOLIO_FACE
        try:
            if own:
                mark_slot(self.operators, start, box.text, None, box.style["text_align_all"])
            elif slot is not None and isinstance(box, boxes.TextBox):
                is_followed = box in self.lines
                marked = mark_slot(self.operators, start, box.text, self.all.slot_numbers[slot], "left" if is_followed else "right")
                if is_followed:
                    self.marks[box] = marked
        except SlotError as error:
            self.all.warnings.append(f"slot for '{slot.get(slots.TARGET) if slot is not None else 'folio'}': {error}")


def _references(array: pydyf.Array) -> list[bytes]:
    return [item if isinstance(item, bytes) else str(item).encode() for item in array]
