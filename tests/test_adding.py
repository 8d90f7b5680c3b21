"""What the tables promise: a kind of section and a part of a question are added in so many files, and no other."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import reading
from buildwork import ROOT, book, edit, environment

from pipeline.model import PARTS
from pipeline.section_kinds import KINDS

GLASS = "questions/weather-and-watch/falling-glass.yaml"
TEMPLATE = """{% from "components/macros.xhtml" import attributes, chapter_title %}
<section {{ attributes(set, section) }}>
{{ chapter_title(set, section) }}
<p>{{ set.label("acknowledgments_text") }}</p>
</section>
"""
MACRO = """{% macro takeaway(set, question) %}{% if question.takeaway %}
<section class="takeaway">
{{ heading(set, "takeaway", {}) }}
<p>{{ set.line("takeaway") }}</p>
</section>
{% endif %}{% endmacro %}
"""
WRITER = '''"""Write an edition as plain text: its words, a paragraph a line."""

import re
from html import unescape

from pipeline.render import Rendition


def write(rendition: Rendition) -> bytes:
    """Return the words of every section, in order, as UTF-8."""
    said = (re.sub(r"<[^>]*>", "", re.sub(r"</(p|h[1-6]|li|pre)>", "\\n", f.xhtml)) for f in rendition.fragments)
    return unescape("\\n".join(said)).encode()
'''
CHECK = """

def _text(path: str, data: bytes, traits: Traits | None, publication: Publication | None) -> Iterator[Diagnostic]:
    if publication is not None:
        yield from withheld.leaks(path, publication, withheld.letters(data.decode()))

"""
SAID = "Warn first whoever has to turn back."


def add_kind(house: Path) -> None:
    row = 'SectionKind(name="acknowledgments", epub_type="acknowledgments", role="doc-acknowledgments", landmark="acknowledgments")'
    edit(house / "pipeline/section_kinds.py", "LEAF, COLOPHON)", f"LEAF, COLOPHON,\n         {row})")
    (house / "templates/sections/acknowledgments.xhtml").write_text(TEMPLATE)
    add_lines(house / "templates/styles/sections.css", "section.acknowledgments { page: wide-opening; padding-left: 12mm }")
    add_lines(
        house / "templates/labels/en.yaml",
        "acknowledgments: Acknowledgments",
        "acknowledgments_text: The keepers of three lights read every word of this guide.",
    )


def add_part(house: Path) -> None:
    edit(house / "pipeline/model/questions.py", "    see_also: tuple", "    takeaway: Line | None = None\n    see_also: tuple")
    add_lines(house / "templates/components/parts.xhtml", MACRO)
    add_lines(house / "templates/labels/en.yaml", "takeaway: To take away")


def add_format(house: Path) -> None:
    row = 'TEXT = Format(name="txt", suffix=".txt", media_type="text/plain", is_for_screens=True)'
    edit(house / "pipeline/formats.py", "\nFORMATS = ", f"{row}\n\nFORMATS = ")
    edit(house / "pipeline/formats.py", "HTML, COVER)", "HTML, TEXT, COVER)")
    (house / "pipeline/plain_text.py").write_text(WRITER)
    finishing, preflight = house / "pipeline/flow/finishing.py", house / "pipeline/preflight/__init__.py"
    edit(finishing, "from pipeline import epub, preflight, release", "from pipeline import epub, plain_text, preflight, release")
    edit(finishing, "HTML.name: _html}", 'HTML.name: _html, "txt": lambda screen, _: plain_text.write(screen.rendition)}')
    edit(preflight, "\nCHECKS: Mapping", f"{CHECK}\nCHECKS: Mapping")
    edit(preflight, "    EPUB.name: _epub,", '    EPUB.name: _epub,\n    "txt": _text,')


def add_lines(path: Path, *lines: str) -> None:
    path.write_text("\n".join([path.read_text().rstrip("\n"), *lines, ""]))


def built(house: Path, place: Path, *editions: str) -> Path:
    output = place.parent / "output"
    command = [sys.executable, "-m", "pipeline.cli", "build", "--book", place, "--output", output, *editions]
    env = environment(place.parent / "cache", PYTHONPATH=str(house))
    made = subprocess.run(command, cwd=house, env=env, capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    return output / "guides"


def files(epub: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(epub) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(house: Path) -> set[str]:
    there = {p.relative_to(house).as_posix(): p for folder in ("pipeline", "templates") for p in (house / folder).rglob("*.*")}
    return {
        name
        for name, path in there.items()
        if path.suffix in (".py", ".xhtml", ".css", ".yaml")
        and (not (ROOT / name).exists() or (ROOT / name).read_bytes() != path.read_bytes())
    }


@pytest.fixture
def house(tmp_path: Path, warm: Path) -> Path:
    """A copy of the press, to change, beside a cache: what the change leaves as it was is not laid out again."""
    shutil.copytree(warm, tmp_path / "cache")
    for folder in ("pipeline", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / "house" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "house"


@pytest.mark.slow
def test_a_kind_of_section_is_its_row_its_template_its_styles_and_its_label(house: Path, tmp_path: Path) -> None:
    add_kind(house)
    assert changed(house) == {
        "pipeline/section_kinds.py", "templates/sections/acknowledgments.xhtml",
        "templates/styles/sections.css", "templates/labels/en.yaml",
    }  # fmt: skip
    place = book(tmp_path / "book", "sample")
    edit(place / "editions/sample.yaml", "index, colophon", "index, acknowledgments, colophon")
    guides = built(house, place)
    pdf, epub = next(guides.glob("*/*.pdf")), next(guides.glob("*/*[0-9].epub"))
    page = next(n for n, text in enumerate(reading.page_texts(pdf)) if "keepers of three lights" in text)
    assert (1, "Acknowledgments", reading.labels(pdf)[page]) in reading.outline(pdf)
    entries = files(epub)
    assert b'epub:type="acknowledgments" role="doc-acknowledgments"' in entries["EPUB/acknowledgments.xhtml"]
    assert b'<a epub:type="acknowledgments" href="acknowledgments.xhtml">Acknowledgments</a>' in entries["EPUB/nav.xhtml"]


@pytest.mark.slow
def test_a_part_of_a_question_is_its_field_its_template_and_its_label_and_is_withheld_until_listed(house: Path, tmp_path: Path) -> None:
    add_part(house)
    assert changed(house) == {"pipeline/model/questions.py", "templates/components/parts.xhtml", "templates/labels/en.yaml"}
    place = book(tmp_path / "book", "sample", "study")
    add_lines(place / GLASS, f"takeaway: {SAID}")
    edit(place / "editions/study.yaml", "examples, follow_ups", "examples, takeaway, follow_ups")
    guides = built(house, place)
    shown = {path.parent.name for path in guides.glob("*/*.pdf") if SAID in " ".join(" ".join(reading.page_texts(path)).split())}
    assert shown == {"study"}
    shown = {p.parent.name for p in guides.glob("*/*[0-9].epub") if any(SAID.encode() in data for data in files(p).values())}
    assert shown == {"study"}


@pytest.mark.slow
def test_a_format_is_its_row_its_writer_and_its_check_and_tells_nothing_withheld(house: Path, tmp_path: Path) -> None:
    add_format(house)
    assert changed(house) == {
        "pipeline/formats.py", "pipeline/plain_text.py", "pipeline/flow/finishing.py", "pipeline/preflight/__init__.py",
    }  # fmt: skip
    place = book(tmp_path / "book", "study", "sample")
    edit(place / "editions/study.yaml", "formats: [pdf, epub, kindle, html]", "formats: [txt, epub]")
    edit(place / "editions/sample.yaml", "formats: [pdf, epub]", "formats: [txt]")
    guides = built(house, place)
    study, sample = (next((guides / name).glob("*.txt")).read_text() for name in ("study", "sample"))
    assert [path.suffix for path in sorted(guides.glob("*/*")) if path.suffix in (".pdf", ".epub", ".txt")] == [".txt", ".epub", ".txt"]
    asked, answered = "The glass has fallen 5 hPa in three hours", "Put a word to the fall"
    assert [(asked in text, answered in text) for text in (study, sample)] == [(True, True), (True, False)]


# Nobody else knows the kinds


def comparisons(source: ast.Module) -> Iterator[str]:
    """Give each comparison of something's kind with the written name of a kind of section."""
    names = {kind.name for kind in KINDS}
    for node in ast.walk(source):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            written = {inner.value for side in sides for inner in ast.walk(side) if isinstance(inner, ast.Constant)}
            if written & names and any(re.search(r"\.kind(\.name)?$", ast.unparse(side)) for side in sides):
                yield ast.unparse(node)
        elif isinstance(node, ast.Dict):
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            # Parts of a question, some of which are called like kinds of sections, are no kinds.
            if len(keys & names) > 3 and not keys <= {*PARTS}:
                yield ast.unparse(node)[:60]


def test_what_is_done_with_a_section_asks_its_kind_and_not_for_its_name() -> None:
    paths = sorted((ROOT / "pipeline").rglob("*.py"))
    assert len(paths) > 100
    assert [f"{path}: {found}" for path in paths for found in comparisons(ast.parse(path.read_text()))] == []


@pytest.mark.parametrize(
    "text", ['section.kind == "index"', 's.kind.name in ("question", "answer")', "x = {'cover': 1, 'index': 2, 'answer': 3, 'chapter': 4}"]
)
def test_a_kind_asked_for_by_name_is_noticed(text: str) -> None:
    assert list(comparisons(ast.parse(text))) != []


def test_no_template_asks_for_a_kind_by_name() -> None:
    found = [path.name for path in (ROOT / "templates").rglob("*.xhtml") if re.search(r"\.kind\b[^}%]*(==|!=| in )", path.read_text())]
    assert found == []
