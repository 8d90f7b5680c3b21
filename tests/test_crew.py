"""Workers do what they are asked, in files that come and go, and a death among them is told, not waited for."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest
from buildwork import ROOT
from test_contents import guide

from pipeline import preflight
from pipeline.preflight import pdf_reader
from pipeline.preflight.pdf_reader import Page, Paper, Part
from pipeline.work import Stage, Work, thresholds
from pipeline.work.crew import Crew, Died

pytestmark = pytest.mark.slow


def doubled(number: int) -> int:
    return 2 * number


def failed(word: str) -> None:
    raise ValueError(word)


def own_pid() -> int:
    return os.getpid()


class Changing:
    """Something that is added to, the first times that it is read, as by a thread that looks something up."""

    def __init__(self) -> None:
        self.read = 0

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        self.read += 1
        if self.read < 4:
            raise RuntimeError("dictionary changed size during iteration")
        return int, (21,)


def gone() -> None:
    os._exit(9)


def slow(seconds: float) -> None:
    time.sleep(seconds)


def named(_: int) -> str:
    return Path("/proc/self/comm").read_text().strip()


def length(path: Path) -> int:
    return len(path.read_bytes())


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew(2) as crew:
        yield crew


def test_what_changes_while_it_is_sent_is_sent_all_the_same() -> None:
    with Crew(1) as crew:
        assert crew.send(doubled, Changing()).result(timeout=60) == 42


def test_calls_are_answered_and_leave_no_files(crew: Crew) -> None:
    tasks = [crew.send(doubled, number) for number in range(5)]
    assert [task.result() for task in tasks] == [0, 2, 4, 6, 8]
    assert list(crew.keep(b"").parent.iterdir()) == [crew.keep(b"")]


def test_what_a_call_raises_is_raised_where_its_answer_is_wanted(crew: Crew) -> None:
    with pytest.raises(ValueError, match="no luck"):
        crew.send(failed, "no luck").result()
    assert crew.send(doubled, 1).result() == 2


def test_workers_stay_from_call_to_call_and_end_with_the_crew() -> None:
    with Crew(2) as crew:
        assert multiprocessing.active_children() == []
        first = crew.send(own_pid).result()
        assert {crew.send(own_pid).result() for _ in range(5)} == {first}
        folder = crew.keep(b"").parent
    assert multiprocessing.active_children() == []
    assert not folder.exists()


def test_a_worker_of_a_crew_that_is_renewed_makes_way_after_so_many_calls() -> None:
    with Crew(1, renewed=2) as crew:
        made_by = [crew.send(own_pid).result(timeout=60) for _ in range(5)]
    assert made_by[0] == made_by[1] != made_by[2] == made_by[3] != made_by[4]


def test_a_file_is_kept_once_for_all_workers(crew: Crew) -> None:
    path = crew.keep(b"twelve bytes")
    assert crew.keep(b"twelve bytes") == path
    assert {crew.send(length, path).result() for _ in range(3)} == {12}
    crew.drop(path)
    assert not path.exists()


def test_a_call_that_ends_two_workers_is_told_and_the_crew_works_on(crew: Crew) -> None:
    beside = crew.send(slow, 0.5)
    with pytest.raises(Died):
        crew.send(gone).result()
    assert beside.result() is None
    assert crew.send(doubled, 4).result() == 8


def test_a_worker_that_died_unseen_is_replaced_at_the_next_call(crew: Crew) -> None:
    os.kill(crew.send(own_pid).result(), signal.SIGKILL)
    time.sleep(0.5)
    assert crew.send(doubled, 4).result() == 8


def test_a_call_whose_worker_is_killed_is_made_by_another(crew: Crew) -> None:
    victim = crew.send(own_pid).result()
    later = [crew.send(slow, 1), crew.send(slow, 1)]
    os.kill(victim, signal.SIGKILL)
    assert [task.result() for task in later] == [None, None]


def test_a_call_is_sent_to_those_there_and_starts_no_other(crew: Crew) -> None:
    first = crew.send(own_pid).result()
    waiting = [crew.send_to_those_there(own_pid) for _ in range(3)]
    assert {task.result() for task in waiting} == {first}
    assert crew.running == 1


def test_what_is_taken_back_is_not_done(crew: Crew) -> None:
    busy = [crew.send(slow, 0.5), crew.send(slow, 0.5)]
    taken_back = crew.send(gone)
    assert taken_back.cancel()
    assert [task.result() for task in busy] == [None, None]
    assert crew.send(doubled, 1).result() == 2


def test_an_interrupt_does_not_wait_for_what_is_under_way() -> None:
    started = time.perf_counter()
    threads = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt), Crew(2) as crew:
        crew.send(own_pid).result()
        crew.send(slow, 60)
        raise KeyboardInterrupt
    assert time.perf_counter() - started < 30
    assert multiprocessing.active_children() == []
    assert set(threading.enumerate()) <= threads


# Reading in parts


def found(work: Work, shares: Sequence[Part], pdf: bytes, known: Mapping[int, Page] = MappingProxyType({})) -> Paper | None:
    reading = preflight.whole(pdf, work.map(preflight.READ, shares, pdf), known)
    return reading and reading.paper


@pytest.fixture
def work(crew: Crew) -> Work:
    return Work(crew)


@pytest.fixture
def pdf(built, monkeypatch) -> bytes:
    monkeypatch.setattr(thresholds, "PAGES_READ_HERE", 0)
    return guide(built, "study", "a4").read_bytes()


def test_a_pdf_read_in_parts_is_what_it_is_read_at_once(work: Work, pdf: bytes) -> None:
    work.map(Stage("start", doubled, weight=lambda _: 1, few=0), (1, 2))[:]
    shares = preflight.parts("a.pdf", 28, 2, None)
    assert len(shares) == work.crew.running == 2
    assert found(work, shares, pdf) == pdf_reader.read(pdf)


def test_what_a_dead_worker_had_is_read_by_another(work: Work, pdf: bytes) -> None:
    victims = {work.crew.send(own_pid).result() for _ in range(3)}
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    assert found(work, preflight.parts("a.pdf", 28, 2, None), pdf) == pdf_reader.read(pdf)


def test_what_is_no_pdf_is_told_whoever_reads_it(work: Work, monkeypatch) -> None:
    monkeypatch.setattr(thresholds, "PAGES_READ_HERE", 0)
    work.crew.send(doubled, 1).result()
    assert found(work, preflight.parts("a.pdf", 28, 1, None), b"This is no PDF.") is None


def test_a_small_pdf_is_not_worth_a_worker(work: Work, built) -> None:
    sent: list[object] = []
    work.crew.send(doubled, 1).result()
    work.crew.send_to_those_there = lambda *call: sent.append(call)  # type: ignore[assignment]
    data = guide(built, "study", "a4").read_bytes()
    assert found(work, preflight.parts("a.pdf", 28, 1, None), data) == pdf_reader.read(data)
    assert sent == []


def test_a_stage_may_be_done_by_processes_of_its_own(work: Work, pdf: bytes) -> None:
    names = work.map(Stage("name", named, weight=lambda _: 1), (1, 2), apart="guidepress-read")
    assert set(names) == {"guidepress-read"}
    assert work.crew.running == 0
    assert multiprocessing.active_children() == []


def test_a_large_pdf_is_read_in_parts_that_are_not(work: Work, pdf: bytes, monkeypatch) -> None:
    monkeypatch.setattr(thresholds, "PAGES_READ_AT_ONCE", 5)
    work.crew.send(doubled, 1).result()
    whole = pdf_reader.read(pdf)
    known = {7: whole.pages[7]}
    shares = preflight.parts("a.pdf", len(whole.pages), 1, None, known)
    assert len(shares) == -(-(len(whole.pages) - 1) // 5)
    assert found(work, shares, pdf, known) == whole


# Folders for files of one run


def test_folders_that_killed_runs_left_are_swept_by_the_next_and_no_others(tmp_path: Path) -> None:
    keep = "import time; from pipeline.work import scratch\nwith scratch.folder() as made: print(made, flush=True); time.sleep(60)"
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

    def begun() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen([sys.executable, "-c", keep], env=env, text=True, stdout=subprocess.PIPE)
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    others = [tmp_path / "guidepress-run-notes", tmp_path / "guidepress-run-link", tmp_path / "guidepress-run-file"]
    others[0].mkdir(mode=0o755)
    (tmp_path / "mine").mkdir(mode=0o700)
    others[1].symlink_to(tmp_path / "mine")
    others[2].write_text("mine")
    killed, left = begun()
    (left / "font").write_text("large")
    killed.kill()
    killed.communicate()
    assert left.parent == tmp_path and left.exists()
    held, first = begun()
    assert not left.exists(), "nobody swept it"
    again, second = begun()
    try:
        assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "mine", first, second])
    finally:
        for process in (held, again):
            process.kill()
            process.communicate()
