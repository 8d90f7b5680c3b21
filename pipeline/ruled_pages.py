"""Share pages among questions that are followed by ruled space, so that the ruling runs to the foot of each.

A page is taken to hold so many ruled lines. Each question asks for some by its minutes, and for those that its words
take; as many follow one another on a page as have room there, and what is left over is given to all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.model import Question
from pipeline.publication import Section

SPACE = "writing_space"
LINES_A_PAGE, LINES_A_MINUTE = 34, 1.5
FEWEST, MOST = 8, 30
"""Lines to write on."""
TO_TICK = 2
"""Lines below choices, for the reason of a choice."""
HEAD, TITLE_LETTERS = 2, 44
"""Lines that the white around a head takes, and letters of a title that go into one."""
WORDS, TEXT_LETTERS = 0.75, 60
"""Of a line, what a line of text takes; and its letters."""
TOGETHER = 16
"""Sections that are laid out as one, before a page of its own kind begins the next: each page by itself would take longer."""


def shared(sections: Sequence[Section]) -> Iterator[Section]:
    """Yield sections with the share that each has of its page, if it has ruled space; each page begins with the first on it."""
    run = 0
    for page in _pages(sections):
        whole = sum(map(_needed, page)) if SPACE in page[0].parts else 0
        begins = page[0].starts_page or (bool(whole) and run >= TOGETHER)
        run = 0 if begins else run
        for n, section in enumerate(page):
            run += 1
            share = round(_needed(section) / whole, 4) if whole else 0.0
            yield replace(section, starts_page=begins and n == 0, share=share, leads=n == 0) if share else section


def _pages(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Yield the questions that share each page, and every other section by itself."""
    page: list[Section] = []
    room = 0.0
    for section in sections:
        is_ruled = SPACE in section.parts
        if page and (section.starts_page or not is_ruled or room < _needed(section)):
            yield page
            page = []
        if is_ruled:
            room = (room if page else LINES_A_PAGE) - _needed(section)
            page.append(section)
        else:
            yield [section]
    if page:
        yield page


def _needed(section: Section) -> float:
    """Return how many ruled lines a question asks for, with those in whose place its words stand."""
    question = section.record
    assert isinstance(question, Question)
    texts = (question.exhibit or "", *(choice.text for choice in question.choices))
    lines = [line for text in texts for line in text.splitlines()]
    words = sum(_up(len(line) / TEXT_LETTERS) for line in lines)
    room = TO_TICK if question.choices else writing_lines(question.minutes)
    return HEAD + _up(len(section.title) / TITLE_LETTERS) + WORDS * words + room


def _up(number: float) -> int:
    return max(1, -int(-number // 1))


def writing_lines(minutes: int) -> int:
    """Return how many lines the minutes planned for a question call for."""
    return max(FEWEST, min(MOST, 1 + int(minutes * LINES_A_MINUTE)))


def drawn_lines(share: float) -> int:
    """Return how many lines cover a share of a page, whatever its paper."""
    return int(1.5 * LINES_A_PAGE * share) + 1
