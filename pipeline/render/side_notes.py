"""Put what belongs to the paragraphs and figures of an answer into the side column, beside them.

A paragraph has the definition of a term of the glossary that it uses first, or the small figure that stands after it; a figure has
its caption. WeasyPrint 70 does not tell how much room a column has. So each goes only beside what is higher than it, as far as can be
said beforehand, and what no page's end breaks: it covers no other, nor what stands at the head of the question, and never ends below
the foot. In the order of reading it follows what it stands beside.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape

from pipeline import markup, theme
from pipeline.model import Drawing, Question
from pipeline.model.matter import Glossary, Term
from pipeline.publication import Publication, Section
from pipeline.render.word_widths import lines, wide
from pipeline.section_kinds import QUESTION
from pipeline.theme import script_of

TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)[^<>]*?(/?)>")
EMPTY = frozenset({"br", "img", "wbr", "hr", "col"})
STAYING = ("<p>", "<h", "<ul", "<ol", "<dl", "<blockquote", '<div class="equation">')
FIGURE = re.compile(
    r'<figure id="figure-([^"]*)"( class="small")?><img [^>]*/><figcaption>((?:(?!<img ).)*)</figcaption></figure>', re.DOTALL
)
"""One with a formula in its caption stays whole: how high that is cannot be said."""
CAPTION = re.compile("</?figcaption>")
SIDES = re.compile(rb'viewBox="[-+.\de]+[\s,]+[-+.\de]+[\s,]+([.\d]+)[\s,]+([.\d]+)"')
TOGETHER = 4
"""Blocks of text at most that one small figure stands beside: no page's end breaks them."""
SCORES = 95.0
"""Points that the box for one's own scores takes in the side column."""
TOP, BETWEEN = 48.0, 5.0
"""Points from the head of a question down to its side column, and between what stands there, or a drawing and its caption."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of the pages of an edition, in points."""

    text: float
    side: float
    leading: float
    """Of text, where it is set tightest."""
    side_leading: float

    @classmethod
    def of(cls, publication: Publication) -> Measures:
        """Return those of its narrowest paper."""
        look = publication.look
        areas = [look.area(paper) for paper in publication.edition.papers or tuple(look.tokens.papers)]
        text, side = (min(area[n] for area in areas) for n in (0, 2))
        tightest = min(float(look.tokens.type.text.partition("/")[2]), theme.points(look.tokens.tight.text))
        return cls(text, side, tightest, float(look.tokens.type.side.partition("/")[2]))


@dataclass(frozen=True, slots=True)
class Block:
    """An element of an answer that stands in no other."""

    xhtml: str
    start: int
    high: float
    """Points that it is high at least."""
    is_free: bool
    """Whether it stands below what is beside the head of the question."""

    @property
    def end(self) -> int:
        """Where it ends in the answer."""
        return self.start + len(self.xhtml)


class SideNotes:
    """The notes of one question."""

    def __init__(self, publication: Publication, section: Section) -> None:
        """Take the question's section."""
        self._publication, self._look, self._section = publication, publication.look, section
        self._measures = Measures.of(publication)

    @property
    def are_wanted(self) -> bool:
        """Whether the look has them, and the question a page with a side column."""
        return self._look.tokens.side_notes and self._measures.side > 0 and self._section.starts_page and self._section.kind == QUESTION

    def beside(self, answer: str) -> str:
        """Return an answer as XHTML with its notes."""
        question = self._section.record
        assert isinstance(question, Question)
        waiting, done, found = dict(self._terms(question)), 0, list[str]()
        for group in self._groups(self._blocks(answer, question)):
            start, end, last = group[0].start, group[-1].end, group[-1]
            if len(group) > 1:
                noted = _noted(answer[start : group[-2].end], _in_column(last.xhtml))
            elif last.is_free:
                noted = _noted(last.xhtml, self._defined(last, waiting)) or self._captioned(last.xhtml)
            else:
                noted = ""
            found += [answer[done:start], noted or answer[start:end]]
            done = end
        return "".join(found) + answer[done:]

    def _blocks(self, answer: str, question: Question) -> Iterator[Block]:
        used, free = self._above(question), self._head(question)
        for start, end in _elements(answer):
            high = self._least_height(answer[start:end])
            yield Block(answer[start:end], start, high, used >= free)
            used += high

    def _groups(self, blocks: Iterable[Block]) -> Iterator[list[Block]]:
        """Yield each block by itself, but a small figure with the text before it that it may stand beside."""
        before: list[Block] = []
        for block in blocks:
            if beside := self._text_beside(block, before):
                yield from ([other] for other in before[: -len(beside)])
                yield [*beside, block]
                before = []
            else:
                before.append(block)
        yield from ([block] for block in before)

    def _text_beside(self, block: Block, before: Sequence[Block]) -> Sequence[Block]:
        """Return the paragraphs and formulas before a small figure that are, together, as high; none when there are not enough."""
        found = FIGURE.fullmatch(block.xhtml)
        drawn = self._drawn(found[1], self._measures.side) if found and found[2] else 0.0
        if not found or not drawn:
            return ()
        lacking = drawn + BETWEEN + self._column_height(_words(found[3]))
        for count in range(1, min(TOGETHER, len(before)) + 1):
            text = before[-count]
            if not text.is_free or not text.xhtml.startswith(("<p>", '<div class="equation">')):
                break
            lacking -= text.high
            if lacking <= 0:
                return before[-count:]
        return ()

    def _least_height(self, block: str) -> float:
        """Return how high a block is at least; what may trade places with the text after it counts for nothing."""
        if not block.startswith(STAYING):
            return 0.0
        return max(1, self._height(_words(block), theme.SERIF, self._measures.text, "text")) * self._measures.leading

    def _defined(self, block: Block, waiting: dict[str, tuple[Term, str]]) -> str:
        """Return the note on the first of the terms that wait which a paragraph uses, and take it from them."""
        if not block.xhtml.startswith("<p>"):
            return ""
        words = _words(block.xhtml)
        name = next((name for name in waiting if self._fits(*waiting[name], words, block.high)), "")
        return _note(*waiting.pop(name), is_linked=f"term-{name}" in self._publication.names) if name else ""

    def _captioned(self, figure: str) -> str:
        """Return a figure with its caption in the side column, where that is no higher than the drawing."""
        found = FIGURE.fullmatch(figure)
        if not found or found[2] or self._column_height(_words(found[3])) > self._drawn(found[1], self._measures.text):
            return ""
        caption = f'<figcaption class="side-note">{_lines(found[3])}</figcaption>'
        return figure.replace("<figure ", '<figure class="noted" ', 1).replace(f"<figcaption>{found[3]}</figcaption>", caption)

    def _drawn(self, name: str, width: float) -> float:
        """Return how high a figure's drawing is when it is so wide; 0 when it has none, or does not say."""
        drawing: Drawing | None = self._publication.resources["drawings"].get(name)
        sides = SIDES.search(drawing.svg) if drawing else None
        return width * float(sides[2]) / float(sides[1]) if sides else 0.0

    def _terms(self, question: Question) -> Iterator[tuple[str, tuple[Term, str]]]:
        """Yield the terms that may be noted, each with its definition in plain words; those that the question asks about are not."""
        asked = " ".join(f"{question.ask} {question.called}".split())
        listed = (s.record for s in self._publication.sections if isinstance(s.record, Glossary))
        for term in (term for glossary in listed for term in glossary.terms):
            text = markup.parse(term.definition, inline=True)
            if not (text.formulas or text.faults or _used(term.term, asked)):
                yield term.id, (term, markup.plain(text))

    def _fits(self, term: Term, definition: str, words: str, high: float) -> bool:
        return _used(term.term, words) and self._column_height(f"{term.term}: {definition}") <= high

    def _column_height(self, words: str) -> float:
        return self._height(words, theme.SANS, self._measures.side, "side") * self._measures.side_leading

    def _height(self, words: str, family: str, room: float, size: str) -> int:
        """Return how many lines words take at least in the text, and in fact in the side column."""
        ems = room / float(getattr(self._look.tokens.type, size).partition("/")[0])
        units = wide(self._look, family, " ".join(words.split()))
        return lines(units, ems) if size == "side" else math.ceil(0.97 * sum(units) / ems)

    def _above(self, question: Question) -> float:
        """Return how high at least is what stands above the answer: the title, and the short answer."""
        title = float(self._look.tokens.type.question.partition("/")[2])
        summary = self._height(question.summary or "", theme.SERIF, self._measures.text, "text") * self._measures.leading
        return title + (summary + 2 * self._measures.leading if question.summary and "summary" in self._section.parts else 0.0)

    def _head(self, question: Question) -> float:
        """Return how far down the side column is taken at most by what stands at the head of the question."""
        rows = bool(question.level) + bool(question.minutes) + 2 * bool(question.speak) + 2 * len(question.topics)
        scores = SCORES if "rubric" in self._section.parts and question.rubric else 0.0
        return TOP + rows * self._measures.side_leading + 4 * BETWEEN + scores


def _elements(xhtml: str) -> Iterator[tuple[int, int]]:
    """Yield where the elements of a text begin and end that stand in no other."""
    depth = start = 0
    for tag in TAG.finditer(xhtml):
        if tag[3] or tag[2] in EMPTY:
            continue
        if not tag[1] and depth == 0:
            start = tag.start()
        depth += -1 if tag[1] else 1
        if tag[1] and depth == 0:
            yield start, tag.end()


def _words(xhtml: str) -> str:
    """Return the words of a text, one space between any two."""
    return " ".join(unescape(TAG.sub("", xhtml)).split())


def _noted(block: str, note: str) -> str:
    return note and f'<div class="noted">{block}{note}</div>'


def _in_column(figure: str) -> str:
    """Return a small figure for the side column."""
    head, caption, tail = CAPTION.split(figure.replace('class="small"', 'class="small side-note"', 1))
    return f"{head}<figcaption>{_lines(caption)}</figcaption>{tail}"


def _lines(xhtml: str) -> str:
    """Return what stands in the side column as one box in a line, which no page's end breaks."""
    return f'<span class="side-lines">{xhtml}</span>'


def _used(term: str, words: str) -> bool:
    """Tell whether words use a term, by itself or with an ending of its plural; where no spaces part words, anywhere."""
    if term.lower() not in words.lower():
        return False  # as most are, in a hundredth of the time
    form = re.escape(term) if any(script_of(letter, "Hans") for letter in term) else rf"(?<!\w){re.escape(term)}(?:s|es)?(?!\w)"
    return re.search(form, words, re.IGNORECASE) is not None


def _note(term: Term, definition: str, *, is_linked: bool) -> str:
    name = escape(term.term)
    shown = f'<a href="#term-{term.id}">{name}</a>' if is_linked else name
    words = f'<b class="note-term">{shown}</b>: {escape(definition)}'
    return f'<aside class="side-note paper-only">{_lines(words)}</aside>'
