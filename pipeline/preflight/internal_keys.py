"""Search a finished file for internal keys: ids that authors write, and no reader shall read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pipeline import model, theme
from pipeline.diagnostics import Diagnostic
from pipeline.preflight.pdf_reader import Paper
from pipeline.preflight.preflight_rules import fault
from pipeline.preflight.withheld import KEPT, TAG
from pipeline.publication import IndexEntry, Publication

FIRST_WORD = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?=[- ])")
"""The first word of what may be a key."""
ENDED = re.compile(r"(?![\w\u0002\u00ad\ufffe-])")
"""Where a key ends. A hyphen at the end of a line, as an address may be broken there, is read as one of these controls."""
TOLD = re.compile(r"\s(?:alt|title|aria-label)=\"([^\"]*)\"")
LABELED = re.compile(r"\[\[[^\[\]|]*\|([^\[\]]*)\]\]|!\[([^\]]*)\]\((?!figure:)[^)]*\)")
NAMING = re.compile(r"\[\[[^\[\]]*\]\]|!\[[^\]]*\]\([^)]*\)|\{=[^{}]*\}")
ATTRIBUTED = re.compile(r"\{[.#][^{}]*\}|\{alt=[^{}]*\}")
SIGNS = re.compile(r"[*`\[\]\\]")


def get_ready(publication: Publication) -> None:
    """Find out which keys a publication has as words: all of its files will ask, and of a few it is remembered."""
    _keys_said(publication)


def check_paper(path: str, paper: Paper, publication: Publication) -> Iterator[Diagnostic]:
    """Search what a PDF says."""
    yield from _faults(path, printed(publication, on_paper(paper)))


def check_screen(path: str, standing: Iterable[str], publication: Publication) -> Iterator[Diagnostic]:
    """Yield a fault for each of the keys that stand in an EPUB, or in HTML, and that are no words there."""
    yield from _faults(path, _unsaid(publication, standing))


def _faults(path: str, keys: Iterable[str]) -> Iterator[Diagnostic]:
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
