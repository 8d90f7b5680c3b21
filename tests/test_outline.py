"""The outline of a PDF and the nav document of an EPUB are the contents as a tree."""

from __future__ import annotations

import pytest
import reading
from test_contents import PRINTED, guide

from pipeline.publication import TocEntry


def tree(entries: tuple[TocEntry, ...], depth: int = 1) -> list[tuple[int, str, str]]:
    """Depth, title with its number, and id of every entry from top to bottom."""
    found = []
    for entry in entries:
        section = entry.section
        title = f"{section.number}. {section.title}" if section.kind.name in ("question", "answer") else section.title
        found += [(depth, title, section.id), *tree(entry.children, depth + 1)]
    return found


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_the_outline_is_the_tree_of_the_contents_and_leads_where_they_lead(built, publications, edition, paper):
    path = guide(built, edition, paper)
    labels = reading.labels(path)
    expected = [(depth, title, labels[reading.page_of(path, name)]) for depth, title, name in tree(publications[edition].toc)]
    assert reading.outline(path) == expected


def test_questions_stand_below_their_section_in_the_outline(built):
    assert reading.outline(guide(built, "sample", "a4")) == [
        (1, "Introduction", "1"),
        (1, "Weather and the Watch", "2"),
        (2, "4. The glass has fallen 5 hPa in three hours and a ship is due. What do you do?", "3"),
        (2, "5. Tell us about an error you found in your own log.", "3"),
        (1, "Index", "4"),
        (1, "Colophon", "5"),
    ]


@pytest.mark.parametrize("edition", ["study", "practice", "kit", "sample"])
def test_the_nav_document_is_the_same_tree(built, publications, edition):
    path = built / f"{edition}/harbor-watch-{edition}-0.2.0.epub"
    assert [(depth, title) for depth, title, _ in reading.nav(path)] == [
        (depth, title) for depth, title, _ in tree(publications[edition].toc)
    ]


@pytest.mark.parametrize("edition", ["study", "practice"])
def test_the_nav_document_leads_to_the_headings(built, publications, edition):
    path = built / f"{edition}/harbor-watch-{edition}-0.2.0.epub"
    for (_, title, href), (_, _, name) in zip(reading.nav(path), tree(publications[edition].toc), strict=True):
        file, _, fragment = href.partition("#")
        (section,) = reading.xpath(path, file, f"//*[@id='{fragment or name}']")
        assert reading.letters(title).lstrip("0123456789") in reading.letters(reading.words(section))


def test_page_labels_are_the_folios_and_the_cover_is_called_by_name(built):
    for edition, paper in PRINTED:
        path = guide(built, edition, paper)
        pairs = list(zip(reading.labels(path), reading.folios(path), strict=True))
        assert pairs[0] == ("Cover", "")
        assert all(folio == label for label, folio in pairs if label.isdigit())
