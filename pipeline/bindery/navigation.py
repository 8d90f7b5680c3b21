"""Ways through the file: named destinations, outline, page labels, and what links say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String

from pipeline.press import LaidOut, Matter

from .records import Entry, Folios

SLOT_TEXT = re.compile("\ue000(\\d+)\ue001")
STYLES: dict[Matter, Name] = {"front": Name.r, "body": Name.D}


def destinations(leaf: LaidOut, pages: Sequence[Page]) -> dict[bytes, Object]:
    """Give the place of every id of a signature, by its name as a PDF writes it (ISO 32000-1, 12.3.2.3)."""
    places = leaf.facts.places
    return {bytes(String(p.id)): Array([pages[p.page].obj, Name.XYZ, p.x, p.y, None]) for p in places}


def name_destinations(pdf: Pdf, found: Mapping[bytes, Object]) -> None:
    """Name every id as a destination."""
    names = Array()
    for key in sorted(found):
        names.append(String(key))
        names.append(found[key])
    pdf.Root.Names = Dictionary(Dests=pdf.make_indirect(Dictionary(Names=names)))


def write_outline(pdf: Pdf, entries: Sequence[Entry]) -> None:
    """Write the outline, its upper level open (ISO 32000-1, 12.3.3)."""
    if entries:
        root = pdf.make_indirect(Dictionary(Type=Name.Outlines))
        _hang(pdf, root, entries)
        root.Count = len(entries)
        pdf.Root.Outlines = root


def _hang(pdf: Pdf, parent: Object, entries: Sequence[Entry]) -> None:
    items = [pdf.make_indirect(_item(parent, entry)) for entry in entries]
    for before, after in pairwise(items):
        before.Next, after.Prev = after, before
    parent.First, parent.Last = items[0], items[-1]
    for item, entry in zip(items, entries, strict=True):
        if entry.children:
            _hang(pdf, item, entry.children)
            item.Count = -len(entry.children)


def _item(parent: Object, entry: Entry) -> Dictionary:
    return Dictionary(Title=String(entry.title), Parent=parent, Dest=String(entry.target))


def write_labels(pdf: Pdf, matters: Iterable[Matter], folios: Folios) -> None:
    """Write the page labels (ISO 32000-1, 12.4.2): a range for each run of pages of one matter."""
    nums: list[Any] = []
    before = None
    for page, matter in enumerate(matters):
        if matter == "cover":
            nums += [page, Dictionary(P=String(folios.labels[page]))]
        elif matter != before:
            counted = sum(1 for label in folios.printed[:page] if label and label.isdigit() == (matter == "body"))
            nums += [page, Dictionary(S=STYLES[matter], St=counted + 1)]
        before = matter
    pdf.Root.PageLabels = Dictionary(Nums=Array(nums))


def describe_links(pages: Iterable[Page], slots: Sequence[str]) -> None:
    """Write the page numbers into the descriptions of links."""
    for page in pages:
        for annotation in page.obj.get("/Annots", ()):
            text = str(annotation.get("/Contents", ""))
            if "\ue000" in text:
                annotation.Contents = String(SLOT_TEXT.sub(lambda match: slots[int(match[1])], text))


def targets(entries: Iterable[Entry]) -> Mapping[str, str]:
    """List the ids an outline leads to, with the titles that do."""
    found: dict[str, str] = {}
    for entry in entries:
        found[entry.target] = entry.title
        found |= targets(entry.children)
    return found
