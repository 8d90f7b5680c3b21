"""A real scheduler and real workers lay out what this machine would, byte for byte, and are missed when they go."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest
from buildwork import ROOT, book, bytes_of, environment, run
from presswork import FONTS, lay_out_all, signature

from pipeline.diagnostics import BookError, ToolError
from pipeline.press import Signature
from pipeline.work import Step, cluster
from pipeline.work.store import Store

pytestmark = pytest.mark.slow
ENOUGH = 120
"""Seconds after which a scheduler or a worker that has not said a word is taken for dead."""
KILLS = """
import os
from pipeline.press import layout
stock = layout.stock = getattr(layout, "stock", layout.attempt)  # a worker is told twice
def attempt(signature, fonts):
    if signature.id == "deadly":
        os._exit(9)
    return stock(signature, fonts)
layout.attempt = attempt
"""
STRANGE = """
from pipeline.press import signatures
stock = signatures.stock = getattr(signatures, "stock", signatures.system_versions)
signatures.system_versions = lambda: {**stock(), "harfbuzz": "0.0.1"}
"""


class Running:
    """A program of Dask, and what it has said."""

    def __init__(self, *arguments: str, **variables: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DASK")}
        settings = {"DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "0", "PYTHONPATH": str(ROOT), **variables}
        self.program = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            env={**kept, **settings}, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []
        self.heard = threading.Condition()
        self.reader = threading.Thread(target=self._read, args=(self.program.stderr,))
        self.reader.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self.heard:
                    self.said.append(line)
                    self.heard.notify_all()

    def until(self, words: str) -> str:
        """Wait until something is said, and give what follows it on its line."""

        def found() -> str | None:
            return next((line.split(words, 1)[1].strip() for line in self.said if words in line), None)

        with self.heard:
            assert self.heard.wait_for(lambda: found() is not None, ENOUGH), "".join(self.said)
        return found() or ""

    def kill(self) -> None:
        """End it, and what it has started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.program.pid, signal.SIGKILL)
        self.program.wait()
        self.reader.join()


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[Running]:
    program = Running(*arguments, **variables)
    try:
        yield program
    finally:
        program.kill()


@contextmanager
def scheduler(**variables: str) -> Iterator[str]:
    """A scheduler on a free port of this machine; gives its address."""
    with running("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", **variables) as program:
        yield re.match(r"tcp://\S+", program.until("Scheduler at:"))[0]


@contextmanager
def worker(address: str, *options: str) -> Iterator[Running]:
    """A worker that has joined a scheduler."""
    with running("worker", address, "--nthreads", "1", "--no-dashboard", *options) as program:
        program.until("Registered to:")
        yield program


def preload(folder: Path, code: str) -> tuple[str, str]:
    path = folder / "preloaded.py"
    path.write_text(code)
    return "--preload", str(path)


def many(count: int) -> list[Signature]:
    return [signature(f"s{number}", f"<p>Number {number}</p>" * (number + 1)) for number in range(count)]


def test_two_workers_give_the_bytes_of_this_machine_also_when_one_is_killed() -> None:
    work = many(8)
    alone = lay_out_all(work, FONTS)
    with ExitStack() as stack:
        address = stack.enter_context(scheduler())
        two = [stack.enter_context(worker(address, "--no-nanny")) for _ in range(2)]
        assert lay_out_all(work, FONTS, cluster=address) == alone

        victims = iter(two[:1])

        def kill(step: Step) -> None:
            for victim in victims if step.done else ():
                victim.kill()

        assert lay_out_all(work, FONTS, cluster=address, say=kill) == alone
        assert two[0].program.returncode == -signal.SIGKILL


def test_a_section_that_kills_its_workers_is_named(tmp_path: Path) -> None:
    work = [*many(2), signature("deadly", "<p>x</p>")]
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1"))
        stack.enter_context(worker(address, *preload(tmp_path, KILLS)))
        caught = stack.enter_context(pytest.raises(BookError))
        store = stack.enter_context(Store.open(tmp_path / "store"))
        lay_out_all(work, FONTS, cluster=address, store=store)
    assert [(found.code, found.place.path) for found in caught.value.diagnostics] == [("P103", "content/deadly.yaml")]
    assert len([*(tmp_path / "store").iterdir()]) == 2


def test_a_worker_with_other_versions_is_refused(tmp_path: Path) -> None:
    said = pytest.raises(ToolError, match=r"the worker at tcp://\S+ has harfbuzz 0\.0\.1, this machine \S+: pages would differ")
    with scheduler() as address, worker(address, "--no-nanny", *preload(tmp_path, STRANGE)), said:
        lay_out_all(many(1), FONTS, cluster=address)


def test_faults_of_sections_come_back_as_they_would_from_this_machine() -> None:
    broken = [signature("broken", "<p>"), *many(1)]
    with pytest.raises(BookError) as here:
        lay_out_all(broken, FONTS)
    with scheduler() as address, worker(address, "--no-nanny"), pytest.raises(BookError) as there:
        lay_out_all(broken, FONTS, cluster=address)
    assert there.value.diagnostics == here.value.diagnostics


def test_a_scheduler_without_workers_is_left_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with scheduler() as address, pytest.raises(ToolError, match="has no worker: start one with 'dask worker"):
        lay_out_all(many(1), FONTS, cluster=address)


def test_a_scheduler_that_goes_while_it_is_waited_for_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 5)
    with ExitStack() as stack:
        program = stack.enter_context(running("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"))
        address = re.match(r"tcp://\S+", program.until("Scheduler at:"))[0]
        stack.enter_context(worker(address, "--no-nanny"))
        with pytest.raises(ToolError, match=f"the scheduler at {address} has gone"):
            lay_out_all(many(8), FONTS, cluster=address, say=lambda step: program.kill() if step.done else None)


def test_the_command_says_in_one_line_that_no_scheduler_answers(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    place = book(tmp_path / "book")
    failed = run("build", "--book", place, "--output", tmp_path / "output", "--cluster", address,
                 env=environment(tmp_path / "cache"))  # fmt: skip
    assert failed.returncode == 1
    assert failed.stderr.splitlines() == ["load", f"guidepress: no scheduler answers at {address}: {HINT}"]


HINT = "start one with 'dask scheduler', or mend the address"


@pytest.mark.soak
def test_a_book_built_on_a_cluster_has_the_bytes_of_one_built_here(tmp_path: Path) -> None:
    place = book(tmp_path / "book", "sample")
    arguments = ("build", "--book", place, "--format", "pdf")
    here = run(*arguments, "--output", tmp_path / "here", env=environment(tmp_path / "one"))
    assert here.returncode == 0, here.stderr
    with scheduler() as address, worker(address), worker(address):
        there = run(*arguments, "--output", tmp_path / "there", "--cluster", address, env=environment(tmp_path / "other"))
    assert there.returncode == 0, there.stderr
    assert bytes_of(tmp_path / "there") == bytes_of(tmp_path / "here")
