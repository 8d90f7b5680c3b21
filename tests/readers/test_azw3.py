"""What calibre makes of a guide for Kindle, which keeps its headings, tables, code, and pictures."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from examine import changed
from lxml import etree
from test_screens import QUESTION, STUDY

from pipeline.diagnostics import ToolError

pytestmark = pytest.mark.soak

KINDLE = STUDY.replace(".epub", "-kindle.epub")
"""The file that is made to be sent to one: its formulas are pictures."""
KEPT = ("h1", "h2", "h3", "h4", "table", "tr", "th", "td", "pre", "img", "math", "a", "li", "dt")


def converted(source: Path, to: Path) -> Path:
    """Convert a book with calibre. Raises ToolError when it is not installed."""
    program = shutil.which("ebook-convert")
    if program is None:
        raise ToolError("ebook-convert is not there: install the Debian package calibre")
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(to.parent), "QTWEBENGINE_DISABLE_SANDBOX": "1", "LANG": "C.UTF-8"}
    done = subprocess.run([program, source, to], env=variables, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return to


@dataclass(frozen=True)
class Contents:
    """How often each element that matters stands in a book, its code without spaces, what its pictures show, and its contents."""

    counts: Counter[str]
    code: str
    pictures: frozenset[str]
    listed: tuple[str, ...]


def contents(data: bytes) -> Contents:
    """Read the documents of an EPUB, without its nav document."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xhtml", ".html")) and not name.endswith("nav.xhtml")]
        roots = [etree.fromstring(archive.read(name)) for name in names]
        ncx = etree.fromstring(archive.read(next(name for name in archive.namelist() if name.endswith("toc.ncx"))))
    counts = Counter(etree.QName(element).localname for root in roots for element in root.iter(etree.Element))
    code = sorted("".join(listing.itertext()) for root in roots for listing in root.iter("{*}pre"))
    pictures = frozenset(str(picture.get("alt")) for root in roots for picture in root.iter("{*}img"))
    listed = tuple(" ".join("".join(label.itertext()).split()) for label in ncx.iterfind(".//{*}navPoint/{*}navLabel"))
    return Contents(Counter({name: counts[name] for name in KEPT}), re.sub(r"\s+", "", "".join(code)), pictures, listed)


def there_and_back(data: bytes, folder: Path) -> Contents:
    """What a guide holds once it has been a Kindle's file."""
    (folder / "book.epub").write_bytes(data)
    kindle = converted(folder / "book.epub", folder / "book.azw3")
    assert kindle.read_bytes()[60:68] == b"BOOKMOBI"
    return contents(converted(kindle, folder / "again.epub").read_bytes())


def lost(before: Contents, after: Contents) -> list[str]:
    """What stood in a book before, and less often or not at all after."""
    fewer = [f"{name}: {before.counts[name]}, then {after.counts[name]}" for name in KEPT if after.counts[name] < before.counts[name]]
    said = [name for name in ("code", "listed") if getattr(before, name) != getattr(after, name)]
    return [*fewer, *sorted(before.pictures - after.pictures), *said]


@pytest.mark.parametrize(("file", "pictures", "without"), [(STUDY, 3, ""), (KINDLE, 10, "math")])
def test_a_kindle_keeps_headings_tables_code_formulas_and_pictures(
    built: Path, tmp_path: Path, file: str, pictures: int, without: str
) -> None:
    before = contents((built / file).read_bytes())
    assert [name for name in KEPT if not before.counts[name]] == ([without] if without else [])
    assert len(before.pictures) >= pictures and len(before.code) > 500 and len(before.listed) > 10
    assert lost(before, there_and_back((built / file).read_bytes(), tmp_path)) == []


def test_what_a_kindle_loses_is_noticed(built: Path, tmp_path: Path) -> None:
    before = contents((built / STUDY).read_bytes())
    data = changed(built / STUDY, QUESTION, lambda xhtml: re.sub(r"<img [^>]*/>|<table.*?</table>|print", "", xhtml, flags=re.DOTALL))
    said = "\n".join(lost(before, there_and_back(data, tmp_path)))
    assert "table: " in said and "Four horizontal bars" in said and "code" in said
