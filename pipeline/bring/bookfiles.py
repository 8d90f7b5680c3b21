"""Write the records of a book from questions: their ids, their sections, and all texts in the book's Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline import markup
from pipeline.bring.banks import Dialect
from pipeline.bring.haul import Haul, Item, Losses, Node, Picked, said
from pipeline.bring.housestyle import Style, yaml_text
from pipeline.bring.segment import slug as anchor
from pipeline.bring.shelf import Ledger, identify, slug

SHORTENED: Final = 200
ABOUT: Final = "about-this-bank"
VOLUME: Final = 100_000
"""Letters of the contents of one volume, with those of the markup around each line."""
AROUND: Final = 120
ROOM: Final = 4000
"""Characters of a line of the book."""


@dataclass(frozen=True)
class Facts:
    """What a book says of itself at its first import."""

    title: str
    rights: str
    date: str
    lang: str = "en"


@dataclass
class Drafted:
    """The files of a book: questions by id with their path and text, sections in order, and the others."""

    questions: dict[str, tuple[str, str]]
    sections: dict[str, tuple[str, str, list[str]]]
    """By id: title, introduction, questions."""
    topics: dict[str, str]
    others: dict[str, str]
    items: Mapping[str, Item]


def draft(haul: Haul, ledger: Ledger, taken: set[str], losses: Losses, dialect: Dialect) -> Drafted:
    """Return the files of the questions, and what book.yaml lists."""
    items = identify(haul.items, ledger, taken)
    sections = _sections(items, ledger, taken)
    anchors = _anchors(items)
    texts = _Around(losses, anchors, dialect)
    topics = {slug(words, "topic"): words for item in items.values() for words in item.topics}
    drafted = Drafted({}, {}, topics, {}, items)
    homes = {title: (name, titles) for name, (title, titles) in sections.items()}
    for name, item in items.items():
        section, members = homes[item.section]
        members.append(name)
        style = Style(item.path, losses, anchors.get(item.path, {}), name, dialect.signs, changes_code=dialect.code == "change")
        drafted.questions[name] = f"questions/{section}/{name}.yaml", _question(name, item, style)
    for section, (title, members) in sections.items():
        drafted.sections[section] = title, texts.intro(haul, title), members
    texts.about(haul, drafted)
    return drafted


def _sections(items: Mapping[str, Item], ledger: Ledger, taken: set[str]) -> dict[str, tuple[str, list[str]]]:
    """Return sections by id, in the order in which they come, each with its title and room for its questions."""
    found: dict[str, tuple[str, list[str]]] = {}
    for title in dict.fromkeys(item.section for item in items.values()):
        name = ledger.sections.get(title) or slug(title, "section")
        while title not in ledger.sections and (name in items or name in found or name in taken):
            name = f"{name[:50]}-questions" if not name.endswith("-questions") else f"{name}-2"
        ledger.sections[title] = name
        found[name] = title, []
    return found


def _anchors(items: Mapping[str, Item]) -> dict[str, dict[str, str]]:
    """Return the ids of questions by the names that links of each file use; a second heading of a name has a number there."""
    found: dict[str, dict[str, str]] = {}
    for name, item in items.items():
        names = found.setdefault(item.path, {})
        for known in item.anchors or {anchor(said(item.ask))}:
            names.setdefault(known, name)
    return found


def _question(name: str, item: Item, style: Style) -> str:
    """Return the file of a question."""
    style.asking = True
    ask = style.line(item.ask)
    style.asking = False
    answer = style.block(item.answer)
    if len(ask) > ROOM:
        hint = "shorten it in the source: its first words ask now, and all of it leads the answer"
        style.losses.tell("I203", f"a question of {len(ask):,} characters is no line", (item.path, item.line), hint)
        ask, answer = f"{ask[:SHORTENED].rpartition(' ')[0] or ask[:SHORTENED]} …", f"{ask}\n\n{answer}"
    fields: dict[str, Any] = {
        "id": name,
        "ask": ask,
        "level": item.level,
        "topics": [slug(words, "topic") for words in item.topics],
        "choices": [_choice(choice, style) for choice in item.choices],
        "answer": answer,
        "key_points": [style.line(point) for point in item.key_points],
    }
    if item.choices and not any(choice.correct for choice in item.choices):
        hint = "mark the correct choice in the source, or add 'correct: true'"
        style.losses.tell("I202", "none of the choices is marked as correct", (item.path, item.line), hint)
    _refused(ask, answer, item, style)
    return yaml_text(fields)


def _choice(choice: Picked, style: Style) -> dict[str, str]:
    return {"text": style.line(choice.text) or "-", "correct": "true" if choice.correct else "", "note": style.line(choice.note)}


def _refused(ask: str, answer: str, item: Item, style: Style) -> None:
    """Tell what the press will object to, at the question it stands in."""
    for text, inline in ((ask, True), (answer, False)):
        for fault in (f for f in markup.parse(text, inline=inline).faults if text and f.code not in markup.WARNINGS):
            message = f"{fault.code}: {fault.message} (line {fault.line} of the {'question' if inline else 'answer'})"
            style.losses.tell("I309", message, (item.path, item.line), f"mend it in the book: {fault.hint}")


@dataclass(frozen=True)
class _Around:
    """Writes the words that stand around questions."""

    losses: Losses
    anchors: Mapping[str, Mapping[str, str]]
    dialect: Dialect

    def block(self, path: str, nodes: list[Node]) -> str:
        return Style(path, self.losses, self.anchors.get(path, {}), "", self.dialect.signs).block(nodes)

    def intro(self, haul: Haul, title: str) -> str:
        """Return what opens a section."""
        texts = [self.block(path, blocks) for path, blocks in haul.around.get(title, ())]
        return "\n".join(text for text in texts if text)

    def about(self, haul: Haul, drafted: Drafted) -> None:
        """Keep the words that stand around all questions in a chapter of their own."""
        blocks: list[str] = []
        titles = {title for title, _, _ in drafted.sections.values()}
        for chain, pieces in ((chain, pieces) for chain, pieces in haul.around.items() if chain not in titles):
            for path, nodes in pieces:
                heading = chain.strip("\n").split("\n")[-1]
                first = [Node("heading", nodes[0].line, [Node("text", text=heading)], level=1)] if heading not in ("", haul.title) else []
                blocks.append(self.block(path, [*first, *nodes]))
                more = f" and {len(nodes) - 1} more" if len(nodes) > 1 else ""
                message = f"'{said(nodes[:1])[:60]}'{more} stand outside of all questions, and are kept in chapters/{ABOUT}.yaml"
                self.losses.tell("I205", message, (path, nodes[0].line), "delete the chapter if they say nothing to readers")
        body = "\n".join(block for block in blocks if block)
        if body:
            drafted.others[f"chapters/{ABOUT}.yaml"] = yaml_text({"id": ABOUT, "title": "About this bank", "body": body})


def outline(drafted: Drafted, facts: Facts) -> str:
    """Return book.yaml."""
    name = slug(facts.title, "book")
    fields: dict[str, Any] = {
        "schema": "1", "id": name, "slug": name, "title": facts.title, "lang": facts.lang, "version": "1.0.0", "date": facts.date,
        "creators": [{"name": "The authors of the bank"}], "publisher": "The authors of the bank", "rights": facts.rights,
        "errata": "Tell whoever gave you this book.", "description": f"{len(drafted.questions)} interview questions.",
        "changes": [{"version": "1.0.0", "date": facts.date, "text": "First edition."}],
        "topics": [{"id": key, "title": words[:1].upper() + words[1:]} for key, words in sorted(drafted.topics.items())],
        "front": [ABOUT] if f"chapters/{ABOUT}.yaml" in drafted.others else [],
        "sections": [section(name, *parts) for name, parts in drafted.sections.items()],
    }  # fmt: skip
    return yaml_text(fields)


def section(name: str, title: str, intro: str, members: list[str]) -> dict[str, Any]:
    """Return a section as book.yaml lists it."""
    return {"id": name, "title": title, "intro": intro, "questions": members}


def editions(drafted: Drafted) -> dict[str, str]:
    """Return the files of the editions that a book begins with: study and practice, of a large bank in several volumes."""
    picked = any(item.choices for item in drafted.items.values())
    volumes = _volumes(drafted)
    found = {}
    for n, sections in enumerate(volumes, start=1):
        for fields in (_study(picked), _practice(picked)):
            if len(volumes) > 1:
                fields |= {"id": f"{fields['id']}-{n}", "title": f"{fields['title']}, volume {n}"}
                fields["select"] = {"sections": sections}
            found[f"editions/{fields['id']}.yaml"] = yaml_text(fields)
    return found


def _volumes(drafted: Drafted) -> list[list[str]]:
    """Return the sections of each volume: contents with more letters than that are no file that a reader opens at once."""
    volumes: list[list[str]] = [[]]
    letters = 0
    for name, (_, _, members) in drafted.sections.items():
        asked = sum(AROUND + len(drafted.items[member].asked) for member in members if member in drafted.items)
        if volumes[-1] and letters + asked > VOLUME:
            volumes.append([])
            letters = 0
        volumes[-1].append(name)
        letters += asked
    return volumes


PLACES: Final = ["cover", "title-page", "imprint", "contents", "front", "questions", "back", "index", "end", "colophon"]


def _study(picked: bool) -> dict[str, Any]:
    return {
        "id": "study", "title": "Study edition", "audience": "candidate", "description": "Every question with its answer below it.",
        "sections": PLACES, "parts": [*["choices", "key"] * picked, "answer", "key_points"], "answers": "inline", "flow": "page",
        "formats": ["pdf", "epub"], "papers": ["a4", "letter"],
    }  # fmt: skip


def _practice(picked: bool) -> dict[str, Any]:
    return {
        "id": "practice", "title": "Practice edition", "audience": "candidate",
        "description": "Every question with room to write, and all answers at the back.",
        "sections": [*PLACES[:6], "answers", *PLACES[6:]], "parts": [*["choices"] * picked, "writing_space"], "answers": "end-of-book",
        "answer_parts": [*["key"] * picked, "answer", "key_points"], "flow": "run-on", "formats": ["pdf", "epub"],
        "papers": ["a4", "letter"],
    }  # fmt: skip
