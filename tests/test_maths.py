"""Formulas: what is refused and where, and that all that is allowed can be shown, drawn, and spoken."""

from __future__ import annotations

import functools
import random
import re
from pathlib import Path

import pytest
import yaml
from lxml import etree

from pipeline.markup import maths
from pipeline.markup.maths import symbols

SPOKEN = Path(__file__).parents[1] / "templates" / "labels" / "spoken.en.yaml"
MATHML = "{http://www.w3.org/1998/Math/MathML}"


@functools.cache
def words() -> dict[str, str]:
    return yaml.load(SPOKEN.read_text(encoding="utf-8"), yaml.BaseLoader)


def say(latex: str) -> str:
    assert maths.check(latex) == ()
    return maths.speak(latex, words())


@pytest.mark.parametrize(
    ("latex", "code", "column"),
    [
        (r"a + \foo b", "M180", 5),
        (r"\begin{align} a \end{align}", "M183", 1),
        (r"\frac{a}{b", "M181", 9),
        (r"a } b", "M181", 3),
        (r"\left( a", "M182", 1),
        (r"a \right)", "M182", 3),
        (r"\left a \right)", "M182", 6),
        (r"\begin{cases} a", "M183", 1),
        (r"a \end{cases}", "M183", 3),
        (r"\begin{cases} a \end{pmatrix}", "M183", 17),
        (r"\begin{cases} a & b & c \end{cases}", "M183", 1),
        (r"\begin{pmatrix} \end{pmatrix}", "M183", 1),
        (r"a & b", "M184", 3),
        (r"a \\ b", "M184", 3),
        (r"^2", "M185", 1),
        (r"x + _i", "M185", 5),
        (r"a \, ^2", "M185", 6),
        (r"\frac{a}", "M186", 8),
        (r"\frac{a}{}", "M186", 9),
        (r"\sqrt{}", "M186", 6),
        (r"x^", "M186", 2),
        (r"x^\frac{1}{2}", "M186", 3),
        (r"x^2^3", "M187", 4),
        (r"x_i_j", "M187", 4),
        (r"x^2'", "M187", 4),
        (r"50% of", "M188", 3),
        (r"t^{*}", "M188", 4),
        (r"a × b", "M188", 3),
        (r"x^10", "M189", 3),
        ("{" * 40 + "a" + "}" * 40, "M190", 9),
        ("a" * 3000, "M190", 1),
        (r"\mathbb{\alpha}", "M191", 9),
        (r"\mathrm{true positive}", "M192", 13),
        (r"\operatorname{arg max}", "M192", 15),
        (r"\text{a_b}", "M188", 8),
        ("", "M172", 1),
        ("a +\nb \\foo", "M180", 3),
    ],
)
def test_a_slip_is_a_fault_at_its_own_column(latex: str, code: str, column: int) -> None:
    faults = maths.check(latex)
    assert [(fault.code, fault.column) for fault in faults] == [(code, column)]


def test_a_fault_in_the_second_line_names_that_line() -> None:
    assert [fault.line for fault in maths.check("a +\nb \\foo")] == [2]


def test_an_unknown_command_is_answered_with_the_nearest_one() -> None:
    assert maths.check(r"\alhpa")[0].hint == r"write \alpha"


@pytest.mark.parametrize(
    ("latex", "spoken"),
    [
        (r"x^2", "x squared"),
        (r"x_i^3", "x sub i cubed"),
        (r"\frac{a}{b}", "a over b"),
        (r"\frac{a+1}{\frac{b}{c}}", "the fraction a plus 1 over b over c end fraction"),
        (r"\hat{y}_i", "y hat sub i"),
        (r"\bar x \ne \tilde{x}", "x bar is not equal to x tilde"),
        (r"\sum_{i=1}^{n} x_i", "the sum from i equals 1 to n of x sub i"),
        (r"\prod_i p_i", "the product over i of p sub i"),
        (r"P(A \mid B)", "P of A given B"),
        (r"P(A|B)", "P of A given B"),
        (r"|x| \le 3", "the absolute value of x is at most 3"),
        (r"\lVert w \rVert_2^2", "the norm of w end norm sub 2 squared"),
        (r"\left\lfloor \frac{n}{2} \right\rfloor", "the floor of n over 2 end floor"),
        (r"\mathbf{w}^\top \mathbf{x}", "bold w transpose bold x"),
        (r"x \in \mathbb{R}^d", "x in the real numbers to the power d"),
        (r"\max_{\theta} L(\theta)", "the maximum over theta of L, open parenthesis, theta, close parenthesis"),
        (r"\log_2 n", "log base 2 of n"),
        (r"\Sigma \propto \sigma", "capital sigma is proportional to sigma"),
        (r"\binom{n}{k}", "n choose k"),
        (r"\{1, 2\}", "the set 1, 2 end set"),
        (r"\sqrt{x+y}", "the square root of x plus y end root"),
        (r"f'(x)", "f prime of x"),
        (r"TP/(TP+FP)", "the fraction T P over T P plus F P end fraction"),
        (r"y = (a+b)/n - 1", "y equals the fraction a plus b over n end fraction minus 1"),
        (r"a/b", "a over b"),
        (r"P(a)P(y)/P(a, y)", "the fraction P of a times P of y over P of a, y end fraction"),
        (r"\mathbb{E}[X]", "the expected value of X"),
        (
            r"R(f) = \mathbb E[\ell(Y)]",
            "R, open parenthesis, f, close parenthesis, equals the expected value of ell, open parenthesis, Y, close parenthesis",
        ),
        (r"a = -1", "a equals minus 1"),
        (r"95\%", "95 percent"),
        (r"10{,}000", "10,000"),
        (r"\frac{\mathrm{TP}}{n}", "TP over n"),
        (r"x^{(i)}", "x superscript i"),
        (
            r"\begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
            "by cases, row 1, 1, if x is greater than 0, row 2, 0, otherwise, end cases",
        ),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "the 2 by 2 matrix, row 1, a, b, row 2, c, d, end matrix"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "line 1, a equals b, line 2, equals c"),
    ],
)
def test_a_formula_is_spoken_in_words(latex: str, spoken: str) -> None:
    assert say(latex) == spoken


NAMES = {"TP": "true positives", "FP": "false positives", "TPR": "the true positive rate"}


@pytest.mark.parametrize(
    ("latex", "spoken"),
    [
        (r"TP/(TP+FP)", "the fraction true positives over true positives plus false positives end fraction"),
        (r"\frac{\mathrm{TP}}{n}", "true positives over n"),
        (
            r"\lvert TPR_a - TPR_b \rvert",
            "the absolute value of the true positive rate sub a minus the true positive rate sub b end absolute value",
        ),
        (r"\text{TP} + T P Q", "true positives plus T P Q"),
    ],
)
def test_letters_that_a_book_names_are_spoken_by_their_name(latex: str, spoken: str) -> None:
    assert maths.speak(latex, maths.with_names(words(), NAMES)) == spoken


def test_the_table_of_words_is_complete() -> None:
    assert symbols.WORDS - words().keys() == set()


def test_mathml_carries_its_spoken_words_and_nothing_private() -> None:
    shown = maths.mathml(r"\frac{a}{b} < 1", display=True, alt='a over b is "less"')
    root = etree.fromstring(shown)
    assert root.get("alttext") == 'a over b is "less"'
    assert root.get("display") == "block"
    assert "data-" not in shown
    assert [element.tag.removeprefix(MATHML) for element in root.iter()] == [
        "math", "mrow", "mfrac", "mi", "mi", "mo", "mn",
    ]  # fmt: skip


def test_limits_stand_below_in_a_display_and_beside_in_a_line() -> None:
    assert "<munderover>" in maths.mathml(r"\sum_{i=1}^n i", display=True, alt="")
    assert "<msubsup>" in maths.mathml(r"\sum_{i=1}^n i", display=False, alt="")


def test_a_minus_sign_after_a_relation_is_a_sign_of_its_number() -> None:
    root = etree.fromstring(maths.mathml("a = -1", display=False, alt=""))
    forms = {operator.text: operator.get("form") for operator in root.iter(f"{MATHML}mo")}
    assert forms == {"=": None, "−": "prefix"}


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        ("n", "<i>n</i>"),
        ("x_i", "<i>x</i><sub><i>i</i></sub>"),
        ("x^2", "<i>x</i><sup>2</sup>"),
        (r"\alpha", "<i>α</i>"),
        (r"\Sigma", "Σ"),
        ("-1", "−1"),
        (r"\mathrm{TP}", "TP"),
        ("x_i^2", None),
        ("a+b", None),
    ],
)
def test_a_letter_with_one_script_is_plain_html(latex: str, html: str | None) -> None:
    assert maths.letters(latex) == html


def test_a_drawing_has_outlines_only_in_black() -> None:
    setting = maths.draw((r"\hat y = \frac{1}{2}", False))
    root = etree.fromstring(setting.data)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "g", "path", "rect"}
    assert set(re.findall(r'fill="([^"]*)"', setting.data.decode())) == {"#000"}
    assert maths.draw((r"\hat y = \frac{1}{2}", False)) == setting


def test_a_drawing_knows_what_hangs_below_the_baseline() -> None:
    on_line, below = maths.svg("x", display=False), maths.svg(r"\frac{1}{y}", display=False)
    assert on_line.depth < 0.05 < 0.25 < below.depth
    assert below.height > on_line.height


LEAVES = ["x", "n", "0.5", "10", *(f"\\{name} " for name in symbols.GREEK), r"\mathbb{R}", r"\mathbf{w}", r"\mathcal{L}"]
LEAVES += [r"\mathrm{TP}", r"\text{if a}", r"\infty ", r"\emptyset ", r"\operatorname{arg\,max}", r"\%", r"\dots "]
LEAVES += [f"\\{name} " for name in sorted(symbols.FUNCTIONS)]
INFIX = ["+", "-", "=", "<", ">", "/", ",", ":", ";", r"\quad ", r"\, ", *(
    f"\\{name} " for name, (_, role) in symbols.SIGNS.items() if role == "infix"
)]  # fmt: skip
WRAPPERS = [
    r"\frac{%s}{%s}", r"\tfrac{%s}{%s}", r"\dfrac{%s}{%s}", r"\binom{%s}{%s}", r"\sqrt{%s}", r"\sqrt[3]{%s}", "{%s}^{%s}",
    "{%s}_{%s}", "{%s}_{i}^{%s}", r"\hat{%s}", r"\bar{%s}", r"\tilde{%s}", r"\vec{%s}", r"\dot{%s}", r"\overline{%s}",
    r"\underline{%s}", r"\left( %s \right)", r"\left[ %s \right]", r"\left\{ %s \right.", r"\lVert %s \rVert",
    r"\left\lfloor %s \right\rceil", r"\langle %s \rangle", "(%s)", "|%s|", r"\sum_{%s}^{%s} ", r"\int_{%s}^{%s} ", "{%s}'",
    r"\max_{%s} ", r"\log_{%s} ", r"\begin{cases} %s & %s \\ %s \end{cases}", r"\begin{pmatrix} %s & %s \end{pmatrix}",
    r"\begin{bmatrix} %s \\ %s \end{bmatrix}", r"\begin{aligned} %s &= %s \\ &\le %s \end{aligned}", "%s!", r"\lceil %s \rceil",
]  # fmt: skip


def compose(source: random.Random, depth: int) -> str:
    """Return a formula that the authoring guide allows."""
    terms = []
    for _ in range(source.randint(1, 3)):
        if depth == 0 or source.random() < 0.4:
            terms.append(source.choice(LEAVES))
        else:
            wrapper = source.choice(WRAPPERS)
            terms.append(wrapper % tuple(compose(source, depth - 1) for _ in range(wrapper.count("%s"))))
    return "".join(part for term in terms for part in (term, source.choice(INFIX)))[:-1] + " z"


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_allowed_can_be_shown_drawn_and_spoken(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(12):
        latex = compose(source, 2)
        if maths.check(latex):
            pytest.fail(f"{latex}: {maths.check(latex)[0]}")
        display = source.random() < 0.5
        etree.fromstring(maths.mathml(latex, display=display, alt="x"))
        etree.fromstring(maths.svg(latex, display=display).data)
        assert re.fullmatch(r"[\w ,.’'-]+", say(latex)), latex
        assert "_" not in say(latex)


def test_hostile_formulas_are_refused_and_never_raise() -> None:
    source = random.Random(7)
    pieces = ["{", "}", "\\left", "\\right", "(", "^", "_", "&", "\\\\", "\\begin{cases}", "\\end{cases}", "\\frac", "'", "[", "\\sqrt"]
    for _ in range(3000):
        latex = "".join(source.choice([*pieces, "x", "1", " ", "\\text", "\\mathrm", "\\hat"]) for _ in range(source.randint(1, 14)))
        faults = maths.check(latex)
        for fault in faults:
            assert 1 <= fault.column <= max(len(latex), 1), (latex, fault)
        if not faults:
            etree.fromstring(maths.mathml(latex, display=True, alt="x"))
            assert say(latex) is not None
            maths.svg(latex, display=True)
