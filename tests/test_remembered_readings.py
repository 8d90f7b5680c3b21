"""Pages that are bound as they were are not read again; whatever a reader would find changed is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from presswork import FONTS, imprint, lay_out_all, signature

from pipeline import preflight
from pipeline.bindery import Copy, Gathered, Notes, bind_copy, shown
from pipeline.flow.inspection import keep, recall
from pipeline.preflight import FIRST, pdf_reader
from pipeline.preflight.pdf_reader import Page
from pipeline.press import Signature
from pipeline.release import Artefact
from pipeline.work import cache
from pipeline.work.store import Store

PAGES = 12
Change = Callable[[list[Signature]], list[Signature]]


def book(change: Change = lambda same: same) -> list[Signature]:
    """Give signatures of a page each; the one called s6 refers to s9."""
    link = '<a href="#s9">see <span class="slot" data-slot="s9">p. 000</span></a>'
    return change([signature(f"s{n}", f"<p>Page {n} {link if n == 6 else ''}</p>") for n in range(PAGES)])


def bound(signatures: list[Signature], *, notes: str = "") -> tuple[Artefact, tuple[tuple[str, int], ...]]:
    leaves = lay_out_all(signatures, FONTS)
    ruled = {"s7": Notes(notes)} if notes else {}
    gathered = Gathered(signatures, leaves, outline=(), fonts=FONTS, cover="Cover", notes=ruled)
    pdf, pages = bind_copy(gathered, Copy(imprint(), ())), shown(gathered)
    artefact = Artefact("a.pdf", "study", "pdf", "a4", "candidate", "A", pdf, sum(count for _, count in pages), 0, "")
    return artefact, pages


def differing(one: tuple[tuple[str, int], ...], other: tuple[tuple[str, int], ...]) -> list[int]:
    return [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


def longer(at: int) -> Change:
    def change(signatures: list[Signature]) -> list[Signature]:
        more = signature(f"s{at}", f'<p>Page {at}</p><p class="page">more</p>')
        return [more if n == at else same for n, same in enumerate(signatures)]

    return change


def reworded(signatures: list[Signature]) -> list[Signature]:
    return [signature("s3", "<p>Page three</p>") if n == 3 else same for n, same in enumerate(signatures)]


def test_an_edit_changes_what_is_on_its_own_pages_only() -> None:
    assert differing(bound(book())[1], bound(book(reworded))[1]) == [3]


def test_a_page_more_changes_the_folios_after_it_and_where_links_to_them_land() -> None:
    assert differing(bound(book())[1], bound(book(longer(8)))[1]) == [6, 8, 9, 10, 11]


def test_lines_for_notes_are_on_their_page() -> None:
    assert differing(bound(book())[1], bound(book(), notes="Notes")[1]) == [7]


SLOT = ("pdf", "study", "a4")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store, cache.kept_in(store, "maker"):
        yield store


def read(artefact: Artefact, known: Mapping[int, Page] = MappingProxyType({})) -> preflight.Reading:
    shares = preflight.parts(artefact.path, artefact.pages, 0, None, known)
    reading = preflight.whole(artefact.data, [preflight.READ.call(share, artefact.data) for share in shares], known)
    assert reading is not None
    return reading


@pytest.mark.usefixtures("store")
def test_only_pages_that_changed_are_read_again_and_the_whole_is_what_it_is_read_at_once() -> None:
    pdf, pages = bound(book())
    assert recall(SLOT, pages).pages == {}
    keep(SLOT, pages, read(pdf))
    pdf, pages = bound(book(longer(8)))
    known = recall(SLOT, pages).pages
    assert sorted(known) == [4, 5, 7]
    assert read(pdf, known).paper == pdf_reader.read(pdf.data)
    assert recall(SLOT, ()).pages == {}
    keep(SLOT, (), read(pdf))
    assert recall(SLOT, pages).pages != {}


@pytest.mark.usefixtures("store")
def test_the_first_pages_and_the_last_are_always_read() -> None:
    pdf, pages = bound(book())
    keep(SLOT, pages, read(pdf))
    assert sorted(recall(SLOT, pages).pages) == [*range(FIRST, PAGES - 1)]
    assert recall(("pdf", "study", "letter"), pages).pages == {}


def test_what_is_remembered_and_not_understood_is_nothing(store: Store, tmp_path: Path) -> None:
    pdf, pages = bound(book())
    keep(SLOT, pages, read(pdf))
    (name,) = (path.name.removesuffix(".entry") for path in (tmp_path / "store").iterdir())
    for facts in (None, 7, [["x"]], [[pages[0][0], [["i", "text"]]]], [[pages[0][0], [7]]]):
        store.put(name, b"", facts)
        assert recall(SLOT, pages).pages == {}
