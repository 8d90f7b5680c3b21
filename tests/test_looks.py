"""A look is data: each folder of `tests/looks/` is laid into the small book as its theme, and changes what a reader sees."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pypdfium2
import pytest
from buildwork import SMALL, edit
from pypdfium2 import raw

from pipeline import theme
from pipeline.bindery.page_marks import operands
from pipeline.brand import RESERVED
from pipeline.cli.running import main
from pipeline.diagnostics import BookError
from pipeline.flow import Request, build, load_and_check
from pipeline.preflight import verify_release

LOOKS = Path(__file__).parent / "looks"
MM = 72 / 25.4
STUDY = "guides/study/harbor-watch-study-0.2.0"
Laid = Callable[[str, str], Path]


def book(folder: Path, look: str, papers: str) -> Path:
    """Copy the small book with its study edition on these papers, and a look as its theme."""
    shutil.copytree(SMALL, folder, ignore=shutil.ignore_patterns("kit.yaml", "practice.yaml", "sample.yaml"))
    if look:
        shutil.copytree(LOOKS / look, folder / "theme")
    edit(folder / "editions/study.yaml", "papers: [a4, letter]", f"papers: [{papers}]")
    return folder


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    """Build the small book with a look, once; return the output, whose release has passed preflight."""
    made: dict[str, Path] = {}

    def with_look(look: str, papers: str) -> Path:
        if look not in made:
            folder = tmp_path_factory.mktemp(look)
            build(Request(book(folder / "book", look, papers), folder / "out", store=folder / "store"), lambda _: None)
            assert verify_release(folder / "out") == ()
            made[look] = folder / "out"
        return made[look]

    return with_look


def words(path: Path, page: int) -> list[tuple[str, float, float, float]]:
    """The runs of text of a page: what each says, its left and right edge, and its baseline, in millimeters of the sheet."""
    with pypdfium2.PdfDocument(path) as document:
        sheet = document[page]
        left, bottom, _, _ = sheet.get_mediabox()
        text = sheet.get_textpage()
        boxes = [text.get_rect(n) for n in range(text.count_rects())]
        return [(text.get_text_bounded(*box).strip(), (box[0] - left) / MM, (box[2] - left) / MM, (box[1] - bottom) / MM) for box in boxes]


def folio(path: Path, page: int, name: str) -> tuple[float, float]:
    """Left and right edge of a page's number, the one run of text at its foot."""
    ((left, right),) = [(left, right) for said, left, right, base in words(path, page) if base < 20 and said == name]
    return left, right


def colors(path: Path) -> set[str]:
    """Operands of all color operators of a PDF."""
    with pikepdf.open(path) as pdf:
        contents = b"\n".join(page.Contents.read_bytes() if not isinstance(page.Contents, pikepdf.Array) else b"\n".join(
            part.read_bytes() for part in page.Contents) for page in pdf.pages)  # fmt: skip
    return {found.decode() for found in re.findall(rb"([\d.]+ [\d.]+ [\d.]+) (?:rg|RG)\b", contents)}


def font(path: Path, page: int, words: str) -> str:
    """Name the font that words of a page are set in."""
    with pypdfium2.PdfDocument(path) as document:
        sheet = document[page]
        objects = sheet.get_objects([raw.FPDF_PAGEOBJ_TEXT], textpage=sheet.get_textpage())
        items = [(item.extract(), item.get_font().get_base_name()) for item in objects]
    return next(name.partition("+")[2] or name for said, name in items if words in said)


# The three looks


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_centered_folio_stands_in_the_middle_of_pages_without_a_side_column(laid: Laid, paper: str) -> None:
    path = laid("centered", "a4, letter") / f"{STUDY}-{paper}.pdf"
    width = {"a4": 210.0, "letter": 215.9}[paper]
    for page, name in ((4, "1"), (6, "3"), (7, "4")):
        left, right = folio(path, page, name)
        assert (left + right) / 2 == pytest.approx(width / 2, abs=0.6)
    margin = {"a4": 38.0, "letter": 40.95}[paper]
    assert min(left for _, left, _, _ in words(path, 6)) >= margin - 0.5  # nothing beside the text
    assert "How do you identify a light at night, and" in {said for said, _, _, _ in words(path, 6)}


def test_pages_of_another_size_have_their_margins_and_folios_mirrored(laid: Laid) -> None:
    path = laid("pocket", "a5") / f"{STUDY}-a5.pdf"
    with pypdfium2.PdfDocument(path) as document:
        assert {tuple(round(side / MM) for side in document[n].get_size()) for n in range(len(document))} == {(148, 210)}
        folios = [document.get_page_label(n) for n in range(len(document))]
    for page in range(6, 14):
        starts = [left for _, left, _, base in words(path, page) if 25 < base < 185]
        is_left = page % 2 == 1  # the second page of the file is a left one
        assert min(starts) == pytest.approx(16 if is_left else 20, abs=1.2)
        left, right = folio(path, page, folios[page])
        assert (left == pytest.approx(16, abs=1)) if is_left else (right == pytest.approx(148 - 16, abs=1))


def test_links_of_mirrored_pages_lie_where_their_words_are(laid: Laid) -> None:
    with pikepdf.open(laid("pocket", "a5") / f"{STUDY}-a5.pdf") as pdf:
        boxes = {tuple(float(side) for side in page.MediaBox) for page in pdf.pages[1:]}
        assert sorted(round(float(box[0]) / MM, 2) for box in boxes) == [0.0, 4.0]
        for page in pdf.pages[1:]:
            for link in page.get("/Annots", []):
                assert float(page.MediaBox[0]) < float(link.Rect[0]) < float(link.Rect[2]) < float(page.MediaBox[2])


def test_a_dark_accent_takes_the_place_of_the_press_s_own_everywhere(laid: Laid) -> None:
    used = colors(laid("claret", "a4") / f"{STUDY}-a4.pdf")
    assert operands("#5b1020").decode() in used
    assert not {operands(color).decode() for color in (RESERVED.accent, RESERVED.tint, RESERVED.middle)} & used


def test_other_fonts_are_embedded_and_set_what_they_are_for(laid: Laid) -> None:
    path = laid("claret", "a4") / f"{STUDY}-a4.pdf"
    assert font(path, 6, "A light says its name") == "SourceSans3-Regular"
    assert font(path, 6, "How do you identify") == "SourceSerif4-Bold"


def test_a_picture_stands_on_the_cover_and_says_what_it_shows(laid: Laid) -> None:
    out = laid("claret", "a4")
    with pypdfium2.PdfDocument(out / f"{STUDY}-a4.pdf") as document:
        cover = document[0].render(scale=0.5).to_pil().convert("RGB")
    width, height = cover.size
    assert cover.getpixel((width // 3, 5)) == (0xE9, 0xDC, 0xC9)  # the picture's sky
    assert cover.getpixel((width // 3, height - 5)) == (0x5B, 0x10, 0x20)  # the accent
    with pikepdf.open(out / f"{STUDY}-a4.pdf") as pdf:
        told = [str(item.Alt) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]
    assert "A lighthouse on a rock, with its beam over the sea" in told


def test_the_manifest_tells_the_fonts_of_each_guide_with_their_digests(laid: Laid) -> None:
    manifest = json.loads((laid("claret", "a4") / "guides/manifest.json").read_text())
    (guide,) = [row for row in manifest["artefacts"] if row["format"] == "pdf"]
    digests = {face.sha256 for face in theme.look().faces}
    assert set(manifest["looks"][guide["look"]]["fonts"].values()) == digests


# Layers


def test_a_named_theme_lies_below_the_book_s_and_may_bring_templates(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "claret", "a4")
    named = tmp_path / "named"
    (named / "templates/sections").mkdir(parents=True)
    (named / "labels").mkdir()
    (named / "labels/en.yaml").write_text("contents: What is inside\ncolophon: Last words\n")
    (named / "theme.yaml").write_text('palette: {accent: "#123456"}\nfolio: {at: center}\neditions:\n  other: {notes: false}\n')
    (named / "templates/sections/colophon.xhtml").write_text(
        '<section id="colophon" class="colophon"><h1 id="colophon-title">{{ set.title(section) }}</h1></section>'
    )
    (folder / "theme/labels").mkdir()
    (folder / "theme/labels/en.yaml").write_text("contents: Inside\n")
    out = tmp_path / "out"
    build(Request(folder, out, formats=("pdf",), store=tmp_path / "store", theme=named), lambda _: None)
    path = out / f"{STUDY}-a4.pdf"
    used = colors(path)
    assert operands("#5b1020").decode() in used and operands("#123456").decode() not in used
    left, right = folio(path, 6, "3")
    assert 62 + 20 < left < right < 62 + 106  # in the middle of the text, which stands right of the side column
    text = [said for n in (3, 27) for said, _, _, _ in words(path, n)]
    assert "Inside" in text and "Last words" in text and "What is inside" not in text
    assert verify_release(out) == ()


def test_a_font_may_stand_in_the_theme_itself(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "", "a4")
    (folder / "theme/fonts").mkdir(parents=True)
    look = theme.look()
    (folder / "theme/fonts/Typewriter.ttf").write_bytes(look.font(look.face(theme.CODE)))
    (folder / "theme/theme.yaml").write_text("fonts: {code: {regular: {file: fonts/Typewriter.ttf}, bold: {file: fonts/Typewriter.ttf}}}\n")
    build(Request(folder, tmp_path / "out", formats=("pdf",), store=tmp_path / "store"), lambda _: None)
    names = json.loads((tmp_path / "out/guides/manifest.json").read_text())["looks"].popitem()[1]["fonts"]
    assert "SourceCodePro-Regular" in names and "SourceCodePro-Bold" not in names
    assert verify_release(tmp_path / "out") == ()


def test_the_look_of_an_edition_is_its_own_and_makes_no_other_stale(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    shutil.copytree(SMALL, folder)
    request = Request(folder, tmp_path / "out", formats=("epub",), store=tmp_path / "store")
    build(request, lambda _: None)
    (folder / "theme/editions").mkdir(parents=True)
    (folder / "theme/editions/sample.css").write_text(
        "@media screen { h1 { letter-spacing: 0.2em } } @media print { h1 { color: var(--warm) } }"
    )
    build(Request(folder, tmp_path / "out", ("sample",), ("epub",), store=tmp_path / "store"), lambda _: None)
    rows = json.loads((tmp_path / "out/guides/manifest.json").read_text())["artefacts"]
    assert {row["edition"]: row.get("stale") for row in rows} == {"kit": False, "practice": False, "sample": None, "study": False}
    styles = {}
    for row in rows:
        with ZipFile(tmp_path / "out/guides" / row["path"]) as epub:
            styles[row["edition"]] = epub.read("EPUB/style.css").decode()
    assert [name for name, css in styles.items() if "letter-spacing: 0.2em" in css] == ["sample"]
    assert "#8a3b12" not in styles["sample"]


def test_a_change_of_the_book_s_theme_makes_its_release_stale(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "claret", "a4")
    request = Request(folder, tmp_path / "out", formats=("epub",), store=tmp_path / "store")
    first = build(request, lambda _: None)
    assert build(request, lambda _: None).unchanged
    edit(folder / "theme/theme.yaml", "#5b1020", "#5b1021")
    again = build(request, lambda _: None)
    assert not again.unchanged and again.release.digest != first.release.digest


def test_a_theme_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--book", str(SMALL), "--theme", str(tmp_path / "none")]) == 1
    assert "error[T105]: no such folder" in capsys.readouterr().err


def test_a_paper_that_no_edition_has_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="no edition on paper 'a5'"):
        build(Request(SMALL, tmp_path / "out", papers=("a5",)), lambda _: None)


def test_templates_of_a_book_are_not_read(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "claret", "a4")
    (folder / "theme/templates/sections").mkdir(parents=True)
    (folder / "theme/templates/sections/colophon.xhtml").write_text("{{ 1 / 0 }}")
    found, faults = load_and_check(folder)
    assert found is not None and faults == ()
    assert [layer.templates for layer in found.layers] == [None]


def test_a_copy_says_whose_it_is_below_a_folio_in_the_middle(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "centered", "a4")
    request = Request(folder, tmp_path / "out", formats=("pdf",), recipients=("Ana Lopes",), store=tmp_path / "store")
    build(request, lambda _: None)
    (path,) = (tmp_path / "out/guides/study").glob("*.pdf")
    ((left, base),) = [(left, base) for said, left, _, base in words(path, 6) if said == "Prepared for Ana Lopes"]
    assert left == pytest.approx(38, abs=1) and 3 < base < 12
    assert folio(path, 6, "3")
    assert verify_release(tmp_path / "out") == ()
