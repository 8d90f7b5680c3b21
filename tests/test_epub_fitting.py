"""Tables say how wide they are, and formulas how far they may shrink, so that a narrow screen shows all of them."""

from __future__ import annotations

import re

import pytest
from epubwork import GLOSSARY, fragment, rendition
from lxml import etree

from pipeline import epub, markup, theme
from pipeline.epub import formula_lines, reflow


def written(body: str) -> str:
    (file,) = epub.files(rendition(fragment(GLOSSARY, body)))
    return file.xhtml.decode()


def table(words: str, columns: int) -> str:
    """A table of so many columns, each as wide as a word."""
    head = "".join(f'<th scope="col">{words}</th>' for _ in range(columns))
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr>{'<td>1</td>' * columns}</tr></tbody></table>"


@pytest.mark.parametrize(
    ("words", "columns", "expected"),
    [("Two", 4, "table"), ("Measures", 3, "table middle"), ("Measures", 4, "table wide"), ("Interpretation", 5, "table widest")],
)
def test_a_table_is_classed_by_the_longest_words_of_its_columns(words: str, columns: int, expected: str) -> None:
    assert re.findall(r'<div class="([^"]*)"><table>', written(table(words, columns))) == [expected]


def test_words_that_can_be_broken_apart_make_no_table_wider() -> None:
    assert 'class="table">' in written(table("one two three four five six", 3))
    assert 'class="table wide' in written(table("onetwothreefourfivesix", 2))


def test_the_cells_of_a_table_carry_the_names_of_their_columns_for_when_it_is_stacked() -> None:
    rows = (
        "<thead><tr><td></td><th>Size &amp; fit</th></tr></thead><tbody><tr><td>a</td><td>b</td></tr><tr><th>c</th><td>d</td></tr></tbody>"
    )
    cells = re.findall(r"<t[dh][^>]*>[a-d]", written(f"<table>{rows}</table>"))
    assert cells == ["<td>a", '<td data-label="Size &amp; fit">b', "<th>c", '<td data-label="Size &amp; fit">d']


def test_a_table_without_a_head_has_no_names_for_its_cells() -> None:
    assert reflow.LABEL not in written("<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>")


def formula(body: str, display: str = "inline") -> str:
    return f'<math xmlns="{reflow.MATHML}" display="{display}" alttext="a formula">{body}</math>'


SUM = "<mi>a</mi><mo>+</mo><mi>b</mi><mo>=</mo><mn>1000000</mn><mo>+</mo><mn>2000000</mn>"


def test_a_long_formula_shrinks_to_its_box_and_a_short_one_stays() -> None:
    body = f'<div class="equation">{formula(SUM, "block")}</div><div class="equation">{formula("<mi>a</mi>", "block")}</div>'
    shrunk = re.findall(r'<math [^>]*style="font-size:min\(1em,([\d.]+)cqi\)"', written(body))
    assert [5 < float(width) < 12 for width in shrunk] == [True]


def test_the_paragraph_of_a_long_formula_is_what_the_formula_shrinks_to() -> None:
    text = written(f'<p class="note">If {formula(SUM)}, then.</p><p>If {formula("<mi>a</mi>")}, then.</p>')
    assert re.findall(r"<p[^>]*>", text) == ['<p class="note fitted">', "<p>"]
    assert "container-type: inline-size" in re.search(r"[^{}]*\.fitted[^{}]*\{([^}]*)\}", theme.look().narrow())[1]


def test_a_cell_is_never_a_box_of_its_own_since_its_column_would_collapse() -> None:
    assert "fitted" not in written(f"<table><tr><td>{formula(SUM)}</td></tr></table>")


@pytest.mark.parametrize(
    ("narrower", "wider"),
    [
        ("<mi>a</mi>", "<mi>a</mi><mi>b</mi>"),
        ("<msup><mi>a</mi><mn>23</mn></msup>", "<mi>a</mi><mn>23</mn>"),
        ("<mfrac><mn>123</mn><mn>45</mn></mfrac>", "<mn>123</mn><mn>45</mn>"),
        ("<mi>a</mi><mi>b</mi>", "<mi>a</mi><mo>+</mo><mi>b</mi>"),
        ('<mo form="prefix">(</mo>', "<mo>=</mo>"),
        ("<mi>a</mi>", '<mi>a</mi><mspace width="2em"/>'),
        ("<mi>x</mi>", "<msqrt><mi>x</mi></msqrt>"),
        ("<munder><mo>max</mo><mi>a</mi></munder>", "<mo>max</mo><mi>a</mi><mi>b</mi>"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd></mtr><mtr><mtd><mn>2</mn></mtd></mtr></mtable>",
         "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>"),
    ],
)  # fmt: skip
def test_what_is_set_wider_is_estimated_wider(narrower: str, wider: str) -> None:
    widths = [reflow.formula_width(etree.fromstring(formula(body))) for body in (narrower, wider)]
    assert 0 < widths[0] < widths[1]


SCREEN = markup.Target("reflow", "a", 3, {"back_to_text": "Back"}, theme.spoken("en"))


def broken(latex: str, *, display: bool = True, around: str = "{}") -> str:
    """A formula of a book as a screen gets it."""
    text = markup.parse(f"$$\n{latex}\n$$" if display else around.format(f"${latex}$"))
    return written(markup.to_xhtml(text, SCREEN))


LONG = "y = \\frac{abcdefghi}{2} + \\sum_{i=1}^{n} abcdefghij - \\max(abcdefgh, 0)"


def test_a_wide_formula_becomes_several_that_say_together_what_it_says() -> None:
    said = re.findall(r'alttext="([^"]*)"', broken(LONG))
    assert len(said) > 1 and " ".join(said) == markup.speak(LONG, theme.spoken("en"))


def test_what_goes_on_in_another_line_begins_with_its_operator_and_a_narrow_formula_stays_whole() -> None:
    starts = re.findall(r'<math [^>]*displaystyle="true"[^>]*><(\w+)[^>]*>([^<]?)', broken(LONG))
    assert starts[0] == ("mi", "y") and {start for start in starts[1:]} <= {("mo", "+"), ("mo", "="), ("mo", "\u2212")}
    assert broken("y = a + b").count("<math") == 1 and "data-" not in broken("y = a + b") + broken(LONG)


def test_rows_of_an_aligned_formula_begin_lines() -> None:
    shown = broken(r"\begin{aligned} a &= abcdefghijklm + abcdefgh \\ b &= abcdefghijklmn - a \end{aligned}")
    assert shown.count('<span class="line">') == 2 and "line 2, b" in shown and "<mtable" not in shown


def test_a_long_row_of_a_fraction_can_be_folded_and_is_one_for_kindles() -> None:
    latex = r"\frac{1}{\sqrt{(abcde + b)(abcde + c)(abcde + d)(abcde + e)}}"
    (fold,) = re.findall(r'<mtable class="fold fold-(\d+)"', broken(latex))
    assert int(fold) in (16, 26) and f".fold-{fold} mtd" in theme.look().narrow()
    root = etree.fromstring(broken(latex).encode())
    formula_lines.unfold(root)
    assert not list(root.iter("{*}mtable")) and len(list(root.iter("{*}msqrt"))) == 1


def test_signs_beside_a_formula_stay_with_its_first_and_its_last_piece() -> None:
    shown = broken("abcdefgh = abcdefgh + abcdefgh", display=False, around="See ({}), then.")
    held = re.findall(r'<span class="nobreak">(.*?)</span>', shown)
    assert len(held) == 2 and held[0].startswith("(<math") and held[1].endswith("</math>),")
