"""Workers do what they are asked, in files that come and go, and a death among them is told, not waited for."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from test_contents import guide

from pipeline import preflight
from pipeline.preflight import paper, reading
from pipeline.work.crew import Crew, Died

pytestmark = pytest.mark.slow


def doubled(number: int) -> int:
    return 2 * number


def failed(word: str) -> None:
    raise ValueError(word)


def own_pid() -> int:
    return os.getpid()


def gone() -> None:
    os._exit(9)


def slow(seconds: float) -> None:
    time.sleep(seconds)


def length(path: Path) -> int:
    return len(path.read_bytes())


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew(2) as crew:
        yield crew


def test_calls_are_answered_and_leave_no_files(crew: Crew) -> None:
    tasks = [crew.send(doubled, number) for number in range(5)]
    assert [task.answer() for task in tasks] == [0, 2, 4, 6, 8]
    assert list(tasks[0].path.parent.iterdir()) == []


def test_what_a_call_raises_is_raised_where_its_answer_is_wanted(crew: Crew) -> None:
    with pytest.raises(ValueError, match="no luck"):
        crew.send(failed, "no luck").answer()
    assert crew.send(doubled, 1).answer() == 2


def test_workers_stay_from_call_to_call_and_end_with_the_crew() -> None:
    with Crew(2) as crew:
        assert multiprocessing.active_children() == []
        first = crew.send(own_pid).answer()
        assert {crew.send(own_pid).answer() for _ in range(5)} == {first}
        folder = crew.send(own_pid).path.parent
    assert multiprocessing.active_children() == []
    assert not folder.exists()


def test_a_file_is_kept_once_for_all_workers(crew: Crew) -> None:
    made = []

    def data() -> bytes:
        made.append(1)
        return b"twelve bytes"

    assert {crew.send(length, crew.keep("name", data)).answer() for _ in range(3)} == {12}
    assert made == [1]


def test_a_death_is_told_and_a_renewed_crew_works_on(crew: Crew) -> None:
    with pytest.raises(Died):
        crew.send(gone).answer()
    crew.renew()
    assert crew.send(doubled, 4).answer() == 8


def test_a_crew_that_died_unseen_is_renewed_by_the_next_call(crew: Crew) -> None:
    os.kill(crew.send(own_pid).answer(), signal.SIGKILL)
    time.sleep(0.5)
    assert crew.send(doubled, 4).answer() == 8


def test_an_interrupt_does_not_wait_for_what_is_under_way() -> None:
    started = time.perf_counter()
    with pytest.raises(KeyboardInterrupt), Crew(2) as crew:
        crew.send(own_pid).answer()
        crew.send(slow, 60)
        raise KeyboardInterrupt
    assert time.perf_counter() - started < 30
    assert multiprocessing.active_children() == []


@pytest.fixture
def pdf(built, monkeypatch) -> bytes:
    monkeypatch.setattr(reading, "FEW", 0)
    return guide(built, "study", "a4").read_bytes()


def test_a_pdf_read_in_parts_is_what_it_is_read_at_once(crew: Crew, pdf: bytes) -> None:
    assert preflight.begin(pdf, 28, crew).tasks == ()
    starting = [crew.send(slow, 0.2), crew.send(slow, 0.2)]
    begun = preflight.begin(pdf, 28, crew)
    assert len(begun.tasks) == len(starting)
    assert begun.paper == paper.read(pdf)


def test_what_a_dead_worker_had_is_read_here(crew: Crew, pdf: bytes) -> None:
    crew.send(slow, 1)
    crew.send(gone)
    assert preflight.begin(pdf, 28, crew).paper == paper.read(pdf)


def test_what_is_no_pdf_is_told_whoever_reads_it(crew: Crew, monkeypatch) -> None:
    monkeypatch.setattr(reading, "FEW", 0)
    crew.send(doubled, 1).answer()
    with pytest.raises(pypdfium2.PdfiumError):
        preflight.begin(b"This is no PDF.", 28, crew).paper


def test_a_small_pdf_is_not_worth_a_worker(crew: Crew, built) -> None:
    crew.send(doubled, 1).answer()
    assert preflight.begin(guide(built, "study", "a4").read_bytes(), 28, crew).tasks == ()


def test_a_very_large_pdf_is_read_by_processes_of_its_own(crew: Crew, pdf: bytes, monkeypatch) -> None:
    monkeypatch.setattr(reading, "MANY", 20)
    begun = preflight.begin(pdf, 28, crew)
    readers = crew.apart(reading.READERS)
    assert (crew.running, readers.running, len(begun.tasks), begun.count) == (0, 2, 2, 2)
    assert begun.paper == paper.read(pdf)
    assert {Path(f"/proc/{pid}/comm").read_text().strip() for pid in readers._pool._processes} == {reading.READERS}
    crew.__exit__(None, None, None)
    assert readers.running == 0


def test_a_large_pdf_is_read_in_parts_that_are_not(crew: Crew, pdf: bytes, monkeypatch) -> None:
    monkeypatch.setattr(reading, "MOST", 5)
    crew.send(doubled, 1).answer()
    whole = paper.read(pdf)
    begun = preflight.begin(pdf, len(whole.pages), crew, known={7: whole.pages[7]})
    assert len(begun.tasks) == (len(whole.pages) - 1) // 5 - 1
    assert begun.paper == whole
