"""Read quizzes that are XML: those of Moodle, and the items of QTI."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html import escape
from typing import Final
from urllib.parse import quote

from lxml import etree

from pipeline.bring import foreign_text
from pipeline.bring.banks import Dialect
from pipeline.bring.haul import Item, Losses, Node, Picked, in_parts, line_nodes, paragraph, points, said
from pipeline.bring.quizzes import PARTS, accepted, last_title, pairs_table, tagged

DEEPEST_XML: Final = 100
MOST_ELEMENTS: Final = 500_000
"""Elements of one file."""
INTERACTIONS: Final = frozenset({"choiceinteraction", "textentryinteraction", "extendedtextinteraction", "inlinechoiceinteraction"})
Element = etree._Element


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
            category = last_title(_text(question.find("category")))
        elif question.tag == "question" and (item := _Moodle(path, question, losses).item()):
            item.section = category
            tagged(item, (_text(tag) for tag in question.iter("tag")), dialect)
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
        self.enclosed: dict[str, bytes] = {}

    def blocks(self, element: Element | None) -> list[Node]:
        """Return a text as blocks, in the format that it says."""
        kind = element.get("format", "html") if element is not None else "html"
        text = _text(element)
        for file in element.findall("file") if element is not None else ():
            text = self._with(text, file.get("name", ""), file.text or "")
        return foreign_text.blocks(text, {"markdown": "markdown", "plain_text": "plain"}.get(kind, "html"), self.line)

    def _with(self, text: str, name: str, written: str) -> str:
        """Take a file that a text brings along; return the text with an address that no other file has."""
        with suppress(ValueError):
            data = base64.b64decode(written)
            address = f"enclosed/{hashlib.sha256(data).hexdigest()[:8]}/{quote(name)}"
            self.enclosed[address] = data
            for form in (quote(name), name):
                text = text.replace(f'"@@PLUGINFILE@@/{form}"', f'"{address}"')
        return text

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
        item.key_points, item.enclosed = points(parts.get("key_points", [])), self.enclosed
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
            item.answer.append(pairs_table([[foreign_text.from_html(cell, self.line) for cell in row] for row in rows], self.line))
        else:
            good = [self.blocks(answer) for answer in answers if _fraction(answer) > 0 and _text(answer)]
            grader = self.question.find("graderinfo")
            good += [self.blocks(grader)] if grader is not None and _text(grader) else []
            item.answer += accepted(good, self.line)


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
