"""Read XML of other tools: Moodle's questions, and choice and text items of QTI 2.1 and 3.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from pipeline.bring import foreign_text
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Haul, Item, Losses, Node, Picked, line_nodes, paragraph, said

DEEPEST: Final = 100
MOST: Final = 500_000
"""Elements of one file."""
INTERACTIONS: Final = frozenset({"choiceinteraction", "textentryinteraction", "extendedtextinteraction", "inlinechoiceinteraction"})
Element = etree._Element


def parsed(text: str, path: str, losses: Losses) -> Element | None:
    """Return the root of a file; entities, document types, and what nests too deep are refused."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        losses.tell("I105", f"not well-formed: {str(error.msg)[:120]}", (path, error.lineno or 1), "mend the XML here, or above")
        return None
    if "<!DOCTYPE" in text[:5000]:
        losses.tell("I105", "a document type is not read", (path, 1), "delete the line <!DOCTYPE ...>")
        return None
    depth = 0
    for count, (event, _) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST or count > 2 * MOST:
            losses.tell("I102", f"more than {DEEPEST} levels or {MOST:,} elements", (path, 1), "split the file")
            return None
    return root


def _line(element: Element) -> int:
    return int(getattr(element, "sourceline", 0) or 1)


def moodle(texts: dict[str, str], dialect: Dialect, losses: Losses) -> Haul:
    """Return the questions of Moodle XML."""
    found = Haul(files=len(texts))
    for path, text in texts.items():
        before = len(found.items)
        root = parsed(text, path, losses)
        category = ""
        for question in root.iter("question") if root is not None else ():
            if question.get("type") == "category":
                category = _text(question.find("category")).rpartition("/")[2]
                continue
            item = _Moodle(path, question, losses).item()
            if item is not None:
                item.section = category
                found.items.append(item)
        if len(found.items) == before:
            found.empty.append(path)
    return found


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
        lead = next((n for n, block in enumerate(ask) if block.kind in ("listing", "table")), len(ask))
        item = Item(self.path, self.line, line_nodes(ask[:lead]) or paragraph("…", self.line).children, list(ask[lead:]))
        item.given = self.question.get("idnumber", "") or _text(self.question.find("idnumber"))
        item.topics = tuple(_text(tag) for tag in self.question.iter("tag"))[:6]
        self.answers(item)
        item.answer += self.blocks(self.question.find("generalfeedback"))
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
            cells = [[Node("cell", self.line, line_nodes(foreign_text.from_html(c, self.line))) for c in row] for row in rows]
            item.answer.append(Node("table", self.line, [Node("row", self.line, row) for row in cells]))
        else:
            good = [self.blocks(answer) for answer in answers if _fraction(answer) > 0 and _text(answer)]
            grader = self.question.find("graderinfo")
            good += [self.blocks(grader)] if grader is not None and _text(grader) else []
            several = [Node("list", self.line, [Node("item", self.line, one) for one in good])] if good else []
            item.answer += good[0] if len(good) == 1 else several


def _fraction(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


def qti(texts: dict[str, str], dialect: Dialect, losses: Losses) -> Haul:
    """Return the choice and text items of QTI."""
    found = Haul(files=len(texts))
    for path, text in texts.items():
        before = len(found.items)
        root = parsed(text, path, losses)
        for element in root.iter() if root is not None else ():
            if _name(element) == "assessmentitem":
                item = _Qti(path, element, losses).item()
                found.items += [item] if item is not None else []
        if len(found.items) == before and not path.endswith("imsmanifest.xml"):
            found.empty.append(path)
    return found


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
        keys = [_text(value) for declared in _below(self.element, "responsedeclaration") for value in self.correct(declared)]
        options = list(_below(self.element, "simplechoice", "inlinechoice"))
        for option in options:
            words = foreign_text.from_html(self.html(option), self.line)
            item.choices.append(Picked(line_nodes(words), option.get("identifier") in keys))
        feedback = [block for f in _below(self.element, "modalfeedback") for block in foreign_text.from_html(self.html(f), self.line)]
        item.answer = ([] if options else [paragraph(key, self.line) for key in keys]) + feedback
        if not item.answer and not item.choices:
            self.losses.tell("I201", "no answer", where, "write the answer, in the source or in the book")
        return item if said(item.ask) else None

    def correct(self, declared: Element) -> list[Element]:
        """Return the values of the correct response."""
        return [value for response in _below(declared, "correctresponse") for value in _below(response, "value")]

    def html(self, element: Element) -> str:
        """Return what an element says as HTML, without choices, feedback, and rubrics."""
        parts = [_escaped(element.text)]
        for inner in element:
            name = _name(inner)
            if name in ("simplechoice", "inlinechoice", "rubricblock", "feedbackinline", "modalfeedback"):
                continue
            words = self.html(inner)
            if name in ("textentryinteraction", "inlinechoiceinteraction"):
                words = " … "
            elif name == "img":
                words = f'<img src="{_escaped(inner.get("src"))}" alt="{_escaped(inner.get("alt"))}">'
            elif name in ("prompt", "choiceinteraction", "extendedtextinteraction"):
                words = f"<p>{words}</p>"
            elif name and name not in ("itembody", "contentbody", "math"):
                words = f"<{name}>{words}</{name}>"
            parts += [words, _escaped(inner.tail)]
        return "".join(parts)


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
