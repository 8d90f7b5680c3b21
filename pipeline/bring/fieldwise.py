"""Make a question of named fields: the columns of a table, the keys of JSON, the fields of a card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.bring import foreign_text
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Item, Losses, Node, Picked, line_nodes, said

OPTION: Final = re.compile(r"(?:option|choice|answer|distractor)?[\s_-]*([a-h]|[1-9])", re.IGNORECASE)
MOST_POINTS: Final = 9
YES: Final = frozenset({"true", "yes", "1", "x", "correct", "right", "100"})


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


def item(fields: Fields, dialect: Dialect, losses: Losses) -> Item | None:
    """Return a question, or None when its fields ask nothing; keys that mean nothing stay in the answer under their names."""
    known = {key.lower(): field for key, field in dialect.facts.items()}
    sorted_out: dict[str, list[Any]] = {}
    options: list[tuple[str, Any]] = []
    rest: list[tuple[str, Any]] = []
    for key, value in fields.values.items():
        field = known.get(str(key).strip().lower(), "")
        option = OPTION.fullmatch(str(key).strip())
        if value in (None, "", [], {}):
            continue
        if field:
            sorted_out.setdefault(field, []).append(value)
        elif option:
            options.append((option[1].upper(), value))
        else:
            rest.append((str(key), value))
    ask = [node for value in sorted_out.get("ask", []) for node in fields.nodes(value)]
    where = (fields.path, fields.line)
    if not said(ask):
        losses.tell("I203", "this item asks nothing", where, "say in the dialect which field holds the question")
        return None
    return _made(fields, dialect, losses, _Sorted(ask, sorted_out, options, rest))


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
    answer = [*more, *(node for value in given.known.get("answer", []) for node in fields.nodes(value))]
    if choices and not any(choice.correct for choice in choices):
        answer = _keyed(choices, answer)
    for key, value in [*((name, v) for name in ("why", "after") for v in given.known.get(name, [])), *given.rest]:
        heading = [Node("heading", fields.line, [Node("text", fields.line, text=_titled(key))], level=2)]
        answer += (heading if key not in ("why", "after") else []) + fields.nodes(value)
    points = [line_nodes(fields.nodes(point)) for value in given.known.get("key_points", []) for point in _several(value)]
    level = next((lv for mark, lv in dialect.levels.items() if mark.lower() == given.first("level").strip().lower()), "")
    topics = [topic.strip() for value in given.known.get("topics", []) for topic in _several(value, r"[,;\s]+") if topic.strip()]
    if len(points) > MOST_POINTS:
        items = [Node("item", fields.line, [Node("paragraph", fields.line, point)]) for point in points]
        answer, points = [*answer, Node("list", fields.line, items)], []
    if not answer and not choices and not points:
        losses.tell("I201", "no answer", (fields.path, fields.line), "write the answer, in the source or in the book")
    return Item(fields.path, fields.line, lead, answer, given.first("section"), level, tuple(dict.fromkeys(topics))[:6], points, choices,
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
        else:
            values += _several(value, r"\s*[|;\n]\s*")
    if len(values) < 2:
        return []
    picked = []
    for value in values:
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
