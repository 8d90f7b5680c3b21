"""Running heads: the section at the left, the guide at the right, none where a part of the book opens."""

from __future__ import annotations

import textwrap
from itertools import pairwise

import pytest
import reading
from test_contents import PRINTED, guide

from pipeline.publication import Publication

GUIDE = "Harbor Watch Interview Guide"
OPENING = {
    "map",
    "cheat-sheet",
    "tracker",
    "contents",
    "opener",
    "chapter",
    "answers",
    "hints",
    "formulas",
    "glossary",
    "sources",
    "index",
    "colophon",
}


def heads(publication: Publication) -> dict[str, str]:
    """The section's name in the running head, by id: questions on pages of their own are named, others stand under their division."""
    divisions = {m.id: s.title for s in publication.sections if s.kind.name == "opener" for m in s.members}
    own = {
        s.id: f"{s.number}. {textwrap.shorten(s.title, 54, placeholder='…')}"
        for s in publication.sections
        if s.kind.name == "question" and s.starts_page
    }
    return {s.id: "Answers" if s.kind.name == "answer" else own.get(s.id, divisions.get(s.id, s.title)) for s in publication.sections}


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_each_page_is_headed_by_its_section_and_the_guide(built, publications, edition, paper):
    path, publication = guide(built, edition, paper), publications[edition]
    names, printed = heads(publication), reading.running_heads(path)
    begins = [(reading.page_of(path, s.id), s) for s in publication.sections if s.matter == "body"]
    ends = [*(page for page, _ in begins[1:]), len(printed)]
    for (start, section), end in zip(begins, ends, strict=True):
        for page in range(start, max(end, start + 1)):
            opens = page == start and section.kind.name in OPENING
            if not opens and not any(first == page and other.kind.name in OPENING for first, other in begins):
                assert printed[page] == f"{names[section.id]} {GUIDE}", (section.id, page)


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_no_part_of_the_book_opens_under_a_running_head(built, publications, edition, paper):
    path = guide(built, edition, paper)
    printed = reading.running_heads(path)
    assert printed[:4] == ["", "", "", ""]
    for section in publications[edition].sections:
        if section.kind.name in OPENING and section.kind.name != "cheat-sheet" and section.starts_page:
            assert printed[reading.page_of(path, section.id)] == "", section.id


@pytest.mark.slow
def test_a_chapter_that_runs_on_is_headed_on_its_later_pages(real_release, real_publications):
    """The chapters of the small book have one page each; those of the real one run on."""
    (path,) = (real_release / "study").glob("*-a4.pdf")
    publication, printed = real_publications["study"], reading.running_heads(path)
    body = [s for s in publication.sections if s.matter == "body"]
    ran_on = 0
    for section, after in pairwise(body):
        first, end = reading.page_of(path, section.id), reading.page_of(path, after.id)
        if section.kind.name in OPENING and section.kind.name not in ("opener", "cheat-sheet"):
            ran_on += end - first - 1
            assert printed[first:end] == ["", *[f"{heads(publication)[section.id]} {publication.title}"] * (end - first - 1)], section.id
    assert ran_on > 10
