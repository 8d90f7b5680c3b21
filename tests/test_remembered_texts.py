"""Texts are remembered from build to build, and what is remembered is what would be read and written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from buildwork import book, bytes_of, edit, environment, run
from epubwork import pages, whole

from pipeline import checks, load, markup, model, theme
from pipeline.checks import spelling
from pipeline.epub import spine
from pipeline.markup import Target, Text, highlight, parser
from pipeline.markup.parser import recalled
from pipeline.model import Book
from pipeline.render import Rendition
from pipeline.render.setter import write
from pipeline.theme import coverage
from pipeline.work import cache
from pipeline.work.store import Store

RICH = """A [[term:loss|loss]] of $x^2$, {=sweep.best}[^n], and [words]{.index term="Word" see-also="Other"}.

[^n]: A note.

## Heading

![](figure:curve)

[[box:legal]]

!!! note
    Mind *this*: `code`.

Table: A caption

| a | b |
|---|---|
| 1 | 2 |
"""


def target(text: Text, medium: str = "paged") -> Target:
    return Target(
        medium=medium, scope="s", level=2, labels=theme.labels("en"), spoken=theme.spoken("en"),
        words=theme.words_digest("en"),
        shown={reference: f"<b>{reference.kind} {reference.id}</b>" for reference in text.references},
        drawings={found: markup.svg(found.latex, display=found.display) for found in text.formulas},
        table_labels=tuple(f"Table {n}" for n in range(1, text.tables + 1)),
    )  # fmt: skip


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


@pytest.mark.usefixtures("store")
def test_what_checks_found_is_found_again_without_a_parser_and_a_dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = book(tmp_path / "book")
    one, other, *_ = (path for path in sorted((place / "questions").rglob("*.yaml")) if "\nanswer: |\n" in path.read_text())
    edit(one, "\nanswer: |\n", "\nanswer: |\n  They recieve the the colour 𝄞.\n\n")
    edit(other, "\nanswer: |\n", f"\nanswer: |\n  ```\n  {'long ' * 30}\n  ```\n\n")
    found, _ = load.load_book(place)
    assert found is not None
    before = checks.check(found)
    assert {"C704", "C706", "C802", "M112"} <= {fault.code for fault in before}
    cache.shelf("checked")._few = cache.shelf("parsed")._few = 1
    cache.keep()
    cache.forget()  # another process
    markup.parse.cache_clear()
    spelling._verdict.cache_clear()
    monkeypatch.setattr(spelling, "_dictionary", lambda: pytest.fail("the dictionary was opened"))
    monkeypatch.setattr(parser, "_parsed", lambda source, *_: pytest.fail(f"parsed: {source}"))
    monkeypatch.setattr(coverage, "_of_font", lambda _: pytest.fail("a font was opened"))
    coverage._of_look.cache_clear()
    coverage._of_all.cache_clear()
    assert checks.check(found) == before
    cache.forget()
    markup.parse.cache_clear()


@pytest.mark.parametrize("medium", ["paged", "reflow"])
def test_a_text_is_written_once_for_the_same_surroundings(medium: str) -> None:
    text, known = markup.parse(RICH), shelf()
    assert not text.faults
    first = write(text, target(text, medium), known)
    assert first == markup.to_xhtml(text, target(text, medium))
    unread = replace(text, read=lambda: pytest.fail("the text was read again"))
    assert write(unread, target(text, medium), known) == first


def otherwise(kind: str) -> Callable[[Text], dict]:
    def changed(text: Text) -> dict:
        shown = target(text).shown
        return {"shown": {r: f"{said}, p. 3" if r.kind == kind else said for r, said in shown.items()}}

    return changed


def moved(text: Text) -> dict:
    return {"drawings": {found: replace(setting, depth=9.0) for found, setting in target(text).drawings.items()}}


@pytest.mark.parametrize(
    "changes",
    [
        lambda _: {"scope": "other"}, lambda _: {"level": 3},
        lambda _: {"medium": "reflow"}, lambda _: {"table_labels": ("Table 3.1",)}, moved,
        *(otherwise(kind) for kind in ("term", "figure", "box", "value")),
    ],
)  # fmt: skip
def test_whatever_a_text_is_told_by_its_surroundings_it_is_written_anew_when_that_changes(changes: Callable[[Text], dict]) -> None:
    text, known = markup.parse(RICH), shelf()
    before = target(text)
    after = replace(before, **changes(text))
    write(text, before, known)
    assert write(text, after, known) == markup.to_xhtml(text, after) != markup.to_xhtml(text, before)


def test_words_of_a_language_that_change_are_written(templates: Path) -> None:
    text, known = markup.parse("!!! note\n    Mind this.\n"), shelf()
    assert "Mind this" in write(text, target(text), known)
    edit(templates / "labels/en.yaml", "note: Note", "note: Nota")
    theme.forget()
    assert "Nota" in write(text, target(text), known)


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
