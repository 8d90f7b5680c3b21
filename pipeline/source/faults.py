"""Name what keeps a file from being read, and put YAML's own complaints into an author's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import yaml

from pipeline.diagnostics import Diagnostic, Place, Rule

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_NODES = 50_000
CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")

RULES = (
    Rule("S101", "file cannot be read", "The file is missing, unreadable, or not a regular file inside the book's folder."),
    Rule("S102", "file too large", f"A source file may hold {MAX_BYTES // 1000} kB at most. Split it."),
    Rule("S103", "not UTF-8", "Source files are UTF-8. The place is the first byte that is not."),
    Rule("S104", "not YAML", "The file breaks a rule of YAML: a tab in the indentation, an unclosed bracket or quote."),
    Rule("S105", "alias or anchor", "Aliases and anchors let a small file grow without bound, so they are refused."),
    Rule("S106", "tag", "YAML tags name types of a program. A book has text only: types come from the schema."),
    Rule("S107", "duplicate key", "A key stands twice in one mapping. YAML would silently keep one of the two."),
    Rule("S108", "nested too deeply", f"No record nests deeper than {MAX_DEPTH} levels."),
    Rule("S109", "too many values", f"A file may hold {MAX_NODES:,} values at most."),
    Rule("S110", "empty file", "The file holds no record."),
    Rule("S111", "more than one document", "A file holds one record; '---' begins a second one."),
    Rule("S112", "key is not text", "A key must be plain text."),
    Rule(
        "S113",
        "control character",
        "Control characters other than line feed and tab have no place in a source file, not even as escapes.",
    ),
)


class SourceFault(Exception):
    """Carry the first fault that keeps a file from being read."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def fault(code: str, message: str, place: Place, hint: str, line: str = "") -> SourceFault:
    """Return a fault to be raised."""
    return SourceFault(Diagnostic(code, message, place, hint, line_text=line))


@dataclass(frozen=True, slots=True)
class _Saying:
    """What an author is told when libyaml's problem contains a phrase; ``opening`` points at what was left open."""

    phrase: str
    message: str
    hint: str
    opening: bool = False


_SAYINGS: Final = (
    _Saying("found unexpected end of stream", "this quote is not closed", "close it with the same sign", opening=True),
    _Saying("did not find expected ',' or ']'", "this bracket is not closed", "close it with ], or add a comma", opening=True),
    _Saying("did not find expected ',' or '}'", "this brace is not closed", "close it with }, or add a comma", opening=True),
    _Saying("could not find expected ':'", "this line is no key and value", "write 'key: value', or indent it below its key", opening=True),
    _Saying("tab character", "a tab in the indentation", "indent with spaces"),
    _Saying("mapping values are not allowed", "a second ': ', or a wrong indentation", "put quotes around a value that holds ': '"),
    _Saying("did not find expected key", "no key can be read here", "mend the indentation, or a quote or bracket before this place"),
    _Saying("cannot start any token", "no value can begin with this character", "put quotes around the value"),
    _Saying("unknown escape character", "no such escape in double quotes", "use single quotes, in which a backslash means itself"),
    _Saying("expected '-' indicator", "the list ends here, and no key does", "begin the item with '- ', or indent this line"),
    _Saying("expected <document start>", "this line is indented less than the first", "begin every key of the record in the same column"),
    _Saying("block sequence entries", "a list cannot begin on this line", "begin each item on a line of its own, below the key"),
    _Saying("expected alphabetic or numeric", "no value can begin with this character", "put quotes around the value", opening=True),
    _Saying("did not find expected node content", "no value can be read here", "put quotes around the value, or delete the sign"),
)


def yaml_fault(error: yaml.YAMLError, lines: Sequence[str], name: str, opened: Place | None) -> SourceFault:
    """Return the fault that libyaml found, at the place where an author would mend it.

    ``opened`` is the innermost bracket that is open; a value that is missing on a later line means that it was left so.
    """
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "the text breaks off"
    if mark is None:
        return fault("S104", f"not YAML: {problem}", Place(name), "mend the YAML")
    said = next((s for s in _SAYINGS if s.phrase in problem), _Saying("", f"not YAML: {problem}", "mend the YAML here, or above"))
    if opened is not None and "expected node content" in problem and mark.line >= opened.line:
        return fault("S104", "this bracket is not closed", opened, "close it", lines[opened.line - 1])
    if said.opening and getattr(error, "context_mark", None) is not None:
        mark = error.context_mark  # type: ignore[attr-defined]
    row = min(mark.line, len(lines) - 1)
    line = lines[row]
    tab = line.find("\t")
    if tab >= 0 and not line[:tab].strip():
        return fault("S104", "a tab in the indentation", Place(name, row + 1, tab + 1), "indent with spaces", line)
    hint = "write '' for an apostrophe inside single quotes" if line[: mark.column].endswith("'") else said.hint
    return fault("S104", said.message, Place(name, row + 1, mark.column + 1), hint, line)
