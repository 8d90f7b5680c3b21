"""A guide bound from signatures is the guide that a single WeasyPrint run gives: same text, same place, same page, same tags."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from pathlib import Path

import oraclework
import pytest
import tagged
from conftest import REAL, read
from oraclework import Single, Volume, differences, single
from presswork import FONTS, bind, lay_out_all, signature
from test_contents import PRINTED, guide

from pipeline.bindery import folios
from pipeline.flow.volumes import Printed
from pipeline.model import Book
from pipeline.render import furniture

BOX = re.compile(r"BBox=((?:-?[\d.]+ ?){4})")
STEP = 0.101
"""Points: what is rounded to a tenth may differ by one, where it lies halfway."""


def agree(volume: Volume) -> None:
    whole = single(volume)
    assert differences(volume, whole) == []
    mine, its = (tagged.lines(tagged.drawn(pdf)) for pdf in (volume.pdf, whole.pdf))
    assert list(difflib.unified_diff(*(without_boxes(lines) for lines in (its, mine)), "single run", "bound", lineterm="", n=4)) == []
    assert boxes(mine) == pytest.approx(boxes(its), abs=STEP)
    assert len(mine) > 100


def without_boxes(lines: list[str]) -> list[str]:
    return [BOX.sub("BBox ", line) for line in lines]


def boxes(lines: list[str]) -> list[float]:
    return [float(number) for line in lines for found in BOX.findall(line) for number in found.split()]


@pytest.mark.slow
@pytest.mark.parametrize("edition", sorted({edition for edition, _ in PRINTED}))
def test_an_edition_is_what_a_single_run_gives(built, book: Book, tmp_path: Path, warm: Path, edition: str) -> None:
    volumes = oraclework.volumes(book, edition, tmp_path, warm)
    assert sorted(volumes) == sorted(paper for name, paper in PRINTED if name == edition)
    for paper, volume in volumes.items():
        assert volume.pdf == guide(built, edition, paper).read_bytes(), "the oracle is asked about another file than readers get"
    agree(volumes["a4"])
    for volume in volumes.values():
        assert [item.laid for item in volume.printed[1:]] == [item.laid for item in volumes["a4"].printed[1:]]


@pytest.mark.slow
@pytest.mark.usefixtures("forgetful")
def test_index_and_contents_of_a_large_book_are_printed_in_parts(
    book: Book, tmp_path: Path, warm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(furniture, "INDEX_LINES", 8)
    monkeypatch.setattr(furniture, "CONTENTS_LINES", 4)
    volume = oraclework.volumes(book, "study", tmp_path, warm)["a4"]
    names = [item.signature.id for item in volume.printed]
    assert [name for name in names if name.startswith("contents")][:3] == ["contents", "contents+2", "contents+3"]
    assert names.index("index+2") == names.index("index") + 1
    agree(volume)


@pytest.mark.soak
def test_the_real_study_guide_is_what_a_single_run_gives(real_volumes: Mapping[str, Volume]) -> None:
    volume = real_volumes["a4"]
    assert len(volume.folios.labels) > 250
    assert any("tight" in item.signature.xhtml for item in volume.printed)
    agree(volume)


@pytest.fixture(scope="module")
def real_volumes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Volume]:
    return oraclework.volumes(read(REAL), "study", tmp_path_factory.mktemp("real"))


# The oracle is not blind

BODY = """<h2>Tides</h2><p>High water comes <b>twice</b> a day, <a href="#moon">as the moon does</a>.</p>
<p style="background: #f0f5f5">Springs and neaps.</p><p>See <span class="slot" data-slot="moon">00</span>.</p>"""
MOON = "<h2>The moon</h2><p>It draws the water.</p>"
CHANGES = {
    "moved": ("<b>twice</b>", '<b style="margin-left: 0.15pt">twice</b>', "'t' is at"),
    "reworded": ("twice", "thrice", "stands where a single run has"),
    "faded": ("#f0f5f5", "#f2f5f5", "in color"),
    "darkened": ("<b>", '<b style="color: #aa0000">', "pixels are not as in a single run"),
    "lengthened": ('<p style="', '<p class="page" style="', "pages, "),
    "misnumbered": ('data-slot="moon"', 'data-slot="tides"', "is printed for"),
}


def volume(body: str) -> Volume:
    """Bind two signatures, as a build would."""
    leaves = signature("tides", body), signature("moon", MOON)
    laid = lay_out_all(leaves, FONTS)
    printed = tuple(Printed(leaf, done) for leaf, done in zip(leaves, laid, strict=True))
    pdf = bind(leaves, laid, outline=(), fonts=FONTS, cover="Cover")
    return Volume(pdf, printed, folios(leaves, laid, cover="Cover"))


@pytest.fixture(scope="module")
def alone() -> Single:
    return single(volume(BODY))


def test_two_small_signatures_are_what_a_single_run_gives(alone: Single) -> None:
    assert differences(volume(BODY), alone) == []


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_the_oracle_sees_what_is_not_as_in_a_single_run(alone: Single, change: str) -> None:
    old, new, said = CHANGES[change]
    assert old in BODY
    found = differences(volume(BODY.replace(old, new)), alone)
    assert any(said in text for text in found), found


def test_lines_break_as_if_numbers_had_all_their_digits_and_then_close_up() -> None:
    slot = '<span class="slot among-words" data-slot="moon">000</span>'
    words = f'Read of it on <a href="#moon" style="text-decoration: none">page {slot}</a>, then <b>go</b> on.'
    body = "".join(f'<p style="width: {width}pt">{words}</p>' for width in range(100, 190, 10))
    whole = single(volume(body))
    assert differences(volume(body), whole) == []
    for old, new in ((" among-words", ""), (">000<", ">0<")):
        texts = differences(volume(body.replace(old, new)), whole)
        assert any("is at" in text or "stands where" in text for text in texts), (new, texts)


def test_the_oracle_hears_what_is_not_tagged_as_in_a_single_run(alone: Single) -> None:
    its = tagged.lines(tagged.drawn(alone.pdf))
    assert tagged.lines(tagged.drawn(volume(BODY).pdf)) == its
    for old, new in (("h2>", "h3>"), ("<p>High", '<p lang="de">High'), ("Springs and neaps", "Neaps and springs")):
        assert tagged.lines(tagged.drawn(volume(BODY.replace(old, new)).pdf)) != its, new


def test_a_page_of_one_signature_that_is_set_otherwise_is_seen(built, book: Book, tmp_path: Path, warm: Path) -> None:
    """A rule of pages that a single run would apply elsewhere: without `@page NAME:first` written out, heads appear on openings."""
    found = oraclework.volumes(book, "sample", tmp_path, warm)["a4"]
    loose = dataclasses.replace(found, folios=dataclasses.replace(found.folios, first=(0,) * len(found.folios.first)))
    texts = differences(found, single(loose))
    assert any("stands where a single run has" in text for text in texts), texts


def test_boxes_of_figures_are_compared_as_numbers() -> None:
    lines = ["  Formula Alt=lambda BBox=466.2 200.5 471.8 207.8 O=/Layout", "  P"]
    assert boxes(lines) == [466.2, 200.5, 471.8, 207.8]
    assert without_boxes(lines) == ["  Formula Alt=lambda BBox O=/Layout", "  P"]
    assert boxes(["BBox=466.2 200.5 471.7 207.8"]) == pytest.approx(boxes(lines), abs=STEP)
    assert boxes(["BBox=466.2 200.5 471.6 207.8"]) != pytest.approx(boxes(lines), abs=STEP)
