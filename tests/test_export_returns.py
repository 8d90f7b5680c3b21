"""What is exported comes back: the same records, whatever signs stand in them, as far as a format can hold them."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from buildwork import SMALL
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipeline import editions, export, markup, model, theme
from pipeline.bring import Errand, bring
from pipeline.bring.bookfiles import Style
from pipeline.bring.haul import Losses, Node
from pipeline.export.web_text import STRAIGHT
from pipeline.flow import load_and_check
from pipeline.flow.inputs import moment
from pipeline.markup.parser import FORBIDDEN
from pipeline.model import Book, Question

SIGNS = "*_`[](){}<>#+-.!|~$&:=\\'\"^;?/@%,  éß漢"
WORDS = st.text(string.ascii_letters[:6] + string.digits[:3] + SIGNS * 2, min_size=1, max_size=16).map(str.strip).filter(bool)
STRESSED = st.text("ab <&\"'", min_size=1, max_size=6).map(str.strip).filter(bool)
CODE = st.text(string.ascii_letters[:4] + SIGNS.replace(" ", "") + "\\n", min_size=1, max_size=12)
SHIFTED = st.text("ab`\\*_$<&;[]{}.", min_size=1, max_size=6)
LISTING = st.text(string.ascii_letters[:4] + SIGNS + "\n\n\t", min_size=1, max_size=40).filter(lambda text: text.strip())
LATEX = st.sampled_from(["x", "x^2 < y", r"\frac{a}{b}", r"a_1 + a_2 = \{c\}", r"\text{if } x > 0"])
SECTIONS = st.sampled_from(["Light", "Tides / currents", "Wind: and = weather"])


def leaf(kind: str, strategy: st.SearchStrategy[str]) -> st.SearchStrategy[Node]:
    return strategy.map(lambda text: Node(kind, text=text))


def apart(nodes: Sequence[Node]) -> list[Node]:
    """Give parts of a line with spaces around emphasis: Markdown does not always know where it ends when it touches other signs."""
    stressed = ("strong", "em")
    spaced = [[Node("text", text=" "), node, Node("text", text=" ")] if node.kind in stressed else [node] for node in nodes]
    return [each for some in spaced for each in some]


INLINE = st.one_of(
    leaf("text", WORDS), leaf("text", st.just(" ")), leaf("code", CODE), leaf("formula", LATEX),
    st.builds(lambda kind, text: Node(kind, children=[Node("text", text=text)]), st.sampled_from(["strong", "em"]), STRESSED),
    st.builds(lambda kind, text: Node(kind, children=[Node("text", text=text)]), st.sampled_from(["raised", "lowered"]), SHIFTED),
)  # fmt: skip
LINE = st.builds(lambda first, more: apart([first, *more]), leaf("text", WORDS), st.lists(INLINE, max_size=3))
PARAGRAPH = LINE.map(lambda nodes: Node("paragraph", children=nodes))
BLOCK = st.one_of(
    PARAGRAPH,
    st.builds(lambda text, info: Node("listing", text=f"{text.rstrip()}\n", info=info), LISTING, st.sampled_from(["", "c", "html"])),
    leaf("display", LATEX),
    st.builds(lambda items, info: Node("list", info=info, children=[Node("item", children=[p]) for p in items]),
              st.lists(PARAGRAPH, min_size=1, max_size=3), st.sampled_from(["", "1"])),
    PARAGRAPH.map(lambda paragraph: Node("quote", children=[paragraph])),
    st.builds(lambda rows: Node("table", children=[Node("row", children=[Node("cell", children=line) for line in row]) for row in rows]),
              st.lists(st.lists(LINE, min_size=2, max_size=2), min_size=2, max_size=3)),
)  # fmt: skip


def line(nodes: Sequence[Node]) -> str:
    text = Style("bank", Losses()).line(list(nodes))
    assume(text and not markup.parse(text, inline=True).faults)
    return text


def block(nodes: Sequence[Node]) -> str:
    text = Style("bank", Losses()).block(list(nodes))
    assume(text and not markup.parse(text).faults)
    return text


@st.composite
def written(draw: st.DrawFn) -> dict[str, Any]:
    """Give a question as an import writes it, with all that a quiz can hold."""
    fields: dict[str, Any] = {"ask": line(draw(LINE)), "topics": draw(st.sampled_from([["lights"], ["tides", "lights"]]))}
    fields |= draw(st.sampled_from([{}, {"level": "foundation"}, {"level": "advanced"}]))
    texts = draw(st.lists(LINE, min_size=2, max_size=4) | st.none())
    if texts:
        correct = draw(st.sets(st.integers(0, len(texts) - 1), min_size=1))
        notes = draw(st.lists(LINE | st.none(), min_size=len(texts), max_size=len(texts)))
        fields["choices"] = [
            {"text": line(text), **({"correct": "true"} if n in correct else {}), **({"note": line(notes[n])} if notes[n] else {})}
            for n, text in enumerate(texts)
        ]
    blocks = draw(st.lists(BLOCK, min_size=1, max_size=3))
    # Markdown has no way to part a list from a list like it, or a quotation from another.
    assume(all(a.kind != b.kind or a.kind not in ("list", "quote") for a, b in pairwise(blocks)))
    fields["answer"] = block(blocks)
    if points := draw(st.lists(LINE, max_size=3)):
        fields["key_points"] = [line(point) for point in points]
    return fields


RAW = st.text(string.ascii_letters[:4] + SIGNS + "“’\n\t=+@'", min_size=1, max_size=20).filter(lambda text: text.strip())


@st.composite
def raw(draw: st.DrawFn) -> dict[str, Any]:
    """Give a question with every kind of field, whose texts are any Markdown that names nothing."""
    fields: dict[str, Any] = {
        "ask": draw(RAW),
        "topics": ["lights"],
        "minutes": "6",
        "type": "coding",
        "speak": {"short": "30s", "full": "2m"},
    }
    fields["choices"] = [{"text": draw(RAW), "correct": "true"}, {"text": draw(RAW)}]
    if draw(st.booleans()):
        fields["choices"][1]["note"] = draw(RAW)
    fields |= {name: draw(RAW) for name in ("exhibit", "summary", "answer", "spoken")}
    fields |= {name: draw(st.lists(RAW, min_size=1, max_size=3)) for name in ("key_points", "probes", "red_flags")}
    fields["hints"] = [{"text": draw(RAW), "at_most": "3"}]
    fields["follow_ups"] = [{"ask": draw(RAW), "answer": draw(RAW)}]
    fields["examples"] = [{"id": "e", "title": draw(RAW), "code": draw(RAW), "output": draw(RAW)}]
    fields["star"] = {name: draw(RAW) for name in ("situation", "task", "action", "result")}
    fields["rubric"] = {name: draw(RAW) for name in "135"}
    fields["index"] = [{"term": "light", "sub": "red"}]
    fields |= {"audience": "kit", "reviewed": "2026-11-22"}
    for _, kind, text in model.prose(Question.model_validate({"id": "x", **fields})):
        assume(not markup.parse(text, inline=kind.inline).references and not FORBIDDEN.search(text))
    return fields


@cache
def small() -> Book:
    """Give the small book; as a fixture it would be told whole with every failure."""
    book, _ = load_and_check(SMALL)
    assert book is not None
    return book


def book_of(small: Book, questions: Mapping[str, Question], section: str) -> Book:
    """Give the small book with other questions."""
    division = small.outline.sections[0].model_copy(update={"title": section, "questions": tuple(questions)})
    origin = next(small.origin(question) for question in small.questions.values())
    return replace(
        small, questions=dict(questions), origins={**small.origins, **{("question", name): origin for name in questions}},
        outline=small.outline.model_copy(update={"sections": (division,)}),
    )  # fmt: skip


def returned(fields: Mapping[str, Any], form: str, section: str = "Light") -> tuple[Question, Question, str]:
    """Export a question and import it: give it as it was, as it came back, and the title of its section."""
    question = Question.model_validate({"id": "a-light-is-seen", **fields})
    book = book_of(small(), {question.id: question}, section)
    parts = tuple(name for name in model.PARTS if name != "writing_space")
    edition = book.editions["study"].model_copy(update={"parts": parts, "audience": "kit"})
    labels = theme.labels("en")
    publication = editions.assemble(book, edition, labels, moment(book.outline.date))
    made = export.export(publication, labels, form, export.Times(1_000_000_000))
    with tempfile.TemporaryDirectory() as folder:
        for name, data in made.files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        outcome = bring(Errand(Path(folder, made.name), Path(folder, "book"), "2026-11-28"), None)
        assert outcome.items == 1
        (file,) = Path(folder, "book").glob("questions/*/*.yaml")
        outline = yaml.load(Path(folder, "book/book.yaml").read_text(), Loader=yaml.CBaseLoader)
        found = Question.model_validate(yaml.load(file.read_text(), Loader=yaml.CBaseLoader))
    return question, found, outline["sections"][0]["title"]


@pytest.mark.parametrize("form", ["gift", "moodle"])
@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(fields=written(), section=SECTIONS)
def test_a_quiz_comes_back(form: str, fields: dict[str, Any], section: str) -> None:
    question, found, title = returned(fields, form, section)
    assert found == question
    assert title == section


@pytest.mark.parametrize("form", ["json", "csv"])
@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(fields=raw(), section=SECTIONS)
def test_every_field_comes_back(form: str, fields: dict[str, Any], section: str) -> None:
    question, found, title = returned(fields, form, section)
    assert found == question
    assert title == section


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(fields=written())
def test_a_readme_comes_back(fields: dict[str, Any]) -> None:
    question, found, _ = returned(fields, "markdown")
    assert (found.id, found.topics, found.level) == (question.id, question.topics, question.level)
    asked, again = (markup.plain(markup.parse(each.ask, inline=True)).translate(STRAIGHT) for each in (question, found))
    assert again == asked
