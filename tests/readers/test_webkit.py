"""The guides in WebKitGTK, which lays pages out as Apple Books does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PHONE, Browser, webkit
from examine import LARGE, changed, documents, file_faults, links
from test_screens import BROKEN, DOUBLED, LEAST, QUESTION, SCREENS, STUDY, sized

pytestmark = pytest.mark.soak

NOTICED = [(file, change, said) for file, change, said in BROKEN if "formulas are set" not in said]
"""Chromium alone tells which font a glyph comes from."""


@pytest.fixture(scope="module")
def apple() -> Iterator[Browser]:
    """WebKitGTK, opened once for each worker."""
    opened = Browser(webkit())
    yield opened
    opened.close()


def faults(browser: Browser, path: Path | bytes, *names: str, size: str = "100%") -> list[str]:
    """What is wrong with the files of an EPUB that are named, or with all."""
    browser.books["book"] = data = path if isinstance(path, bytes) else path.read_bytes()
    files = documents(data)
    leads = links(files)
    each = (file_faults(browser, "book", name, leads.get(name, []), size=size, fonts=False) for name in names or files)
    return [fault for found in each for fault in found]


def test_every_file_of_the_book_is_whole_legible_and_found(apple: Browser, real_release: Path) -> None:
    (path,) = (real_release / "study").glob("*[0-9].epub")
    assert faults(apple, path) == []


@pytest.mark.parametrize("size", ["100%", LARGE])
def test_every_file_of_the_small_book_is_whole_legible_and_found(apple: Browser, built: Path, size: str) -> None:
    assert faults(apple, built / STUDY, size=size) == []


@pytest.mark.parametrize(("file", "change", "said"), NOTICED)
def test_a_broken_file_is_noticed(apple: Browser, built: Path, file: str, change, said: str) -> None:
    shown = file if file.endswith(".xhtml") and file != "nav.xhtml" else QUESTION
    assert said in "\n".join(faults(apple, changed(built / STUDY, file, change), shown))


@pytest.mark.parametrize("screen", SCREENS)
def test_formulas_are_twice_as_large_in_large_type(apple: Browser, built: Path, screen: tuple[int, int]) -> None:
    apple.books["book"] = data = (built / STUDY).read_bytes()
    grown = []
    for name in documents(data):
        apple.visit(f"book/{name}", screen)
        usual, large = (sized(apple, name, size)["formulas"] for size in ("100%", LARGE))
        grown += [after / before for before, after in zip(usual, large, strict=True)]
    assert len(grown) > 8 and len([growth for growth in grown if growth < DOUBLED]) <= (screen == PHONE) and min(grown) > LEAST
