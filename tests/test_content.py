"""The book in content/ is whole: long enough, complete, legible, and every sentence said once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import REAL
from lxml import etree

from pipeline import checks
from pipeline.checks.sentences import stretches
from pipeline.checks.spelling import misspelled
from pipeline.diagnostics import show
from pipeline.load import load_book
from pipeline.model import Book, Chapter, Question, texts
from pipeline.stats import stats

FIGURES = sorted((REAL / "figures").glob("*.svg"))
OWN_WORDS = REAL / "words.txt"
BLACK, WHITE = "#000000", "#ffffff"
LINE, LETTERING = 3.0, 4.5
"""Least contrast, on paper and on a black screen (WCAG 2.2, 1.4.11 and 1.4.3). No color has more than 4.58 on both."""
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
NO_VALUE = re.compile(r"(?ms)^ *```.*?^ *```|`[^`\n]+`|\[\[[^\]]*\]\]|\{=[^}]*\}|\]\([^)]*\)|\{\.index[^}]*\}")
"""What in a text is no number of its own: listings, links, references, addresses, index marks."""
TWICE_TYPED: dict[tuple[str, str], str] = {}
"""Values of an output that a question's text types again, each with the reason why it cannot refer to the output."""
NEIGHBORS = [
    ("supervised-learning", "learning-paradigms"), ("unsupervised-learning", "learning-paradigms"),
    ("supervised-learning", "unsupervised-learning"), ("overfitting", "underfitting"), ("overfitting", "regularization"),
    ("overfitting", "dropout"), ("regularization", "dropout"), ("logistic-regression-evaluation", "precision-vs-recall"),
    ("logistic-regression-evaluation", "confusion-matrix"), ("precision-vs-recall", "confusion-matrix"),
    ("bagging-vs-boosting", "ensembles-bagging-boosting"), ("hyperparameters", "hyperparameter-optimization"),
    ("diagnose-poor-performance", "debug-ml-pipeline"), ("scratch-vs-pretrained", "transfer-learning"),
    ("model-degradation", "production-failure"), ("preprocess-large-data", "large-data-python"),
    ("explain-to-nontechnical", "cross-functional-communication"),
]  # fmt: skip
"""Questions that are easily taken for one another: each sends the reader to the other."""


@pytest.fixture(scope="module")
def real() -> Book:
    book, faults = load_book(REAL)
    assert book is not None and not [f for f in faults if f.severity == "error"]
    return book


def listed(book: Book) -> Iterator[Question]:
    """Yield the questions of the guide, those for hiring teams left out."""
    found = (book.questions[name] for division in book.outline.sections for name in division.questions)
    yield from (question for question in found if question.audience == "public")


def test_the_check_finds_nothing(real: Book) -> None:
    assert [show(fault) for fault in checks.check(real)] == []


def test_there_are_fifty_questions_and_sixty_thousand_words_of_body_text(real: Book) -> None:
    counts = stats(real)
    assert len(list(listed(real))) == 50
    assert counts.parts["question"] + counts.parts["chapter"] >= 60_000


def lacking(question: Question) -> Iterator[str]:
    """Yield what a question does not have and should."""
    bounds = {"key_points": (3, 9), "follow_ups": (2, 3), "probes": (2, 4), "hints": (1, 9), "red_flags": (2, 9), "sources": (1, 9)}
    yield from (part for part, (least, most) in bounds.items() if not least <= len(getattr(question, part)) <= most)
    if question.rubric is None or question.samples is None:
        yield "rubric and samples"
    if question.type == "behavioral" and (question.star is None or question.star.learning is None):
        yield "star with learning"
    if question.type != "behavioral" and not question.examples:
        yield "examples"


def test_every_question_is_complete_for_its_type(real: Book) -> None:
    assert {q.id: found for q in listed(real) if (found := list(lacking(q)))} == {}


HARDEST, LONGEST = 8.5, 16.5
"""Most that the main answer of any question may have: its Flesch-Kincaid grade, and words of a sentence in the mean."""


def test_no_main_answer_is_harder_to_read_than_the_bounds_say(real: Book) -> None:
    public = {question.id for question in listed(real)}
    found = {row.id: row.readability for row in stats(real).questions if row.id in public}
    assert all(read.grade is not None for read in found.values())
    assert {name: read for name, read in found.items() if (read.grade or 0) > HARDEST or read.sentence > LONGEST} == {}


def test_thirty_five_figures_or_more_stand_in_the_text(real: Book) -> None:
    placed = {r for row in stretches(real) for r in re.findall(r"!\[\]\(figure:([\w-]+)\)", row.source)}
    assert len(placed & set(real.drawings)) >= 35


def test_no_sentence_of_six_words_or_more_stands_twice_in_questions_and_chapters(real: Book) -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for stretch in stretches(real):
        for sentence in stretch.sentences if isinstance(stretch.record, Question | Chapter) else ():
            if sentence.words >= 6:
                homes[sentence.said].append("/".join(map(str, (stretch.record.id, *stretch.keys))))
    assert len(homes) > 3_500
    assert {said: where for said, where in homes.items() if len(where) > 1} == {}


def significant(number: str) -> int:
    """Count significant digits; the zeros at the end of a whole number are none."""
    digits = number.replace(",", "").replace(".", "").lstrip("0")
    return len(digits if "." in number else digits.rstrip("0"))


def printed(question: Question) -> set[float]:
    """Return the values of three significant digits or more that a question's examples print."""
    lines = (line.partition(":") for example in question.examples for line in example.output.split("\n"))
    shown = (NUMBER.findall(value if colon else label) for label, colon, value in lines)
    return {float(n.replace(",", "")) for found in shown for n in found if significant(n) >= 3}


def typed(question: Question, text: str) -> Iterator[str]:
    """Yield each number of a text that its question's examples print."""
    values = printed(question)
    numbers = (n.rstrip(",") for n in NUMBER.findall(NO_VALUE.sub(" ", text)))
    yield from (n for n in numbers if significant(n) >= 3 and float(n.replace(",", "")) in values)


def test_no_value_of_an_output_is_typed_again_in_the_text(real: Book) -> None:
    homes = {name: q for q in listed(real) for name in re.findall(r"!\[\]\(figure:([\w-]+)\)", q.answer or "")}
    found = set()
    for stretch in stretches(real):
        question = stretch.record if isinstance(stretch.record, Question) else homes.get(getattr(stretch.record, "id", ""))
        if question is not None:
            found |= {(question.id, number) for number in typed(question, stretch.source)}
    assert found == set(TWICE_TYPED)


def test_a_value_that_is_typed_again_is_found(real: Book) -> None:
    question = real.questions["supervised-learning"]
    assert list(typed(question, "It scores 0.958 on 143 rows, and {=baseline-then-model.baseline accuracy} before. $p=0.629$")) == [
        "0.958", "143", "0.629",
    ]  # fmt: skip


def test_questions_that_resemble_one_another_point_at_each_other(real: Book) -> None:
    assert [(a, b) for a, b in NEIGHBORS if b not in real.questions[a].see_also or a not in real.questions[b].see_also] == []


def test_the_books_own_words_are_sorted_and_each_is_needed(real: Book) -> None:
    lines = OWN_WORDS.read_text(encoding="utf-8").split()
    assert lines == sorted(lines, key=lambda word: (word.casefold(), word))
    unknown = {re.sub("['’]s$", "", f.message.split("'", 1)[1][:-1]) for f in misspelled(replace(real, words=frozenset()))}
    assert set(lines) - unknown - {word.lower() for word in unknown} == set()


def luminance(color: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def painted(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each color of a drawing with what it paints: 'line', 'lettering', or 'area'."""
    for element in etree.parse(path).iter(etree.Element):
        style = dict(part.strip().split(":", 1) for part in element.get("style", "").split(";") if ":" in part)
        lettering = any(a.get("id", "").startswith("text_") for a in (element, *element.iterancestors()))
        for key, kind in (("stroke", "line"), ("fill", "lettering" if lettering else "area")):
            color = (style.get(key) or element.get(key) or "").strip()
            if re.fullmatch("#[0-9a-f]{6}", color):
                yield kind, color


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_lines_and_lettering_stand_out_on_paper_and_on_a_black_screen(path: Path) -> None:
    found = set(painted(path))
    assert {kind for kind, _ in found} >= {"line", "lettering"}
    least = {"line": LINE, "lettering": LETTERING, "area": 0.0}
    weak = {(kind, color) for kind, color in found for ground in (WHITE, BLACK) if contrast(color, ground) < least[kind]}
    assert weak == set()


def test_black_and_white_have_the_greatest_contrast() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)


RUN = 8
"""Words: so many that questions for hiring teams and public texts may not share."""


def runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """Return every run of that many words in texts."""
    split = [re.findall(r"[a-z0-9]+", text.lower()) for text in texts]
    return {tuple(words[n : n + RUN]) for words in split for n in range(len(words) - RUN + 1)}


def test_questions_for_hiring_teams_share_no_eight_words_with_what_candidates_may_read(real: Book) -> None:
    kit = [question for question in real.questions.values() if question.audience == "kit"]
    own = {id(record) for record in (*kit, *real.roles.values(), *real.plans.values())}
    public = [record for record in real.records() if id(record) not in own and getattr(record, "audience", "public") != "kit"]
    assert len(kit) == 48
    assert (
        sorted(runs(text for question in kit for text in texts(question)) & runs(text for record in public for text in texts(record))) == []
    )


def test_kit_questions_are_six_for_each_competency_at_two_levels_or_more(real: Book) -> None:
    kit = [question for question in real.questions.values() if question.audience == "kit"]
    for competency in real.outline.competencies:
        levels = [question.level for question in kit if question.competency == competency.id]
        assert len(levels) >= 6
        assert len(set(levels)) >= 2
