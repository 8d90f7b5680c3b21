"""Make the links that stand for fields in the structure tree into forms (ISO 32000-1, 14.8.4.5; ISO 14289-1, 7.18.4).

A Form element holds one widget and nothing else, unless it says which role it plays: what a link showed beside becomes a
Span before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name


def retag(document: pikepdf.Pdf, annotation: pikepdf.Object) -> None:
    """Make the Link element of an annotation a Form. Nothing is done in a file without tags."""
    if "/StructTreeRoot" not in document.Root:
        return
    if "/StructParent" not in annotation:
        raise ValueError("a field stands outside of the structure tree")
    parents = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
    number = int(annotation.StructParent)
    link = parents[number]
    own = [kid for kid in kids(link) if _object(kid) == annotation.objgen]
    others = [kid for kid in kids(link) if _object(kid) != annotation.objgen]
    if not others:
        link.S = Name.Form
        return
    form = document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Form, P=link.P, K=Array(own)))
    if "/Pg" in link:
        form.Pg = link.Pg
    link.S, link.K = Name.Span, Array(others)
    _insert(link.P, link, form)
    parents[number] = form


def order(document: pikepdf.Pdf) -> Mapping[tuple[int, int], int]:
    """Return the place of each annotation in the structure tree."""
    if "/StructTreeRoot" not in document.Root:
        return {}
    return {each: place for place, each in enumerate(_annotations(document.Root.StructTreeRoot))}


def in_structure_order(document: pikepdf.Pdf) -> None:
    """Give every page with annotations the tab order of its structure (ISO 14289-1, 7.18.3).

    PDFium and pdf.js go through annotations as the page lists them: so they are listed in that order, too.
    """
    places = order(document)
    for page in document.pages:
        if annotations := page.obj.get("/Annots"):
            listed = sorted(annotations, key=lambda each: places.get(each.objgen, -1))
            page.obj.Annots = Array(listed)
            page.obj.Tabs = Name.S


def kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    """Return the kids of an element of the structure tree."""
    found = element.get("/K")
    if found is None:
        return []
    return list(found) if isinstance(found, Array) else [found]


def _annotations(root: pikepdf.Object) -> Iterator[tuple[int, int]]:
    """Yield the annotations of a structure tree, as they are read; a tree is not deeper than Python can go, but may be deep."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if (found := _object(element)) is not None:
            yield found
        elif isinstance(element, Dictionary):
            waiting += reversed(kids(element))


def _object(kid: object) -> tuple[int, int] | None:
    """Return which object a kid of an element refers to, if it is such a reference."""
    return kid.Obj.objgen if isinstance(kid, Dictionary) and "/Obj" in kid else None


def _insert(parent: pikepdf.Object, before: pikepdf.Object, form: pikepdf.Object) -> None:
    found: list[pikepdf.Object] = []
    for kid in kids(parent):
        found += [kid, form] if isinstance(kid, Dictionary) and kid.objgen == before.objgen else [kid]
    parent.K = Array(found)
