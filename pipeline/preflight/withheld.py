"""Search a finished file for what its edition withholds, and for internal keys: ids that authors write, and no reader shall read.

What is said is compared whatever it is set in: letters and digits only.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pipeline import markup, model, theme
from pipeline.diagnostics import Diagnostic
from pipeline.markup import dialect
from pipeline.preflight.pdf_reader import Paper
from pipeline.preflight.preflight_rules import fault
from pipeline.publication import IndexEntry, Publication, passages

NOT_SAID = re.compile(r"[\W_]+")
SHORTEST, BRIEFEST = 40, 16
"""Letters: a shorter text may well stand in a file by chance."""
KEPT = 4
"""Editions of which it is remembered what is looked for: of the first book, up to 15 MB each."""
MARKUP = re.compile(
    rf"""
    (?P<as_written> {dialect.FENCE} | {dialect.CODE} | {dialect.ESCAPED} )
  | (?P<otherwise> {dialect.DISPLAY} | {dialect.FORMULA} | {dialect.REFERENCE} | {dialect.LINKED} | {dialect.FOOTNOTE}:? | {dialect.VALUE}
                 | \n\s*\n | \| )
  | {dialect.ATTRIBUTES} | {dialect.COMMENT} | {dialect.TAG} | {dialect.TASK}
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What is not printed as it is written: set in another way, or, like attributes, not at all."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
TAG = re.compile(r"<[^>]*>")
TEXTS = (".xhtml", ".html", ".svg", ".css", ".opf", ".ncx", ".xml")
FIRST_WORD = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?=[- ])")
"""The first word of what may be a key."""
ENDED = re.compile(r"(?![\w\u0002\u00ad\ufffe-])")
"""Where a key ends. A hyphen at the end of a line, as an address may be broken there, is read as one of these controls."""
TOLD = re.compile(r"\s(?:alt|title|aria-label)=\"([^\"]*)\"")
LABELED = re.compile(r"\[\[[^\[\]|]*\|([^\[\]]*)\]\]|!\[([^\]]*)\]\((?!figure:)[^)]*\)")
NAMING = re.compile(r"\[\[[^\[\]]*\]\]|!\[[^\]]*\]\([^)]*\)|\{=[^{}]*\}")
ATTRIBUTED = re.compile(r"\{[.#][^{}]*\}|\{alt=[^{}]*\}")
SIGNS = re.compile(r"[*`\[\]\\]")
SCREEN_TEXTS = (".xhtml", ".html", ".svg", ".opf", ".ncx")


def get_ready(publications: Sequence[Publication]) -> None:
    """Find out what is looked for in the files of publications: all of them will ask, and of a few it is remembered."""
    for publication in publications[:KEPT]:
        _secrets(publication)
        _keys_said(publication)


def check_paper(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    """Search what a PDF says."""
    yield from leaks(path, publication, _said_on_paper(paper))
    yield from _told_keys(path, printed(publication, on_paper(paper)))


def check_screen(path: str, said: str, standing: Iterable[str], publication: Publication) -> Iterator[Diagnostic]:
    """Search what an EPUB says: its letters, and the keys that stand in it."""
    yield from leaks(path, publication, said)
    yield from _told_keys(path, _unsaid(publication, standing))


def letters(text: str) -> str:
    """Return the letters and digits of a text, ligatures taken apart, without case."""
    return NOT_SAID.sub("", unicodedata.normalize("NFKC", text).casefold())


def title_letters(title: str) -> str:
    """Return the letters of a title; none for one with a formula, whose words depend on the medium."""
    text = markup.parse(title, inline=True)
    return "" if text.formulas else letters(markup.plain(text))


def _said_on_paper(read: Paper) -> str:
    """Return the letters of all that a PDF says: pages, text alternatives, outline."""
    alternatives = (text for page in read.pages for text in page.alternatives)
    return "".join(map(page_letters, (*(page.text for page in read.pages), *alternatives, *(line.title for line in read.outline))))


def said_in(data: bytes) -> tuple[str, str]:
    """Return the letters of a file without its markup, and with it, attributes and comments."""
    text = data.decode("utf-8", "replace")
    return letters(html.unescape(TAG.sub("", text))), letters(html.unescape(text))


@lru_cache(maxsize=2048)
def page_letters(text: str) -> str:
    """Return the letters of a page: it is searched for what is withheld, and for the title of each question that stands on it."""
    return letters(text)


# What is withheld


def leaks(path: str, publication: Publication, said: str) -> Iterator[Diagnostic]:
    """Yield a fault for each withheld piece of text that stands in what a file says (its ``letters``)."""
    found = dict.fromkeys(key for pieces in _secrets(publication) for key in pieces.found(said))
    # In a file, paragraphs, cells, and choices follow one another: what is said there in two of them may be one elsewhere.
    run_on = "".join(run for text in _shown(publication) for run in _said(text)) if found else ""
    for home in dict.fromkeys(_home(key, publication) for key in found if key not in run_on):
        # It is not quoted: whoever builds a guide for candidates may be one.
        yield fault(path, "P301", f"edition '{publication.edition.id}' withholds what stands in the file: a text of {home}",
                    "report this: what is hidden must be absent")  # fmt: skip


def _home(key: str, publication: Publication) -> str:
    """Name the record and the field whose text has these letters."""
    return next((home for text, home in publication.homes.items() if key in "".join(_said(text))), "one of its records")


class _Pieces:
    """Pieces of text that are looked for in long texts, all in one pass.

    A piece that stands in a text holds a whole window, half as long as the shortest piece, that begins there at a multiple of its length.
    """

    def __init__(self, keys: Iterable[str], shortest: int) -> None:
        """Take the letters of the pieces, none of them shorter, and note all windows that begin in the first letters of each."""
        self.keys, self._shortest, self._step = tuple(keys), shortest, shortest // 2
        self._known = frozenset(window for key in self.keys for window in self._windows(key))

    def found(self, said: str) -> tuple[str, ...]:
        """Return the letters of those that stand in a text, each of which holds one of its windows."""
        starts: dict[str, list[int]] = {}
        places = range(0, len(said) - self._step + 1, self._step)
        if self._known.isdisjoint(said[start : start + self._step] for start in places):
            return ()
        for start in places:
            if (window := said[start : start + self._step]) in self._known:
                starts.setdefault(window, []).append(start)
        return tuple(key for key in self.keys if self._stands(key, said, starts))

    def without(self, shown: str) -> _Pieces:
        """Return those that do not stand in a text."""
        known = set(self.found(shown))
        return _Pieces((key for key in self.keys if key not in known), self._shortest) if known else self

    def _stands(self, key: str, said: str, starts: Mapping[str, Sequence[int]]) -> bool:
        """Tell whether a piece stands in a text, some of whose windows start at these places."""
        return any(
            said.startswith(key, start - offset)
            for offset, window in enumerate(self._windows(key))
            for start in starts.get(window, ())
            if start >= offset
        )

    def _windows(self, key: str) -> Iterator[str]:
        return (key[offset : offset + self._step] for offset in range(self._step))


def _secrets(publication: Publication) -> tuple[_Pieces, _Pieces]:
    """Return what no file may say: pieces of what is withheld, and brief texts for hiring teams alone."""
    shown = "\0".join(run for text in _shown(publication) for run in _said(text))
    return _hidden(shown, publication.withheld), _brief(shown, publication.secret)


@lru_cache(maxsize=KEPT)
def _hidden(shown: str, withheld: tuple[str, ...]) -> _Pieces:
    """Return the pieces that do not stand in what is shown, which are secrets; an edition's files, and its copies, withhold the same."""
    return _Pieces(dict.fromkeys(chain.from_iterable(map(_pieces, withheld))), SHORTEST).without(shown)


@lru_cache(maxsize=KEPT)
def _brief(shown: str, secret: tuple[str, ...]) -> _Pieces:
    """Return texts for hiring teams alone that are too brief to be looked for in pieces, none that is shown."""
    # The cells of a table are no texts: two that follow one another in another table would seem to be one.
    whole = ("".join(_said(text)) for text in secret)
    return _Pieces(dict.fromkeys(key for key in whole if BRIEFEST <= len(key) < SHORTEST), BRIEFEST).without(shown)


def _shown(publication: Publication) -> Iterator[str]:
    for section in publication.sections:
        yield section.title
        yield from (text for _, _, text in passages(section))


def _runs(text: str) -> Iterator[str]:
    """Yield the stretches of a Markdown text that are printed as they are written."""
    yield from MARKUP.sub(lambda found: found["as_written"] or ("\0" if found["otherwise"] else ""), text).split("\0")


@lru_cache(maxsize=8192)
def _said(text: str) -> tuple[str, ...]:
    """Return the letters of each stretch that is printed as it is written."""
    return tuple(letters(run) for run in _runs(text))


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[str, ...]:
    """Return the letters of each sentence, short ones joined to the next.

    A page break or a footnote then hides one piece at most.
    """
    return tuple(letters(piece) for run in _runs(text) for piece in _joined(SENTENCE_END.split(run.strip())))


def _joined(sentences: Iterable[str]) -> Iterator[str]:
    piece = ""
    for sentence in sentences:
        piece = f"{piece} {sentence}".strip()
        if len(letters(piece)) >= SHORTEST:
            yield piece
            piece = ""


# Internal keys


def _told_keys(path: str, keys: Iterable[str]) -> Iterator[Diagnostic]:
    for key in keys:
        yield fault(path, "P318", f"the internal key '{key}' stands in the file",
                    "print the title of what it names; where the words are meant, say them in a text of the book")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A text of a file."""

    text: str
    is_running: bool = True
    """Whether its words follow one another as they are read; on a page, those of two columns may stand side by side."""


def printed(publication: Publication, texts: Iterable[Told]) -> tuple[str, ...]:
    """Return the keys, as they stand in a file's texts, that no text of the publication has as words."""
    keys = keys_of(publication)
    found = (form for told in texts for form in _standing(keys, told.text) if told.is_running or "-" in form)
    return _unsaid(publication, found)


def _unsaid(publication: Publication, standing: Iterable[str]) -> tuple[str, ...]:
    """Return those of the keys in a file that no text of the publication has as words, each once."""
    found = dict.fromkeys(standing)
    said = _keys_said(publication) if found else ()
    return tuple(form for form in found if form not in said)


def on_paper(read: Paper) -> Iterator[Told]:
    """Yield the texts of a PDF: pages, text alternatives, outline."""
    for page in read.pages:
        yield Told(page.text, is_running=False)
        yield from map(Told, page.alternatives)
    yield from (Told(line.title) for line in read.outline)


def standing_in(data: bytes, keys: Keys) -> Iterator[str]:
    """Yield the keys that stand in a document of an EPUB: between tags, and in the attributes that are read aloud."""
    return _standing(keys, _between(data))


def _between(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return html.unescape("\n".join((TAG.sub("\n", text), *TOLD.findall(text))))


Keys = Mapping[str, tuple[str, ...]]
"""Keys of several words in both forms, as they are written and with spaces, by their first words."""


def keys_of(publication: Publication) -> Keys:
    """Return the internal keys of a publication that are of several words: what is one word may be meant as such."""
    return _keys(frozenset(_named(publication)))


def _named(publication: Publication) -> Iterator[str]:
    """Yield the ids of sections, terms, formulas, works, figures, boxes, topics, competencies, and examples."""
    for target, name in chain(publication.names.items(), publication.absent.items()):
        yield target if name.is_section else target.removeprefix(f"{name.kind}-")
    for kind in ("boxes", "figures", "topics", "competencies"):
        yield from publication.resources.get(kind, ())
    for section in publication.sections:
        yield getattr(section.record, "id", "")
        yield from (example.id for example in section.examples)


@lru_cache(maxsize=KEPT)
def _keys(names: frozenset[str]) -> Keys:
    """Return both forms of the names of several words, by their first words."""
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(name for name in names if "-" in name):
        first = name.partition("-")[0]
        found[first] = (*found.get(first, ()), name, name.replace("-", " "))
    return found


def _standing(keys: Keys, text: str) -> Iterator[str]:
    """Yield the keys that stand in a text, in either form, on one line."""
    for match in FIRST_WORD.finditer(text):
        forms = keys.get(match[0], ())
        # Of very many keys with one first word, nearly always none stands there.
        for form in forms if text.startswith(forms, match.start()) else ():
            if text.startswith(form, match.start()) and ENDED.match(text, match.start() + len(form)):
                yield form


def _keys_said(publication: Publication) -> frozenset[str]:
    """Return the keys that a publication has as words in what it says, the ids left out by which its texts name others."""
    listed = chain.from_iterable(publication.resources.get(kind, {}).values() for kind in ("boxes", "figures", "works"))
    records = (publication.outline, publication.edition, *listed, *(s.record for s in publication.sections if s.record is not None))
    headings = (heading for group in publication.index for heading in _headings(group.entries))
    said = chain(chain.from_iterable(map(model.texts, records)), headings, theme.labels(publication.outline.lang).values())
    drawings = tuple(drawing.svg for drawing in publication.resources.get("drawings", {}).values())
    return _keys_among(frozenset(_named(publication)), tuple(said), drawings)


@lru_cache(maxsize=KEPT)
def _keys_among(names: frozenset[str], texts: tuple[str, ...], drawings: tuple[bytes, ...]) -> frozenset[str]:
    said = "\n".join(" ".join(_words(text).split()) for text in (*texts, *map(_between, drawings)))
    return frozenset(_standing(_keys(names), said))


def _headings(entries: Iterable[IndexEntry]) -> Iterator[str]:
    for entry in entries:
        yield entry.heading
        yield from _headings(entry.subentries)


def _words(text: str) -> str:
    """Return a text without its markup, and without the ids in it."""
    return SIGNS.sub("", ATTRIBUTED.sub("", NAMING.sub("\0", LABELED.sub(r"\1\2", text))))
