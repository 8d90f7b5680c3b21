"""Find the links by which a layout marks fields, and understand them.

A template marks a field as a link: ``field:text/candidate``, ``field:area/q.K3.evidence``, ``field:radio/q.K3.rating/4``,
``field:check/scored_before``. What a field is called by those who hear the page stands behind it, as ``?title=...``, or
is what the link's annotation says it contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import pikepdf
from pikepdf import Array, Dictionary

Kind = Literal["text", "area", "radio", "check"]
SCHEME: Final = "field:"
OWN: Final = "guidepress"
"""Fields below this name say what the sheet is; nobody sees or fills them."""
TICKED: Final = "yes"
NAME: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
STATE: Final = re.compile(r"[A-Za-z0-9_-]+")


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
