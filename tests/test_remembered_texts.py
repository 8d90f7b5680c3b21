"""Texts are remembered from build to build, and what is remembered is what would be read and written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from buildwork import book, bytes_of, edit, environment, run
from conftest import SMALL, assembled
from epubwork import pages, whole

from pipeline import checks, load, markup, model, render, theme
from pipeline.checks import spelling
from pipeline.epub import spine
from pipeline.markup import Text, highlight, maths, parser
from pipeline.markup.parser import recalled
from pipeline.model import Book, Glossary, Question
from pipeline.publication import Publication, Section
from pipeline.render import Fragment, Rendition, _rendered, render_section
from pipeline.section_kinds import KINDS, WHAT_CHANGED
from pipeline.theme import Medium, coverage
from pipeline.work import cache
from pipeline.work.store import Store


def shelf(most: int = 10, *, name: str = "written") -> cache.Shelf:
    return cache.Shelf(name, most, 1)


def texts(found: Book) -> Iterator[Text]:
    for record in found.records():
        for _, kind, text in model.prose(record):
            yield markup.parse(text, inline=kind.inline)


@pytest.mark.parametrize("folder", ["content", "tests/books/small"])
def test_a_text_recalled_is_the_text_that_was_parsed(folder: str, tmp_path: Path) -> None:
    found, _ = load.load_book(Path(__file__).parent.parent / folder)
    assert found is not None
    with Store.open(tmp_path / "store") as store, cache.kept_in(store, "maker"):
        cache.forget()
        markup.parse.cache_clear()
        parsed = [text for text in texts(found) if not text.faults]
        cache.keep()
        cache.forget()
        for text in parsed:
            again = recalled(text.source, text.inline, text.read)
            assert again == text
            assert markup.plain(again) == markup.plain(text)


SLOW = '```scala\nval x = "' + "\\" * 60 + " as nobody wrote it before.\n```"


@pytest.mark.parametrize("source", ["This is [[not closed, and nobody wrote it before.", SLOW])
def test_texts_with_faults_are_not_remembered(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highlight, "PATIENCE", 0.05)
    text = markup.parse(source)
    assert text.faults
    assert recalled(text.source, False, text.read) is None


def another_process() -> None:
    """Forget all that this process remembers of texts, words, and fonts."""
    cache.forget()
    for remembered in (markup.parse, spelling._verdict, coverage._of_look, coverage._of_all):
        remembered.cache_clear()


@pytest.mark.usefixtures("store")
def test_what_checks_found_is_found_again_without_a_parser_and_a_dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = book(tmp_path / "book")
    one, other, *_ = (path for path in sorted((place / "questions").rglob("*.yaml")) if "\nanswer: |\n" in path.read_text())
    edit(one, "\nanswer: |\n", "\nanswer: |\n  They recieve the the colour 𝄞.\n\n")
    edit(other, "\nanswer: |\n", f"\nanswer: |\n  ```\n  {'long ' * 30}\n  ```\n\n")
    found, _ = load.load_book(place)
    assert found is not None
    another_process()  # nothing that a test before has read is left out of what is written down
    before = checks.check(found)
    assert {"C704", "C706", "C802", "M112"} <= {fault.code for fault in before}
    cache.shelf("checked")._few = cache.shelf("parsed")._few = 1
    cache.keep()
    another_process()
    monkeypatch.setattr(spelling, "_dictionary", lambda: pytest.fail("the dictionary was opened"))
    monkeypatch.setattr(parser, "_parsed", lambda source, *_: pytest.fail(f"parsed: {source}"))
    monkeypatch.setattr(coverage, "_of_font", lambda _: pytest.fail("a font was opened"))
    assert checks.check(found) == before
    cache.forget()
    markup.parse.cache_clear()


def rendered(publication: Publication, name: str, medium: Medium = "paged") -> Fragment:
    (section,) = (section for section in publication.sections if section.id == name)
    return render_section(publication, section, medium)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("medium", ["paged", "reflow"])
def test_a_section_is_rendered_once_for_the_same_surroundings(publications, medium: Medium, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.forget()
    study = replace(publications["study"])
    first = rendered(study, "under-keel-clearance", medium)
    cache.shelf(f"rendered study {medium}")._few = 1
    cache.keep()
    cache.forget()  # another process
    monkeypatch.setattr(maths, "_named", {})
    monkeypatch.setattr(render, "_template", lambda *_: pytest.fail("the section was rendered again"))
    assert rendered(study, "under-keel-clearance", medium) == first
    assert (medium == "paged") == any(name.startswith(markup.FORMULAS) for name in first.resources)
    cache.forget()


def alone(publication: Publication, section: Section) -> Publication:
    """A publication with the record of one section, and what the glossary defines."""
    kept = (other if other.id == section.id or isinstance(other.record, Glossary) else other.bare for other in publication.sections)
    return replace(publication, sections=tuple(kept), index=(), withheld=(), secret=())


@pytest.mark.parametrize("medium", ["paged", "reflow"])
def test_a_section_prints_nothing_of_others_but_title_and_number_and_what_the_glossary_defines(
    publications, real_publications, medium: Medium
) -> None:
    chosen = [(publication, section) for publication in publications.values() for section in publication.sections]
    one_of_each = {section.kind: (publication, section) for publication in real_publications.values() for section in publication.sections}
    chosen = [(publication, section) for publication, section in (*chosen, *one_of_each.values()) if section.kind.prints_itself]
    assert {section.kind for _, section in chosen} == {kind for kind in KINDS if kind.prints_itself} - {WHAT_CHANGED}
    for publication, section in chosen:
        assert _rendered(alone(publication, section), section, medium) == _rendered(publication, section, medium), section.id


def named(study: Publication) -> Publication:
    names = {name: replace(each, title=f"Not {each.title}", number=each.number and f"9{each.number}") for name, each in study.names.items()}
    return replace(study, names=names)


def numbered(study: Publication) -> Publication:
    return replace(study, numbers={name: f"9{number}" for name, number in study.numbers.items()})


def captioned(study: Publication) -> Publication:
    figures = {name: each.model_copy(update={"caption": "Drawn anew."}) for name, each in study.resources["figures"].items()}
    return replace(study, resources={**study.resources, "figures": figures})


def drawn(study: Publication) -> Publication:
    drawings = {name: replace(each, svg=each.svg + b"<!-- -->") for name, each in study.resources["drawings"].items()}
    return replace(study, resources={**study.resources, "drawings": drawings})


def titled(study: Publication) -> Publication:
    topics = {name: each.model_copy(update={"title": "Another topic"}) for name, each in study.resources["topics"].items()}
    return replace(study, resources={**study.resources, "topics": topics})


def defined(study: Publication) -> Publication:
    def changed(record: Glossary) -> Glossary:
        return record.model_copy(update={"terms": tuple(term.model_copy(update={"definition": "A word."}) for term in record.terms)})

    return replace(study, sections=tuple(
        replace(section, record=changed(section.record)) if isinstance(section.record, Glossary) else section for section in study.sections
    ))  # fmt: skip


def moved(study: Publication) -> Publication:
    return replace(study, sections=tuple(
        replace(section, number=f"9{section.number}") if section.kind.is_question else section for section in study.sections
    ))  # fmt: skip


def reworded(study: Publication) -> Publication:
    def changed(record: Question) -> Question:
        return record.model_copy(update={"answer": f"A sentence more. {record.answer}"})

    return replace(study, sections=tuple(
        replace(section, record=changed(section.record)) if isinstance(section.record, Question) else section for section in study.sections
    ))  # fmt: skip


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "change",
    [named, numbered, captioned, drawn, titled, defined, moved, reworded, lambda study: replace(study, digits=study.digits + 1)],
)  # fmt: skip
def test_whatever_changes_around_a_section_it_is_rendered_as_it_would_be_anew(
    publications, change: Callable[[Publication], Publication]
) -> None:
    cache.forget()
    study = replace(publications["study"])
    names = [section.id for section in study.sections if section.kind.prints_itself]
    before = [rendered(study, name) for name in names]
    after = [rendered(change(study), name) for name in names]
    cache.forget()
    anew = [rendered(change(study), name) for name in names]
    told = [(fragment.xhtml, fragment.resources) for fragment in after]
    assert told == [(fragment.xhtml, fragment.resources) for fragment in anew]
    assert told != [(fragment.xhtml, fragment.resources) for fragment in before]
    cache.forget()


@pytest.mark.usefixtures("store")
def test_a_template_of_a_theme_may_print_what_any_section_says(tmp_path: Path) -> None:
    cache.forget()
    said = "{% for each in publication.sections if each.kind.is_question %}{{ each.record.answer }}{% endfor %}"
    (tmp_path / "templates/sections").mkdir(parents=True)
    (tmp_path / "templates/sections/colophon.xhtml").write_text(f"<section>{said}</section>")
    found, faults = load.load_book(SMALL, tmp_path)
    assert found is not None
    assert not [fault for fault in faults if fault.severity == "error"]
    study = assembled(found)["study"]
    assert "A sentence more." not in rendered(study, "colophon").xhtml
    assert "A sentence more." in rendered(reworded(study), "colophon").xhtml
    cache.forget()


@pytest.mark.usefixtures("store")
def test_words_of_a_language_that_change_are_rendered(publications, templates: Path) -> None:
    cache.forget()
    study = replace(publications["study"])
    assert "Key points" in rendered(study, "falling-glass").xhtml
    edit(templates / "labels/en.yaml", "key_points: Key points", "key_points: Points to keep")
    theme.forget()
    assert "Points to keep" in rendered(replace(study), "falling-glass").xhtml
    cache.forget()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("inline", [True, False])
def test_of_a_withheld_text_is_remembered_that_it_can_be_printed_and_no_word_of_it(inline: bool) -> None:
    cache.forget()
    plain, telling = "Say sesquipedalian, and say it twice.", "See [[term:loss|the sesquipedalian loss]]."
    parsed = {source: markup.parse(source, inline=inline) for source in (plain, telling)}
    for source in parsed:
        markup.not_to_be_kept(source)
    assert "sesqui" not in repr(cache.shelf("parsed")._values)
    again = recalled(plain, inline, parsed[plain].read)
    assert again is not None
    assert again == replace(parsed[plain], said=None)
    assert markup.plain(again) == markup.plain(parsed[plain]) == plain
    assert recalled(telling, inline, parsed[telling].read) is None
    cache.forget()
    markup.parse.cache_clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store, cache.kept_in(store, "maker"):
        yield store


def filled(names: Iterable[str], most: int) -> cache.Shelf:
    """A shelf as the next process finds it, when this one has left some values on it."""
    before = shelf(most)
    for name in names:
        before.put(name, f"the value of {name}")
    before.keep()
    return shelf(most)


def on(found: cache.Shelf, *names: str) -> list[str]:
    return [name for name in names if found.get(name) is not None]


@pytest.mark.usefixtures("store")
def test_what_is_not_asked_for_any_more_is_forgotten_when_there_is_little_room() -> None:
    found = filled(("a", "b", "c", "d", "e", "f"), 10)
    assert on(found, "c") == ["c"]
    found.put("new", 1)
    found.keep()
    assert on(shelf(), "a", "b", "c", "d", "e", "f", "new") == ["c", "new"]


@pytest.mark.usefixtures("store")
def test_where_there_is_room_all_is_kept_and_where_there_is_none_nothing_is_added() -> None:
    found = filled(("old",), 4)
    assert on(found, "old")
    found.put("new", 2)
    found.keep()
    found = shelf(4)
    assert on(found, "old", "new") == ["old", "new"]
    for n in range(9):
        found.put(f"{n}", n + 1)
    assert on(found, "0", "1", "2", "3") == ["0", "1"]


@pytest.mark.usefixtures("store")
def test_a_shelf_full_of_what_nobody_asks_for_makes_room_for_the_next_build() -> None:
    found = filled(("a", "b", "c", "d"), 4)
    assert on(found, "b") == ["b"]
    found.put("new", 5)
    found.keep()
    found = shelf(4)
    assert on(found, "a", "b") == ["b"]
    found.put("new", 5)
    assert on(found, "new") == ["new"]


def test_what_a_build_read_is_left_for_the_next_and_an_edit_writes_nothing_down(store: Store, tmp_path: Path) -> None:
    cache.forget()
    for n in range(100):
        cache.shelf("texts").put(f"text {n}", n + 1)
    cache.keep()
    stored = {path.name for path in (tmp_path / "store").iterdir()}
    cache.forget()
    assert cache.shelf("texts").get("text 7") == 8
    cache.shelf("texts").put("an edit", 1)
    cache.keep()
    assert {path.name for path in (tmp_path / "store").iterdir()} == stored != set()
    cache.forget()
    assert on(cache.shelf("texts"), "text 99", "an edit") == ["text 99"]
    cache.forget()


def another_title(whole: Rendition) -> Rendition:
    return replace(whole, publication=replace(whole.publication, outline=whole.publication.outline.model_copy(update={"title": "Rye"})))


def another_text(whole: Rendition) -> Rendition:
    first, *rest = whole.fragments
    return replace(whole, fragments=(*rest[:-1], replace(rest[-1], xhtml=rest[-1].xhtml.replace("yeast", "salt")), first))


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("change", [lambda whole: whole, another_text, another_title])
@pytest.mark.parametrize("printed", [{"dough": "1", "rise": "2"}, {"dough": "1", "rise": "3"}, {"dough": "2", "glossary": "3"}, {}])
def test_documents_recalled_are_those_that_would_be_made_anew(
    change: Callable[[Rendition], Rendition], printed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spine, "NEW_DOCUMENTS", 1)
    read: list[str] = []
    stock = spine._read
    monkeypatch.setattr(spine, "_read", lambda text, *given: read.append(text) or stock(text, *given))
    cache.forget()
    changed = change(whole())
    anew = spine.files(changed, pages(**printed))
    cache.forget()
    spine.files(whole(), pages(dough="1", rise="2"))
    cache.keep()
    cache.forget()  # another process
    read.clear()
    assert spine.files(changed, pages(**printed)) == anew
    assert bool(read) == (change is another_text or printed != {"dough": "1", "rise": "2"})
    assert len(read) < len(anew) or not printed
    cache.forget()


def test_on_a_passing_shelf_stays_what_the_last_build_asked_for(store: Store) -> None:
    cache.forget()
    for build in ("abc", "bcd", "", "b"):
        for name in build:
            cache.shelf("passing", few=1, passing=True).remembered(name.upper, (name,))
        cache.keep()
    assert sorted(cache.shelf("passing")._values.values()) == ["B"]
    cache.forget()
    found = cache.shelf("passing", few=1, passing=True)
    assert [found.get(cache.digest(name)) for name in "abcd"] == [None, "B", "C", "D"]  # to leave things out is worth no writing
    cache.forget()


def test_what_follows_from_its_parts_is_known_to_every_book_and_what_a_build_left_to_its_own(tmp_path: Path) -> None:
    cache.forget()
    with Store.open(tmp_path / "store") as store:
        with cache.kept_in(store, "maker", whose="one"):
            assert cache.remembered(lambda: b"subset", "font") == b"subset"
            cache.remember(b"pages", None, "reading")
            cache.shelf("written", few=1).put("text", "as it was written")
            cache.keep()
        cache.forget()
        with cache.kept_in(store, "maker", whose="two"):
            assert cache.remembered(lambda: b"made again", "font") == b"subset"
            assert (cache.recall("reading"), cache.shelf("written").get("text")) == (None, None)
    cache.forget()


def test_an_edited_book_comes_out_the_same_whether_its_texts_are_remembered_or_not(tmp_path: Path) -> None:
    place, warm, cold = book(tmp_path / "book"), environment(tmp_path / "warm"), environment(tmp_path / "cold")
    built = run("build", "--book", place, "--output", tmp_path / "one", env=warm)
    assert built.returncode == 0, built.stderr
    path = next((place / "questions").rglob("falling-glass.yaml"))
    edit(path, "\nanswer: |\n", "\nanswer: |\n  One sentence more. ")
    edit(place / "book.yaml", "title: ", "title: New ", required=True)
    for output, env in ((tmp_path / "one", warm), (tmp_path / "two", cold)):
        built = run("build", "--book", place, "--output", output, env=env)
        assert built.returncode == 0, built.stderr
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
