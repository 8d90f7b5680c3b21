"""Print what no author writes: openers, running heads, vocabularies, the map, the index, and the head of a question."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Protocol, TypeVar

from markupsafe import Markup

from pipeline import index, markup, model, slots
from pipeline.brand import RESERVED, Palette
from pipeline.index import Run
from pipeline.publication import IndexEntry, IndexGroup, Locator, Publication, Section, TocEntry
from pipeline.render import book_drawings
from pipeline.render.book_drawings import Pen, millimeters
from pipeline.ruled_pages import drawn_lines
from pipeline.theme import SANS, Medium, script_of

T = TypeVar("T")


class Folio(Protocol):
    """Say how places stand to one another, and where they were printed."""

    def page(self, target: str) -> int | None:
        """Return a number for the page of a place: they grow with the pages, and are in a row where one signature has them."""

    def digits(self, place: Locator) -> int:
        """Return how many digits the last folio has in the section of a place."""

    def label(self, target: str) -> str:
        """Return the folio printed on the page of a place."""


MAP_WIDTH = "width:100%;max-width:34em"
MAP_SCALE, SCREEN_NUMBERS = 1.4, 6.4
"""How much smaller than drawn the map stands on its page; millimeters of its numbers on screens, where it is as narrow as a phone."""
NEW_SHEET = "<!-- new sheet -->"
"""Stands where a section goes on in a document of its own, on a new page."""
INDEX_LINES, CONTENTS_LINES = 700, 500
"""Entries of index and contents that are laid out together: some six and ten pages. More would take too much memory."""
INDEX_LINKS = 1_000
"""Entries and page numbers of one letter that stand together on a screen: files of an EPUB are divided between letters."""
HEAD_LETTERS = 54
"""Letters of a question that a running head has room for."""


class Furniture:
    """The parts that belong to the book as a whole, for their templates."""

    def __init__(self, publication: Publication, medium: Medium, folio: Folio | None, label: Callable[..., str]) -> None:
        """Take the publication, and where its places were printed if that is known."""
        self._publication, self._paged, self._folio, self._label = publication, medium == "paged", folio, label

    def running_head(self, section: Section) -> str:
        """Return the words at the head of a section's pages: its division's title, or its own; a question's on pages of its own."""
        if section.kind.running_head:
            return self._label(section.kind.running_head)
        if self._paged and section.kind.is_question and section.number and section.starts_page:
            title = markup.plain(markup.parse(section.title, inline=True))
            return f"{section.number}. {textwrap.shorten(title, HEAD_LETTERS, placeholder='…')}"
        return markup.plain(markup.parse(self._publication.division_titles.get(section.id, section.title), inline=True))

    def vocabulary(self, section: Section) -> Markup:
        """Return the section's place in the vocabularies of EPUB and ARIA."""
        if self._paged:
            return Markup("")
        semantic, role = section.kind.epub_type, section.kind.role
        shown = (f' epub:type="{semantic}"' if semantic else "") + (f' role="{role}"' if role else "")
        return Markup(shown)

    def glossary_term(self) -> Markup:
        """Return the vocabulary of a glossary's term."""
        return Markup("") if self._paged else Markup(' epub:type="glossterm"')

    def glossary_definition(self) -> Markup:
        """Return the vocabulary of a glossary's definition."""
        return Markup("") if self._paged else Markup(' epub:type="glossdef"')

    @property
    def _palette(self) -> Palette:
        """The colors to draw in: on paper the press's own, in whose place binding puts others."""
        return RESERVED if self._paged else self._publication.look.palette()

    def logo(self, kind: str) -> Markup:
        """Return the logo of the team whose copy this is; nothing when it has none."""
        brand = self._publication.brand
        if not brand.logo:
            return Markup("")
        return Markup('<img class="{}" src="guidepress:{}" alt="{}"/>').format(kind, brand.logo_name, brand.logo_alt)

    def level_chart(self, section: Section) -> Markup:
        """Return an opener's chart of levels and minutes."""
        return Markup(book_drawings.minutes(section, self._chart_alt(section), self._palette))

    def _chart_alt(self, section: Section) -> str:
        """Return the chart in words: of each level its questions, with the minutes of each."""
        found: dict[str, list[str]] = {level: [] for level in model.LEVELS}
        for member in section.members:
            if isinstance(member.record, model.Question) and member.record.level:
                bar = self._label("level_chart_bar", number=member.number, minutes=member.record.minutes)
                found[member.record.level].append(bar)
        levels = (
            self._label("level_chart_level", level=self._label(level), bars=self._label("list_comma").join(bars))
            for level, bars in found.items()
            if bars
        )
        return " ".join((self._label("level_chart_alt", count=len(section.members)), *levels))

    def entry_link(self, entry: model.Entry, shown: str) -> Markup:
        """Return what is shown of a question as a link, where the edition has the question; a number would be a page's."""
        target = self._publication.answered_in.get(entry.id, entry.id)
        return Markup('<a href="#{}">{}</a>').format(target, shown) if entry.id in self._publication.names else Markup("{}").format(shown)

    def entry_name(self, entry: model.Entry) -> Markup:
        """Return number and name of a question, the name linked."""
        name = self.entry_link(entry, Markup('<span class="entry-name">{}</span>').format(entry.name))
        return Markup('<span class="entry-number">{}</span> {}').format(entry.number, name)

    def map_ring(self, section: Section) -> Markup:
        """Return the map of the book."""
        overview, color = _overview(section), self._palette.accent if self._paged else "currentColor"
        letters = millimeters(self._publication.look.tokens.type.side) * MAP_SCALE if self._paged else SCREEN_NUMBERS
        pen = Pen(color, letters, SANS if self._paged else "", self._publication.look.is_mirrored, "" if self._paged else MAP_WIDTH)
        return Markup(book_drawings.ring(overview, self._map_alt(book_drawings.shown(overview)), pen))

    def _map_alt(self, overview: model.Overview) -> str:
        """Return the map in words: the numbers of each level, and of each question those it is tied to."""
        comma, tied = self._label("list_comma"), book_drawings.ties(overview)
        of_level = {level: comma.join(e.number for e in overview.entries if e.level == level) for level in model.LEVELS}
        levels = (
            self._label("level_chart_level", level=self._label(level), bars=numbers) for level, numbers in of_level.items() if numbers
        )
        ends = ((e.number, comma.join(other.number for other in tied[e.id])) for e in overview.entries)
        lines = (self._label("map_alt_line", number=number, others=others) for number, others in ends if others)
        return " ".join((*levels, self._label("map_alt", lines=" ".join(lines))))

    def map_key(self, level: model.Level) -> Markup:
        """Return the mark of a level on the map, for its legend."""
        return Markup(book_drawings.level_key(level, self._palette.accent if self._paged else "currentColor"))

    def map_levels(self, section: Section) -> tuple[model.Level, ...]:
        """Return the levels of the questions on the map."""
        found = {entry.level for entry in book_drawings.shown(_overview(section)).entries}
        return tuple(level for level in model.LEVELS if level in found)

    def map_span(self, group: model.Group) -> str:
        """Return the numbers of a section's questions, the first and the last."""
        return book_drawings.span(group)

    def map_ties(self, section: Section) -> Mapping[str, tuple[model.Entry, ...]]:
        """Return the questions that each question is tied to, by its id."""
        return book_drawings.ties(_overview(section))

    def section_count(self, section: Section) -> str:
        """Return how many questions a section holds, and how many minutes they take."""
        minutes = sum(m.record.minutes for m in section.members if isinstance(m.record, model.Question))
        return self._label("section_chart" if minutes else "section_count", count=len(section.members), minutes=minutes)

    def contents_parts(self) -> list[list[TocEntry]]:
        """Return the entries of the contents; on paper, those of a large book in parts."""
        whole = list(self._publication.toc)
        return in_parts(whole, _lines, CONTENTS_LINES) if self._paged else [whole]

    def index_parts(self) -> list[list[IndexGroup]]:
        """Return the letters of the index; on paper, those of a large book in parts. A letter of very much goes on in the next."""
        weight, most = (_index_lines, INDEX_LINES) if self._paged else (_index_links, INDEX_LINKS)
        groups = [
            IndexGroup(group.letter, tuple(entries))
            for group in self._publication.index
            for entries in in_parts(group.entries, weight, most)
        ]
        return in_parts(groups, lambda group: sum(map(weight, group.entries)), most) if self._paged else [groups]

    def continued(self, section: Section) -> Markup:
        """Return the start of another part of a section."""
        tag = Markup('<section class="{} continued" data-continues="{}" data-head="{}">')
        return Markup(NEW_SHEET) + tag.format(section.kind, section.id, self.running_head(section))

    def runs(self, entry: IndexEntry) -> tuple[Run, ...]:
        """Return an entry's locators as printed."""
        assert self._folio is not None
        return index.runs(entry.locators, self._folio.page)

    def locator(self, run: Run) -> Markup:
        """Return the pages of a locator: on paper slots, so that an index stays as it is when pages move."""
        assert self._folio is not None
        ends = dict.fromkeys((run.first, run.last))
        if not self._paged:
            return Markup("–").join(self._folio.label(end.target) for end in ends)
        words = ("–" * (end is not run.first) + "0" * self._folio.digits(end) for end in ends)
        classes = f"{slots.CLASS} {slots.SERIF} {slots.AMONG_WORDS}"
        return Markup("").join(slot(end.target, said, classes) for end, said in zip(ends, words, strict=True))

    def index_id(self, heading: str) -> str:
        """Return the id of an index entry."""
        return "index-" + hashlib.sha256(heading.encode()).hexdigest()[:10]

    def index_letter(self, letter: str) -> str:
        """Return the heading of a group of entries."""
        return self._label("index_symbols") if letter == index.SYMBOLS else letter

    def index_note(self) -> str:
        """Return what a reader of the index should know."""
        return self._label("index_note" if self._paged else "index_note_reflow")


class Head:
    """The head of one question, for its templates."""

    def __init__(self, section: Section, publication: Publication, label: Callable[..., str]) -> None:
        """Take the question's section, and what fills in labels."""
        self._section, self._publication, self._label = section, publication, label

    def dots(self, level: model.Level) -> str:
        """Return the level as filled and open dots."""
        count = self.level_number(level)
        return "●" * count + "○" * (3 - count)

    def level_number(self, level: model.Level) -> int:
        """Return the level as a number from 1."""
        return model.LEVELS.index(level) + 1

    def topic(self, name: str) -> str:
        """Return the title of a topic."""
        topic = self._publication.resources["topics"].get(name)
        return topic.title if topic else name

    def duration(self, seconds: int) -> str:
        """Return a duration in words."""
        minutes, rest = divmod(seconds, 60)
        if minutes < 2:
            return self._label("seconds", value=seconds)
        return self._label("speak_minutes", value=minutes) if not rest else self._label("speak_both", minutes=minutes, seconds=rest)

    def summary_title(self) -> str:
        """Return the heading of the short answer: how long it takes to say."""
        if self._question.speak is None:
            return self._label("summary_plain")
        seconds = self._question.speak.short
        return self._label("summary") if seconds == 30 else self._label("summary_other", duration=self.duration(seconds))

    def speak_times(self) -> str:
        """Return how long the answer takes to say, in brief and in full."""
        assert self._question.speak is not None
        return self._label("speak_value", short=self.duration(self._question.speak.short), full=self.duration(self._question.speak.full))

    def spoken_time(self) -> str:
        """Return how long the spoken answer takes to say, in words."""
        assert self._question.spoken is not None
        return self.duration(model.speaking_time(markup.parse(self._question.spoken).words))

    @cached_property
    def _question(self) -> model.Question:
        assert isinstance(self._section.record, model.Question)
        return self._section.record

    def letter(self, number: int) -> str:
        """Return the letter of a choice, numbered from 0."""
        return chr(ord("A") + number)

    def key_letters(self) -> str:
        """Return the letters of the choices that are correct."""
        return ", ".join(self.letter(n) for n, choice in enumerate(self._question.choices) if choice.correct)

    def star_steps(self) -> tuple[str, ...]:
        """Return the steps of the story that are written."""
        star = self._question.star
        return tuple(step for step in model.Star.model_fields if star is not None and getattr(star, step))

    def writing_lines(self) -> int:
        """Return how many ruled lines cover what a question has of its page on any paper."""
        return drawn_lines(self._section.share)


def slot(target: str, words: str, classes: str) -> Markup:
    """Return words that have zeros for the page number of a target; what the face of numbers lacks stands outside."""
    if (zeros := slots.ZEROS.search(words)) and any(script_of(character, "Hans") for character in words):
        return Markup("{}{}{}").format(words[: zeros.start()], slot(target, zeros[0], classes), words[zeros.end() :])
    return Markup('<span class="{}" {}="{}">{}</span>').format(classes, slots.TARGET, target, words)


def in_parts(items: Iterable[T], weight: Callable[[T], int], most: int) -> list[list[T]]:
    """Part items in runs of at most so much weight, or of one item."""
    found: list[list[T]] = [[]]
    room = most
    for item in items:
        size = weight(item)
        if size > room and found[-1]:
            found.append([])
            room = most
        room -= size
        found[-1].append(item)
    return found


def _lines(entry: TocEntry) -> int:
    return 1 + sum(map(_lines, entry.children))


def _index_lines(entry: IndexEntry) -> int:
    return 1 + len(entry.subentries)


def _index_links(entry: IndexEntry) -> int:
    return 1 + len(entry.locators) + sum(map(_index_links, entry.subentries))


def _overview(section: Section) -> model.Overview:
    assert isinstance(section.record, model.Overview)
    return section.record
