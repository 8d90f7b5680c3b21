"""Editors know a book: the language server that VS Code and others use finds no fault in good files, and explains every field.

The server is driven over LSP 3.17, headless (https://microsoft.github.io/language-server-protocol/).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from buildwork import ROOT, SMALL
from test_faults import lay_over

from pipeline.authoring import places, schema_text, write_schemas
from pipeline.cli.__main__ import main

pytestmark = pytest.mark.conformance

SERVER = ROOT / ".venv/node/node_modules/.bin/yaml-language-server"
Keys = tuple[str, ...]


class Editor:
    """A client of the language server that opens one document after another."""

    def __init__(self, folder: Path, schemas: Mapping[str, str]) -> None:
        self.server = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self.calls = 0
        self.found: dict[str, list[dict[str, Any]]] = {}
        settings = {"validate": True, "hover": True, "completion": True, "schemas": schemas, "schemaStore": {"enable": False}}
        self.settings = {"yaml": settings}
        able = {
            "textDocument": {"hover": {"contentFormat": ["markdown"]}, "completion": {"completionItem": {"snippetSupport": True}}},
            "workspace": {"configuration": True},
        }
        root = folder.as_uri()
        self.ask("initialize", processId=os.getpid(), rootUri=root, capabilities=able, workspaceFolders=[{"uri": root, "name": "book"}])
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings=self.settings)

    def close(self) -> None:
        self.server.kill()
        self.server.communicate()

    def send(self, **message: Any) -> None:
        assert self.server.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.server.stdin.flush()

    def tell(self, method: str, **parameters: Any) -> None:
        self.send(method=method, params=parameters)

    def ask(self, method: str, **parameters: Any) -> Any:
        self.calls += 1
        self.send(id=self.calls, method=method, params=parameters)
        while True:
            message = self.hear()
            if message.get("id") == self.calls and "method" not in message:
                return message["result"]

    def hear(self) -> dict[str, Any]:
        """Take one message; answer what the server asks for, and keep what it finds."""
        assert self.server.stdout is not None
        length = 0
        while (line := self.server.stdout.readline()).strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.server.stdout.read(length))
        if message.get("method") == "workspace/configuration":
            self.send(id=message["id"], result=[self.settings.get(item["section"]) for item in message["params"]["items"]])
        elif "method" in message and "id" in message:
            self.send(id=message["id"], result=None)
        elif message.get("method") == "textDocument/publishDiagnostics":
            self.found[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def open(self, path: Path, text: str | None = None) -> list[str]:
        """Open a document, or write another text into it; return what the server finds in it."""
        uri = path.as_uri()
        written = path.read_text(encoding="utf-8") if text is None else text
        known = self.found.pop(uri, None) is not None
        self.calls += 1
        if known:
            self.tell("textDocument/didChange", textDocument={"uri": uri, "version": self.calls}, contentChanges=[{"text": written}])
        else:
            self.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": self.calls, "text": written})
        while uri not in self.found:
            self.hear()
        return [f"{path.name}:{item['range']['start']['line'] + 1}: {item['message']}" for item in self.found[uri]]

    def at(self, what: str, path: Path, line: int, column: int) -> Any:
        where = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": column}}
        return self.ask(f"textDocument/{what}", **where)


def editor_of(book: Path, folder: Path) -> Editor:
    """Open a book that has no schemas of its own, with those of the press in the editor's settings."""
    schemas = {}
    for kind, files in places().items():
        (folder / f"{kind}.json").write_text(schema_text(kind), encoding="utf-8")
        schemas[(folder / f"{kind}.json").as_uri()] = f"{book}/{files.replace('<lang>', '??')}"
    return Editor(book, schemas)


# Good files, and bad ones


@pytest.mark.parametrize("book", [SMALL, ROOT / "content"], ids=["small", "first"])
def test_no_file_of_a_good_book_is_reported(book: Path, tmp_path: Path) -> None:
    editor = editor_of(book, tmp_path)
    paths = sorted(book.rglob("*.yaml"))
    assert len(paths) > 20
    assert [said for path in paths for said in editor.open(path)] == []
    editor.close()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new book with one of everything added."""
    folder = tmp_path_factory.mktemp("begun") / "book"
    assert main(["new", str(folder)]) == 0
    for kind in ("question", "chapter", "edition", "team"):
        assert main(["add", kind, f"one-more-{kind}", "--book", str(folder)]) == 0
    return folder


def test_no_file_of_a_new_book_is_reported_and_each_says_where_its_schema_is(begun: Path) -> None:
    editor = Editor(begun, {})
    paths = sorted(begun.rglob("*.yaml"))
    assert [said for path in paths for said in editor.open(path)] == []
    for path in paths:
        assert editor.open(path, f"{path.read_text()}\nastray: 1\n") == [f"{path.name}:{lines(path) + 2}: Property astray is not allowed."]
    editor.close()


def lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_a_new_book_says_so_in_the_settings_of_vs_code_too(begun: Path) -> None:
    settings = json.loads((begun / ".vscode/settings.json").read_text())
    schemas = {(begun / schema).as_uri(): files for schema, files in settings["yaml.schemas"].items()}
    editor = Editor(begun, schemas)
    for path in sorted(begun.rglob("*.yaml")):
        bare = path.read_text(encoding="utf-8").partition("\n")[2]
        assert editor.open(path, bare) == []
        assert [said.partition(": ")[2] for said in editor.open(path, f"{bare}\nastray: 1\n")] == ["Property astray is not allowed."]
    editor.close()


FAULTS = sorted(path.name for path in (ROOT / "tests/faults").iterdir() if path.name[:4] in ("B101", "B102", "B103", "B104", "B105"))
FAULTS.remove("B101-theme")  # a paper that is new needs all its measures, one that the press knows does not: only both files tell


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_one_record_is_reported(name: str, tmp_path: Path) -> None:
    fault = ROOT / "tests/faults" / name
    lay_over(fault, tmp_path / "book")
    said = (fault / "expected.txt").read_text(encoding="utf-8")
    wrong = set(re.findall(rf"\[{name[:4]}\]:.*\n +--> book/([^:]+):", said))
    assert wrong
    (tmp_path / "schemas").mkdir()
    editor = editor_of(tmp_path / "book", tmp_path / "schemas")
    assert [path for path in wrong if not editor.open(tmp_path / "book" / path)] == []
    editor.close()


# Every field is offered, and explained


@dataclass(frozen=True)
class Spot:
    """A place in a document where a record is written: the text that leads there, its column, and the fields that it may have."""

    text: str
    column: int
    fields: Mapping[str, Any]


def spots(schema: dict[str, Any], node: dict[str, Any], text: str = "", column: int = 0) -> Iterator[Spot]:
    """Yield the records of a kind of file, each with a document that ends where its first field would be written."""
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    indent = " " * column
    if "properties" in node:
        yield Spot(text, column, node["properties"])
        for key, value in node["properties"].items():
            yield from spots(schema, value, f"{text}{key}:\n{indent}  ", column + 2)
    elif "items" in node:
        yield from spots(schema, node["items"], f"{text}- ", column + 2)
    for branch in node.get("anyOf", ()):
        yield from spots(schema, branch, text, column)
    for pattern, value in node.get("patternProperties", {}).items() if "properties" not in node else ():
        key = next(key for key in ("any", "Arab") if re.search(pattern, key))
        yield from spots(schema, value, f"{text}{key}:\n{indent}  ", column + 2)


@pytest.mark.parametrize("kind", places())
def test_every_field_is_offered_and_explained(kind: str, tmp_path: Path) -> None:
    (tmp_path / "book.yaml").touch()
    write_schemas(tmp_path)
    schema = json.loads(schema_text(kind))
    editor, path = Editor(tmp_path, {}), tmp_path / "trial.yaml"
    line = f"# yaml-language-server: $schema=.guidepress/schema/{kind}.json\n"
    unoffered, unexplained = [], []
    for spot in spots(schema, schema):
        row = spot.text.count("\n") + 1
        editor.open(path, line + spot.text)
        labels = {item["label"] for item in editor.at("completion", path, row, spot.column)["items"]}
        unoffered += [key for key in spot.fields if key not in labels]
        keys = [key if key.isalnum() or "_" in key else f"'{key}'" for key in spot.fields]
        written = f"\n{' ' * spot.column}".join(f"{key}: x" for key in keys)
        editor.open(path, line + spot.text + written)
        for n, (key, field) in enumerate(spot.fields.items()):
            # The server explains a key that is a number at its value only.
            column = spot.column + (len(key) + 2 if key.isdigit() else 0)
            said = (editor.at("hover", path, row + n, column) or {"contents": {"value": ""}})["contents"]["value"]
            unexplained += [key] * (field["markdownDescription"] not in said)
    editor.close()
    assert (unoffered, unexplained) == ([], [])


def test_the_words_that_a_field_may_hold_are_offered(tmp_path: Path) -> None:
    (tmp_path / "book.yaml").touch()
    write_schemas(tmp_path)
    editor, path = Editor(tmp_path, {}), tmp_path / "trial.yaml"
    for kind, key, words in (("question", "type", {"technical", "coding"}), ("edition", "answers", {"inline", "none"})):
        text = f"# yaml-language-server: $schema=.guidepress/schema/{kind}.json\n{key}: "
        editor.open(path, text)
        assert words <= {item["label"] for item in editor.at("completion", path, 1, len(key) + 2)["items"]}
    editor.close()


def test_the_server_is_there() -> None:
    assert shutil.which(str(SERVER)), "run 'make conformance', which installs it"
