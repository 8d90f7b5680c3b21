"""A Python that has loaded what is to be run, and runs each time in a copy of itself: a new process, which is spared the loading.

Nothing but loading has been done in it, so that a copy remembers nothing of what ran before.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

AT_START = ("PYTHON", "LC_", "LANG", "LD_")
"""What variables begin with that a process heeds at its start alone."""
BEGIN = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import forking; del sys.path[0]; forking.serve(*sys.argv[1:])"


def told_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(AT_START)}


class Loaded:
    """A process that has loaded some modules; it ends with the one that began it."""

    def __init__(self, *modules: str, flags: Sequence[str] = ("-P",), **variables: str) -> None:
        command = [sys.executable, *flags, "-c", BEGIN, *modules]
        pipe = subprocess.PIPE
        self.server = subprocess.Popen(command, env={**os.environ, **variables}, stdin=pipe, stdout=pipe, text=True)
        atexit.register(self.server.communicate)

    def run(
        self, arguments: Sequence[str], code: str, *, env: Mapping[str, str], cwd: Path | None = None, timeout: float = 300,
        limits: Mapping[int, tuple[int, int]] | None = None,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """Run code as a program with arguments, within limits of the ``resource`` module, and give what comes of it."""
        assert self.server.stdin is not None and self.server.stdout is not None
        with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as errors:
            asked = {
                "arguments": arguments, "code": code, "env": dict(env), "cwd": str(cwd or Path.cwd()), "files": [output.name, errors.name],
                "limits": list((limits or {}).items()),
            }  # fmt: skip
            self.server.stdin.write(json.dumps(asked) + "\n")
            self.server.stdin.flush()
            if not select.select([self.server.stdout], [], [], timeout)[0]:
                self.server.kill()
                raise subprocess.TimeoutExpired(list(arguments), timeout)
            status = os.waitstatus_to_exitcode(int(self.server.stdout.readline()))
            said = [Path(file.name).read_text(encoding="utf-8") for file in (output, errors)]
        return subprocess.CompletedProcess(list(arguments), status, *said)


def serve(*modules: str) -> None:
    """Load modules; run what each line of standard input asks for in a copy of this process, and answer with how it ended."""
    for name in modules:
        import_module(name)
    gc.freeze()  # what is never looked through stays shared with the copies
    for line in sys.stdin:
        copy = os.fork()
        if not copy:
            _run(**json.loads(line))
        print(os.waitpid(copy, 0)[1], flush=True)


def _run(arguments: list[str], code: str, env: dict[str, str], cwd: str, files: list[str], limits: list[Any]) -> NoReturn:
    """Become the program that is asked for; it ends as any other does."""
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
