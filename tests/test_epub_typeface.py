import io

import pytest
from epubwork import GLOSSARY, QUESTION, Book, fragment, rendition, whole, written
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otBase

from pipeline import epub, theme
from pipeline.epub import reflow


@pytest.fixture(scope="module")
def book() -> Book:
    return written(whole())


def font_of(book: Book) -> TTFont:
    return TTFont(io.BytesIO(book.read("fonts/math.ttf")))


def test_the_maths_font_holds_what_formulas_draw_and_keeps_its_math_table(book):
    font = font_of(book)
    assert "MATH" in font
    assert {ord("2"), 0x1D465} <= set(font.getBestCmap())  # U+1D465: x, as <mi>x</mi> is drawn
    assert ord("Q") not in font.getBestCmap()


def test_the_maths_font_has_a_name_of_the_books_own_and_keeps_its_licence(book):
    names = font_of(book)["name"]
    assert {names.getDebugName(n) for n in (1, 4)} == {theme.MATH}
    assert "Open Font License" in names.getDebugName(13)
    assert f'font-family:"{theme.MATH}"' in book.read("style.css").decode()


@pytest.mark.parametrize(
    ("inside", "drawn"),
    [
        ('<mi mathvariant="bold">w</mi>', "\U0001d430"),
        ('<mi mathvariant="double-struck">R</mi>', "\u211d"),
        ("<mi>h</mi>", "\u210e"),
        ("<mi>λ</mi>", "\U0001d706"),
        ("<mi>\u03d5</mi>", "\U0001d719"),
        ("<mi>\u03c6</mi>", "\U0001d711"),
        ("<msqrt><mn>2</mn></msqrt>", "\u221a"),
        ("<mo>-</mo>", "\u2212"),
        ("<mtext>if a</mtext>", " "),
    ],
)
def test_the_maths_font_holds_the_letters_that_readers_draw_in_place_of_those_written(inside, drawn):
    (file,) = epub.files(rendition(fragment(QUESTION, f'<math xmlns="http://www.w3.org/1998/Math/MathML" alttext="a">{inside}</math>')))
    assert drawn in file.characters
    assert ord(drawn) in TTFont(io.BytesIO(reflow.cut(file.characters, theme.look().font(theme.look().face(theme.MATH))))).getBestCmap()


def test_the_maths_font_is_the_same_whether_harfbuzz_can_write_it_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    whole_font, needed = theme.look().font(theme.look().face(theme.MATH)), "".join(map(chr, range(0x391, 0x3CA))) + "\u221a\u2211xy"
    here = reflow._cut(needed, whole_font)
    assert otBase.have_uharfbuzz
    monkeypatch.setattr(otBase, "have_uharfbuzz", False)
    assert reflow._cut(needed, whole_font) == here


def test_a_book_without_formulas_has_no_font():
    plain = written(rendition(fragment(GLOSSARY)))
    assert "EPUB/fonts/math.ttf" not in plain.zip.namelist()
    assert b"@font-face" not in plain.read("style.css")
