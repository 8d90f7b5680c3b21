"""One Chromium for each worker of the tests, and the books that it may read: nothing else answers it."""

from __future__ import annotations

import functools
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.authorities import tools
from pipeline.diagnostics import ToolError

HERE = Path(__file__).parent
NODE = Path(sys.executable).parent.parent / "node"
AXE = NODE / "node_modules/@daisy/axe-core-for-ace/axe.min.js"
BARRIERS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations", "incomplete"] });
  const said = list => list.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(" ")}`);
  return [said(found.violations), said(found.incomplete), found.passes.length];
}"""
"""Where 'make conformance' installs what package-lock.json names."""
TYPES = {
    ".xhtml": "application/xhtml+xml", ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
    ".mjs": "text/javascript", ".wasm": "application/wasm", ".png": "image/png", ".ttf": "font/ttf",
    ".epub": "application/epub+zip", ".opf": "application/oebps-package+xml",
}  # fmt: skip

PHONE, EINK = (390, 844), (536, 724)
"""CSS pixels: a phone held upright, and a reader of 6 inches."""
DAY = {"background": "rgb(255, 255, 255)", "text": "rgb(18, 18, 18)"}
SEPIA = {"background": "rgb(250, 244, 232)", "text": "rgb(18, 18, 18)"}
NIGHT = {"background": "rgb(0, 0, 0)", "text": "rgb(221, 221, 221)"}
"""What a reading system sets on the page, and on nothing else: the book must follow."""


WEBKIT = {
    "xvfb": "command -v xvfb-run",
    "python3-gi": "/usr/bin/python3 -c 'import gi'",
    "gir1.2-webkit2-4.1": '/usr/bin/python3 -c \'import gi; gi.require_version("WebKit2", "4.1")\'',
}
"""Debian packages, and how each is seen to be there."""


class Shelf(http.server.BaseHTTPRequestHandler):
    """Serves the reading engines, books as they are packed, and their files, to this machine only."""

    protocol_version = "HTTP/1.1"

    def __init__(self, books: dict[str, bytes], *arguments: Any) -> None:
        self.books = books
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].lstrip("/")
        try:
            data = self.find(path)
        except (KeyError, OSError):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(PurePosixPath(path).suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def find(self, path: str) -> bytes:
        if path == "favicon.ico":
            return b""
        name, _, inner = path.partition("/")
        if name in ("node_modules", "engines"):
            return ((NODE if name == "node_modules" else HERE) / path).read_bytes()
        if not inner:
            return self.books[name.removesuffix(".epub")]
        with zipfile.ZipFile(io.BytesIO(self.books[name])) as archive:
            return archive.read(f"EPUB/{inner}")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def chromium() -> list[str | Path]:
    """Return the command that drives Chromium, through Node.js. Raises ToolError when something is not installed."""
    if not (NODE / "node_modules/puppeteer-core").is_dir():
        raise tools.missing("puppeteer-core")
    program = os.environ.get("PUPPETEER_EXECUTABLE_PATH") or tools.program("chromium", "chromium-browser", "google-chrome")
    return [tools.program("node"), HERE / "driver.js", program, HERE / "measure.js"]


def webkit() -> list[str | Path]:
    """Return the command that drives WebKitGTK, with the system's Python in a virtual screen. Raises ToolError likewise."""
    python = "/usr/bin/python3"
    for package, wanted in WEBKIT.items():
        if subprocess.run(["/bin/sh", "-c", wanted], capture_output=True).returncode:
            raise ToolError(f"WebKitGTK is not there: install the Debian package {package} ({' '.join(WEBKIT)})")
    return ["xvfb-run", "--auto-servernum", python, HERE / "webkit.py", HERE / "measure.js"]


class Browser:
    """A browser, driven by a program that answers a request a line."""

    def __init__(self, command: list[str | Path]) -> None:
        self.books: dict[str, bytes] = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Shelf, self.books))
        self.home = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        variables = {**os.environ, "NODE_PATH": str(NODE / "node_modules")}
        pipe = subprocess.PIPE
        self.driver = subprocess.Popen(command, env=variables, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def close(self) -> None:
        assert self.driver.stdin is not None and self.driver.stdout is not None
        self.driver.stdin.close()
        self.driver.wait(60)
        self.driver.stdout.close()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def ask(self, name: str, **given: Any) -> Any:
        """Send the driver a request, and return its answer."""
        assert self.driver.stdin is not None and self.driver.stdout is not None
        self.driver.stdin.write(json.dumps({"name": name, "given": given}) + "\n")
        self.driver.stdin.flush()
        line = self.driver.stdout.readline()
        assert line, "the browser has died"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def visit(self, path: str, size: tuple[int, int], until: str = "") -> None:
        """Open a file of a book, or a reading engine, on a screen of a size."""
        self.ask("visit", url=self.home + path, size=size, until=until)

    def evaluate(self, script: str, given: Any = None) -> Any:
        """Return the value of a JavaScript function in the page."""
        return self.ask("evaluate", script=script, given=given)

    def barriers(self) -> tuple[list[str], list[str], int]:
        """Ask axe about the page; return its faults, each with its rule, what axe is not sure of, and how many of its rules hold."""
        self.ask("inject", path=str(AXE))
        said, unsure, held = self.evaluate(BARRIERS)
        return said, unsure, held

    def strangers(self) -> list[str]:
        """Return what went wrong since the last visit: errors, and requests to anyone but this shelf."""
        log = self.ask("log")
        known = (self.home, "blob:", "data:")
        return log["errors"] + [url for url in log["requests"] if not url.startswith(known)]
