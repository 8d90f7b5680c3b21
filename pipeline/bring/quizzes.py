"""Read quizzes that are texts: GIFT and Aiken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.bring import foreign_text
from pipeline.bring.banks import Dialect
from pipeline.bring.haul import Item, Losses, Node, Picked, in_parts, line_nodes, paragraph, points

ESCAPE: Final = re.compile(r"\\([~=#{}:\\n])")
FACT: Final = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.){1,300})\]")
"""What a comment says of the question below it (https://docs.moodle.org/en/GIFT_format)."""
LEVEL: Final = "level:"
"""Begins the tag that says a level."""
PARTS: Final = {"key_points": "key_points"}
FORMAT: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
WEIGHT: Final = re.compile(r"%(-?\d{1,3}(?:\.\d{1,5})?)%")
HIDDEN: Final = "\ue000"
"""Stands for a sign that was escaped, while the grammar is read; the code of the sign follows."""
AIKEN_HINT: Final = "write lines 'A. words' and one 'ANSWER: A'"


@dataclass(slots=True)
class _Question:
    """A question as it stands: lines between empty ones."""

    line: int
    text: str
    category: str
    facts: tuple[tuple[str, str], ...] = ()


def gift(path: str, text: str, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield the questions of a GIFT file, by its grammar, sign by sign."""
    for question in _questions(text):
        for item in _item(question, path, losses):
            tagged(item, [words for name, words in question.facts if name == "tag"], dialect)
            yield item


def tagged(item: Item, tags: Iterable[str], dialect: Dialect) -> None:
    """Give a question its topics, and the level that a tag says."""
    listed = list(tags)
    item.level = next((dialect.levels.get(tag.removeprefix(LEVEL), "") for tag in listed if tag.startswith(LEVEL)), item.level)
    item.topics = tuple(tag for tag in listed if not tag.startswith(LEVEL))[:6]


def last_title(path: str) -> str:
    """Return the last part of a category's path, in which two slashes are one of its title."""
    return re.split(r"(?<!/)/(?!/)", path.strip())[-1].replace("//", "/")


def _questions(text: str) -> list[_Question]:
    """Cut a file into questions; comments and categories are taken out."""
    found: list[_Question] = []
    category = ""
    open_ = False
    facts: tuple[tuple[str, str], ...] = ()
    for n, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("//"):
            facts += tuple((found[1], re.sub(r"\\(.)", r"\1", found[2])) for found in FACT.finditer(line))
            continue
        if line.startswith("$CATEGORY:"):
            category, open_ = last_title(line.partition(":")[2]), False
        elif not line.strip():
            open_ = False
        elif open_:
            found[-1].text += f"\n{line}"
        else:
            found.append(_Question(n, line, category, facts))
            open_, facts = True, ()
    return found


def _item(question: _Question, path: str, losses: Losses) -> Iterator[Item]:
    text = ESCAPE.sub(lambda m: f"{HIDDEN}{10 if m[1] == 'n' else ord(m[1]):03d}", question.text).strip()
    title = ""
    if text.startswith("::") and "::" in text[2:]:
        title, _, text = text[2:].partition("::")
    given = FORMAT.match(text)
    kind = {"html": "html", "markdown": "markdown"}.get(given[1].lower(), "plain") if given else "plain"
    text = text[given.end() :] if given else text
    opened = text.find("{")
    closed = text.find("}", opened)
    reader = _Reader(path, question.line, kind if kind != "plain" or not foreign_text.looks_like_html(text) else "html")
    if opened >= 0 > closed:
        losses.tell("I105", "the answers of this question are not closed", (path, question.line), "close them with }", "{")
        closed = len(text)
    before, body, after = (text, "", "") if opened < 0 else (text[:opened], text[opened + 1 : closed], text[closed + 1 :])
    words = f"{before.rstrip()} … {after.lstrip()}" if after.strip() else before
    blocks = reader.blocks(words)
    shown = next((n for n, block in enumerate(blocks) if block.kind == "heading" and block.info), len(blocks))
    ask = line_nodes(blocks[:shown])
    if not ask:
        losses.tell("I203", "this question asks nothing", (path, question.line), "write the question, or delete it")
        return
    name = next((words for fact, words in question.facts if fact == "id"), _shown(title))
    item = Item(path, question.line, ask, section=question.category, given=name)
    reader.answers(item, body, losses)
    item.answer += blocks[shown:]
    yield item


def _shown(text: str) -> str:
    return re.sub(f"{HIDDEN}(\\d{{3}})", lambda m: chr(int(m[1])), text).strip()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the texts of one question."""

    path: str
    line: int
    kind: str

    def blocks(self, text: str) -> list[Node]:
        return foreign_text.blocks(_shown(text), self.kind, self.line)

    def answers(self, item: Item, body: str, losses: Losses) -> None:
        """Put into a question what stands between its braces."""
        body, _, general = body.partition("####")
        body = body.strip()
        if re.fullmatch(r"(?:T|F|TRUE|FALSE)(?:#.*)?", body, re.IGNORECASE | re.DOTALL):
            item.choices = [Picked(paragraph(w, self.line).children, w[0] == body[0].upper()) for w in ("True", "False")]
        elif body.startswith("#"):
            item.answer = [paragraph(_shown(body[1:].lstrip("=").replace(":", " ± ")), self.line)]
        else:
            self.options(item, body)
        before, parts = in_parts(self.blocks(general) if general.strip() else [], PARTS)
        item.answer += before
        item.key_points = points(parts.get("key_points", []))
        if not item.answer and not item.choices:
            losses.tell("I201", "no answer", (self.path, self.line), "write the answer, in the source or in the book")

    def options(self, item: Item, body: str) -> None:
        """Make choices, pairs, or accepted answers of options."""
        split = ((part[1], *part[2].partition("#")[::2]) for part in re.finditer(r"([~=])([^~=]*)", body))
        parts = [(sign, words.strip(), note.strip()) for sign, words, note in split]
        if any("->" in words for _, words, _ in parts):
            rows = [["Item", "Match"], *(words.split("->", 1) for _, words, _ in parts if "->" in words)]
            item.answer = [pairs_table([[self.blocks(cell) for cell in row] for row in rows], self.line)]
        elif any(sign == "~" for sign, _, _ in parts):
            item.choices = [self.choice(*part) for part in parts if part[1]]
        else:
            item.answer = accepted([self.blocks(words) for _, words, _ in parts], self.line)

    def choice(self, sign: str, words: str, note: str) -> Picked:
        """Return a choice; one with a positive weight is correct."""
        weight = WEIGHT.match(words)
        correct = sign == "=" or (weight is not None and float(weight[1]) > 0)
        words = words[weight.end() :] if weight else words
        return Picked(line_nodes(self.blocks(words)), correct, line_nodes(self.blocks(note)) if note else [])


def pairs_table(rows: list[list[list[Node]]], line: int) -> Node:
    """Return a table of what belongs together."""
    return Node("table", line, [Node("row", line, [Node("cell", line, line_nodes(cell)) for cell in row]) for row in rows])


def accepted(answers: list[list[Node]], line: int) -> list[Node]:
    """Return the answers that are accepted: one as it is, several as a list."""
    return answers[0] if len(answers) == 1 else [Node("list", line, [Node("item", line, one) for one in answers])] if answers else []


def aiken(path: str, text: str, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield the questions of an Aiken file: a question, lettered choices, and the letter of the answer."""
    asked: list[tuple[int, str]] = []
    options: list[tuple[str, str]] = []
    for n, line in enumerate(text.split("\n"), start=1):
        words = line.strip()
        if words.upper().startswith("ANSWER:"):
            yield from _finished(path, asked, options, words.partition(":")[2], losses)
            asked, options = [], []
        elif asked and len(words) > 2 and words[0] == chr(65 + len(options)) and words[1] in ".)" and words[2] == " ":
            options.append((words[0], words[3:].strip()))
        elif words and options:
            options[-1] = (options[-1][0], f"{options[-1][1]} {words}")
        elif words:
            asked.append((n, words))
    if asked:
        losses.tell("I203", "this question has no line ANSWER:", (path, asked[0][0]), AIKEN_HINT)


def _finished(path: str, asked: list[tuple[int, str]], options: list[tuple[str, str]], key: str, losses: Losses) -> Iterator[Item]:
    if not asked:
        return
    line = asked[0][0]
    if len(options) < 2:
        losses.tell("I203", "this question has fewer than two choices", (path, line), AIKEN_HINT)
        return
    letters = {letter.strip().upper() for letter in key.replace(",", " ").split()}
    for letter in sorted(letters - {letter for letter, _ in options}):
        losses.tell("I202", f"the key names {letter[:20]}, and no choice has that letter", (path, line), "mend the line ANSWER:")
    words = " ".join(words for _, words in asked)
    ask = foreign_text.from_html(words, line) if foreign_text.looks_like_html(words) else [paragraph(words, line)]
    choices = [Picked(paragraph(text, line).children, letter in letters) for letter, text in options]
    yield Item(path, line, line_nodes(ask), choices=choices)
