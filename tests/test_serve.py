"""A release is served as it was published, whole or in ranges, and nothing else is, whatever is asked and however."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urljoin

import pytest
from buildwork import hear
from lxml import etree, html
from test_release import BOOK, STUDY
from test_release import PRACTICE as LATER
from waitress.buffers import ReadOnlyFileBasedBuffer
from werkzeug.test import Client

from pipeline import release
from pipeline.cli.__main__ import main
from pipeline.diagnostics import ToolError
from pipeline.release import serving

EPUB = "/study/harbor-watch-study-0.2.0.epub"
KIT = "/kit/harbor-watch-kit-0.2.0.epub"
NAV, OPDS2 = "application/atom+xml;profile=opds-catalog;kind=acquisition", "application/opds+json"


@pytest.fixture(scope="module")
def output(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with the release of the small book."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(built, folder / ".releases" / built.name)
    (folder / "guides").symlink_to(f".releases/{built.name}", target_is_directory=True)
    return folder


PATIENCE = """
import sys
from pipeline.release import serving
serving.LIMITS.update(channel_timeout=1, cleanup_interval=1)
from pipeline.cli.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def running(output: Path, *options: str) -> Iterator[tuple[int, list[str]]]:
    """Run the command on a free port; it must end cleanly when it is told to."""
    command = [sys.executable, "-c", PATIENCE, "serve", str(output), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear) as server:
        assert server.stdout is not None and server.stderr is not None
        said = [server.stdout.readline() for _ in range(2)]
        try:
            yield int(said[0].rstrip("/\n").rpartition(":")[2]), said
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
        finally:
            server.kill()
        # Not communicate: lines that were read ahead with the first two would be lost.
        said += [*server.stdout, *server.stderr]
    assert (server.returncode, said[-1]) == (0, "stopped\n")


@pytest.fixture(scope="module")
def port(output: Path) -> Iterator[int]:
    """The port of a server of the release, which lives through all that is asked of it here."""
    with running(output) as (port, said):
        yield port
    assert said == [
        f"In a browser: http://127.0.0.1:{port}/\n",
        f"In KOReader and other reading apps, as an OPDS catalog: http://127.0.0.1:{port}/opds.xml\n",
        "Only this machine is answered; for others, add --host 0.0.0.0.\n",
        "stopped\n",
    ]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    data: bytes


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for an address as it is written."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, {name.title(): value for name, value in answer.getheaders() if name != "Date"}, answer.read())


def rows(output: Path) -> dict[str, dict]:
    manifest = json.loads((output / "guides/manifest.json").read_text())
    return {f"/{each['path']}": each for each in (*manifest["artefacts"], *manifest["offer"])}


# What is there


def test_everything_that_is_offered_answers_with_its_type_length_and_digest(port: int, output: Path) -> None:
    types = {
        ".html": "text/html",
        "/index.html": "text/html; charset=utf-8", "/opds.xml": NAV, "/opds.json": OPDS2, "/guides.sha256": "text/plain; charset=utf-8",
        "/changes.atom": "application/atom+xml",
        ".epub": "application/epub+zip", ".pdf": "application/pdf", ".png": "image/png", "-opds.json": "application/opds-publication+json",
    }  # fmt: skip
    public = {path: each for path, each in rows(output).items() if not path.startswith("/kit/")}
    assert len(public) > 15
    for path, each in public.items():
        answer = ask(port, path)
        assert (answer.status, len(answer.data), sha256(answer.data).hexdigest()) == (200, each["bytes"], each["sha256"])
        assert answer.headers["Etag"] == f'"{each["sha256"]}"'
        assert answer.headers["Content-Length"] == str(each["bytes"])
        ending = next(ending for ending in reversed(types) if path.endswith(ending))
        assert answer.headers["Content-Type"] == types[ending], path
        head = ask(port, path, "HEAD")
        assert (head.status, head.data, head.headers) == (200, b"", answer.headers)


def test_the_page_is_what_the_bare_address_shows(port: int, output: Path) -> None:
    assert ask(port, "/").data == ask(port, "/?from=mail").data == (output / "guides/index.html").read_bytes()


def addresses(path: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Give every link of the page or a catalog, and the type it promises."""
    if path.endswith(".json"):
        feed = json.loads(data)
        yield from ((link["href"], link["type"]) for link in feed["links"])
        for each in feed["publications"]:
            yield from ((link["href"], link["type"]) for link in (*each["links"], *each["images"]))
    else:
        root = html.document_fromstring(data) if path.endswith(".html") else etree.fromstring(data)
        links = (element for element in root.iter(etree.Element) if etree.QName(element).localname in ("a", "link"))
        yield from ((link.get("href"), link.get("type") or "") for link in links if not link.get("href").startswith(("#", "data:")))


@pytest.mark.parametrize("start", ["/index.html", "/opds.xml", "/opds.json"])
def test_every_link_of_the_page_and_the_catalogs_answers_with_the_type_it_promises(port: int, output: Path, start: str) -> None:
    found = list(addresses(start, ask(port, start).data))
    assert len(found) > 15
    known = rows(output)
    for href, kind in found:
        path = urljoin(start, href)
        answer = ask(port, path)
        assert (answer.status, sha256(answer.data).hexdigest()) == (200, known[path]["sha256"]), path
        assert not kind or answer.headers["Content-Type"].partition("; charset")[0] == kind


# Ranges and conditions (RFC 9110, 13 and 14)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-100", -100, None), ("bytes=0-0", 0, 1), ("bytes=5-999999999", 5, None),
        ("bytes=-999999999", 0, None), ("bytes= 0-99", 0, 100),
    ],
)  # fmt: skip
def test_a_range_is_sent_alone(port: int, output: Path, asked: str, start: int, end: int | None) -> None:
    whole = (output / f"guides{EPUB}").read_bytes()
    answer = ask(port, EPUB, Range=asked)
    assert (answer.status, answer.data) == (206, whole[start:end])
    first = start % len(whole)
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.data) - 1}/{len(whole)}"
    assert answer.headers["Content-Length"] == str(len(answer.data))


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=999999998-999999999"])
def test_a_range_behind_the_end_is_refused(port: int, output: Path, asked: str) -> None:
    answer = ask(port, EPUB, Range=asked)
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{rows(output)[EPUB]['bytes']}")


@pytest.mark.parametrize(
    "asked",
    ["bytes=9-3", "bytes=a-b", "lines=1-2", "bytes=0-1,5-9", "bytes=" + "0-1," * 2000 + "2-3", "bytes=1" + "0" * 5000 + "-", "bytes", ""],
)
def test_what_is_no_range_or_many_gets_the_whole_file(port: int, output: Path, asked: str) -> None:
    answer = ask(port, EPUB, Range=asked)
    assert (answer.status, len(answer.data)) in ((200, rows(output)[EPUB]["bytes"]), (416, len(answer.data)))
    assert answer.status == 200 or "000" in asked


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": "ETAG"}, 304), ({"If-None-Match": "W/ETAG"}, 304), ({"If-None-Match": '"other", ETAG'}, 304),
        ({"If-None-Match": "*"}, 304), ({"If-None-Match": '"other"'}, 200), ({"If-Match": '"other"'}, 412), ({"If-Match": "ETAG"}, 200),
        ({"Range": "bytes=0-9", "If-Range": "ETAG"}, 206), ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200),
        ({"Range": "bytes=0-9", "If-Range": "Sat, 28 Nov 2026 00:00:00 GMT"}, 200), ({"Range": "bytes=0-9", "If-None-Match": "ETAG"}, 304),
    ],
)  # fmt: skip
def test_who_has_a_file_is_told_so(port: int, output: Path, headers: dict[str, str], status: int) -> None:
    etag = f'"{rows(output)[EPUB]["sha256"]}"'
    answer = ask(port, EPUB, **{name: value.replace("ETAG", etag) for name, value in headers.items()})
    assert answer.status == status
    if status == 304:
        assert (answer.data, answer.headers["Etag"], answer.headers["Cache-Control"]) == (b"", etag, "no-cache")


# What is not there


@pytest.mark.parametrize(
    "path",
    [
        KIT, "/manifest.json", "/SHA256SUMS", "/study", "/study/", "/kit", "/.lock", "/..", "/./index.html", "/study/../index.html",
        "/study/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e%5cmanifest.json",
        "/index.html%00.png", "/etc/passwd", "/INDEX.HTML", "/index.html/", "/a" * 4000, "/%E2%80%AE", "/%ff%fe",
    ],
)  # fmt: skip
def test_nothing_but_what_is_offered_is_served(port: int, path: str) -> None:
    answer = ask(port, path)
    assert (answer.status, answer.data) == (404, b"404 NOT FOUND\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_only_reading_is_answered(port: int, method: str) -> None:
    answer = ask(port, "/index.html", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_kits_are_served_to_who_asks_for_them(output: Path) -> None:
    ask = asking(output, whole=True)
    for path in (KIT, "/manifest.json", "/SHA256SUMS"):
        assert ask(path) == (200, (output / f"guides{path}").read_bytes())


def asking(output: Path, *, whole: bool = False) -> Callable[[str], tuple[int, bytes]]:
    """Ask the application itself, without a server."""
    client = Client(serving.Application(output, whole=whole))

    def ask(path: str) -> tuple[int, bytes]:
        with client.get(path, environ_overrides={"wsgi.file_wrapper": ReadOnlyFileBasedBuffer}) as answer:
            return answer.status_code, answer.data

    return ask


def test_a_file_that_was_replaced_by_a_link_or_cut_is_not_sent(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / ".releases" / built.name)
    (tmp_path / "guides").symlink_to(f".releases/{built.name}", target_is_directory=True)
    ask = asking(tmp_path)
    secret = tmp_path / "secret"
    secret.write_bytes((tmp_path / f"guides{EPUB}").read_bytes())
    (tmp_path / f"guides{EPUB}").unlink()
    (tmp_path / f"guides{EPUB}").symlink_to(secret)
    os.truncate(tmp_path / "guides/opds.xml", 9)
    assert [ask(path)[0] for path in (EPUB, "/opds.xml", "/opds.json")] == [503, 503, 200]
    with pytest.raises(ToolError, match="build the guides again"):
        serving.Application(tmp_path)


HANDED_OUT = replace(LATER, name="exhibits.pdf", edition="handout", format="pdf", data=b"%PDF exhibits")
"""What a plan hands to its candidates: for candidates, and offered to nobody."""
COPY = replace(STUDY, name="garden-study-acme.pdf", team="acme")


def publish(output: Path, *artefacts: release.Artefact) -> None:
    """Publish files, those of the edition ``practice`` offered."""
    offer = {"index.html": b"<p>Practice</p>", "practice/garden-practice-opds.json": b"{}"}
    release.publish(output, artefacts, release.Colophon(BOOK, "all", {}), (), offer)


def test_what_is_offered_to_nobody_is_neither_served_nor_copied(tmp_path: Path, capsys) -> None:
    publish(tmp_path / "output", LATER, HANDED_OUT, COPY)
    ask = asking(tmp_path / "output")
    assert [ask(f"/{each.path}")[0] for each in (LATER, HANDED_OUT, COPY)] == [200, 404, 404]
    assert main(["serve", str(tmp_path / "output"), "--to", str(tmp_path / "site")]) == 0
    assert capsys.readouterr().out == f"3 files in {tmp_path / 'site'}\n"
    copied = {path.relative_to(tmp_path / "site").as_posix(): path.read_bytes() for path in (tmp_path / "site").rglob("*.*")}
    assert copied == {"index.html": b"<p>Practice</p>", "practice/garden-practice-opds.json": b"{}", LATER.path: LATER.data}
    assert main(["serve", str(tmp_path / "output"), "--to", str(tmp_path / "site")]) == 1
    assert "not an empty folder; name another" in capsys.readouterr().err


def test_a_new_release_takes_the_place_of_the_old_at_once(tmp_path: Path) -> None:
    publish(tmp_path, LATER)
    ask = asking(tmp_path)
    assert ask(f"/{LATER.path}") == (200, LATER.data)
    publish(tmp_path, replace(LATER, data=b"PK newer"))
    assert ask(f"/{LATER.path}") == (200, b"PK newer")
    (tmp_path / "guides").unlink()
    assert ask(f"/{LATER.path}")[0] == 200


def test_where_nothing_stands_there_is_nothing_to_serve(tmp_path: Path, capsys) -> None:
    assert main(["serve", str(tmp_path)]) == 1
    assert "no release stands here; build the guides first" in capsys.readouterr().err


# Whoever means harm


def sent(port: int, request: bytes) -> bytes:
    """Send bytes, and return all that is answered before the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return found


def get(port: int, path: bytes = b"/opds.json") -> bytes:
    return sent(port, b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


@pytest.mark.slow
def test_hostile_requests_are_refused_and_the_server_lives(port: int, output: Path) -> None:
    refused = {
        b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n": b"404",
        b"GET /%2e%2e/%2e%2e/manifest.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n": b"404",
        b"GET http://elsewhere/study/../manifest.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n": b"404",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n": b"431",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n": b"431",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n": b"413",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n": b"400",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n": b"400",
    }
    for request, status in refused.items():
        answer = sent(port, request)
        # Where more comes than is read, the connection may be reset before the answer is there.
        assert answer.split(b" ")[1:2] == [status] or (answer == b"" and len(request) > 50_000), request[:60]
        assert b"root:" not in answer
    many = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(150)]
    assert get(port).endswith((output / "guides/opds.json").read_bytes())
    for each in many:
        each.close()
    assert get(port, EPUB.encode()).endswith((output / f"guides{EPUB}").read_bytes())


@pytest.mark.slow
def test_who_sends_a_request_a_byte_at_a_time_is_not_waited_for(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=0.2) as slow:
        slow.sendall(b"GET / HT")
        dropped = False
        for _ in range(100):
            try:
                slow.sendall(b"a")
                dropped = slow.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                dropped = True
            if dropped:
                break
        assert dropped
    assert b" 200 OK" in get(port)


@pytest.mark.slow
def test_many_who_do_not_read_what_they_asked_for_hold_nobody_up(port: int) -> None:
    deaf = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(20)]
    for each in deaf:
        each.sendall(b"GET /study/harbor-watch-study-0.2.0-a4.pdf HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
    assert b" 200 OK" in get(port)
    for each in deaf:
        each.close()


@pytest.mark.slow
def test_whoever_opens_the_server_to_others_is_warned(output: Path) -> None:
    with running(output, "--host", "0.0.0.0") as (port, said):
        assert ask(port, "/").status == 200
    assert said[2:] == [f"warning: whoever reaches this machine on port {port} can download these guides\n", "stopped\n"]


def test_a_port_that_is_taken_is_told_in_a_line(output: Path, capsys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", str(output), "--port", str(port)]) == 1
    assert (
        capsys.readouterr().err
        == f"guidepress: cannot listen on 127.0.0.1 port {port}: another program listens there; choose another --port\n"
    )
