"""Marks become entries: sorted letter by letter, gathered, led on by 'see', and located by runs of pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import editions, index, theme
from pipeline.model import IndexMark
from pipeline.publication import IndexEntry, IndexGroup, Locator


def mark(text: str, target: str = "q-i1", section: str = "q") -> tuple[IndexMark, Locator]:
    """Read 'term: sub', 'term > see', or 'term >> see also'."""
    head, also, to = text.partition(" >> ")
    head, _, to_see = (head, "", "") if also else text.partition(" > ")
    term, _, sub = head.partition(": ")
    fields = {"term": term, "sub": sub or None, "see": to_see or None, "see_also": to or None}
    return IndexMark(**fields), Locator(target, section)


def entries(*marks: tuple[IndexMark, Locator]) -> dict[str, IndexEntry]:
    return {entry.heading: entry for group in index.build(marks) for entry in group.entries}


def headings(groups: tuple[IndexGroup, ...]) -> list[tuple[str, list[str]]]:
    return [(group.letter, [entry.heading for entry in group.entries]) for group in groups]


def test_headings_sort_letter_by_letter_so_that_spaces_and_hyphens_do_not_count() -> None:
    groups = index.build(map(mark, ["light year", "lighthouse", "light-ship", "Lightning", "l"]))
    assert headings(groups) == [("L", ["l", "lighthouse", "Lightning", "light-ship", "light year"])]


def test_accents_and_case_do_not_count() -> None:
    assert headings(index.build(map(mark, ["zone", "Écluse", "eddy"]))) == [("E", ["Écluse", "eddy"]), ("Z", ["zone"])]


@pytest.mark.parametrize("heading", ["12-hour clock", "(n)", "§"])
def test_headings_whose_first_sign_is_no_letter_come_under_symbols(heading: str) -> None:
    (group,) = index.build([mark(heading)])
    assert group.letter == ("N" if heading == "(n)" else index.SYMBOLS)


def test_a_heading_of_signs_alone_still_has_a_place() -> None:
    assert index.sort_key("§") == "§"


def test_subentries_are_gathered_under_one_heading_and_sorted() -> None:
    tide = entries(mark("tide: surge", "a"), mark("tide", "b"), mark("tide: error of", "c"))["tide"]
    assert [(e.heading, e.locators) for e in tide.subentries] == [("error of", (Locator("c", "q"),)), ("surge", (Locator("a", "q"),))]
    assert tide.locators == (Locator("b", "q"),)


def test_one_place_marked_twice_is_located_once() -> None:
    assert entries(mark("tide", "a"), mark("tide", "a"))["tide"].locators == (Locator("a", "q"),)


def test_see_stands_in_the_place_of_locators() -> None:
    found = entries(mark("glass > pressure"), mark("pressure"))
    assert found["glass"] == IndexEntry("glass", see=("pressure",))


def test_see_whose_target_is_withheld_takes_its_entry_along() -> None:
    assert entries(mark("glass > pressure"), mark("wind")).keys() == {"wind"}


def test_see_also_whose_target_is_withheld_is_dropped_and_the_entry_stays() -> None:
    assert entries(mark("wind >> pressure"))["wind"].see_also == ()
    assert entries(mark("wind >> pressure"), mark("pressure: of air"))["wind"].see_also == ("pressure",)


def test_no_entry_leads_to_itself_or_to_an_entry_that_only_leads_on() -> None:
    assert entries(mark("wind >> wind"))["wind"].see_also == ()
    assert entries(mark("a > b"), mark("b > c"), mark("c")).keys() == {"b", "c"}


def test_an_entry_with_pages_of_its_own_says_no_see() -> None:
    assert entries(mark("glass"), mark("glass > pressure"), mark("pressure"))["glass"].see == ()


def test_a_see_also_of_a_whole_question_is_no_place() -> None:
    found = entries(mark("wind >> gale", "q", "q"), mark("wind", "q-i3"), mark("gale"))
    assert found["wind"].locators == (Locator("q-i3", "q"),)


PAGES = {"a": 3, "b": 4, "c": 5, "d": 7, "e": 8, "x": None}


@pytest.mark.parametrize(
    ("targets", "printed"),
    [
        ("a", ["aa"]),
        ("ab", ["ab"]),
        ("cba", ["ac"]),
        ("acd", ["aa", "cc", "dd"]),
        ("abde", ["ab", "de"]),
        ("xa", ["aa"]),
        ("x", []),
    ],
)
def test_adjacent_pages_join_and_stand_in_page_order(targets: str, printed: list[str]) -> None:
    runs = index.runs((Locator(target, "q") for target in targets), PAGES.get)
    assert [run.first.target + run.last.target for run in runs] == printed


def test_entries_are_counted_without_their_subentries() -> None:
    assert index.entries(index.build([mark("tide: surge"), mark("tide: range"), mark("wind")])) == 2


def test_the_index_holds_nothing_that_stands_after_it(book, publications) -> None:
    last = book.chapters["about-this-edition"].model_copy(update={"index": (IndexMark(term="invention"),), "body": "[Ships]{.index}."})
    changed = replace(book, chapters={**book.chapters, last.id: last})

    def heads(*kinds: str) -> set[str]:
        edition = book.editions["study"].model_copy(update={"sections": kinds})
        made = editions.assemble(changed, edition, theme.labels("en"), publications["study"].modified)
        return {entry.heading for group in made.index for entry in group.entries}

    assert heads("end", "index") == {"invention", "Ships"}
    assert heads("index", "end") == set()


def test_an_edition_without_answers_does_not_index_them(publications) -> None:
    heads = {entry.heading for group in publications["sample"].index for entry in group.entries}
    assert "pressure" not in heads and "barometer" not in heads
    assert {"interview", "lighthouse"} & heads == {"lighthouse"}
