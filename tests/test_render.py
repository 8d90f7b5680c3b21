"""What templates print: links, boxes, figures, writing space, and words in the book's language."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import jinja2
import pytest
from lxml import etree
from renderwork import OnePageEach, rendered, sections, words, xpath

from pipeline import editions, render, ruled_pages, theme
from pipeline.model import Book, Figure
from pipeline.model.questions import Choice
from pipeline.publication import Publication
from pipeline.render import Sheet, hung
from pipeline.render.setter import breakable

MEDIA = ("paged", "reflow")


def edition(book: Book, name: str, stamp: Publication, **changes: object) -> Publication:
    made = book.editions[name].model_copy(update=changes)
    return editions.assemble(book, made, theme.labels(book.outline.lang), stamp.modified)


def answering(book: Book, text: str) -> Book:
    """Give the book with another answer to its fourth question."""
    question = book.questions["falling-glass"].model_copy(update={"answer": text})
    return replace(book, questions={**book.questions, "falling-glass": question})


def answer(book: Book, publications, text: str, medium: str = "reflow", name: str = "study") -> etree._Element:
    """Print a text as the answer to the fourth question of an edition."""
    made = sections(rendered(edition(answering(book, text), name, publications[name]), medium))
    (found,) = xpath(made["falling-glass"], "h:div[@class='answer-text']")
    return found


# Hidden means absent


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("name", ["study", "practice", "sample"])
def test_what_a_candidate_may_not_see_is_nowhere_in_the_text(book, publications, name: str, medium: str) -> None:
    text = " ".join(map(words, sections(rendered(publications[name], medium)).values()))
    question = book.questions["light-characteristics"]
    hints = () if name == "practice" else question.hints
    hidden = [*question.probes, *(hint.text for hint in hints), question.rubric.high, "thick fog", "Rating scale", "Probes"]
    assert [word for word in hidden if word in text] == []


@pytest.mark.parametrize("medium", MEDIA)
def test_a_question_of_the_practice_edition_shows_its_head_and_room_to_write(publications, medium: str) -> None:
    question = sections(rendered(publications["practice"], medium))["corrected-log"]
    assert [child.get("class") for child in question] == [
        "question-head",
        *(["writing-space"] if medium == "paged" else ["timing", "ways"]),
    ]


def test_stories_are_said_to_be_made_up_wherever_they_are_told(book, publications) -> None:
    falling = book.questions["falling-glass"]
    told = {"spoken": falling.spoken, "samples": book.questions["light-characteristics"].samples}
    for name, expected in {"corrected-log": 2, "falling-glass": 0}.items():
        question = book.questions[name].model_copy(update=told)
        changed = replace(book, questions={**book.questions, name: question})
        made = sections(rendered(edition(changed, "study", publications["study"])))[name]
        assert words(made).count("Illustrative, told by somebody made up") == expected


def test_no_style_hides_and_no_reader_has_to_open_a_part(publications) -> None:
    for publication in publications.values():
        for fragment in rendered(publication, "reflow").fragments:
            assert not re.search(r"<details|\shidden|display:", fragment.xhtml), fragment.section.id


# Links


def test_a_link_to_what_is_withheld_is_plain_text(book, publications) -> None:
    text = "See [[relief-in-fog]], [[relief-in-fog|the *fog* one]], and [[tide-by-twelfths]]."
    found = answer(book, publications, text)
    assert words(found) == "See question K1, the *fog* one, and question 2."
    assert xpath(found, ".//h:a/@href") == ["#tide-by-twelfths"]
    kit = answer(book, publications, text, name="kit")
    assert xpath(kit, ".//h:a/@href") == ["#relief-in-fog", "#relief-in-fog", "#tide-by-twelfths"]


def test_terms_formulas_and_sources_are_words_where_the_edition_has_no_list_of_them(book, publications) -> None:
    text = "A [[term:squat]], [[formula:squat-open]], and [[source:barrass]] ([[chapter:day-of]])."
    assert len(xpath(answer(book, publications, text), ".//h:a")) == 4
    bare = edition(answering(book, text), "study", publications["study"], sections=("questions",))
    (found,) = xpath(sections(rendered(bare, "reflow"))["falling-glass"], "h:div[@class='answer-text']")
    assert words(found) == "A squat, Squat in open and confined water, and Barrass and Derrett (2012) (The Morning of the Interview)."
    assert xpath(found, ".//h:a") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("By [[source:barrass]].", "By Barrass and Derrett (2012)."),
        ("Squat ([[source:barrass]]).", "Squat (Barrass and Derrett, 2012)."),
        ("Squat (so [[source:bowditch]], *and* [[source:barrass]]).", "Squat (so Bowditch, and Barrass and Derrett, 2012)."),
        ("Squat (twice) by [[source:barrass]].", "Squat (twice) by Barrass and Derrett (2012)."),
        ("Squat ([[source:barrass|their book]]).", "Squat (their book)."),
        ("a) With [[source:barrass]].", "a) With Barrass and Derrett (2012)."),
        ("Open (here.\n\nWith [[source:barrass]].", "Open (here. With Barrass and Derrett (2012)."),
    ],
)
def test_a_work_is_cited_without_parentheses_in_parentheses(book, publications, text: str, says: str) -> None:
    assert words(answer(book, publications, text)) == says


@pytest.mark.parametrize(("medium", "says"), [("paged", "question 2, p. 00"), ("reflow", "question 2")])
def test_links_to_questions_name_the_page_on_paper_only(book, publications, medium: str, says: str) -> None:
    (link,) = xpath(answer(book, publications, "[[tide-by-twelfths]]", medium), ".//h:a")
    assert words(link) == says


def test_see_also_lists_only_what_the_edition_has(publications) -> None:
    sample = sections(rendered(publications["sample"], "reflow"))["falling-glass"]
    assert [words(li) for li in xpath(sample, ".//h:section[@class='see-also']//h:li")] == [
        "5 Tell us about an error you found in your own log."
    ]


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("name", ["kit", "practice", "sample", "study"])
def test_every_link_leads_to_an_id_of_the_same_guide(publications, name: str, medium: str) -> None:
    made = sections(rendered(publications[name], medium)).values()
    ids = [i for section in made for i in xpath(section, "descendant-or-self::*/@id")]
    targets = {href for section in made for href in xpath(section, ".//h:a/@href") if href.startswith("#")}
    assert {href for href in targets if href[1:] not in ids} == set()
    assert len(ids) == len(set(ids))
    assert targets


# Boxes, figures, values


def test_a_box_is_printed_once_and_then_led_to(book, publications) -> None:
    made = sections(rendered(edition(answering(book, "[[box:fair]]"), "study", publications["study"]), "reflow"))
    assert len(xpath(made["introduction"], ".//h:aside[@id='box-fair']")) == 1
    assert xpath(made["falling-glass"], ".//h:aside") == []
    (link,) = xpath(made["falling-glass"], ".//h:p[@class='box-link']/h:a")
    assert (words(link), link.get("href")) == ("A fair hearing", "#box-fair")


def test_a_figure_that_no_text_places_stands_after_the_answer(publications) -> None:
    made = sections(rendered(publications["study"], "reflow"))
    (text,) = xpath(made["under-keel-clearance"], "h:div[@class='answer-text']")
    assert text[-1].get("id") == "figure-keel"
    assert words(text[-1]).startswith("Figure 3.1 Clearance is what is left")


def test_a_figure_that_the_text_places_stands_there_and_only_there(publications) -> None:
    made = sections(rendered(publications["study"], "reflow"))
    assert len(xpath(made["light-characteristics"], ".//h:figure[@id='figure-light-rhythms']")) == 1
    assert xpath(made["light-characteristics"], "h:div[@class='answer-text']/*[last()]/self::h:figure") == []


def test_two_figures_that_no_text_places_are_numbered_in_the_order_named(book, publications) -> None:
    question = book.questions["falling-glass"].model_copy(update={"figures": ("keel", "buoy")})
    buoy = Figure(id="buoy", alt="A buoy.", caption="A buoy.")
    changed = replace(
        book, questions={**book.questions, "falling-glass": question}, figures={**book.figures, "buoy": buoy},
        drawings={**book.drawings, "buoy": book.drawings["keel"]},
    )  # fmt: skip
    made = sections(rendered(edition(changed, "study", publications["study"]), "reflow"))
    assert [words(label) for label in xpath(made["falling-glass"], ".//h:figcaption/h:span[@class='label']")] == [
        "Figure 4.1",
        "Figure 4.2",
    ]


def test_a_value_of_an_output_is_printed_in_the_text(publications) -> None:
    made = sections(rendered(publications["study"], "reflow"))
    assert "At 10 knots 1.05 m remains" in words(made["under-keel-clearance"])


def test_a_value_is_printed_where_an_edition_leaves_its_example_out(book, publications) -> None:
    shortened = edition(book, "study", publications["study"], parts=("answer",))
    made = words(sections(rendered(shortened, "reflow"))["under-keel-clearance"])
    assert "At 10 knots 1.05 m remains" in made
    assert "clearance: 1.05 m" not in made


# Heads and writing space


@pytest.mark.parametrize(("minutes", "lines"), [(1, 8), (4, 8), (5, 8), (6, 10), (12, 19), (20, 30), (60, 30)])
def test_room_to_write_grows_with_the_minutes_within_bounds(minutes: int, lines: int) -> None:
    assert ruled_pages.writing_lines(minutes) == lines


@pytest.mark.parametrize(("minutes", "shared"), [(6, True), (30, False)])
def test_questions_share_a_page_of_ruled_space_as_far_as_they_fit_and_fill_it(book, publications, minutes: int, shared: bool) -> None:
    question = book.questions["falling-glass"].model_copy(update={"minutes": minutes})
    changed = replace(book, questions={**book.questions, "falling-glass": question})
    made = sections(rendered(edition(changed, "practice", publications["practice"])))
    first, second = (made[name] for name in ("falling-glass", "corrected-log"))
    parts = [float(each.get("style").removeprefix("--share:")) for each in (first, second)]
    assert sum(parts) == pytest.approx(1.0 if shared else 2.0)
    assert (second.get("data-leads") is None) == shared
    assert first.get("data-leads") == ""


def test_a_question_with_choices_to_tick_takes_less_of_its_page_than_one_to_write_on(book, publications) -> None:
    def share(*choices: Choice) -> float:
        question = book.questions["falling-glass"].model_copy(update={"choices": choices})
        changed = replace(book, questions={**book.questions, "falling-glass": question})
        made = sections(rendered(edition(changed, "practice", publications["practice"], parts=("choices", "writing_space"))))
        first, second = (float(made[name].get("style").removeprefix("--share:")) for name in ("falling-glass", "corrected-log"))
        assert first + second == pytest.approx(1.0)
        return first

    assert share(Choice(text="It falls.", correct=True), Choice(text="It rises.")) < share() - 0.05


def test_a_reference_in_the_practice_edition_leads_to_an_answer_and_to_no_ruled_space(publications) -> None:
    made = sections(rendered(publications["practice"]))
    asked = {s.id for s in publications["practice"].sections if s.kind.is_question}
    ways = "not(ancestor::h:nav) and not(ancestor::h:div[@class='side']) and not(ancestor::*[contains(@class, 'counterpart')])"
    led = [link.get("href")[1:] for element in made.values() for link in xpath(element, f".//h:a[starts-with(@href, '#') and {ways}]")]
    assert not asked & set(led)
    assert {f"answer-{name}" for name in asked} & set(led)
    assert xpath(made["answer-falling-glass"], ".//h:a[@class='question-link short']/@title")


def test_a_hint_is_opened_from_its_question_and_leads_to_the_next_and_back(publications) -> None:
    made = sections(rendered(publications["practice"], "reflow"))
    ways = [(link.get("href"), words(link)) for link in xpath(made["falling-glass"], ".//h:ul[@class='ways']//h:a")]
    assert ways == [("#hint-falling-glass-1", "Hint 1"), ("#hint-falling-glass-2", "Hint 2"), ("#answer-falling-glass", "Answer")]
    first = [(link.get("href"), words(link)) for link in xpath(made["hint-falling-glass-1"], ".//h:a")]
    assert first == [("#hint-falling-glass-2", "Hint 2"), ("#falling-glass", "Question"), ("#answer-falling-glass", "Answer")]
    assert "two hours out" in words(made["hint-falling-glass-1"])
    assert "at most a 3" in words(made["hint-falling-glass-2"])


def test_each_line_of_code_on_a_screen_says_how_deep_it_stands() -> None:
    code = '<pre><code><span class="k">for</span> a in b:\n\n     <span class="s">"x\ny"</span></code></pre>'
    assert hung(code) == (
        '<pre><code><span class="line in0"><span class="k">for</span> a in b:\n</span><span class="line">\n</span>'
        '<span class="line in4">     <span class="s">"x</span>\n</span><span class="line in0"><span class="s">y"</span></span></code></pre>'
    )


def test_a_spoken_answer_stands_with_its_time_where_the_answer_stands(publications) -> None:
    made = {name: sections(rendered(publications[name])) for name in ("study", "practice", "sample")}
    homes = {
        (name, id_) for name, found in made.items() for id_, section in found.items() if xpath(section, ".//h:section[@class='spoken']")
    }
    assert homes == {("study", "falling-glass"), ("practice", "answer-falling-glass")}
    spoken = xpath(made["study"]["falling-glass"], "h:section[@class='spoken']")[0]
    assert words(spoken).startswith("As you would say it About 110 seconds aloud I would begin by not believing it.")


def test_a_hint_says_what_it_costs(publications) -> None:
    made = sections(rendered(publications["kit"]))
    assert [words(hint) for hint in xpath(made["falling-glass"], "h:section[@class='hint-list']//h:li")] == [
        "The ship is two hours out.", "Somebody is about to cast off. After this hint, at most a 3.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(30, "In 30 seconds"), (45, "In 45 seconds"), (90, "In 90 seconds"), (120, "In 2 minutes"), (150, "In 2 minutes 30 seconds")],
)
def test_the_short_answer_says_how_long_it_takes(book, publications, seconds: int, says: str) -> None:
    question = book.questions["falling-glass"]
    question = question.model_copy(update={"speak": question.speak.model_copy(update={"short": seconds})})
    changed = replace(book, questions={**book.questions, "falling-glass": question})
    made = sections(rendered(edition(changed, "study", publications["study"])))
    assert words(xpath(made["falling-glass"], "h:section[contains(@class,'summary')]/h:h3")[0]) == says


@pytest.mark.parametrize(("level", "dots", "says"), [("foundation", "●○○", "1"), ("intermediate", "●●○", "2"), ("advanced", "●●●", "3")])
def test_a_level_is_dots_to_the_eye_and_a_number_to_the_ear(book, publications, level: str, dots: str, says: str) -> None:
    changed = replace(
        book, questions={**book.questions, "falling-glass": book.questions["falling-glass"].model_copy(update={"level": level})}
    )
    (found,) = xpath(sections(rendered(edition(changed, "study", publications["study"])))["falling-glass"], ".//h:span[@class='dots']")
    assert (found.text, found.get("aria-label"), found.get("role")) == (dots, f"Level {says} of 3", "img")


def test_headings_never_skip_a_level(publications) -> None:
    for publication in publications.values():
        levels = [1]
        for section in sections(rendered(publication)).values():
            found = [int(e.tag[-1]) for e in section.iter() if isinstance(e.tag, str) and re.search(r"}h\d$", e.tag)]
            levels += found
        steps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        assert steps == [], publication.edition.id


# The index, sheets, and documents


@pytest.mark.parametrize("name", ["study", "kit"])
def test_an_index_that_comes_later_makes_the_rendition_that_was_rendered_at_once(publications, name: str) -> None:
    publication = publications[name]
    early = render.render(publication, "reflow")
    assert "index" not in {fragment.section.kind.name for fragment in early.fragments}
    whole = render.with_index(early, OnePageEach(publication))
    assert whole == rendered(publication, "reflow")


def test_without_folios_there_is_no_index(publications) -> None:
    made = render.render(publications["study"], "reflow")
    assert "index" not in {fragment.section.kind.name for fragment in made.fragments}


def test_the_index_prints_runs_references_and_subentries(publications) -> None:
    index = sections(rendered(publications["study"], "reflow"))["index"]
    lines = [words(li) for li in xpath(index, ".//h:section/h:ul/h:li")]
    assert {"barometer. see pressure", "rhythm, 7. see also period"} <= set(lines)
    assert [line for line in lines if line.startswith("tide")] == [
        "tide error of forecast, 9 height between waters, 8 observed and predicted, 8 surge, 8"
    ]


def test_on_paper_the_index_has_a_slot_for_each_end_of_a_run(publications) -> None:
    index = sections(rendered(publications["study"]))["index"]
    (entry,) = (li for li in xpath(index, ".//h:section/h:ul/h:li") if li.text.startswith("rhythm"))
    slots = [(slot.text, slot.get("data-slot")) for slot in xpath(entry, "h:a[@class='locator']/h:span")]
    assert slots == [("00", "light-characteristics-answer-i2")]


def test_sheets_begin_where_a_page_must_begin(publications) -> None:
    made = render.sheets(rendered(publications["practice"]))
    assert [[name for name, _ in sheet.sections] for sheet in made][5:9] == [
        ["lights-and-tides", "light-characteristics", "tide-by-twelfths", "under-keel-clearance"],
        ["weather-and-watch", "falling-glass", "corrected-log"],
        [
            "hints",
            "hint-light-characteristics-1",
            "hint-tide-by-twelfths-1",
            "hint-under-keel-clearance-1",
            "hint-falling-glass-1",
            "hint-falling-glass-2",
            "hint-corrected-log-1",
        ],
        ["answers", *(f"answer-{s.id}" for s in publications["practice"].sections if s.kind.name == "question")],
    ]


def test_a_very_long_run_of_questions_is_laid_out_in_parts_and_every_other_as_one(publications, monkeypatch: pytest.MonkeyPatch) -> None:
    run_on = replace(publications["study"], sections=tuple(replace(s, starts_page=False) for s in publications["study"].sections))
    whole = rendered(run_on)
    assert [sheet.id for sheet in render.sheets(whole)] == [run_on.sections[0].id]
    monkeypatch.setattr(render, "LONGEST_RUN", 9)
    monkeypatch.setattr(render, "PART_OF_RUN", 4)
    monkeypatch.setattr(render, "SHORT_RUN", 0)
    parts = render.sheets(whole)
    assert [name for sheet in parts for name, _ in sheet.sections] == [fragment.section.id for fragment in whole.fragments]
    assert {len(sheet.sections) for sheet in parts[:-1]} == {4}


@pytest.mark.parametrize("fit", ["tight", "airy"])
def test_a_fitted_sheet_is_the_same_but_for_the_class_of_its_body(publications, fit) -> None:
    sheet: Sheet = render.sheets(rendered(publications["study"]))[6]
    fitted = render.fitted(sheet, fit)
    assert f'<body class="{fit} study"' in fitted.xhtml
    assert fitted.xhtml.replace(f'class="{fit} ', 'class="', 1) == sheet.xhtml
    assert (fitted.fit, sheet.fit) == (fit, "")
    assert replace(fitted, xhtml=sheet.xhtml, fit="") == sheet


def test_listings_keep_their_blank_lines_and_nothing_else_does(publications) -> None:
    text = next(f.xhtml for f in rendered(publications["study"]).fragments if f.section.id == "tide-by-twelfths")
    pre = "".join(re.findall(r"<pre.*?</pre>", text, re.S))
    assert "\n\n\n" in pre
    assert not re.search(r"\n\s*\n", re.sub(r"<pre.*?</pre>", "listing", text, flags=re.S))


def test_author_text_cannot_become_markup(book, publications) -> None:
    outline = book.outline.model_copy(update={"title": "Tides & <b>Lights</b>"})
    made = sections(rendered(edition(replace(book, outline=outline), "study", publications["study"])))
    (heading,) = xpath(made["title-page"], "h:h1")
    assert (heading.text, len(heading)) == ("Tides & <b>Lights</b>", 0)


# Templates and languages


def test_a_name_that_a_template_misspells_stops_the_build(templates: Path, publications) -> None:
    path = templates / "sections/colophon.xhtml"
    path.write_text(path.read_text().replace("publication.outline.rights", "publication.outline.wrongs"))
    with pytest.raises(jinja2.UndefinedError, match="wrongs"):
        rendered(replace(publications["study"]))


def test_a_label_that_no_language_has_stops_the_build(templates: Path, publications) -> None:
    path = templates / "sections/colophon.xhtml"
    path.write_text(path.read_text().replace('"colophon_text"', '"colophon_txet"'))
    with pytest.raises(KeyError, match="colophon_txet"):
        rendered(replace(publications["study"]))


def test_another_language_changes_every_word_that_templates_print(templates: Path, book, publications) -> None:
    """Every label of the made-up language begins with a mark; words that do not are English left in a template."""
    lines = []
    for line in (templates / "labels/en.yaml").read_text().splitlines():
        name, colon, value = line.partition(": ")
        lines.append(f'{name}: "¿{value.strip(chr(34))}"' if colon and not line.startswith("#") else line)
    (templates / "labels/eo.yaml").write_text("\n".join(lines))
    shutil.copy(templates / "labels/spoken.en.yaml", templates / "labels/spoken.eo.yaml")
    changed = replace(book, outline=book.outline.model_copy(update={"lang": "eo"}))
    made = sections(rendered(edition(changed, "kit", publications["kit"])))
    headings = [words(h) for s in made.values() for h in xpath(s, ".//h:*[contains(@class,'part-title')]")]
    assert len(headings) > 20
    assert [h for h in headings if not h.startswith("¿")] == []
    for name in ("contents", "glossary", "formulas", "sources", "index", "colophon"):
        assert words(xpath(made[name], "h:h1")[0]).startswith("¿"), name
    assert [words(p)[0] for p in xpath(made["colophon"], "h:p")] == ["¿", "¿", "¿", book.outline.rights[0]]
    assert words(xpath(made["introduction"], ".//h:a[@href='#light-characteristics']")[0]) == "¿¿question 1, ¿p. 00"
    assert '<html xmlns="http://www.w3.org/1999/xhtml" lang="eo" xml:lang="eo">' in render.sheets(
        rendered(edition(changed, "kit", publications["kit"]))
    )[0].xhtml  # fmt: skip


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("doi.org/10.1145/582415.582418", ["doi", ".org/", "10", ".1145/", "582415.582418"]),
        ("www.iala.int", ["www", ".iala.int"]),
        ("iala.int", ["iala.int"]),
    ],
)
def test_a_line_of_an_address_has_more_than_a_few_letters_where_it_ends(address: str, lines: list[str]) -> None:
    assert breakable(address).split("<wbr/>") == lines
