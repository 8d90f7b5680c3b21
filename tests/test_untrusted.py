"""A book that nobody has read meets the limits of the operating system: what the press's bounds miss is a diagnostic."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from buildwork import ROOT, book, bytes_of, edit, environment, run

from pipeline import markup, press
from pipeline.cli.__main__ import main
from pipeline.diagnostics import Diagnostic
from pipeline.flow import request, volumes
from pipeline.press import LaidOut, Signature
from pipeline.work import limits
from pipeline.work.crew import Crew, Died
from pipeline.work.limits import Limits

pytestmark = pytest.mark.slow
SMALL_WORKER = Limits(memory=400 * limits.MEGABYTE, seconds=4, files=64)
NOBODY = 65534

# What is planted: it stands where a hostile book would have found a way past every bound, and no book can ask for it


def eat() -> None:
    held = []
    while True:
        held.append(bytearray(50 * limits.MEGABYTE))


def loop() -> None:
    while True:
        pass


def abort() -> None:
    os.abort()


SINS = {"falling-glass": eat, "corrected-log": loop, "light-characteristics": abort}


def sinful(signature: Signature, fonts: dict[str, bytes]) -> LaidOut | Diagnostic:
    if signature.id in SINS:
        SINS[signature.id]()
    return press.LAY_OUT.call(signature, fonts)


def sinful_key(signature: Signature) -> str:
    assert press.LAY_OUT.key
    return f"sin-{signature.id}" if signature.id in SINS else press.LAY_OUT.key(signature)


def endless(text: str, **how: bool) -> markup.Text:
    if "barometer" in text:
        loop()
    return PARSE(text, **how)


PARSE = markup.parse


def planted(what: str, *arguments: str) -> int:
    """Run the command with something planted: ``layout`` in the workers, ``endless`` in the main process, ``bare`` a bare system."""
    if what == "layout":
        request.WORKER = SMALL_WORKER  # type: ignore[misc]
        volumes.LAY_OUT = replace(press.LAY_OUT, call=sinful, key=sinful_key)  # type: ignore[misc]
    elif what == "endless":
        limits.COMMAND = replace(limits.COMMAND, seconds=1)  # type: ignore[misc]
        markup.parse = endless
    elif what == "bare":
        limits._system = lambda *_: False  # type: ignore[assignment]
    return main(arguments)


def run_planted(what: str, *arguments: str | Path, cache: Path) -> subprocess.CompletedProcess[str]:
    script = "import sys, test_untrusted; sys.exit(test_untrusted.planted(*sys.argv[1:]))"
    env = environment(cache, PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    return subprocess.run([sys.executable, "-c", script, what, *map(str, arguments)], env=env, text=True, capture_output=True, timeout=300)


def build(place: Path) -> tuple[str | Path, ...]:
    return ("build", "--untrusted", "--book", place / "book", "--output", place / "output", "--format", "pdf", "--jobs", "2")


def test_a_section_past_every_bound_is_named_and_what_stood_stands(place: Path) -> None:
    done = run(*build(place), env=environment(place / "cache"))
    assert done.returncode == 0, done.stderr
    before = bytes_of(place / "output")
    assert before
    edit(place / "book/questions/weather-and-watch/falling-glass.yaml", "barometer", "barograph")
    done = run_planted("layout", *build(place), cache=place / "cache")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    said = {line for line in done.stderr.splitlines() if "P103" in line}
    assert len(said) == len(SINS), done.stderr
    for name, why in (
        ("falling-glass", "it needs more than 400 MB of memory"),
        ("corrected-log", "it takes more than 4 seconds of processor time"),
        ("light-characteristics", "it was ended by its own libraries, perhaps for want of memory"),
    ):
        assert any(f"section '{name}': {why}" in line for line in said), done.stderr
        assert f"/{name}.yaml:1:1" in done.stderr
    assert bytes_of(place / "output") == before
    assert not [*(place / "output").glob("guides.*"), *(place / "output/.releases").glob("tmp-*")]


def test_a_text_that_holds_up_the_reading_is_named(tmp_path: Path) -> None:
    book(tmp_path / "book")
    done = run_planted("endless", "check", "--untrusted", "--book", tmp_path / "book", cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "R107" in done.stderr
    assert "it takes more than 1 seconds of processor time" in done.stderr
    assert "book/questions/weather-and-watch/falling-glass.yaml:1:1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_system_that_grants_nothing_is_told_of_and_builds(tmp_path: Path) -> None:
    book(tmp_path / "book")
    done = run_planted("bare", "check", "--untrusted", "--book", tmp_path / "book", cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    assert "warning: this system does not grant what --untrusted asks for: a network of its own" in done.stderr
    assert "to gain no privileges" in done.stderr


@pytest.mark.parametrize("other", [("--watch",), ("--cluster", "tcp://127.0.0.1:1")])
def test_what_needs_a_network_or_never_ends_is_not_confined(tmp_path: Path, other: tuple[str, ...]) -> None:
    done = run("build", "--untrusted", *other, env=environment(tmp_path))
    assert done.returncode == 2
    assert f"leave out {other[0]}" in done.stderr


# What a confined process, and its workers, may still do


def reach(port: int) -> str:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError as error:
        return type(error).__name__
    return "reached"


def fork() -> str:
    try:
        pid = os.fork()
    except OSError as error:
        return type(error).__name__
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "forked"


def privileges() -> str:
    return next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("NoNewPrivs"))


def bounds() -> list[int]:
    kinds = (resource.RLIMIT_DATA, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    return [resource.getrlimit(kind)[1] for kind in kinds]


def confined(port: str) -> None:
    """Be a confined process with a worker, and print what they can do; as nobody, where this is root."""
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    print(*limits.confine(), sep="; ")
    with Crew(1, limits=SMALL_WORKER) as crew:
        print(reach(int(port)), *(crew.send(call, *values).result() for call, *values in ((reach, int(port)), (fork,), (privileges,))))
        print(crew.send(bounds).result())


def test_neither_process_nor_workers_reach_a_network_or_start_programs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert reach(port) == "reached"
        script = "import sys, test_untrusted; test_untrusted.confined(*sys.argv[1:])"
        env = environment(tmp_path, PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
        done = subprocess.run([sys.executable, "-c", script, str(port)], env=env, cwd="/", text=True, capture_output=True, timeout=60)
    if "Permission denied" in done.stderr or "No module named" in done.stderr:
        pytest.skip("nobody may not run this Python")
    assert done.returncode == 0, done.stderr
    lacking, could, bound = done.stdout.splitlines()
    here, there, forked, no_new_privileges = could.split()
    assert (here, there) == ("reached", "reached") if "network" in lacking else (here, there) == ("OSError", "OSError")
    assert (forked, no_new_privileges) == ("BlockingIOError", "1")
    assert bound == str([SMALL_WORKER.memory, SMALL_WORKER.files, SMALL_WORKER.written, 0])


# What ends a call, one by one


def sleep() -> None:
    time.sleep(60)


def own_pid() -> int:
    return os.getpid()


def test_a_call_that_sleeps_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    with Crew(1, limits=SMALL_WORKER) as crew:
        crew.send(own_pid).result()
        monkeypatch.setattr(limits, "PATIENCE", 0.1)
        with pytest.raises(Died, match="4 seconds"):
            crew.send(sleep).result(timeout=30)
        monkeypatch.undo()
        assert crew.send(own_pid).result() > 0


def test_a_call_without_memory_is_made_again_in_a_new_worker_and_then_told() -> None:
    with Crew(1, limits=SMALL_WORKER) as crew:
        before = crew.send(own_pid).result()
        with pytest.raises(Died, match="400 MB"):
            crew.send(eat).result(timeout=60)
        assert crew.send(own_pid).result() != before


def test_workers_without_limits_say_no_more_than_that_they_died() -> None:
    assert limits.cause(-signal.SIGXCPU, None) == limits.cause(1, SMALL_WORKER) == limits.cause(-signal.SIGKILL, SMALL_WORKER) == ""
