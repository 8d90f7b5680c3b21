"""Limits of the operating system, for books that nobody here has read: what the press's own bounds miss ends at these."""

from __future__ import annotations

import ctypes
import mmap
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000
"""CLONE_NEWNET, CLONE_NEWUSER: https://man7.org/linux/man-pages/man2/unshare.2.html"""
NO_NEW_PRIVILEGES = 38
"""PR_SET_NO_NEW_PRIVS: https://man7.org/linux/man-pages/man2/PR_SET_NO_NEW_PRIVS.2const.html"""
GRACE = 30
"""Seconds of processor time between the signal that time is up, which a program may hear too late, and the end."""
PATIENCE = 10
"""How much longer than its processor time a call may take by the clock."""
MEGABYTE = 1_000_000
DEATHS: dict[int, str] = {
    signal.SIGABRT: "it was ended by its own libraries, perhaps for want of memory",
    signal.SIGSEGV: "it crashed",
    signal.SIGTRAP: "it was ended by its own libraries, perhaps for want of memory",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may take."""

    memory: int
    """Bytes of memory of its own."""
    seconds: int
    """Processor time: of a worker for each call, of the main process for a whole command."""
    files: int
    """Files and pipes that are open at once."""
    written: int = 2_000 * MEGABYTE
    """Bytes of a file that it writes."""

    @property
    def too_much(self) -> str:
        """Say that the memory was not enough."""
        return f"it needs more than {self.memory // MEGABYTE:,} MB of memory"

    @property
    def too_long(self) -> str:
        """Say that the time was not enough."""
        return f"it takes more than {self.seconds:,} seconds of processor time"


COMMAND = Limits(memory=3_000 * MEGABYTE, seconds=1_800, files=1_024)
WORKER = Limits(memory=1_500 * MEGABYTE, seconds=120, files=128)
OUT_OF_MEMORY = "it needs more memory than there is"


class OutOfTime(BaseException):
    """The main process has had its processor time. No ``except Exception`` takes that for a fault of what it was doing."""


_at = ""


def at(place: str) -> None:
    """Note what is being looked at: what is said when a limit is met."""
    global _at
    _at = place


def where() -> str:
    """Return what was being looked at last; empty when nothing was."""
    return _at


def confine() -> tuple[str, ...]:
    """Confine this process, and all that it will start, for the rest of its life; say what could not be applied.

    The network goes first: a process with threads may no longer leave its user namespace.
    """
    lacking = [
        what
        for what, applied in (
            ("a network of its own without any connection", _leave_network()),
            ("to gain no privileges by starting programs", _system("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)),
            (f"at most {COMMAND.memory // MEGABYTE:,} MB of memory, and {WORKER.memory // MEGABYTE:,} for each worker", _bound(COMMAND)),
            ("no processes started by workers, where root is not held back", os.geteuid() != 0),
        )
        if not applied
    ]
    signal.signal(signal.SIGXCPU, _stop)
    grant(COMMAND)
    return tuple(lacking)


def confine_worker(limits: Limits) -> None:
    """Confine a worker, which has started all the threads that it needs."""
    _bound(limits)
    _lower(resource.RLIMIT_NPROC, 0)


def grant(limits: Limits) -> None:
    """Let this process have its processor time from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + limits.seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + GRACE if limits is COMMAND and hard == resource.RLIM_INFINITY else hard))


def cause(status: int | None, limits: Limits | None) -> str:
    """Say of what a worker died, by its exit status as Python has it; empty when nobody knows."""
    if limits is None or status is None or status >= 0:
        return ""
    return limits.too_long if -status == signal.SIGXCPU else DEATHS.get(-status, "")


def _stop(_signal: int, _frame: object) -> None:
    # It would come again each second, and be in the way of whoever tidies up.
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    raise OutOfTime(COMMAND.too_long)


def _bound(limits: Limits) -> bool:
    """Bound memory, files, and what is written; tell whether the bound of memory holds, which no system but Linux promises."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, limits.files)
    _lower(resource.RLIMIT_FSIZE, limits.written)
    _lower(resource.RLIMIT_DATA, limits.memory)
    try:
        mmap.mmap(-1, limits.memory + MEGABYTE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except OSError:
        return True
    return False


def _lower(kind: int, most: int) -> None:
    """Lower a limit for good; one that is lower already stays."""
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))


def _leave_network() -> bool:
    """Go where there is no network: as root at once, as anybody else within a user namespace, where the system has those."""
    user, group = os.getuid(), os.getgid()
    if _system("unshare", NEW_NETWORK):
        return True
    if not _system("unshare", NEW_USER | NEW_NETWORK):
        return False
    with suppress(OSError):
        # Who one is stays as it was: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    return True


def _system(name: str, *values: int) -> bool:
    """Call a function of the system's C library; tell whether there is one, and it succeeded."""
    function: Callable[..., int] | None = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    return function is not None and function(*map(ctypes.c_long, values)) == 0
