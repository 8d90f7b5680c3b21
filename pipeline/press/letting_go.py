"""Let go of a text's font features when the text goes: WeasyPrint 70.0 keeps them for ever, 100 kB of a signature of five pages.

It makes them anew for each text, keeps the first in the font configuration, and holds on to every list of them. Here each
text has a list of its own, which Pango frees with the text.
"""

from typing import Any

from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.fonts import FontConfiguration


class Unshared(dict[bytes, Any]):
    """Stand in for the features that a font configuration keeps: a list frees its own, so that no two may share them."""

    def setdefault(self, key: bytes, default: Any = None) -> Any:
        """Return what has been made for a text."""
        return default


def configuration() -> FontConfiguration:
    """Make a font configuration whose texts can be let go of."""
    fonts = FontConfiguration()
    fonts.font_features = Unshared()
    return fonts


def _set_up(layout: Any, style: Any) -> None:
    _stock(layout, style)
    features = pango.pango_layout_get_attributes(layout.layout)
    if features != ffi.NULL and isinstance(style.font_config.font_features, Unshared):
        pango.pango_attr_list_unref(features)


_stock = line_break.Layout.setup
line_break.Layout.setup = _set_up
