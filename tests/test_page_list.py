"""The page list of an EPUB leads to where each page of the PDF begins: its marks stand before the same words."""

from __future__ import annotations

import ctypes
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import reading
from epubwork import FORMULA, QUESTION, fragment, rendition, written
from lxml import etree
from presswork import FONTS, lay_out, signature
from pypdfium2 import raw

from pipeline.epub import Page
from pipeline.press import PICTURE, Facts

HYPHENS = ("-", "\u2010", "\x02")
"""PDFium reads a hyphen at the end of a line as U+0002."""
PICTURES = {"/Figure", "/Formula"}
NOT_WORDS = re.compile(r"(?:, )?p\. \d+|\d+\.|\W*")
"""A printed page number, which a screen does not show, and the marker of a list."""
MARK = "//*[@role='doc-pagebreak'][@id='{}']"
SHOWN = "[picture]"
"""Stands for a figure or a formula among words."""


# What the PDF says


def marked_text(page: Any) -> dict[int, str]:
    """The text of each piece of marked content of a page."""
    found: dict[int, str] = {}
    with closing(page.get_textpage()) as words:
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            size = raw.FPDFTextObj_GetText(item, words, None, 0)
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFTextObj_GetText(item, words, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
            number = raw.FPDFPageObj_GetMarkedContentID(item)
            found[number] = found.get(number, "") + buffer.raw[: size - 2].decode("utf-16-le")
    return found


def content(node: Any, page: Any = None) -> Iterator[tuple[Any, int, bool]]:
    """Page, number, and whether it is a picture, of each piece of content below a structure element, in reading order."""
    kind, page = str(node.get("/S")), node.get("/Pg", page)
    kids = node.get("/K", ())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            yield page.objgen, kid, kind in PICTURES
        elif kid.get("/Type") == "/MCR":
            yield kid.get("/Pg", page).objgen, int(kid.MCID), kind in PICTURES
        elif "/S" in kid and not is_footnote(kind, str(kid.S)):
            yield from content(kid, page)


def is_footnote(above: str, kind: str) -> bool:
    """Whether a structure element is a footnote or its call; a line of contents is a Reference too."""
    return kind == "/Note" or (kind == "/Reference" and above != "/TOCI")


def pieces(path: Path) -> list[list[str]]:
    """The text of each page piece by piece, in reading order, pictures named; heads, folios, and footnotes left out."""
    with closing(pypdfium2.PdfDocument(path)) as document:
        texts = [marked_text(document[number]) for number in range(len(document))]
    found: list[list[str]] = [[] for _ in texts]
    with pikepdf.open(path) as book:
        order = {page.obj.objgen: number for number, page in enumerate(book.pages)}
        for page, number, is_picture in content(book.Root.StructTreeRoot):
            found[order[page]].append(SHOWN if is_picture else texts[order[page]].get(number, ""))
    return found


def first_words(path: Path) -> dict[str, tuple[list[str], bool]]:
    """What each page begins with, and whether the page before ends with a hyphen."""
    found, hyphen = {}, False
    for label, page in zip(reading.labels(path), pieces(path), strict=True):
        body = [piece for piece in page if not NOT_WORDS.fullmatch(piece.strip())]
        words = [word for word in " ".join(body).split() if any(map(str.isalnum, word))]
        found[label] = words[:4], hyphen
        hyphen = bool(body) and body[-1].rstrip().endswith(HYPHENS)
    return found


# What the EPUB says


def after_mark(mark: etree._Element) -> list[str]:
    """The words that come after a mark, footnotes and what only a screen shows left out."""
    said = "".join(_after(mark))
    return [word for word in said.split() if any(map(str.isalnum, word))][:3]


def _after(mark: etree._Element) -> Iterator[str]:
    yield mark.tail or ""
    for node in mark.itersiblings():
        yield from _said(node)
        yield node.tail or ""
    for above in mark.iterancestors():
        if above.get("role") in ("doc-noteref", "doc-footnote"):
            continue
        yield "" if etree.QName(above).localname in INLINE else " "
        yield above.tail or ""
        for node in above.itersiblings():
            yield from _said(node)
            yield node.tail or ""


INLINE = ("a", "b", "code", "em", "i", "span", "strong", "sub", "sup", "dfn")
SCREEN = {"question-word", "counterpart", "index-note", "footnotes"}


def _said(node: etree._Element) -> Iterator[str]:
    if not isinstance(node.tag, str) or node.get("role") == "doc-noteref" or node.get("aria-hidden") == "true":
        return
    if SCREEN & set(node.get("class", "").split()):
        return
    name = etree.QName(node).localname
    if name in ("math", "svg", "img"):
        yield f" {SHOWN} "
        return
    yield "" if name in INLINE else " "
    yield node.text or ""
    for child in node:
        yield from _said(child)
        yield child.tail or ""
    yield "" if name in INLINE else " "


def page_list(path: Path) -> list[tuple[str, str]]:
    """Label and reference of each entry of the page list."""
    return [(a.text, a.get("href")) for a in reading.xpath(path, "nav.xhtml", "//h:nav[@epub:type='page-list']//h:a")]


def misplaced(pdf: Path, book: Path) -> list[str]:
    """The pages whose mark does not stand before their first words."""
    printed, wrong = first_words(pdf), []
    for label, target in page_list(book):
        file, _, name = target.partition("#")
        mark = reading.xpath(book, file, MARK.format(name))[0]
        there, (words, hyphen) = after_mark(mark), printed[label]
        before = mark.getprevious()
        said = (mark.getparent().text if before is None else before.tail) or ""
        # The rest of a word that began on the page before is not the page's first, unless the hyphen is the word's own.
        expected = words[1:] if hyphen and not said.endswith("-") else words
        # A short formula may be drawn on paper and set in letters on a screen.
        place = 1 if expected[:1] == [SHOWN] and there[:1] != [SHOWN] else 0
        first, marked = "".join(expected[place : place + 1]), "".join(there[place : place + 1])
        # Code comes on paper in the pieces that its colors make, and on a screen in words such as 'print("rows'.
        piece = re.match(re.escape(first) + r"[^\w\s]", marked) is not None
        if reading.letters(first) != reading.letters(marked) and not piece:
            wrong.append(f"{label}: page begins {words}, mark before {there} in {file}")
    return wrong


SMALL = [f"{edition}/harbor-watch-{edition}-0.2.0" for edition in ("study", "practice", "kit", "sample")]


@pytest.mark.parametrize("name", SMALL)
def test_each_page_of_the_small_book_is_marked_before_its_first_word(built, name):
    assert misplaced(built / f"{name}-a4.pdf", built / f"{name}.epub") == []


@pytest.mark.parametrize("name", SMALL)
def test_every_page_after_the_cover_is_listed_once_and_in_order(built, name):
    labels = reading.labels(built / f"{name}-a4.pdf")
    assert [label for label, _ in page_list(built / f"{name}.epub")] == labels[1:]


def test_pages_that_begin_within_a_list_or_a_listing_are_marked_there(built):
    holders = set()
    for book in built.glob("*/*[0-9].epub"):
        places = [target.split("#") for _, target in page_list(book)]
        holders |= {reading.xpath(book, file, f"local-name({MARK.format(name)}/..)") for file, name in places}
    assert {"li", "code"} <= holders


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["study", "practice"])
@pytest.mark.soak
def test_each_page_of_the_real_book_is_marked_before_its_first_word(real_release, edition):
    (pdf,), (book,) = (real_release / edition).glob("*-a4.pdf"), (real_release / edition).glob("*[0-9].epub")
    assert [label for label, _ in page_list(book)] == reading.labels(pdf)[1:]
    assert misplaced(pdf, book) == []


# The press


LINES = "<p>Alpha beta</p>" * 22


def begins(body: str, css: str = "") -> list[tuple[str, int]]:
    return [(begin.section, begin.before) for begin in lay_out(signature("one", body, css=css), FONTS).facts.begins]


def test_the_press_counts_letters_up_to_each_page():
    assert begins('<p>Ab, c-d 1!</p><p class="page">Next.</p>') == [("one", 0), ("one", 5)]


def test_a_paragraph_is_counted_up_to_the_line_that_the_page_begins_with():
    facts = lay_out(signature("one", f"<p>{'<em>Alpha</em> beta gamma delta. ' * 80}</p>"), FONTS).facts
    (_, text), begin = facts.texts[0], facts.begins[1]
    assert text[begin.before :].startswith(("Alphabeta", "betagamma", "gammadelta", "deltaAlpha"))
    assert 0 < begin.before < len(text)


def test_page_numbers_footnotes_and_decoration_are_not_counted():
    slot, note = '<span class="slot" data-slot="one">000</span>', '<span class="footnote" role="doc-footnote">Note</span>'
    assert begins(f'<p>Text{slot}{note}<i aria-hidden="true">Ornament</i></p><p class="page">Next.</p>') == [("one", 0), ("one", 4)]


def test_a_picture_counts_as_one_letter():
    picture = '<img src="guidepress:figure/curve.svg" alt="A curve"/>'
    assert begins(f'<p>Text {picture}</p><p class="page">{picture}</p>') == [("one", 0), ("one", 5)]


def test_what_the_stylesheet_writes_is_not_counted():
    css = "li::before { content: 'Item ' } p::after { content: ' end' }"
    assert begins('<ol><li>Text</li></ol><p>Text</p><p class="page">Next</p>', css) == [("one", 0), ("one", 8)]


def test_the_head_of_a_table_that_is_printed_again_is_not_what_a_page_begins_with():
    rows = "".join(f"<tr><td>row{n:02}</td></tr>" for n in range(40))
    facts = lay_out(signature("one", f"<table><thead><tr><th>Head</th></tr></thead><tbody>{rows}</tbody></table>"), FONTS).facts
    text, begin = facts.texts[0][1], facts.begins[1]
    assert text[begin.before :].startswith("row")
    assert (begin.before - len("Head")) % len("row00") == 0


def test_a_page_without_words_begins_with_those_of_the_next():
    blank = '<div class="page" style="height: 50pt" aria-hidden="true"></div>'
    assert begins(f'<p>Text</p>{blank}<p class="page">Next</p>{blank}') == [("one", 0), ("one", 4), ("one", 4), ("one", 8)]


def test_what_a_page_begins_with_is_remembered():
    facts = lay_out(signature("one", LINES), FONTS).facts
    assert Facts.from_json(json.loads(json.dumps(asdict(facts)))) == facts
    assert len(facts.begins) == facts.pages


# The marks


def marked(body: str, *befores: int, text: str) -> str:
    """The body of a section once pages that begin after so many letters of its text are marked; a mark is '^'."""
    title = "Title"
    printed = tuple(Page(str(n), "rise", title + text, len(title) + before) for n, before in enumerate(befores, start=2))
    book = written(rendition(fragment(QUESTION, body, title=title)), printed)
    shown = re.sub(r'<span [^>]*role="doc-pagebreak"[^>]*></span>', "^", book.read("rise.xhtml").decode())
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", shown[shown.index("</h2>") + 5 : shown.index("</section>")].strip())


def test_a_page_is_marked_in_the_middle_of_a_paragraph():
    assert marked("<p>One two three.</p>", 3, text="Onetwothree") == "<p>One ^two three.</p>"


def test_a_quote_or_bracket_that_opens_a_word_stays_with_it():
    assert marked("<p>One “two” (three).</p>", 3, 6, text="Onetwothree") == "<p>One ^“two” ^(three).</p>"


def test_a_word_broken_over_two_pages_is_not_broken_by_the_mark():
    assert marked("<p>One regularization two.</p>", 7, text="Oneregularizationtwo") == "<p>One regularization ^two.</p>"


def test_a_word_with_a_hyphen_of_its_own_is_marked_where_the_page_begins():
    assert marked("<p>A well-known fact.</p>", 5, text="Awellknownfact") == "<p>A well-^known fact.</p>"


def test_links_and_words_that_stand_out_are_marked_outside():
    body = '<p>One <a href="#rise"><em>two</em></a>.</p>'
    assert marked(body, 3, text="Onetwo") == '<p>One ^<a href="rise.xhtml#rise"><em>two</em></a>.</p>'


def test_a_heading_is_marked_outside_so_that_its_name_stays_its_own():
    assert marked("<p>One.</p><h3>Two</h3>", 3, text="OneTwo") == "<p>One.</p>^<h3>Two</h3>"


def test_a_table_is_marked_outside_and_a_row_of_it_in_its_first_cell():
    body = "<table><tr><th>One</th><td>two</td></tr><tr><td>three</td></tr></table>"
    assert marked(body, 0, 6, text="Onetwothree").startswith('^<div class="table"><table><tr><th>One</th>')
    assert "<tr><td>^three</td></tr>" in marked(body, 0, 6, text="Onetwothree")


def test_a_formula_is_marked_before_it():
    assert marked(f"<p>One {FORMULA} two.</p>", 3, text=f"One{PICTURE}two").startswith("<p>One ^<math")


def test_a_formula_that_a_screen_sets_in_letters_moves_no_mark():
    body = "<p>Let <i>x</i> and 0.5 be <i>yz</i>, then go.</p>"
    assert marked(body, 8, 11, text=f"Let{PICTURE}and{PICTURE}be{PICTURE}thengo") == "<p>Let <i>x</i> and 0.5 ^be <i>yz</i>, ^then go.</p>"


def test_what_only_a_screen_shows_moves_no_mark():
    body = '<p>One<a role="doc-noteref" href="#rise">1</a> two</p><p class="counterpart">Answer</p><p>three</p>'
    assert marked(body, 6, text="Onetwothree").endswith("<p>^three</p>")


def test_page_numbers_of_an_index_move_no_mark():
    body = '<ul><li>buoy, <a class="locator" href="#rise">89</a></li><li>chart, <a class="locator" href="#rise">103</a></li></ul>'
    assert "<li>^chart" in marked(body, 4, text="buoychart")


def test_pages_without_words_are_marked_before_the_words_of_the_next():
    assert marked("<p>One two.</p>", 3, 3, 6, 6, text="Onetwo") == "<p>One ^^two.</p>\n^^"


def test_marks_stand_in_the_order_of_their_pages():
    printed = tuple(Page(str(n), "rise", "TitleOnetwo", 8) for n in range(2, 5))
    book = written(rendition(fragment(QUESTION, "<p>One two.</p>", title="Title")), printed)
    assert book.find("rise.xhtml", "//h:p/h:span/@aria-label") == ["2", "3", "4"]
