"""The index: letters, entries, subentries, see and see also, and page numbers that are true."""

from __future__ import annotations

from pathlib import Path

import pytest
import reading
from test_contents import guide

from pipeline import index
from pipeline.index import Run
from pipeline.model import IndexMark
from pipeline.publication import IndexEntry, Locator, Publication

EDITIONS = ["study", "practice", "kit", "sample"]
LABELS = {"see": "see", "also": "see also", "symbols": "Symbols"}


def marked(*marks: tuple[str, str]) -> index.IndexGroup:
    """Build an index of marks such as ('tide/height of', 'a'): heading, subheading, and where it stands."""
    built = []
    for heading, target in marks:
        term, _, sub = heading.partition("/")
        built.append((IndexMark(term=term, sub=sub or None), Locator(target, "section")))
    return index.build(built)


def shown(pages: dict[str, int], *targets: str) -> list[str]:
    runs = index.runs([Locator(t, "s") for t in targets], pages.get)
    return ["–".join(str(pages[end] + 1) for end in dict.fromkeys((run.first.target, run.last.target))) for run in runs]


# How an index is made


def test_entries_sort_letter_by_letter_without_case_accents_and_spaces():
    groups = marked(("sea lane", "a"), ("Seal", "b"), ("séance", "c"), ("sea-fog", "d"), ("Anchor", "e"))
    assert [(g.letter, [e.heading for e in g.entries]) for g in groups] == [
        ("A", ["Anchor"]),
        ("S", ["sea-fog", "Seal", "sea lane", "séance"]),
    ]


def test_headings_that_begin_with_no_letter_stand_under_symbols():
    assert [(g.letter, g.entries[0].heading) for g in marked(("24-hour clock", "a"))] == [("#", "24-hour clock")]


def test_adjacent_pages_become_a_range_and_a_page_stands_once():
    pages = {"a": 2, "b": 3, "c": 4, "d": 4, "e": 8}
    assert shown(pages, "e", "c", "a", "d", "b") == ["3–5", "9"]
    assert shown({"a": 1, "b": 3}, "a", "b") == ["2", "4"]


def test_a_range_leads_to_its_first_mark():
    assert index.runs([Locator("b", "s"), Locator("a", "s")], {"a": 2, "b": 3}.get) == (Run(Locator("a", "s"), Locator("b", "s")),)


def test_a_place_that_is_not_in_the_book_has_no_locator():
    assert shown({"a": 1}, "a", "withheld") == ["2"]


def test_see_leads_to_entries_of_this_edition_only():
    marks = [
        (IndexMark(term="barometer", see="pressure"), Locator("s", "s")),
        (IndexMark(term="glass", see="withheld"), Locator("s", "s")),
        (IndexMark(term="pressure"), Locator("p", "s")),
    ]
    entries = [entry for group in index.build(marks) for entry in group.entries]
    assert [(e.heading, e.see, len(e.locators)) for e in entries] == [("barometer", ("pressure",), 0), ("pressure", (), 1)]


# How it is printed


def expected(publication: Publication, path: Path) -> str:
    """The letters of the whole index: headings with the folios of the pages that their marks landed on.

    Runs end where a section ends that the next one does not stand on a page with.
    """
    places, labels = reading.pdf(path).places, reading.labels(path)
    first = {places[section.id] for section in publication.sections if section.starts_page and section.id in places}

    def folios(entry: IndexEntry) -> str:
        pages = sorted({places[locator.target] for locator in entry.locators})
        starts = [p for p in pages if p - 1 not in pages or p in first]
        ends = [p for p in pages if p + 1 not in pages or p + 1 in first]
        return " ".join(labels[a] if a == b else f"{labels[a]}–{labels[b]}" for a, b in zip(starts, ends, strict=True))

    def line(entry: IndexEntry) -> str:
        see = f"{LABELS['see']} {' '.join(entry.see)}" if entry.see else ""
        also = f"{LABELS['also']} {' '.join(entry.see_also)}" if entry.see_also else ""
        return " ".join([entry.heading, folios(entry), see, also, *map(line, entry.subentries)])

    groups = ((LABELS["symbols"] if group.letter == "#" else group.letter, group.entries) for group in publication.index)
    return reading.letters(" ".join(f"{letter} {' '.join(map(line, entries))}" for letter, entries in groups))


def printed(publication: Publication, path: Path) -> str:
    """The letters of the pages of the index, without heads and folios."""
    sections = [section.id for section in publication.sections]
    first, end = (reading.page_of(path, sections[sections.index("index") + n]) for n in (0, 1))
    heads, folios, texts = reading.running_heads(path), reading.folios(path), reading.page_texts(path)
    return "".join(reading.letters(texts[n]).removesuffix(reading.letters(heads[n] + folios[n])) for n in range(first, end))


@pytest.mark.parametrize(
    ("edition", "paper"), [("study", "a4"), ("study", "letter"), ("practice", "letter"), ("kit", "a4"), ("sample", "a4")]
)
def test_the_printed_index_says_where_every_mark_landed(built, publications, edition, paper):
    path = guide(built, edition, paper)
    assert expected(publications[edition], path) in printed(publications[edition], path)


@pytest.mark.slow
@pytest.mark.parametrize(("edition", "paper"), [("study", "a4"), ("practice", "letter")])
def test_the_index_of_the_real_book_says_where_every_mark_landed(real_release, real_publications, edition, paper):
    (path,) = (real_release / edition).glob(f"*-{paper}.pdf")
    assert expected(real_publications[edition], path) in printed(real_publications[edition], path)


def epub(built: Path, edition: str) -> Path:
    return built / f"{edition}/harbor-watch-{edition}-0.2.0.epub"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_epub_has_the_same_index_as_the_pages(built, publications, edition):
    (groups,) = reading.xpath(epub(built, edition), "index.xhtml", "//h:div[@class='index-groups']")
    assert reading.letters(reading.words(groups)) == expected(publications[edition], guide(built, edition, "a4"))


@pytest.mark.parametrize("edition", EDITIONS)
def test_letters_and_entries_stand_in_order(built, edition):
    path = epub(built, edition)
    letters = [reading.words(h) for h in reading.xpath(path, "index.xhtml", "//*[@class='index-letter']")]
    assert letters == sorted(set(letters))
    headings = [li.text.partition(",")[0].rstrip(". ") for li in reading.xpath(path, "index.xhtml", "//h:section/h:ul/h:li")]
    keys = [reading.letters(heading) for heading in headings]
    assert keys == sorted(keys)


@pytest.mark.parametrize("edition", EDITIONS)
def test_see_and_see_also_lead_to_an_entry_of_that_name(built, edition):
    references = reading.xpath(epub(built, edition), "index.xhtml", "//h:li/h:a[not(@class)]")
    for reference in references:
        (entry,) = reading.xpath(epub(built, edition), "index.xhtml", f"//h:li[@id='{reference.get('href').partition('#')[2]}']")
        assert entry.text.startswith(reading.words(reference))
    assert len(references) >= (1 if edition == "sample" else 4)


def test_an_edition_indexes_only_what_it_prints(built):
    entries = {e: {reading.words(li) for li in reading.xpath(epub(built, e), "index.xhtml", "//h:section/h:ul/h:li")} for e in EDITIONS}
    named = {e: " ".join(sorted(lines)) for e, lines in entries.items()}
    assert "prolonged blast" in named["kit"] and "prolonged blast" not in named["study"]
    assert "characteristic" in named["study"] and "characteristic" not in named["sample"]


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["study", "practice"])
def test_no_entry_of_the_real_index_has_more_than_six_bare_page_numbers(real_release, edition):
    """A reader tries two or three; more want subentries."""
    (path,) = (real_release / edition).glob("*[0-9].epub")
    long = [reading.words(li) for li in reading.xpath(path, "index.xhtml", "//h:li[count(h:a[@class='locator']) > 6]")]
    assert long == []
