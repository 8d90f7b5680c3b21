"""The cheat sheet, the tracker, and the map of a book show every question of an edition, in it or on their own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import reading
from buildwork import book as copied
from buildwork import edit
from renderwork import rendered, sections, words, xpath

from pipeline import editions, theme
from pipeline.checks.edition_checks import too_many_for_a_page
from pipeline.flow import Request, build
from pipeline.model import Book, Edition, Entry, Group, Overview
from pipeline.publication import Publication
from pipeline.render import book_drawings

PLACES = ("cheat-sheet", "tracker", "map")
ALONE = "id: {0}\ntitle: {0}\naudience: candidate\ndescription: Nothing else.\nsections: [{0}]\nparts: []\nanswers: none\nformats: [pdf]\n"


def with_overviews(book: Book, stamp: Publication, *places: str, **changes: object) -> Publication:
    raw = {**book.editions["study"].model_dump(), "sections": places, **changes}
    return editions.assemble(book, Edition.model_validate(raw), theme.labels("en"), stamp.modified)


def named(book: Book, **names: str) -> Book:
    questions = {i: q.model_copy(update={"name": names.get(i.replace("-", "_"))}) for i, q in book.questions.items()}
    return replace(book, questions=questions)


def test_each_question_stands_in_each_of_them_under_its_number_and_name(book, publications) -> None:
    publication = with_overviews(named(book, falling_glass="A falling glass"), publications["study"], "questions", *PLACES)
    made = sections(rendered(publication))
    found = [words(entry) for entry in xpath(made["cheat-sheet"], ".//h:p[@class='cheat-entry']")]
    assert len(found) == 5 and found[3].startswith("4 A falling glass. Confirm the reading")
    assert xpath(made["cheat-sheet"], ".//h:a[@href='#falling-glass']/h:span/text()") == ["A falling glass"]
    assert [words(row) for row in xpath(made["tracker"], ".//h:th[@scope='row']")][3] == "A falling glass"
    assert [words(li) for li in xpath(made["map"], ".//h:li")][3] == "4 A falling glass"


def test_what_an_edition_does_not_take_is_in_none_of_them(book, publications) -> None:
    made = sections(rendered(with_overviews(book, publications["study"], *PLACES)))
    assert {place: len(xpath(made[place], path)) for place, path in (
        ("cheat-sheet", ".//h:p[@class='cheat-entry']"), ("tracker", ".//h:th[@scope='row']"), ("map", ".//h:li"),
    )} == dict.fromkeys(PLACES, 5)  # fmt: skip
    assert not any("fog" in words(section) for section in made.values())
    assert xpath(made["cheat-sheet"], ".//h:a[@href='#falling-glass']") == []


@pytest.mark.parametrize("medium", ["paged", "reflow"])
def test_a_question_that_has_nothing_but_its_words_stands_in_them_too(book, publications, medium: str) -> None:
    bare = {"level": None, "key_points": (), "index": (), "see_also": (), "name": None}
    questions = {name: question.model_copy(update=bare) for name, question in book.questions.items()}
    made = sections(rendered(with_overviews(replace(book, questions=questions), publications["study"], *PLACES), medium))
    first = words(xpath(made["cheat-sheet"], ".//h:p[@class='cheat-entry']")[0])
    assert first == f"1 {book.questions['light-characteristics'].ask}." and len(xpath(made["map"], ".//h:li")) == 5


@pytest.mark.parametrize("medium", ["paged", "reflow"])
def test_the_map_says_in_words_which_questions_lead_to_one_another(book, publications, medium: str) -> None:
    found = sections(rendered(with_overviews(book, publications["study"], "questions", "map"), medium))["map"]
    said = xpath(found, ".//@aria-label")[0] if medium == "paged" else ""
    lines = {line[0]: line[3:] for line in re.findall(r"\d: [\d, ]+", said)} if said else {
        words(li).split(" ")[0]: words(li).partition(": ")[2] for li in xpath(found, ".//h:li")
    }  # fmt: skip
    ids = {
        str(n): i
        for n, i in enumerate(["light-characteristics", "tide-by-twelfths", "under-keel-clearance", "falling-glass", "corrected-log"], 1)
    }
    for number, name in ids.items():
        tied = {o for o, i in ids.items() if i in book.questions[name].see_also or name in book.questions[i].see_also}
        assert set(filter(None, lines.get(number, "").split(", "))) == tied


# The drawing


def overview(*see_also: tuple[str, ...]) -> Overview:
    made = [Entry(id=f"q{n}", number=str(n), name="x", level="advanced", gist="x", see_also=also) for n, also in enumerate(see_also)]
    return Overview(groups=(Group(title="One", entries=tuple(made[:2])), Group(title="Two", entries=tuple(made[2:]))))


def test_a_bow_stands_left_within_a_section_right_between_two_and_once_for_both_directions() -> None:
    svg = book_drawings.map_bows(overview(("q1", "q2"), ("q0",), (), ("q3", "left-out")), "alt")
    starts = [float(x) for x in re.findall(r'<path d="M([\d.]+)', svg)]
    assert starts == [book_drawings.LEFT - 3, book_drawings.RIGHT + 1]
    assert len(re.findall("<circle", svg)) == 4


def test_bows_stay_within_the_map_and_end_at_the_rows_of_their_questions() -> None:
    made = overview(("q3", "q1"), (), (), ())
    svg, high = book_drawings.map_bows(made, "alt"), book_drawings.map_pitch(made)
    rows = book_drawings.map_rows(made)
    assert rows == {"q0": (1, 0), "q1": (2, 0), "q2": (4, 1), "q3": (5, 1)}
    for top, bulge, bottom, end in re.findall(r"M[\d.]+ ([\d.]+)C([\d.-]+) [\d.]+ [\d.-]+ ([\d.]+) [\d.]+ ([\d.]+)", svg):
        assert {round(float(y) / high - 0.5) for y in (top, bottom, end)} <= {1, 2, 5}
        assert -20 < float(bulge) < book_drawings.WIDTH + 25  # a control point: the bow itself reaches three quarters of the way


def test_sixty_rows_fit_a_page_of_either_paper() -> None:
    many = Overview(groups=(Group(title="All", entries=overview(*[()] * 60).entries),))
    assert book_drawings.map_pitch(many) * 61 <= book_drawings.TALL + 0.5


def test_more_questions_than_a_page_holds_are_warned_of_where_it_is_listed(book) -> None:
    copies = {f"copy-{n}": book.questions["falling-glass"].model_copy(update={"id": f"copy-{n}"}) for n in range(56)}
    first, *rest = book.outline.sections
    sections = (first.model_copy(update={"questions": (*first.questions, *copies)}), *rest)
    study = book.editions["study"].model_copy(update={"sections": ("questions", "tracker", "map")})
    changes = {"questions": {**book.questions, **copies}, "outline": book.outline.model_copy(update={"sections": sections})}
    found = list(too_many_for_a_page(replace(book, editions={"study": study}, **changes)))
    assert [(d.code, d.message) for d in found] == [("C609", "edition 'study' has 61 questions, and its map room for 60")]


@pytest.mark.slow
def test_each_of_them_is_a_pdf_alone_and_all_three_stand_in_a_guide(tmp_path: Path) -> None:
    place = copied(tmp_path / "book", "study")
    edit(place / "editions/study.yaml", "back, formulas", "map, back, cheat-sheet, tracker, formulas")
    for name in PLACES:
        (place / f"editions/{name}.yaml").write_text(ALONE.format(name))
    build(Request(place, tmp_path / "output", store=tmp_path / "store"), lambda _: None)
    guides = tmp_path / "output/guides"
    for name in PLACES:
        for paper in ("a4", "letter"):
            (text,) = reading.page_texts(next((guides / name).glob(f"*-{paper}.pdf")))
            assert "Map of the book" in text or "Tracker" in text or "The book on a page" in text
    titles = [line[1] for line in reading.outline(next((guides / "study").glob("*.pdf")))]
    assert [t for t in titles if t in ("Map of the book", "The book on a page", "Tracker")] == [
        "Map of the book",
        "The book on a page",
        "Tracker",
    ]
