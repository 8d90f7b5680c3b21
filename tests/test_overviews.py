"""The cheat sheet, the tracker, and the map of a book show every question of an edition, in it or on their own."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import reading
from buildwork import book as copied
from buildwork import edit
from lxml import etree
from renderwork import rendered, sections, words, xpath

from pipeline import editions, theme
from pipeline.checks.edition_checks import too_many_for_a_page
from pipeline.flow import Request, build
from pipeline.model import LEVELS, Book, Edition, Entry, Group, Level, Overview
from pipeline.publication import Publication
from pipeline.render import book_drawings, cover
from pipeline.render.book_drawings import Pen

PLACES = ("cheat-sheet", "tracker", "map")
QUESTIONS = ("light-characteristics", "tide-by-twelfths", "under-keel-clearance", "falling-glass", "corrected-log")
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
    assert [words(li) for li in xpath(made["map"], ".//h:li")][3] == "4 A falling glass 00"


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
    ids = {str(n): i for n, i in enumerate(QUESTIONS, 1)}
    for number, name in ids.items():
        tied = {o for o, i in ids.items() if i in book.questions[name].see_also or name in book.questions[i].see_also}
        assert set(filter(None, lines.get(number, "").split(", "))) == tied


# The drawing

PEN = Pen("#000", 3.0)


def overview(*see_also: tuple[str, ...], level: Level | None = "advanced") -> Overview:
    made = [Entry(id=f"q{n}", number=str(n), name="x", level=level, gist="x", see_also=also) for n, also in enumerate(see_also)]
    return Overview(groups=(Group(title="One", entries=tuple(made[:2])), Group(title="Two", entries=tuple(made[2:]))))


def numbered(svg: str) -> dict[str, tuple[float, float]]:
    """The numbers of a ring, and where they stand."""
    return {number: (float(x), float(y)) for x, y, number in re.findall(r'<text x="([-\d.]+)" y="([-\d.]+)">([^<]+)<', svg)}


def curves(svg: str) -> list[str]:
    return re.findall(r'd="M[-\d. ]+Q[-\d. ]+"', svg)


def test_a_line_joins_two_questions_once_for_both_directions_and_none_that_is_left_out() -> None:
    assert len(curves(book_drawings.ring(overview(("q1", "q2"), ("q0",), (), ("q3", "left-out")), "alt", PEN))) == 2


def test_every_number_stands_inside_the_ring_and_in_the_order_of_the_book_with_the_clock_or_against_it() -> None:
    svg = book_drawings.ring(overview(*[()] * 40), "alt", PEN)
    places, half = numbered(svg), book_drawings.RADIUS + 1
    assert list(places) == [str(n) for n in range(40)]
    assert all(abs(x) < half and abs(y) < half for x, y in places.values())
    turns = [math.atan2(x, -y) % math.tau for x, y in places.values()]
    assert turns == sorted(turns)
    against = numbered(book_drawings.ring(overview(*[()] * 40), "alt", replace(PEN, is_mirrored=True)))
    assert all(against[n][0] == pytest.approx(-x) and against[n][1] == y for n, (x, y) in places.items())


@pytest.mark.parametrize(("questions", "least"), [(3, 3), (50, 50), (200, 20), (416, 20)])
def test_numbers_have_room_for_themselves_and_where_there_is_none_for_all_every_so_many_is_printed(questions: int, least: int) -> None:
    places = numbered(book_drawings.ring(overview(*[()] * questions), "alt", PEN))
    assert len(places) >= least
    (first, *_), wide = places.values(), 0.5 * 3.0
    for one, other in itertools.pairwise([*places.values(), first]):
        assert math.dist(one, other) > wide * len(str(questions - 1)), questions


def test_a_book_of_very_many_questions_shows_its_sections_tied_as_their_questions_are() -> None:
    many = overview(("q2",), (), *[()] * book_drawings.MOST)
    shown = book_drawings.shown(many)
    assert [entry.number for entry in shown.entries] == ["0–1", f"2–{book_drawings.MOST + 1}"]
    svg = book_drawings.ring(many, "alt", PEN)
    assert list(numbered(svg)) == [entry.number for entry in shown.entries]
    assert len(curves(svg)) == 1


def test_a_level_is_told_by_the_form_of_its_mark() -> None:
    forms = {book_drawings.level_mark(level, [(0, 0)], 1.0, "#000") for level in (*LEVELS, None)}
    assert len(forms) == 4


def test_the_map_says_in_words_which_questions_are_of_a_level(book, publications) -> None:
    found = sections(rendered(with_overviews(book, publications["study"], "questions", "map")))["map"]
    said = xpath(found, ".//@aria-label")[0]
    for level in LEVELS:
        numbers = [str(n) for n, name in enumerate(QUESTIONS, 1) if book.questions[name].level == level]
        assert not numbers or f"{level.capitalize()}: {', '.join(numbers)}." in said


def test_a_map_beside_the_contents_is_front_matter_and_one_after_the_questions_is_not(book, publications) -> None:
    for places, matter in ((("contents", "map", "questions"), "front"), (("contents", "questions", "map"), "body"), (("map",), "body")):
        (made,) = (s for s in with_overviews(book, publications["study"], *places).sections if s.id == "map")
        assert made.matter == matter


def test_a_map_leads_to_the_pages_of_its_questions(book, publications) -> None:
    found = sections(rendered(with_overviews(book, publications["study"], "map", "questions")))["map"]
    assert [slot.get("data-slot") for slot in xpath(found, ".//h:li/h:span[@data-slot]")] == list(QUESTIONS)
    alone = sections(rendered(with_overviews(book, publications["study"], "map")))["map"]
    assert xpath(alone, ".//h:li//*[@data-slot]") == []


def test_the_map_of_a_screen_has_the_color_of_its_text(book, publications) -> None:
    found = sections(rendered(with_overviews(book, publications["study"], "map", "questions"), "reflow"))["map"]
    drawn = etree.tostring(xpath(found, ".//*[local-name()='svg']")[0]).decode()
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) == {"none", "currentColor"}


# The cover


def test_a_cover_shows_the_questions_of_its_edition_on_the_ring(publications) -> None:
    cover = sections(rendered(publications["sample"]))["cover"]
    numbers = [s.number for s in publications["sample"].sections if s.kind.is_question]
    assert xpath(cover, ".//*[local-name()='text']/text()") == numbers


@pytest.mark.parametrize(("words", "room", "fewest"), [("one two six ten", 9, 2), ("one two six ten", 99, 1), ("onetwosixten", 5, 3)])
def test_lines_of_a_cover_are_even_and_no_more_than_they_must_be(words: str, room: float, fewest: int) -> None:
    units = [float(len(unit)) for unit in re.findall(r"\S+ ?", words)]
    width = cover.even(units, room)
    assert cover.lines(units, room) == cover.lines(units, width) == fewest
    assert width <= room and (fewest == 1 or cover.lines(units, width - 0.2) > fewest)


def test_more_questions_than_a_page_holds_are_warned_of_where_it_is_listed(book) -> None:
    copies = {f"copy-{n}": book.questions["falling-glass"].model_copy(update={"id": f"copy-{n}"}) for n in range(56)}
    first, *rest = book.outline.sections
    sections = (first.model_copy(update={"questions": (*first.questions, *copies)}), *rest)
    study = book.editions["study"].model_copy(update={"sections": ("questions", "cheat-sheet", "map")})
    changes = {"questions": {**book.questions, **copies}, "outline": book.outline.model_copy(update={"sections": sections})}
    found = list(too_many_for_a_page(replace(book, editions={"study": study}, **changes)))
    assert [(d.code, d.message) for d in found] == [("C609", "edition 'study' has 61 questions, and its cheat-sheet room for 60")]


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
