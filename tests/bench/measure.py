"""Run a command in a process of its own, and measure it: wall seconds, processor seconds, and memory of every process.

Memory is the high-water mark of the resident set that Linux keeps for each process (VmHWM, proc_pid_status(5)), read
every few milliseconds while it lives.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.05


@dataclass(frozen=True)
class Run:
    """What a command took: seconds, and MB of its first process and of the largest that it started."""

    wall: float
    cpu: float
    root_mb: float
    worker_mb: float
    output: str = ""

    @property
    def largest_mb(self) -> float:
        """Memory of the largest process."""
        return max(self.root_mb, self.worker_mb)


@dataclass
class Peaks:
    """The high-water marks of a process and of all that it started, in kB."""

    root: int
    marks: dict[int, int] = field(default_factory=dict)

    def look(self) -> None:
        """Read the marks of all that live."""
        waiting = [self.root]
        while waiting:
            pid = waiting.pop()
            try:
                status = Path(f"/proc/{pid}/status").read_text()
                waiting += [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
            except OSError:
                continue
            mark = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
            self.marks[pid] = max(mark, self.marks.get(pid, 0))

    @property
    def root_mb(self) -> float:
        """Megabytes of the first process."""
        return self.marks.get(self.root, 0) * 1024 / 1e6

    @property
    def worker_mb(self) -> float:
        """Megabytes of the largest of the others."""
        return max((mark for pid, mark in self.marks.items() if pid != self.root), default=0) * 1024 / 1e6


def run(command: Sequence[str | Path], env: Mapping[str, str], *, timeout: float = 1800) -> Run:
    """Run a command to its end. Raises RuntimeError with what it printed when it fails."""
    started = time.perf_counter()
    child = subprocess.Popen([*map(str, command)], env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peaks, said = Peaks(child.pid), []
    reader = threading.Thread(target=lambda: said.append(child.stdout.read() if child.stdout else ""), daemon=True)
    reader.start()
    status, usage = _watch(child.pid, peaks, started + timeout, child.kill)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    if child.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {child.returncode}\n{said[0][-3000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, peaks.root_mb, peaks.worker_mb, said[0])


def _watch(pid: int, peaks: Peaks, deadline: float, kill: Callable[[], None]) -> tuple[int, os.struct_rusage]:
    """Look at a process until it ends; what its children took is in what it took, once they are waited for."""
    while True:
        peaks.look()
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage
        if time.perf_counter() > deadline:
            kill()
        time.sleep(INTERVAL)
