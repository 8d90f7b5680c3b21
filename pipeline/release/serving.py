"""Serve a release to browsers and reading apps over HTTP.

What is answered is looked up in a table of the release's own files: an address that is not in it, however it is written,
is 404, and no folder is listed. A file is known by its digest in the manifest, which is its ETag.

waitress, which needs nothing else, reads requests in one loop and answers on a few threads, with bounds for connections,
headers, bodies, and time. It hands files to its loop, so that a slow download holds no thread. Werkzeug, whose own server is for
development and is not used, reads what HTTP has many ways to say: conditions, and ranges (RFC 9110, 13 and 14). What serves
files of a folder (WhiteNoise, Starlette) knows a file by its time, lets its folder be walked, or brings an event loop along.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from waitress import create_server
from waitress.channel import HTTPChannel
from werkzeug.datastructures import Headers
from werkzeug.http import is_resource_modified, parse_range_header, quote_etag
from werkzeug.wrappers import Response

from pipeline.diagnostics import ToolError
from pipeline.release.folder import Folder
from pipeline.release.manifest import CHECKSUMS, MANIFEST, Offered, Release
from pipeline.release.releases import read, standing, verify
from pipeline.release.titles import ATOM, PAGE, media_type

BACKLOG = 64
LIMITS: dict[str, Any] = {
    "threads": 4,
    "connection_limit": 200,
    "channel_timeout": 20,
    "cleanup_interval": 5,
    "max_request_header_size": 16_384,
    "max_request_body_size": 0,
    "asyncore_use_poll": True,
    "outbuf_overflow": 1_048_576,
    "log_socket_errors": False,
    "clear_untrusted_proxy_headers": True,
    "ident": "guidepress",
}
"""Bounds of the server; times are seconds, sizes bytes."""
POLICY = "frame-ancestors 'none'"
"""What a page can say of itself only in a header (CSP 3, 6.4); the rest stands in it."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-cache",
}
"""What every answer says. Whoever keeps a file asks each time whether it is still the same, which costs no download."""
BLOCK = 65_536

Environment = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A release that is served: its folder, and its files by their addresses."""

    folder: Path
    files: Mapping[str, Offered]


def shelf(release: Release, *, whole: bool) -> Shelf:
    """Return what of a release is served: what is for everybody, and the page and catalogs; ``whole`` has all its files.

    Raises ToolError when a file is not as it was published, or when nothing is for everybody.
    """
    if faults := verify(release):
        raise ToolError(f"{release.folder}: {faults[0]}; build the guides again")
    # What a plan of interviews hands to its candidates is for them, and no catalog has an entry for it.
    offered = {file.path.partition("/")[0] for file in release.offer if "/" in file.path}
    rows = [row for row in release.artefacts if whole or (row.is_public and row.edition in offered)]
    found = [*release.offer, *(Offered(each.path, each.bytes, each.sha256) for each in rows)]
    if not found:
        raise ToolError(f"{release.folder}: nothing in it is for everybody; --with-kits serves what there is")
    if whole:
        with Folder.open(release.folder) as folder:
            found += [Offered(name, *folder.size_and_digest(name)) for name in (MANIFEST, CHECKSUMS)]
    files = {f"/{each.path}": each for each in found}
    return Shelf(release.folder, files | ({"/": files[f"/{PAGE}"]} if f"/{PAGE}" in files else {}))


def _standing_shelf(output: Path, *, whole: bool) -> Shelf:
    """Return what is served of the release that stands in an output folder. Raises ToolError where there is none to serve."""
    release, reason = read(output)
    if release is None:
        raise ToolError(reason or f"{output}: no release stands here; build the guides first")
    return shelf(release, whole=whole)


def copy_public(output: Path, folder: Path) -> int:
    """Copy what is served of the release that stands in an output folder, for a static host; return the number of files.

    Raises ToolError when there is nothing to serve, and where the folder holds something.
    """
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise ToolError(f"{folder}: not an empty folder; name another")
    public = _standing_shelf(output, whole=False)
    paths = {file.path for file in public.files.values()}
    with Folder.open(public.folder) as held:
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(held.read(path))
    return len(paths)


class Application:
    """Answer requests for the files of the release that stands in an output folder, as WSGI wants it (PEP 3333).

    A release that takes the place of another is served from the next request on.
    """

    def __init__(self, output: Path, *, whole: bool = False) -> None:
        """Take the output folder, and whether ``whole`` releases are served. Raises ToolError where there is none to serve."""
        self._output, self._whole, self._lock = output, whole, Lock()
        self._shelf = _standing_shelf(output, whole=whole)
        self._name = self._standing()

    def _standing(self) -> str:
        with Folder.open(self._output) as place:
            return standing(place)

    @property
    def shelf(self) -> Shelf:
        """What is served now; the last release that was whole, when the one that stands is not."""
        with self._lock:
            try:
                if (name := self._standing()) != self._name:
                    self._shelf = _standing_shelf(self._output, whole=self._whole)
                    self._name = name
            except (ToolError, OSError):
                pass
            return self._shelf

    def __call__(self, environment: Environment, start: Any) -> Iterable[bytes]:
        """Answer a request."""
        response = self._answer(environment)
        response.headers.update(HEADERS)
        return response(environment, start)

    def _answer(self, environment: Environment) -> Response:
        if environment["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _said(405, Allow="GET, HEAD")
        shelf = self.shelf
        file = shelf.files.get(environment["PATH_INFO"])
        if file is None:
            return _said(404)
        etag = quote_etag(file.sha256)
        if not is_resource_modified(environment, etag):
            return _said(412) if "HTTP_IF_MATCH" in environment else Response(status=304, headers={"ETag": etag})
        part = _range(environment, file.bytes, etag)
        if part is not None and part[0] >= part[1]:
            return _said(416, **{"Content-Range": f"bytes */{file.bytes}"})
        return _sent(environment, shelf.folder, file, part)


def _sent(environment: Environment, folder: Path, file: Offered, part: tuple[int, int] | None) -> Response:
    """Return an answer that is a file, or part of one."""
    start, end = part or (0, file.bytes)
    opened = _opened(folder, file, start)
    if opened is None:
        return _said(503)
    headers = Headers({"Content-Type": media_type(file.path), "Content-Length": str(end - start)})
    headers.update({"ETag": quote_etag(file.sha256), "Accept-Ranges": "bytes"})
    if file.path == PAGE:
        headers["Content-Security-Policy"] = POLICY
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.bytes}"
    if environment["REQUEST_METHOD"] == "HEAD":
        opened.close()
        return Response(headers=headers)
    wrap: Callable[[BinaryIO, int], Iterable[bytes]] = environment["wsgi.file_wrapper"]
    return Response(wrap(opened, BLOCK), 206 if part else 200, headers, direct_passthrough=True)


def _said(status: int, **headers: str) -> Response:
    """Return an answer that is no file: its status, in words."""
    response = Response(status=status, headers=headers, content_type="text/plain; charset=utf-8")
    response.data = f"{response.status}\n"
    return response


def _range(environment: Environment, size: int, etag: str) -> tuple[int, int] | None:
    """Return the first byte asked for and the one after the last; nothing where the whole file is asked for, or sent all the same.

    That is so for a range of another version (RFC 9110, 13.1.5), for several at once, and for what is no range of bytes
    (14.2). A range that begins behind the end is empty.
    """
    if "HTTP_RANGE" not in environment or environment["REQUEST_METHOD"] != "GET":
        return None
    if "HTTP_IF_RANGE" in environment and is_resource_modified(environment, etag, ignore_if_range=False):
        return None
    asked = parse_range_header(environment["HTTP_RANGE"])
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    start, end = asked.ranges[0]
    return max(start + size, 0) if start < 0 else min(start, size), size if end is None else min(end, size)


def _opened(folder: Path, file: Offered, start: int) -> BinaryIO | None:
    """Open a file where a range begins; None when it is not there, or not of the size it was published with."""
    try:
        with Folder.open(folder) as held, held.file(file.path) as descriptor:
            if os.fstat(descriptor).st_size != file.bytes:
                return None
            opened = os.fdopen(os.dup(descriptor), "rb")
    except OSError:
        return None
    opened.seek(start)
    return opened


class PatientChannel(HTTPChannel):  # type: ignore[misc]
    """A connection whose request must be there as a whole within the time for an idle one, however many bytes come meanwhile."""

    last_activity: float

    def handle_read(self) -> None:
        """Read what has come; only a request's first and last bytes count as activity."""
        before, request = self.last_activity, self.request
        super().handle_read()
        if request is not None and self.request is request:
            self.last_activity = before


class Server:
    """A server that listens, and answers once it runs."""

    def __init__(self, application: Application, host: str, port: int) -> None:
        """Listen on an address; port 0 takes one that is free. Raises ToolError when that cannot be done."""
        logging.getLogger("waitress").setLevel(logging.ERROR)
        try:
            family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            self._socket = socket.create_server(where[:2], family=family, backlog=BACKLOG)
        except OSError as error:
            raise ToolError(f"cannot listen on {host} port {port}: {_reason(error)}") from error
        self._server = create_server(application, sockets=[self._socket], **LIMITS)
        self._server.channel_class = PatientChannel
        at, self.port = self._socket.getsockname()[:2]
        self.is_local: bool = ip_address(at).is_loopback
        name = _reachable(host)
        self.address = f"http://{f'[{name}]' if ':' in name else name}:{self.port}/"

    @property
    def catalog(self) -> str:
        """Address of the catalog that reading apps ask for."""
        return f"{self.address}{ATOM}"

    def run(self) -> None:
        """Answer until Ctrl-C."""
        try:
            self._server.run()
        finally:
            self._server.close()


def _reason(error: OSError) -> str:
    taken = "another program listens there; choose another --port"
    return taken if error.errno == errno.EADDRINUSE else error.strerror or str(error)


def _reachable(host: str) -> str:
    """Return a name under which others reach a host: for all addresses of this machine, that of the machine."""
    return socket.gethostname() if host in ("", "0.0.0.0", "::") else host
