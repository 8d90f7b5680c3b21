"""Find the words and sentences that a reader reads, each with its place, and check sentences: code, formulas, and ids are masked out.

A masked text has the length of its source, so that every offset in it is an offset in the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from pipeline import markup, theme
from pipeline.checks.places import Found, Spot, fault, passages, register
from pipeline.markup import dialect
from pipeline.model import Book, Chapter, Keys, Origin, Prose, Question, Record, Work
from pipeline.work import cache, thresholds

WORD, NOTHING, BREAK = "\0", "\1", "\2"
"""What stands in a masked text for something read as a word, for markup alone, and for what ends a paragraph."""
MASKED: Final = re.compile(
    rf"""
    (?P<block> {dialect.FENCE} | {dialect.DISPLAY} | {dialect.FIGURE} | {dialect.ADMONITION} | ^[ ]*{dialect.FOOTNOTE}:
             | {dialect.COMMENT} | {dialect.DEFINED} )
  | (?P<word> {dialect.CODE} | {dialect.FORMULA} | {dialect.NAMED}\]\] | {dialect.VALUE} | {dialect.ADDRESS} )
  | (?P<nothing> {dialect.ESCAPED} | {dialect.NAMED}\| | {dialect.LINKED} | {dialect.FOOTNOTE} | (?=\{{\.){dialect.ATTRIBUTES}
               | {dialect.TAG} | {dialect.TASK} )
    """,
    re.MULTILINE | re.VERBOSE,
)
FILLERS: Final = {"block": BREAK, "word": WORD, "nothing": NOTHING}
PARTED: Final = re.compile(rf"{BREAK}+|\n[ \t]*\n|\||{dialect.OPENING}", re.MULTILINE)
ENDED: Final = re.compile(rf"[.!?][\"')\]*_{NOTHING}”’]*(?=\s)")
HEADING: Final = re.compile(r"(?<= )(?:term|sub)=\"([^\"{}]*)\"")
MARKS: Final = re.compile(rf"[*_\"“”\[\]{NOTHING}]+")
LONGEST: Final = 40
"""Words of a sentence."""
SHORTEST: Final = 6
"""Words of a sentence that a reader would know again."""
QUOTED: Final = (("ask",), ("title",))
TWICE: Final = re.compile(r"\b([^\W\d_]{2,})[ \t]*(?:\n[ \t]*|[ \t])\1\b", re.IGNORECASE)
PRINTED: Final = frozenset({"M206", "M210", "M212"})
"""Slips of the hand that are slips in plain text too."""
T = TypeVar("T")


def known() -> cache.Shelf:
    """Return what checks know of texts and words that they have seen: the sentences, and what a check found."""
    return cache.shelf("checked", most=4 * thresholds.ON_A_SHELF)


@dataclass(frozen=True)
class Stretch:
    """A text of the book as a reader reads it, and where it was written."""

    record: Record
    keys: Keys
    source: str
    mask: Callable[[str], str]
    """Mask what is not read as words."""
    origin: Origin

    @cached_property
    def masked(self) -> str:
        """The text with everything masked that is not read as words."""
        return self.mask(self.source)

    @cached_property
    def name(self) -> str:
        """A name for the text and how it is read."""
        return cache.digest(self.mask.__name__, self.source)

    def spot(self, offset: int, length: int = 1) -> Spot:
        """Return the place of some characters of the text."""
        line = self.source.count("\n", 0, offset) + 1
        place = self.origin.place_in(self.keys, line, offset - self.source.rfind("\n", 0, offset), length)
        return Spot(place, self.origin.source.line_text(place))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences, items, cells, and headings of the text."""
        return tuple(Sentence(self, *read) for read in self.measured)

    @property
    def measured(self) -> list[tuple[int, int, int, str]]:
        """Where each sentence begins and ends, how many words it has, and what it says."""
        name = f"sentences {self.name}"
        found: list[tuple[int, int, int, str]] | None = known().get(name)
        if found is None:
            found = _measured(self.masked, self.source)
            known().put(name, found)
        return found


@dataclass(frozen=True)
class Sentence:
    """A sentence: where it begins and ends in its text."""

    stretch: Stretch
    start: int
    end: int
    words: int
    """Words as a reader counts them: a formula or a reference is one."""
    said: str
    """A name for what the sentence says: another that says the same has it too."""

    @property
    def spot(self) -> Spot:
        """Place of its first word."""
        text = self.stretch.masked[self.start : self.end]
        first = next((n for n, c in enumerate(text) if c.isalnum() or c == WORD), 0)
        return self.stretch.spot(self.start + first)


def slips(check: str, stretch: Stretch, find: Callable[[str], Iterable[T]]) -> Sequence[T]:
    """Return the slips that a check finds in a masked text, which are remembered: each is a list of numbers and hints.

    No word of the text is among them: others may share what is remembered, and a guide may withhold the text.
    """
    name = f"{check} {stretch.name}"
    found: list[T] | None = known().get(name)
    if found is None:
        found = list(find(stretch.masked))
        known().put(name, found)
    return found


@lru_cache(maxsize=1)
def stretches(book: Book) -> tuple[Stretch, ...]:
    """Return every Markdown text of the book that can be read, but for the references of works, which are full of names."""
    return tuple(
        Stretch(p.record, p.keys, p.text.source, mask, p.origin)
        for p in passages(book)
        if not p.text.faults and not isinstance(p.record, Work)
    )


def labels(book: Book) -> Iterator[Stretch]:
    """Yield the texts without Markdown that a reader reads: titles, alternatives of figures, terms, headings of the index."""
    for record in book.records():
        for keys, text in _labels(record):
            yield Stretch(record, keys, text, whole, book.origin(record))
    for stretch in stretches(book):
        if "{.index " in stretch.source:
            yield Stretch(stretch.record, stretch.keys, stretch.source, headings, stretch.origin)


def _labels(record: Record) -> Iterator[tuple[Keys, str]]:
    names = ("alt", "term", "title", "subtitle", "description")
    plain = [f for f in names if isinstance(getattr(record, f, None), str) and not _is_prose(record, f)]
    yield from (((name,), getattr(record, name)) for name in plain)
    if isinstance(record, Question | Chapter):
        for n, mark in enumerate(record.index):
            yield from ((("index", n, key), text) for key in ("term", "sub") if (text := getattr(mark, key)))


def whole(text: str) -> str:
    """Return a text without Markdown, of which nothing is masked."""
    return text


def headings(source: str) -> str:
    """Return a text with everything masked but the headings that its index marks name."""
    kept, end = [], 0
    for found in HEADING.finditer(source):
        kept += [NOTHING * (found.start(1) - end), found[1]]
        end = found.end(1)
    return "".join([*kept, NOTHING * (len(source) - end)])


def _is_prose(record: Record, name: str) -> bool:
    return any(isinstance(mark, Prose) for mark in type(record).model_fields[name].metadata)


def mask(source: str) -> str:
    """Return the text with everything masked that is not read as words."""
    return MASKED.sub(_filled, source)


def _filled(match: re.Match[str]) -> str:
    kind = next(name for name in FILLERS if match[name] is not None)
    return FILLERS[kind] * len(match[0])


def _measured(masked: str, source: str) -> list[tuple[int, int, int, str]]:
    found = ((start, end, _words(masked[start:end])) for start, end in _parts(masked))
    return [(start, end, words, cache.digest(_said(masked[start:end], source[start:end]))) for start, end, words in found if words]


def _words(masked: str) -> int:
    return sum(WORD in token or any(map(str.isalnum, token)) for token in masked.split())


def _said(masked: str, source: str) -> str:
    kept = "".join(NOTHING if m == NOTHING else s for m, s in zip(masked, source, strict=True))
    return " ".join(MARKS.sub("", kept).casefold().split()).rstrip(".!?:;, ")


def _parts(masked: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence begins and ends."""
    start = 0
    for parted in PARTED.finditer(masked):
        yield from _ended(masked, start, parted.start())
        start = parted.end()
    yield from _ended(masked, start, len(masked))


def _ended(masked: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in ENDED.finditer(masked, start, end):
        yield start, found.end()
        start = found.end()
    yield start, end


@register("C705", "long sentence", "warning")
def long_sentence(book: Book) -> Found:
    """A sentence has more than 40 words. A formula or a reference counts as one; a cell or an item is a sentence of its own."""
    for stretch in stretches(book):
        for sentence in stretch.sentences:
            if sentence.words > LONGEST:
                message = f"a sentence of {sentence.words} words"
                yield fault("C705", message, sentence.spot, f"split it: {LONGEST} words are enough")


@register("C706", "word said twice", "warning")
def word_twice(book: Book) -> Found:
    """A word stands twice in a row, which is nearly always a slip of the hand; Hindi and its kin say many a word twice."""
    if theme.language(book.outline.lang).script == "Deva":
        return
    for stretch in stretches(book):
        for start, length, one in slips("C706", stretch, _twice):
            word = stretch.masked[start : start + one]
            yield fault("C706", f"'{word[:60]}' stands here twice", stretch.spot(start, length), "delete one of the two")


def _twice(masked: str) -> Iterator[tuple[int, int, int]]:
    for found in TWICE.finditer(masked):
        yield found.start(), len(found[0]) if "\n" not in found[0] else len(found[1]), len(found[1])


@register("C710", "sentence said twice", "warning")
def sentence_twice(book: Book) -> Found:
    """A sentence of six words or more stands in two places of the book. What both need belongs in a box, or behind a link.

    Titles, and the questions themselves, may be quoted.
    """
    seen: dict[str, Sentence] = {}
    for sentence in (s for stretch in stretches(book) if stretch.keys not in QUOTED for s in stretch.sentences):
        if sentence.words < SHORTEST:
            continue
        first = seen.setdefault(sentence.said, sentence)
        if first is not sentence:
            message = f"this sentence stands at {first.spot.place} too"
            yield fault("C710", message, sentence.spot, "write it in other words, or link to the other place")


BLOCKS: Final = {
    "list_item_open": "list", "fence": "code block", "table_open": "table", "heading_open": "heading", "blockquote_open": "quotation",
    "admonition_open": "admonition",
}  # fmt: skip
MEANT: Final = {"strong_open": "**", "code_inline": "`", "link_open": "[", "reference": "[["}
"""Signs of Markdown that a field of plain text prints."""


@register("C714", "lines joined by YAML")
def joined_lines(book: Book) -> Found:
    """A text has a list, a code block, a table, or a heading, and YAML joins its lines, so that all of it is one paragraph.

    It begins with ``>``, or on the line of its key. A text that begins with ``|`` keeps its lines.
    """
    for passage in passages(book):
        written = None if passage.inline else passage.origin.source.unfolded((*passage.origin.keys, *passage.keys))
        if written is None:
            continue
        left = Counter(token.type for token in passage.text.tokens)
        for token in markup.parse(written[0]).tokens:
            left[token.type] -= 1
            if token.type in BLOCKS and left[token.type] < 0 and token.map is not None:
                row, column = written[1]
                place = replace(passage.origin.place(passage.keys), line=row + token.map[0], column=column, length=1)
                where = Spot(place, passage.origin.source.line_text(place))
                message = f"YAML joins the lines of this {BLOCKS[token.type]}"
                yield fault("C714", message, where, "put | behind the key, and the text below it")
                break


@register("C715", "Markdown in plain text")
def markdown_in_plain_text(book: Book) -> Found:
    """A field that is plain text, such as a book's title, a term, or what a figure shows, has signs of Markdown, or a slip.

    They would be printed as they stand.
    """
    for label in labels(book):
        if label.mask is not whole:
            continue
        for sign in slips("C715", label, _first_sign):
            where = label.spot(max(label.source.find(sign), 0), len(sign))
            yield fault("C715", f"{sign} is printed as it stands: this is plain text", where, "write it without signs")
        for found in (f for f in markup.parse(label.source, inline=True).faults if f.code in PRINTED):
            yield fault(found.code, found.message, label.spot(found.column - 1, found.length), found.hint)


def _first_sign(text: str) -> list[str]:
    """Return the first sign in a text that Markdown would not print."""
    tokens = (token for each in markup.parse(text, inline=True).tokens for token in each.children or ())
    return [MEANT[token.type] for token in tokens if token.type in MEANT][:1]
