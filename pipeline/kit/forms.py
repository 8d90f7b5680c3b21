"""Make a form of a PDF whose layout marks fields, fill it, and read what was filled in.

Each link that marks a field (``field_marks``) becomes a widget of the same size, at the same place of the structure.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import takewhile

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from pipeline.kit import field_font, field_looks, field_marks, field_tags
from pipeline.kit.field_looks import Box
from pipeline.kit.field_marks import OWN, TICKED, Kind, Mark
from pipeline.kit.field_tree import Field, FormError, fields, terminals

PRINT, READ_ONLY, MULTILINE, RADIO = 4, 1 << 0, 1 << 12, 1 << 15
"""Flags of annotations and fields (ISO 32000-1, tables 165, 221, 228, and 226)."""


def fillable(pdf: bytes, identity: Mapping[str, str], face: bytes) -> bytes:
    """Make a form of a PDF with marked fields, with hidden fields that say what it is, and with a whole face to fill it in.

    Raises ValueError when a mark cannot be understood, or the face may not be used.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        if "/AcroForm" in document.Root:
            raise ValueError("the file has a form already")
        places = field_tags.order(document)
        marks = sorted(field_marks.marks(document), key=lambda mark: places.get(mark.widget.objgen, -1))
        font = field_font.embed(document, face)
        tree = _Tree(document)
        for name, of_name in field_marks.by_name(marks).items():
            tree.add(name, _field(document, of_name, font))
        for key, value in sorted(identity.items()):
            # PDF/A forbids to hide a widget (ISO 19005-2, 6.3.2): these fields have none.
            tree.add(f"{OWN}.{key}", document.make_indirect(Dictionary(FT=Name.Tx, Ff=READ_ONLY, V=String(value))))
        for mark in marks:
            field_tags.retag(document, mark.widget)
        field_tags.in_structure_order(document)
        resources = Dictionary(Font=Dictionary({str(field_font.NAME): font}))
        appearance = String(field_looks.default().decode())
        document.Root.AcroForm = document.make_indirect(Dictionary(Fields=tree.roots, DR=resources, DA=appearance))
        return _saved(document)


def read(pdf: bytes) -> Mapping[str, str]:
    """Return the value of every field: text with lines ended by ``\\n``, the state of radio buttons, ``yes`` of what is ticked.

    Raises FormError when the file is no PDF, or has no form that can be read.
    """
    return {name: field.value for name, field in fields(pdf).items()}


def fill(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Fill fields in; radio buttons with one of their states, check boxes with ``yes``, each with nothing to clear it.

    Raises FormError when there is no such field, or it has no such state.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        known = dict(terminals(document))
        for name, value in values.items():
            if name not in known or name.partition(".")[0] == OWN:
                raise FormError(f"there is no field '{name}' to fill in")
            if known[name].get("/FT") == Name.Btn:
                _choose(name, known[name], value)
            else:
                _write(document, known[name], value)
        return _saved(document)


def _saved(document: pikepdf.Pdf) -> bytes:
    """Write a file whose bytes follow from what is in it: nothing of the clock, nothing by chance."""
    target = io.BytesIO()
    document.remove_unreferenced_resources()
    packed = pikepdf.ObjectStreamMode.generate
    document.save(target, deterministic_id=True, fix_metadata_version=False, object_stream_mode=packed)
    return target.getvalue()


class _Tree:
    """The fields by the parts of their names, which contain no period (ISO 32000-1, 12.7.3.2)."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        """Begin with no field."""
        self.document, self.roots = document, Array()
        self.known: dict[str, pikepdf.Object | None] = {}

    def add(self, name: str, field: pikepdf.Object) -> None:
        """Hang a field under its parents, which are made where they are missing."""
        if name in self.known:
            raise ValueError(f"the field '{name}' is also the beginning of another's name")
        self.known[name] = None
        self._hang(name, field)

    def _hang(self, name: str, field: pikepdf.Object) -> None:
        above, _, last = name.rpartition(".")
        field.T = String(last)
        if not above:
            self.roots.append(field)
            return
        if above not in self.known:
            self.known[above] = self.document.make_indirect(Dictionary(Kids=Array()))
            self._hang(above, self.known[above])  # type: ignore[arg-type]
        parent = self.known[above]
        if parent is None:
            raise ValueError(f"the field '{above}' is also the beginning of another's name")
        field.Parent = parent
        parent.Kids.append(field)


def _field(document: pikepdf.Pdf, marks: list[Mark], font: pikepdf.Object) -> pikepdf.Object:
    """Make the widgets of a field, and the field: one object where there is one widget, except of radio buttons."""
    first = marks[0]
    entries = _entries(first.kind)
    for mark in marks:
        _make_widget(document, mark, font)
    if len(marks) == 1 and first.kind != "radio":
        first.widget.update(entries)
        return first.widget
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*(mark.title for mark in marks), strict=False))
    shared = "".join(letters[0] for letters in alike).rstrip(" :,-") or first.title
    entries.TU, entries.Kids = String(shared), Array([mark.widget for mark in marks])
    field = document.make_indirect(entries)
    for mark in marks:
        mark.widget.Parent = field
    return field


def _entries(kind: Kind) -> Dictionary:
    """Return what makes a field one of its kind."""
    match kind:
        case "text" | "area":
            flags = MULTILINE if kind == "area" else 0
            return Dictionary(FT=Name.Tx, Ff=flags, DA=String(field_looks.default().decode()))
        case "radio":
            # Without NoToggleToOff: who has rated by mistake can take it back.
            return Dictionary(FT=Name.Btn, Ff=RADIO)
        case "check":
            return Dictionary(FT=Name.Btn, Ff=0, V=Name.Off)


def _make_widget(document: pikepdf.Pdf, mark: Mark, font: pikepdf.Object) -> None:
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
        widget.AP = Dictionary(N=field_looks.text(document, box, font))
        return
    draw = field_looks.circle if mark.kind == "radio" else field_looks.tick
    states = {f"/{mark.state}": draw(document, box, on=True), "/Off": draw(document, box, on=False)}
    widget.AP, widget.AS = Dictionary(N=Dictionary(states)), Name.Off
    # Engines that draw fields their own way (pdf.js on screen; all, where pdf.js has met a letter that no font has) take these.
    sign = field_looks.DISC if mark.kind == "radio" else field_looks.CHECK
    widget.MK, widget.BS = Dictionary(BC=Array([0]), BG=Array([1]), CA=String(sign)), Dictionary(W=1, S=Name.S)


def _choose(name: str, field: pikepdf.Object, value: str) -> None:
    """Set the state of radio buttons or of a check box."""
    widgets = list(field.get("/Kids", Array([field])))
    states = {state for widget in widgets for state in widget.AP.N} - {"/Off"}
    if value and f"/{value}" not in states:
        raise FormError(f"the field '{name}' has no state '{value}'")
    field.V = Name(f"/{value or 'Off'}")
    for widget in widgets:
        widget.AS = field.V if str(field.V) in widget.AP.N else Name.Off


def _write(document: pikepdf.Pdf, field: pikepdf.Object, value: str) -> None:
    """Set the value of a text, and write it into each of its widgets."""
    fonts = document.Root.AcroForm.DR.Font
    font = fonts[str(field_font.NAME)]
    face = field_font.embedded(font)
    field.V = String(value)
    is_area = bool(int(field.get("/Ff", 0)) & MULTILINE)
    for widget in field.get("/Kids", Array([field])):
        box, size = Box.of(widget), field_looks.size_of(field.get("/DA", widget.get("/DA", "")))
        drawn = field_looks.written(value, box, face, size, is_area=is_area)
        widget.AP = Dictionary(N=field_looks.text(document, box, font, drawn))


__all__ = ["TICKED", "Field", "FormError", "fields", "fill", "fillable", "read"]
