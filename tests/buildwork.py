"""Builds as a user runs them: the command in a process of its own, on a copy of the small book."""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
import types
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from forking import Loaded, Started, told_at_start

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "tests" / "books" / "small"
PDF = "guides/study/harbor-watch-study-0.2.0-a4.pdf"
RUN = "import sys; from pipeline.cli.__main__ import main; sys.exit(main())"
ROOMS = (
    "cli.__main__", "cli.authoring_commands", "cli.book_commands", "cli.interview_commands", "cli.pack_command", "flow", "bring", "export",
    "authoring", "authorities", "press.engine",
)  # fmt: skip
READY = """
QUESTION = '''
ask: What does whoever stays know?
summary: Where things are.
answer: |
  ## Words, *words*, **words**, and ***words***

  | $x^2$ | `x` |
  |-------|-----|
  | **x** | *y* |

  ```python
  print("x")  # x
  ```

  !!! tip "A word"
      - One. Two[^1].

  [^1]: Three.
key_points: [One.]
follow_ups: [{ask: One?, answer: Two.}]
red_flags: [One.]
samples: {weak: One., solid: Two., strong: Three.}
'''
import os
import tempfile
from pathlib import Path
from pipeline.flow import Request, build
from pipeline.press import engine
from pipeline.work import cache

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "questions").mkdir()
    (folder / "book.yaml").write_text("id: ready\\ntitle: Ready\\ndate: 2026-11-22\\n")
    (folder / "questions/first.yaml").write_text(QUESTION)
    build(Request(folder, folder / "output", store=folder / "store"), lambda _: None)
# What is left of that is what all books share: fonts read, templates compiled, words known.
cache.forget()
tempfile.tempdir = None
engine._dresses.clear()
engine._configurations.clear()  # their fonts are files, which the first copy to end would remove for all
# Tests run on every core already: two workers of a build take 3 s to start, and bring nothing. Tests that want some name them.
os.cpu_count = lambda: 1
"""
LIBRARIES = ("fontTools.subset", "latex2mathml.converter", "ziamath", "pygments.lexers.python")
LEFT_OUT = ("GUIDEPRESS_FAULT_POINT", "SOURCE_DATE_EPOCH", "NO_COLOR", "XDG_CACHE_HOME", "PYTHONDONTWRITEBYTECODE")


def book(folder: Path, *editions: str) -> Path:
    """Copy the small book with the editions named, each on A4 only."""
    shutil.copytree(SMALL, folder)
    for path in (folder / "editions").glob("*.yaml"):
        if path.stem in (editions or ("study",)):
            edit(path, "papers: [a4, letter]", "papers: [a4]", required=False)
        else:
            path.unlink()
    return folder


def bench(folder: Path) -> None:
    """Write a book of one question, and a team."""
    for name in ("questions", "teams"):
        (folder / name).mkdir(parents=True)
    (folder / "book.yaml").write_text("id: bench\ntitle: The Bench\ndate: 2026-11-22\n")
    (folder / "questions/torque.yaml").write_text("ask: Why is a carbon stem tightened with a torque wrench?\n")
    (folder / "teams/crew.yaml").write_text("name: Crew\neditions: [study]\nformats: [epub]\n")


def edit(path: Path, old: str, new: str, *, required: bool = True) -> None:
    """Replace text in a file that holds it."""
    text = path.read_text()
    assert old in text or not required, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new))


def environment(cache: Path, **variables: str) -> dict[str, str]:
    """Give this process's environment with a cache folder, and nothing that decides what is built."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, "XDG_CACHE_HOME": str(cache), **variables}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "pipeline.cli", *map(str, arguments)]


def run(
    *arguments: str | Path, env: Mapping[str, str], cwd: Path | None = None, limits: Mapping[int, tuple[int, int]] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; in a Python that is started for it where the environment tells Python something else."""
    if told_at_start(env) != told_at_start(environment(Path())):
        assert limits is None
        return run_anew(*arguments, env=env, cwd=cwd)
    python = loaded() if limits else ready()
    return python.run(["guidepress", *map(str, arguments)], RUN, env=env, cwd=cwd, limits=limits)


def run_anew(*arguments: str | Path, env: Mapping[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command to its end in a Python that is started for it."""
    return subprocess.run(command(*arguments), env=env, cwd=cwd, text=True, capture_output=True, timeout=300)


@cache
def loaded() -> Loaded:
    """Start a Python that has loaded what commands import when they are given, once for each worker of the tests."""
    return Loaded(*(f"pipeline.{name}" for name in ROOMS), *LIBRARIES)


@cache
def ready() -> Loaded:
    """Start a Python that has built a book of one question as well: a build that remembers all takes 0.3 s then instead of 0.9."""
    return Loaded(*(f"pipeline.{name}" for name in ROOMS), *LIBRARIES, first=READY)


def start(*arguments: str | Path, env: Mapping[str, str], cwd: Path | None = None) -> Started:
    """Start the command, in a process group of its own."""
    return ready().start(["guidepress", *map(str, arguments)], RUN, env=env, cwd=cwd)


def start_anew(*arguments: str | Path, env: Mapping[str, str], cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start the command, in a process group of its own, hearing Ctrl-C even when the tests run in the background."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command(*arguments), env=env, cwd=cwd, text=True, stdout=pipe, stderr=pipe, start_new_session=True, preexec_fn=hear
    )


class Fork:
    """The command in a child of this process, which has read all libraries already: what a storm of kills starts, and can afford.

    It leads a session of its own, as a command of `start` does.
    """

    def __init__(self, *arguments: str | Path, env: Mapping[str, str], cwd: Path | None = None) -> None:
        self._said = os.memfd_create("out"), os.memfd_create("err")
        self.returncode: int | None = None
        # A signal that comes before the child hears any waits for it: tests in the background ignore SIGINT, and so would it.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        self.pid = os.fork()
        if self.pid:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        else:
            self._work([*map(str, arguments)], dict(env), cwd or Path.cwd())

    def _work(self, arguments: list[str], env: dict[str, str], folder: Path) -> None:
        status = 70
        try:
            os.setsid()
            hear()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
            for number, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), *self._said)):
                os.dup2(descriptor, number)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
            sys.modules["__main__"] = types.ModuleType("__main__")  # workers need not read what runs the tests
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(env)
            from pipeline.cli.__main__ import main

            status = main(arguments)
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def seconds(self) -> float:
        """Tell what it has worked so far, by its own clock (clock_getcpuclockid(3)): other work on the machine is no part of it."""
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return math.inf

    def poll(self) -> int | None:
        if self.returncode is None:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            if found:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def worked(self, seconds: float) -> None:
        """Wait until it has worked so long, or is at its end."""
        end = time.monotonic() + 120
        while self.poll() is None and self.seconds() < seconds and time.monotonic() < end:
            time.sleep(0.001)

    def communicate(self, timeout: float = 300) -> tuple[str, str]:
        """Wait for its end; give what it wrote."""
        end = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end:
                os.killpg(self.pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired("guidepress", timeout)
            time.sleep(0.002)
        said = []
        for descriptor in self._said:
            os.lseek(descriptor, 0, os.SEEK_SET)
            with os.fdopen(descriptor, encoding="utf-8") as stream:
                said.append(stream.read())
        return said[0], said[1]


def hear() -> None:
    """Undo what a shell does to the jobs it puts in the background: they ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def bytes_of(output: Path) -> dict[str, str]:
    """Digest every file of the release that stands, by its path."""
    guides = output / "guides"
    return {p.relative_to(guides).as_posix(): sha256(p.read_bytes()).hexdigest() for p in sorted(guides.rglob("*")) if p.is_file()}
