"""What is wrong with the files of an EPUB on a screen, in Chromium and in the engines that turn pages."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from browser import DAY, EINK, NIGHT, PHONE, SEPIA, Browser
from lxml import etree

MARGIN = "12px"
LARGE = "200%"
TARGET = 24
"""CSS pixels that a target has at the least (WCAG 2.2, 2.5.8)."""
SET = """({background, text, size}) => Object.assign(document.documentElement.style, {background, color: text, fontSize: size})"""
PAGE = f"() => {{ document.body.style.margin = '{MARGIN}' }}"
MOST_BARE, LEAST_SEEN = 0.15, 0.97
"""Shares of a drawing: what lets the page shine through at the least, and the ink that stands out at the least."""
TOKENS = "math mi, math mn, math mo, math mtext"
LANDED = """async id => {
  const target = document.getElementById(id);
  target?.scrollIntoView();
  return Boolean(target) && measure.isOnScreen(target, {left: 0, top: 0, right: innerWidth, bottom: innerHeight});
}"""


def documents(book: bytes) -> dict[str, etree._Element]:
    """Every XHTML file of an EPUB, by its name in the folder of the package."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xhtml")]
        return {name.removeprefix("EPUB/"): etree.fromstring(archive.read(name)) for name in names}


def links(files: Mapping[str, etree._Element]) -> dict[str, list[str]]:
    """The ids in each file that any link of the book leads to: nav document, page list, text, and index."""
    found: dict[str, set[str]] = {}
    for name, root in files.items():
        for link in root.iter("{*}a"):
            file, _, target = str(link.get("href", "")).partition("#")
            if "://" not in file and not file.startswith("mailto:"):
                found.setdefault(file or name, set()).update((target,) if target else ())
    return {name: sorted(ids) for name, ids in found.items()}


def changed(path: Path, file: str, change: Callable[[str], str]) -> bytes:
    """An EPUB with one of its files changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == f"EPUB/{file}":
                text = data.decode()
                assert change(text) != text
                data = change(text).encode()
            new.writestr(info.filename, data)
    return out.getvalue()


def file_faults(browser: Browser, book: str, file: str, ids: list[str], *, size: str = "100%", fonts: bool = True) -> Iterator[str]:
    """What is wrong with a file: on a phone and on e-ink, by day, on sepia, and at night; ``fonts`` asks for those of formulas."""
    browser.visit(f"{book}/{file}", PHONE)
    browser.evaluate(PAGE)
    for name, colors in (("night", NIGHT), ("sepia", SEPIA), ("day", DAY)):
        browser.evaluate(SET, {**colors, "size": size})
        yield from (f"{file}: faint by {name}: {fault}" for fault in browser.evaluate("() => measure.faint(document)"))
    yield from (f"{file}: small: {fault}" for fault in browser.evaluate("least => measure.small(document, least)", TARGET))
    yield from (f"{file}: {fault}" for fault in _drawings(browser))
    yield from (f"{file}: flattened: {fault}" for fault in browser.evaluate("() => measure.flattened(document)"))
    yield from (f"{file}: {fault}" for fault in (_fonts(browser) if fonts else ()))
    yield from (f"{file}: no place for #{id}" for id in ids if not browser.evaluate(LANDED, id))
    for name, screen in (("phone", PHONE), ("e-ink", EINK)):
        browser.ask("resize", size=screen)
        yield from (f"{file}: leaves the {name}: {fault}" for fault in browser.evaluate("() => measure.overflows(document)"))
        yield from (f"{file}: cut on the {name}: {fault}" for fault in browser.evaluate("() => measure.clips(document)"))
    yield from (f"{file}: {stranger}" for stranger in browser.strangers())


def _drawings(browser: Browser) -> Iterator[str]:
    pages = [colors["background"] for colors in (DAY, NIGHT)]
    for drawing in browser.evaluate("pages => measure.drawings(document, pages)", pages):
        if drawing["bare"] < MOST_BARE:
            yield f"{drawing['name']} hides the page"
        if min(drawing["seen"]) < LEAST_SEEN:
            yield f"{drawing['name']} is faint: {drawing['seen']} of its ink stands out by day and at night"


def _fonts(browser: Browser) -> Iterator[str]:
    if not browser.evaluate("() => document.querySelector('math') !== null"):
        return
    set_in = [font for fonts in browser.ask("fonts", selector=TOKENS) for font in fonts]
    if not set_in or not all(font["isCustomFont"] for font in set_in):
        yield f"formulas are set in {sorted({font['familyName'] for font in set_in})}"


def open_engine(browser: Browser, engine: str, book: str, *, colors: Mapping[str, str] = DAY, size: str = "100%") -> None:
    """Open a book in a reading engine on a phone, in pages."""
    asked = quote(json.dumps({"book": f"/{book}.epub", "colors": colors, "size": size}))
    browser.visit(f"engines/{engine}.html?{asked}", PHONE, until="document.title === 'ready'")


GO = """async address => {
  await engine.go(address);
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
MEASURED = "kind => engine.documents().flatMap(document => measure[kind](document))"
WHERE = """async address => {
  const [file, id] = address.split("#");
  for (const document of engine.documents()) {
    const target = id ? document.getElementById(id) : document.body;
    const frame = document.defaultView.frameElement.getBoundingClientRect();
    const window = {left: -frame.left, top: -frame.top, right: innerWidth - frame.left, bottom: innerHeight - frame.top};
    if (target && measure.isOnScreen(target, window)) return {word: measure.wordAfter(target)?.word ?? ""};
  }
  return null;
}"""


def engine_faults(browser: Browser, address: str) -> Iterator[str]:
    """What is wrong with a file in the engine that is open."""
    browser.evaluate(GO, address)
    for kind, what in (("overflows", "leaves its page"), ("clips", "is cut"), ("faint", "is faint")):
        yield from (f"{address}: {what}: {fault}" for fault in browser.evaluate(MEASURED, kind))


def landed(browser: Browser, address: str) -> str | None:
    """The word after the place that an address names, if the place is on the screen of the engine."""
    browser.evaluate(GO, address)
    found = browser.evaluate(WHERE, address)
    return found and str(found["word"])
