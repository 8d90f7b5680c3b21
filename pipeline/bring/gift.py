"""Read GIFT, the text format of Moodle: its grammar, sign by sign."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.bring import foreign_text
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Haul, Item, Losses, Node, Picked, line_nodes, paragraph

ESCAPE: Final = re.compile(r"\\([~=#{}:\\])")
FORMAT: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
WEIGHT: Final = re.compile(r"%(-?\d{1,3}(?:\.\d{1,5})?)%")
HIDDEN: Final = "\ue000"
"""Stands for a sign that was escaped, while the grammar is read; the code of the sign follows."""


@dataclass(slots=True)
class _Question:
    """A question as it stands: lines between empty ones."""

    line: int
    text: str
    category: str = ""
    choices: list[tuple[str, str, str]] = field(default_factory=list)


def haul(texts: dict[str, str], dialect: Dialect, losses: Losses) -> Haul:
    """Return the questions of GIFT files."""
    found = Haul(files=len(texts))
    for path, text in texts.items():
        before = len(found.items)
        for question in _questions(text):
            one = _item(question, path, losses)
            found.items += [one] if one is not None else []
        if len(found.items) == before:
            found.empty.append(path)
    return found


def _questions(text: str) -> list[_Question]:
    """Cut a file into questions; comments and categories are taken out."""
    found: list[_Question] = []
    category = ""
    open_ = False
    for n, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("//"):
            continue
        if line.startswith("$CATEGORY:"):
            category, open_ = line.partition(":")[2].strip().rpartition("/")[2], False
        elif not line.strip():
            open_ = False
        elif open_:
            found[-1].text += f"\n{line}"
        else:
            found.append(_Question(n, line, category))
            open_ = True
    return found


def _item(question: _Question, path: str, losses: Losses) -> Item | None:
    text = ESCAPE.sub(lambda m: f"{HIDDEN}{ord(m[1]):03d}", question.text).strip()
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
    ask = line_nodes(reader.blocks(words))
    if not ask:
        losses.tell("I203", "this question asks nothing", (path, question.line), "write the question, or delete it")
        return None
    item = Item(path, question.line, ask, section=question.category, given=_shown(title))
    reader.answers(item, body, losses)
    return item


def _shown(text: str) -> str:
    return re.sub(f"{HIDDEN}(\\d{{3}})", lambda m: chr(int(m[1])), text).strip()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the texts of one question."""

    path: str
    line: int
    kind: str

    def blocks(self, text: str) -> list[Node]:
        return foreign_text.blocks(_shown(text).replace("\\n", "\n"), self.kind, self.line)

    def answers(self, item: Item, body: str, losses: Losses) -> None:
        """Put into a question what stands between its braces."""
        body, _, general = body.partition("####")
        body = body.strip()
        if re.fullmatch(r"(?:T|F|TRUE|FALSE)(?:#.*)?", body, re.IGNORECASE | re.DOTALL):
            item.choices = [Picked(paragraph(w, self.line).children, w[0] == body[0].upper()) for w in ("True", "False")]
        elif body.startswith("#"):
            item.answer = [paragraph(_shown(body[1:].lstrip("=").replace(":", " ± ")), self.line)]
        else:
            self.options(item, self.parts(body), losses)
        item.answer += self.blocks(general) if general.strip() else []
        if not item.answer and not item.choices:
            losses.tell("I201", "no answer", (self.path, self.line), "write the answer, in the source or in the book")

    def parts(self, body: str) -> list[tuple[str, str, str]]:
        """Return the options: sign, words, feedback."""
        found = []
        for part in re.finditer(r"([~=])([^~=]*)", body):
            words, _, note = part[2].partition("#")
            found.append((part[1], words.strip(), note.strip()))
        return found

    def options(self, item: Item, parts: list[tuple[str, str, str]], losses: Losses) -> None:
        """Make choices, pairs, or accepted answers of options."""
        if any("->" in words for _, words, _ in parts):
            rows = [words.split("->", 1) for _, words, _ in parts if "->" in words]
            cells = [[Node("cell", self.line, line_nodes(self.blocks(cell))) for cell in row] for row in [["Item", "Match"], *rows]]
            item.answer = [Node("table", self.line, [Node("row", self.line, row) for row in cells])]
        elif any(sign == "~" for sign, _, _ in parts):
            item.choices = [self.choice(*part) for part in parts if part[1]]
        elif parts:
            accepted = [Node("item", self.line, self.blocks(words)) for _, words, _ in parts]
            item.answer = accepted[0].children if len(accepted) == 1 else [Node("list", self.line, accepted)]

    def choice(self, sign: str, words: str, note: str) -> Picked:
        """Return a choice; one with a positive weight is correct."""
        weight = WEIGHT.match(words)
        correct = sign == "=" or (weight is not None and float(weight[1]) > 0)
        words = words[weight.end() :] if weight else words
        return Picked(line_nodes(self.blocks(words)), correct, line_nodes(self.blocks(note)) if note else [])
