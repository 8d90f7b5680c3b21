# ruff: noqa: E501 (tables of inputs, which nobody reads line by line)
"""Send a server what no browser would, and see it answer, and go on."""

from __future__ import annotations

import os
import re
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final

from hostile import rows
from hostile.running import bound

from fuzz import mutation

WORDS: Final = (
    "GET ", "HEAD ", "POST ", "OPTIONS ", "/", "/study/a.epub", "/manifest.json", "/..%2f..%2fetc/passwd", "/%00", "//", "?a=b", " HTTP/1.1",
    " HTTP/0.9", "\r\n", "\n", "\r\n\r\n", "Host: a\r\n", "Range: bytes=0-", "Range: bytes=-1\r\n", "Range: bytes=9-1,0-0\r\n", "If-None-Match: *\r\n",
    "If-Range: x\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999\r\n", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "Expect: 100-continue\r\n",
    "Connection: keep-alive\r\n", "http://a/", "\x00", "\u00e9", "a" * 9_000, "X: y\r\n", ": \r\n", "If-Modified-Since: Sat, 99 Foo 99999\r\n",
)  # fmt: skip
START: Final = "GET /study/a.epub HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-9\r\nConnection: close\r\n\r\n"


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """Serve a release of one EPUB, and of what offers it, from a child process; give its port, and the child."""
    from pipeline.release.serving import Application, Server

    with tempfile.TemporaryDirectory() as place:
        rows.release(Path(place), "a.epub", rows.epub_bytes(), offered=True)
        application = Application(Path(place) / "output")
        here, there = socket.socketpair()
        child = os.fork()
        if child == 0:
            os.setsid()
            bound()
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            server = Server(application, "127.0.0.1", 0)
            there.sendall(str(server.port).encode())
            there.close()
            with suppress(BaseException):
                server.run()
            os._exit(1)
        there.close()
        try:
            yield int(here.recv(16)), child
        finally:
            here.close()
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def request(random: Random) -> bytes:
    """Return the bytes of a request."""
    if random.random() < 0.5:
        text = mutation.text(random, START, WORDS)
    else:
        text = "".join(random.choice(WORDS) for _ in range(random.choice((2, 6, 30)))) + "\r\n\r\n"
    data = text.encode("utf-8", "surrogatepass")
    return mutation.octets(random, data) if random.random() < 0.3 else data


def asked(port: int, data: bytes) -> str:
    """Send a request, and a plain one after it; return what is wrong, or nothing."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        answer = _answer(line, data)
    if b"Traceback" in answer or b"root:" in answer or re.match(rb"HTTP/1\.[01] 5(?!0[15])", answer):
        return f"answered {answer[:80]!r}"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        if not _answer(line, START.encode()).startswith(b"HTTP/1.1 206"):
            return "does not answer any more"
    return ""


def _answer(line: socket.socket, data: bytes) -> bytes:
    found = b""
    with suppress(OSError):
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        while part := line.recv(65_536):
            found += part
    return found


def memory(child: int) -> float:
    """Return the most megabytes that a process has taken."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
