"""The page of a team's pack in Chromium, out of its zip: no barrier, every file by keyboard alone, day and night, and on paper."""

from __future__ import annotations

import json
import zipfile
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from browser import Browser
from buildwork import SMALL, book, environment, run
from packwork import ROUND, add_team, word
from test_release_page_seen import WIDTHS, opened, stops

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in the pack of somebody in a team that has a logo, a private bank, and a plan."""
    folder = tmp_path_factory.mktemp("pack")
    book(folder / "book", "sample")
    (folder / "book/editions/round.yaml").write_text(ROUND)
    own = [line for line in (SMALL / "teams/pilots.yaml").read_text().splitlines() if line.startswith(("logo", "contact"))]
    add_team(folder / "book", folder / "banks", 0, f"plan: {word(0)}", *own)
    (folder / "people.csv").write_text("name\nBo Lind\n")
    done = run("pack", "crew-0000", "--book", folder / "book", "--banks", folder / "banks", "--output", folder, "--store", folder / "store",
               "--for-each", folder / "people.csv", "--jobs", "1", env=environment(folder / "cache"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    (path,) = (folder / "packs/crew-0000").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "opened")
    return folder / "opened" / path.stem


def page(pack: Path) -> str:
    return (pack / "index.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_screen(browser: Browser, pack: Path, width: int, scheme: str) -> None:
    opened(browser, page(pack), width, scheme)
    assert browser.evaluate("() => document.documentElement.scrollWidth") <= width
    said, unsure, held = browser.barriers()
    assert (said, unsure) == ([], [])
    assert held > 20


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ("() => document.documentElement.style.setProperty('--page-soft', '#cccccc')", "color-contrast"),
        ("() => document.querySelector('.logo img').removeAttribute('alt')", "image-alt"),
        ("() => document.querySelector('a.download').textContent = ''", "link-name"),
    ],
)
def test_axe_notices_a_barrier(browser: Browser, pack: Path, broken: str, rule: str) -> None:
    opened(browser, page(pack))
    browser.evaluate(broken)
    assert [each.partition(":")[0] for each in browser.barriers()[0]] == [rule]


def test_the_page_asks_for_nothing_but_itself_and_is_in_the_colors_of_the_team(browser: Browser, pack: Path) -> None:
    opened(browser, page(pack))
    log = browser.ask("log")
    assert log["errors"] == []
    assert [url for url in log["requests"] if not url.startswith("data:")] == [page(pack)]
    team = (pack.parents[1] / "book/teams/crew-0000.yaml").read_text()
    accent = team.partition('accent: "')[2]
    red, green, blue = (int(accent[n : n + 2], 16) for n in (1, 3, 5))
    ground = browser.evaluate("() => getComputedStyle(document.querySelector('header')).backgroundColor")
    assert ground == f"rgb({red}, {green}, {blue})"


def test_every_file_is_reached_by_keyboard_alone_candidates_first(browser: Browser, pack: Path) -> None:
    opened(browser, page(pack))
    found = list(stops(browser))
    assert found[0]["href"] == "#candidates"
    assert [stop for stop in found if not (stop["seen"] and stop["outline"] >= 2 and min(stop["size"]) >= 24)] == []
    manifest = json.loads((pack / "manifest.json").read_text())
    reached = [stop["href"] for stop in found if "/" in stop["href"]]
    assert sorted(reached) == sorted(row["path"] for row in manifest["files"])
    assert all((pack / path).is_file() for path in reached)
    kits = [path.startswith("round-a/") for path in reached]
    assert kits == sorted(kits) and True in kits and False in kits


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_black_on_white_with_the_name_of_every_file(
    browser: Browser, pack: Path, tmp_path: Path, paper: str, scheme: str
) -> None:
    opened(browser, page(pack), scheme=scheme)
    browser.ask("print", path=str(tmp_path / "page.pdf"), format=paper)
    with closing(pypdfium2.PdfDocument(tmp_path / "page.pdf")) as document:
        assert len(document) <= 2
        said = " ".join(each.get_textpage().get_text_range() for each in document).split()
        images = [each.render(scale=0.5).to_pil().convert("L") for each in document]
    assert all(sum(image.histogram()[200:]) > 0.8 * image.width * image.height for image in images)
    text = " ".join(said)
    for words in ("Pack for House", "Prepared for Bo Lind", "For candidates", "For interviewers", "PDF on A4", "EPUB", "SHA256SUMS"):
        assert words in text
    assert "Skip" not in text and "Checksum" not in text
