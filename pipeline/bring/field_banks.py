"""Read banks of named fields: the columns of a table, the keys of JSON, the fields of a card."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.bring import foreign_text
from pipeline.bring.banks import Dialect
from pipeline.bring.haul import MOST_POINTS, Item, Losses, Node, Picked, line_nodes, points, said

LONGEST_CELL: Final = 1_000_000
"""Characters of a cell."""
SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " ", "colon": ":"}
DEEPEST: Final = 60
SPACE: Final = re.compile(r"[\s,]*")
CLOZE: Final = re.compile(r"\{\{c\d{1,3}::((?:[^{}]|\{(?!\{)|\}(?!\}))*?)(?:::((?:[^{}]|\{(?!\{)|\}(?!\}))*?))?\}\}")
OPTION: Final = re.compile(r"(?:option|choice|answer|distractor)?[\s_-]*([a-h]|[1-9])", re.IGNORECASE)
HALVES: Final = re.compile(r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u([dD][89a-fA-F][\da-fA-F]{2})|\\.", re.DOTALL)
"""Escapes of JSON; the group is one that stands for half of a sign, whose other half is missing."""
YES: Final = frozenset({"true", "yes", "1", "x", "correct", "right", "100"})


def table(path: str, text: str, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield the questions of a table: CSV, TSV, or the text that Anki exports."""
    csv.field_size_limit(LONGEST_CELL)
    head, body, first = _directives(text)
    try:
        for line, row in _rows(body, first, head, dialect):
            yield from item(Fields(path, line, _answered(row) if head else row, _kind(row, head, dialect)), dialect, losses)
    except csv.Error as error:
        losses.tell("I105", f"the table breaks off: {error}", (path, first), "mend the quotes of the row, or split it")


def _directives(text: str) -> tuple[dict[str, str], str, int]:
    """Return what Anki says above a table, the table, and its first line."""
    head: dict[str, str] = {}
    lines = text.split("\n")
    n = 0
    while n < len(lines) and lines[n].startswith("#") and ":" in lines[n]:
        key, _, value = lines[n][1:].partition(":")
        head[key.strip().lower()] = value.strip("\n")
        n += 1
    return head, "\n".join(lines[n:]), n + 1


def gapped(text: str) -> str:
    """Return a text of Anki with its gaps: a hint, or dots."""
    return CLOZE.sub(lambda found: f"[{found[2]}]" if found[2] else "…", text)


def filled(text: str) -> str:
    """Return a text of Anki with what stands in its gaps."""
    return CLOZE.sub(lambda found: f"<b>{found[1]}</b>", text)


def _answered(row: dict[str, str]) -> dict[str, str]:
    """Return a note of Anki; one whose first field has gaps is answered by what stands in them."""
    name, text = next(iter(row.items()))
    return {**row, name: gapped(text), "answer": f"<p>{filled(text)}</p>{row.get('answer', '')}"} if CLOZE.search(text) else row


def _rows(body: str, first: int, head: dict[str, str], dialect: Dialect) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table by the names of their columns, each with its line."""
    sign = head.get("separator", "")
    delimiter = SEPARATORS.get(sign.lower(), sign[:1]) or _delimiter(body)
    reader = csv.reader(io.StringIO(body), delimiter=delimiter, strict=False)
    rows: list[tuple[int, list[str]]] = []
    line = first
    for row in reader:
        rows.append((line, row))
        line = first + reader.line_num
    rows = [(n, row) for n, row in rows if any(cell.strip() for cell in row)]
    names = head["columns"].split(delimiter) if "columns" in head else []
    if not names and rows and any(cell.strip().lower() in dialect.facts for cell in rows[0][1]):
        names = rows.pop(0)[1]
    names = names or _places(head)
    width = max((len(row) for _, row in rows), default=0)
    names = [*names, *(f"column {n + 1}" for n in range(len(names), width))]
    return [(n, {name: cell for name, cell in zip(names, row, strict=False) if cell.strip()}) for n, row in rows]


def _places(head: dict[str, str]) -> list[str]:
    """Return the names of columns that have none: the question, the answer, and what Anki says of others."""
    special = {int(head[key]) - 1: name for key, name in (("tags column", "tags"), ("deck column", "deck"), ("notetype column", "notetype"),
                                                         ("guid column", "guid")) if head.get(key, "").isdigit()}  # fmt: skip
    names = [special.get(n, "") for n in range(max([*special, 1]) + 1)]
    for word in ("question", "answer"):
        names[names.index("") if "" in names else len(names) :] = [word, *names[names.index("") + 1 if "" in names else len(names) :]]
    return [name or f"column {n + 1}" for n, name in enumerate(names)]


def _delimiter(body: str) -> str:
    """Return the sign that parts the cells of the first row most often."""
    first = body.lstrip("\n").split("\n", 1)[0]
    return max(",;\t|", key=lambda sign: (first.count(sign), sign == ","))


def _kind(row: dict[str, str], head: dict[str, str], dialect: Dialect) -> str:
    if head.get("html", "").lower() == "true":
        return "html"
    return "html" if dialect.text == "markdown" and any(map(foreign_text.looks_like_html, row.values())) else dialect.text


def json_lists(path: str, text: str, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield the questions of JSON: of its lists, wherever they stand, by the names of their keys."""
    for line, section, values in _objects(text, path, losses):
        named = {"section": section, **values} if section and "section" not in values else values
        yield from item(Fields(path, line, named, dialect.text), dialect, losses)


def _objects(text: str, path: str, losses: Losses) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield the objects of all lists, each with its line and the key that its list stands under."""
    if half := next((found for found in HALVES.finditer(text) if found[1]), None):
        where = path, text.count("\n", 0, half.start()) + 1
        losses.tell("I104", f"U+{half[1].upper()}, half of a sign, was removed with all like it", where, "delete it in the source", half[0])
        text = HALVES.sub(lambda found: "" if found[1] else found[0], text)
    try:
        if depth(text) > DEEPEST:
            losses.tell("I102", f"nested more than {DEEPEST} levels deep", (path, 1), "flatten the file")
            return
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        losses.tell(
            "I105",
            f"not JSON: {getattr(error, 'msg', 'a number too long, or nested too deep')}",
            (path, line),
            "mend the JSON here, or above",
        )
        return
    if isinstance(whole, list):
        yield from ((line, "", value) for line, value in elements(text, 0) if isinstance(value, dict))
        return
    if not isinstance(whole, dict):
        return
    for key, value in whole.items():
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            start = re.search(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:\s*\[", text)
            title = "" if key.lower() in ("questions", "items", "data", "cards", "results", "quiz") else key
            yield from ((line, title, one) for line, one in elements(text, start.end() - 1 if start else 0) if isinstance(one, dict))
        elif isinstance(value, str):
            at = text.find(json.dumps(key, ensure_ascii=False))
            yield text.count("\n", 0, max(0, at)) + 1, "", {"question": key, "answer": value}


def elements(text: str, start: int) -> Iterator[tuple[int, Any]]:
    """Yield the elements of a list that begins at or behind a place, each with its line."""
    decoder = json.JSONDecoder()
    at = text.index("[", start) + 1
    line, counted = 1 + text.count("\n", 0, at), at
    while True:
        space = SPACE.match(text, at)
        at = space.end() if space else at
        if at >= len(text) or text[at] == "]":
            return
        line, counted = line + text.count("\n", counted, at), at
        value, at = decoder.raw_decode(text, at)
        yield line, value


def depth(text: str) -> int:
    """Return how deep brackets stand in one another, outside of strings."""
    deepest = depth = 0
    for sign in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if sign[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign[0] in "]}":
            depth -= 1
    return deepest


@dataclass(frozen=True)
class Fields:
    """The fields of one question, with its place, and how its texts are written."""

    path: str
    line: int
    values: Mapping[str, Any]
    text: str = "markdown"

    def nodes(self, value: Any) -> list[Node]:
        """Return a value as blocks; of several, each is an item of a list."""
        if isinstance(value, Sequence) and not isinstance(value, str):
            items = [Node("item", self.line, self.nodes(one)) for one in value if _words(one)]
            return [Node("list", self.line, items)] if items else []
        return foreign_text.blocks(_words(value), self.text, self.line)

    def lines(self, value: Any) -> list[list[Node]]:
        """Return the lines of a list: its items, or the lines of a text."""
        if self.text == "html" and isinstance(value, str) and "<li" in value:
            return points(self.nodes(value))
        return [line_nodes(self.nodes(one)) for one in _several(value)]


def item(fields: Fields, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield a question, or none when its fields ask nothing; keys that mean nothing stay in the answer under their names."""
    sorted_out: dict[str, list[Any]] = {}
    options: list[tuple[str, Any]] = []
    rest: list[tuple[str, Any]] = []
    for key, value in fields.values.items():
        field = dialect.facts.get(str(key).strip().lower(), "")
        option = OPTION.fullmatch(str(key).strip())
        if value in (None, "", [], {}):
            continue
        if field:
            # Tags are single words, whatever stands between them; a topic may have several.
            is_tags = isinstance(value, str) and str(key).strip().lower() == "tags"
            sorted_out.setdefault(field, []).append(",".join(value.split()) if is_tags else value)
        elif option:
            options.append((option[1].upper(), value))
        else:
            rest.append((str(key), value))
    ask = [node for value in sorted_out.get("ask", []) for node in fields.nodes(value)]
    if said(ask):
        yield _made(fields, dialect, losses, _Sorted(ask, sorted_out, options, rest))
    else:
        losses.tell("I203", "this item asks nothing", (fields.path, fields.line), "say in the dialect which field holds the question")


@dataclass(frozen=True)
class _Sorted:
    """Fields by what they mean."""

    ask: list[Node]
    known: Mapping[str, list[Any]]
    options: list[tuple[str, Any]]
    rest: list[tuple[str, Any]]

    def first(self, name: str) -> str:
        """Return the first value of a field as words."""
        return next((_words(value) for value in self.known.get(name, [])), "")


def _made(fields: Fields, dialect: Dialect, losses: Losses, given: _Sorted) -> Item:
    lead, more = _asked(given.ask)
    choices = _choices(fields, given)
    answers = [*given.known.get("answer", []), *([] if choices else given.known.get("correct", []))]
    answer = [*more, *(node for value in answers for node in fields.nodes(value))]
    if choices and not any(choice.correct for choice in choices):
        answer = _keyed(choices, answer)
    for key, value in [*((name, v) for name in ("why", "after") for v in given.known.get(name, [])), *given.rest]:
        heading = [Node("heading", fields.line, [Node("text", fields.line, text=_titled(key))], level=2)]
        answer += (heading if key not in ("why", "after") else []) + fields.nodes(value)
    listed = [point for value in given.known.get("key_points", []) for point in fields.lines(value)]
    mark = given.first("level").strip().lower()
    level = next((level for sign, level in dialect.levels.items() if sign.lower() == mark), "") if mark else ""
    topics = [topic.strip() for value in given.known.get("topics", []) for topic in _several(value, r"[,;]") if topic.strip()]
    if len(listed) > MOST_POINTS:
        items = [Node("item", fields.line, [Node("paragraph", fields.line, point)]) for point in listed]
        answer, listed = [*answer, Node("list", fields.line, items)], []
    if not answer and not choices and not listed:
        losses.tell("I201", "no answer", (fields.path, fields.line), "write the answer, in the source or in the book")
    return Item(fields.path, fields.line, lead, answer, given.first("section"), level, tuple(dict.fromkeys(topics))[:6], listed, choices,
                re.sub(r"\.\w{1,8}$", "", given.first("id")))  # fmt: skip


def _asked(blocks: list[Node]) -> tuple[list[Node], list[Node]]:
    """Return the words of a question, and the blocks that do not fit a line: they lead the answer."""
    plain = [n for n, block in enumerate(blocks) if block.kind in ("listing", "table", "display")]
    if not plain:
        return line_nodes(blocks), []
    return line_nodes(blocks[: plain[0]]) or [Node("text", blocks[0].line, text="…")], blocks[plain[0] :]


def _choices(fields: Fields, given: _Sorted) -> list[Picked]:
    """Return choices: columns of their own, or a list, with what is correct named by letter, number, or words."""
    values: list[Any] = [value for _, value in given.options]
    for value in given.known.get("choices", []):
        if isinstance(value, Mapping):
            values += list(value.values())
        elif fields.text == "html" and isinstance(value, str) and "<li" in value:
            values += [Picked(line) for line in fields.lines(value)]
        else:
            values += _several(value, r"\s*[|;\n]\s*")
    if len(values) < 2:
        return []
    picked = []
    for value in values:
        if isinstance(value, Picked):
            picked.append(value)
            continue
        inner = value if isinstance(value, Mapping) else {"text": value}
        words = next((inner[key] for key in ("text", "choice", "answer", "option", "label", "value") if key in inner), "")
        correct = any(_words(inner.get(key, "")).lower() in YES for key in ("correct", "isCorrect", "is_correct", "right"))
        note = next((inner[key] for key in ("note", "why", "explanation", "feedback") if inner.get(key)), "")
        picked.append(Picked(line_nodes(fields.nodes(words)), correct, line_nodes(fields.nodes(note)) if note else []))
    keys = [key for value in given.known.get("correct", []) for key in (value if isinstance(value, list) else [value])]
    _mark(picked, keys)
    return picked


def _mark(picked: list[Picked], keys: list[Any]) -> None:
    """Mark what keys name: words, letters, or numbers; of JSON's numbers, from 0."""
    texts = [said(choice.text).casefold() for choice in picked]
    for key in keys:
        words = _words(key).strip()
        if words.casefold() in texts:
            picked[texts.index(words.casefold())].correct = True
        elif isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(picked):
            picked[key].correct = True
        else:
            for name in re.findall(r"[A-Ha-h](?![A-Za-z]{2})|\d+", words):
                at = int(name) - 1 if name.isdigit() else ord(name.upper()) - 65
                if 0 <= at < len(picked):
                    picked[at].correct = True


def _keyed(choices: list[Picked], answer: list[Node]) -> list[Node]:
    """Take an answer that is the words or the letter of a choice as its key."""
    words = said(answer)
    texts = [said(choice.text).casefold() for choice in choices]
    if words.casefold() in texts:
        choices[texts.index(words.casefold())].correct = True
        return []
    if re.fullmatch(r"[A-H](?:\s*[,;&]?\s*[A-H])*", words):
        _mark(choices, [words])
        return []
    return answer


def _several(value: Any, sign: str = r"\n") -> list[Any]:
    if isinstance(value, list):
        return value
    return [part for part in re.split(sign, _words(value)) if part.strip()]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return next((_words(value[key]) for key in ("name", "title", "text", "url") if key in value), "")
    return "" if value is None else str(value)


def _titled(key: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", key).strip()
    return words[:1].upper() + words[1:]
