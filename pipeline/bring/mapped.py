"""Read JSON: a list of questions, wherever it stands, by the names of their keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pipeline.bring.dialects import Dialect
from pipeline.bring.fieldwise import Fields, item
from pipeline.bring.haul import Haul, Losses

DEEPEST: Final = 60
SPACE: Final = re.compile(r"[\s,]*")


def haul(texts: dict[str, str], dialect: Dialect, losses: Losses) -> Haul:
    """Return the questions of JSON files."""
    found = Haul(files=len(texts))
    for path, text in texts.items():
        before = len(found.items)
        for line, section, values in _objects(text, path, losses):
            named = {"section": section, **values} if section and "section" not in values else values
            one = item(Fields(path, line, named, dialect.text), dialect, losses)
            found.items += [one] if one is not None else []
        if len(found.items) == before:
            found.empty.append(path)
    return found


def _objects(text: str, path: str, losses: Losses) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield the objects of all lists, each with its line and the key that its list stands under."""
    try:
        if _depth(text) > DEEPEST:
            losses.tell("I102", f"nested more than {DEEPEST} levels deep", (path, 1), "flatten the file")
            return
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        losses.tell("I105", f"not JSON: {getattr(error, 'msg', 'nested too deep')}", (path, line), "mend the JSON here, or above")
        return
    if isinstance(whole, list):
        yield from ((line, "", value) for line, value in _elements(text, 0) if isinstance(value, dict))
        return
    if not isinstance(whole, dict):
        return
    for key, value in whole.items():
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            start = re.search(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:\s*\[", text)
            title = "" if key.lower() in ("questions", "items", "data", "cards", "results", "quiz") else key
            yield from ((line, title, one) for line, one in _elements(text, start.end() - 1 if start else 0) if isinstance(one, dict))
        elif isinstance(value, str):
            at = text.find(json.dumps(key, ensure_ascii=False))
            yield text.count("\n", 0, max(0, at)) + 1, "", {"question": key, "answer": value}


def _elements(text: str, start: int) -> Iterator[tuple[int, Any]]:
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


def _depth(text: str) -> int:
    """Return how deep brackets stand in one another, outside of strings."""
    deepest = depth = 0
    for sign in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if sign[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign[0] in "]}":
            depth -= 1
    return deepest
