"""A large book is bound by a process of its own: the same file, and the same faults, as where the book is."""

from __future__ import annotations

from pathlib import Path

import oraclework
import pytest
from presswork import FONTS, imprint, signature
from test_contents import guide

from pipeline import bindery
from pipeline.bindery import Copy, Entry
from pipeline.build import binding, issuing
from pipeline.build.binding import Pile, bind, bind_apart
from pipeline.crew import Crew, Died
from pipeline.diagnostics import BookError
from pipeline.model import Book
from pipeline.press import lay_out_all

PLAIN = Copy(imprint(), ())


def pile(*outline: Entry) -> Pile:
    signatures = [signature(f"s{n}", f"<h2>Part {n}</h2><p>What stands there.</p>") for n in range(3)]
    return Pile(signatures, lay_out_all(signatures, FONTS), outline, FONTS, "Cover", {}, bindery.subset)


def test_a_book_bound_apart_is_the_same() -> None:
    whole = pile(Entry("Part 1", "s1"))
    assert whole.pages == 3
    apart, here = bind_apart(whole, PLAIN), bind(whole.gather(), PLAIN)
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


def test_when_the_binder_dies_the_book_is_bound_here(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying(Crew):
        def send(self, *_: object) -> None:  # type: ignore[override]
            raise Died

    monkeypatch.setattr(binding, "Crew", Dying)
    whole = pile()
    assert bind_apart(whole, PLAIN) == bind(whole.gather(), PLAIN)


def test_faults_come_back() -> None:
    with pytest.raises(BookError, match="no section has the id 'nowhere'"):
        bind_apart(pile(Entry("Nowhere", "nowhere")), PLAIN)
