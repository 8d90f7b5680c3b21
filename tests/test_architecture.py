"""The house has ranks, doors, and rooms of a bearable size; this is where that is kept."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from buildwork import ROOT

PACKAGE = ROOT / "pipeline"
Rule = Callable[[str, ast.Module], list[str]]

RANKS = {
    "diagnostics": 0, "formats": 0, "section_kinds": 0, "slots": 0,
    "work": 1, "brand": 1, "collation": 1,
    "markup": 2,
    "model": 3, "source": 3,
    "theme": 4, "kit": 4,
    "checks": 5, "publication": 5,
    "load": 6, "index": 6, "changes": 6, "ruled_pages": 6, "withholding": 6,
    "editions": 7, "bring": 7,
    "render": 8, "stats": 8, "authoring": 8, "export": 8,
    "press": 9,
    "bindery": 10, "epub": 10, "release": 10,
    "preflight": 11, "authorities": 11, "web_edition": 11,
    "flow": 12,
    "packs": 13,
    "cli": 14,
}  # fmt: skip
"""A module imports only modules of a lower rank, and those of its own package."""

ONE_DOOR = {
    "weasyprint": ("press",),
    "pydyf": ("press", "bindery"),  # how WeasyPrint writes PDF
    "ebooklib": ("epub",),
    "jinja2": ("render",),
    "yaml": ("source",),
    "tinycss2": ("load",),
    "pydantic": ("model", "load"),  # load turns its errors into diagnostics
    "markdown_it": ("markup", "bring", "export"),  # a book's Markdown, that of the rest of the world, and its tokens as others show them
    "mdit_py_plugins": ("markup", "bring"),
    "pygments": ("markup",),
    "ziamath": ("markup",),
    "spellchecker": ("checks",),
    "highspy": ("kit",),
    "pikepdf": ("kit",),
    "click": ("cli",),
    "distributed": ("work",),
    "watchfiles": ("cli",),
    "rich": ("cli",),
    "waitress": ("release",),
    "werkzeug": ("release",),
}
"""Libraries, and the parts that may know them."""

AT_THE_DISK = ("source", "work", "theme", "release")
DISK_EXCEPTIONS = {
    "load": "finds the files of a book and of its theme, and reads its drawings",
    "flow.inputs": "digests every file of the book and of this package",
    "authorities": "runs tools on the files of a release, and reads their answers",
    "press.signatures": "digests the code that lays out",
    "bring.banks": "finds the files of a bank that is imported",
    "kit.planning": "writes plans, and what was asked, into a book",
    "kit.collect": "reads sheets wherever they are, and puts a folder of ratings in the place of the last",
    "bring.gallery": "copies pictures that lie beside a bank into a book",
    "authoring.new_book": "looks whether a folder is empty, and reads the files of a new book",
    "export.anki": "reads the styles of its cards",
    "flow.exporting": "writes exports, wherever they are asked for",
    "bring.shelf": "writes the files of a book that an import makes",
    "packs.archive": "puts packs in their places, and looks what else is there",
    "cli.__main__": "puts nothing in the place of standard streams that are closed",
    "cli.watching": "tells a folder from another that has taken its name",
    "cli.book_commands": "completes the names of editions and teams, and finds the book that the command runs in",
}
"""Modules that touch the disk beside those, each with its reason."""

FILE_METHODS = {
    "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "rmdir", "unlink", "touch", "iterdir", "glob", "rglob", "is_file",
    "is_dir", "is_symlink", "exists", "stat", "lstat", "symlink_to", "hardlink_to", "readlink", "chmod", "rename", "resolve",
}  # fmt: skip
FILE_FUNCTIONS = {
    "open",
    "os.open",
    "os.walk",
    "os.listdir",
    "os.scandir",
    "os.rename",
    "os.replace",
    "os.remove",
    "os.unlink",
    "os.makedirs",
    "os.stat",
}
FILE_MODULES = {"shutil", "tempfile", "glob"}

BANNED_NAMES = re.compile(
    r"(?i)(^|_)(process|handle|manage|util|helper|common|misc)(s|d|r|rs|ed|er|ers|ing)?(_|$)|Manager|Processor|Service|Helper|Handler"
)
LIBRARY_NAMES = {
    "handle_startendtag",
    "handle_starttag",
    "handle_endtag",
    "handle_data",
    "handle_read",
    "ProcessPoolExecutor",
    "BrokenProcessPool",
}

LONGEST_MODULE = 350
LONGEST_FUNCTION = 40
LONGER_FUNCTIONS: dict[str, str] = {
    "cli.commands.build": "click takes a command's options as its decorators and its parameters, one each",
}

LEARNING = re.compile(
    r"(?i)machine.learning|overfit|underfit|regulariz|neural|classifier|regression|gradient descent|"
    r"hyperparameter|data.scien|cross.validation|\bprecision\b.{0,20}\brecall|training (data|set)|\bML\b|\bLLM"
)


@cache
def modules() -> dict[str, Path]:
    """Give every module by its name below the package: ``press.workers``."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text())


def part(name: str) -> str:
    return name.split(".")[0]


def below(name: str, fault_in: str) -> bool:
    return name == fault_in or name.startswith(f"{fault_in}.")


def imported(name: str, source: ast.Module) -> Iterator[str]:
    """Give what a module imports, absolutely: ``pipeline.press``, ``weasyprint.pdf``."""
    is_package = modules()[name].name == "__init__.py" if name in modules() else False
    home = ["pipeline", *name.split(".")] if is_package else ["pipeline", *name.split(".")[:-1]]
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = home[: len(home) - node.level + 1] if node.level else []
            start = ".".join([*base, node.module or ""]).strip(".")
            yield from (f"{start}.{alias.name}" for alias in node.names)


def climbs(name: str, source: ast.Module) -> list[str]:
    """Give the imports that lead to the same rank or up."""
    found = []
    for target in imported(name, source):
        to = target.split(".")[1] if target.startswith("pipeline.") else ""
        if to and to != part(name) and RANKS.get(to, 99) >= RANKS[part(name)]:
            found.append(f"{name} imports {to}")
    return sorted(set(found))


def strangers(name: str, source: ast.Module) -> list[str]:
    """Give the libraries that a module imports though another part is their door."""
    roots = {target.split(".")[0] for target in imported(name, source)}
    return sorted(f"{name} imports {library}" for library in roots & set(ONE_DOOR) if part(name) not in ONE_DOOR[library])


def called(node: ast.AST) -> str:
    """Name what a call calls: ``os.open``, ``?.read_text`` for a method of something."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        return f"{owner.id if isinstance(owner, ast.Name) else '?'}.{node.func.attr}"
    return node.func.id if isinstance(node.func, ast.Name) else ""


def touches_disk(name: str, source: ast.Module) -> list[str]:
    calls = {called(node) for node in ast.walk(source)}
    found = {call for call in calls if call in FILE_FUNCTIONS or call.partition(".")[2] in FILE_METHODS}
    if not any(target.startswith("pathlib") for target in imported(name, source)):
        found.discard("?.read_bytes")  # a stream of pikepdf has it too
    found |= {module for module in imported(name, source) if module.split(".")[0] in FILE_MODULES}
    return sorted(found)


def speaks(name: str, source: ast.Module) -> list[str]:
    """Give the calls by which a module prints, or ends the program."""
    banned = {"print", "exit", "quit", "sys.exit", "os._exit", "stdout.write", "stderr.write"}
    return sorted(f"{name} calls {called(node)}" for node in ast.walk(source) if called(node) in banned)


def functions(source: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.walk(source):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function, without its decorators."""
    return (node.end_lineno or 0) - node.lineno + 1


def names(source: ast.Module) -> Iterator[str]:
    """Give every name that a module gives: functions, classes, parameters, variables, attributes."""
    for node in ast.walk(source):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and own(node):
            yield node.attr


def own(node: ast.Attribute) -> bool:
    """Tell whether an attribute is this code's own: a library names those of its objects."""
    return isinstance(node.value, ast.Name) and node.value.id == "self"


# The house


def test_every_module_has_a_rank_and_every_rank_a_module() -> None:
    assert {part(name) for name in modules()} - {""} == set(RANKS)


def faults(rule: Rule, names: Iterable[str] | None = None) -> list[str]:
    """Give what breaks a rule in modules, or else in all."""
    return [fault for name in (modules() if names is None else names) for fault in rule(name, tree(name))]


def test_modules_import_only_lower_ranks() -> None:
    assert faults(climbs, filter(None, modules())) == []


def test_each_library_has_one_door() -> None:
    assert faults(strangers) == []


def test_every_door_is_in_use() -> None:
    used = {(target.split(".")[0], part(name)) for name in modules() for target in imported(name, tree(name))}
    assert {(library, where) for library, doors in ONE_DOOR.items() for where in doors} - used == set()


def test_only_a_few_modules_touch_the_disk() -> None:
    others = [name for name in modules() if part(name) not in AT_THE_DISK and not any(below(name, each) for each in DISK_EXCEPTIONS)]
    assert {name: touches_disk(name, tree(name)) for name in others if touches_disk(name, tree(name))} == {}


@pytest.mark.parametrize("exception", sorted(DISK_EXCEPTIONS))
def test_an_exception_at_the_disk_is_still_needed(exception: str) -> None:
    assert any(touches_disk(name, tree(name)) for name in modules() if below(name, exception))


def test_only_the_command_line_prints_or_exits() -> None:
    # A worker whose parent has died has nobody to raise to.
    assert faults(speaks, (name for name in modules() if part(name) != "cli")) == ["work.crew calls os._exit"]


def test_no_group_is_repeated_possessively() -> None:
    # Python before 3.11.4, which Debian 12 has, does not go back to where the last repetition began.
    assert [name for name, path in modules().items() if re.search(r"\)[*?+]\+", path.read_text())] == []


def test_modules_and_functions_are_short() -> None:
    assert [name for name, path in modules().items() if len(path.read_text().splitlines()) > LONGEST_MODULE] == []
    long = [f"{name}.{function}" for name in modules() for function, node in functions(tree(name)) if length(node) > LONGEST_FUNCTION]
    assert [function for function in long if function not in LONGER_FUNCTIONS] == []


def test_half_of_all_functions_have_ten_lines_or_fewer() -> None:
    lengths = sorted(length(node) for name in modules() for _, node in functions(tree(name)))
    assert lengths[len(lengths) // 2] <= 10


def test_modules_and_what_they_offer_say_what_they_are() -> None:
    assert [name for name in modules() if not ast.get_docstring(tree(name))] == []
    everything = [(name, node) for name in modules() for node in tree(name).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    offered = {f"{name}.{node.name}": ast.get_docstring(node) or "" for name, node in everything if not node.name.startswith("_")}
    assert [name for name, said in offered.items() if not re.match(r"[^\n]+[.?!:]", said)] == []


def test_no_two_modules_have_one_name() -> None:
    files = Counter(path.name for path in modules().values() if path.name != "__init__.py")
    assert [name for name, times in files.items() if times > 1] == []


def test_no_name_is_one_of_the_empty_words() -> None:
    given = {f"{name}: {word}": word for name in modules() for word in (*names(tree(name)), *name.split("."))}
    assert [where for where, word in given.items() if BANNED_NAMES.search(word) and word not in LIBRARY_NAMES] == []


@pytest.mark.parametrize("folder", ["pipeline", "templates"])
def test_the_press_knows_nothing_of_the_book_s_subject(folder: str) -> None:
    files = [
        path for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and path.suffix in (".py", ".xhtml", ".css", ".yaml", ".conf")
    ]
    assert len(files) > 5
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path in files for match in LEARNING.finditer(path.read_text())]
    assert found == []


def test_no_printed_words_stand_in_templates() -> None:
    found = []
    for path in sorted((ROOT / "templates").rglob("*.xhtml")):
        markup = re.sub(r"(?s)\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->", "", path.read_text())
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"(?s)<[^>]*>|&\w+;|[\w:-]+=\"[^\"]*\"", " ", markup))
        found += [f"{path.name}: {word}" for word in words]
    assert found == []


# The keeper: each rule is broken once


@pytest.mark.parametrize(
    ("rule", "name", "broken"),
    [
        (climbs, "markup.parser", "from pipeline import press"),
        (climbs, "markup.parser", "from pipeline.model import Book"),
        (climbs, "render", "def late():\n    from pipeline import bindery"),
        (climbs, "bindery.binder", "from pipeline import epub"),
        (climbs, "press.engine", "from ..flow import request"),
        (climbs, "epub.reflow", "import pipeline.cli.commands"),
        (strangers, "bindery.binder", "from weasyprint import CSS"),
        (strangers, "epub.reflow", "import pydyf"),
        (strangers, "source", "from pydantic import BaseModel"),
        (touches_disk, "render", "Path('x').read_text()"),
        (touches_disk, "render", "from pathlib import Path\nPath('x').read_bytes()"),
        (touches_disk, "render", "with open('x') as f: pass"),
        (touches_disk, "render", "import shutil"),
        (touches_disk, "render", "(folder / name).unlink()"),
        (speaks, "render", "print('x')"),
        (speaks, "render", "import sys\nsys.exit(1)"),
    ],
)
def test_a_broken_rule_is_noticed(rule, name: str, broken: str) -> None:
    assert rule(name, ast.parse(broken)) != []


@pytest.mark.parametrize("word", ["process", "handle_event", "FontManager", "utils", "common", "misc", "PageProcessor", "helper"])
def test_an_empty_word_is_noticed(word: str) -> None:
    assert BANNED_NAMES.search(word)


@pytest.mark.parametrize("word", ["processor_time", "commonly", "handled", "candle"])
def test_a_good_word_is_let_alone(word: str) -> None:
    assert bool(BANNED_NAMES.search(word)) == (word in ("processor_time", "handled"))
