"""The pages of the small book: nothing strays, nothing collides, and no line or heading is left alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import pypdfium2
import pytest
import reading
import tagged
from presswork import DIGEST, FONTS, bound, lay_out, page_texts
from pypdfium2 import raw
from test_contents import PRINTED, guide

from pipeline import theme
from pipeline.bindery.gathering import Gathered, sew
from pipeline.bindery.page_numbers import Folios, Glyphs
from pipeline.press import Signature

MM = 72 / 25.4
WIDTH = 210 * MM
MARGINS = (18 * MM, 22 * MM, 62 * MM)
"""Left edge of the side column, right margin, and left edge of the text, in points, of A4, which both papers are laid out on."""
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
                found.append((WIDTH, list(runs(page, words))))
        return found


def runs(page: pypdfium2.PdfPage, words: pypdfium2.PdfTextPage) -> Iterator[Run]:
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], textpage=words):
        text = item.extract()
        if text.strip():
            size = round(abs(item.get_font_size() * item.get_matrix().d), 2)
            yield Run(text, item.get_font().get_base_name(), size, *tagged.box(item))


def body(path: Path) -> Iterator[tuple[str, float, list[Run]]]:
    """Label, width, and runs between head and foot of each page of the body, the cheat sheet apart: its margins are its own."""
    for label, (width, page) in zip(reading.labels(path), pages(path), strict=True):
        if label.isdigit() and label != cheat_sheet(path):
            yield label, width, [run for run in page if run.bottom > 72 and run.top < 772]


OVERVIEWS = ("cheat-sheet", "tracker", "map")


def overviews(path: Path) -> set[str]:
    """The labels of pages that show all questions together."""
    read = reading.pdf(path)
    return {read.pages[read.places[name]].label for name in OVERVIEWS if name in read.places}


def cheat_sheet(path: Path) -> str:
    """The label of its page, where there is one."""
    page = reading.pdf(path).places.get("cheat-sheet")
    return reading.labels(path)[page] if page is not None else ""


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_text_stands_outside_the_margins(built, edition: str, paper: str) -> None:
    path = guide(built, edition, paper)
    side, right, _ = MARGINS
    strays = [
        (label, run.text)
        for label, (width, page) in zip(reading.labels(path), pages(path), strict=True)
        if label not in ("Cover", cheat_sheet(path))
        for run in page
        if run.left < side - SLACK or run.right > width - right + SLACK or run.bottom < 20 or run.top > 842
    ]
    assert strays == []
    assert sum(len(page) for _, page in pages(path)) > 100


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_run_of_text_covers_another(built, edition: str, paper: str) -> None:
    for label, _, page in body(guide(built, edition, paper)):
        covered = [(a.text, b.text) for a, b in combinations(page, 2) if a.overlaps(b)]
        assert covered == [], label


@pytest.mark.parametrize(("edition", "paper"), [("study", "a4"), ("study", "letter"), ("kit", "a4")])
def test_the_side_column_ends_before_the_text_begins(built, publications, edition: str, paper: str) -> None:
    path = guide(built, edition, paper)
    column = MARGINS[2]
    side = [
        run
        for label, _, page in body(path)
        if label not in overviews(path)
        for run in page
        if run.left < column - 20 and run.font.find("SourceSans") >= 0 and run.size <= 8.5
    ]
    assert len(side) >= 10
    assert [run.text for run in side if run.right > column - 8] == []


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_page_ends_in_a_heading(built, edition: str, paper: str) -> None:
    ended = 0
    for label, _, page in body(guide(built, edition, paper)):
        text = [run for run in page if run.size >= 8]
        if text:
            last = min(text, key=lambda run: run.bottom)
            ended += 1
            assert not ("SourceSans3-Bold" in last.font and last.size >= 10), f"page {label} ends in '{last.text}'"
    assert ended >= 5


LINES = ("ash", "beech", "cedar", "dogwood", "elm")
HEIGHT = 245 * MM


def broken(paper: str, above: str) -> list[tuple[str, str]]:
    """Set five lines nearer and nearer to the end of a page; give what stands on each two pages."""
    cases = [f'<section class="page"><div style="height: {HEIGHT - room:.1f}pt"></div>{above}<p>{"<br/>".join(LINES)}</p></section>'
             for room in range(20, 132, 7)]  # fmt: skip
    css = theme.look((), "study").paged(paper) + "\n.page { break-before: right } .page:first-child { break-before: auto }"
    xhtml = f'<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>T</title></head><body>{"".join(cases)}</body></html>'
    texts = page_texts(bound(Signature("trees", "body", xhtml, css, DIGEST, (), (("trees", "trees.yaml"),))))
    return list(zip(texts[::2], [*texts[1::2], ""], strict=False))


def standing(text: str) -> int:
    return sum(line in text for line in LINES)


@pytest.mark.parametrize("space", [" ", "\N{NO-BREAK SPACE}"])
def test_no_line_ends_early_where_a_text_ends_before_a_link(space: str) -> None:
    told = "Lamps are lit at dusk, each keeper on his own tower, and the last one writes the hour of it into"
    paragraphs = "".join(f"<p style='width: {wide}pt'>{told}{space}<a href='#x'>big logs</a></p>" for wide in range(180, 260))
    css = theme.look((), "study").paged("a4") + "body { hyphens: none }"
    xhtml = f'<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>T</title></head><body id="x">{paragraphs}</body></html>'
    pdf = bound(Signature("x", "body", xhtml, css, DIGEST, (), (("x", "x.yaml"),)))
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        lines = [line for page in document for line in page.get_textpage().get_text_range().splitlines()]
    assert sum(line.startswith("Lamps are lit") for line in lines) == 80
    assert [line for line in lines if len(line) < 20 and not line.endswith("big logs") and not line.isdigit()] == []


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_paragraph_leaves_no_line_alone_at_the_foot_or_the_head_of_a_page(paper: str) -> None:
    shares = {(standing(before), standing(after)) for before, after in broken(paper, "")}
    assert shares <= {(0, 5), (2, 3), (3, 2), (5, 0)}
    assert {(2, 3), (3, 2)} <= shares


@pytest.mark.parametrize("heading", ["<h2>Heading</h2>", "<h4>Heading</h4>", '<p class="follow-up-ask">Heading</p>'])
def test_a_heading_keeps_two_lines_of_what_it_heads(heading: str) -> None:
    pairs = [pair for pair in broken("a4", heading) if "Heading" in pair[0]]
    assert pairs
    assert [standing(before) for before, _ in pairs if standing(before) < 2] == []


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_head_runs_over_the_opening_of_a_part(built, publications, edition: str, paper: str) -> None:
    path = guide(built, edition, paper)
    for section in publications[edition].sections:
        if section.starts_page and section.kind.name in ("opener", "chapter", "glossary", "contents", "title-page", "cover"):
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
    assert max(run.right for run in code) <= pages(path)[5][0] - MARGINS[1] + SLACK


@pytest.mark.parametrize("edition", ["study", "kit"])
def test_a_formula_in_a_caption_stays_in_its_line(built, edition: str) -> None:
    path = guide(built, edition, "a4")
    page = pages(path)[reading.page_of(path, "figure-keel")][1]
    before, after = (next(run for run in page if words in run.text) for words in ("allowance, here", "at the dashed line."))
    assert abs(before.bottom - after.bottom) < 3
    assert before.right < after.left < before.right + 20


def plain_pages(count: int) -> Signature:
    more = '<div style="break-before: page">More</div>' * (count - 1)
    xhtml = (
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>Long</title></head><body class="study" data-guide="Long">'
        f'<section id="one"><h1>Long</h1>{more}</section></body></html>'
    )
    return Signature("one", "body", xhtml, theme.look((), "study").paged("a4"), DIGEST, (), (("one", "content/one.yaml"),))


def test_the_foot_of_a_page_has_room_for_any_number() -> None:
    signature = plain_pages(1)
    leaf = lay_out(signature, FONTS)
    gathered = Gathered([signature], [leaf], (), FONTS, "Cover")
    gathered.numbered = Folios(labels=("99999",), printed=("99999",), pages={"one": 0}, first=(0,))
    assert len(sew(signature, leaf, gathered, Glyphs()).pages) == 1


@pytest.mark.soak
def test_a_book_of_more_than_a_thousand_pages_shows_all_their_numbers() -> None:
    shown = page_texts(bound(plain_pages(1002)))
    assert [shown[number].split()[-1] for number in (0, 8, 98, 998, 1001)] == ["1", "9", "99", "999", "1002"]
