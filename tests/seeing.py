"""A guide as it is seen: what stands outside its margins, what collides, what is alone, split, pale, or nearly empty.

Each check looks at the file, not at how it was made: at what is drawn and tagged, and at the pages' pictures. It gives one line
for each fault. Text that figures are drawn with is outline and no text: nothing is said of it.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from pypdfium2 import raw
from tagged import Drawn, Element, Piece, drawn

MM = 72 / 25.4
SLACK = 2.0
"""Points that a glyph may stand out of its line."""
RISE = 2.5
"""Points that the large number of a question may stand above its page's text."""
SPARSE, FEW = 0.35, 0.08
THIRD = 1 / 3
PADDING = 24.0
"""Points of tint above and below the lines of a listing, and of an empty line that a page's end takes."""
AA = 4.5
TINTS = ((240, 245, 246), (250, 243, 238))
PACKED = np.array([256 * 256, 256, 1])
BLOCKS = ("P", "L", "Table", "Code", "Note", "Caption", "H1", "H2", "H3", "H4", "H5", "H6", "Sect", "Div", "BlockQuote")
Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


@dataclass(frozen=True)
class Frame:
    """Where things may stand on a paper, in points from the lower left."""

    side: float
    """Left edge of the side column."""
    left: float
    """Left edge of the text."""
    bottom: float
    right: float
    top: float
    head: float
    foot: float
    """Middle of the running head and of the folio."""

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Side column and text, running head, folio."""
        margins = [(self.side, middle - 9, self.right, middle + 9) for middle in (self.head, self.foot)]
        return (self.side, self.bottom, self.right, self.top), *margins


def _frame(width: float, height: float, top: float, right: float, bottom: float, left: float, side: float) -> Frame:
    return Frame(
        side * MM, left * MM, bottom * MM, (width - right) * MM, (height - top) * MM, (height - top + 5) * MM + 5.5, (bottom - 7) * MM - 6
    )


FRAMES = dict.fromkeys(("a4", "letter"), _frame(210, 297, 25, 22, 27, 62, 18))
"""Pages are laid out once, on A4, and Letter is put around them."""
SHEET = _frame(210, 297, 20, 15, 27, 15, 15)
COMPACT = _frame(210, 297, 22, 22, 25, 58, 15)


@dataclass(frozen=True)
class Sight:
    """A file and its frame; `opens` are the pages, from 0, that follow a forced break; `body` those with an arabic number."""

    pdf: bytes
    frame: Frame
    opens: frozenset[int]
    body: tuple[int, ...]
    labels: tuple[str, ...]
    sheets: frozenset[int] = frozenset()
    """Pages with narrow margins of their own."""
    maps: frozenset[int] = frozenset()
    """Pages whose words lie over a drawing."""

    @cached_property
    def file(self) -> Drawn:
        return drawn(self.pdf)

    @cached_property
    def pictures(self) -> list[np.ndarray]:
        """The pages at 72 dpi, as they were laid out."""
        with closing(pypdfium2.PdfDocument(self.pdf)) as document:
            return [_laid_out(document[number]) for number in range(len(document))]

    @cached_property
    def paths(self) -> dict[tuple[int, int], tuple[Element, ...]]:
        """The elements that each piece of marked content stands in, from the outermost."""
        return dict(_paths(self.file.root, ()))

    def path(self, piece: Piece) -> tuple[Element, ...]:
        return self.paths.get((piece.page, piece.mcid), ())

    def flow(self, page: int) -> list[Piece]:
        """What is real on a page and no footnote, the side column apart."""
        return [piece for piece in self.file.pieces[page] if (path := self.path(piece)) and not any(e.kind == "Note" for e in path)
                and piece.right > self.frame.left]  # fmt: skip

    def said(self, page: int, text: str) -> str:
        return f"page {self.labels[page]}: {text}"


def _laid_out(page: pypdfium2.PdfPage) -> np.ndarray:
    """Return a picture of a page whose corner is that of the coordinates it was laid out in, wherever its paper begins."""
    left, bottom, *_ = map(round, page.get_mediabox())
    picture = page.render(scale=1, rev_byteorder=True).to_numpy()[:, :, :3]
    beside = ((0, max(0, bottom)), (max(0, left), 0), (0, 0))
    return np.pad(picture[:, max(0, -left) :], beside, constant_values=255)


def _paths(element: Element, above: tuple[Element, ...]) -> Iterator[tuple[tuple[int, int], tuple[Element, ...]]]:
    path = (*above, element)
    for kid in element.kids:
        if isinstance(kid, Element):
            yield from _paths(kid, path)
        else:
            yield kid, path


def _box(piece: Piece) -> Box:
    return piece.left, piece.bottom, piece.right, piece.top


def _within(box: Box, outer: Box, slack: float = SLACK) -> bool:
    return box[0] >= outer[0] - slack and box[1] >= outer[1] - slack and box[2] <= outer[2] + slack and box[3] <= outer[3] + slack


# Margins


def outside(sight: Sight) -> Iterator[str]:
    """Find text and ink outside the text and its side column, the running head, and the folio; the cover has no margins."""
    for number, page in enumerate(sight.file.pieces):
        if sight.labels[number] == "Cover":
            continue
        for piece in page:
            if piece.text and not any(_within(_box(piece), box, RISE) for box in _boxes(sight, number)):
                yield sight.said(number, f"'{piece.text}' stands outside the margins")
        dark = (sight.pictures[number] < 250).any(axis=2)
        for left, bottom, right, top in _boxes(sight, number):
            height = dark.shape[0]
            dark[max(0, int(height - top - RISE)) : int(height - bottom + RISE) + 1, int(left - RISE) : int(right + RISE) + 1] = False
        if dark.any():
            row, column = np.argwhere(dark)[0]
            yield sight.said(number, f"ink outside the margins, {column} points from the left and {row} from above")


def _boxes(sight: Sight, page: int) -> tuple[Box, ...]:
    return SHEET.boxes if page in sight.sheets else sight.frame.boxes


# Collisions


def overlapping(sight: Sight) -> Iterator[str]:
    """Find text that covers text, and formulas and figures that text covers."""
    drawings = _drawings(sight)
    for number, page in enumerate(sight.file.pieces):
        text = [piece for piece in page if piece.text]
        boxes = np.array([_box(piece) for piece in text] or np.empty((0, 4)))
        for a, b in _pairs(boxes, boxes):
            if a < b:
                yield sight.said(number, f"'{text[a].text}' and '{text[b].text}' cover each other")
        own = drawings[number] if number not in sight.maps else []
        for a, b in _pairs(np.array([box for _, box in own] or np.empty((0, 4))), boxes):
            if own[a][0] not in sight.path(text[b]):
                yield sight.said(number, f"a {own[a][0].kind.lower()} and '{text[b].text}' cover each other")


def _pairs(some: np.ndarray, others: np.ndarray) -> Iterator[tuple[int, int]]:
    """Find the boxes that overlap, both ways by more than the slack."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, 2:], others[None, :, 2:])
    for a, b in np.argwhere(((high - low) > SLACK).all(axis=2)):
        yield int(a), int(b)


def _drawings(sight: Sight) -> dict[int, list[tuple[Element, Box]]]:
    found: defaultdict[int, list[tuple[Element, Box]]] = defaultdict(list)
    for element in sight.file.root.walk():
        if element.kind in ("Figure", "Formula") and "BBox" in element.said:
            for page in {page for page, _ in element.content()}:
                left, bottom, right, top = map(float, element.said["BBox"].split())
                found[page].append((element, (left, bottom, right, top)))
    return found


# Lines and headings left alone


def stranded(sight: Sight) -> Iterator[str]:
    """Find pages that end in a heading, a term, the caption of a table, or a line of bold sans that heads what follows."""
    for number in sight.body:
        text = [piece for piece in sight.flow(number) if piece.text]
        if not text:
            continue
        last = min(text, key=lambda piece: piece.base)
        if any(_is_drawn_below(sight.frame, last, piece) for piece in sight.file.pieces[number]):
            continue
        line = [piece for piece in text if abs(piece.base - last.base) < 3]
        if any(_heads(sight, piece) for piece in line) and all(_heads(sight, piece) for piece in line):
            yield sight.said(number, f"ends in '{last.text}'")


def _is_drawn_below(frame: Frame, text: Piece, piece: Piece) -> bool:
    """Tell whether lines to write on, or a figure, follow a text on its page."""
    return (
        not piece.text
        and not piece.stroked
        and frame.bottom - SLACK <= piece.bottom
        and piece.top < text.base - 6
        and piece.right > frame.left
    )


def _heads(sight: Sight, piece: Piece) -> bool:
    kinds = [element.kind for element in sight.path(piece)]
    if any(kind[0] == "H" and kind[1:].isdigit() for kind in kinds) or kinds[-1] == "Lbl":
        return True
    if "Caption" in kinds:
        return "Table" in kinds
    return kinds[-1] == "P" and "SourceSans3-Bold" in piece.font and not {"Table", "TOC"} & set(kinds)


def alone(sight: Sight) -> Iterator[str]:
    """Find paragraphs and items that leave one line on a page and the rest on another."""
    for element in sight.file.root.walk():
        if element.kind not in ("P", "LBody"):
            continue
        lines = _lines(sight.file.of(element, apart=BLOCKS))
        first, last = min(lines, default=0), max(lines, default=0)
        for page in {first, last} if first != last else ():
            if len(lines[page]) < 2:
                text = next(iter(lines[page].values()))
                yield sight.said(page, f"'{text}' is alone, its paragraph on page {sight.labels[first if page == last else last]}")


def _lines(pieces: Sequence[Piece]) -> dict[int, dict[float, str]]:
    """The lines of text on each page, by the height of their baseline; what is raised or lowered is no line of its own."""
    found: defaultdict[int, dict[float, str]] = defaultdict(dict)
    for piece in pieces:
        if piece.text:
            page = found[piece.page]
            base = next((base for base in page if abs(base - piece.base) < 6), piece.base)
            page[base] = page.get(base, "") + piece.text
    return found


# What should not be split


def split(sight: Sight) -> Iterator[str]:
    """Find rows, figures with their captions, listings, and panels that are split, and are less than a third of a page high."""
    for element in sight.file.root.walk():
        figure = element.kind == "Div" and {"Figure", "Caption"} <= {kid.kind for kid in element.kids if isinstance(kid, Element)}
        listing = element.kind == "Code" and element.said.get("Placement") == "/Block"
        if figure or listing or element.kind in ("TR", "Figure", "Formula") or _is_scale(element):
            heights = _heights(sight.file.of(element, apart=("Note",)))
            if len(heights) > 1 and sum(heights.values()) + PADDING * listing < THIRD * sight.frame.height:
                name = "a figure" if figure else "a listing" if listing else f"a {element.kind}"
                yield sight.said(min(heights), f"{name} of {sum(heights.values()):.0f} points is split: '{sight.file.text(element)[:40]}'")
    yield from _split_panels(sight)


def _is_scale(element: Element) -> bool:
    """Tell whether an element is a table of a few rows."""
    return element.kind == "Table" and sum(inner.kind == "TR" for inner in element.walk()) <= 6


def _heights(pieces: Sequence[Piece]) -> dict[int, float]:
    by_page: defaultdict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_page[piece.page].append(piece)
    return {page: max(p.top for p in some) - min(p.bottom for p in some) for page, some in by_page.items()}


def _split_panels(sight: Sight) -> Iterator[str]:
    """Find panels by their tint: the last of a page and the first of the next are one when one element fills both."""
    for number in range(len(sight.file.sizes) - 1):
        ends, begins = _panel(sight, number, last=True), _panel(sight, number + 1, last=False)
        if ends is None or begins is None or ends.color != begins.color:
            continue
        inside = [piece for panel in (ends, begins) for piece in sight.flow(panel.page) if _within(_box(piece), _box(panel))]
        shared = set.intersection(*({id(e) for e in sight.path(p)} for p in inside)) if inside else set()
        whole = [e for p in inside[:1] for e in sight.path(p) if id(e) in shared and e.kind != "Document"]
        height = ends.top - ends.bottom + begins.top - begins.bottom
        if whole and height < THIRD * sight.frame.height and _fills(sight, whole[-1], inside):
            yield sight.said(number, f"a panel of {height:.0f} points is split: '{sight.file.text(whole[-1])[:40]}'")


def _fills(sight: Sight, element: Element, inside: Sequence[Piece]) -> bool:
    return {(p.page, p.mcid) for p in sight.file.of(element)} <= {(p.page, p.mcid) for p in inside}


def _panel(sight: Sight, page: int, *, last: bool) -> Piece | None:
    """The tinted area that holds the last, or the first, text of a page."""
    text = [piece for piece in sight.flow(page) if piece.text]
    if not text:
        return None
    edge = min(text, key=lambda piece: piece.base if last else -piece.base)
    areas = [p for p in sight.file.pieces[page] if p.kind == "path" and p.color in TINTS and p.right - p.left > 200]
    return next((area for area in areas if _within(_box(edge), _box(area))), None)


# White


def sparse(sight: Sight) -> dict[int, float]:
    """Give the pages of the body that are less than 35 % full; lines for notes do not fill one, lines for an answer do."""
    shares = {page: _share(sight, page) for page in sight.body}
    return {page: share for page, share in shares.items() if share < SPARSE}


def _share(sight: Sight, page: int) -> float:
    frame = sight.frame
    drawn = [piece.bottom for piece in sight.file.pieces[page] if not piece.stroked and (piece.mcid >= 0 or not piece.text)
             and frame.bottom - SLACK <= piece.bottom and piece.top <= frame.top + SLACK and piece.right > frame.left]  # fmt: skip
    return (frame.top - min(drawn, default=frame.top)) / frame.height


def empty(sight: Sight) -> Iterator[str]:
    """Find sparse pages that no forced break follows, and too many of them."""
    few = sparse(sight)
    for page, share in few.items():
        if page + 1 not in sight.opens and page + 1 < len(sight.file.sizes):
            yield sight.said(page, f"is {share:.0%} full, and no break follows")
    if len(few) > FEW * len(sight.body):
        yield f"{len(few)} of {len(sight.body)} pages are less than {SPARSE:.0%} full"


# Contrast


def pale(sight: Sight) -> Iterator[str]:
    """Find text whose contrast with what is behind it is under 4.5:1, in color or in grey."""
    for number, page in enumerate(sight.file.pieces):
        picture, seen = sight.pictures[number], set()
        for piece in (p for p in page if p.text):
            behind = _behind(picture, piece)
            key = piece.color, behind
            if key in seen:
                continue
            seen.add(key)
            ratios = contrast(piece.color, behind), contrast(_grey(piece.color), _grey(behind))
            if min(ratios) < AA:
                yield sight.said(number, f"'{piece.text}' in {piece.color} on {behind} has {ratios[0]:.1f}:1, {ratios[1]:.1f}:1 in grey")


def _behind(picture: np.ndarray, piece: Piece) -> tuple[int, int, int]:
    """The color of most pixels around a text."""
    height = picture.shape[0]
    rows = slice(max(0, int(height - piece.top) - 2), int(height - piece.bottom) + 3)
    area = picture[rows, max(0, int(piece.left) - 2) : int(piece.right) + 3].reshape(-1, 3).astype(np.int32)
    colors, counts = np.unique(area @ PACKED, return_counts=True)
    red, rest = divmod(int(colors[counts.argmax()]), 256 * 256)
    return red, *divmod(rest, 256)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: tuple[int, int, int]) -> float:
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in color))
    return sum(share * value for share, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _grey(color: tuple[int, int, int]) -> tuple[int, int, int]:
    """What a printer without colors makes of one (ITU-R BT.601)."""
    value = round(0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2])
    return value, value, value


# How a guide is set: counted, for each a place that shows it

FULL = 0.55
"""Share of a page that has to be filled for it not to look empty."""
HYPHENS = ("‐", "\xad", "\ufffe", "\x02")
SHORT = 6
"""Letters of a last line that looks lost."""
WIDE = 0.45
"""Ems that may stand before a page number: a word space of the text is half as wide."""
PAGE_NUMBER = re.compile(r"(\S)\s+p\.\s+(\d+)")
BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
STRINGS = re.compile(r"\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*|--[^\n]*", re.DOTALL)
OPEN_ENDS = (",", "\\", "(", "[", "{", ":", "=", "+", "*", "|", "&")
QUERY = re.compile(r"\s*(WITH|SELECT|CREATE|INSERT|UPDATE)\b")


def sparsely_filled(sight: Sight) -> Iterator[str]:
    """Find pages of the body that are less than 55 % full; lines for notes fill none."""
    for page in sight.body:
        if (share := _share(sight, page)) < FULL:
            yield sight.said(page, f"is {share:.0%} full")


def _paragraphs(sight: Sight) -> Iterator[list[tuple[int, str]]]:
    """Give the lines of each paragraph or item that has several: the page of each, and its text."""
    for element in sight.file.root.walk():
        if element.kind in ("P", "LBody"):
            by_page = _lines(sorted(sight.file.of(element, apart=BLOCKS), key=lambda piece: piece.page))
            lines = [(page, text.strip()) for page, lines in by_page.items() for text in lines.values()]
            if len(lines) > 1 and not any("CodePro" in piece.font for piece in sight.file.of(element)[:1]):
                yield lines


def hyphenated(sight: Sight) -> Iterator[str]:
    """Find lines that end in a hyphen that the press put there."""
    yield from (sight.said(page, text) for lines in _paragraphs(sight) for page, text in lines[:-1] if text.endswith(HYPHENS))


def ladders(sight: Sight) -> Iterator[str]:
    """Find two and more hyphenated lines in a row."""
    for lines in _paragraphs(sight):
        ends = [text.endswith(HYPHENS) for _, text in lines]
        for n in range(1, len(ends)):
            if ends[n] and ends[n - 1] and not (n > 1 and ends[n - 2]):
                yield sight.said(lines[n][0], f"'{lines[n - 1][1]}' above '{lines[n][1]}'")


def short_last_lines(sight: Sight) -> Iterator[str]:
    """Find paragraphs whose last line has six letters or fewer."""
    for lines in _paragraphs(sight):
        page, text = lines[-1]
        if sum(map(str.isalnum, text)) <= SHORT:
            yield sight.said(page, f"ends in '{text}' after '{lines[-2][1]}'")


def lone_words(sight: Sight) -> Iterator[str]:
    """Find single words in a line of their own above a long one: the line ended where nothing asked it to."""
    for lines in _paragraphs(sight):
        for (page, text), (_, below) in itertools.pairwise(lines):
            if " " not in text and 3 * len(text) < len(below):
                yield sight.said(page, f"'{text}' stands alone above '{below}'")


def parted_words(sight: Sight) -> Iterator[str]:
    """Find words that begin on one page and end on the next."""
    for lines in _paragraphs(sight):
        for (page, text), (following, _) in itertools.pairwise(lines):
            if page != following and text.endswith(HYPHENS):
                yield sight.said(page, f"ends in '{text}'")


def gaping(sight: Sight) -> Iterator[str]:
    """Find page numbers ("p. 45") with more than a word space before them, within, or after."""
    with closing(pypdfium2.PdfDocument(sight.pdf)) as document:
        for number in sight.body:
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                said = text.get_text_range()
                if len(said) != text.count_chars():
                    said = "".join(chr(raw.FPDFText_GetUnicode(text, n)) for n in range(text.count_chars()))
                for found in PAGE_NUMBER.finditer(said):
                    places = found.start(1), said.index("p", found.start() + 1), said.rindex(".", 0, found.start(2)), found.start(2)
                    before, letter, dot, digit = (text.get_charbox(place, loose=True) for place in places)
                    em = raw.FPDFText_GetFontSize(text, places[-1]) * abs(_scale(text, places[-1]))
                    gap = max(letter[0] - before[2], digit[0] - dot[2])
                    if gap > WIDE * em and abs(before[1] - letter[1]) < 3:
                        yield sight.said(number, f"'{found[0]}' gapes by {gap:.1f} points")


def _scale(text: pypdfium2.PdfTextPage, number: int) -> float:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, number, matrix)
    return float(matrix.d)


def _listings(sight: Sight) -> Iterator[tuple[Element, dict[int, str]]]:
    """Give each listing with its text on each page."""
    for element in sight.file.root.walk():
        if element.kind == "Code" and element.said.get("Placement") == "/Block":
            by_page = _lines(sorted(sight.file.of(element), key=lambda piece: piece.page))
            yield element, {page: "\n".join(lines.values()) for page, lines in by_page.items()}


def broken_statements(sight: Sight) -> Iterator[str]:
    """Find listings that a page's end breaks within a statement: between brackets, in a query, or after what opens a block."""
    for _, texts in _listings(sight):
        pages = list(texts)
        for n, page in enumerate(pages[:-1]):
            before = STRINGS.sub("''", "\n".join(texts[p] for p in pages[: n + 1])).rstrip()
            balance = sum(BRACKETS.get(sign, 0) for sign in before)
            query = QUERY.match(texts[pages[0]]) and not before.endswith((";", ")", "),"))
            if balance > 0 or query or (before.endswith(OPEN_ENDS) and not before.endswith("),")):
                yield sight.said(page, f"breaks a listing after '{before.splitlines()[-1][-50:]}'")


def parted_outputs(sight: Sight) -> Iterator[str]:
    """Find output that begins on another page than its code ends on."""
    listings = [(element, texts) for element, texts in _listings(sight) if texts]
    titles = {}
    for parent in sight.file.root.walk():
        for title, kid in itertools.pairwise(kid for kid in parent.kids if isinstance(kid, Element)):
            titles[id(kid)] = sight.file.text(title).strip()
    for (_, code), (element, output) in itertools.pairwise(listings):
        if titles.get(id(element)) == "Output" and max(code) != min(output):
            yield sight.said(max(code), f"'{code[max(code)].splitlines()[-1][:40]}' is parted from its output")


MEASURES = (
    sparsely_filled,
    broken_statements,
    parted_outputs,
    hyphenated,
    ladders,
    short_last_lines,
    gaping,
    stranded,
    lone_words,
    parted_words,
)


def of_file(path: Path) -> Sight:
    """Look at a file of which nothing else is known."""
    with pikepdf.open(path) as pdf:
        labels = tuple(pdf.pages[n].label for n in range(len(pdf.pages)))
    body = tuple(n for n, label in enumerate(labels) if label.isdigit())
    frame = COMPACT if "-compact-" in path.name else FRAMES["a4"]
    return Sight(path.read_bytes(), frame, frozenset(), body, labels)


def main() -> None:
    """Print how many places each measure finds in a file; with -v, the places too."""
    name, *options = sys.argv[1:]
    sight = of_file(Path(name))
    broken = sum(len(lines) - 1 for lines in _paragraphs(sight))
    print(f"{Path(name).name}: {len(sight.labels)} pages, {len(sight.body)} of them in the body")
    for measure in MEASURES:
        found = list(measure(sight))
        whole = {sparsely_filled: len(sight.body), hyphenated: broken}.get(measure)
        share = f" of {whole}: {len(found) / whole:.1%}" if whole else ""
        print(f"{measure.__name__.replace('_', ' '):18} {len(found):5}{share}")
        for line in found if "-v" in options else ():
            print(f"    {line}")


if __name__ == "__main__":
    main()
