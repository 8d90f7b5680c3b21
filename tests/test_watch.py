"""A watched book is built again at every change, into what a cold build would have made of it."""

from __future__ import annotations

import queue
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from buildwork import book, bytes_of, edit, environment, start

from pipeline.cli.watching import Rebuild, rebuilds
from pipeline.flow import Request, Step
from pipeline.source import is_stray

GLASS = "questions/weather-and-watch/falling-glass.yaml"
Actions = Iterator[object]


@pytest.fixture
def request_(tmp_path: Path, warm: Path) -> Request:
    """What a writer asks for: the study edition as EPUB and on A4, remembered from an earlier build."""
    shutil.copytree(warm, tmp_path / "cache")
    return Request(book(tmp_path / "book"), tmp_path / "output", ("study",), store=tmp_path / "cache/guidepress")


def watched(request: Request, actions: Actions, said: Callable[[Step], object] = lambda _: None) -> list[Rebuild]:
    """Build once, and again after each action."""
    return list(rebuilds(request, lambda _first: nullcontext(said), actions))


def words(output: Path) -> str:
    """Give all that stands in the EPUB."""
    with zipfile.ZipFile(next((output / "guides").glob("*/*[0-9].epub"))) as epub:
        return "".join(epub.read(name).decode() for name in epub.namelist() if name.endswith((".xhtml", ".css")))


# What is built, and what is not


@pytest.mark.slow
def test_a_watched_book_has_the_bytes_of_a_cold_build(request_: Request, templates: Path, tmp_path: Path) -> None:
    wanted = replace(request_, book=book(tmp_path / "sample", "sample"), editions=("sample",))

    def actions() -> Actions:
        yield
        edit(wanted.book / GLASS, "The glass has fallen", "The barograph has fallen")
        yield
        for path in (templates / "styles").rglob("*.css"):
            edit(path, "}", f"}} /* another {path.stem} */")
        edit(templates / "labels/en.yaml", "contents: ", "contents: Truly ")
        edit(templates / "labels/spoken.en.yaml", "{0} squared", "{0} truly squared")
        yield
        edit(wanted.book / GLASS, "The barograph", "The weatherglass")
        yield

    built = watched(wanted, actions())
    assert [rebuild.outcome is not None for rebuild in built] == [True] * 4
    assert [len(rebuild.changed) for rebuild in built] == [0, 1, len(list(templates.rglob("*.css"))) + 2, 1]
    for new in ("weatherglass", "Truly", "another reflow", "another narrow"):
        assert new in words(wanted.output)
    assert "The barograph has" not in words(wanted.output)

    cold = COLD.format(templates=templates, book=wanted.book, output=tmp_path / "cold")
    subprocess.run([sys.executable, "-c", cold], env=environment(tmp_path / "cache"), check=True, timeout=300)
    assert bytes_of(tmp_path / "cold") == bytes_of(wanted.output)


COLD = """
from pathlib import Path
from pipeline import theme
from pipeline.flow import Request, build
theme.folder = theme.package_theme.folder = lambda: Path('{templates}')
build(Request(Path('{book}'), Path('{output}'), ("sample",)), lambda _: None)
"""


def test_a_fault_is_told_and_survived_and_mending_it_builds_again(request_: Request) -> None:
    def actions() -> Actions:
        yield
        edit(request_.book / GLASS, "id: falling-glass", "idd: falling-glass")
        yield
        edit(request_.book / GLASS, "idd: falling-glass", "id: falling-glass")
        edit(request_.book / GLASS, "barometer", "barograph")
        yield

    first, broken, mended = watched(request_, actions())
    assert first.outcome and mended.outcome
    assert {fault.code for fault in broken.faults} >= {"B102"} and broken.outcome is None
    assert broken.changed == (f"{request_.book.as_posix()}/{GLASS}",)
    assert "barograph" in words(request_.output)


def test_a_fault_taken_back_leaves_the_guides_as_they_were(request_: Request) -> None:
    def actions() -> Actions:
        yield
        edit(request_.book / GLASS, "id: falling-glass", "idd: falling-glass")
        yield
        edit(request_.book / GLASS, "idd: falling-glass", "id: falling-glass")
        yield

    *_, back = watched(request_, actions())
    assert back.outcome and back.outcome.unchanged


def test_a_machine_in_trouble_is_told_and_survived(request_: Request) -> None:
    def actions() -> Actions:
        yield
        (request_.output / "guides").rename(request_.output / "aside")
        (request_.output / "guides").mkdir()
        edit(request_.book / GLASS, "barometer", "barograph")
        yield
        (request_.output / "guides").rmdir()
        edit(request_.book / GLASS, "barograph", "weatherglass")
        yield

    _, trouble, better = watched(request_, actions())
    assert "not made by a build" in trouble.trouble and trouble.outcome is None
    assert better.outcome and "weatherglass" in words(request_.output)


def test_what_editors_leave_is_no_reason_to_build(request_: Request) -> None:
    def actions() -> Actions:
        yield
        for name in (".falling-glass.yaml.swp", "4913", "falling-glass.yaml~", "#falling-glass.yaml#", "._falling-glass.yaml"):
            (request_.book / GLASS).with_name(name).write_text("no: book")
        (request_.book / GLASS).with_name(".#falling-glass.yaml").symlink_to("me@here.1234")
        yield
        (request_.book / GLASS).write_text((request_.book / GLASS).read_text())
        yield

    assert len(watched(request_, actions())) == 1


@pytest.mark.parametrize("name", ["book.yaml", "figures/style.py", "words.txt", "questions/a/b.yaml", "STYLE.md", "figures/tmp.svg"])
def test_files_of_a_book_are_not_strays(name: str) -> None:
    assert not is_stray(Path(name))


def saving(request: Request, **by_stage: tuple[str, str]) -> Callable[[Step], None]:
    """Save an edit, once, when a build comes to a stage."""

    def save(step: Step) -> None:
        if step.stage in by_stage:
            edit(request.book / GLASS, *by_stage.pop(step.stage))

    return save


def test_a_file_saved_while_a_build_runs_leads_to_one_more(request_: Request) -> None:
    first, second = watched(request_, iter(range(4)), saving(request_, inspect=("barometer", "barograph")))
    assert first.outcome and second.outcome
    assert second.changed == (f"{request_.book.as_posix()}/{GLASS}",)
    assert "barograph" in words(request_.output)


def test_a_file_saved_and_taken_back_while_a_build_runs_leads_to_one_more(request_: Request) -> None:
    save = saving(request_, load=("barometer", "barograph"), inspect=("barograph", "barometer"))
    built = rebuilds(request_, lambda _first: nullcontext(save), iter(range(4)))
    next(built)
    assert "barograph" in words(request_.output)
    assert len(list(built)) == 1
    assert "barograph" not in words(request_.output)


def test_a_release_whose_files_changed_while_it_was_made_is_never_taken_for_fresh(request_: Request) -> None:
    watched(request_, iter(range(1)), saving(request_, load=("barometer", "barograph"), inspect=("barograph", "barometer")))
    (later,) = watched(request_, iter(range(1)))
    assert later.outcome and not later.outcome.unchanged
    assert "barograph" not in words(request_.output)


def test_what_is_made_ready_is_what_the_next_signature_wants(request_: Request) -> None:
    from pipeline.press import engine

    ready: list[set[tuple[str, str]]] = []

    def woken() -> Actions:
        engine._dresses.clear()
        yield True
        ready.append(set(engine._dresses))
        edit(request_.book / GLASS, "barometer", "barograph")
        yield True

    _, second = watched(request_, woken())
    assert second.outcome and second.outcome.laid_out
    assert len(ready[0]) == 1
    assert set(engine._dresses) == ready[0]


# The command, and what a person and an editor do to it


class Watching:
    """The command at work, its lines read as they come, and its end."""

    def __init__(self, place: Path) -> None:
        arguments = ("build", "study", "--book", place / "book", "--output", place / "output", "--watch", "--jobs", "1")
        self.command = start(*arguments, env=environment(place / "cache"))
        self.lines: queue.Queue[str] = queue.Queue()
        self.readers = [threading.Thread(target=self._read, args=(s,)) for s in (self.command.stdout, self.command.stderr)]
        for reader in self.readers:
            reader.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self.lines.put(line)

    def until(self, words: str) -> str:
        """Wait for a line that holds some words."""
        while True:
            line = self.lines.get(timeout=200)
            if words in line:
                return line

    def end(self, by: int) -> int:
        self.command.send_signal(by)
        return self.command.wait(timeout=60)

    def close(self) -> None:
        self.command.kill()
        self.command.wait()
        for reader in self.readers:
            reader.join()


@pytest.fixture
def watching(request_: Request) -> Iterator[Watching]:
    command = Watching(request_.book.parent)
    yield command
    command.close()


@pytest.mark.slow
def test_the_command_builds_at_every_way_of_saving_and_ends_with_130(watching: Watching, request_: Request) -> None:
    path = request_.book / GLASS
    text = path.read_text()
    watching.until("Built in")

    aside = path.with_name("4913.tmp")
    aside.write_text(text.replace("barometer", "barograph"))
    aside.replace(path)
    assert watching.until(f"{GLASS}: ").endswith("2 signatures laid out anew\n")
    assert "barograph" in words(request_.output)

    path.unlink()
    path.write_text(text.replace("barometer", "pressure gauge"))
    watching.until(f"{GLASS}: ")

    path.write_text(text.replace("barometer", "first of two"))
    path.write_text(text.replace("barometer", "second of two"))
    while "second of two" not in words(request_.output):
        watching.until(f"{GLASS}: ")

    path.write_text("id: [")
    watching.until("error[S")
    shutil.rmtree(request_.book)
    watching.until("error[B108]")
    book(request_.book)
    watching.until("laid out anew")
    assert "barometer" in words(request_.output)

    assert watching.end(signal.SIGTERM) == 130


@pytest.mark.slow
def test_ctrl_c_ends_the_watch_while_it_waits(watching: Watching) -> None:
    watching.until("Built in")
    assert watching.end(signal.SIGINT) == 130
    watching.until("guidepress: stopped; what was published stands")
