"""One Chromium for a worker of the tests, and the books that it may read: nothing else answers it."""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from pipeline.authorities import tools

HERE = Path(__file__).parent
NODE = Path(sys.executable).parent.parent / "node"
"""Where 'make conformance' installs what package-lock.json names."""


class Shelf(http.server.SimpleHTTPRequestHandler):
    """Serves the reading engines, and the books below one folder, to this machine only."""

    extensions_map = {
        ".xhtml": "application/xhtml+xml", ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
        ".png": "image/png", ".ttf": "font/ttf", ".epub": "application/epub+zip", "": "application/octet-stream",
    }  # fmt: skip
    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        place = path.partition("?")[0].partition("#")[0].lstrip("/")
        roots = {"node_modules": NODE, "engines": HERE}
        return str(roots.get(place.partition("/")[0], Path(self.directory)) / place)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Browser:
    """Chromium on a screen of a size, driven through Node.js."""

    def __init__(self, books: Path) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Shelf, directory=str(books)))
        self.home = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        if not (NODE / "node_modules/puppeteer-core").is_dir():
            raise tools.missing("puppeteer-core")
        chromium = os.environ.get("PUPPETEER_EXECUTABLE_PATH") or tools.program("chromium", "chromium-browser", "google-chrome")
        command = [tools.program("node"), HERE / "driver.js", chromium, HERE / "measure.js"]
        variables = {**os.environ, "NODE_PATH": str(NODE / "node_modules")}
        pipe = subprocess.PIPE
        self.driver = subprocess.Popen(command, env=variables, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def close(self) -> None:
        assert self.driver.stdin is not None and self.driver.stdout is not None
        self.driver.stdin.close()
        self.driver.wait(30)
        self.driver.stdout.close()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def ask(self, name: str, **given: Any) -> Any:
        """Send the driver a request, and return its answer."""
        assert self.driver.stdin is not None and self.driver.stdout is not None
        self.driver.stdin.write(json.dumps({"name": name, "given": given}) + "\n")
        self.driver.stdin.flush()
        answer = json.loads(self.driver.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def visit(self, path: str, size: tuple[int, int], until: str = "") -> None:
        """Open a page below the folder of books, or of an engine."""
        width, height = size
        self.ask("visit", url=self.home + path, width=width, height=height, until=until)

    def evaluate(self, script: str, given: Any = None) -> Any:
        """Return the value of a JavaScript function in the page."""
        return self.ask("evaluate", script=script, given=given)
