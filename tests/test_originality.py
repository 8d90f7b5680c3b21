"""Every sentence of the book is its own: none is taken from the article it began from, and none stands twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from buildwork import ROOT

from pipeline import markup

DIGESTS = frozenset(line for line in (ROOT / "tests/originality.txt").read_text().split("\n") if re.fullmatch("[0-9a-f]{16}", line))
RUN = 8
EXEMPT = ("title", "heading", "subtitle")
"""Titles; so is the question that a record asks. Headings within texts, those of the FAQ among them, are left out below."""
NO_PROSE = ("id", "code", "output", "topics", "competency", "type", "level", "audience", "figures", "see_also", "url", "latex", "script")
EXEMPT_FILES = ("boxes",)
SENTENCE = 6


def words(text: str) -> list[str]:
    """Normalize as the list of digests was made: lower case, no apostrophes, words of letters and digits."""
    return re.findall("[a-z0-9]+", re.sub("['’]", "", text.lower()))


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Give every run of eight words with its digest."""
    found = words(text)
    for start in range(len(found) - RUN + 1):
        run = " ".join(found[start : start + RUN])
        yield run, sha256(run.encode()).hexdigest()[:16]


def taken(text: str) -> list[str]:
    return [run for run, digest in runs(text) if digest in DIGESTS]


def passages(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give every text of a record that is prose, with the keys that lead to it."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key not in NO_PROSE:
                yield from passages(child, (*keys, key))
    elif isinstance(value, list):
        for child in value:
            yield from passages(child, keys)
    elif isinstance(value, str):
        yield keys, value


def without_headings(text: str) -> str:
    """Leave out headings, and what is not words: listings, formulas."""
    text = re.sub(r"(?ms)^ *(```|~~~|\$\$).*?\1", " ", text)
    return re.sub(r"(?m)^#+ .*$", " ", text)


@cache
def plain(text: str) -> str:
    """Give a text as a reader sees it; its lines are joined, so that no run is missed at a line's end."""
    return markup.plain(markup.parse(without_headings(text)))


@cache
def prose(path: Path) -> tuple[str, ...]:
    record = yaml.load(path.read_text(), Loader=yaml.CBaseLoader)
    return tuple(plain(text) for keys, text in passages(record) if keys != ("ask",) and keys[-1] not in EXEMPT)


def files() -> list[Path]:
    found = sorted((ROOT / "content").rglob("*.yaml"))
    return [path for path in found if not set(path.relative_to(ROOT / "content").parts) & set(EXEMPT_FILES)]


def sentences(text: str) -> Iterator[str]:
    """Give the sentences of six words or more; a cell of a table or a formula, which has no full stop, is none."""
    for sentence in re.findall(r"[^.?!\n]+[.?!](?=\s|$)", text):
        found = words(sentence)
        if len(found) >= SENTENCE:
            yield " ".join(found)


def test_the_digests_are_those_of_an_article() -> None:
    assert len(DIGESTS) > 3000


def test_the_book_is_there_to_be_read() -> None:
    assert len(list((ROOT / "content/questions").rglob("*.yaml"))) == 50 + 48
    assert sum(len(words(text)) for path in files() for text in prose(path)) > 40_000


def test_no_eight_words_in_a_row_are_the_article_s() -> None:
    assert [f"{path.stem}: {run}" for path in files() for text in prose(path) for run in taken(text)] == []


def test_no_sentence_stands_in_two_questions() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "content/questions").rglob("*.yaml")):
        for text in prose(path):
            for sentence in sentences(text):
                homes[sentence].add(path.stem)
    assert {sentence: sorted(where) for sentence, where in homes.items() if len(where) > 1} == {}


def test_words_are_compared_as_the_digests_were_made() -> None:
    assert words("Don’t over-fit: it's 2 *bad* habits") == ["dont", "over", "fit", "its", "2", "bad", "habits"]
    assert [run for run, _ in runs("a b c d e f g h i")] == ["a b c d e f g h", "b c d e f g h i"]


def test_a_run_that_was_taken_is_found_across_lines_and_emphasis(monkeypatch: pytest.MonkeyPatch) -> None:
    stolen = "the quick brown fox jumps over the lazy"
    monkeypatch.setattr("test_originality.DIGESTS", frozenset({sha256(stolen.encode()).hexdigest()[:16]}))
    assert taken(plain("We saw the *quick* brown\nfox jumps, over the lazy dog.")) == [stolen]
    assert taken(plain("We saw a quick brown fox jump.")) == []


def test_a_sentence_that_stands_twice_is_found() -> None:
    assert list(sentences("Short one. This sentence has six words, no more. A cell of six words only")) == [
        "this sentence has six words no more"
    ]
