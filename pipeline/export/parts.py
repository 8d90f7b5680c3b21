"""Write the parts of a question as HTML: each by itself, or several in a row below their titles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Final

from pipeline import markup, model
from pipeline.export.records import Told
from pipeline.export.web_text import HEADING, WebText
from pipeline.markup.highlight import block

TITLES: Final = {"examples": "example", "sources": "cited", "choices": "key", "summary": "summary_plain"}
"""Labels of parts that are not called as their fields are."""


def lettered(number: int) -> str:
    """Return the letter of a choice, counted from 0."""
    return chr(ord("A") + number)


def key_letters(told: Told) -> str:
    """Return the letters of the correct choices."""
    return ", ".join(lettered(n) for n, choice in enumerate(told.record.choices) if choice.correct)


def part(web: WebText, name: str) -> str:
    """Return a part of a question without its title."""
    return _PARTS[name](web)


def titled(web: WebText, names: Iterable[str]) -> str:
    """Return parts in a row: an answer as it is, each other below its title, whose class says which it is."""
    return "\n".join(part(web, name) if name == "answer" else f"{_title(web, name)}\n{part(web, name)}" for name in names)


def _title(web: WebText, name: str) -> str:
    level, words = HEADING - 1, web.labels[TITLES.get(name, name)]
    return f'<h{level} class="part-{name}">{escape(words, quote=False)}</h{level}>'


def _choices(web: WebText) -> str:
    return "\n".join(["<ol>", *(f"<li>{web.line(choice.text)}</li>" for choice in web.told.record.choices), "</ol>"])


def notes(web: WebText) -> str:
    """Return why choices are correct, or are not."""
    pairs = ((n, choice.note) for n, choice in enumerate(web.told.record.choices) if choice.note)
    return "\n".join(f"<p>{lettered(n)}: {web.line(note)}</p>" for n, note in pairs)


def _answer(web: WebText) -> str:
    record = web.told.record
    read = (markup.parse(text, inline=kind.inline) for _, kind, text in model.prose(record))
    placed = {reference.id for text in read for reference in text.references if reference.kind == "figure"}
    figures = [web.figure(name) for name in record.figures if name not in placed]
    return "\n".join([*([web.block(record.answer)] if record.answer else []), *figures])


def _text(name: str) -> Callable[[WebText], str]:
    return lambda web: web.block(getattr(web.told.record, name))


def _lines(name: str) -> Callable[[WebText], str]:
    return lambda web: _listed(web.line(line) for line in getattr(web.told.record, name))


def _listed(items: Iterable[str]) -> str:
    return "\n".join(["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"])


def _told(web: WebText, pairs: Iterable[tuple[str, str | None]]) -> str:
    """Return texts, each below what it is called."""
    return "\n".join(f"<p><strong>{title}</strong></p>\n{web.block(text)}" for title, text in pairs if text)


def _labeled(name: str, keys: Sequence[str]) -> Callable[[WebText], str]:
    def write(web: WebText) -> str:
        record = getattr(web.told.record, name)
        return _told(web, ((escape(web.labels[key]), getattr(record, key)) for key in keys))

    return write


def _examples(web: WebText) -> str:
    found = []
    for example in web.told.record.examples:
        code, output = block(example.code.rstrip("\n"), example.language), block(example.output.rstrip("\n"), "text")
        note = f"\n<p>{web.line(example.note)}</p>" if example.note else ""
        printed = escape(web.labels["output"], quote=False)
        found.append(f"<p><strong>{web.line(example.title)}</strong></p>\n{_bare(code)}\n<p>{printed}</p>\n{_bare(output)}{note}")
    return "\n".join(found)


def _bare(listing: str) -> str:
    return "<pre>" + listing.partition(">")[2]


def _follow_ups(web: WebText) -> str:
    return _told(web, ((web.line(item.ask), item.answer) for item in web.told.record.follow_ups))


def _hints(web: WebText) -> str:
    cost = web.labels["hint_cost"]
    hints = web.told.record.hints
    return _listed(web.line(hint.text) + (f" {escape(cost.format(score=hint.at_most))}" if hint.at_most else "") for hint in hints)


def _rubric(web: WebText) -> str:
    rubric = web.told.record.rubric
    rows = zip("135", (rubric.low, rubric.middle, rubric.high), strict=True) if rubric else ()
    head = "".join(f"<th>{escape(web.labels[key], quote=False)}</th>" for key in ("rubric_score", "rubric_anchor"))
    body = "\n".join(f"<tr><td>{score}</td><td>{web.line(text)}</td></tr>" for score, text in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _calibration(web: WebText) -> str:
    calibration = web.told.record.calibration
    return _told(web, zip("12345", calibration.said if calibration else (), strict=False))


def _see_also(web: WebText) -> str:
    return _listed(web.question(name) for name in web.told.record.see_also if name in web.publication.names)


def _sources(web: WebText) -> str:
    works: Mapping[str, model.Work] = web.publication.resources["works"]
    cited = ((works.get(each.key), each) for each in web.told.record.sources)
    return _listed(escape(f"{work.short if work else each.key}{f', {each.at}' if each.at else ''}", quote=False) for work, each in cited)


_PARTS: Final[Mapping[str, Callable[[WebText], str]]] = {
    "exhibit": _text("exhibit"), "choices": _choices, "answer": _answer, "summary": _text("summary"), "spoken": _text("spoken"),
    "star": _labeled("star", ("situation", "task", "action", "result", "learning")), "key_points": _lines("key_points"),
    "examples": _examples, "follow_ups": _follow_ups, "probes": _lines("probes"), "hints": _hints, "red_flags": _lines("red_flags"),
    "rubric": _rubric, "samples": _labeled("samples", ("weak", "solid", "strong")), "calibration": _calibration,
    "see_also": _see_also, "sources": _sources,
}  # fmt: skip
