"""Find the links by which a layout marks fields, understand them, and make widgets of them, drawn and tagged as such.

A template marks a field as a link: ``field:text/candidate``, ``field:area/q.K3.evidence``, ``field:radio/q.K3.rating/4``,
``field:check/scored_before``. What a field is called by those who hear the page stands behind it, as ``?title=...``, or
is what the link's annotation says it contains.

PDF/A wants an appearance of every field, for each of its states (ISO 19005-2, 6.3.3 and 6.4.1), and no viewer asked to draw it
anew. PDF/UA wants it in a Form element, which holds one widget and nothing else, unless it says which role it plays: what a
link showed beside becomes a Span before it (ISO 32000-1, 14.8.4.5; ISO 14289-1, 7.18.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from pipeline.kit import field_text
from pipeline.kit.field_text import Box, appearance, operands

Kind = Literal["text", "area", "radio", "check"]
SCHEME: Final = "field:"
OWN: Final = "guidepress"
"""Fields below this name say what the sheet is; nobody sees or fills them."""
TICKED: Final = "yes"
NAME: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
STATE: Final = re.compile(r"[A-Za-z0-9_-]+")
LINE: Final = 0.75
DISC, CHECK = "l", "4"
"""Letters of ZapfDingbats, which an engine that draws buttons anew has at hand (ISO 32000-1, table 189)."""
BEZIER: Final = 0.5523
"""How far control points lie from the ends of a quarter circle, of its radius."""
PRINT: Final = 4
"""The flag of an annotation that is printed (ISO 32000-1, table 165)."""


@dataclass(frozen=True)
class Mark:
    """A link that marks a field: what kind it is, its name, the state of a radio button, and what it is called."""

    kind: Kind
    name: str
    state: str
    title: str
    page: pikepdf.Object
    widget: pikepdf.Object


def marks(document: pikepdf.Pdf) -> Iterator[Mark]:
    """Yield the marks of a document, page by page. Raises ValueError where one cannot be understood."""
    for page in document.pages:
        for annotation in page.obj.get("/Annots", Array()):
            address = str(annotation.get("/A", Dictionary()).get("/URI", ""))
            if address.startswith(SCHEME):
                yield _mark(address, page.obj, annotation)


def _mark(address: str, page: pikepdf.Object, annotation: pikepdf.Object) -> Mark:
    parts = urlsplit(address)
    kind, _, rest = parts.path.partition("/")
    name, *states = (unquote(part) for part in rest.split("/"))
    has_states = kind == "radio"
    if kind not in ("text", "area", "radio", "check") or not NAME.fullmatch(name) or len(states) != has_states:
        known = "field:text/name, field:area/name, field:radio/name/state, or field:check/name"
        raise ValueError(f"'{address}' marks no field: write {known}")
    state = states[0] if has_states else TICKED
    if not STATE.fullmatch(state) or state == "Off" or name.partition(".")[0] == OWN:
        raise ValueError(f"'{address}' cannot be the name of a field or of a state")
    said = str(annotation.get("/Contents", ""))
    title = parse_qs(parts.query).get("title", ["" if said.startswith(SCHEME) else said])[0]
    if not title.strip():
        raise ValueError(f"the field '{name}' has no title, which is what a screen reader says (ISO 14289-1, 7.18.1)")
    return Mark(kind, name, state, title.strip(), page, annotation)  # type: ignore[arg-type]


def by_name(marked: Sequence[Mark]) -> Mapping[str, list[Mark]]:
    """Put together the marks of each field. Raises ValueError where they contradict one another."""
    found: dict[str, list[Mark]] = {}
    for mark in marked:
        found.setdefault(mark.name, []).append(mark)
    for name, of_name in found.items():
        if len({mark.kind for mark in of_name}) > 1:
            raise ValueError(f"the field '{name}' is of two kinds")
        if of_name[0].kind == "radio" and len({mark.state for mark in of_name}) < len(of_name):
            raise ValueError(f"the field '{name}' has a state twice")
    return found


def make_widget(document: pikepdf.Pdf, mark: Mark, font: pikepdf.Object) -> None:
    """Make a link's annotation a widget. It has no action (ISO 19005-2, 6.4.1), is printed (6.3.2), and has a title."""
    widget = mark.widget
    for entry in ("/A", "/Contents", "/BS", "/Border", "/H", "/Dest", "/C"):
        if entry in widget:
            del widget[entry]
    left, bottom, right, top = (float(side) for side in widget.Rect)
    widget.Rect = Array([round(side, 3) for side in (min(left, right), min(bottom, top), max(left, right), max(bottom, top))])
    widget.Subtype, widget.F, widget.P, widget.TU = Name.Widget, PRINT, mark.page, String(mark.title)
    box = Box.of(widget)
    if mark.kind in ("text", "area"):
        widget.AP = Dictionary(N=field_text.text(document, box, font))
        return
    draw = circle if mark.kind == "radio" else tick
    states = {f"/{mark.state}": draw(document, box, on=True), "/Off": draw(document, box, on=False)}
    widget.AP, widget.AS = Dictionary(N=Dictionary(states)), Name.Off
    # Engines that draw fields their own way (pdf.js on screen; all, where pdf.js has met a letter that no font has) take these.
    sign = DISC if mark.kind == "radio" else CHECK
    widget.MK, widget.BS = Dictionary(BC=Array([0]), BG=Array([1]), CA=String(sign)), Dictionary(W=1, S=Name.S)


def circle(document: pikepdf.Pdf, box: Box, *, on: bool) -> pikepdf.Object:
    """Return the appearance of a radio button: a circle, with a disc in it when it is chosen."""
    radius = min(box.width, box.height) / 2 - LINE
    drawn = b"q %s w 0 G 1 g\n%sB\n" % (operands(LINE), _disc(box, radius))
    if on:
        drawn += b"0 g\n%sf\n" % _disc(box, radius * 0.62)
    return appearance(document, box, drawn + b"Q", Dictionary())


def tick(document: pikepdf.Pdf, box: Box, *, on: bool) -> pikepdf.Object:
    """Return the appearance of a check box: a square, with a check in it when it is ticked."""
    side = min(box.width, box.height) - 2 * LINE
    left, bottom = (box.width - side) / 2, (box.height - side) / 2
    drawn = b"q %s w 0 G 1 g %s re B\n" % (operands(LINE), operands(left, bottom, side, side))
    if on:
        points = [(left + side * x, bottom + side * y) for x, y in ((0.2, 0.52), (0.42, 0.26), (0.82, 0.78))]
        first, *others = (operands(*point) for point in points)
        drawn += b"%s w 1 J 1 j %s m %s S\n" % (operands(side * 0.12), first, b" ".join(other + b" l" for other in others))
    return appearance(document, box, drawn + b"Q", Dictionary())


def _disc(box: Box, radius: float) -> bytes:
    """Return the path of a circle in the middle of a box."""
    x, y, r, k = box.width / 2, box.height / 2, radius, radius * BEZIER
    quarters = (
        (x + r, y + k, x + k, y + r, x, y + r), (x - k, y + r, x - r, y + k, x - r, y),
        (x - r, y - k, x - k, y - r, x, y - r), (x + k, y - r, x + r, y - k, x + r, y),
    )  # fmt: skip
    return b"%s m\n" % operands(x + r, y) + b"".join(b"%s c\n" % operands(*quarter) for quarter in quarters)


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
