"""The small book in the engines that turn pages, foliate-js and epub.js: whole in large type at night, and found."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import NIGHT, Browser
from examine import GO, LARGE, WHERE, changed, documents, engine_faults, landed, open_engine
from reading import letters
from test_page_list import SHOWN, after_mark
from test_screens import PRACTICE, QUESTION, STUDY, WIDE, inside, swap

pytestmark = pytest.mark.conformance

ENGINES = ("foliate", "epubjs")
ANSWER = f"answer-{QUESTION}"


def opened(browser: Browser, engine: str, book: bytes, **look) -> None:
    browser.books["book"] = book
    open_engine(browser, engine, "book", **look)


def spine(browser: Browser) -> list[str]:
    return browser.evaluate("() => engine.spine()")


@pytest.mark.parametrize("engine", ENGINES)
def test_large_type_at_night_is_whole_on_every_page(browser: Browser, built: Path, engine: str) -> None:
    opened(browser, engine, (built / STUDY).read_bytes(), colors=NIGHT, size=LARGE)
    files = spine(browser)
    assert len(files) > 15
    assert [fault for address in files for fault in engine_faults(browser, address)] == []
    assert browser.strangers() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_each_line_of_the_contents_turns_to_its_section(browser: Browser, built: Path, engine: str) -> None:
    opened(browser, engine, (built / STUDY).read_bytes())
    lines = browser.evaluate("() => engine.toc()")
    assert len(lines) > 10
    assert [address for address in lines if landed(browser, address) is None] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_each_printed_page_is_found_by_its_first_word(browser: Browser, built: Path, engine: str) -> None:
    book = (built / STUDY).read_bytes()
    opened(browser, engine, book)
    pages = browser.evaluate("() => engine.pages()")
    assert len(pages) > 20
    assert [wrong for wrong in (misled(browser, book, address) for address in pages) if wrong] == []


def misled(browser: Browser, book: bytes, address: str) -> str:
    """Say where a page of the page list leads, if that is not to the words it begins with."""
    file, _, name = address.rpartition("/")[2].partition("#")
    marks = documents(book)[file].xpath("//*[@id=$name]", name=name)
    words = after_mark(marks[0])[:1] if marks else ["a page that is nowhere"]
    seen = landed(browser, address)
    if seen is not None and (words in ([], [SHOWN]) or letters(words[0]).startswith(letters(seen))):
        return ""
    return f"{address} shows {seen}, and not {words}"


CLICK = """async ([address, selector]) => {
  const found = engine.documents().map(document => document.querySelector(selector)).find(link => link);
  const href = found.getAttribute("href");
  found.click();
  await new Promise(done => setTimeout(done, 600));
  return href;
}"""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("edition", "file", "link", "back"),
    [
        (PRACTICE, QUESTION, ".counterpart a", ".counterpart a"),
        (STUDY, QUESTION, "a[role='doc-noteref']", "[role='doc-footnote'] a[role='doc-backlink']"),
        (STUDY, "index.xhtml", ".index-group a", ""),
    ],
)
def test_a_link_turns_to_its_place_and_the_other_back(browser, built: Path, engine: str, edition: str, file: str, link: str, back: str):
    opened(browser, engine, (built / edition).read_bytes())
    browser.evaluate(GO, next(address for address in spine(browser) if address.endswith(file)))
    for selector in filter(None, (link, back)):
        href = browser.evaluate(CLICK, [file, selector])
        assert browser.evaluate(WHERE, href) is not None, f"{selector} leads to {href}, which is not on the screen"


# Each fault is seen once


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        (QUESTION, inside(WIDE), "leaves its page: <table>"),
        (QUESTION, inside(f'<div style="overflow: auto">{WIDE}</div>'), "is cut: <div>"),
        (QUESTION, inside('<div style="overflow: hidden">' + "<p>word</p>" * 40 + "</div>"), "leaves its page: <p>"),
        (QUESTION, inside('<p style="color: black">black</p>'), "is faint: <p>"),
        ("style.css", swap(r"a \{ color: inherit; \}", ""), "is faint: <a"),
        ("narrow.css", swap("display: block", "margin: 0"), "leaves its page: <t"),
    ],
)  # fmt: skip
def test_a_broken_file_is_noticed(browser: Browser, built: Path, engine: str, file: str, change, said: str) -> None:
    opened(browser, engine, changed(built / STUDY, file, change), colors=NIGHT, size=LARGE)
    address = next(address for address in spine(browser) if address.endswith(QUESTION))
    assert said in "\n".join(engine_faults(browser, address))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_dead_line_of_the_page_list_is_noticed(browser: Browser, built: Path, engine: str) -> None:
    book = changed(built / STUDY, "nav.xhtml", swap(f'href="{QUESTION}#page-4"', f'href="{QUESTION}#page-999"'))
    opened(browser, engine, book)
    dead = next(address for address in browser.evaluate("() => engine.pages()") if "page-999" in address)
    assert misled(browser, book, dead) != ""
