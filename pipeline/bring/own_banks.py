"""Read back what `guidepress export` wrote as JSON or CSV: records in the book's own Markdown, taken as they stand."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline import model, source
from pipeline.bring.field_banks import DEEPEST, LONGEST_CELL, depth, elements
from pipeline.bring.haul import Haul, Item, Losses, Node
from pipeline.markup.text_faults import FORBIDDEN
from pipeline.model import Question, Record
from pipeline.model.fields import SLUG

SIGN: Final = "guidepress"
"""The first key of such a file of JSON, whose value is the version of the format."""
FIRST_COLUMN: Final = "guidepress id"
RECORD: Final = "record"
"""The column of what questions name, as JSON: a term, a formula, a work, a box; its kind stands before its id."""
COLUMNS: Final = ("id", "level", "topics", "ask", "choices", "answer", "key_points",
                  *(name for name in Question.model_fields if name not in ("id", "level", "topics", "ask", "choices", "answer",
                                                                           "key_points")))  # fmt: skip
"""Fields of a question in the order of the columns; the first has the name above."""
README: Final = "<!-- guidepress readme -->"
"""The first line of a README, whose dialect it names."""
RISKY: Final = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
"""What a spreadsheet would run as a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
LISTS: Final = ("topics", "figures", "see_also", "enemies", "key_points", "probes", "red_flags")
"""Fields that are lists of texts, one to a line of a cell."""
TEXTS: Final = ("ask", "answer", "exhibit", "summary", "spoken", "name")
"""Fields that are one text, whatever it begins with."""
TICK: Final = re.compile(r"\[([ x])\] ")
FILES: Final[Mapping[str, tuple[str, type[Record]]]] = {
    "terms": ("glossary.yaml", model.Glossary), "formulas": ("formulas.yaml", model.FormulaSheet), "sources": ("sources.yaml", model.Works),
}  # fmt: skip


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet runs: with an apostrophe in front, which ``bared`` takes off."""
    return f"'{cell}" if RISKY.match(cell) else cell


def bared(cell: str) -> str:
    """Return a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and RISKY.match(cell) else cell


def is_own(text: str) -> bool:
    """Tell whether the press wrote a file of JSON or CSV, by how it begins."""
    return bool(re.match(rf'\s*(?:\{{\s*"{SIGN}"\s*:|"?{FIRST_COLUMN}"?\s*[,;\t])', text))


def haul(texts: Mapping[str, str], losses: Losses) -> Haul:
    """Return the questions of files, and all that they name."""
    found = Haul(files=len(texts))
    for path, text in texts.items():
        before = len(found.items)
        read = _json if text.lstrip().startswith("{") else _table
        try:
            found.items += read(path, text, found, losses)
        except (ValueError, RecursionError, csv.Error) as error:
            losses.tell("I105", f"the file breaks off: {_reason(error)}", (path, getattr(error, "lineno", 1)), "export it again")
        if len(found.items) == before:
            found.empty.append(path)
    return found


def _reason(error: Exception) -> str:
    """Return what is wrong, on one line: of a record its first fault."""
    faults = getattr(error, "errors", None)
    if callable(faults):
        first = faults(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:200]
    return " ".join(str(error).split())[:200]


def _json(path: str, text: str, found: Haul, losses: Losses) -> Iterator[Item]:
    if depth(text) > DEEPEST:
        losses.tell("I102", f"nested more than {DEEPEST} levels deep", (path, 1), "export the file again")
        return
    whole = _text(json.loads(text), path, losses)
    titles = {}
    for division in _objects(whole, "sections"):
        title = str(division.get("title") or division.get("id", ""))
        titles[str(division.get("id", ""))] = title
        found.section_ids[title] = str(division.get("id", ""))
        found.intros[title] = str(division.get("intro", ""))
    book = whole.get("book")
    if isinstance(book, dict):
        found.title, found.lang = str(book.get("title", "")), str(book.get("lang", ""))
    _others(path, whole, found, losses)
    start = re.search(r'"questions"\s*:\s*\[', text)
    lines = [line for line, _ in elements(text, start.end() - 1)] if start else []
    for line, record in zip(lines, _list(whole, "questions"), strict=False):
        if isinstance(record, dict):
            name = str(record.pop("section", ""))
            yield from _item((path, line), record, titles.get(name, name), losses)


def _list(whole: Any, name: str) -> list[Any]:
    value = whole.get(name) if isinstance(whole, dict) else None
    return value if isinstance(value, list) else []


def _objects(whole: Any, name: str) -> list[dict[str, Any]]:
    return [each for each in _list(whole, name) if isinstance(each, dict)]


def _text(value: Any, path: str, losses: Losses) -> Any:
    """Return JSON as YAML would be read: all scalars text, without characters that cannot be seen, and what is null left out."""
    if isinstance(value, dict):
        return {str(key): _text(inner, path, losses) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_text(inner, path, losses) for inner in value]
    text = ("true" if value else "false") if isinstance(value, bool) else str(value).replace("\r\n", "\n").replace("\r", "\n")
    if hidden := FORBIDDEN.search(text):
        losses.tell("I104", f"U+{ord(hidden[0]):04X} was removed", (path, 1), "delete it in the source")
    return FORBIDDEN.sub("", text)


def _others(path: str, whole: Any, found: Haul, losses: Losses) -> None:
    """Keep what questions name: topics, competencies, terms, formulas, works, boxes, figures."""
    found.titles |= {str(topic.get("id", "")): str(topic.get("title", "")) for topic in _objects(whole, "topics")}
    found.competencies += [each for each in _objects(whole, "competencies") if re.fullmatch(SLUG, str(each.get("id", "")))]
    for name, (file, kind) in FILES.items():
        if (listed := _objects(whole, name)) and _holds(kind, {name: listed}, (path, 1), losses):
            found.others[file] = source.yaml_text({name: listed})
    for box in _objects(whole, "boxes"):
        if _holds(model.Box, box, (path, 1), losses):
            found.others[f"boxes/{box['id']}.yaml"] = source.yaml_text(box)
    for figure in _objects(whole, "figures"):
        drawing = figure.pop("svg", "")
        if _holds(model.Figure, figure, (path, 1), losses):
            found.others[f"figures/{figure['id']}.yaml"] = source.yaml_text(figure)
            found.others[f"figures/{figure['id']}.svg"] = str(drawing)


def _holds(kind: type[Record], record: dict[str, Any], where: tuple[str, int], losses: Losses) -> bool:
    """Tell whether a record is one of its kind; what is none is told."""
    try:
        kind.model_validate(record)
    except ValueError as error:
        losses.tell("I203", f"no {kind.__name__.lower()} of a book: {_reason(error)}", where, "mend it, or export the file again")
        return False
    return True


def _item(where: tuple[str, int], record: dict[str, Any], section: str, losses: Losses) -> Iterator[Item]:
    if not _holds(Question, record, where, losses):
        return
    path, line = where
    content = [Node("text", line, text=json.dumps({key: value for key, value in record.items() if key != "ask"}, sort_keys=True))]
    ask = [Node("text", line, text=str(record["ask"]))]
    topics = record.get("topics", ())
    yield Item(path, line, ask, content, section or "Questions", topics=tuple(topics), given=str(record["id"]), kept=record)


def _table(path: str, text: str, found: Haul, losses: Losses) -> Iterator[Item]:
    csv.field_size_limit(LONGEST_CELL)
    first = text.split("\n", 1)[0]
    sign = next(sign for sign in ",;\t" if FIRST_COLUMN in first.replace('"', "").split(sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    names = [name.strip() for name in next(reader)]
    line = reader.line_num + 1
    others: dict[str, list[Any]] = {}
    for row in reader:
        given = {"id" if name == FIRST_COLUMN else name: bared(cell) for name, cell in zip(names, row, strict=False) if cell}
        if RECORD in given:
            others.setdefault(given["id"].partition(":")[0], []).append(json.loads(given[RECORD]))
        elif given:
            section = given.pop("section", "")
            try:
                record = {name: _text(_value(name, cell), path, losses) for name, cell in given.items()}
            except ValueError as error:
                losses.tell("I203", f"a cell cannot be read: {_reason(error)}", (path, line), "write JSON there, as the export did")
            else:
                yield from _item((path, line), record, section, losses)
        line = reader.line_num + 1
    _others(path, _text(others, path, losses), found, losses)


def _value(name: str, cell: str) -> Any:
    """Return what a cell says. Raises ValueError."""
    if name in LISTS and not cell.startswith(("[", "{")):
        return [line for line in cell.split("\n") if line.strip()]
    if name == "choices" and TICK.match(cell):
        return [_choice(line) for line in cell.split("\n") if line.strip()]
    if name in TEXTS or not cell.startswith(("[", "{")):
        return cell
    if depth(cell) > DEEPEST:
        raise ValueError("nested too deep")
    return json.loads(cell)


def _choice(line: str) -> dict[str, str]:
    tick = TICK.match(line)
    if tick is None:
        return {"text": line}
    return {"text": line[tick.end() :], **({"correct": "true"} if tick[1] == "x" else {})}
