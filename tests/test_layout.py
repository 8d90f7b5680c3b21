"""The pages of the small book: nothing strays, nothing collides, and no line or heading is left alone."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pypdfium2
import pytest
import reading
from pypdfium2 import raw
from test_contents import PRINTED, guide

MM = 72 / 25.4
MARGINS = {"a4": (22 * MM, 22 * MM, 62 * MM), "letter": (23 * MM, 23 * MM, 65 * MM)}
"""Left edge of the side column, right margin, and left edge of the text, in points."""
SLACK = 2.0
"""Points that a glyph's box may stand out of its line."""


@dataclass(frozen=True)
class Run:
    """A run of text as it is drawn: its words, its face and size, and its box in points."""

    text: str
    font: str
    size: float
    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: Run) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > SLACK and down > SLACK


@cache
def pages(path: Path) -> list[tuple[float, list[Run]]]:
    """The width of each page, and its runs in the order drawn."""
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        found = []
        for number in range(len(document)):
            with contextlib.closing(document[number]) as page, contextlib.closing(page.get_textpage()) as words:
                found.append((page.get_width(), list(runs(page, words))))
        return found


def runs(page: pypdfium2.PdfPage, words: pypdfium2.PdfTextPage) -> Iterator[Run]:
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], textpage=words):
        text = item.extract()
        if text.strip():
            box, matrix = item.get_bounds(), item.get_matrix()
            yield Run(text, item.get_font().get_base_name(), round(abs(item.get_font_size() * matrix.d), 2), *box)


def body(path: Path) -> Iterator[tuple[str, float, list[Run]]]:
    """Label, width, and runs between head and foot of each page of the body."""
    for label, (width, page) in zip(reading.labels(path), pages(path), strict=True):
        if label.isdigit():
            yield label, width, [run for run in page if run.bottom > 62 and run.top < 792]


def lines(page: list[Run]) -> list[list[Run]]:
    """Gather runs into lines, from top to bottom."""
    found: list[list[Run]] = []
    for run in sorted(page, key=lambda run: -run.bottom):
        same = [line for line in found[-4:] if any(abs(run.bottom - r.bottom) < 4 for r in line)]
        (same[0] if same else found.append(line := []) or line).append(run)
    return found


def text_of(path: Path, label: str) -> str:
    return reading.page_texts(path)[reading.labels(path).index(label)]


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_text_stands_outside_the_margins(built, edition: str, paper: str) -> None:
    path = guide(built, edition, paper)
    side, right, _ = MARGINS[paper]
    strays = [
        (label, run.text)
        for label, (width, page) in zip(reading.labels(path), pages(path), strict=True)
        if label != "Cover"
        for run in page
        if run.left < side - SLACK or run.right > width - right + SLACK or run.bottom < 20 or run.top > 842
    ]
    assert strays == []
    assert sum(len(page) for _, page in pages(path)) > 200


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_run_of_text_covers_another(built, edition: str, paper: str) -> None:
    for label, _, page in body(guide(built, edition, paper)):
        covered = [(a.text, b.text) for a, b in combinations(page, 2) if a.overlaps(b)]
        assert covered == [], label


@pytest.mark.parametrize(("edition", "paper"), [("study", "a4"), ("study", "letter"), ("kit", "a4")])
def test_the_side_column_ends_before_the_text_begins(built, publications, edition: str, paper: str) -> None:
    path = guide(built, edition, paper)
    column = MARGINS[paper][2]
    side = [run for _, _, page in body(path) for run in page if run.left < column - 20 and run.font.find("SourceSans") >= 0 and run.size < 9]
    assert len(side) >= 10
    assert [run.text for run in side if run.right > column - 8] == []


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_page_ends_in_a_heading(built, edition: str, paper: str) -> None:
    ended = 0
    for label, _, page in body(guide(built, edition, paper)):
        text = [run for run in page if run.size >= 8.2]
        if text:
            last = min(text, key=lambda run: run.bottom)
            ended += 1
            assert not ("SourceSans3-Bold" in last.font and last.size >= 10), f"page {label} ends in '{last.text}'"
    assert ended >= 5




@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_no_paragraph_leaves_one_line_alone_on_a_page(built, book, paper: str) -> None:
    """Where a paragraph of the book is broken over two pages, at least two of its lines stand on each."""
    path = guide(built, "study", paper)
    printed = [[reading.letters("".join(r.text for r in sorted(line, key=lambda r: r.left))) for line in lines(page)] for _, _, page in body(path)]
    whole = [reading.letters(p) for q in book.questions.values() for p in re.split(r"\n\n+", q.answer) if len(p) > 300 and "$" not in p]
    alone = []
    for before, after in pairwise(printed):
        for text in whole:
            here, there = ([line for line in page if len(line) > 12 and line in text] for page in (before, after))
            if here and there and (len(here) == 1 or len(there) == 1):
                alone.append(text[:60])
    assert alone == []
    assert len(whole) > 10


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_head_runs_over_the_opening_of_a_part(built, publications, edition: str, paper: str) -> None:
    path = guide(built, edition, paper)
    for section in publications[edition].sections:
        if section.kind in ("opener", "chapter", "glossary", "contents", "title-page", "cover"):
            assert reading.running_heads(path)[reading.page_of(path, section.id)] == "", section.id


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_word_too_long_for_its_line_is_broken_and_none_of_it_is_lost(built, paper: str) -> None:
    path = guide(built, "study", paper)
    whole = "".join(reading.letters(text) for text in reading.page_texts(path))
    assert "lastrecordedmainlampcurrentinamperesatthenorthernbreakwaterlightbeforesunrise" in whole
    assert "donaudampfschifffahrtsgesellschaftskapitän" in whole


def test_a_long_line_of_code_wraps_inside_its_box(built) -> None:
    """The identifier is wider than the text: it must stand on two lines, each within the measure."""
    path = guide(built, "study", "a4")
    code = [run for _, _, page in body(path) for run in page if "SourceCode" in run.font]
    begins = [run for run in code if run.text.startswith("last_recorded")]
    ends = [run for run in code if run.text.rstrip().endswith("before_sunrise")]
    assert len(begins) == len(ends) == 1
    assert begins[0].bottom > ends[0].bottom + 5
    assert max(run.right for run in code) <= pages(path)[5][0] - MARGINS["a4"][1] + SLACK


@pytest.mark.parametrize("edition", ["study", "kit"])
def test_a_formula_in_a_caption_stays_in_its_line(built, edition: str) -> None:
    path = guide(built, edition, "a4")
    page = pages(path)[reading.page_of(path, "figure-keel")][1]
    before, after = (next(run for run in page if words in run.text) for words in ("allowance, here", "at the dashed line."))
    assert abs(before.bottom - after.bottom) < 1
    assert before.right < after.left < before.right + 20
