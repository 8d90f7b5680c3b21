"""Search a finished file for internal keys: the ids that authors write, and no reader shall read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pipeline import model, theme
from pipeline.preflight.container import Container
from pipeline.preflight.paper import Paper
from pipeline.publication import IndexEntry, Publication

FIRST = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?=[- ])")
"""The first word of what may be a key."""
ENDED = re.compile(r"(?![\w-])")
BETWEEN = re.compile(r"<[^>]*>")
TOLD = re.compile(r"\s(?:alt|title|aria-label)=\"([^\"]*)\"")
LABELED = re.compile(r"\[\[[^\[\]|]*\|([^\[\]]*)\]\]")
NAMING = re.compile(r"\[\[[^\[\]]*\]\]|!\[[^\]]*\]\([^)]*\)|\{=[^{}]*\}")
ATTRIBUTED = re.compile(r"\{[.#][^{}]*\}|\{alt=[^{}]*\}")
SIGNS = re.compile(r"[*`\[\]\\]")
SCREEN_TEXTS = (".xhtml", ".svg", ".opf", ".ncx")


@dataclass(frozen=True, slots=True)
class Told:
    """A text of a file."""

    text: str
    is_running: bool = True
    """Whether its words follow one another as they are read; on a page, those of two columns may stand side by side."""


def printed(publication: Publication, texts: Iterable[Told]) -> tuple[str, ...]:
    """Return the keys, as they stand in a file's texts, that no text of the publication has as words."""
    keys = _by_first_word(frozenset(name for name in _named(publication) if "-" in name))
    found = dict.fromkeys(form for told in texts for form in _standing(keys, told.text) if told.is_running or "-" in form)
    if not found:
        return ()
    said = _said(publication)
    return tuple(form for form in found if not re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", said))


def on_paper(read: Paper) -> Iterator[Told]:
    """Yield the texts of a PDF: pages, text alternatives, outline."""
    for page in read.pages:
        yield Told(page.text, is_running=False)
        yield from map(Told, page.alternatives)
    yield from (Told(line.title) for line in read.outline)


def on_screen(read: Container) -> Iterator[Told]:
    """Yield the texts of an EPUB: what stands between tags, and in the attributes that are read aloud."""
    for name, data in read.files.items():
        if name.endswith(SCREEN_TEXTS):
            yield Told(_between(data))


@lru_cache(maxsize=2048)
def _between(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return html.unescape("\n".join((BETWEEN.sub("\n", text), *TOLD.findall(text))))


Keys = Mapping[str, tuple[str, ...]]
"""Keys of several words in both forms, as they are written and with spaces, by their first words."""


def _named(publication: Publication) -> Iterator[str]:
    """Yield the ids of sections, terms, formulas, works, figures, boxes, topics, competencies, and examples."""
    for target, name in chain(publication.names.items(), publication.absent.items()):
        yield target if name.is_section else target.removeprefix(f"{name.kind}-")
    for kind in ("boxes", "figures", "topics", "competencies"):
        yield from publication.resources.get(kind, ())
    for section in publication.sections:
        yield getattr(section.record, "id", "")
        yield from (example.id for example in section.examples)


@lru_cache(maxsize=8)
def _by_first_word(names: frozenset[str]) -> Keys:
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(names):
        first = name.partition("-")[0]
        found[first] = (*found.get(first, ()), name, name.replace("-", " "))
    return found


def _standing(keys: Keys, text: str) -> Iterator[str]:
    """Yield the keys that stand in a text, in either form, on one line."""
    for match in FIRST.finditer(text):
        for form in keys.get(match[0], ()):
            if text.startswith(form, match.start()) and ENDED.match(text, match.start() + len(form)):
                yield form


def _said(publication: Publication) -> str:
    """Return all that a publication says, without the ids by which its texts name others."""
    listed = chain.from_iterable(publication.resources.get(kind, {}).values() for kind in ("boxes", "figures", "works"))
    records = (publication.outline, publication.edition, *listed, *(s.record for s in publication.sections if s.record is not None))
    headings = (heading for group in publication.index for heading in _headings(group.entries))
    said = chain(chain.from_iterable(map(model.texts, records)), headings, theme.labels(publication.outline.lang).values())
    drawn = (_between(drawing.svg) for drawing in publication.resources.get("drawings", {}).values())
    return "\n".join(" ".join(_words(text).split()) for text in chain(said, drawn))


def _headings(entries: Iterable[IndexEntry]) -> Iterator[str]:
    for entry in entries:
        yield entry.heading
        yield from _headings(entry.subentries)


def _words(text: str) -> str:
    """Return a text without its markup, and without the ids in it."""
    return SIGNS.sub("", ATTRIBUTED.sub("", NAMING.sub("\0", LABELED.sub(r"\1", text))))
