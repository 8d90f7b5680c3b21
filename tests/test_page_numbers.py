"""Every page number that is printed is the folio of the page that it speaks of."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import reading
from test_contents import guide

from pipeline.preflight import pdf_checks
from pipeline.preflight.pdf_reader import Link, Page

PDFS = [
    "kit/harbor-watch-kit-0.2.0-a4.pdf", "practice/harbor-watch-practice-0.2.0-a4.pdf", "practice/harbor-watch-practice-0.2.0-letter.pdf",
    "sample/harbor-watch-sample-0.2.0-a4.pdf", "study/harbor-watch-study-0.2.0-a4.pdf", "study/harbor-watch-study-0.2.0-letter.pdf",
]  # fmt: skip
IN_TEXT = re.compile(r"\bp\.\s(\d+)")
LOCATOR = re.compile(r"(\d+)(?:–(\d+))?")
LAST = re.compile(r"(\d+)$")


def roman(number: int) -> str:
    return ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"][number]


def wrong_numbers(path: Path) -> tuple[int, list[str]]:
    """How many page numbers stand over links, and those that are not the folio printed where the link lands."""
    folios, seen, wrong = reading.folios(path), 0, []
    titles = {reading.letters(title) for _, title, _ in reading.outline(path)}
    position = {label: n for n, label in enumerate(reading.labels(path))}
    for page, label in enumerate(reading.labels(path)):
        for text, target in reading.links(path, page):
            after_title = LAST.search(text) if reading.letters(LAST.sub("", text)) in titles else None
            number = LOCATOR.fullmatch(text) or IN_TEXT.search(text) or after_title
            if number:
                seen += 1
                if target not in position or number[1] != folios[position[target]]:
                    wrong.append(f"page {label}: '{text}' leads to page {target}")
    return seen, wrong


def test_all_the_guides_of_the_small_book_are_looked_at(built):
    assert sorted(p.relative_to(built).as_posix() for p in built.glob("*/*.pdf")) == PDFS


def test_both_papers_and_the_epub_have_the_same_page_numbers_and_the_contents_say_so(built):
    rows = json.loads((built / "manifest.json").read_text())["artefacts"]
    assert len({row["pagination"] for row in rows if row["edition"] == "study" and row["format"] != "png"}) == 1
    a4, letter = (reading.page_texts(guide(built, "study", paper)) for paper in ("a4", "letter"))
    assert a4[1:] == letter[1:]
    assert any("Page numbers are the same on every size of paper" in " ".join(text.split()) for text in a4)
    alone = " ".join(reading.page_texts(guide(built, "kit", "a4")))
    assert "Page numbers are the same" not in " ".join(alone.split())


@pytest.mark.parametrize("pdf", PDFS)
def test_page_numbers_over_links_are_the_folios_where_they_land(built, pdf):
    seen, wrong = wrong_numbers(built / pdf)
    assert wrong == []
    assert seen >= (10 if "sample" in pdf else 40)


@pytest.mark.parametrize("pdf", PDFS)
def test_every_page_reference_in_the_text_is_part_of_a_link(built, pdf):
    for page, text in enumerate(reading.page_texts(built / pdf)):
        linked = [number for said, _ in reading.links(built / pdf, page) for number in IN_TEXT.findall(said)]
        assert sorted(IN_TEXT.findall(text)) == sorted(linked)


@pytest.mark.parametrize("pdf", PDFS)
def test_every_page_after_the_title_bears_a_folio_that_is_its_label(built, pdf):
    folios, labels = reading.folios(built / pdf), reading.labels(built / pdf)
    first = labels.index("1")
    assert labels == ["Cover", *map(roman, range(1, first)), *(str(n) for n in range(1, len(labels) - first + 1))]
    assert folios[first:] == labels[first:]
    assert folios[:3] == ["", "", ""]
    assert folios[3:first] == labels[3:first]


def test_a_question_names_the_page_of_its_answer_and_back(built, publications):
    for paper in ("a4", "letter"):
        path = built / f"practice/harbor-watch-practice-0.2.0-{paper}.pdf"
        for section in publications["practice"].sections:
            if section.kind.name in ("question", "answer"):
                word = "Answer" if section.kind.name == "question" else "Question"
                there = reading.labels(path)[reading.page_of(path, section.counterpart)]
                assert (f"{word}, p. {there}", there) in reading.links(path, reading.page_of(path, section.id))


def test_no_page_number_is_left_as_it_was_laid_out(built):
    for pdf in PDFS:
        assert not any(re.search(r"(?<!\d)000(?!\d)", text) for text in reading.page_texts(built / pdf))


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["study", "practice"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_page_numbers_of_the_real_guides_are_the_folios_where_they_land(real_release, edition, paper):
    (path,) = (real_release / edition).glob(f"*-{paper}.pdf")
    seen, wrong = wrong_numbers(path)
    assert wrong == []
    assert seen > 800
    folios, labels = reading.folios(path), reading.labels(path)
    assert folios[labels.index("1") :] == labels[labels.index("1") :]


@pytest.mark.parametrize("said", ["97–98", "97 –98", "97 – 98"])
def test_a_range_is_read_as_one_where_its_folios_are_narrower_than_their_slots(said: str) -> None:
    page = Page("1", "", "1", "", (), frozenset(), (), (), lists_contents=False)
    assert pdf_checks.Forms(frozenset(), re.compile(r"p\. (\d+)$")).number(said, page) == "97–98"


def test_a_link_whose_second_line_is_a_number_of_its_words_is_one_link() -> None:
    lines = tuple(Link(text, 3, (60.0, 700.0)) for text in ("Keel, NEP", "19"))
    page = Page("1", "", "1", "", lines, frozenset(), (), (), lists_contents=False)
    known = pdf_checks.Forms(frozenset(), re.compile(r"p\. (\d+)$"))
    assert [(link.text, known.number(link.text, page)) for link in pdf_checks.whole_links(page, known)] == [("Keel, NEP 19", None)]
