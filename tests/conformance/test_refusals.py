"""The authorities pass the small book as it is, and refuse each copy of it that was broken on purpose."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from conftest import SMALL
from pikepdf import Dictionary, Name, Pdf

from pipeline.authorities import AUTHORITIES, Finding
from pipeline.cli.__main__ import main
from pipeline.preflight import inspect_file

pytestmark = pytest.mark.conformance

STUDY = "study/harbor-watch-study-0.2.0"
ASK = {authority.name: authority for authority in AUTHORITIES}
Change = Callable[[str], str]


def asked(name: str, path: Path) -> tuple[Finding, ...]:
    return ASK[name].check(path)


def output_of(built: Path, folder: Path) -> Path:
    """Make an output folder with a release of its own."""
    shutil.copytree(built, folder / ".releases" / built.name)
    (folder / "guides").symlink_to(f".releases/{built.name}", target_is_directory=True)
    return folder


# The small book as it is


def test_every_guide_of_a_good_book_passes_every_authority(built: Path, tmp_path: Path, capsys) -> None:
    output = output_of(built, tmp_path)
    status = main(["verify", str(output), "--full", "--book", str(SMALL)])
    said = capsys.readouterr()
    assert (status, [line for line in said.err.splitlines() if not line.endswith(": pass")]) == (0, [])
    heading, *rows = said.out.splitlines()
    assert heading.split() == ["preflight", "PDF/A-2a", "PDF/UA-1", "Ace", "EPUBCheck", "Nu", "qpdf"]
    expected = {
        ".pdf": ["pass", "pass", "pass", "-", "-", "-", "pass"],
        ".epub": ["pass", "-", "-", "pass", "pass", "-", "-"],
        ".html": ["pass", "-", "-", "-", "-", "pass", "-"],
        ".png": ["pass", "-", "-", "-", "-", "-", "-"],
    }
    manifest = json.loads((built / "manifest.json").read_text())
    assert sorted(row.split()[0] for row in rows) == sorted(each["path"] for each in manifest["artefacts"])
    for row in rows:
        path, *verdicts = row.split()
        assert verdicts == expected[Path(path).suffix], path
    assert json.loads((output / "reports/verify.json").read_text())["findings"] == []


def test_every_guide_of_a_bare_book_passes_every_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bare, output = str(SMALL.parent / "bare"), str(tmp_path / "output")
    assert main(["build", "--quiet", "--book", bare, "--output", output]) == 0
    assert main(["verify", output, "--full", "--book", bare]) == 0


# PDF


def elements(pdf: Pdf, kind: str) -> Iterator[Dictionary]:
    return (o for o in pdf.objects if isinstance(o, Dictionary) and o.get("/Type") == Name.StructElem and o.get("/S") == Name(f"/{kind}"))


def skip_a_heading(pdf: Pdf) -> None:
    for element in elements(pdf, "H2"):
        element.S = Name.H4


def drop_an_alternative(pdf: Pdf) -> None:
    del next(elements(pdf, "Figure")).Alt


def print_untagged(pdf: Pdf) -> None:
    pdf.pages[-1].contents_add(b"q 0 0 m 99 99 l S Q")


def keep_a_link_from_printing(pdf: Pdf) -> None:
    pdf.pages[3].Annots[0].F = 0


def put_an_item_into_a_paragraph(pdf: Pdf) -> None:
    next(elements(pdf, "LI")).P.S = Name.P


PDF_FAULTS = [
    ("PDF/UA-1", skip_a_heading, "7.4.2-1"),
    ("PDF/UA-1", drop_an_alternative, "7.3-1"),
    ("PDF/UA-1", print_untagged, "7.1-3"),
    ("PDF/UA-1", put_an_item_into_a_paragraph, "7.2-17"),
    ("PDF/A-2a", keep_a_link_from_printing, "6.3.2-2"),
]


@pytest.mark.parametrize(("name", "change", "rule"), PDF_FAULTS)
def test_verapdf_refuses_a_pdf_that_was_broken(built: Path, tmp_path: Path, name: str, change: Callable[[Pdf], None], rule: str) -> None:
    path = tmp_path / "broken.pdf"
    with pikepdf.open(built / f"{STUDY}-a4.pdf") as pdf:
        change(pdf)
        pdf.save(path)
    assert {finding.rule for finding in asked(name, path)} == {rule}


@pytest.mark.parametrize("name", ["PDF/A-2a", "PDF/UA-1"])
def test_a_pdf_saved_anew_without_a_change_passes(built: Path, tmp_path: Path, name: str) -> None:
    with pikepdf.open(built / f"{STUDY}-a4.pdf") as pdf:
        pdf.save(tmp_path / "same.pdf")
    assert asked(name, tmp_path / "same.pdf") == ()


def test_qpdf_refuses_a_pdf_that_was_cut_short(built: Path, tmp_path: Path) -> None:
    data = (built / f"{STUDY}-a4.pdf").read_bytes()
    (tmp_path / "short.pdf").write_bytes(data[: len(data) // 2])
    assert "file is damaged" in {finding.message for finding in asked("qpdf", tmp_path / "short.pdf")}


# EPUB

GLASS, KEEL = "EPUB/falling-glass.xhtml", "EPUB/under-keel-clearance.xhtml"
PAGE, STYLE, OPF, NAV = "EPUB/colophon.xhtml", "EPUB/style.css", "EPUB/content.opf", "EPUB/nav.xhtml"


def edited(path: Path, changes: dict[str, Change], *, stored: str = "", more: tuple[str, bytes] | None = None) -> bytes:
    """Pack an EPUB anew, some of its files changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename in changes:
                changed = changes[info.filename](data.decode())
                assert changed != data.decode()
                data = changed.encode()
            new.writestr(info.filename, data, zipfile.ZIP_STORED if info.filename in ("mimetype", stored) else zipfile.ZIP_DEFLATED)
        if more is not None:
            new.writestr(*more)
    return out.getvalue()


def swap(old: str, new: str) -> Change:
    return lambda text: re.sub(old, new, text, count=1)


def inside(markup: str) -> Change:
    return lambda text: text.replace("</section>", f"{markup}</section>", 1)


def lead_nowhere() -> dict[str, Change]:
    return {GLASS: inside('<p><a href="nowhere.xhtml">On</a></p>')}


def hide_the_formulas() -> dict[str, Change]:
    return {OPF: swap(r' properties="mathml"', "")}


def drop_the_language() -> dict[str, Change]:
    return {GLASS: lambda text: re.sub(r'(<html[^>]*?) lang="en-US"', r"\1", text).replace(' xml:lang="en-US"', "")}


def drop_a_text_alternative() -> dict[str, Change]:
    return {KEEL: swap(r'(<img[^>]*?) alt="[^"]*"', r"\1")}


EPUB_FAULTS = [
    ("EPUBCheck", lead_nowhere, "RSC-007", {GLASS}),
    ("EPUBCheck", hide_the_formulas, "OPF-014", {"EPUB/light-characteristics.xhtml"}),
    ("Ace", drop_the_language, "html-has-lang", {GLASS}),
    ("Ace", drop_a_text_alternative, "image-alt", {KEEL}),
]


@pytest.mark.parametrize(("name", "fault", "rule", "files"), EPUB_FAULTS)
def test_an_authority_refuses_an_epub_that_was_broken(
    built: Path, tmp_path: Path, name: str, fault: Callable[[], dict[str, Change]], rule: str, files: set[str]
) -> None:
    (tmp_path / "broken.epub").write_bytes(edited(built / f"{STUDY}.epub", fault()))
    found = [finding for finding in asked(name, tmp_path / "broken.epub") if finding.severity == "error"]
    assert ({finding.rule for finding in found}, {finding.file for finding in found}) == ({rule}, files)


def test_a_broken_guide_in_a_release_is_reported_at_its_source(built: Path, tmp_path: Path, capsys) -> None:
    output = output_of(built, tmp_path)
    manifest = json.loads((output / "guides/manifest.json").read_text())
    kept = [row for row in manifest["artefacts"] if row["path"] == f"{STUDY}.epub"]
    (output / "guides/manifest.json").write_text(json.dumps({**manifest, "artefacts": kept}))
    guide = output / f"guides/{STUDY}.epub"
    guide.write_bytes(edited(guide, {**lead_nowhere(), **drop_a_text_alternative()}))
    assert main(["verify", str(output), "--full", "--book", str(SMALL)]) == 1
    report = json.loads((output / "reports/verify.json").read_text())
    found = {(row["authority"], row["rule"]): f"{row['path']}:{row['line']}" for row in report["findings"]}
    assert found["preflight", "P306"] == found["EPUBCheck", "RSC-007"] == f"{SMALL}/questions/weather-and-watch/falling-glass.yaml:1"
    assert found["Ace", "image-alt"] == f"{SMALL}/figures/keel.yaml:1"
    assert f"--> {SMALL}/figures/keel.yaml:1:1\n" in capsys.readouterr().err


# HTML

PAGE_FAULTS = {
    "an id twice": ("</main>", '<p id="twice">One.</p><p id="twice">Two.</p></main>', "Duplicate ID"),
    "a box in a paragraph": ("</main>", "<p><div>A box.</div></p></main>", "No “p” element in scope"),
    "a picture without words": ("</main>", '<img src="data:,"/></main>', "must have an “alt” attribute"),
}


@pytest.mark.parametrize("name", PAGE_FAULTS)
def test_nu_refuses_a_page_that_was_broken(built: Path, tmp_path: Path, name: str) -> None:
    old, new, said = PAGE_FAULTS[name]
    page = (built / f"{STUDY}.html").read_text()
    assert page.count(old) == 1
    broken = tmp_path / "page.html"
    broken.write_text(page.replace(old, new))
    found = asked("Nu", broken)
    assert [each.message for each in found if said in each.message] != []


# Preflight: the defects that people who read e-books meet, each made once

DEFECTS: dict[str, tuple[dict[str, Change], str]] = {
    "a CSS variable": ({STYLE: swap("^", ":root { --ink: black }\n")}, "P311"),
    "two hyphens in a comment": ({PAGE: inside("<!-- a -- b -->")}, "P308"),
    "a flexible box": ({STYLE: swap("^", ".side { display: flex }\n")}, "P311"),
    "a fixed color of text": ({STYLE: swap("^", "body { color: #000 }\n")}, "P311"),
    "a fixed color of links": ({STYLE: swap("^", "a { color: #00f }\n")}, "P311"),
    "a fixed ground of code": ({STYLE: swap("^", "code { background: #eee }\n")}, "P311"),
    "listings that do not wrap": ({STYLE: lambda css: f"{css}\npre {{ white-space: pre }}"}, "P311"),
    "listings that scroll": ({STYLE: lambda css: f"{css}\npre {{ overflow: auto }}"}, "P311"),
    "listings that cannot break": ({STYLE: lambda css: f"{css}\npre {{ break-inside: avoid }}"}, "P311"),
    "a package without a language": ({OPF: swap(r"<dc:language>[^<]*</dc:language>", "")}, "P312"),
    "a document without a language": ({PAGE: swap(r' xml:lang="en-US"', "")}, "P312"),
    "padding on a span of white space": ({PAGE: inside('<p>a<span style="padding: 1em"> </span>b</p>')}, "P311"),
    "details that open": ({PAGE: inside("<details><summary>a</summary></details>")}, "P311"),
    "an empty list": ({PAGE: inside("<ol></ol>")}, "P311"),
    "a link that does not name its file": ({PAGE: inside('<p><a href="#colophon">a</a></p>')}, "P306"),
    "a contents list that is none": ({NAV: swap('href="introduction.xhtml"', 'href="gone.xhtml"')}, "P306"),
    "an empty metadata element": ({OPF: swap("</metadata>", '<meta property="dcterms:rights"></meta></metadata>')}, "P311"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_preflight_refuses_a_defect_that_e_readers_choke_on(built: Path, defect: str) -> None:
    changes, code = DEFECTS[defect]
    assert {d.code for d in inspect_file(STUDY, "epub", edited(built / f"{STUDY}.epub", changes))} == {code}


def test_preflight_refuses_a_file_that_is_not_compressed(built: Path) -> None:
    data = edited(built / f"{STUDY}.epub", {}, stored=NAV)
    assert {d.code for d in inspect_file(STUDY, "epub", data)} == {"P308"}


def test_preflight_refuses_a_file_that_no_mail_takes(built: Path) -> None:
    listed = {OPF: swap("</manifest>", '<item id="large" href="large.bin" media-type="application/octet-stream"/></manifest>')}
    data = edited(built / f"{STUDY}.epub", listed, more=("EPUB/large.bin", os.urandom(50_000_001)))
    assert {d.code for d in inspect_file(STUDY, "epub", data)} == {"P313"}


def test_preflight_passes_an_epub_packed_anew_without_a_change(built: Path) -> None:
    assert inspect_file(STUDY, "epub", edited(built / f"{STUDY}.epub", {})) == ()
