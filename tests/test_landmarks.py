import pytest
from epubwork import CONTENTS, OPENER, Book, fragment, pages, rendition, whole, written

from pipeline.publication import Section
from pipeline.section_kinds import COVER


@pytest.fixture(scope="module")
def book() -> Book:
    return written(whole())


def lines(book: Book, semantic: str) -> list[tuple[str, str]]:
    """Return the lines of a list of the nav document, each with where it leads."""
    return [(a.text, a.get("href")) for a in book.find("nav.xhtml", f"//h:nav[@epub:type='{semantic}']//h:a")]


def test_the_spine_begins_with_the_cover_and_keeps_the_order_of_the_book(book):
    assert book.spine() == ["cover.xhtml", "contents.xhtml", "dough.xhtml", "rise.xhtml", "answers-dough.xhtml", "glossary.xhtml"]


def test_the_nav_document_joins_the_spine_only_where_the_book_has_no_contents():
    assert written(rendition(fragment(OPENER))).spine() == ["cover.xhtml", "nav.xhtml", "dough.xhtml"]


def test_the_toc_is_the_tree_of_the_contents(book):
    assert lines(book, "toc") == [
        ("Dough", "dough.xhtml"),
        ("1. Why does dough rise?", "rise.xhtml"),
        ("Answers", "answers-dough.xhtml"),
        ("1. Why does dough rise?", "answers-dough.xhtml#answer-rise"),
        ("Glossary", "glossary.xhtml"),
    ]
    below = book.find("nav.xhtml", "//h:nav[@epub:type='toc']/h:ol/h:li[1]/h:ol/h:li[2]/h:ol/h:li/h:a/@href")
    assert below == ["answers-dough.xhtml#answer-rise"]
    assert book.find("nav.xhtml", "//h:nav[@epub:type='toc']/@hidden") == []


def test_the_ncx_has_the_same_lines_in_the_same_order(book):
    points = book.find("toc.ncx", "//ncx:navPoint")
    titles = book.find("toc.ncx", "//ncx:navPoint/ncx:navLabel/ncx:text/text()")
    said = list(zip(titles, book.find("toc.ncx", "//ncx:navPoint/ncx:content/@src"), strict=True))
    assert said == lines(book, "toc")
    assert [p.get("playOrder") for p in points] == ["1", "2", "3", "4", "5"]
    assert book.find("toc.ncx", "//ncx:meta[@name='dtb:depth']/@content") == ["3"]
    assert book.find("toc.ncx", "//ncx:meta[@name='dtb:uid']/@content") == book.said("identifier")


def test_landmarks_lead_to_cover_contents_beginning_and_back_matter_out_of_sight(book):
    semantics = book.find("nav.xhtml", "//h:nav[@epub:type='landmarks']//h:a/@epub:type")
    assert list(zip(semantics, lines(book, "landmarks"), strict=True)) == [
        ("cover", ("Cover", "cover.xhtml")),
        ("toc", ("Contents", "contents.xhtml")),
        ("bodymatter", ("Dough", "dough.xhtml")),
        ("glossary", ("Glossary", "glossary.xhtml")),
    ]
    assert book.find("nav.xhtml", "//h:nav[@epub:type='landmarks']/@hidden") == ["hidden"]


def test_the_landmark_of_the_toc_is_the_nav_document_where_the_book_has_no_contents():
    assert ("Contents", "nav.xhtml#toc") in lines(written(rendition(fragment(OPENER))), "landmarks")


def test_the_cover_page_says_what_the_picture_shows(book):
    assert book.find("cover.xhtml", "//h:img/@alt") == ["Cover: Bread & Butter. Study edition."]
    assert book.find("cover.xhtml", "//h:img/@src") == ["images/cover.png"]
    assert book.find("content.opf", "//opf:meta[@name='cover']/@content") == ["images_cover_png"]


def test_the_cover_section_of_the_book_gives_way_to_the_picture():
    cover = Section("cover", COVER, "Cover")
    assert written(rendition(fragment(cover), fragment(CONTENTS))).spine() == ["cover.xhtml", "contents.xhtml"]


def test_the_page_list_leads_each_printed_page_to_its_mark():
    book = written(whole(), pages(contents="i", dough="1", rise="2", answer_rise="3", glossary="4"))
    assert lines(book, "page-list") == [
        ("i", "contents.xhtml#page-i"),
        ("1", "dough.xhtml#page-1"),
        ("2", "rise.xhtml#page-2"),
        ("3", "answers-dough.xhtml#page-3"),
        ("4", "glossary.xhtml#page-4"),
    ]
    assert book.find("answers-dough.xhtml", "//*[@role='doc-pagebreak']/@aria-label") == ["3"]
    assert "pageNavigation" in book.said("schema:accessibilityFeature")
    assert book.find("content.opf", "//opf:meta[@property='pageBreakSource']/text()") == book.said("identifier")


def test_a_book_that_was_not_printed_has_no_page_list(book):
    assert lines(book, "page-list") == []
    assert book.find("content.opf", "//opf:meta[@property='pageBreakSource']") == []
