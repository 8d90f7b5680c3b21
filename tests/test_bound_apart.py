"""A guide of many pages is bound by a process of its own, and after an edit a worker binds: the same files, and the same faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import oraclework
import pytest
from buildwork import book, bytes_of, edit
from test_contents import guide

from pipeline.diagnostics import BookError, Diagnostic, Place
from pipeline.flow import Request, build
from pipeline.flow.binding import BIND
from pipeline.model import Book
from pipeline.work import Crew, Results, Stage, Work, thresholds

pytestmark = pytest.mark.slow


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where each volume is bound apart, the name of the processes."""
    monkeypatch.setattr(thresholds, "PAGES_BOUND_APART", 10)
    names: list[str] = []
    stock = Work.map

    def noted(self: Work, stage, items, shared=None, *, apart: str = "") -> Results:
        names.extend([apart] if stage is BIND else [])
        return stock(self, stage, items, shared, apart=apart)

    monkeypatch.setattr(Work, "map", noted)
    return names


def test_a_guide_of_many_pages_is_bound_apart(built: Path, book: Book, tmp_path: Path, warm: Path, apart: list[str]) -> None:
    volumes = oraclework.volumes(book, "study", tmp_path, warm)
    assert apart == ["guidepress-bind"] * 2
    assert volumes["a4"].pdf == guide(built, "study", "a4").read_bytes()


def test_after_an_edit_a_worker_that_stays_binds_and_the_guides_are_those_of_a_cold_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(book(tmp_path / "book"), tmp_path / "output", jobs=2, store=tmp_path / "store")
    sent: list[object] = []
    with Crew(2, stays=True) as crew:
        build(request, lambda _: None, crew)
        stock = crew.send_to_those_there
        monkeypatch.setattr(crew, "send_to_those_there", lambda call, *values: (sent.append(values[0]), stock(call, *values))[1])
        path = next((tmp_path / "book/questions").rglob("falling-glass.yaml"))
        edit(path, "\nanswer: |\n", "\nanswer: |\n  One sentence more. ")
        build(request, lambda _: None, crew)
    assert BIND.call in sent
    build(replace(request, jobs=1, output=tmp_path / "cold", store=tmp_path / "other"), lambda _: None)
    assert bytes_of(tmp_path / "output") == bytes_of(tmp_path / "cold")


def refused(_: int) -> None:
    raise BookError(Diagnostic("P205", "the foot of the page has no room", Place("book.yaml"), "shorten it"))


def test_faults_come_back_from_a_process_of_its_own() -> None:
    with Crew(1) as crew, Work(crew) as work, pytest.raises(BookError, match="the foot of the page has no room"):
        work.map(Stage("bind", refused, weight=lambda _: 1), (1,), apart="guidepress-bind")
