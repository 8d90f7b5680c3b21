"""Put the definitions of the glossary's terms into the side column, beside the first paragraph of an answer that uses them.

WeasyPrint 70 does not tell how much room a column has. So a note goes only beside a paragraph that is higher than it, as far as can
be said beforehand, and that no page's end breaks: it covers no other, nor what stands at the head of the question, and never ends
below the foot. In the order of reading it follows its paragraph.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from pipeline import markup, theme
from pipeline.model import Question
from pipeline.model.matter import Glossary, Term
from pipeline.publication import Publication, Section
from pipeline.render.word_widths import lines, wide
from pipeline.section_kinds import QUESTION
from pipeline.theme import script_of

TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)[^<>]*?(/?)>")
EMPTY = frozenset({"br", "img", "wbr", "hr", "col"})
SCORES = 95.0
"""Points that the box for one's own scores takes in the side column."""
TOP, BETWEEN = 48.0, 5.0
"""Points from the head of a question down to its side column, and between what stands there."""


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
        used, free = self._above(question), self._head(question)
        for start, end in _paragraphs(answer):
            words = unescape(TAG.sub("", answer[start:end]))
            high = self._height(words, theme.SERIF, self._measures.text, "text") * self._measures.leading
            name = next((name for name in waiting if used >= free and self._fits(*waiting[name], words, high)), "")
            if name:
                note = _note(*waiting.pop(name), is_linked=f"term-{name}" in self._publication.names)
                found += [answer[done:start], f'<div class="noted">{answer[start:end]}{note}</div>']
                done = end
            used += high
        return "".join(found) + answer[done:]

    def _terms(self, question: Question) -> Iterator[tuple[str, tuple[Term, str]]]:
        """Yield the terms that may be noted, each with its definition in plain words; those that the question asks about are not."""
        listed = (s.record for s in self._publication.sections if isinstance(s.record, Glossary))
        for term in (term for glossary in listed for term in glossary.terms):
            text = markup.parse(term.definition, inline=True)
            if not (text.formulas or text.faults or _used(term.term, f"{question.ask} {question.called}")):
                yield term.id, (term, markup.plain(text))

    def _fits(self, term: Term, definition: str, words: str, high: float) -> bool:
        if not _used(term.term, words):
            return False
        return self._height(f"{term.term}: {definition}", theme.SANS, self._measures.side, "side") * self._measures.side_leading <= high

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


def _paragraphs(xhtml: str) -> Iterator[tuple[int, int]]:
    """Yield where the paragraphs of a text begin and end that stand in nothing else."""
    depth = start = 0
    for tag in TAG.finditer(xhtml):
        if tag[3] or tag[2] in EMPTY:
            continue
        depth += -1 if tag[1] else 1
        if tag[1] and depth == 0 and tag[2] == "p" and xhtml.startswith("<p>", start):
            yield start, tag.end()
        elif not tag[1] and depth == 1:
            start = tag.start()


def _used(term: str, words: str) -> bool:
    """Tell whether words use a term, by itself or with an ending of its plural; where no spaces part words, anywhere."""
    form = re.escape(term) if any(script_of(letter, "Hans") for letter in term) else rf"(?<!\w){re.escape(term)}(?:s|es)?(?!\w)"
    return re.search(form, " ".join(words.split()), re.IGNORECASE) is not None


def _note(term: Term, definition: str, *, is_linked: bool) -> str:
    name = escape(term.term)
    shown = f'<a href="#term-{term.id}">{name}</a>' if is_linked else name
    words = f'<b class="note-term">{shown}</b>: {escape(definition)}'
    return f'<aside class="side-note paper-only"><span class="side-lines">{words}</span></aside>'
