"""Every file of the guides in Chromium: on a phone and on e-ink, by day, on sepia, and at night, in large type."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import PHONE, Browser
from examine import LANDED, LARGE, changed, documents, file_faults, links

pytestmark = pytest.mark.conformance

PARTS = 8
STUDY, PRACTICE = "study/harbor-watch-study-0.2.0.epub", "practice/harbor-watch-practice-0.2.0.epub"
QUESTION = "light-characteristics.xhtml"


@pytest.fixture
def study(browser: Browser, built: Path) -> Path:
    """The study edition of the small book, on the shelf as 'study'."""
    browser.books["study"] = (built / STUDY).read_bytes()
    return built / STUDY


def faults(browser: Browser, book: str, *names: str, size: str = "100%") -> list[str]:
    """What is wrong with the files named, or with all."""
    files = documents(browser.books[book])
    leads = links(files)
    return [fault for name in names or files for fault in file_faults(browser, book, name, leads.get(name, []), size=size)]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_file_of_the_book_is_whole_legible_and_found(browser: Browser, real_release: Path, part: int) -> None:
    (path,) = (real_release / "study").glob("*[0-9].epub")
    browser.books["real"] = path.read_bytes()
    names = sorted(documents(browser.books["real"]))[part::PARTS]
    assert len(names) >= 5
    assert faults(browser, "real", *names) == []


def test_every_file_of_the_small_book_is_whole_legible_and_found(browser: Browser, study: Path) -> None:
    assert faults(browser, "study") == []


def test_large_type_leaves_nothing_out(browser: Browser, study: Path) -> None:
    assert faults(browser, "study", size=LARGE) == []


SCREENS = ((390, 844), (536, 724), (820, 1180))
DOUBLED, LEAST = 1.9, 1.25
"""By how much what is twice as large has grown at the least, or nearly; and what no line may begin within, such as the rows of cases."""


def sized(browser: Browser, name: str, size: str) -> dict:
    browser.evaluate("size => { document.documentElement.style.fontSize = size }", size)
    return dict(browser.evaluate("() => measure.sizes(document)"))


@pytest.mark.parametrize("screen", SCREENS)
def test_formulas_and_figures_grow_with_the_text_as_far_as_the_screen_has_room(browser: Browser, study: Path, screen) -> None:
    grown = []
    for name in documents(browser.books["study"]):
        browser.visit(f"study/{name}", screen)
        usual, large = (sized(browser, name, size) for size in ("100%", LARGE))
        figures = zip(usual["figures"], large["figures"], strict=True)
        assert [pair for pair in figures if pair[1] < min(2 * pair[0], large["room"]) - 2] == []
        grown += [after / before for before, after in zip(usual["formulas"], large["formulas"], strict=True)]
    assert len(grown) > 8 and len([growth for growth in grown if growth < DOUBLED]) <= (screen == PHONE) and min(grown) > LEAST


@pytest.mark.parametrize("screen", SCREENS)
def test_formulas_of_the_book_are_twice_as_large_in_large_type(browser: Browser, real_release: Path, screen) -> None:
    (path,) = (real_release / "study").glob("*[0-9].epub")
    browser.books["real"] = path.read_bytes()
    grown = []
    for name, root in documents(browser.books["real"]).items():
        if next(root.iter("{*}math"), None) is not None:
            browser.visit(f"real/{name}", screen)
            usual, large = (sized(browser, name, size)["formulas"] for size in ("100%", LARGE))
            grown += [after / before for before, after in zip(usual, large, strict=True)]
    small = [growth for growth in grown if growth < DOUBLED]
    assert len(grown) > 400 and len(small) <= 0.05 * len(grown) and min(grown) > LEAST


@pytest.mark.parametrize("size", ["100%", LARGE])
def test_what_is_left_of_a_long_line_of_code_stands_deeper_than_its_beginning(browser: Browser, study: Path, size: str) -> None:
    found = []
    for name in documents(browser.books["study"]):
        browser.visit(f"study/{name}", PHONE)
        browser.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        found += browser.evaluate("() => measure.wrapped(document)")
    assert len(found) > 3
    assert [line for line in found if line["goesOn"] <= line["begins"]] == []


def test_letters_of_a_drawing_have_the_color_of_the_text(browser: Browser, real_release: Path) -> None:
    (path,) = (real_release / "study").glob("*[0-9].epub")
    browser.books["real"] = path.read_bytes()
    browser.visit("real/overfitting.xhtml", PHONE)
    assert browser.evaluate("() => document.querySelectorAll('svg.drawing .lettering use').length") > 20
    assert faults(browser, "real", "overfitting.xhtml") == []
    browser.evaluate("() => document.querySelectorAll('.lettering [style]').forEach(each => { each.style.fill = '#6d777c' })")
    browser.evaluate("() => { document.documentElement.style.background = 'rgb(250, 244, 232)' }")
    assert "4.2" in "".join(browser.evaluate("() => measure.faint(document)"))


# Links, followed as a reader follows them


def follow(browser: Browser, selector: str) -> str:
    """Follow a link; return the id that it leads to, which must be on the screen."""
    target = str(browser.ask("click", selector=selector)).partition("#")[2]
    assert target and browser.evaluate(LANDED, target), f"{selector} leads to #{target}, which is not there"
    return target


@pytest.mark.parametrize(
    ("edition", "file", "link", "back"),
    [
        (PRACTICE, QUESTION, ".counterpart a", ".counterpart a"),
        (STUDY, QUESTION, "a[role='doc-noteref']", "[role='doc-footnote'] a[role='doc-backlink']"),
    ],
)
def test_a_link_leads_there_and_its_counterpart_back(browser: Browser, built: Path, edition: str, file: str, link: str, back: str) -> None:
    browser.books["links"] = (built / edition).read_bytes()
    browser.visit(f"links/{file}", PHONE)
    origin = browser.evaluate("selector => document.querySelector(selector).closest('[id]').id", link)
    assert follow(browser, link) != origin
    assert follow(browser, back) == origin


def test_the_index_leads_to_the_word_that_is_indexed(browser: Browser, study: Path) -> None:
    browser.visit("study/index.xhtml", PHONE)
    heads = browser.evaluate("() => [...document.querySelectorAll('.index-group li')].map(line => line.firstChild.textContent)")
    place = next(n for n, head in enumerate(heads) if "Fresnel" in head)
    browser.evaluate("n => { document.querySelectorAll('.index-group li')[n].querySelector('a').className = 'asked' }", place)
    found = follow(browser, "a.asked")
    assert browser.evaluate("id => document.getElementById(id).textContent", found) == "Fresnel lens"


# Each fault is seen once


def inside(markup: str) -> Callable[[str], str]:
    return lambda xhtml: xhtml.replace('<div class="answer-text">', f'<div class="answer-text">{markup}', 1)


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: re.sub(old, new, text, count=1)


def rule(css: str) -> Callable[[str], str]:
    return lambda text: f"{text}\n{css}"


WIDE = f"<table><tr>{''.join(f'<td>Donaudampfschifffahrtsgesellschaft{n}</td>' for n in range(5))}</tr></table>"
BROKEN = [
    (QUESTION, inside(WIDE), "leaves the phone: <table>"),
    (QUESTION, inside('<p style="white-space: nowrap">' + "word " * 40 + "</p>"), "leaves the phone: the page is"),
    (QUESTION, inside('<p style="margin-right: -9em">' + "word " * 40 + "</p>"), "leaves the e-ink: <p>"),
    (QUESTION, inside('<div style="overflow: hidden; height: 1em"><p>' + "word " * 40 + "</p></div>"), "cut on the phone: <div>"),
    ("style.css", rule("pre { white-space: pre; overflow: auto }"), "cut on the phone: <pre.code"),
    ("narrow.css", rule(".lines { white-space: nowrap } math { font-size: 3em !important }"), "cut on the phone: <div.equation>"),
    ("style.css", rule(".contents a { display: inline; line-height: 1 }"), "small: <a"),
    (QUESTION, inside('<p style="color: white">white</p>'), "faint by day: <p>"),
    (QUESTION, inside('<p style="color: black">black</p>'), "faint by night: <p>"),
    (QUESTION, inside('<p style="background: #fff">pale</p>'), "faint by night: <p>"),
    ("style.css", swap(r"a \{ color: inherit; \}", ""), "faint by night: <a"),
    ("lights-and-tides.xhtml", swap("<rect ", '<rect style="stroke: none; fill: #ccc" '), "faint by day: <rect>"),
    ("nav.xhtml", swap(f'href="{QUESTION}#page-4"', f'href="{QUESTION}#page-999"'), "no place for #page-999"),
    (QUESTION, swap(' id="page-4"', ""), "no place for #page-4"),
    ("style.css", rule(".footnotes { display: none }"), "no place for #light-characteristics-answer-fn1"),
    ("style.css", rule("math, math * { display: inline }"), "flattened: <mfrac>"),
    ("style.css", swap("@font-face", "@font-nowhere"), "formulas are set in"),
    (QUESTION, inside('<img src="https://example.org/a.png" alt="a"/>'), "https://example.org/a.png"),
    (QUESTION, inside('<img src="missing.png" alt="a"/>'), "missing.png"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "change", "said"), BROKEN)
def test_a_broken_file_is_noticed(browser: Browser, study: Path, file: str, change: Callable[[str], str], said: str) -> None:
    browser.books["broken"] = changed(study, file, change)
    shown = file if file.endswith(".xhtml") and file != "nav.xhtml" else "contents.xhtml" if said.startswith("small") else QUESTION
    found = faults(browser, "broken", shown)
    assert said in "\n".join(found)


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ('<rect width="360" height="104" fill="#fff"/>', "hides the page"),
        ('<rect width="180" height="50" fill="#fafafa"/>', "is faint"),
        ('<rect width="180" height="50" fill="#101010"/>', "is faint"),
    ],
)
def test_a_drawing_that_suits_one_page_only_is_noticed(browser: Browser, study: Path, drawn: str, said: str) -> None:
    (name,) = {str(image.get("src")) for image in documents(study.read_bytes())[QUESTION].iter("{*}img")}
    browser.books["broken"] = changed(study, name, lambda svg: svg.replace("</svg>", f"{drawn}</svg>"))
    assert said in "\n".join(faults(browser, "broken", QUESTION))
