"""A build does what has changed and nothing else, and says what it did."""

from __future__ import annotations

import io
import json
import os
import random
import re
import resource
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from buildwork import PDF, book, bytes_of, edit, environment, run, run_anew, start
from PIL import Image

from pipeline import bindery, release, theme
from pipeline.flow import finishing
from pipeline.preflight import pdf_reader
from pipeline.work import cache
from pipeline.work.store import Store

WATCH = "questions/weather-and-watch"


def build(place: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    options = ("--book", place / "book", "--output", place / "output", "--jobs", "1")
    return run("build", *arguments, *options, env=environment(place / "cache", **variables))


def built(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = build(place, *arguments)
    assert done.returncode == 0, done.stderr
    return done


def standing(place: Path) -> release.Release:
    found, reason = release.read(place / "output")
    assert found is not None, reason
    assert release.verify(found) == ()
    return found


def index_of(guide: Path) -> str:
    read = pdf_reader.read(guide)
    return read.pages[read.places["index"]].text


def stale(place: Path) -> dict[str, bool | None]:
    return {a.path.split("/")[-1].split("-0.2.0")[0] + a.path.split("0.2.0")[1]: a.stale for a in standing(place).artefacts}


def test_a_second_build_with_nothing_changed_does_nothing_within_two_seconds_of_processor_time(place: Path) -> None:
    first = built(place)
    before, made = bytes_of(place / "output"), (place / "output" / PDF).stat().st_mtime_ns
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    second = run_anew("build", "--book", place / "book", "--output", place / "output", "--jobs", "1", env=environment(place / "cache"))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "lay out" in first.stderr
    assert (second.stderr, second.stdout) == (
        "",
        f"Nothing has changed. Guides: {place}/output/guides\nTo read: file://{place}/output/guides/index.html\n",
    )
    assert bytes_of(place / "output") == before
    assert (place / "output" / PDF).stat().st_mtime_ns == made
    assert used.ru_utime + used.ru_stime - usage.ru_utime - usage.ru_stime < 2


@pytest.mark.parametrize(
    "arguments", [("study",), ("--format", "pdf"), ("--paper", "a4"), ("study", "--format", "pdf", "--format", "epub")]
)
def test_a_part_of_what_stands_fresh_is_not_built_again(place: Path, arguments: tuple[str, ...]) -> None:
    built(place)
    assert "Nothing has changed" in built(place, *arguments).stdout


def test_the_same_part_is_not_built_twice(place: Path) -> None:
    assert "Built in" in built(place, "--format", "pdf").stdout
    assert "Nothing has changed" in built(place, "--format", "pdf").stdout
    assert "Built in" in built(place, "--format", "epub").stdout


def test_a_part_is_not_taken_for_the_whole(place: Path) -> None:
    edit(place / "book/editions/study.yaml", "papers: [a4]", "papers: [a4, letter]")
    built(place, "--format", "pdf", "--paper", "a4")
    assert list(stale(place)) == ["harbor-watch-study-a4.pdf"]
    built(place)
    assert sorted(stale(place)) == [
        "harbor-watch-study-a4.pdf", "harbor-watch-study-cover.png", "harbor-watch-study-kindle.epub", "harbor-watch-study-letter.pdf",
        "harbor-watch-study.epub", "harbor-watch-study.html",
    ]  # fmt: skip


def test_what_is_not_asked_for_is_carried_over_and_marked_stale_where_its_inputs_changed(place: Path) -> None:
    shutil.rmtree(place / "book")
    book(place / "book", "study", "sample")
    built(place)
    sample = place / "output/guides/sample/harbor-watch-sample-0.2.0-a4.pdf"
    before = sample.read_bytes()

    edit(place / "book/editions/study.yaml", "Made for learning", "Meant for learning")
    done = built(place, "study")
    assert "(stale)" not in done.stdout
    assert set(stale(place).values()) == {None, False}

    edit(place / "book/book.yaml", "Papers\nrights", "Press\nrights")
    done = built(place, "study")
    found = stale(place)
    assert {name: mark for name, mark in found.items() if "sample" in name} == dict.fromkeys(
        ("harbor-watch-sample-a4.pdf", "harbor-watch-sample-cover.png", "harbor-watch-sample.epub"), True
    )
    assert [mark for name, mark in found.items() if "study" in name] == [None] * 5
    assert done.stdout.count("(stale)") == 3
    assert sample.read_bytes() == before
    manifest = json.loads((place / "output/guides/manifest.json").read_text())
    assert [row["path"] for row in manifest["artefacts"] if row.get("stale")] == [
        "sample/harbor-watch-sample-0.2.0-a4.pdf", "sample/harbor-watch-sample-0.2.0-cover.png", "sample/harbor-watch-sample-0.2.0.epub",
    ]  # fmt: skip

    built(place)
    assert set(stale(place).values()) == {None}
    assert sample.read_bytes() != before


def test_an_edition_taken_out_of_the_book_disappears_from_the_release(place: Path) -> None:
    shutil.rmtree(place / "book")
    book(place / "book", "study", "sample")
    built(place)
    (place / "book/editions/sample.yaml").unlink()
    built(place, "study")
    assert {a.edition for a in standing(place).artefacts} == {"study"}
    assert not (place / "output/guides/sample").exists()


def test_warnings_do_not_stop_a_build_unless_it_is_strict(place: Path) -> None:
    path = place / f"book/{WATCH}/corrected-log.yaml"
    path.write_text(re.sub(r"(?m)^sources:\n(  .*\n)+", "", path.read_text()))
    assert "warning[C309]: question 'corrected-log' cites no source" in built(place).stderr
    before = bytes_of(place / "output")
    strict = build(place, "--strict")
    assert (strict.returncode, strict.stdout) == (1, "")
    assert "warning[C309]" in strict.stderr
    assert bytes_of(place / "output") == before


def test_a_fault_in_the_book_publishes_nothing(place: Path) -> None:
    built(place)
    before = bytes_of(place / "output")
    edit(place / f"book/{WATCH}/falling-glass.yaml", "id: falling-glass", "id: falling-glass\ncolour: red")
    failed = build(place)
    assert failed.returncode == 1
    assert "falling-glass.yaml:2:1" in failed.stderr
    assert bytes_of(place / "output") == before


def test_a_word_edited_lays_out_one_signature_and_says_why(place: Path) -> None:
    path = place / f"book/{WATCH}/falling-glass.yaml"
    edit(path, "barometer", "barograph")
    built(place)
    edit(path, "barograph", "altimeter")
    done = built(place, "--explain-rebuild")
    *laid_out, count = [line for line in done.stdout.splitlines() if line.startswith("study a4 ") or "laid out anew" in line]
    assert [line for line in laid_out if "index" not in line] == ["study a4 falling-glass: text"]
    assert count == f"{len(laid_out)} signature{'s' if len(laid_out) > 1 else ''} laid out anew"
    assert len(laid_out) <= 2


def test_an_index_stays_as_it_was_laid_out_when_pages_move_and_tells_where_they_are(place: Path) -> None:
    path, guide = place / f"book/{WATCH}/falling-glass.yaml", place / "output" / PDF
    built(place)
    before = index_of(guide)
    last = "explains the difference.\n"
    edit(path, last, last + "\n      Until then I tap the glass, and write down what it says.\n" * 40)
    done = built(place, "--explain-rebuild")
    laid_out = [line for line in done.stdout.splitlines() if line.startswith("study a4 ")]
    assert [line.partition(":")[0] for line in laid_out] == ["study a4 falling-glass"]
    assert index_of(guide) != before


def test_nothing_is_laid_out_when_the_store_remembers_all(place: Path) -> None:
    assert "0 signatures laid out anew" in built(place, "--explain-rebuild").stdout


def test_a_store_that_cannot_be_written_is_a_warning(place: Path) -> None:
    shutil.rmtree(place / "cache")
    (place / "cache").write_text("a file where the folder should be")
    done = built(place)
    assert "warning[R101]: nothing is remembered between builds:" in done.stderr
    assert standing(place).warnings == ()


def test_damaged_store_entries_are_made_anew(place: Path) -> None:
    built(place)
    before = bytes_of(place / "output")
    for entry in (place / "cache/guidepress").iterdir():
        entry.write_bytes(entry.read_bytes()[:-9] + b"\0" * 9)
    shutil.rmtree(place / "output")
    done = built(place, "--explain-rebuild")
    assert "0 signatures" not in done.stdout
    assert bytes_of(place / "output") == before


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1]), lambda path: path.write_bytes(b"")])
def test_a_published_file_that_is_lost_or_damaged_is_made_again(place: Path, damage) -> None:
    built(place)
    before = bytes_of(place / "output")
    (place / "output" / PDF).chmod(0o644)
    damage(place / "output" / PDF)
    assert "Built in" in built(place).stdout
    assert bytes_of(place / "output") == before
    standing(place)


def test_a_release_that_cannot_be_read_is_replaced_with_a_warning(place: Path) -> None:
    built(place)
    (place / "output/guides/manifest.json").write_text("{")
    assert "warning[R101]: the last release was not taken over:" in built(place).stderr
    standing(place)


def test_the_guides_of_another_book_are_not_replaced(place: Path) -> None:
    guide = release.Artefact("knots-study-1.0.0.epub", "study", "epub", "", "candidate", "Knots, Study", b"PK knots", 0, 1, "")
    colophon = release.Colophon(release.BookFacts("knots", "Knots", "1.0.0", "2026-11-22"), "all", {})
    release.publish(place / "output", [guide], colophon)
    done = build(place)
    assert done.returncode == 1
    assert "error[R102]: these are the guides of another book: 'Knots' (id knots, not harbor-watch-interview-guide)" in done.stderr
    assert "hint: name another folder with --output" in done.stderr
    assert (place / "output/guides/study/knots-study-1.0.0.epub").read_bytes() == b"PK knots"
    assert standing(place).book.title == "Knots"


def test_the_second_of_two_builds_waits_and_says_so(place: Path) -> None:
    with release.lock(place / "output", print):
        arguments = ("build", "--book", place / "book", "--output", place / "output", "--jobs", "1")
        second = start(*arguments, env=environment(place / "cache"))
        assert second.stderr.readline() == f"wait: another build is writing {place}/output: waiting for it\n"
        assert second.poll() is None
        assert not os.path.lexists(place / "output/guides")
    output, _ = second.communicate(timeout=120)
    assert second.returncode == 0, output
    standing(place)


def test_two_builds_started_together_both_succeed(place: Path) -> None:
    arguments = ("build", "--book", place / "book", "--output", place / "output", "--jobs", "1")
    both = [start(*arguments, env=environment(place / "cache")) for _ in range(2)]
    said = [run.communicate(timeout=120) for run in both]
    assert [run.returncode for run in both] == [0, 0], said
    assert sorted("Nothing has changed" in output for output, _ in said) == [False, True]
    standing(place)


def test_an_unknown_edition_is_a_diagnostic_that_names_the_nearest(place: Path) -> None:
    failed = build(place, "studdy")
    assert failed.returncode == 1
    assert "error[B112]: no edition 'studdy'" in failed.stderr
    assert "hint: use 'study'" in failed.stderr


def test_a_subset_of_a_font_is_made_once_and_then_recalled_from_the_store(tmp_path: Path) -> None:
    data = theme.look().font(theme.look().faces[0])
    with Store.open(tmp_path / "store") as store, cache.kept_in(store, "maker"):
        made = bindery.subset(data, (1, 2, 3))
        (entry,) = (tmp_path / "store").iterdir()
        store.put(entry.stem, b"what stands in the store", None)
        bindery.subset.cache_clear()
        assert bindery.subset(data, (1, 2, 3)) == b"what stands in the store"
        assert bindery.subset(data, (1, 2)) != made
    assert 100 < len(made) < len(data)


@pytest.mark.parametrize("many", [10, 3_000])
def test_the_picture_of_a_cover_with_very_much_on_it_is_no_heavier_than_readers_bear(many: int) -> None:
    pen = random.Random(1)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        ends = ([pen.randrange(595), pen.randrange(842), pen.randrange(595), pen.randrange(842)] for _ in range(many))
        lines = [f"{pen.random():.2f} 0.5 0.9 RG {x} {y} m {to} {up} l S" for x, y, to, up in ends]
        page.Contents = pdf.make_stream("\n".join(lines).encode())
        pdf.save(written := io.BytesIO())
    picture = finishing.drawn(written.getvalue())
    with Image.open(io.BytesIO(picture)) as image:
        assert image.height == finishing.COVER_HEIGHT or many > 10
    assert 1000 < len(picture) <= 300_000
