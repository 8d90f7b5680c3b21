"""Divide a document that small readers would stall on: its index goes on in further ones, letter by letter."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise

from lxml import etree

from pipeline.epub.reflow import XHTML
from pipeline.render import in_parts

GROUPS = "index-groups"
FILE_NAME = 40
"""Bytes that a link grows by when the name of a file is written into it."""


def divided(root: etree._Element, limit: int) -> list[etree._Element]:
    """Return a document; one that holds an index, and more than so many bytes, in several, each with the heading and some letters."""
    groups = _groups(root)
    if groups is None or _weight(root) <= limit:
        return [root]
    letters = list(groups)
    for letter in letters:
        groups.remove(letter)
    runs = _with_marks(in_parts(letters, _weight, limit - _weight(root)))
    found = [root, *(_further(root) for _ in runs[1:])]
    for part, run in zip(found, runs, strict=True):
        place = _groups(part)
        assert place is not None
        place.extend(run)
    return found


def _groups(root: etree._Element) -> etree._Element | None:
    return root.find(f".//{{{XHTML}}}div[@class='{GROUPS}']")


def _weight(element: etree._Element) -> int:
    return len(etree.tostring(element)) + FILE_NAME * len(element.findall(f".//{{{XHTML}}}a"))


def _with_marks(runs: Sequence[list[etree._Element]]) -> list[list[etree._Element]]:
    """Return runs of letters, with the mark of a printed page that begins with a letter before that."""
    for run, following in pairwise(runs):
        while run and run[-1].tag == f"{{{XHTML}}}span":
            following.insert(0, run.pop())
    return [run for run in runs if run]


def _further(root: etree._Element) -> etree._Element:
    """Return a copy of a document whose index is empty, with nothing in it but the heading: places are named once, in the first."""
    copy = deepcopy(root)
    groups = _groups(copy)
    assert groups is not None
    section = groups.getparent()
    assert section is not None
    section.attrib.pop("id", "")
    body = section.getparent()
    assert body is not None
    kept = (groups, section.find(f"{{{XHTML}}}h1"))
    for parent, those in ((section, kept), (body, (section,))):
        for child in list(parent):
            if child not in those:
                parent.remove(child)
    return copy
