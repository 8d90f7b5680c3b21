"""A Python that has loaded what is to be run, and runs each time in a copy of itself: a new process, which is spared the loading.

Nothing else has been done in it but what it was told to do at its start, so that a copy remembers nothing of what ran before.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO, Any, NoReturn

AT_START = ("PYTHON", "LC_", "LANG", "LD_")
"""What variables begin with that a process heeds at its start alone."""
BEGIN = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import forking; del sys.path[0]; forking.serve(*sys.argv[1:])"


def told_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(AT_START)}


class Loaded:
    """A process that has loaded some modules, and run code ``first``; it ends with the one that began it."""

    def __init__(self, *modules: str, first: str = "", flags: Sequence[str] = ("-P",), **variables: str) -> None:
        command = [sys.executable, *flags, "-c", BEGIN, first, *modules]
        pipe = subprocess.PIPE
        self.server = subprocess.Popen(command, env={**os.environ, **variables}, stdin=pipe, stdout=pipe, text=True)
        atexit.register(self.server.communicate)

    def run(
        self, arguments: Sequence[str], code: str, *, env: Mapping[str, str], cwd: Path | None = None, timeout: float = 300,
        limits: Mapping[int, tuple[int, int]] | None = None,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """Run code as a program with arguments, within limits of the ``resource`` module, and give what comes of it."""
        with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as errors:
            asked = {"files": [output.name, errors.name], "limits": list((limits or {}).items())}
            (status,) = self.ask("run", timeout, arguments=arguments, code=code, env=dict(env), cwd=str(cwd or Path.cwd()), **asked)
            said = [Path(file.name).read_text(encoding="utf-8") for file in (output, errors)]
        return subprocess.CompletedProcess(list(arguments), os.waitstatus_to_exitcode(status), *said)

    def start(self, arguments: Sequence[str], code: str, *, env: Mapping[str, str], cwd: Path | None = None) -> Started:
        """Start code as a program with arguments, which leads a session of its own, and do not wait for its end."""
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/output", f"{folder}/errors"]
            for name in files:
                os.mkfifo(name)
            asked = {"arguments": arguments, "code": code, "env": dict(env), "cwd": str(cwd or Path.cwd())}
            (pid,) = self.ask("start", **asked, files=files, limits=[], leads=True)
            return Started(self, pid, *(open(name, encoding="utf-8") for name in files))

    def ask(self, what: str, timeout: float = 300, **asked: Any) -> tuple[int, ...]:
        """Have the process do something, and return its answer."""
        assert self.server.stdin is not None and self.server.stdout is not None
        self.server.stdin.write(json.dumps([what, asked]) + "\n")
        self.server.stdin.flush()
        if not select.select([self.server.stdout], [], [], timeout)[0]:
            self.server.kill()
            raise subprocess.TimeoutExpired(what, timeout)
        return tuple(map(int, self.server.stdout.readline().split()))


class Started:
    """A program that runs in a copy, to be read and stopped as a ``subprocess.Popen`` is."""

    def __init__(self, loaded: Loaded, pid: int, stdout: IO[str], stderr: IO[str]) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self._loaded = loaded

    def poll(self) -> int | None:
        """Return how it has ended, or None."""
        if self.returncode is None:
            found, status = self._loaded.ask("look", process=self.pid)
            self.returncode = os.waitstatus_to_exitcode(status) if found else None
        return self.returncode

    def wait(self, timeout: float = 300) -> int:
        """Wait for its end; where that is too long in coming, end it, and raise TimeoutExpired."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                os.killpg(self.pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired("guidepress", timeout)
            time.sleep(0.005)
        return status

    def communicate(self, timeout: float = 300) -> tuple[str, str]:
        """Wait for its end; return what it has written and nobody has read."""
        watch = threading.Timer(timeout, os.killpg, (self.pid, signal.SIGKILL))
        watch.start()
        try:
            with self.stdout, self.stderr, ThreadPoolExecutor() as readers:
                output, errors = readers.map(lambda stream: stream.read(), (self.stdout, self.stderr))
        finally:
            watch.cancel()
        self.wait(timeout)
        return output, errors

    def send_signal(self, number: int) -> None:
        """Send a signal to the process alone."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(signal.SIGKILL)


def serve(first: str, *modules: str) -> None:
    """Load modules; do what each line of standard input asks for, and answer: a program is run in a copy of this process."""
    for name in modules:
        import_module(name)
    exec(first, {})
    gc.collect()
    gc.freeze()  # what is never looked through stays shared with the copies
    for line in sys.stdin:
        what, asked = json.loads(line)
        if what == "look":
            print(*os.waitpid(asked["process"], os.WNOHANG), flush=True)
            continue
        copy = os.fork()
        if not copy:
            _run(**asked)
        print(os.waitpid(copy, 0)[1] if what == "run" else copy, flush=True)


def _run(
    arguments: list[str], code: str, env: dict[str, str], cwd: str, files: list[str], limits: list[Any], *, leads: bool = False
) -> NoReturn:
    """Become the program that is asked for; it ends as any other does."""
    if leads:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has the jobs ignore it that it puts in the background
    for number, path in enumerate((os.devnull, *files)):
        os.dup2(os.open(path, os.O_WRONLY if number else os.O_RDONLY), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    for kind, bounds in limits:
        resource.setrlimit(kind, tuple(bounds))
    sys.argv = list(arguments)
    program = sys.modules["__main__"] = ModuleType("__main__")
    exec(compile(code, "<string>", "exec"), program.__dict__)
    raise SystemExit
