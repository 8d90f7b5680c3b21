"""Run the command in a process that can be ended, and say in which ways it broke its promises."""

from __future__ import annotations

import gc
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from buildwork import ROOT, SMALL
from hostile.running import MEGABYTES, SECONDS, bound

PLACE: Final = re.compile(r"^ *--> (.+):(\d+):(\d+)$", re.MULTILINE)
BROKEN: Final = 70
"""Exit status of a run that raised what nobody caught."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run took, and what is wrong with it; nothing when all is well."""

    status: int
    seconds: float
    megabytes: float
    said: str
    wrong: str = ""


def run(folder: Path, call: Callable[[], int], kept: Sequence[Path] = ()) -> Verdict:
    """Make a call in a child of this process, in a folder; ``kept`` are files and folders that it must leave as they are if it fails."""
    before, held = _digest(kept), _resident()
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            _work(folder, call, out.fileno())
        status, used, late = _waited(child)
        out.seek(0)
        said = out.read().decode("utf-8", "replace")
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024 - held
    wrong = "does not end" if late else _wrong(folder, status, said, seconds, megabytes)
    if not wrong and status != 0 and _digest(kept) != before:
        wrong = "failed, and changed files"
    return Verdict(status, seconds, megabytes, said, wrong)


def _resident() -> float:
    """Return the megabytes that this process holds, and its children from the start with it."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024**2


def _work(folder: Path, call: Callable[[], int], out: int) -> None:
    """Make the call, and leave without a way back."""
    status = BROKEN
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(folder)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        bound()
        resource.setrlimit(resource.RLIMIT_CPU, (int(4 * SECONDS), int(4 * SECONDS) + 1))
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="strict", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        status = call()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else BROKEN
    except BaseException:
        traceback.print_exc()
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _waited(child: int) -> tuple[int, resource.struct_rusage, bool]:
    """Wait for a child, but not for ever; other work on the machine may keep it from its own."""
    end, late = time.monotonic() + 12 * SECONDS, False
    while True:
        found, status, used = os.wait4(child, os.WNOHANG)
        if found:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)
            return os.waitstatus_to_exitcode(status), used, late
        if time.monotonic() > end:
            late = True
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)


def _wrong(folder: Path, status: int, said: str, seconds: float, megabytes: float) -> str:
    if "Traceback (most recent call last)" in said or status == BROKEN:
        lines = [line for line in said.splitlines() if re.match(r"^[\w.]+(?:Error|Exception|Warning|Interrupt|Exit)\b", line)]
        where = re.findall(r'File ".*?/(?:pipeline|site-packages)/(\S+?)", line (\d+)', said)
        return f"traceback: {(lines or ['?'])[-1][:100]} at {':'.join(where[-1]) if where else '?'}"
    if status in (-signal.SIGXCPU, -signal.SIGKILL) or seconds > SECONDS:
        return f"takes {seconds:.0f} seconds or more"
    if status not in (0, 1):
        return f"exit status {status}"
    if megabytes > MEGABYTES:
        return f"takes {megabytes:.0f} MB"
    return next((f"place {match[0].strip()} is nowhere" for match in PLACE.finditer(said) if not _is_there(folder, match)), "")


def _is_there(folder: Path, match: re.Match[str]) -> bool:
    """Tell whether a place is in a file that exists, on a line that it has, within that line or just behind it."""
    name, line, column = match[1], int(match[2]), int(match[3])
    if "\ufffd" in name or name.endswith("…"):
        return True  # a name that cannot be printed
    path = next((path for path in (folder / name, folder / "output/guides" / name, ROOT / name) if path.exists()), None)
    if path is None:
        # A file that is missing is told of where it should be, a member of an archive where that is.
        missing = (folder / name).parent.is_dir() or (folder / "output/guides").exists()
        return ((line, column) == (1, 1) and missing) or any(parent.is_file() for parent in (folder / name).parents)
    if not path.is_file() or path.suffix in (".zip", ".apkg", ".colpkg", ".pdf", ".png"):
        return True
    # Banks are read as editors show them, where a carriage return alone ends a line too.
    ends = "\r\n|\n" if path.suffix in (".yaml", ".css", ".svg") else "\r\n|\n|\r"
    lines = re.split(ends, path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff"))
    return line <= len(lines) and column <= len(lines[line - 1]) + 1


def _digest(paths: Sequence[Path]) -> str:
    total = sha256()
    for path in paths:
        for file in sorted(path.rglob("*") if path.is_dir() else [path]):
            total.update(os.fsencode(file) + (file.read_bytes() if file.is_file() and not file.is_symlink() else b""))
    return total.hexdigest()


def warm() -> None:
    """Read the small book once, so that children need not; what they share is not looked through for garbage."""
    from pipeline.cli.__main__ import main

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "book").symlink_to(SMALL)
        before = Path.cwd()
        os.chdir(place)
        try:
            main(["check", "--book", "book"])
        finally:
            os.chdir(before)
    gc.collect()
    gc.freeze()
