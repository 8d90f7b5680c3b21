"""A book of a title and questions builds: its emoji, its picture, everyday Markdown, choices; a draft stays out, and nothing is empty."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from buildwork import ROOT, environment, run
from lxml import etree
from PIL import Image

from pipeline.flow import load_and_check
from pipeline.load import raster

BARE = ROOT / "tests/books/bare"
HTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build study and practice, on A4 and as EPUB, through all gates."""
    output = tmp_path_factory.mktemp("bare")
    done = run(
        "build",
        "--book",
        BARE,
        "--output",
        output,
        "--paper",
        "a4",
        "--format",
        "pdf",
        "--format",
        "epub",
        env=environment(output / "cache"),
    )
    assert done.returncode == 0, done.stderr
    return output / "guides"


def pages(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in pdf]


def screens(path: Path) -> Mapping[str, etree._Element]:
    with zipfile.ZipFile(path) as epub:
        return {name: etree.fromstring(epub.read(name)) for name in epub.namelist() if name.endswith(".xhtml")}


def said(root: etree._Element) -> str:
    return " ".join("".join(root.itertext()).split())


def files(built: Path, ending: str) -> Iterator[Path]:
    return (path for path in sorted(built.glob(f"*/*{ending}")))


def test_the_book_has_no_fault_and_one_note_on_what_is_not_said() -> None:
    _, faults = load_and_check(BARE)
    assert [(fault.code, fault.severity) for fault in faults] == [("C318", "note"), ("M112", "warning")]


@pytest.mark.slow
def test_emoji_are_printed_in_words_titles_and_contents(built: Path) -> None:
    text = "".join("".join(pages(path)) for path in files(built, ".pdf"))
    assert text.count("rain 🌧") >= 6 and "✅" in text and "🚫" in text and "🤷" in text
    assert all("🌧" in said(root) for path in files(built, ".epub") for name, root in screens(path).items() if "brake" in name)


@pytest.mark.slow
def test_a_draft_stands_in_no_file(built: Path) -> None:
    assert [len([*files(built, ending)]) for ending in (".pdf", ".epub")] == [2, 2]
    for path in files(built, ".pdf"):
        assert "tubeless" not in "".join(pages(path))
    for path in files(built, ".epub"):
        assert not any("tubeless" in said(root) for root in screens(path).values())


@pytest.mark.slow
def test_choices_are_lettered_and_the_key_stands_with_the_answers(built: Path) -> None:
    (study,), (practice,) = (tuple(built.glob(f"{name}/*.pdf")) for name in ("study", "practice"))
    asked = next(page for page in pages(study) if "Correct: A" in page)
    assert re.findall(r"^([A-Z1-9])\. ?$", asked, re.MULTILINE) == ["A", "B", "C"]
    with_options = [n for n, page in enumerate(pages(practice)) if "Neither" in page]
    with_key = [n for n, page in enumerate(pages(practice)) if "Correct: A" in page]
    assert max(with_options) < min(with_key)


@pytest.mark.slow
def test_a_question_without_an_answer_has_none_at_the_back_and_no_link_there(built: Path) -> None:
    (practice,) = built.glob("practice/*[0-9].epub")
    shown = screens(practice)
    ids = {element.get("id") for root in shown.values() for element in root.iter() if element.get("id")}
    assert "answer-spoke-tension" in ids and "answer-torque" not in ids
    links = (link.get("href", "") for root in shown.values() for link in root.iter(f"{HTML}a"))
    assert {link.partition("#")[2] for link in links if "#" in link} <= ids


@pytest.mark.slow
def test_code_of_any_width_is_whole(built: Path) -> None:
    code = (BARE / "questions/chain-wear.yaml").read_text().split("```")[1].split()
    for path in files(built, ".pdf"):
        assert "".join(code) in "".join("".join(pages(path)).split())


@pytest.mark.slow
def test_the_picture_has_its_words_and_its_size(built: Path) -> None:
    for path in files(built, ".epub"):
        (picture,) = (e for root in screens(path).values() for e in root.iter(f"{HTML}img") if e.get("class") == "picture")
        assert picture.get("alt") == "A ruler along twelve links of a chain"
        assert (picture.get("width"), picture.get("height")) == ("360", "90")
    for path in files(built, ".pdf"):
        with pdfium.PdfDocument(path) as pdf:
            (shown,) = (thing for page in pdf for thing in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE]))
            left, _, right, _ = shown.get_bounds()
        assert round(right - left) == 360 * 72 / 96


@pytest.mark.slow
def test_everyday_markdown_is_on_the_page(built: Path) -> None:
    (study,) = built.glob("study/*.pdf")
    text = "".join(pages(study))
    for words in ("☑ the tire", "☐ the pump", "And the valve", "every manual"):
        assert words in text.replace("\xa0", " "), words
    assert "No reader sees this" not in text


SCENE = "A courier rides the same forty kilometers of wet cobbles every working day, and has had three chains in a single year. "


@pytest.mark.slow
@pytest.mark.parametrize(("scenes", "size"), [(0, 21), (1, 15)])
def test_titles_are_smaller_where_many_are_whole_paragraphs(tmp_path: Path, scenes: int, size: int) -> None:
    (tmp_path / "book/questions").mkdir(parents=True)
    (tmp_path / "book/book.yaml").write_text("id: titles\ntitle: Titles\ndate: 2026-11-22\n")
    for number in range(6):
        asked = f"{SCENE * (number < scenes)}What of chain {number}?"
        (tmp_path / f"book/questions/q{number}.yaml").write_text(f"ask: {asked}\nanswer: Wipe it, and oil it.\n")
    only = ("study", "--paper", "a4", "--format", "pdf")
    done = run("build", *only, "--book", tmp_path / "book", "--output", tmp_path, env=environment(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    (study,) = tmp_path.glob("guides/study/*.pdf")
    assert set(sizes(study, "What of chain")) & {15, 21} == {size}


def sizes(path: Path, words: str) -> Iterator[int]:
    """Give the size of the letters of words, in points, wherever they stand."""
    with pdfium.PdfDocument(path) as pdf:
        for page in pdf:
            text = page.get_textpage()
            search = text.search(words)
            while found := search.get_next():
                yield round(pdfium.raw.FPDFText_GetFontSize(text, found[0]) * 72 / 96)  # the page is drawn in CSS pixels


# Pictures made of pixels


def picture(tmp_path: Path, kind: str, **options: object) -> bytes:
    image = Image.radial_gradient("L").resize((3000, 2000)).convert("RGB")
    path = tmp_path / f"picture.{kind}"
    image.save(path, **options)  # type: ignore[arg-type]
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_a_picture_is_written_anew_the_same_each_time_and_no_larger_than_readers_can_bear(kind: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "where the camera was"
    data = picture(tmp_path, kind, exif=exif)
    assert b"where the camera was" in data and raster.measured(data) == ""
    made, again = raster.rewritten(data), raster.rewritten(data)
    assert made == again and b"camera" not in made.data
    with Image.open(io.BytesIO(made.data)) as shown:
        assert shown.size == (1067, 1600) and len(made.data) <= raster.HEAVY  # turned, as its Exif data say
    assert (made.width, made.height) == (2000, 3000)


def test_what_shows_through_is_white_and_the_first_of_moving_pictures_stands(tmp_path: Path) -> None:
    clear, red = Image.new("RGBA", (8, 8), (0, 0, 0, 0)), Image.new("RGBA", (8, 8), "red")
    path = tmp_path / "moving.gif"
    clear.save(path, save_all=True, append_images=[red])
    made = raster.rewritten(path.read_bytes())
    (tmp_path / "still.png").write_bytes(made.data)
    with Image.open(tmp_path / "still.png") as still:
        assert (still.convert("RGB").getpixel((4, 4)), getattr(still, "n_frames", 1)) == ((255, 255, 255), 1)


def test_a_picture_that_is_cut_is_refused(tmp_path: Path) -> None:
    data = picture(tmp_path, "jpg")
    assert raster.damaged(data[: len(data) // 2]) != ""


def test_a_figure_may_be_a_picture(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(BARE, book)
    (book / "figures").mkdir()
    shutil.copy(book / "pictures/ruler.png", book / "figures/ruler.png")
    (book / "figures/ruler.yaml").write_text("alt: A ruler.\ncaption: Twelve links.\n")
    (book / "questions/torque.yaml").write_text("ask: Why?\nanswer: |\n  So.\n\n  ![](figure:ruler)\n")
    loaded, faults = load_and_check(book)
    assert loaded is not None and "figures/ruler" in loaded.pictures
    assert not [fault for fault in faults if fault.severity == "error"]


@pytest.mark.parametrize(
    ("mode", "size", "noisy"),
    [
        ("RGB", (2000, 2000), False),
        ("RGBA", (1700, 90), False),
        ("I;16", (90, 90), False),
        ("L", (700, 700), True),
        ("RGB", (400_000, 1), False),
    ],
)
def test_a_logo_within_the_bounds_is_made_such_as_readers_take(mode: str, size: tuple[int, int], noisy: bool) -> None:
    given = Image.effect_noise(size, 99) if noisy else Image.new(mode, size, 200 if mode in ("L", "I;16") else (9, 9, 99, 0)[: len(mode)])
    given.save(out := io.BytesIO(), "PNG")
    made = raster.bearable(out.getvalue())
    assert made != out.getvalue() and made == raster.bearable(out.getvalue()) == raster.bearable(made)
    with Image.open(io.BytesIO(made)) as shown:
        assert (shown.format, max(shown.size) <= raster.LONGEST, shown.mode in raster.SHOWN) == ("PNG", True, True)
    assert len(made) <= raster.HEAVY


def test_a_logo_that_readers_take_stays_as_it_is() -> None:
    Image.new("RGBA", (1600, 200), (9, 9, 99, 0)).save(out := io.BytesIO(), "PNG")
    assert raster.bearable(out.getvalue()) == out.getvalue()
