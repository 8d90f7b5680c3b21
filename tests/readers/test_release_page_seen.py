"""The release page in Chromium: no barrier, the keyboard alone leads to the right file, and real catalog readers find the guides."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser import HERE, NODE, Browser
from test_serve import output, port

from pipeline.authorities import tools

pytestmark = pytest.mark.conformance
__all__ = ["output", "port"]

WIDTHS = (320, 768, 1280)
FOCUSED = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  return {
    words: at.textContent.trim().replace(/\\s+/g, " "), href: at.getAttribute("href") ?? "", tag: at.localName,
    card: at.closest("section.device")?.querySelector("h3").textContent ?? "",
    outline: parseFloat(style.outlineWidth), seen: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
    size: [box.width, box.height],
  };
}"""
READERS = {
    "Phone or tablet": "0.2.0.epub", "Kindle": "0.2.0-kindle.epub", "Kobo or another e-reader": "0.2.0.epub", "Computer": "0.2.0.html",
    "Printer, A4 paper": "a4.pdf", "Printer, Letter paper": "letter.pdf",
}  # fmt: skip


@pytest.fixture(params=["file", "serve"])
def address(request: pytest.FixtureRequest, output: Path, port: int) -> str:
    """The page as it lies on a disk, and as it is served."""
    return (output / "guides/index.html").as_uri() if request.param == "file" else f"http://127.0.0.1:{port}/"


def opened(browser: Browser, address: str, width: int = 1280, scheme: str = "light") -> None:
    browser.ask("scheme", scheme=scheme)
    browser.ask("visit", url=address, size=(width, 800))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_screen(browser: Browser, output: Path, width: int, scheme: str) -> None:
    opened(browser, (output / "guides/index.html").as_uri(), width, scheme)
    assert browser.evaluate("() => document.documentElement.scrollWidth") <= width
    said, unsure, held = browser.barriers()
    assert (said, unsure) == ([], [])
    assert held > 20


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ("() => document.documentElement.style.setProperty('--page-soft', '#cccccc')", "color-contrast"),
        ("() => document.querySelector('html').removeAttribute('lang')", "html-has-lang"),
        ("() => document.querySelector('article img').removeAttribute('alt')", "image-alt"),
        ("() => document.querySelector('nav a').textContent = ''", "link-name"),
    ],
)
def test_axe_notices_a_barrier(browser: Browser, output: Path, broken: str, rule: str) -> None:
    opened(browser, (output / "guides/index.html").as_uri())
    browser.evaluate(broken)
    assert [each.partition(":")[0] for each in browser.barriers()[0]] == [rule]


def test_the_page_asks_for_nothing_but_itself(browser: Browser, address: str) -> None:
    opened(browser, address)
    log = browser.ask("log")
    assert log["errors"] == []
    assert [url for url in log["requests"] if not url.startswith("data:")] == [address]
    ground = browser.evaluate("() => getComputedStyle(document.querySelector('header')).backgroundColor")
    assert ground == "rgb(15, 91, 102)"


def stops(browser: Browser) -> Iterator[dict[str, Any]]:
    """Go through the page with the tab key, to its end."""
    for _ in range(100):
        browser.ask("press", key="Tab")
        stop = browser.evaluate(FOCUSED)
        if stop["tag"] == "body":
            return
        yield stop


def test_every_stop_of_the_keyboard_is_seen_large_enough_and_in_order(browser: Browser, output: Path) -> None:
    opened(browser, (output / "guides/index.html").as_uri())
    found = list(stops(browser))
    assert found[0]["href"] == "#which"
    assert len(found) > 25
    assert [stop for stop in found if not (stop["seen"] and stop["outline"] >= 2 and min(stop["size"]) >= 24)] == []
    assert list(dict.fromkeys(stop["card"] for stop in found if stop["card"])) == list(READERS)


@pytest.mark.parametrize(("reader", "ending"), READERS.items())
def test_a_reader_downloads_the_right_file_by_keyboard_alone(
    browser: Browser, output: Path, port: int, tmp_path: Path, reader: str, ending: str
) -> None:
    opened(browser, f"http://127.0.0.1:{port}/")
    browser.ask("downloads", folder=str(tmp_path))
    stop = next(stop for stop in stops(browser) if stop["card"] == reader)
    assert stop["words"].startswith("Study edition")
    browser.ask("press", key="Enter", until=str(tmp_path / Path(stop["href"]).name))
    (file,) = tmp_path.iterdir()
    assert file.name.endswith(ending)
    assert file.read_bytes() == (output / "guides" / stop["href"]).read_bytes()
    sums = (output / "guides/guides.sha256").read_text()
    assert f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n" in sums


# The catalogs, as reading apps read them

FOLIATE = """async address => {
  const { getFeed, isOPDSCatalog } = await import("/node_modules/foliate-js/opds.js");
  const answer = await fetch(address);
  const feed = getFeed(new DOMParser().parseFromString(await answer.text(), "application/xml"));
  return [isOPDSCatalog(answer.headers.get("content-type")), feed];
}"""


def test_foliate_reads_the_atom_catalog(browser: Browser, output: Path) -> None:
    browser.books["feed"] = (output / "guides/opds.xml").read_bytes()
    browser.books["page.html"] = b"<!doctype html><title>a</title>"
    browser.visit("page.html", (800, 600))
    _, feed = browser.evaluate(FOLIATE, "/feed")
    assert feed["metadata"]["title"] == "Harbor Watch Interview Guide"
    agree([told(each) for each in feed["publications"]], output)


def told(publication: dict[str, Any]) -> tuple[str, str, list[tuple[str, str]], int]:
    links = [(link["href"], link["type"]) for link in publication["links"] if "http://opds-spec.org/acquisition/open-access" in link["rel"]]
    return publication["metadata"]["title"], publication["metadata"]["identifier"], links, len(publication["images"])


def agree(found: list[tuple[str, str, list[tuple[str, str]], int]], output: Path) -> None:
    """Find what a reader has understood to be what the second catalog says."""
    feed = json.loads((output / "guides/opds.json").read_text())
    assert found == [told(each) for each in feed["publications"]]
    assert len(found) == 3


@pytest.mark.parametrize("catalog", ["opds.xml", "opds.json"])
def test_the_parser_of_thorium_reads_both_catalogs(output: Path, catalog: str) -> None:
    command = [tools.program("node"), HERE / "opds.js", output / "guides" / catalog]
    answer = subprocess.run(command, env={"NODE_PATH": str(NODE / "node_modules")}, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    feed = json.loads(answer.stdout)
    assert feed["title"] == "Harbor Watch Interview Guide"
    agree(
        [(each["title"], each["identifier"], [tuple(link) for link in each["links"]], each["images"]) for each in feed["publications"]],
        output,
    )


def test_every_link_is_relative(output: Path) -> None:
    feed = json.loads((output / "guides/opds.json").read_text())
    links = [link["href"] for each in feed["publications"] for link in (*each["links"], *each["images"])]
    assert [href for href in links if urlsplit(href).scheme or href.startswith("/")] == []
