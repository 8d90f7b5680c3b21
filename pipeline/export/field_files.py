"""Write banks whose fields keep all that an edition prints, in the book's own Markdown: JSON, and a table as CSV.

An import takes their texts as they stand (`pipeline.bring.own_banks`), so that every record comes back as it was.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pipeline import markup, model
from pipeline.bring.haul import Losses as NoLosses
from pipeline.bring.haul import Node
from pipeline.bring.linestyle import LineStyle
from pipeline.bring.own_banks import COLUMNS, FIRST_COLUMN, RECORD, SIGN, guarded
from pipeline.export.losses import Losses
from pipeline.export.records import Told, named, written
from pipeline.export.web_text import words_for
from pipeline.markup import Reference, dialect
from pipeline.model import Question
from pipeline.publication import Publication

RESOURCES: Final = {"box": "boxes", "figure": "figures", "term": "terms", "formula": "formulas", "source": "sources"}
NAMING: Final = tuple(map(re.compile, (dialect.REFERENCE, dialect.VALUE, dialect.FIGURE)))


class Verbatim:
    """Returns records as they are written; what leads to nothing in the file becomes the words that the edition prints for it."""

    def __init__(
        self, publication: Publication, told: Sequence[Told], labels: Mapping[str, str], losses: Losses, without: str = ""
    ) -> None:
        """Take an edition; ``without`` is a kind of what texts name that the file cannot hold."""
        self.publication, self.labels, self.losses = publication, labels, losses
        self.ids = {one.id for one in told}
        self.headings = set(_headings(told))
        self.kept = {each for each in self._kept(told) if each[0] != without}

    def _kept(self, told: Sequence[Told]) -> Iterable[tuple[str, str]]:
        of, names = self.publication.resources, self.publication.names
        shelves = {"box": of["boxes"], "figure": of["drawings"], "source": of["works"]}
        for kind, name in named(self.publication, told):
            if f"{kind}-{name}" in names if kind in ("term", "formula") else name in shelves.get(kind, ()):
                yield kind, name

    def question(self, told: Told) -> dict[str, Any]:
        """Return a question as its author would write it, without what the edition leaves out."""
        record = told.record
        update: dict[str, Any] = {"see_also": tuple(name for name in record.see_also if name in self.ids)}
        update["figures"] = tuple(name for name in record.figures if ("figure", name) in self.kept)
        update["sources"] = tuple(cited for cited in record.sources if ("source", cited.key) in self.kept)
        lost = [name for name in ("figures", "sources") if len(update[name]) < len(getattr(record, name))]
        self.losses.tell("X102", told, *lost)
        update["index"] = tuple(kept for mark in record.index if (kept := self._mark(mark)) is not None)
        return dict(self.rewritten(record.model_copy(update=update), told))

    def rewritten(self, record: model.Record, told: Told | None) -> dict[str, Any]:
        """Return a record with its texts rewritten where they lead to nothing."""
        plain: dict[str, Any] = written(record)
        for keys, kind, text in model.prose(record):
            new = self._text(text, kind.inline, told)
            if new != text:
                inner: Any = plain
                for key in keys[:-1]:
                    inner = inner[key]
                inner[keys[-1]] = new
        return plain

    def _text(self, text: str, inline: bool, told: Told | None) -> str:
        for mark in markup.parse(text, inline=inline).marks:
            for word, see in (("see", mark.see), ("see-also", mark.see_also)):
                if see and see not in self.headings:
                    text = re.sub(rf"""(\{{[^{{}}]*?)\s{word}=(?:"{re.escape(see)}"|{re.escape(see)}(?=[\s}}]))""", r"\1", text)
        lost = [reference for reference in markup.parse(text, inline=inline).references if not self._leads(reference, told)]
        lines = text.replace("\r\n", "\n").split("\n")
        for reference in sorted(lost, key=lambda each: (each.line, each.column), reverse=True):
            line, at = lines[reference.line - 1], reference.column - 1
            found = next((match for pattern in NAMING if (match := pattern.match(line, at))), None)
            if found:
                lines[reference.line - 1] = line[:at] + self._instead(reference, told) + line[found.end() :]
                if told and reference.kind != "value":
                    self.losses.tell("X103", told, f"{reference.kind} '{reference.id}'")
        return "\n".join(lines) if lost else text

    def _mark(self, mark: model.IndexMark) -> model.IndexMark | None:
        """Return an index mark without a reference to an entry that no question of the file makes; none when nothing is left."""
        see, also = mark.see in self.headings, mark.see_also in self.headings
        left = mark.model_copy(update={"see": mark.see if see else None, "see_also": mark.see_also if also else None})
        return None if mark.see and not see else left

    def _leads(self, reference: Reference, told: Told | None) -> bool:
        if reference.kind == "value":
            return told is not None and bool(told.record.examples)
        return reference.id in self.ids if reference.kind == "section" else (reference.kind, reference.id) in self.kept

    def _instead(self, reference: Reference, told: Told | None) -> str:
        if reference.kind == "value":
            words = model.output_value(told.examples if told else (), reference.id) or ""
        elif reference.kind in ("figure", "box"):
            record = self.publication.resources["figures" if reference.kind == "figure" else "boxes"].get(reference.id)
            return str(getattr(record, "caption", "") or getattr(record, "title", ""))
        else:
            words = words_for(reference, self.publication, self.labels)
        return LineStyle("", NoLosses()).text(Node("text", text=words), "")


def _headings(told: Sequence[Told]) -> Iterable[str]:
    """Yield the entries of the index that questions make."""
    for one in told:
        yield from (mark.term for mark in one.record.index)
        for _, kind, text in model.prose(one.record):
            yield from (mark.term for mark in markup.parse(text, inline=kind.inline).marks)


def as_json(verbatim: Verbatim, told: Sequence[Told], sections: Sequence[Mapping[str, Any]]) -> bytes:
    """Return an edition as JSON: what its book says of itself, its questions, and all that their texts name."""
    outline = verbatim.publication.outline
    whole = {
        SIGN: 1,
        "book": {"title": outline.title, "lang": outline.lang, "version": outline.version, "date": outline.date.isoformat(),
                 "edition": verbatim.publication.edition.id},
        "sections": list(sections),
        "questions": [{"section": one.division, **verbatim.question(one)} for one in told],
        **_all_named(verbatim, told),
    }  # fmt: skip
    return (json.dumps({key: value for key, value in whole.items() if value}, ensure_ascii=False, indent=1) + "\n").encode()


def _all_named(verbatim: Verbatim, told: Sequence[Told]) -> dict[str, list[Any]]:
    """Return what questions are about, what they assess, and what their texts name."""
    outline = verbatim.publication.outline
    topics = {topic for one in told for topic in one.record.topics}
    assessed = {one.record.competency for one in told}
    return {
        "topics": [written(topic) for topic in outline.topics if topic.id in topics],
        "competencies": [written(competency) for competency in outline.competencies if competency.id in assessed],
        **_resources(verbatim),
    }


def _resources(verbatim: Verbatim) -> dict[str, list[Any]]:
    """Return what texts name, by kind, in order of ids."""
    records = [section.record for section in verbatim.publication.sections]
    of = verbatim.publication.resources
    shelves: Mapping[str, Mapping[str, model.Record]] = {
        "box": of["boxes"], "source": of["works"],
        "figure": {name: figure.model_copy(update={"script": None}) for name, figure in of["figures"].items()},
        "term": {term.id: term for record in records if isinstance(record, model.Glossary) for term in record.terms},
        "formula": {formula.id: formula for record in records if isinstance(record, model.FormulaSheet) for formula in record.formulas},
    }  # fmt: skip
    found: dict[str, list[Any]] = {name: [] for name in RESOURCES.values()}
    for kind, name in sorted(verbatim.kept):
        plain = verbatim.rewritten(shelves[kind][name], None)
        if "questions" in plain:
            plain["questions"] = [each for each in plain["questions"] if each in verbatim.ids]
        if kind == "figure":
            plain["svg"] = of["drawings"][name].svg.decode("utf-8")
        found[RESOURCES[kind]].append({key: value for key, value in plain.items() if value != []})
    return found


def as_csv(verbatim: Verbatim, told: Sequence[Told]) -> bytes:
    """Return an edition as a table, in UTF-8 with a byte order mark, without which Excel reads it wrongly."""
    names = [name for name in COLUMNS if name in Question.model_fields]
    rows = [{"section": one.title, **{name: cell(name, value) for name, value in verbatim.question(one).items()}} for one in told]
    used = [name for name in names if name in ("ask", "answer") or any(name in row for row in rows)]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    columns = ["section", *(name for name in used if name != "id")]
    named_rows = [(f"{kind}:{model_id(each)}", each) for kind, listed in _all_named(verbatim, told).items() for each in listed]
    table.writerow([FIRST_COLUMN, *columns, *[RECORD] * bool(named_rows)])
    for row in rows:
        table.writerow([row["id"], *(guarded(row.get(name, "")) for name in columns), *[""] * bool(named_rows)])
    for name, each in named_rows:
        table.writerow([name, *[""] * len(columns), guarded(json.dumps(each, ensure_ascii=False))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def model_id(record: Mapping[str, Any]) -> str:
    """Return the id, or the key, of a record as it is written."""
    return str(record.get("id") or record["key"])


def cell(name: str, value: Any) -> str:
    """Return a value as the text of a cell: lines of a list below one another, what has more to it as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value) and _plain(value):
        return "\n".join(value)
    if name == "choices" and _plain([choice["text"] for choice in value]) and not any("note" in choice for choice in value):
        return "\n".join(f"[{'x' if choice.get('correct') else ' '}] {choice['text']}" for choice in value)
    return json.dumps(value, ensure_ascii=False)


def _plain(lines: Sequence[str]) -> bool:
    return not lines[0].startswith(("[", "{")) and all(line and line == line.strip() and "\n" not in line for line in lines)
