"""The printed contents, and the lists that open each section."""

from __future__ import annotations

import pytest
import reading

from pipeline.publication import Publication, Section

PRINTED = [("study", "a4"), ("study", "letter"), ("practice", "a4"), ("practice", "letter"), ("kit", "a4"), ("sample", "a4")]


def guide(built, edition, paper):
    return built / f"{edition}/harbor-watch-{edition}-0.2.0-{paper}.pdf"


def listed(publication: Publication) -> list[Section]:
    return [section for section in publication.sections if section.listed]


def line(section: Section, folio: str) -> str:
    number = f"{section.number} " if section.kind.name in ("question", "answer") else ""
    return f"{number}{section.title} {folio}"


def page_that_prints(path, section: Section) -> int:
    """The first page, found by its words alone, that prints a section's title after the contents."""
    begin = reading.labels(path).index("1")
    titles = reading.letters(section.title)
    start = reading.page_of(path, section.id)
    texts = [
        reading.letters(text.replace(f" {section.number} ", " ").replace(f"\n{section.number}\n", "\n"))
        for text in reading.page_texts(path)
    ]
    assert start >= begin and titles in texts[start]
    return start


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_contents_list_every_section_once_in_order_with_the_folio_it_begins_on(built, publications, edition, paper):
    path = guide(built, edition, paper)
    first, end = reading.page_of(path, "contents"), reading.labels(path).index("1")
    printed = [text for page in range(first, end) for text, _ in reading.links(path, page)]
    folios = reading.folios(path)
    assert printed == [line(s, folios[page_that_prints(path, s)]) for s in listed(publications[edition])]


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_an_opener_lists_the_questions_of_its_section_with_their_folios(built, publications, edition, paper):
    path = guide(built, edition, paper)
    for section in publications[edition].sections:
        if section.kind.name == "opener":
            printed = [text for text, _ in reading.links(path, reading.page_of(path, section.id))]
            expected = [line(m, reading.folios(path)[page_that_prints(path, m)]) for m in section.members]
            assert expected and [text for text in printed if text in expected] == expected


def test_folios_in_the_contents_rise_from_line_to_line(built):
    for edition, paper in PRINTED:
        path = guide(built, edition, paper)
        folios = [int(label) for _, label in reading.links(path, reading.page_of(path, "contents"))]
        assert folios == sorted(folios)


def test_what_an_edition_leaves_out_is_not_in_its_contents(built):
    kit, study = (" ".join(reading.page_texts(guide(built, edition, "a4"))[3].split()) for edition in ("kit", "study"))
    assert "relief" in kit.lower()
    assert "relief" not in study.lower()
    sample = reading.page_texts(guide(built, "sample", "a4"))[3]
    assert "Lights and Tides" not in sample and "Weather and the Watch" in sample


@pytest.mark.parametrize("edition", ["study", "practice", "kit", "sample"])
def test_contents_of_the_epub_name_the_same_sections_in_the_same_order(built, publications, edition):
    path = built / f"{edition}/harbor-watch-{edition}-0.2.0.epub"
    links = reading.xpath(path, "contents.xhtml", "//h:nav//h:a")
    assert [reading.words(a) for a in links] == [line(s, "").strip() for s in listed(publications[edition])]
