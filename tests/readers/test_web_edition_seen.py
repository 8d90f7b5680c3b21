"""The edition in HTML in Chromium: no barrier at any width, by day and at night, nothing asked of anybody, contents beside the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import Browser
from test_release_page_seen import WIDTHS, opened

pytestmark = pytest.mark.conformance

STUDY = "study/harbor-watch-study-0.2.0.html"
DOTS = "color-contrast: "
"""Of dots, which are no letters, axe cannot say anything."""
PLACES = """() => {
  const box = query => { const at = document.querySelector(query).getBoundingClientRect(); return [at.left, at.top, at.right, at.bottom]; };
  return [box("nav.web-contents"), box("main")];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_screen(browser: Browser, built: Path, width: int, scheme: str) -> None:
    opened(browser, (built / STUDY).as_uri(), width, scheme)
    assert browser.evaluate("() => document.documentElement.scrollWidth") <= width
    said, unsure, held = browser.barriers()
    assert said == []
    assert [each for each in unsure if not each.startswith(DOTS)] == []
    assert held > 40


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ("() => document.documentElement.style.setProperty('--web-soft', '#cccccc')", "color-contrast"),
        ("() => document.querySelector('main figure img').removeAttribute('alt')", "image-alt"),
        ("() => document.querySelector('main').append(document.createElement('h1'))", "empty-heading"),
    ],
)
def test_axe_notices_a_barrier(browser: Browser, built: Path, broken: str, rule: str) -> None:
    opened(browser, (built / STUDY).as_uri())
    browser.evaluate(broken)
    assert rule in [each.partition(":")[0] for each in browser.barriers()[0]]


def test_the_page_asks_for_nothing_and_its_own_font_draws_formulas(browser: Browser, built: Path) -> None:
    address = (built / STUDY).as_uri()
    opened(browser, address)
    log = browser.ask("log")
    assert log["errors"] == [] and [url for url in log["requests"] if not url.startswith("data:")] == [address]
    assert browser.evaluate("() => document.fonts.ready.then(() => [...document.fonts].map(each => each.status))") == ["loaded"]


@pytest.mark.parametrize(("width", "beside"), [(320, False), (768, False), (1280, True)])
def test_contents_stand_beside_the_text_where_there_is_room(browser: Browser, built: Path, width: int, beside: bool) -> None:
    opened(browser, (built / STUDY).as_uri(), width)
    contents, text = browser.evaluate(PLACES)
    assert (contents[2] <= text[0]) == beside and (contents[3] <= text[1]) != beside


def test_the_first_stop_of_the_keyboard_leads_past_the_contents(browser: Browser, built: Path) -> None:
    opened(browser, (built / STUDY).as_uri(), 320)
    browser.ask("press", key="Tab")
    browser.ask("press", key="Enter")
    assert browser.evaluate("() => [location.hash, document.activeElement.id]") == ["#web-text", "web-text"]
    assert abs(browser.evaluate("() => document.querySelector('main').getBoundingClientRect().top")) < 40


def test_pictures_are_seen_at_night(browser: Browser, built: Path) -> None:
    opened(browser, (built / STUDY).as_uri(), 768, "dark")
    ground = "getComputedStyle(document.querySelector('figure img')).backgroundColor"
    assert browser.evaluate(f"() => [getComputedStyle(document.documentElement).backgroundColor, {ground}]") == [
        "rgb(20, 25, 28)", "rgb(255, 255, 255)",
    ]  # fmt: skip
