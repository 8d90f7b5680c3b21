"""The oracle: a whole guide laid out in one WeasyPrint run, and what a reader sees of it.

The sections are those the build printed, letter for letter, copyfitted ones included, and the index with its folios. Five
things that hold in a signature because it is a document of its own are said to the single run in its style sheet:

- a signature begins on a new page: its first section has `break-before: page`;
- footnotes are counted anew in each signature, so that two on a page are never called the same: its first section resets them;
- `@page NAME:first` is the first page of every signature: each such rule is written out as `@page NAME:nth(N)` for the pages
  that signatures begin on;
- `body.tight` and `body.airy` are the classes of copyfitted signatures: their sections have them instead;
- no section of another signature stands before its first: what is not shown keeps them apart, so that no `section + section` holds.

Page numbers are written where the press leaves slots, in a box as wide as the slot's figures: lines break as if there were as many
digits as are kept. Among words, what follows a number on its line is then moved up to it.
"""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pypdfium2
from lxml import etree
from pypdfium2 import raw
from tagged import Piece, pieces

from pipeline import bindery, slots, theme
from pipeline.bindery.embedded_fonts import open_face
from pipeline.flow import Request
from pipeline.flow.binding import BIND, BIND_HERE
from pipeline.flow.order import make
from pipeline.flow.volumes import Printed
from pipeline.model import Book
from pipeline.press import LAY_OUT, Room, Signature, layout
from pipeline.work import Crew, Results, Stage, Work
from pipeline.work.store import Store

XHTML = "{http://www.w3.org/1999/xhtml}"
FITTED = re.compile(r"\b(?:tight|airy)\b")
FIRST = re.compile(r"@page ([\w-]+):first(?=\s*\{)")
SLOT_FACES = {"slot": theme.SANS, "serif": theme.SERIF}
PLAIN = {0x2010: "-", 0xAD: "-", 0xFFFE: "-", 0x02: "-", 0xA0: " "}
"""Characters that may come back as another that is drawn with the same glyph."""
NEAR = 0.1
"""Points that a character may stand from where a single run has it."""
SHADE = 64
"""Steps of 255 that a pixel may be lighter or darker: a glyph that stands a thousandth of a point to the right may fall on the
next of the steps, parts of a pixel wide, that PDFium places it on. What is paler is compared by its outline."""


@dataclass(frozen=True)
class Volume:
    """A guide as it was bound, and the signatures it was bound from."""

    pdf: bytes
    printed: tuple[Printed, ...]
    folios: bindery.Folios

    @property
    def notes(self) -> dict[int, Room]:
        """The free part of the last page of each signature, where lines for notes may be ruled."""
        firsts = zip(self.printed, self.folios.first, strict=True)
        return {first + item.laid.facts.pages - 1: item.laid.facts.room for item, first in firsts}


class Keeping(Work):
    """Work that keeps what was laid out, and what was bound."""

    def __init__(self, crew: Crew, store: Store) -> None:
        super().__init__(crew, store)
        self.found: dict[bytes, tuple[Printed, ...]] = {}
        self._signatures: dict[int, Signature] = {}

    def map(self, stage: Stage[Any, Any], items: Sequence[Any], shared: object = None, **options: Any) -> Results[Any]:
        results = super().map(stage, items, shared, **options)
        if stage is LAY_OUT:
            # A build lets go of the markup when it has been laid out: it is noted for each leaf, which is the same object when bound.
            self._signatures |= {id(leaf): signature for signature, leaf in zip(items, results, strict=True)}
        if stage in (BIND, BIND_HERE):
            for binding, copies in zip(items, results, strict=True):
                printed = tuple(Printed(self._signatures[id(item.laid)], item.laid) for item in binding.printed)
                self.found |= {bound.pdf: printed for bound in copies}
        return results


def volumes(book: Book, edition: str, output: Path, warm: Path | None = None) -> dict[str, Volume]:
    """Make an edition's PDFs as a build does, recalling what a warm cache has, and keep what was bound; give them by paper."""
    request = Request(Path(), output, editions=(edition,), formats=("pdf",), jobs=1)
    known = Store(warm / "guidepress") if warm else None
    with Crew(1) as crew, Keeping(crew, Store(None, shared=known)) as work:
        made = make(work, request, book)
    files = [each.artefact for each in made.finished if each.artefact.format == "pdf"]
    return {a.paper: Volume(a.data, work.found[a.data], _folios(work.found[a.data])) for a in files}


def _folios(printed: Sequence[Printed]) -> bindery.Folios:
    return bindery.folios([p.signature for p in printed], [p.laid for p in printed], cover="Cover")


# The single run


@dataclass(frozen=True)
class Single:
    """The same guide from one run: its file, and where on its pages the slots are."""

    pdf: bytes
    slots: tuple[tuple[Slot, ...], ...]
    """Of each page."""
    anchors: dict[str, int]
    """The page that each id is on, from 0."""


@dataclass(frozen=True)
class Slot:
    """A place for a page number: the id it leads to, empty for the page's own, and its box in points."""

    target: str
    left: float
    bottom: float
    right: float
    top: float

    def holds(self, x: float, y: float) -> bool:
        return self.left - 1 <= x <= self.right + 1 and self.bottom - 1 <= y <= self.top + 1


def single(volume: Volume) -> Single:
    """Lay the whole guide out in one run, tag it with the press's own tagger, and write it with WeasyPrint's own fonts."""
    layout.load_engine()
    from pipeline.press import engine

    signature = _united(volume)
    root = engine._parse(signature.xhtml)
    engine.last_lines.join(root)
    fonts = theme.look().font_resources()
    dress = engine._new_dress(signature.stylesheet, "oracle", fonts)
    resources = dict(signature.resources)
    markup, drawings = engine.Document(root, engine.BookFetcher(resources)), engine.form_xobjects.images(resources)
    with engine.warnings_heard() as messages, engine.weasyprint70.trading(engine.floats.Floats(root)):
        document = markup.render(font_config=dress.fonts, counter_style=dress.counters, stylesheets=[dress.sheet], cache=drawings)
        for page in document.pages:
            _close_up(page._page_box)
        painting, target = engine.Painting("oracle", root, dress.files), io.BytesIO()
        with _tagging(painting):
            document.write_pdf(target, finisher=engine._finish, pdf_tags=True, pdf_version="1.7")
    assert not [*dress.warnings, *messages], [*dress.warnings, *messages]
    anchors = {name: number for number, page in reversed([*enumerate(document.pages)]) for name in page.anchors}
    return Single(target.getvalue(), tuple(tuple(_slots(page, root)) for page in document.pages), anchors)


@contextmanager
def _tagging(painting: Any) -> Iterator[None]:
    import weasyprint.pdf

    with patch.object(weasyprint.pdf, "add_tags", painting.tag):
        yield


def _united(volume: Volume) -> Signature:
    """Write the sections of all signatures into one document."""
    first = volume.printed[0].signature
    whole = etree.fromstring(first.xhtml.encode())
    body = whole.find(f"{XHTML}body")
    assert body is not None
    del body[:]
    for number, item in enumerate(volume.printed):
        leaf = etree.fromstring(item.signature.xhtml.encode()).find(f"{XHTML}body")
        assert leaf is not None
        fit, start = FITTED.search(leaf.get("class", "")), len(body)
        for section in leaf:
            section.set("class", f"{section.get('class')}{f' {fit[0]}' if fit else ''}")
            body.append(section)
        if number:
            body.insert(start, etree.Element(f"{XHTML}div", style="display: none"))
            start += 1
            anew = "break-before: page; counter-reset: footnote"
            body[start].set("style", "; ".join(filter(None, (anew, body[start].get("style")))))
    body.set("class", FITTED.sub("", body.get("class", "")))
    for slot in body.iter(f"{XHTML}span"):
        if slot.get("data-slot"):
            _fill(slot, volume.folios.folio(slot.get("data-slot") or ""))
    resources = {name: data for item in volume.printed for name, data in item.signature.resources}
    return replace(
        first, xhtml=etree.tostring(whole, encoding="unicode"), stylesheet=_stylesheet(volume), resources=tuple(resources.items())
    )


def _fill(slot: etree._Element, folio: str) -> None:
    """Write a folio over the zeros of a slot: in as much room, to the right of it, or among words, which close up to it, to the left."""
    before, zeros, after = re.fullmatch(r"([^0]*)(0+)(.*)", slot.text or "").groups()  # type: ignore[union-attr]
    family = SLOT_FACES["serif" if "serif" in (slot.get("class") or "").split() else "slot"]
    file = next(f for f in theme.look().faces if (f.family, f.weight, f.style) == (family, 400, "normal"))
    face = open_face(theme.look().font(file))
    if slots.AMONG_WORDS in (slot.get("class") or "").split():
        slot.text = f"{before}{folio}{after}"
        free = len(zeros) * face.advance(face.figure("0")) - sum(face.advance(face.figure(sign)) for sign in folio)
        slot.set("style", f"padding-right: {max(0, free) / 1000:.4f}em")
        return
    slot.text = before
    figures = etree.SubElement(slot, f"{XHTML}span")
    room = len(zeros) * face.advance(face.figure("0")) / 1000
    figures.set("style", f"display: inline-block; width: {room:.4f}em; text-align: right")
    figures.text, figures.tail = folio, after


def _close_up(box: Any) -> float:
    """Move what follows a number among words up to it, on its line; give how much shorter a box has become."""
    from weasyprint.formatting_structure import boxes

    box = getattr(box, "_box", box)
    shorter = 0.0
    for child in getattr(box, "children", ()):
        inside = isinstance(box, boxes.LineBox | boxes.InlineBox) and getattr(child, "_box", child) is child and child.is_in_normal_flow()
        if inside and shorter:
            child.translate(-shorter)
        shorter += _close_up(child) * inside
    if isinstance(box, boxes.InlineBox):
        box.width -= shorter
        return shorter
    classes = (box.element.get("class") or "").split() if box.element is not None else ()
    if isinstance(box, boxes.InlineBlockBox) and slots.AMONG_WORDS in classes:
        shorter, box.padding_right = float(box.padding_right), 0
        return shorter
    return 0.0


def _stylesheet(volume: Volume) -> str:
    (style,) = {item.signature.stylesheet for item in volume.printed}
    assert not re.search(r"@page\s*:first", style)
    firsts = [page + 1 for page in volume.folios.first]
    style = FIRST.sub(lambda rule: "@page " + ", ".join(f"{rule[1]}:nth({n})" for n in firsts), style)
    numbers = (f'@page :nth({n}) {{ @bottom-right {{ content: "{folio}" }} }}' for n, folio in enumerate(volume.folios.printed, 1))
    return "\n".join((style.replace("body.tight", "section.tight"), *numbers))


def _slots(page: Any, root: Any) -> Iterator[Slot]:
    from weasyprint.formatting_structure import boxes

    for box in page._page_box.descendants(placeholders=True):
        box = getattr(box, "_box", box)
        own = isinstance(box, boxes.MarginBox) and box.at_keyword == "@bottom-right"
        target = box.element.get("data-slot") if box.element is not None and not own else None
        if own or (target and isinstance(box, boxes.InlineBlockBox | boxes.BlockBox)):
            left, top = box.position_x * 0.75, (page.height - box.position_y) * 0.75
            yield Slot(target or "", left, top - box.margin_height() * 0.75, left + box.margin_width() * 0.75, top)


# What is seen


@dataclass(frozen=True)
class Char:
    """A character, and where its glyph stands, in points."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Seen:
    """A page: its characters in the order drawn, what else is drawn, and its picture at 72 dpi."""

    chars: tuple[Char, ...]
    drawings: tuple[Piece, ...]
    picture: np.ndarray


def pages(pdf: bytes) -> Iterator[Seen]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        for number in range(len(document)):
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                bitmap = page.render(scale=1, rev_byteorder=True)
                drawings = tuple(pieces(document, number, text=False))
                yield Seen(tuple(_chars(text)), drawings, bitmap.to_numpy().astype(int))


def _chars(text: Any) -> Iterator[Char]:
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if raw.FPDFText_IsGenerated(text, index) == 1 or chr(code).isspace():
            continue
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        yield Char(PLAIN.get(code, chr(code)), x.value, y.value)


def differences(volume: Volume, whole: Single) -> list[str]:
    """Name all that a reader would see at another place, or otherwise, in the bound file than in the single run."""
    bound, other = list(pages(volume.pdf)), list(pages(whole.pdf))
    found = [] if len(bound) == len(other) else [f"{len(bound)} pages, {len(other)} in a single run"]
    for number, (page, twin) in enumerate(zip(bound, other, strict=False)):
        masks = [*whole.slots[number], *_room(volume.notes.get(number))]
        label = volume.folios.labels[number]
        found += [
            f"page {label}: {text}"
            for text in (
                *_moved(page, twin, masks),
                *_redrawn(page, twin, masks),
                *_repainted(page, twin, masks),
                *_renumbered(page, twin, masks),
            )
        ]
    return [*found, *_misled(volume, whole)]


def _room(room: Room | None) -> list[Slot]:
    return [Slot("notes", room.x, room.y, room.x + room.width, room.y + room.height)] if room else []


def _moved(page: Seen, twin: Seen, masks: list[Slot]) -> list[str]:
    """Compare characters one by one, those of page numbers and of the label for notes apart."""
    chars, others = ([c for c in seen.chars if not any(m.holds(c.x, c.y) for m in masks)] for seen in (page, twin))
    if [c.text for c in chars] != [c.text for c in others]:
        at = next((n for n, (a, b) in enumerate(zip(chars, others, strict=False)) if a.text != b.text), min(len(chars), len(others)))
        return [f"'{_said(chars[at : at + 30])}' stands where a single run has '{_said(others[at : at + 30])}'"]
    far = [(a, b) for a, b in zip(chars, others, strict=True) if max(abs(a.x - b.x), abs(a.y - b.y)) > NEAR]
    return [f"'{a.text}' is at {a.x:.2f}, {a.y:.2f}, in a single run at {b.x:.2f}, {b.y:.2f}" for a, b in far[:1]]


def _redrawn(page: Seen, twin: Seen, masks: list[Slot]) -> list[str]:
    """Compare lines, areas, and pictures one by one, the lines of notes apart."""
    notes = [mask for mask in masks if mask.target == "notes"]
    its = {_box(drawing) for drawing in twin.drawings}
    ruled = {
        n for n, d in enumerate(page.drawings) if d.stroked and any(m.holds(d.left, d.bottom) and m.holds(d.right, d.top) for m in notes)
    }
    mine = [drawing for n, drawing in enumerate(page.drawings) if n not in ruled or _box(drawing) in its]
    if len(mine) != len(twin.drawings):
        return [f"{len(mine)} lines, areas, and pictures, in a single run {len(twin.drawings)}"]
    unlike = [(a, b) for a, b in zip(mine, twin.drawings, strict=True) if (a.kind, a.color) != (b.kind, b.color) or _apart(a, b)]
    return [f"{a.kind} {_box(a)} in color {a.color}, in a single run {b.kind} {_box(b)} in color {b.color}" for a, b in unlike[:1]]


def _apart(a: Piece, b: Piece) -> bool:
    return max(abs(x - y) for x, y in zip(_box(a), _box(b), strict=True)) > NEAR


def _box(piece: Piece) -> tuple[float, ...]:
    return tuple(round(side, 2) for side in (piece.left, piece.bottom, piece.right, piece.top))


def _repainted(page: Seen, twin: Seen, masks: list[Slot]) -> list[str]:
    """Compare pictures pixel by pixel; where notes may be ruled, a single run has nothing."""
    if page.picture.shape != twin.picture.shape:
        return [f"the page is {page.picture.shape} pixels, in a single run {twin.picture.shape}"]
    unlike = np.abs(page.picture - twin.picture).max(axis=2) > SHADE
    notes = False
    for mask in masks:
        rows, columns = _pixels(mask, page.picture.shape[0])
        unlike[rows, columns] = False
        notes |= mask.target == "notes" and bool((twin.picture[rows, columns] < 255).any())
    found = [f"{unlike.sum()} pixels are not as in a single run, the first at {np.argwhere(unlike)[0]}"] if unlike.any() else []
    return [*found, *(["the room for notes is not free"] if notes else [])]


def _pixels(mask: Slot, height: int) -> tuple[slice, slice]:
    grow = 0 if mask.target == "notes" else 1
    top, bottom = int(height - mask.top) + 1 - 2 * grow, int(height - mask.bottom) + grow
    return slice(max(0, top), max(0, bottom)), slice(max(0, int(mask.left) - 1), int(mask.right) + 2 + grow)


def _renumbered(page: Seen, twin: Seen, masks: list[Slot]) -> list[str]:
    """Compare the page numbers, each in its slot."""
    shown = [(_said(c for c in page.chars if m.holds(c.x, c.y)), _said(c for c in twin.chars if m.holds(c.x, c.y)))
             for m in masks if m.target != "notes"]  # fmt: skip
    return [f"'{mine}' is printed for '{its}'" for mine, its in shown if mine != its]


def _misled(volume: Volume, whole: Single) -> list[str]:
    """Find page numbers that are not those of the pages where a single run has the places they name."""
    labels, pages_of = volume.folios.labels, volume.folios.pages
    return [f"'{slot.target}' is said to be on page {labels[pages_of[slot.target]]}, and is on {labels[whole.anchors[slot.target]]}"
            for page in whole.slots for slot in page if slot.target and pages_of[slot.target] != whole.anchors[slot.target]]  # fmt: skip


def _said(chars: Any) -> str:
    return "".join(c.text for c in chars)
