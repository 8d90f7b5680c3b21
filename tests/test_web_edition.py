"""An edition in HTML: one file that holds all it shows, says what the EPUB says, and is refused when it is not what it should be."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
import reading
from epubwork import ANSWER, CONTENTS, FORMULA, LETTERED, LOAF, OPENER, QUESTION, fragment, rendition
from lxml import etree
from test_preflight import artefact, found

from pipeline import epub, web_edition
from pipeline.epub import reflow
from pipeline.preflight import inspect

STUDY = "study/harbor-watch-study-0.2.0.html"
X = "{http://www.w3.org/1999/xhtml}"


def page(*fragments, **resources) -> etree._Element:
    whole = rendition(*fragments, **resources)
    return reflow.parse(web_edition.write(whole, epub.files(whole)).decode())


def words(root: etree._Element) -> str:
    return re.sub(r"\W+", "", "".join(reflow.words(each) for each in root.iter(f"{X}section") if each.getparent().tag != f"{X}section"))


@pytest.fixture(scope="module")
def study(built: Path) -> etree._Element:
    return etree.fromstring((built / STUDY).read_bytes())


def test_a_page_has_one_title_a_skip_link_landmarks_and_a_language(study: etree._Element) -> None:
    assert [reflow.words(each) for each in study.iter(f"{X}h1")] == ["Harbor Watch Interview Guide"]
    assert (study.get("lang"), study.get("dir")) == ("en-US", "ltr")
    skip = next(study.iter(f"{X}a"))
    assert (skip.get("href"), skip.text) == ("#web-text", "Skip to the text")
    sectioning = {f"{X}{name}" for name in ("article", "aside", "main", "nav", "section")}
    parts = study.iter(*(f"{X}{name}" for name in ("header", "footer", "nav", "main", "aside")))
    landmarks = [each.tag.removeprefix(X) for each in parts if sectioning.isdisjoint(parent.tag for parent in each.iterancestors())]
    assert landmarks == ["header", "nav", "main"]


def test_the_contents_lead_to_every_section(study: etree._Element, publications) -> None:
    nav = next(study.iter(f"{X}nav"))
    ids = {each.get("id") for each in study.iter()}
    led = [link.get("href") for link in nav.iter(f"{X}a")]
    assert led == [f"#{section.id}" for section in publications["study"].sections if section.listed]
    assert {href[1:] for href in led} <= ids


def test_a_page_says_what_the_epub_says(built: Path, study: etree._Element) -> None:
    files = reading.spine(built / STUDY.replace(".html", ".epub"))
    documents = [reading.document(built / STUDY.replace(".html", ".epub"), f"EPUB/{name}") for name in files]
    said = "".join(words(each) for name, each in zip(files, documents, strict=True) if name not in ("cover.xhtml", "contents.xhtml"))
    assert words(study) == said and len(said) > 8_000


def test_pictures_and_the_font_of_formulas_are_in_the_page(study: etree._Element) -> None:
    pictures = [str(image.get("src")) for image in study.iter(f"{X}img")]
    assert len(pictures) >= 2 and {each.partition(",")[0] for each in pictures} == {"data:image/svg+xml;base64"}
    assert b64decode(pictures[0].partition(",")[2]).startswith((b"<svg", b"<?xml", b"<!--"))
    (font,) = re.findall(r"url\(data:font/woff2;base64,([^)]*)\)", next(study.iter(f"{X}style")).text)
    assert b64decode(font).startswith(b"wOF2")


def test_an_id_of_two_files_is_led_to_in_its_own() -> None:
    note = '<p><a href="#note">up</a></p><p id="note">down</p>'
    root = page(fragment(OPENER, note), fragment(QUESTION, note.replace("down", "deeper")))
    led = [(link.get("href"), root.find(f".//*[@id='{link.get('href')[1:]}']").text) for link in root.iter(f"{X}a") if link.text == "up"]
    assert led == [("#note", "down"), ("#rise-note", "deeper")]


def test_a_drawing_that_is_shown_again_refers_to_its_own_parts() -> None:
    twice = f"<p>{LOAF}</p><p>{LOAF}</p>", "figure/loaf.svg"
    root = page(fragment(OPENER, *twice), fragment(QUESTION, *twice), figure_loaf=LETTERED)
    ids = [each.get("id") for each in root.iter(etree.Element) if each.get("id")]
    assert len(set(ids)) == len(ids)
    drawings = list(root.iterfind(".//*[@class='drawing']"))
    assert len(drawings) == 4
    for drawing in drawings:
        own = {each.get("id") for each in drawing.iter(etree.Element)}
        led = [href for each in drawing.iter(etree.Element) for key, href in each.items() if key.endswith("href")]
        cut = [each.get("clip-path") for each in drawing.iter(etree.Element) if each.get("clip-path")]
        assert len(led) == 4 and {href[1:] for href in led} | {each[5:-1] for each in cut} <= own


def test_a_book_without_a_title_page_has_its_title_all_the_same() -> None:
    root = page(fragment(OPENER), fragment(QUESTION), fragment(ANSWER))
    assert [reflow.words(each) for each in root.iter(f"{X}h1")] == ["Bread & Butter"]
    assert [each.tag for each in root.find(f".//{X}main").iter(f"{X}h2", f"{X}h3", f"{X}h4")] == [f"{X}h2", f"{X}h3", f"{X}h4"]


def test_the_printed_contents_give_way_to_those_of_the_page() -> None:
    root = page(fragment(CONTENTS, '<p><a href="#dough">1</a></p>'), fragment(OPENER, '<p><a href="#contents">up</a></p>'))
    assert [link.get("href") for link in root.iter(f"{X}a") if link.text == "up"] == ["#web-contents"]
    assert root.find(".//*[@id='contents']") is None


def test_a_page_without_formulas_brings_no_font() -> None:
    assert "font-face" not in next(page(fragment(OPENER)).iter(f"{X}style")).text
    assert "font-face" in next(page(fragment(OPENER, f"<p>{FORMULA}</p>")).iter(f"{X}style")).text


def test_what_a_style_sheet_says_in_signs_of_markup_is_one_thing_to_every_reader() -> None:
    whole = rendition(fragment(OPENER))
    data = web_edition.write(whole, epub.files(whole))
    style = data[data.index(b"<style>") + 7 : data.index(b"</style>")]
    assert b"<" not in style and b"&" not in style
    assert b"@container (max-width: 16em)" in style and b".panel > :last-child" in style


# What is refused


def swap(old: str, new: str):
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def add(markup: str):
    return swap("</main>", f"{markup}</main>")


FAULTS = [
    (add('<p><a href="#nowhere">x</a></p>'), "P306", "'#nowhere' leads nowhere"),
    (add('<p><a href="other.html">x</a></p>'), "P306", "'other.html' leads nowhere"),
    (add('<p><a href="http://example.org/">x</a></p>'), "P306", "'http://example.org/' leads nowhere"),
    (add('<p><a href="javascript:go()">x</a></p>'), "P306", "leads nowhere"),
    (add('<img src="https://example.org/a.png" alt="a"/>'), "P310", "'https://example.org/a.png' is not in the file"),
    (add('<p style="background: url(https://example.org/a.png)">x</p>'), "P310", "is not in the file"),
    (swap("<style>", "<style>@import url(a.css);"), "P310", "'a.css' is not in the file"),
    (add('<img src="data:,"/>'), "P307", "'img' without text alternative"),
    (add("<script>go()</script>"), "P321", "there is a 'script'"),
    (add('<p onclick="go()">x</p>'), "P321", "'onclick' runs a script"),
    (add('<iframe src="data:,"></iframe>'), "P321", "there is a 'iframe'"),
    (add("<h1>Again</h1>"), "P321", "2 headings of the first level"),
    (add('<p id="web-text">x</p>'), "P321", "the id 'web-text' is there 2 times"),
    (swap("default-src 'none'", "default-src *"), "P321", "not told to refuse"),
    (swap(' dir="ltr"', ""), "P321", "language and direction"),
    (swap('lang="en-US"', 'lang="de"'), "P312", "does not name the language"),
    (swap("Lights and Tides</a>", "Tides</a>"), "P303", "where the contents say"),
    (swap('id="falling-glass-title"', 'id="glass-title"'), "P302", "is not in the file"),
    (add("<p>never closed"), "P308", "harbor-watch-study-0.2.0.html:"),
]


@pytest.mark.parametrize(("change", "code", "said"), FAULTS)
def test_a_broken_page_does_not_pass(built: Path, publications, change, code: str, said: str) -> None:
    data = change((built / STUDY).read_text()).encode()
    faults = [each for each in inspect(artefact(built, STUDY, data), publications["study"]) if each.code == code]
    assert said in "\n".join(each.message for each in faults)


@pytest.mark.parametrize("where", ["text", "comment", "attribute", "picture"])
def test_what_another_edition_withholds_is_found_wherever_it_stands(built: Path, publications, where: str) -> None:
    secret = max(publications["study"].withheld, key=len)
    plain = re.sub(r"[^\w\s.,]", "", secret)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><title>{plain}</title></svg>'
    held = b64encode(svg.encode()).decode()
    markup = {
        "text": f"<p>{plain}</p>", "comment": f"<!-- {plain} -->", "attribute": f'<p title="{plain}">x</p>',
        "picture": f'<img alt="a" src="data:image/svg+xml;base64,{held}"/>',
    }[where]  # fmt: skip
    data = add(markup)((built / STUDY).read_text()).encode()
    assert "P301" in found(inspect(artefact(built, STUDY, data), publications["study"]))
