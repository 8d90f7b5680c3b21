"""Make a form of a PDF whose layout marks fields, fill it, and read what was filled in.

Each link that marks a field (``field_marks``) becomes a widget of the same size, at the same place of the structure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final, Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from pipeline.kit import field_marks, field_text
from pipeline.kit.field_marks import OWN, Kind, Mark
from pipeline.kit.field_text import Box

READ_ONLY, MULTILINE, RADIO, PUSH = 1 << 0, 1 << 12, 1 << 15, 1 << 16
"""Flags of fields (ISO 32000-1, tables 221, 228, and 226)."""
DEEPEST: Final = 12
MOST: Final = 5000
"""Levels of a field's name, and fields of a form: more than any sheet has."""
DAMAGE: Final = (pikepdf.PdfError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What comes of looking for something in a file where something else is."""


class FormError(ValueError):
    """A file is no form that can be read, or has no such field."""


@dataclass(frozen=True)
class Field:
    """A field: its kind and value; where its widgets stand, and the states they are for; the state that they show."""

    kind: Literal["text", "area", "radio", "check", "other"]
    value: str
    places: tuple[tuple[int, ...], ...] = ()
    """Of each widget, the page and the four sides in points."""
    states: tuple[str, ...] = ()
    """Of each widget, the state that it chooses; nothing of a text."""
    shown: str | None = None
    """The state that widgets show; None of a text."""

    def same_shape(self, other: Field) -> bool:
        """Tell whether another field is this one, filled in or not: engines round the places of widgets."""
        same = (self.kind, self.states, len(self.places)) == (other.kind, other.states, len(other.places))
        return same and all(map(_are_near, self.places, other.places))


def _are_near(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    """Tell whether two widgets stand on one page, at one place."""
    return one[0] == two[0] and all(abs(a - b) <= 1 for a, b in zip(one[1:], two[1:], strict=True))


def fillable(pdf: bytes, identity: Mapping[str, str], face: bytes) -> bytes:
    """Make a form of a PDF with marked fields, with hidden fields that say what it is, and with a whole face to fill it in.

    Raises ValueError when a mark cannot be understood, or the face may not be used.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        if "/AcroForm" in document.Root:
            raise ValueError("the file has a form already")
        places = field_marks.order(document)
        marks = sorted(field_marks.marks(document), key=lambda mark: places.get(mark.widget.objgen, -1))
        font = field_text.embed(document, face)
        tree = _Tree(document)
        for name, of_name in field_marks.by_name(marks).items():
            tree.add(name, _field(document, of_name, font))
        for key, value in sorted(identity.items()):
            # PDF/A forbids to hide a widget (ISO 19005-2, 6.3.2): these fields have none.
            tree.add(f"{OWN}.{key}", document.make_indirect(Dictionary(FT=Name.Tx, Ff=READ_ONLY, V=String(value))))
        for mark in marks:
            field_marks.retag(document, mark.widget)
        field_marks.in_structure_order(document)
        resources = Dictionary(Font=Dictionary({str(field_text.NAME): font}))
        appearance = String(field_text.default().decode())
        document.Root.AcroForm = document.make_indirect(Dictionary(Fields=tree.roots, DR=resources, DA=appearance))
        return _saved(document)


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
        field_marks.make_widget(document, mark, font)
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
            return Dictionary(FT=Name.Tx, Ff=flags, DA=String(field_text.default().decode()))
        case "radio":
            # Without NoToggleToOff: who has rated by mistake can take it back.
            return Dictionary(FT=Name.Btn, Ff=RADIO)
        case "check":
            return Dictionary(FT=Name.Btn, Ff=0, V=Name.Off)


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
    font = document.Root.AcroForm.DR.Font[str(field_text.NAME)]
    face = field_text.embedded(font)
    field.V = String(value)
    is_area = bool(int(field.get("/Ff", 0)) & MULTILINE)
    for widget in field.get("/Kids", Array([field])):
        box, size = Box.of(widget), field_text.size_of(field.get("/DA", widget.get("/DA", "")))
        drawn = field_text.written(value, box, face, size, is_area=is_area)
        widget.AP = Dictionary(N=field_text.text(document, box, font, drawn))


def fields(pdf: bytes) -> Mapping[str, Field]:
    """Return the fields of a form by their names. Raises FormError when the file is no PDF, or its form cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as document:
            pages = enumerate((page.obj for page in document.pages), start=1)
            homes = {each.objgen: number for number, page in pages for each in page.get("/Annots", Array())}
            return {name: _read(name, field, homes) for name, field in terminals(document)}
    except pikepdf.PasswordError as error:
        raise FormError("the file is locked with a password") from error
    except FormError:
        raise
    except DAMAGE as error:
        raise FormError("the file is damaged, or no PDF") from error


def terminals(document: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Object]]:
    """Yield the fields that have values, with their names. Raises FormError where two have one name, or they form a ring."""
    form: Any = document.Root.get("/AcroForm")
    if not isinstance(form, Dictionary) or not isinstance(form.get("/Fields"), Array):
        raise FormError("there is no form in the file")
    seen: set[str] = set()
    waiting: list[tuple[Any, tuple[str, ...]]] = [(field, ()) for field in reversed(list(form.Fields))]
    while waiting:
        field, above = waiting.pop()
        names = (*above, text_of(field.T, "/T")) if "/T" in field else above
        kids = list(field.get("/Kids", ()))
        below = [kid for kid in kids if "/T" in kid]
        if below:
            waiting += [(kid, names) for kid in reversed(below)]
        elif (name := ".".join(names)) in seen:
            raise FormError(f"two fields have the name '{name}'")
        else:
            seen.add(name)
            yield name, field
        if len(names) > DEEPEST or len(seen) + len(waiting) > MOST:
            raise FormError("the form has more fields than any sheet")


def text_of(found: object, name: str) -> str:
    """Return the text of a string or a stream, with lines ended in one way."""
    if isinstance(found, pikepdf.Stream):
        found = String(bytes(found.get_stream_buffer()))
    if not isinstance(found, String):
        raise FormError(f"the value of '{name}' is no text")
    return re.sub(r"\r\n?", "\n", str(found))


def _inherited(field: Any, entry: str) -> Any:
    """Return an entry of a field, or of the nearest above it that has it (ISO 32000-1, 12.7.3.1)."""
    for _ in range(DEEPEST):
        if field is None or entry in field:
            break
        field = field.get("/Parent")
    return None if field is None else field.get(entry)


def _read(name: str, field: Any, homes: Mapping[tuple[int, int], int]) -> Field:
    kind = _inherited(field, "/FT")
    flags = int(_inherited(field, "/Ff") or 0)
    widgets = [each for each in (field.get("/Kids") or [field]) if each.get("/Subtype") == Name.Widget]
    places = tuple((homes.get(each.objgen, 0), *_sides(each)) for each in widgets)
    value = _inherited(field, "/V")
    if kind == Name.Tx:
        text = "" if value is None else text_of(value, name)
        return Field("area" if flags & MULTILINE else "text", text, places, ("",) * len(places))
    if kind != Name.Btn or flags & PUSH:
        return Field("other", "", places, ("",) * len(places))
    states = tuple("+".join(sorted({_state(state) for state in widget.AP.N} - {""})) for widget in widgets)
    shown = "+".join(sorted({_state(widget.get("/AS", Name.Off)) for widget in widgets} - {""}))
    return Field("radio" if flags & RADIO else "check", shown if value is None else _state(value), places, states, shown)


def _sides(widget: Any) -> tuple[int, int, int, int]:
    """Return the sides of a widget in whole points, lower and left ones first."""
    left, bottom, right, top = (round(float(side)) for side in widget.Rect)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _state(name: object) -> str:
    state = str(name).removeprefix("/")
    return "" if state == "Off" else state
