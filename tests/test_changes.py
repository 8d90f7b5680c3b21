"""A returning reader is told what has changed since their copy, question by question, with the page in it and in the new one."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import reading
from buildwork import SMALL, book, edit, environment, run
from conftest import assembled, read
from lxml import etree

from pipeline import changes, markup, model
from pipeline.changes import Change, Changes
from pipeline.changes.telling import old_pages
from pipeline.cli.__main__ import main
from pipeline.model import Book, KeptBook, Printing, Traces
from pipeline.model.questions import GivenHint
from pipeline.release.titles import media_type
from pipeline.theme import labels

LIGHTS, WATCH = "questions/lights-and-tides", "questions/weather-and-watch"
FACTS = KeptBook(id="harbor-watch-interview-guide", title="Harbor Watch", version="0.2.0", date="2026-11-22")
PUBLIC = ("practice", "sample", "study")
ATOM = {"a": "http://www.w3.org/2005/Atom"}
QUESTION = """id: {id}
ask: {ask}
type: technical
level: foundation
minutes: 4
topics: [lights]
competency: navigation
answer: |
  {answer}
sources: [metoffice]
reviewed: 2026-11-22
"""
PDFS = "--format", "pdf", "--quiet"
WICK = QUESTION.format(id="spare-wick", ask="Where do you keep the spare wick?", answer="In the dry locker, and a second one in my coat.")
SIGNAL = QUESTION.format(
    id="fog-signal", ask="The fog signal falls silent. What comes first?", answer="Warn the ships in sight, then mend it."
)


# The letters of a text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Reef early, and say so.", "reef early and say so"),
        ("An over fitting hull", "an over-fitting *hull*!"),
        ("One line\nand another.", "One line and another."),
        ("Strike it through.\n\nInitial it.", "Strike it through. Initial it."),
        ("It’s late", "It's late"),
        ("A [log]{.index} tells", "A **log** tells"),
        ("Call `fit` twice", "Call fit twice"),
        ("From 3-5 knots", "From 3–5 knots"),
    ],
)
def test_case_markup_spaces_and_punctuation_are_wording(old: str, new: str) -> None:
    (_, one), (_, other) = (markup.digests(markup.parse(text)) for text in (old, new))
    assert one == other


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("It rises 1.5 m", "It rises 15 m"),
        ("From 3-5 knots", "At 35 knots"),
        ("It is -5 outside", "It is 5 outside"),
        ("About .5 m", "About 5 m"),
        ("Some 5% of it", "Some 5 of it"),
        ("Where $a + b$ holds", "Where $a - b$ holds"),
        ("Write `a-b`", "Write `ab`"),
        ("```python\nif a:\n    b\n```", "```python\nif a:\nb\n```"),
        ("So 10^2^ of them", "So 102 of them"),
        ("It increases", "It decreases"),
        ("| a | b |\n|---|---|\n| 1 | 23 |", "| a | b |\n|---|---|\n| 12 | 3 |"),
        ("See [[corrected-log]]", "See [[falling-glass]]"),
    ],
)
def test_what_says_something_else_is_more_than_wording(old: str, new: str) -> None:
    texts = [_answering(read(SMALL), text) for text in (old, new)]
    (change,) = compared(*texts).questions
    assert change.kinds == ("answer",)


def test_lines_broken_elsewhere_and_marks_of_the_index_are_no_change() -> None:
    old, new = (markup.digests(markup.parse(text)) for text in ("One line\nand a [log]{.index}.", "One line and\na log."))
    assert old == new


# What has changed


def traced(whole: Book, names: tuple[str, ...] = PUBLIC) -> Traces:
    """Return what a manifest would keep of a book, each question on a page of its own."""
    publications = assembled(whole)
    found = changes.trace([publications[name] for name in names])
    folios = {question.id: {"ask": str(n)} for n, question in enumerate(found.questions, start=1)}
    printed = {
        name: edition.model_copy(
            update={
                "pages": (Printing(papers=("a4",), folios={q: folios[q] for q in edition.pages[0].folios}),),
            }
        )
        for name, edition in found.editions.items()
    }
    return found.model_copy(update={"editions": printed})


def compared(old: Book, new: Book, names: tuple[str, ...] = PUBLIC) -> Changes:
    return changes.compare((FACTS, traced(old, names)), (FACTS, traced(new, names)))


def _answering(whole: Book, text: str) -> Book:
    return _with(whole, "light-characteristics", answer=text)


def _with(whole: Book, question: str, **fields: object) -> Book:
    return replace(whole, questions={**whole.questions, question: whole.questions[question].model_copy(update=fields)})


def _longer(whole: Book) -> Book:
    """Add a question that nothing refers to, before the others."""
    spare = whole.questions["corrected-log"].model_copy(update={"id": "spare-wick"})
    longer = replace(
        whole,
        questions={**whole.questions, "spare-wick": spare},
        origins={**whole.origins, ("question", "spare-wick"): whole.origin(whole.questions["corrected-log"])},
    )
    return _listing(longer, ("spare-wick", *ONE), TWO)


def _listing(whole: Book, *divisions: tuple[str, ...]) -> Book:
    sections = (d.model_copy(update={"questions": names}) for d, names in zip(whole.outline.sections, divisions, strict=True))
    return replace(whole, outline=whole.outline.model_copy(update={"sections": tuple(sections)}))


def _calling(whole: Book, old: str, new: str, term: str) -> Book:
    """Give a term another id and another name, wherever texts link to it."""
    terms = {t.id: t for t in (t.model_copy(update={"id": new, "term": term}) if t.id == old else t for t in whole.terms.values())}
    linked = {
        name: q.model_copy(update={"answer": (q.answer or "").replace(f"[[term:{old}", f"[[term:{new}")})
        for name, q in whole.questions.items()
    }
    return replace(whole, terms=terms, questions=linked)


def _drawn(whole: Book) -> Book:
    svg = whole.drawings["keel"].svg.replace(b"</svg>", b'<path d="M1 1h9"/></svg>')
    return replace(whole, drawings={**whole.drawings, "keel": replace(whole.drawings["keel"], svg=svg)})


def _boxed(whole: Book) -> Book:
    boxes = {name: box.model_copy(update={"body": "Another panel."}) for name, box in whole.boxes.items()}
    return replace(whole, boxes=boxes)


ONE, TWO = ("light-characteristics", "tide-by-twelfths", "under-keel-clearance"), ("falling-glass", "corrected-log", "relief-in-fog")
EDITS: dict[str, tuple[Callable[[Book], Book], dict[str, tuple[str, ...]]]] = {
    "nothing": (lambda whole: whole, {}),
    "a comma": (
        lambda b: _with(b, "corrected-log", key_points=tuple(k.replace(",", ";") for k in b.questions["corrected-log"].key_points)),
        {"corrected-log": ("wording",)},
    ),
    "another answer": (lambda b: _with(b, "corrected-log", answer="Nobody errs."), {"corrected-log": ("answer",)}),
    "another question": (lambda b: _with(b, "corrected-log", ask="Tell us of an error."), {"corrected-log": ("question",)}),
    "another order": (lambda b: _listing(b, (ONE[1], ONE[0], ONE[2]), TWO), {"tide-by-twelfths": ("moved",)}),
    "another section": (lambda b: _listing(b, ONE[:2], (ONE[2], *TWO)), {"under-keel-clearance": ("moved",)}),
    "another figure": (_drawn, {"under-keel-clearance": ("figure",)}),
    "a term renamed": (lambda b: _calling(b, "isobar", "isobar", "pressure line"), {"falling-glass": ("term",)}),
    "a term with another id": (lambda b: _calling(b, "isobar", "pressure-line", "pressure line"), {"falling-glass": ("term",)}),
    "a term with nothing but another id": (lambda b: _calling(b, "isobar", "line", "isobar"), {}),
    "a kit's question": (lambda b: _with(b, "relief-in-fog", ask="What now?", answer="Nothing."), {}),
    "an interviewer's part": (lambda b: _with(b, "corrected-log", probes=("And then?",), rubric=None), {}),
    "a second hint": (
        lambda b: _with(b, "falling-glass", hints=(b.questions["falling-glass"].hints[0], GivenHint(text="Ask the harbor."))),
        {"falling-glass": ("answer",)},
    ),
    "what a hint costs": (
        lambda b: _with(b, "falling-glass", hints=tuple(h.model_copy(update={"at_most": 1}) for h in b.questions["falling-glass"].hints)),
        {"falling-glass": ("answer",)},
    ),
    "a level": (lambda b: _with(b, "corrected-log", level="advanced", minutes=9), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_each_change_is_told_for_what_it_is(book: Book, name: str) -> None:
    change, wanted = EDITS[name]
    assert {each.id: each.kinds for each in compared(book, change(book)).questions} == wanted


def test_what_is_new_or_gone_is_told_and_what_comes_after_it_has_not_moved(book: Book) -> None:
    (added,) = compared(book, _longer(book)).questions
    assert (added.id, added.kinds, added.pages[0].page.old, added.pages[0].page.new) == ("spare-wick", ("added",), "", "1")
    (removed,) = compared(_longer(book), book).questions
    assert (removed.id, removed.kinds, removed.pages[0].page.old, removed.pages[0].page.new) == ("spare-wick", ("removed",), "1", "")


def test_a_panel_that_is_another_is_a_change_of_the_question_that_includes_it(book: Book) -> None:
    old = _with(book, "falling-glass", answer="Wait.\n\n[[box:fair]]\n")
    assert [(each.id, each.kinds, each.parts) for each in compared(old, _boxed(old)).questions] == [
        ("falling-glass", ("answer",), ("answer",))
    ]


def test_a_release_that_prints_less_of_a_question_is_compared_in_what_both_print(book: Book) -> None:
    old, new = traced(book, ("sample",)), traced(_with(book, "falling-glass", answer="Wait."), PUBLIC)
    assert changes.compare((FACTS, old), (FACTS, new)).questions == ()


# What a manifest must not keep


def test_nothing_of_kits_and_of_what_is_withheld_leaves_a_trace(book: Book) -> None:
    kept = json.dumps(traced(book).written())
    secret = {name for name, q in book.questions.items() if q.audience == "kit"}
    assert secret and not [name for name in secret if name in kept]
    digests = set(re.findall(r"[0-9a-f]{16}", kept))
    told: dict[bool, list[str]] = {False: [], True: []}
    for question in book.questions.values():
        for keys, kind, text in model.prose(question):
            hidden = question.id in secret or keys[0] in ("probes", "calibration")
            guessed = markup.digests(markup.parse(text, inline=kind.inline))
            once = {markup.digest(each) for each in guessed}
            if {*guessed, *once, *map(markup.digest, once)} & digests:
                told[hidden].append(text)
    assert told[True] == [] and len(told[False]) > 10


@pytest.mark.parametrize("part", ["answer", "summary", "key_points", "samples"])
def test_a_release_without_answers_keeps_no_digest_of_any(book: Book, part: str) -> None:
    assert part in traced(book).questions[0].parts
    assert [question for question in traced(book, ("sample",)).questions if part in question.parts] == []


def test_which_option_is_correct_is_not_in_the_digest_of_the_options(book: Book) -> None:
    options = [model.questions.Choice(text="Red", correct=correct) for correct in (True, False)]
    some, others = (_with(book, "falling-glass", choices=(options[n], options[1 - n])) for n in (0, 1))
    editions = {"sample": book.editions["sample"].model_copy(update={"parts": ("choices",)})}
    one, other = (traced(replace(each, editions=editions), ("sample",)) for each in (some, others))
    assert one == other and "choices" in next(q for q in one.questions if q.id == "falling-glass").parts


# Two releases, their pages read as a reader reads them


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, warm: Path) -> tuple[Path, Path]:
    """The small book twice: with a question more, and edited in seven ways, with a chapter that says so."""
    place = tmp_path_factory.mktemp("changes")
    env = environment(shutil.copytree(warm, place / "cache"))
    old, new = book(place / "old", "study", "practice"), place / "new"
    (old / WATCH / "spare-wick.yaml").write_text(WICK)
    edit(old / "book.yaml", "corrected-log, relief-in-fog]", "corrected-log, spare-wick, relief-in-fog]")
    for name in ("study", "practice"):
        edit(old / f"editions/{name}.yaml", "contents, front", "contents, what-changed, front")
    shutil.copytree(old, new)
    first = run("build", "--book", old, "--output", place / "old-output", *PDFS, env=env)
    assert first.returncode == 0, first.stderr
    _edited(new, place / "old-output/guides/manifest.json")
    second = run("build", "--book", new, "--output", place / "new-output", *PDFS, env=env)
    assert second.returncode == 0, second.stderr
    return place / "old-output", place / "new-output"


def _edited(folder: Path, manifest: Path) -> None:
    (folder / "releases").mkdir()
    shutil.copy(manifest, folder / "releases/0.2.0.json")
    outline = folder / "book.yaml"
    edit(outline, "version: 0.2.0\ndate", "version: 0.3.0\nprevious: releases/0.2.0.json\ndate")
    edit(outline, "changes:\n", "changes:\n  - {version: 0.3.0, date: 2026-11-22, text: The rule of twelfths comes first.}\n")
    edit(folder / WATCH / "corrected-log.yaml", "struck it through with one line, wrote", "struck it through with one line; wrote")
    edit(folder / LIGHTS / "under-keel-clearance.yaml", "grows by 44%", "grows by 45%")
    (folder / WATCH / "spare-wick.yaml").unlink()
    (folder / WATCH / "fog-signal.yaml").write_text(SIGNAL)
    edit(outline, "[falling-glass, corrected-log, spare-wick, relief-in-fog]", "[fog-signal, falling-glass, corrected-log, relief-in-fog]")
    edit(outline, "[light-characteristics, tide-by-twelfths,", "[tide-by-twelfths, light-characteristics,")
    edit(folder / "figures/keel.svg", "</svg>", '<path d="M1 1h30" stroke="#6c757a"/></svg>')
    edit(folder / "glossary.yaml", "term: isobar\n", "term: pressure line\n")


KINDS = {
    "tide-by-twelfths": ["moved"], "under-keel-clearance": ["answer", "figure"], "fog-signal": ["added"], "falling-glass": ["term"],
    "corrected-log": ["wording"], "spare-wick": ["removed"],
}  # fmt: skip


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main(["changes", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def pdf(output: Path, edition: str) -> Path:
    return next((output / "guides" / edition).glob("*-a4.pdf"))


def without_figures(text: str) -> str:
    """Return letters alone: the number of a question may stand beside the second line of it."""
    return "".join(filter(str.isalpha, text)).casefold()


def on_page(path: Path, folio: str) -> str:
    """Return the letters of the page with a folio."""
    return reading.letters(reading.page_texts(path)[reading.labels(path).index(folio)])


def test_a_book_edited_in_seven_ways_is_told_rightly_and_both_pages_are_true(outputs, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, *outputs, "--as", "json"))
    assert {each["id"]: each["changes"] for each in found["questions"]} == KINDS
    assert found["terms"] == [{"old": "isobar", "new": "pressure line", "questions": ["falling-glass"]}]
    for each in found["questions"]:
        assert [row["edition"] for row in each["pages"]] == ["practice", "study"]
        for row in each["pages"]:
            for side, output in zip(("old", "new"), outputs, strict=True):
                assert bool(row[side]) == (each["changes"] != ["added" if side == "old" else "removed"])
                if row[side]:
                    assert without_figures(each["name"]) in without_figures(on_page(pdf(output, row["edition"]), row[side])), (
                        each["id"],
                        row,
                    )


def test_a_part_that_stands_on_another_page_is_told_with_its_own(outputs, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, *outputs, "--as", "json", "--edition", "practice"))
    (row,) = next(each["pages"] for each in found["questions"] if each["id"] == "under-keel-clearance")
    for side, output in zip(("old", "new"), outputs, strict=True):
        assert row["parts"]["answer"][side] != row[side]
        assert reading.letters("The sum With charted depth") in on_page(pdf(output, "practice"), row["parts"]["answer"][side])


@pytest.mark.parametrize("edition", ["study", "practice"])
def test_the_chapter_says_the_same_with_the_page_in_this_copy_and_in_the_old_one(outputs, edition: str, capsys) -> None:
    found = json.loads(told(capsys, *outputs, "--as", "json", "--edition", edition))
    path = pdf(outputs[1], edition)
    page = next(text for text in reading.page_texts(path) if "This is what has changed since version 0.2.0" in text)
    words = " ".join(page.split())
    for each in found["questions"]:
        (row,) = each["pages"]
        row = row["parts"].get("answer", row) if "answer" in each["changes"] else row
        old = f"p. {row['old']} in version 0.2.0"
        new = f"p. {row['new']}" if row["new"] else ""
        wanted = f"{new} ({old})" if row["old"] and new else new or old
        assert re.search(rf"{re.escape(each['name'])}.{{0,60}}{re.escape(wanted)}", re.sub(r"\s+", " ", words)), (each["id"], wanted)
    assert reading.letters("What changed") not in "".join(map(reading.letters, reading.page_texts(pdf(outputs[0], edition))))


def test_the_same_release_twice_has_no_changes(outputs, capsys: pytest.CaptureFixture[str]) -> None:
    output = outputs[1]
    manifest = output / "guides/manifest.json"
    assert told(capsys, output, manifest) == "Harbor Watch Interview Guide: 0.3.0 to 0.3.0: no question has changed.\n"
    assert json.loads(told(capsys, manifest, output / "guides", "--as", "json"))["questions"] == []


def test_the_text_names_what_has_changed_and_where(outputs, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, *outputs, "--edition", "study").splitlines()
    assert lines[0] == "Harbor Watch Interview Guide: 0.2.0 to 0.3.0"
    assert [line for line in lines[1:] if line and not line.startswith(" ")] == [
        "New", "Answer changed", "Term renamed", "Moved", "Wording only", "Removed",
    ]  # fmt: skip
    assert any("(Answer, Figure changed)" in line for line in lines)


def test_the_release_page_and_its_feed_say_the_same(outputs, capsys: pytest.CaptureFixture[str]) -> None:
    guides = outputs[1] / "guides"
    page = " ".join(etree.HTML((guides / "index.html").read_text()).xpath("string(//section[@id='news'])").split())
    feed = etree.parse(guides / "changes.atom")
    newest, *older = feed.iterfind("a:entry", ATOM)
    content = " ".join("".join(newest.find("a:content", ATOM).itertext()).split())
    for text in (page, content):
        assert "The rule of twelfths comes first." in text
        assert re.search(r"Removed 6\s+Where do you keep the spare wick\?.*Study edition, A4: p. \d+ in version 0.2.0", text)
        assert "“isobar” is now “pressure line”" in text
    assert [entry.findtext("a:title", "", ATOM) for entry in older] == ["What is new in version 0.2.0", "What is new in version 0.1.0"]
    link = '<link rel="alternate" type="application/atom+xml" href="changes.atom"'
    assert link in (guides / "index.html").read_text() and media_type("changes.atom") == "application/atom+xml"
    manifest = json.loads((guides / "manifest.json").read_text())
    assert "changes.atom" in [each["path"] for each in manifest["offer"]] and "changes.atom" in (guides / "SHA256SUMS").read_text()
    alone = etree.fromstring(told(capsys, *outputs, "--as", "atom").encode())
    assert len(alone.findall("a:entry", ATOM)) == 1


def test_a_file_that_is_taken_over_keeps_its_pages(outputs, tmp_path: Path) -> None:
    output = tmp_path / "output"
    shutil.copytree(outputs[1], output, symlinks=True)
    before = json.loads((output / "guides/manifest.json").read_text())["traces"]
    folder = outputs[1].parent / "new"
    built = run("build", "study", "--strict", "--book", folder, "--output", output, *PDFS, env=environment(outputs[1].parent / "cache"))
    assert built.returncode == 0, built.stderr
    assert json.loads((output / "guides/manifest.json").read_text())["traces"] == before


# Manifests that are none


HOSTILE = {
    "deep": b"[" * 100_000,
    "huge": b"[" + b"0," * 2_100_000 + b"0]",
    "empty": b"",
    "no JSON": b"\x00\xff\xfe",
    "a list": b"[1, 2]",
    "another schema": b'{"schema": 2}',
    "older": b'{"schema": 1, "book": {"id": "a", "title": "A", "version": "1.0.0", "date": "2026-01-01"}, "artefacts": []}',
    "wrong types": b'{"schema": 1, "book": {"id": 7, "title": [], "version": {}, "date": null}, "traces": []}',
    "no digest": b'{"schema": 1, "book": {"id": "a", "title": "A", "version": "1.0.0", "date": "2026-01-01"}, "traces": {"lang": "en",'
    b'"editions": {}, "questions": [{"id": "a", "section": "b", "number": "1", "name": "A", "parts": {"ask": "short"}}]}}',
    "what a terminal obeys": b'{"schema": 1, "book": {"id": "a", "title": "A\\u001b[2J", "version": "1.0.0", "date": "2026-01-01"},'
    b'"traces": {"lang": "en", "editions": {}, "questions": []}}',
    "what no XML holds": b'{"schema": 1, "book": {"id": "a", "title": "A", "version": "1.0.0", "date": "2026-01-01"},'
    b'"traces": {"lang": "en",'
    b'"editions": {}, "questions": [{"id": "a", "section": "b", "number": "1", "name": "A\\uffff", "parts": {}}]}}',
    "not a number": b'{"schema": NaN, "book": 1e999, "traces": Infinity}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_manifest_that_is_none_is_refused_with_a_code(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(HOSTILE[name])
    assert main(["changes", str(path), str(path)]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("error[R103]: ") and "= hint: name " in shown and "Traceback" not in shown
    assert len(shown) < 1200


@pytest.mark.parametrize("name", ["missing.json", "folder", "pipe"])
def test_what_is_no_file_is_refused_with_a_code(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert main(["changes", str(tmp_path / name), str(tmp_path / name)]) == 1
    assert capsys.readouterr().err.startswith("error[S101]: ")


def test_two_books_are_not_compared(book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = traced(book).written()
    for name in ("one", "other"):
        facts = {**FACTS.model_dump(), "id": name}
        (tmp_path / f"{name}.json").write_text(json.dumps({"schema": 1, "book": facts, "traces": kept}))
    assert main(["changes", str(tmp_path / "one.json"), str(tmp_path / "other.json")]) == 1
    assert "error[R104]: these are two books: 'one' and 'other'" in capsys.readouterr().err
    assert main(["changes", str(tmp_path / "one.json"), str(tmp_path / "one.json"), "--edition", "kit"]) == 1
    assert "error[R104]: they have no edition" in capsys.readouterr().err


def test_a_question_that_is_for_kits_now_is_told_by_its_number_alone(book: Book) -> None:
    kept = model.Kept(schema=1, book=FACTS, traces=traced(book))
    hidden = replace(_with(book, "falling-glass", audience="kit", name="Glass"), previous=kept)
    study = book.editions["study"].model_copy(update={"sections": ("what-changed", *book.editions["study"].sections)})
    publication = assembled(replace(hidden, editions={**book.editions, "study": study}))["study"]
    (row,) = (q for group in publication.sections[0].record.groups for q in group.questions if not q.target)
    assert (row.number, row.name, row.old) == ("4", "", "p. 4 in version 0.2.0")


def test_a_book_without_an_older_manifest_has_no_such_chapter(book: Book) -> None:
    study = book.editions["study"].model_copy(update={"sections": ("what-changed", *book.editions["study"].sections)})
    found = assembled(replace(book, editions={"study": study}))["study"]
    assert found.sections == assembled(book)["study"].sections


def test_where_papers_have_other_pages_each_is_told_with_its_own() -> None:
    pages = [("45", ("a4",)), ("44", ("letter",))]
    assert old_pages(pages, FACTS, labels("en")) == "p. 45 on A4, p. 44 on Letter in version 0.2.0"


def test_a_change_has_the_kind_that_weighs_most_first() -> None:
    assert Change("a", "1", "A", ("answer", "moved")).kind == "answer"
