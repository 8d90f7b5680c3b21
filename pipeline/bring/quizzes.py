"""Read quizzes: the texts GIFT and Aiken, and the XML of Moodle and of QTI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from lxml import etree

from pipeline.bring import foreign_text
from pipeline.bring.banks import Dialect
from pipeline.bring.haul import Item, Losses, Node, Picked, in_parts, line_nodes, paragraph, points, said

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
DEEPEST_XML: Final = 100
MOST_ELEMENTS: Final = 500_000
"""Elements of one file."""
INTERACTIONS: Final = frozenset({"choiceinteraction", "textentryinteraction", "extendedtextinteraction", "inlinechoiceinteraction"})
Element = etree._Element


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
            _tag(item, [words for name, words in question.facts if name == "tag"], dialect)
            yield item


def _tag(item: Item, tags: Iterable[str], dialect: Dialect) -> None:
    """Give a question its topics, and the level that a tag says."""
    listed = list(tags)
    item.level = next((dialect.levels.get(tag.removeprefix(LEVEL), "") for tag in listed if tag.startswith(LEVEL)), item.level)
    item.topics = tuple(tag for tag in listed if not tag.startswith(LEVEL))[:6]


def _split(path: str) -> str:
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
            category, open_ = _split(line.partition(":")[2]), False
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
    given = next((words for name, words in question.facts if name == "id"), _shown(title))
    item = Item(path, question.line, ask, section=question.category, given=given)
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
            item.answer = [_table([[self.blocks(cell) for cell in row] for row in rows], self.line)]
        elif any(sign == "~" for sign, _, _ in parts):
            item.choices = [self.choice(*part) for part in parts if part[1]]
        else:
            item.answer = _accepted([self.blocks(words) for _, words, _ in parts], self.line)

    def choice(self, sign: str, words: str, note: str) -> Picked:
        """Return a choice; one with a positive weight is correct."""
        weight = WEIGHT.match(words)
        correct = sign == "=" or (weight is not None and float(weight[1]) > 0)
        words = words[weight.end() :] if weight else words
        return Picked(line_nodes(self.blocks(words)), correct, line_nodes(self.blocks(note)) if note else [])


def _table(rows: list[list[list[Node]]], line: int) -> Node:
    """Return a table of what belongs together."""
    return Node("table", line, [Node("row", line, [Node("cell", line, line_nodes(cell)) for cell in row]) for row in rows])


def _accepted(answers: list[list[Node]], line: int) -> list[Node]:
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


def _elements(text: str, path: str, losses: Losses) -> Iterable[Element]:
    """Return the elements of a file; entities, document types, and what nests too deep are refused."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        losses.tell("I105", f"not well-formed: {str(error.msg)[:120]}", (path, error.lineno or 1), "mend the XML here, or above")
        return ()
    if "<!DOCTYPE" in text[:5000]:
        losses.tell("I105", "a document type is not read", (path, 1), "delete the line <!DOCTYPE ...>")
        return ()
    depth = 0
    for count, (event, _) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST_XML or count > 2 * MOST_ELEMENTS:
            losses.tell("I102", f"more than {DEEPEST_XML} levels or {MOST_ELEMENTS:,} elements", (path, 1), "split the file")
            return ()
    return root.iter()


def _line(element: Element) -> int:
    return int(getattr(element, "sourceline", 0) or 1)


def moodle(path: str, text: str, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield the questions of Moodle's XML."""
    category = ""
    for question in _elements(text, path, losses):
        if question.tag == "question" and question.get("type") == "category":
            category = _split(_text(question.find("category")))
        elif question.tag == "question" and (item := _Moodle(path, question, losses).item()):
            item.section = category
            _tag(item, (_text(tag) for tag in question.iter("tag")), dialect)
            yield item


def _text(element: Element | None) -> str:
    """Return the words of an element, or of the <text> in it."""
    inner = element.find("text") if element is not None else None
    chosen = inner if inner is not None else element
    return "".join(map(str, chosen.itertext())).strip() if chosen is not None else ""


class _Moodle:
    """Reads one question of Moodle."""

    def __init__(self, path: str, question: Element, losses: Losses) -> None:
        self.path, self.question, self.losses = path, question, losses
        self.line = _line(question)
        self.type = question.get("type", "")

    def blocks(self, element: Element | None) -> list[Node]:
        """Return a text as blocks, in the format that it says."""
        kind = element.get("format", "html") if element is not None else "html"
        return foreign_text.blocks(_text(element), {"markdown": "markdown", "plain_text": "plain"}.get(kind, "html"), self.line)

    def item(self) -> Item | None:
        """Return the question; what is none is told."""
        where = (self.path, self.line)
        ask = self.blocks(self.question.find("questiontext"))
        if self.type == "description" or not said(ask):
            self.losses.tell("I203", f"a '{self.type[:40]}' that asks nothing", where, "leave it, or write it into the book by hand")
            return None
        if self.type == "cloze":
            self.losses.tell("I203", "gaps of a cloze question stay as they are written", where, "mend the question in the book")
        lead = next((n for n, block in enumerate(ask) if block.kind in ("listing", "table") or block.info), len(ask))
        item = Item(self.path, self.line, line_nodes(ask[:lead]) or paragraph("…", self.line).children, list(ask[lead:]))
        item.given = self.question.get("idnumber", "") or _text(self.question.find("idnumber"))
        self.answers(item)
        before, parts = in_parts(self.blocks(self.question.find("generalfeedback")), PARTS)
        item.answer += before
        item.key_points = points(parts.get("key_points", []))
        if not item.answer and not item.choices:
            self.losses.tell("I201", "no answer", where, "write the answer, in the source or in the book")
        return item

    def answers(self, item: Item) -> None:
        """Put answers into a question: choices, pairs, or what is accepted."""
        answers = self.question.findall("answer")
        if self.type in ("multichoice", "truefalse"):
            for answer in answers:
                note = line_nodes(self.blocks(answer.find("feedback")))
                words = self.blocks(answer) if self.type == "multichoice" else [paragraph(_text(answer).capitalize(), self.line)]
                item.choices.append(Picked(line_nodes(words), _fraction(answer) > 0, note))
        elif self.type == "matching":
            rows = [["Item", "Match"], *([_text(s), _text(s.find("answer"))] for s in self.question.findall("subquestion"))]
            item.answer.append(_table([[foreign_text.from_html(cell, self.line) for cell in row] for row in rows], self.line))
        else:
            good = [self.blocks(answer) for answer in answers if _fraction(answer) > 0 and _text(answer)]
            grader = self.question.find("graderinfo")
            good += [self.blocks(grader)] if grader is not None and _text(grader) else []
            item.answer += _accepted(good, self.line)


def _fraction(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


def qti(path: str, text: str, dialect: Dialect, losses: Losses) -> Iterator[Item]:
    """Yield the choice and text items of QTI 2.1 and 3.0."""
    for element in _elements(text, path, losses):
        if _name(element) == "assessmentitem" and (item := _Qti(path, element, losses).item()):
            yield item


def _name(element: Element) -> str:
    """Return the name of an element as both versions have it: choiceinteraction for qti-choice-interaction."""
    if not isinstance(element.tag, str):
        return ""
    return etree.QName(element).localname.lower().removeprefix("qti-").replace("-", "")


def _below(element: Element, *names: str) -> Iterator[Element]:
    return (inner for inner in element.iter() if _name(inner) in names)


class _Qti:
    """Reads one item of QTI."""

    def __init__(self, path: str, element: Element, losses: Losses) -> None:
        self.path, self.element, self.losses = path, element, losses
        self.line = _line(element)

    def item(self) -> Item | None:
        """Return the question; an item of another kind is told."""
        where = (self.path, self.line)
        body = next(_below(self.element, "itembody"), None)
        interactions = [e for e in self.element.iter() if _name(e).endswith("interaction")]
        if body is None or any(_name(e) not in INTERACTIONS for e in interactions) or len(interactions) > 1:
            kinds = ", ".join(sorted({_name(e) for e in interactions})) or "no item body"
            self.losses.tell("I203", f"an item that no question can stand for: {kinds[:120]}", where, "write it into the book by hand")
            return None
        ask = foreign_text.from_html(self.html(body), self.line)
        item = Item(self.path, self.line, line_nodes(ask), given=self.element.get("identifier", ""))
        if not said(ask):
            item.ask = paragraph(self.element.get("title", ""), self.line).children
        declared = (response for d in _below(self.element, "responsedeclaration") for response in _below(d, "correctresponse"))
        keys = [_text(value) for response in declared for value in _below(response, "value")]
        options = list(_below(self.element, "simplechoice", "inlinechoice"))
        for option in options:
            words = foreign_text.from_html(self.html(option), self.line)
            item.choices.append(Picked(line_nodes(words), option.get("identifier") in keys))
        feedback = [block for f in _below(self.element, "modalfeedback") for block in foreign_text.from_html(self.html(f), self.line)]
        item.answer = ([] if options else [paragraph(key, self.line) for key in keys]) + feedback
        if not item.answer and not item.choices:
            self.losses.tell("I201", "no answer", where, "write the answer, in the source or in the book")
        return item if said(item.ask) else None

    def html(self, element: Element) -> str:
        """Return what an element says as HTML, without choices, feedback, and rubrics."""
        parts = [escape(element.text or "")]
        for inner in element:
            name = _name(inner)
            if name in ("simplechoice", "inlinechoice", "rubricblock", "feedbackinline", "modalfeedback"):
                continue
            words = self.html(inner)
            if name in ("textentryinteraction", "inlinechoiceinteraction"):
                words = " … "
            elif name == "img":
                words = f'<img src="{escape(inner.get("src", ""))}" alt="{escape(inner.get("alt", ""))}">'
            elif name in ("prompt", "choiceinteraction", "extendedtextinteraction"):
                words = f"<p>{words}</p>"
            elif name and name not in ("itembody", "contentbody", "math"):
                words = f"<{name}>{words}</{name}>"
            parts += [words, escape(inner.tail or "")]
        return "".join(parts)
