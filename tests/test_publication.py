"""A publication knows its contents, its names, and itself."""

from __future__ import annotations

import uuid

import epubwork
from epubwork import fragment, rendition

from pipeline.publication import Publication, Section, TocEntry
from pipeline.section_kinds import BY_NAME


def publication(*sections: Section) -> Publication:
    return rendition(*(fragment(section) for section in sections)).publication


def section(name: str, level: int = 1, kind: str = "question", **more: object) -> Section:
    return Section(name, BY_NAME[kind], name.title(), level, **more)


def shape(entries: tuple[TocEntry, ...]) -> list:
    return [entry.section.id if not entry.children else (entry.section.id, shape(entry.children)) for entry in entries]


def test_the_contents_nest_by_level() -> None:
    made = publication(section("a"), section("b", 2), section("c", 3), section("d", 2), section("e"))
    assert shape(made.toc) == [("a", [("b", ["c"]), "d"]), "e"]


def test_what_is_not_listed_is_not_in_the_contents() -> None:
    made = publication(section("cover", kind="cover"), section("a"), section("b", 2, kind="imprint"))
    assert shape(made.toc) == ["a"]


def test_a_level_that_is_skipped_loses_nobody() -> None:
    made = publication(section("a"), section("c", 3), section("b", 2))
    assert shape(made.toc) == [("a", ["c", "b"])]


def test_only_questions_are_counted_as_questions() -> None:
    made = publication(section("a"), section("b"), section("c", kind="answer"), section("d", kind="chapter"))
    assert made.questions == 2


def test_the_identifier_stays_through_versions_and_differs_between_editions(publications) -> None:
    study = publications["study"]
    assert study.identifier == "urn:uuid:4c24ddc1-d0ca-58c2-9161-ca2c5477b35a"
    assert uuid.UUID(study.identifier).version == 5
    assert len({p.identifier for p in publications.values()}) == len(publications) == 4


def test_files_are_named_by_book_edition_and_version(publications) -> None:
    assert publications["kit"].stem == "harbor-watch-kit-0.2.0"
    assert rendition(fragment(epubwork.QUESTION)).publication.stem == "bread-study-1.0.0"


def test_the_contents_of_the_small_book_hold_answers_only_where_they_stand_apart(publications) -> None:
    kinds = {name: {s.kind.name for s in p.sections if s.listed} for name, p in publications.items()}
    assert "answer" in kinds["practice"]
    assert "answer" not in kinds["study"] | kinds["kit"] | kinds["sample"]
    assert not {"cover", "title-page", "imprint", "contents"} & set.union(*kinds.values())
