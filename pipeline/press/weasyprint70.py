"""Every patch and every private part of WeasyPrint 70.0 that the press stands on, each with what to look at when the version moves.

Importing this module imports WeasyPrint, which reads the system's font configuration while it does; the press imports it
late, after `FONTCONFIG_FILE` names a configuration without fonts, so that only the book's fonts exist.
"""

import copy
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pydyf
import weasyprint
import weasyprint.pdf
import weasyprint.svg
from weasyprint import cssselect2
from weasyprint.images import SVGImage
from weasyprint.layout import inline
from weasyprint.layout import page as pages
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf.stream import Stream
from weasyprint.svg.path import path
from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.fonts import FontConfiguration, get_hb_object_data
from weasyprint.urls import URLFetcher, URLFetcherResponse

from pipeline.diagnostics import ToolError

if TYPE_CHECKING:
    from .floats import Floats

if weasyprint.VERSION != "70.0":
    raise ToolError(f"the press is written for WeasyPrint 70.0, not {weasyprint.VERSION}: install weasyprint==70.0")


# Resources. Look at URLFetcher: whether WeasyPrint has another door to them.

SCHEME = "guidepress:"
MIME_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".ttf": "font/ttf", ".otf": "font/otf"}


class BookFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint 70 has no type hints
    """Serve `guidepress:<name>` from the resources given; refuse every other URL: no disk, no network."""

    def __init__(self, resources: Mapping[str, bytes]) -> None:
        """Keep the resources, by name."""
        super().__init__(allowed_protocols=frozenset(), allow_redirects=False)
        self._resources = resources

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Answer with the bytes of one resource; raise ValueError for anything that is not in the mapping."""
        if not url.startswith(SCHEME):
            raise ValueError(f"only {SCHEME} resources are served, not {url}")
        name = unquote(url.removeprefix(SCHEME))
        mime = MIME_TYPES.get(PurePosixPath(name).suffix)
        if mime is None or name not in self._resources:
            raise ValueError(f"the book has no resource named {name}")
        return URLFetcherResponse(url, self._resources[name], {"Content-Type": mime})


# Documents. Look at HTML.__init__: whether it takes a tree of XHTML, and which attributes render() reads.


class Document(weasyprint.HTML):  # type: ignore[misc]  # WeasyPrint 70 has no type hints
    """An XHTML document parsed as XML: an HTML parser would take `<td/>` for an open tag."""

    def __init__(self, root: Element, fetcher: BookFetcher) -> None:
        """Take the place of WeasyPrint's own, which knows HTML only."""
        self.base_url, self.url_fetcher, self.media_type = None, fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


# Boxes. Look at Page, AbsolutePlaceholder, and Stream: whether boxes and marked content can be reached by a public name.


def page_box(page: Any) -> Any:
    """Return the box of a page that has been laid out."""
    return page._page_box


def settled(box: Any) -> Any:
    """Return the box itself for the placeholder of one that is positioned absolutely."""
    return box._box if isinstance(box, AbsolutePlaceholder) else box


def tagged_boxes(stream: Any) -> Any:
    """Return the marked content of a page's stream by the boxes it shows."""
    return stream._tags


def font_file(font: Any) -> bytes:
    """Return the file of a font of a document."""
    return bytes(get_hb_object_data(font.hb_face))


# Pictures. Look at SVGImage and Stream: what they are made with, and what of a stream `generate_pdf` makes references of. A form (see
# `form_xobjects`) is handed over in the cache of images, and has the two methods of SVGImage that layout and drawing call.

RESOURCES = ("ExtGState", "XObject", "Pattern", "Shading", "ColorSpace")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn on a stream of its own; width, height, and their ratio are what it says of itself."""

    stream: Stream
    size: tuple[float, float]
    intrinsic: tuple[float | None, float | None, float | None]


def drawn(svg: bytes, name: str) -> Drawn | None:
    """Return a picture drawn in its own units; None where its size depends on the text around it, or WeasyPrint has something to say."""
    image = SVGImage(ElementTree.fromstring(svg), name, BookFetcher({}), None)
    sides, box = [image._svg.tree.get(side) or "" for side in ("width", "height")], image._svg.get_viewbox()
    intrinsic = image.get_intrinsic_size(1, 16)
    across, down = (box[2], box[3]) if box else intrinsic[:2]
    if not (across and down) or any(side.endswith(("em", "ex", "ch")) for side in sides):
        return None
    resources = pydyf.Dictionary({**{kind: pydyf.Dictionary() for kind in RESOURCES}, "Font": None})
    stream = Stream({}, (0, 0, 0, 0), resources, {}, None, {}, None)
    with warnings_heard() as messages, _paths_known():
        image.draw(stream, across, down, None)
    return None if messages else Drawn(stream, (across, down), intrinsic)


def content(stream: pydyf.Stream) -> bytes:
    """Return the operators of a stream."""
    return b"\n".join(map(pydyf._to_bytes, stream.stream))


def resources(stream: Any) -> Any:
    """Return what the operators of a stream name; None for a stream that names nothing."""
    return getattr(stream, "_resources", None)


# Faults of drawings. Look at SVGImage.draw: whether it still catches BaseException.


def _draw(image: Any, stream: Any, width: float, height: float, _style: Any) -> None:
    """Stand in for `SVGImage.draw`, which takes for a fault of the drawing what only ends the run: an interrupt, or want of memory."""
    try:
        image._svg.draw(stream, width, height, image._base_url, image._context)
    except MemoryError:
        raise
    except Exception:
        logging.getLogger("weasyprint").error("Failed to render SVG image %s", image._base_url)


SVGImage.draw = _draw


# Writing. Look at weasyprint.pdf: whether tags and fonts have a hook by now, and what generate_pdf hands to the two functions.


@contextmanager
def writing_by(tag: Callable[..., None], note_fonts: Callable[..., Any]) -> Iterator[None]:
    """Let two functions stand in for `add_tags` and `build_fonts_dictionary` meanwhile."""
    stock = weasyprint.pdf.add_tags, weasyprint.pdf.build_fonts_dictionary
    weasyprint.pdf.add_tags, weasyprint.pdf.build_fonts_dictionary = tag, note_fonts
    try:
        yield
    finally:
        weasyprint.pdf.add_tags, weasyprint.pdf.build_fonts_dictionary = stock


# Paths. Look at svg.path.path: whether its outcome still follows from the data alone, and is still put on the stream's list.

NUMBERS = re.compile(r"[\sMLHVCSQTAZmlhvcsqtaz0-9eE.,+-]*")
"""Data that mean the same in every drawing: no unit, no percentage."""
LONGEST_PATH = 2_000
"""Characters; longer data are the curve of one figure."""
MOST_PATHS = 1_000
"""Paths remembered: drawings say their letters with the same few outlines. 51 take 4.5 s of processor time, and 7.0 s without."""
known_paths: dict[str, tuple[list[Any], list[Any]]] = {}


@contextmanager
def _paths_known() -> Iterator[None]:
    """Let `draw_path` stand in for `path` meanwhile."""
    stock, weasyprint.svg.TAGS["path"] = weasyprint.svg.TAGS["path"], draw_path
    try:
        yield
    finally:
        weasyprint.svg.TAGS["path"] = stock


def draw_path(svg: Any, node: Any, font_size: float) -> None:
    """Stand in for `weasyprint.svg.path.path`: operators on the stream, and the vertices that markers stand on."""
    data = node.get("d", "")
    if data in known_paths:
        # Last now: those that have not been seen for long are at the front, and go first.
        operators, vertices = known_paths[data] = known_paths.pop(data)
        svg.stream.stream.extend(operators)
        node.vertices.extend(vertices)
        return
    operators_before, vertices_before = len(svg.stream.stream), len(node.vertices)
    path(svg, node, font_size)
    if len(data) <= LONGEST_PATH and NUMBERS.fullmatch(data):
        if len(known_paths) >= MOST_PATHS:
            del known_paths[next(iter(known_paths))]
        known_paths[data] = svg.stream.stream[operators_before:], list(node.vertices)[vertices_before:]


# Font features. Look at Layout.setup and FontConfiguration.font_features: whether lists of features are freed by now. 70.0 makes
# them anew for each text, keeps the first in the font configuration, and holds on to every one for ever: 100 kB of a signature of
# five pages. Here each text has a list of its own, which Pango frees with the text.


class _Unshared(dict[bytes, Any]):
    """Stand in for the features that a font configuration keeps: a list frees its own, so that no two may share them."""

    def setdefault(self, key: bytes, default: Any = None) -> Any:
        return default


def font_configuration() -> FontConfiguration:
    """Make a font configuration whose texts can be let go of."""
    fonts = FontConfiguration()
    fonts.font_features = _Unshared()
    return fonts


def _set_up(layout: Any, style: Any) -> None:
    _stock_set_up(layout, style)
    features = pango.pango_layout_get_attributes(layout.layout)
    if features != ffi.NULL and isinstance(style.font_config.font_features, _Unshared):
        pango.pango_attr_list_unref(features)


_stock_set_up = line_break.Layout.setup
line_break.Layout.setup = _set_up


# Lines. Look at split_first_line: whether a text too wide by the space at its end alone still has its line ended after its first word.

_split_first_line = line_break.split_first_line


def _split_at_end(text: str, style: Any, context: Any, width: float | None, *rest: Any, **named: Any) -> Any:
    line = _split_first_line(text, style, context, width, *rest, **named)
    if not line[2] or not text.endswith((" ", "\N{NO-BREAK SPACE}")) or b" " in text.encode()[: line[2] - 1]:
        return line  # [2]: where the next begins
    found = _split_first_line(f"{text.rstrip(' ')}\N{WORD JOINER}", style, context, width, *rest, **named)
    return found if found[2] else _split_first_line(text, style, context, None, *rest, **named)


inline.split_first_line = _split_at_end


# Breaks. Look at remake_page: whether it still takes every break before a page that has a name for a forced one, at which the margins of
# what follows stay (CSS Fragmentation 3, 5.2). A break is forced where it is asked for, and where the name of pages changes.

_make_page = pages.make_page


def _make_page_after(context: Any, root: Any, kind: Any, start: Any, number: int, state: Any) -> Any:
    """Stand in for `make_page`, which finds in the context whether a forced break is before the page."""
    following = context.__dict__.setdefault("following", {})
    if number in following:
        forced, name = following[number]
        context.forced_break = forced or kind.name != name
    page, end, next_page = _make_page(context, root, kind, start, number, state)
    following[number + 1] = next_page["break"] != "any", kind.name
    return page, end, next_page


pages.make_page = _make_page_after


# Floats. Look at make_page: what of the context it changes, and whether where a page ends is still a path of indexes into the boxes
# that were not laid out yet. WeasyPrint 70 puts what does not fit on a page on the next, and leaves the rest of the page empty.


@contextmanager
def trading(trades: "Floats") -> Iterator[None]:
    """Make each page again as long as something is traded at its end, and it ends later for it."""

    def make_page(context: Any, root: Any, kind: Any, start: Any, number: int, state: Any) -> Any:
        before = copy.deepcopy(state)
        footnotes, reported, broken = list(context.footnotes), list(context.reported_footnotes), dict(context.broken_out_of_flow)

        def made() -> Any:
            for now, then in zip(state, copy.deepcopy(before), strict=True):
                now.clear()
                (now.update if isinstance(now, dict) else now.extend)(then)
            context.footnotes, context.reported_footnotes, context.broken_out_of_flow = list(footnotes), list(reported), dict(broken)
            for strings in context.string_set.values():
                strings.pop(number, None)
            return stock(context, root, kind, start, number, state)

        page, end, following = stock(context, root, kind, start, number, state)
        while not kind.blank and end and trades.before(page, root, end):
            again = made()
            if again[1] and not _is_later(again[1], end):
                trades.undo()
                return made()
            page, end, following = again
        return page, end, following

    stock, pages.make_page = pages.make_page, make_page
    try:
        yield
    finally:
        pages.make_page = stock


def _is_later(path: Any, other: Any) -> bool:
    """Tell whether one place in the boxes comes after another; a box's beginning comes before what is in it."""
    while path and other:
        ((index, path),), ((other_index, other),) = path.items(), other.items()
        if index != other_index:
            return bool(index > other_index)
    return path is not None


# Warnings. Look at weasyprint.logger: whether it still has this name.


@contextmanager
def warnings_heard() -> Iterator[list[str]]:
    """Collect what WeasyPrint warns of, faults of the book all of them, and keep it from the screen."""
    logger, collector = logging.getLogger("weasyprint"), _Collector()
    propagate, level = logger.propagate, logger.level
    logger.addHandler(collector)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield collector.messages
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate
        logger.setLevel(level)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
