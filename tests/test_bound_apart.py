"""A large book is bound by a process of its own: the same file, and the same faults, as where the book is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import oraclework
import pytest
from buildwork import book, bytes_of, edit
from presswork import FONTS, imprint, signature
from test_contents import guide

from pipeline.bindery import Copy, Entry, Gathered, gather
from pipeline.diagnostics import BookError
from pipeline.flow import Request, binding, build, issuing
from pipeline.flow.binding import bind, bind_apart
from pipeline.model import Book
from pipeline.press import lay_out_all
from pipeline.work.crew import Crew, Died

PLAIN = Copy(imprint(), ())


def gathered() -> Gathered:
    signatures = [signature(f"s{n}", f"<h2>Part {n}</h2><p>What stands there.</p>") for n in range(3)]
    return gather(signatures, lay_out_all(signatures, FONTS), outline=(Entry("Part 1", "s1"),), fonts=FONTS, cover="Cover")


def test_a_book_bound_apart_is_the_same() -> None:
    whole = gathered()
    apart, here = bind_apart(whole, PLAIN), bind(whole, PLAIN)
    assert apart == here
    assert len(here.shown) == 3
    assert here.pdf.startswith(b"%PDF")


@pytest.mark.slow
def test_a_guide_of_many_pages_is_bound_apart(built: Path, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = list[bytes]()
    monkeypatch.setattr(issuing, "MANY", 10)
    monkeypatch.setattr(issuing, "bind_apart", lambda *given: (bound := bind_apart(*given), apart.append(bound.pdf))[0])
    volumes = oraclework.volumes(book, "study", tmp_path)
    assert sorted(volume.pdf for volume in volumes.values()) == sorted(apart)
    assert volumes["a4"].pdf == guide(built, "study", "a4").read_bytes()


@pytest.mark.slow
def test_after_an_edit_a_worker_binds_and_the_guides_are_those_of_a_cold_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(book(tmp_path / "book"), tmp_path / "output", store=tmp_path / "store")
    sent: list[object] = []
    with Crew(1) as crew:
        build(request, lambda _: None, crew)
        crew.send(len, ()).answer()
        stock = crew.send
        monkeypatch.setattr(crew, "send", lambda call, *values: (sent.append(call), stock(call, *values))[1])
        path = next((tmp_path / "book/questions").rglob("falling-glass.yaml"))
        edit(path, "\nanswer: |\n", "\nanswer: |\n  One sentence more. ")
        build(request, lambda _: None, crew)
    assert bind in sent
    build(replace(request, output=tmp_path / "cold", store=tmp_path / "other"), lambda _: None)
    assert bytes_of(tmp_path / "output") == bytes_of(tmp_path / "cold")


def test_when_the_binder_dies_the_book_is_bound_here(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying(Crew):
        def send(self, *_: object) -> None:  # type: ignore[override]
            raise Died

    monkeypatch.setattr(binding, "Crew", Dying)
    whole = gathered()
    assert bind_apart(whole, PLAIN) == bind(whole, PLAIN)


def test_faults_come_back() -> None:
    with pytest.raises(BookError, match="the foot of the page has no room for"):
        bind_apart(gathered(), replace(PLAIN, stamp="Prepared for " + "William " * 40))
