"""Read the fields of a form, whoever has filled it in: nothing in a file is believed before it is looked at."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, String

DEEPEST: Final = 12
MOST: Final = 5000
"""Levels of a field's name, and fields of a form: more than any sheet has."""
MULTILINE, RADIO, PUSH = 1 << 12, 1 << 15, 1 << 16


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


def fields(pdf: bytes) -> Mapping[str, Field]:
    """Return the fields of a form by their names. Raises FormError when the file is no PDF, or its form cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as document:
            pages = enumerate((page.obj for page in document.pages), start=1)
            homes = {each.objgen: number for number, page in pages for each in page.get("/Annots", Array())}
            return {name: _field(name, field, homes) for name, field in terminals(document)}
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


def _field(name: str, field: Any, homes: Mapping[tuple[int, int], int]) -> Field:
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
