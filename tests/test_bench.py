"""The bench measures books that are what it says they are: generated ones are valid and varied, peers print the same words."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from bench import looseness, measure, press, single_run, typst_book
from bench.__main__ import measured
from bench.edition import Prepared, prepare
from bench.generate import generate
from bench.sessions import Findings, Session, Subject, count_words, differences
from bench.tables import rows, table
from buildwork import ROOT, SMALL
from lxml import etree

from pipeline import theme
from pipeline.flow import load_and_check
from pipeline.model import Book
from pipeline.render import furniture

WORD = re.compile(r"[^\W\d_]+")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A generated book of 60 questions."""
    book, faults = load_and_check(generate(tmp_path_factory.mktemp("generated"), 60))
    assert book is not None
    assert [f"{fault.code} {fault.place}: {fault.message}" for fault in faults] == []
    return book


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """The small book's study edition, rendered for the peers."""
    return prepare(SMALL)


def digests(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


# Generated books


def test_a_generated_book_has_no_fault_and_as_many_questions_as_asked_for(generated: Book) -> None:
    assert len(generated.questions) == 60
    assert len(generated.outline.sections) == 3


def test_the_same_seed_gives_the_same_book_and_another_seed_another(tmp_path: Path) -> None:
    first, again, other = (digests(generate(tmp_path / name, 4, seed)) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert first == again
    assert len(first) > 20
    assert set(first.values()) & set(other.values()) == {first["words.txt"], first["editions/study.yaml"]}


def test_no_two_generated_questions_are_alike(generated: Book) -> None:
    questions = generated.questions.values()
    for said in (
        [q.ask for q in questions],
        [q.answer for q in questions],
        [q.summary for q in questions],
        [q.examples[0].code for q in questions],
        [re.findall(r"\$\$\n(.*)\n\$\$", q.answer)[0] for q in questions],
        ["".join(re.findall(r"(?m)^\|.*$", q.answer)) for q in questions],
        [drawing.svg for drawing in generated.drawings.values()],
    ):
        assert len(said) == len(set(said)) == 60


def test_every_generated_question_has_code_a_table_formulas_a_figure_and_links(generated: Book) -> None:
    for question in generated.questions.values():
        assert all(sign in question.answer for sign in ("$$", "![](figure:", "Table: ", "[[", "{.index}", "[^aside]: ", "!!! "))
        assert len(question.see_also) == 4


def test_generated_code_prints_what_the_book_says(generated: Book) -> None:
    for question in list(generated.questions.values())[:10]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(question.examples[0].code, {})
        assert printed.getvalue() == question.examples[0].output.rstrip("\n") + "\n"


def test_an_edit_changes_one_question_each_time_in_another_way(tmp_path: Path) -> None:
    place = press.settle(SMALL, tmp_path)
    before = digests(place.book)
    edited = press.edit(place.book, 0).relative_to(place.book).as_posix()
    after = digests(place.book)
    press.edit(place.book, 1)
    assert {name for name in after if after[name] != before[name]} == {edited}
    assert digests(place.book)[edited] != after[edited]
    book, faults = load_and_check(place.book)
    assert book is not None
    assert not [fault for fault in faults if fault.severity == "error"]


# Peers


def printed(element: etree._Element) -> Iterator[str]:
    """The words of a fragment that stand on paper."""
    if element.get("class") in ("question-word", "topic-comma", "locator") or "svg" in element.tag:
        return
    yield element.text or ""
    for child in element.iterchildren(etree.Element):
        yield from printed(child)
        yield child.tail or ""


def words_of(prepared: Prepared) -> Counter[str]:
    sections = (etree.fromstring(f"<parts>{fragment.xhtml}</parts>") for fragment in prepared.rendition.fragments)
    return Counter(WORD.findall(" ".join(text for section in sections for text in printed(section))))


def words_in_typst(document: str) -> Counter[str]:
    """The words of the strings in content, that is not of those that are arguments: files, languages, alternatives."""
    shown = re.findall(r'(?<=#)"((?:[^"\\]|\\.)*)"|raw\((?:block: true, (?:lang: "\w+", )?)?"((?:[^"\\]|\\.)*)"', document)
    return Counter(WORD.findall(" ".join((a or b).replace("\\n", "\n").replace("\\u{200b}", "") for a, b in shown)))


def test_every_word_of_the_book_stands_in_the_typst_document(prepared: Prepared, tmp_path: Path) -> None:
    wanted, found = words_of(prepared), words_in_typst(typst_book.document(prepared, tmp_path))
    assert sum(wanted.values()) > 2000
    assert {word: (count, found[word]) for word, count in wanted.items() if found[word] != count} == {}


@pytest.mark.usefixtures("forgetful")
def test_contents_and_index_of_a_large_book_are_whole_in_the_typst_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(furniture, "CONTENTS_LINES", 8)
    monkeypatch.setattr(furniture, "INDEX_LINES", 30)
    parted = prepare(SMALL)
    assert sum("data-continues" in fragment.xhtml for fragment in parted.rendition.fragments) == 2
    document = typst_book.document(parted, tmp_path)
    wanted, found = words_of(parted), words_in_typst(document)
    assert {word: (count, found[word]) for word, count in wanted.items() if found[word] != count} == {}
    assert document.count("#open-wide[") == 2


def test_the_typst_document_is_the_same_each_time(prepared: Prepared, tmp_path: Path) -> None:
    typst_book.write(prepared, tmp_path / "a")
    typst_book.write(prepared, tmp_path / "b")
    first = digests(tmp_path / "a")
    assert first == digests(tmp_path / "b")
    assert {"book.typ", "style.typ", "drawing-1.svg", "fonts/SourceSerif4-Regular.ttf"} <= set(first)


def test_the_typst_document_leads_only_to_places_that_it_has(prepared: Prepared, tmp_path: Path) -> None:
    document = typst_book.document(prepared, tmp_path)
    places = re.findall(r"#metadata\(none\)<([\w-]+)>", document)
    assert len(places) == len(set(places)) > 20
    assert set(re.findall(r"(?:link|pg|entry)\(<([\w-]+)>", document)) == set(places)


def test_files_that_the_typst_document_names_are_written(prepared: Prepared, tmp_path: Path) -> None:
    document = typst_book.write(prepared, tmp_path).read_text()
    named = set(re.findall(r'"([\w.-]+\.svg)"', document))
    assert len(named) > 5
    assert {name for name in named if not (tmp_path / name).is_file()} == set()


def test_signs_of_typst_in_the_text_stay_text() -> None:
    walk = typst_book.Walk(Path(), set(), set())
    paragraph = etree.fromstring('<p>#let "x" = \\n [a]&#160;<code>$y$ *z*</code> </p>')
    assert walk.element(paragraph) == '#par[#"#let \\"x\\" = \\\\n [a]" #raw("$y$ *z*") ]\n'


def test_weasyprint_counts_every_page_number_itself(prepared: Prepared, tmp_path: Path) -> None:
    text = single_run.write(prepared, tmp_path).read_text()
    assert text.count('data-target="#') > 20
    assert re.search(r">[^<]*000[^<]*<", text) is None


@pytest.mark.soak
def test_typst_prints_the_small_book_with_the_same_words_on_as_many_pages(built: Path, prepared: Prepared, tmp_path: Path) -> None:
    """Wants the lock file of the bench."""
    from bench import peers

    (ours,) = (built / "study").glob("*-a4.pdf")
    peer = peers.typst(prepared, tmp_path)
    peer.print()
    found = Findings(Subject("small", SMALL, 8, 1))
    found.look_at("guidepress", ours)
    found.look_at(peer.name, peer.pdf)
    count_words(found, {"guidepress": ours, peer.name: peer.pdf})
    assert found.words["guidepress"] > 2000
    assert list(differences(found)) == []


# Measuring


def test_memory_and_processor_time_of_a_process_and_its_children_are_seen() -> None:
    child = "x = bytearray(120_000_000); import time; time.sleep(0.3)"
    parent = f"import subprocess, sys; [sum(range(1000)) for _ in range(5000)]; subprocess.run([sys.executable, '-c', {child!r}])"
    run = measure.run([sys.executable, "-c", parent], press.environment(Path()))
    assert 120 < run.worker_mb < 200
    assert run.root_mb < 60
    assert run.largest_mb == run.worker_mb
    assert run.wall > 0.3
    assert run.cpu > 0.05


@pytest.mark.parametrize(("name", "kind"), [(measure.BINDER, "binder_mb"), (measure.READER, "reader_mb")])
def test_a_process_that_binds_or_reads_is_told_from_other_workers(name: str, kind: str) -> None:
    child = f"open('/proc/self/comm', 'w').write({name!r}); x = bytearray(80_000_000); import time; time.sleep(0.3)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    run = measure.run([sys.executable, "-c", parent], press.environment(Path()))
    assert run.worker_mb < 60
    assert 80 < getattr(run, kind) == run.largest_mb < 160
    assert run.binding_mb == (run.binder_mb or run.root_mb)


def test_a_book_that_fails_takes_nothing_away_from_what_others_have_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_round(self: Session) -> None:
        if self.subject.name == "bad":
            raise measure.Failure("exit 1")
        self.found.rounds += 1

    monkeypatch.setattr(Session, "round", one_round)
    sessions = [Session(Subject(name, tmp_path, 1, 2), tmp_path) for name in ("good", "bad", "other")]
    found = measured(sessions, time.perf_counter() + 60)
    assert [(one.subject.name, one.rounds) for one in found] == [("good", 2), ("other", 2)]
    assert [session.failed for session in sessions] == ["", "exit 1", ""]


def test_a_command_that_fails_is_a_failure_with_what_it_said() -> None:
    with pytest.raises(measure.Failure, match="exit 3\nso sad"):
        measure.run([sys.executable, "-c", "print('so sad', end=''); raise SystemExit(3)"], press.environment(Path()))


def test_waiting_ends_when_the_command_has_ended() -> None:
    with measure.staying([sys.executable, "-c", "pass"], press.environment(Path())) as child:
        child.wait(30)
        with pytest.raises(measure.Failure, match="ended with exit 0"):
            measure.until(lambda: False, child)


def test_a_watching_command_is_ended_as_ctrl_c_ends_it() -> None:
    with measure.staying([sys.executable, "-c", "import time; time.sleep(60)"], press.environment(Path())) as child:
        time.sleep(0.3)
    assert child.returncode is not None
    assert child.returncode != 0


def findings(questions: int, seconds: float, **peers: float) -> Findings:
    """A book of five pages a question, whose builds took so long."""
    found = Findings(Subject(f"generated {questions}", Path(), questions, 1, everything=questions < 1000))
    for name in ("cold", "edit", "unchanged", "start-up", "epub"):
        found.add(name, measure.Run(seconds, seconds, 400.0, 100.0))
    for name in ("guidepress", *peers):
        found.pages[name], found.bytes[name], found.clean[name] = questions * 5, questions * 50_000, True
    for name, taken in peers.items():
        found.add(name, measure.Run(taken, taken, 800.0))
    return found


def test_a_row_says_pass_or_miss_beside_its_target() -> None:
    verdicts = {(r.what, r.beside): (round(r.ratio or 0, 3), r.verdict) for r in rows([findings(50, 20.0, WeasyPrint=50.0, Typst=5.0)])}
    assert verdicts["cold A4 PDF, a page", "WeasyPrint"] == (0.4, "pass")
    assert verdicts["one question edited, A4 PDF, fresh process", "WeasyPrint"] == (0.4, "miss")
    assert verdicts["one question edited, A4 PDF, fresh process", "Typst"] == (4.0, "miss")
    assert verdicts["size of the PDF, a page", "WeasyPrint"] == (1.0, "pass")


def test_an_option_that_is_not_there_is_a_miss_and_says_so() -> None:
    lines = table(rows([findings(50, 20.0, Typst=5.0)])).splitlines()
    (watch,) = (line for line in lines if "--watch" in line)
    assert "not in this version" in watch
    assert watch.endswith("miss")


def test_large_books_are_compared_with_the_one_of_260_questions() -> None:
    lines = [r for r in rows([findings(260, 52.0), findings(2600, 700.0)]) if r.book == "generated 2600"]
    (cost,) = (r for r in lines if r.what == "cold A4 PDF, a question")
    assert (round(cost.ratio or 0, 3), cost.verdict) == (1.346, "miss")
    assert [r.verdict for r in lines if r.what == "memory of the binding process" and r.target] == ["pass"]


def test_another_book_than_ours_is_noticed() -> None:
    found = findings(50, 20.0, Typst=5.0)
    found.words = {"guidepress": 10_000, "Typst": 10_000}
    assert list(differences(found)) == []
    found.words["Typst"], found.pages["Typst"], found.missing = 9_800, 320, {"Typst": 200}
    assert len(list(differences(found))) == 3


def test_make_bench_installs_what_it_measures_with() -> None:
    alone = {**os.environ, "MAKEFLAGS": "", "MFLAGS": "", "MAKELEVEL": ""}
    shown = subprocess.run(["make", "-n", "bench"], cwd=ROOT, env=alone, capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1].endswith("-m bench")
    text = (ROOT / "requirements-bench.lock").read_text()
    assert re.findall(r"(?m)^(\S+)==([\d.]+) \\$", text) == [("typst", "0.15.2")]
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) > 10
    assert "://" not in text


def test_the_spread_of_lines_is_that_of_their_natural_widths_without_the_last_ones() -> None:
    advances = {"n": 5.0, " ": 2.0, "-": 3.0}
    even = looseness.spread([["nn nn", "nn nn", "n"], ["nn nn", "nnnn"]], advances, 22.0)
    assert (even.lines, even.mean, even.deviation, even.hyphens) == (3, 1.0, 0.0, 0)
    uneven = looseness.spread([["nn nn", "n-", "nnnn"]], advances, 22.0)
    assert uneven.mean == pytest.approx((1 + 8 / 22) / 2)
    assert uneven.deviation == pytest.approx((1 - 8 / 22) / 2)
    assert uneven.hyphens == 1


def test_lines_that_are_compared_are_those_of_the_same_words() -> None:
    book, _ = load_and_check(ROOT / "content")
    assert book is not None
    texts = list(itertools.islice(looseness.paragraphs(book), looseness.COUNT))
    assert len(texts) == looseness.COUNT
    pages = looseness.lines_of(looseness.pressed(texts, theme.look((), "study").paged("a4")))
    assert ["".join(" ".join(page).replace("- ", "").split()) for page in pages] == ["".join(text.split()) for text in texts]
