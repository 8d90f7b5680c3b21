"""Run the command on something hostile, and say what it took: seconds of work, megabytes, exit status, and what it said."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from buildwork import ROOT, environment

SECONDS, MEGABYTES = 5.0, 300
MEMORY = 2_500_000_000
"""Bytes that a run may ask for before it is refused them: one that breaks its promise shall not take the machine with it."""
PATIENCE = float(os.environ.get("HOSTILE_PATIENCE", "120"))
"""Seconds by the clock after which a run is ended: machines that do other things take longer than what they work."""
SIGNS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What a terminal would obey, or a reader not see."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run took and said."""

    status: int
    """Exit status, or the negated number of the signal that ended it."""
    seconds: float
    """Of work, of all its processes."""
    megabytes: float
    """Of its largest process."""
    out: str
    err: str
    late: bool = False

    @property
    def said(self) -> str:
        """What it wrote, to whichever stream."""
        return self.out + self.err

    @property
    def traceback(self) -> bool:
        """Whether it broke down."""
        return "Traceback (most recent call last)" in self.said

    @property
    def first(self) -> str:
        """The first line that says what is wrong, or its last line."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        if self.traceback:
            return lines[-1] if lines else ""
        return next((line for line in lines if line.startswith("error[")), lines[-1] if lines else self.out.strip().rpartition("\n")[2])


def run(folder: Path, arguments: Sequence[str | bytes], patience: float = PATIENCE, stdout: int | None = None) -> Ran:
    """Run ``guidepress`` in a folder; its cache is there too, and its temporary files."""
    env = environment(folder / "cache", PYTHONPATH=str(ROOT), PYTHONSAFEPATH="1")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments], cwd=folder, env=env, stdin=subprocess.DEVNULL,
            stdout=out if stdout is None else stdout, stderr=err, start_new_session=True, preexec_fn=bound,
        )  # fmt: skip
        late = threading.Event()
        timer = threading.Timer(patience, lambda: (late.set(), _end(process.pid)))
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        _end(process.pid)
        out.seek(0)
        err.seek(0)
        said = out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace")
    seconds = used.ru_utime + used.ru_stime
    return Ran(process.returncode, seconds, used.ru_maxrss / 1024, *said, late.is_set())


def bound() -> None:
    """Bound this process, and leave nothing behind when it is ended."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
