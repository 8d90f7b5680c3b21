"""Run a command in a process of its own, and measure it: wall seconds, processor seconds, and memory of every process.

Memory is the high-water mark of the resident set that Linux keeps for each process (VmHWM, proc_pid_status(5)), read
many times a second while it lives. Processor seconds are those of the process and of all that it waited for.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.03
PATIENCE = 3600.0
BINDER, READER = "guidepress-bind", "guidepress-read"
"""What processes are called that do nothing but bind a large file, or read one."""


class Failure(Exception):
    """A command failed, or never did what was waited for."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took: seconds, and megabytes of its first process, of the largest that it started, and of those apart."""

    wall: float
    cpu: float
    root_mb: float = 0.0
    worker_mb: float = 0.0
    binder_mb: float = 0.0
    """Zero where the first process bound."""
    reader_mb: float = 0.0
    """Zero where workers and the first process read."""

    @property
    def largest_mb(self) -> float:
        """Megabytes of the largest process."""
        return max(self.root_mb, self.worker_mb, self.binder_mb, self.reader_mb)

    @property
    def binding_mb(self) -> float:
        """Megabytes of the process that bound."""
        return self.binder_mb or self.root_mb


@dataclass
class Peaks:
    """The high-water marks of a process and of all that it started, in kB."""

    root: int
    marks: dict[int, int] = field(default_factory=dict)
    apart: dict[str, set[int]] = field(default_factory=lambda: {BINDER: set(), READER: set()})
    """Those that call themselves so."""
    said: bytes = b""
    """The command line of the first process."""

    def look(self) -> None:
        """Read the marks of all that live; where there is no /proc they stay unknown."""
        waiting = [self.root]
        while waiting:
            pid = waiting.pop()
            try:
                status, said = Path(f"/proc/{pid}/status").read_text(), Path(f"/proc/{pid}/cmdline").read_bytes()
                name = status.partition("\n")[0].removeprefix("Name:\t")
                if name in self.apart:
                    self.apart[name].add(pid)
                children = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
            except OSError:
                continue
            waiting += [int(child) for text in children for child in text.split()]
            self.said = self.said or said
            if pid != self.root and said == self.said:
                continue  # forked a moment ago, and about to become another program: the memory is its parent's
            mark = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
            self.marks[pid] = max(mark, self.marks.get(pid, 0))

    @property
    def root_mb(self) -> float:
        """Megabytes of the first process."""
        return self.marks.get(self.root, 0) * 1024 / 1e6

    @property
    def worker_mb(self) -> float:
        """Megabytes of the largest of the others."""
        return self._largest(self.marks.keys() - self.apart[BINDER] - self.apart[READER] - {self.root})

    @property
    def binder_mb(self) -> float:
        """Megabytes of a process that does nothing but bind."""
        return self._largest(self.apart[BINDER])

    @property
    def reader_mb(self) -> float:
        """Megabytes of the largest process that does nothing but read."""
        return self._largest(self.apart[READER])

    def _largest(self, pids: Iterable[int]) -> float:
        return max((self.marks.get(pid, 0) for pid in pids), default=0) * 1024 / 1e6


def run(command: Sequence[str | Path], env: Mapping[str, str]) -> Run:
    """Run a command to its end. Raises Failure with the end of what it printed when it fails, or takes an hour."""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen([*map(str, command)], env=dict(env), stdout=said, stderr=said, start_new_session=True)
        peaks = Peaks(child.pid)
        try:
            status, usage = _watched(child.pid, peaks, started + PATIENCE)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise Failure(f"{' '.join(map(str, command))}: exit {child.returncode}\n{said.read().decode()[-3000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, peaks.root_mb, peaks.worker_mb, peaks.binder_mb, peaks.reader_mb)


def _watched(pid: int, peaks: Peaks, deadline: float) -> tuple[int, os.struct_rusage]:
    """Look at a process until it ends. Raises Failure when it does not."""
    while time.perf_counter() < deadline:
        peaks.look()
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage
        time.sleep(INTERVAL)
    raise Failure(f"process {pid} had not ended after an hour")


@contextmanager
def staying(command: Sequence[str | Path], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Keep a command running, and end it as Ctrl-C does; what it prints goes to standard error when it had failed."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([*map(str, command)], env=dict(env), stdout=said, stderr=said, start_new_session=True)
        try:
            yield child
        except Failure:
            said.seek(0)
            sys.stderr.write(said.read().decode()[-3000:])
            raise
        finally:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def cpu_of(pid: int) -> float:
    """Give the processor seconds of a process that lives, and of what it has waited for (proc_pid_stat(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def until(holds: Callable[[], bool], child: subprocess.Popen[bytes], patience: float = 900.0) -> None:
    """Wait until something holds. Raises Failure when the process ends before, or patience does."""
    deadline = time.perf_counter() + patience
    while not holds():
        if child.poll() is not None:
            raise Failure(f"the watching command ended with exit {child.returncode}")
        if time.perf_counter() > deadline:
            raise Failure(f"nothing happened for {patience:.0f} s")
        time.sleep(0.005)
