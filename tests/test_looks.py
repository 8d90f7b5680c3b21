"""A look is data: each folder of `tests/looks/` is laid into the small book as its theme, and changes what a reader sees."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
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
from pipeline.cli.__main__ import main
from pipeline.diagnostics import BookError
from pipeline.flow import Request, build, load_and_check
from pipeline.preflight import verify_release

LOOKS = Path(__file__).parent / "looks"
FIRST = Path(__file__).parent.parent / "content"
MM = 72 / 25.4
STUDY = "guides/study/harbor-watch-study-0.2.0"
Laid = Callable[[str, str], Path]
Type = tuple[str, float, float, float]
PARTED = "\x02"
"""What PDFium reads where a hyphen ends a line."""


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
        edge = 16 if is_left else 20
        # A page that holds nothing but a listing begins where the lines in its tint do.
        assert min(starts) == pytest.approx(edge, abs=1.2) or min(starts) == pytest.approx(edge + 6 / (72 / 25.4), abs=0.2)
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


# Compact and large print, as the first book draws them


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Build two editions of the small book with the theme of the first; return the file of one on a paper."""
    folder = tmp_path_factory.mktemp("family")
    book(folder / "book", "", "a4")
    shutil.copytree(FIRST / "theme", folder / "book/theme")
    for name in ("compact", "large-print"):
        shutil.copy(FIRST / f"editions/{name}.yaml", folder / "book/editions")
    build(Request(folder / "book", folder / "out", formats=("pdf",), store=folder / "store"), lambda _: None)
    assert verify_release(folder / "out") == ()
    return lambda edition, paper: folder / f"out/guides/{edition}/harbor-watch-{edition}-0.2.0-{paper}.pdf"


def said(path: Path) -> list[str]:
    """What each page says."""
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def types(path: Path) -> list[list[Type]]:
    """What stands on each page outside drawings: words, size of type in points, left edge, and baseline in millimeters."""
    with pypdfium2.PdfDocument(path) as document:
        return [[_type(item) for item in page.get_objects([raw.FPDF_PAGEOBJ_TEXT], max_depth=1, textpage=page.get_textpage())
                 if "Math" not in item.get_font().get_base_name()] for page in document]  # fmt: skip


def _type(item: pypdfium2.PdfTextObj) -> Type:
    matrix = item.get_matrix()
    return item.extract().strip(), round(item.get_font_size() * abs(matrix.d), 2), matrix.e / MM, matrix.f / MM


@pytest.mark.parametrize("edition", ["compact", "large-print"])
def test_both_papers_have_the_same_pages_under_the_same_numbers(family: Callable[[str, str], Path], edition: str) -> None:
    labels = []
    for paper in ("a4", "letter"):
        with pypdfium2.PdfDocument(family(edition, paper)) as document:
            labels.append([document.get_page_label(n) for n in range(len(document))])
    assert labels[0] == labels[1] and len(labels[0]) > 15
    assert said(family(edition, "a4")) == said(family(edition, "letter"))


def test_large_print_has_no_text_below_sixteen_points(family: Callable[[str, str], Path]) -> None:
    found = [each for page in types(family("large-print", "a4")) for each in page if each[0]]
    assert len(found) > 500 and [each for each in found if each[1] < 16] == []


def test_large_print_parts_no_word_that_has_no_hyphen_of_its_own(family: Callable[[str, str], Path]) -> None:
    written = "".join(path.read_text() for path in SMALL.rglob("*.yaml"))
    parted = {}
    for edition in ("compact", "large-print"):
        # A hyphen at the end of a line is shown by itself: it is marked as soft.
        pairs = [pair for page in types(family(edition, "a4")) for pair in pairwise([("",), *page])]
        ends = [f"{before[0] if each[0] == PARTED else ''}{each[0]}".split()[-1] for before, each in pairs if each[0].endswith(PARTED)]
        parted[edition] = [end for end in ends if end.replace(PARTED, "-") not in written]
    assert parted["compact"] and parted["large-print"] == []


def test_the_number_of_a_question_in_large_print_stands_above_its_title(family: Callable[[str, str], Path]) -> None:
    page = next(page for page in types(family("large-print", "a4")) if any(size == 60 for _, size, _, _ in page))
    number = next(each for each in page if each[1] == 60)
    title = next(each for each in page if each[0].startswith("How do you identify"))
    assert (number[0], title[1]) == ("1", 28) and number[3] > title[3] and number[2] == pytest.approx(title[2], abs=1)


def test_large_print_tells_the_rows_of_a_table_one_below_the_other(family: Callable[[str, str], Path]) -> None:
    (page,) = [page.splitlines() for page in said(family("large-print", "a4")) if "Table 1.1 Rhythms" in page]
    first = page.index("Class \xb7 Fixed")
    assert page[first : first + 4] == ["Class \xb7 Fixed", "Abbr. \xb7 F", "Light and dark \xb7 steady", "Rate \xb7 none"]


def test_nothing_is_ruled_for_notes_in_compact_and_questions_share_pages(family: Callable[[str, str], Path], laid: Laid) -> None:
    assert any("Notes" in page.split() for page in said(laid("claret", "a4") / f"{STUDY}-a4.pdf"))
    assert not any("Notes" in page.split() for page in said(family("compact", "a4")))
    heads = [base for page in types(family("compact", "a4")) for words, size, left, base in page if size == 30 and left < 30]
    assert len(heads) == 5 and min(heads) < 200


def test_references_of_compact_stand_beside_the_head_of_their_question(family: Callable[[str, str], Path]) -> None:
    for page in types(family("compact", "a4")):
        for number in [each for each in page if each[1] == 30 and each[2] < 30]:
            beside = [each for each in page if each[0] in ("See also", "Sources") and each[2] < 30 and each[3] < number[3]]
            assert beside and beside[0][3] > number[3] - 25, number


def test_compact_has_a_cover_of_ink_on_paper(family: Callable[[str, str], Path]) -> None:
    with pypdfium2.PdfDocument(family("compact", "a4")) as document:
        cover = document[0].render(scale=0.5).to_pil().convert("RGB")
    assert {cover.getpixel((x, y)) for x in (1, cover.width - 2) for y in (1, cover.height - 2)} == {(255, 255, 255)}


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
    text = [line for page in said(path) for line in page.splitlines()]
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


def test_the_look_of_an_edition_is_its_own_and_makes_no_other_stale(tmp_path: Path, warm: Path) -> None:
    folder = tmp_path / "book"
    shutil.copytree(SMALL, folder)
    shutil.copytree(warm / "guidepress", tmp_path / "store")
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
    assert left == pytest.approx(38, abs=1) and 3 < base < 16
    assert folio(path, 6, "3")
    assert verify_release(tmp_path / "out") == ()
