"""Drive WebKitGTK as driver.js drives Chromium: a request on each line of standard input, an answer on each of standard output.

Runs in the system's Python, which has its bindings, inside a virtual screen: xvfb-run python3 webkit.py SCRIPT...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2  # noqa: E402

PATIENCE = 60_000
"""Milliseconds for a page to load, or a script to end."""


class Driver:
    """One web view in a window that nobody sees."""

    def __init__(self, scripts: list[str]) -> None:
        content = WebKit2.UserContentManager()
        frames, start = WebKit2.UserContentInjectedFrames.ALL_FRAMES, WebKit2.UserScriptInjectionTime.START
        for script in scripts:
            content.add_script(WebKit2.UserScript.new(Path(script).read_text(), frames, start, None, None))
        self.view = WebKit2.WebView(user_content_manager=content, web_context=WebKit2.WebContext.new_ephemeral())
        self.window = Gtk.OffscreenWindow()
        self.window.add(self.view)
        self.urls: list[str] = []
        self.errors: list[str] = []
        self.view.connect("resource-load-started", self._started)

    def _started(self, _view: object, resource: WebKit2.WebResource, request: WebKit2.URIRequest) -> None:
        self.urls.append(request.get_uri())
        resource.connect("finished", self._finished)
        resource.connect("failed", lambda _, error: self.errors.append(f"{request.get_uri()}: {error.message}"))

    def _finished(self, resource: WebKit2.WebResource) -> None:
        response = resource.get_response()
        if response is not None and response.get_status_code() >= 400:
            self.errors.append(f"{resource.get_uri()}: {response.get_status_code()}")

    def visit(self, url: str, size: list[int], until: str) -> None:
        self.urls.clear()
        self.errors.clear()
        self.resize(size)
        loop = Loop()
        seen = self.view.connect("load-changed", lambda _, event: event == WebKit2.LoadEvent.FINISHED and loop.end(None))
        self.view.load_uri(url)
        loop.run()
        self.view.disconnect(seen)
        if until:
            self.evaluate(f"async () => {{ while (!({until})) await new Promise(done => setTimeout(done, 50)) }}", None)

    def resize(self, size: list[int]) -> None:
        self.view.set_size_request(*size)
        self.window.resize(*size)
        self.window.show_all()
        self.evaluate("async ([width, height]) => { while (innerWidth !== width) await new Promise(done => setTimeout(done, 20)) }", size)

    def evaluate(self, script: str, given: object) -> object:
        loop = Loop()
        body = f"return JSON.stringify((await ({script})({json.dumps(given)})) ?? null)"
        call = self.view.call_async_javascript_function
        call(body, -1, None, None, None, None, lambda view, result: loop.end(view.call_async_javascript_function_finish, result))
        return json.loads(loop.run().to_string())

    def log(self) -> dict[str, list[str]]:
        return {"requests": self.urls, "errors": self.errors}


class Loop:
    """Wait for one callback, and take what it brings."""

    def __init__(self) -> None:
        self.loop = GLib.MainLoop()
        self.value: object = None
        self.error: Exception | None = TimeoutError("no answer")

    def end(self, finish: object, *given: object) -> None:
        try:
            self.value, self.error = (finish(*given) if callable(finish) else None), None
        except GLib.Error as error:
            self.error = error
        self.loop.quit()

    def run(self) -> object:
        clock = GLib.timeout_add(PATIENCE, lambda: self.loop.quit())
        self.loop.run()
        if isinstance(self.error, TimeoutError):
            raise self.error
        GLib.source_remove(clock)
        if self.error is not None:
            raise self.error
        return self.value


def main() -> None:
    driver = Driver(sys.argv[1:])
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"value": getattr(driver, asked["name"])(**asked["given"])}
        except Exception as error:  # told to whoever asked
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
