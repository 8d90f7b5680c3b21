"""An EPUB for Send to Kindle: no MathML and no drawings, pictures that are sharp, sit on the line, and say what they said before."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import reading
from epubwork import DRAWING, FORMULA, LETTERED, LOAF, OPENER, fragment, png, rendition
from lxml import etree
from PIL import Image
from test_preflight import artefact, found

from pipeline import epub, markup, press
from pipeline.epub.formula_lines import LINES, PIECES, mend
from pipeline.preflight import inspect

STEM = "study/harbor-watch-study-0.2.0"
KINDLE, EPUB = f"{STEM}-kindle.epub", f"{STEM}.epub"
X, M = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}"


def documents(path: Path) -> list[etree._Element]:
    return [reading.document(path, f"EPUB/{name}") for name in reading.spine(path)]


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(body: str, **resources: bytes) -> dict[str, bytes]:
    whole = rendition(fragment(OPENER, body, *("figure/loaf.svg",) * bool(resources)), **resources)
    return entries(epub.write_for_kindle(whole, {}, cover=png(9, 9), pages=(), spine=epub.files(whole)))


def image(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_every_formula_is_a_picture_that_says_the_same_and_nothing_else_has_changed(built: Path) -> None:
    before, after = documents(built / EPUB), documents(built / KINDLE)
    for root in before:
        for box in root.iter(f"{X}span"):
            if box.get("class") in (LINES, PIECES):
                first, *others = box.iter(f"{M}math")
                first.set("alttext", str(mend(box).get("alttext")))
                for piece in others:
                    piece.getparent().remove(piece)
    told = [str(each.get("alttext")) for root in before for each in root.iter(f"{M}math")]
    shown = [each for root in after for each in root.iter(f"{X}img") if each.get("class") == "math"]
    assert [each.get("alt") for each in shown] == told and len(told) > 8
    assert not [root for root in after for _ in root.iter(f"{M}*", "{http://www.w3.org/2000/svg}*")]
    for name in ("table", "pre", "code", "h1", "h2", "h3", "a", "li"):
        counts = [sum(1 for root in roots for _ in root.iter(f"{X}{name}")) for roots in (before, after)]
        assert counts[0] == counts[1] > 0


def test_pictures_are_png_of_a_size_in_ems_and_files_hold_no_font_and_no_drawing(built: Path) -> None:
    files = entries((built / KINDLE).read_bytes())
    assert {Path(name).suffix for name in files} == {"", ".xml", ".opf", ".ncx", ".xhtml", ".css", ".png"}
    for root in documents(built / KINDLE)[1:]:
        assert all(re.match(r"width:[\d.]+em", each.get("style", "")) for each in root.iter(f"{X}img"))
    css = files["EPUB/style.css"].decode()
    assert "@container" not in css and "@font-face" not in css
    assert b"narrow.css" not in b"".join(files.values())


def test_the_line_of_the_letters_runs_through_a_picture_where_its_style_says() -> None:
    setting = markup.draw((r"x_g + y", False))
    pixels = press.formula(setting.data, markup.SIZE, setting.depth)
    picture = image(pixels.png).convert("L")
    em = round(picture.width / pixels.width)
    assert em >= 64
    line = picture.height - round(pixels.depth * em)
    dark = [[picture.getpixel((x, y)) < 128 for x in range(picture.width)] for y in range(picture.height)]
    first = next(x for x in range(picture.width) if any(row[x] for row in dark))
    # The x begins the formula: its foot is the lowest dark pixel of the first half an em.
    foot = max(y for y in range(picture.height) if any(dark[y][first : first + round(em / 3)]))
    assert abs(foot + 1 - line) <= 2
    assert any(any(row) for row in dark[line + 3 :])
    assert {picture.getpixel(at) for at in ((0, 0), (picture.width - 1, picture.height - 1))} == {255}


def test_a_formula_is_never_wider_than_small_readers_take() -> None:
    setting = markup.draw(("+".join(["x^2"] * 40), True))
    pixels = press.formula(setting.data, markup.SIZE, setting.depth)
    assert 1500 < image(pixels.png).width <= 1600
    assert setting.width < pixels.width < setting.width + 0.5


def test_a_formula_that_paper_has_not_drawn_is_drawn() -> None:
    files = written(f"<p>So {FORMULA} is.</p>")
    xhtml = files["EPUB/dough.xhtml"].decode()
    (source, style) = re.search(r'<img class="math" src="images/([^"]+)" alt="x squared" style="([^"]+)"/> is\.', xhtml).groups()
    assert re.fullmatch(r"width:[\d.]+em;vertical-align:-[\d.]+em", style)
    assert image(files[f"EPUB/images/{source}"]).convert("L").getextrema()[0] == 0


def test_a_drawing_is_a_picture_in_its_colors() -> None:
    red = DRAWING.replace(b'<path d="M0 0h9"/>', b'<rect width="9" height="9" fill="#c00000"/>')
    files = written(LOAF, figure_loaf=red)
    source = re.search(r'src="images/([^"]+\.png)" alt="A loaf"', files["EPUB/dough.xhtml"].decode())[1]
    picture = image(files[f"EPUB/images/{source}"]).convert("RGB")
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (192, 0, 0) and picture.width >= 1000


def test_a_drawing_in_the_text_says_what_it_said() -> None:
    chart = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" role="img" aria-label="Nine"><rect width="9" height="9"/></svg>'
    assert re.search(r'<img alt="Nine" src="images/[^"]+\.png"', written(f"<p>{chart}</p>")["EPUB/dough.xhtml"].decode())


def test_letters_that_have_the_color_of_the_text_are_black_on_white_in_a_picture_as_wide_as_the_drawing() -> None:
    files = written(f"<p>{LOAF}</p>", figure_loaf=LETTERED)
    xhtml = files["EPUB/dough.xhtml"].decode()
    assert "<svg" not in xhtml
    source = re.search(r'<img alt="A loaf" style="width:7.5em" src="images/([^"]+\.png)"/>', xhtml)[1]
    picture = image(files[f"EPUB/images/{source}"]).convert("RGB")
    scale = picture.width / 90
    seen = [picture.getpixel((round(x * scale), round(y * scale))) for x, y in ((15, 15), (45, 15), (32, 2), (75, 15), (62, 2), (15, 45))]
    assert seen == [(0, 0, 0), (0, 0, 0), (255, 255, 255), (0, 0, 255), (255, 255, 0), (255, 255, 255)]


def test_a_logo_is_shown_as_large_as_the_style_sheet_says() -> None:
    logo = LOAF.replace("<img", '<img class="team-logo"')
    assert re.search(
        r'<img class="team-logo" src="images/[^"]+\.png" alt="A loaf"/>', written(logo, figure_loaf=DRAWING)["EPUB/dough.xhtml"].decode()
    )


def test_the_file_has_an_identifier_of_its_own_in_both_places(built: Path) -> None:
    own, other = (entries((built / path).read_bytes()) for path in (KINDLE, EPUB))
    names = [re.search(rb"<dc:identifier[^>]*>([^<]+)<", files["EPUB/content.opf"])[1] for files in (own, other)]
    assert names[0] != names[1] and names[0] in own["EPUB/toc.ncx"]


@pytest.mark.parametrize("added", [FORMULA, '<svg xmlns="http://www.w3.org/2000/svg" aria-label="a"/>'])
def test_what_send_to_kindle_drops_does_not_pass(built: Path, publications, added: str) -> None:
    files, out = entries((built / KINDLE).read_bytes()), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            changed = data.replace(b"</section>", added.encode() + b"</section>", 1) if name.endswith("colophon.xhtml") else data
            archive.writestr(name, changed, zipfile.ZIP_STORED if name == "mimetype" else None)
    assert found(inspect(artefact(built, KINDLE, out.getvalue()), publications["study"])) == {"P322"}
    assert found(inspect(artefact(built, KINDLE), publications["study"])) == set()
