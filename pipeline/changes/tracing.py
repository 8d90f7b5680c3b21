"""Trace publications: digests of each part of each question that they print, its figures, and the terms of the glossary.

What a publication withholds has left no trace, since only what its sections hold is read: no question for hiring teams, no part
that is not printed, and no id that texts or the glossary name and the edition leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline import markup, model
from pipeline.markup import Reference
from pipeline.model import Glossary, Printing, Question, TracedEdition, TracedQuestion, TracedTerm, Traces
from pipeline.publication import Publication, Section
from pipeline.section_kinds import HINT, HINTS

ASK = "ask"
"""The part that every edition prints."""
PLACED = ("figure", "picture")
PROVENANCE = re.compile(rb"<!--.*?-->|<metadata\b.*?</metadata>", re.DOTALL)
Passage = tuple[model.Keys, model.Prose, str]
Pair = tuple[str, str]
"""Digest of what is printed, and of its letters."""


def trace(publications: Sequence[Publication]) -> Traces:
    """Return what is kept of publications of one book; on which pages they were printed is not known yet."""
    found: dict[str, TracedQuestion] = {}
    terms: dict[str, TracedTerm] = {}
    for publication in publications:
        for name, sections in _asked(publication).items():
            found[name] = _with(found.get(name), publication, sections)
        terms |= _terms(publication)
    outline = publications[0].outline
    order = {name: n for n, name in enumerate(name for division in outline.sections for name in division.questions)}
    questions = tuple(sorted(found.values(), key=lambda question: order.get(question.id, len(order))))
    used = {name: term.model_copy(update={"questions": tuple(q for q in term.questions if q in found)}) for name, term in terms.items()}
    return Traces(lang=outline.lang, editions={p.edition.id: edition(p) for p in publications}, questions=questions, terms=used)


def edition(publication: Publication) -> TracedEdition:
    """Return what an edition is, and its questions, without pages."""
    given = HINT.places if HINTS.name in publication.edition.sections else ()
    parts = dict.fromkeys((ASK, *publication.edition.parts, *given, *publication.edition.answer_parts))
    folios: dict[str, dict[str, str]] = {name: {} for name in _asked(publication)}
    return TracedEdition(title=publication.edition.title, parts=tuple(parts), pages=(Printing(folios=folios),))


def parts_of(section: Section) -> tuple[str, ...]:
    """Return the parts that a section prints of its question, in order."""
    return (ASK, *section.parts) if section.kind.is_question else section.parts


def begins_of(section: Section) -> Iterator[tuple[str, str]]:
    """Yield the parts of a section, in order, each with the letters that it begins with; of what begins with a formula, none."""
    if isinstance(section.record, Question):
        passages = tuple(model.prose(section.record))
        for part in parts_of(section):
            texts = _texts(passages, part)
            yield part, next((markup.beginning(markup.parse(text, inline=inline)) for inline, text in texts), "")


def _asked(publication: Publication) -> Mapping[str, Sequence[Section]]:
    """Return the sections that print a question, its hints, or its answer, by the question's id."""
    found: dict[str, list[Section]] = {}
    for section in publication.sections:
        if isinstance(section.record, Question) and (section.kind.is_question or section.counterpart):
            found.setdefault(section.record.id, []).append(section)
    return found


def _with(known: TracedQuestion | None, publication: Publication, sections: Sequence[Section]) -> TracedQuestion:
    """Return the traces of a question, with those that an edition adds; what several editions print is the same in each."""
    section, question = sections[0], _record(sections[0])
    division = next((d.id for d in publication.outline.sections if question.id in d.questions), "")
    new = known or TracedQuestion(
        id=question.id, section=division, number=section.number, name=_words(question.ask) or question.id, parts={}
    )
    parts, terms, figures = dict(new.parts), dict(new.terms), dict(new.figures)
    for part in dict.fromkeys(part for each in sections for part in parts_of(each)):
        if part in parts:
            continue
        references, found = list[Reference](), list[Pair]()
        for each in _printing(sections, part):
            passages = tuple(model.prose(_record(each)))
            found += [_text(publication, each, text, inline, references) for inline, text in _texts(passages, part)]
            found += [(fact, fact) for fact in _facts(publication, _record(each), part)]
        if found:
            parts[part] = ".".join(markup.digest(*side) for side in zip(*found, strict=True))
        if linked := tuple(r.id for r in references if r.kind == "term"):
            terms[part] = linked
        figures |= _figures(publication, [r.id if r.kind == "picture" else f"figure:{r.id}" for r in references if r.kind in PLACED])
    figures |= _figures(publication, [f"figure:{name}" for each in sections for name in _record(each).figures])
    return new.model_copy(update={"parts": parts, "terms": terms, "figures": figures})


def _record(section: Section) -> Question:
    assert isinstance(section.record, Question)
    return section.record


def _printing(sections: Sequence[Section], part: str) -> Sequence[Section]:
    """Return the sections that print a part: one, but for hints, each of which has its own."""
    having = [section for section in sections if part in parts_of(section)]
    return [section for section in having if section.kind == having[0].kind]


def _words(title: str) -> str:
    return " ".join(markup.plain(markup.parse(title, inline=True)).split())


def _texts(passages: Sequence[Passage], part: str) -> Iterator[tuple[bool, str]]:
    """Yield the texts of a part: of choices, the options are one, and what is said of them when the key is given, another."""
    fields = {ASK: (ASK,), **model.PARTS}[part]
    for keys, kind, text in passages:
        if keys[0] in fields and text and (keys[0] != "choices" or (keys[-1] == "note") == (part == "key")):
            yield kind.inline, text


def _facts(publication: Publication, question: Question, part: str) -> Iterator[str]:
    """Yield what a part prints that is no text with markup."""
    if part == "key":
        yield from (str(n) for n, choice in enumerate(question.choices) if choice.correct)
    elif part == "examples":
        yield from (
            "\n".join(line.rstrip() for line in text.rstrip().split("\n")) for e in question.examples for text in (e.code, e.output)
        )
    elif part == "hints":
        yield from (str(hint.at_most) for hint in question.hints if hint.at_most)
    elif part == "see_also":
        yield from (name for name in question.see_also if _is_public(publication, name))
    elif part == "sources":
        works = publication.resources["works"]
        yield from (f"{markup.letters(works[c.key].short if c.key in works else c.key)} {c.at or ''}" for c in question.sources)


def _text(publication: Publication, section: Section, source: str, inline: bool, references: list[Reference]) -> Pair:
    """Return the digests of a text, with what stands in the place of its references."""
    text = markup.parse(source, inline=inline)
    references += text.references
    exact, letters = markup.digests(text)
    inside = [_shown(publication, section, reference, references) for reference in text.references]
    unsaid = [shown for reference, shown in zip(text.references, inside, strict=True) if not reference.label]
    return markup.digest(exact, *(e for e, _ in inside)), markup.digest(letters, *(each for _, each in unsaid))


def _shown(publication: Publication, section: Section, reference: Reference, references: list[Reference]) -> Pair:
    """Return the digests of what a reference shows; terms, and figures, are compared by themselves."""
    if reference.kind in ("term", *PLACED):
        return reference.kind, reference.kind
    if reference.kind == "value":
        value = model.output_value(section.examples, reference.id) or ""
        return value, value
    box = publication.resources["boxes"].get(reference.id) if reference.kind == "box" else None
    if box is not None:
        title, body = (_text(publication, section, text, inline, references) for text, inline in ((box.title, True), (box.body, False)))
        return markup.digest(title[0], body[0]), markup.digest(title[1], body[1])
    target = reference.id if reference.kind == "section" else f"{reference.kind}-{reference.id}"
    shown = target if _is_public(publication, target) else "left out"
    return shown, shown


def _is_public(publication: Publication, target: str) -> bool:
    """Tell whether candidates may know of what an id names, be it left out of this edition: what several editions print is the same."""
    name = publication.names.get(target) or publication.absent.get(target)
    return name is not None and not name.number.startswith("K")


def _figures(publication: Publication, names: Iterable[str]) -> dict[str, str]:
    """Return digests of figures, and of pictures in texts: what is drawn is part of both."""
    found = {}
    for name in names:
        figure = publication.resources["figures"].get(name.removeprefix("figure:"))
        drawing = publication.resources["drawings"].get(name.removeprefix("figure:"))
        picture = publication.resources["pictures"].get(name.replace("figure:", "figures/"))
        drawn = markup.digest(PROVENANCE.sub(b"", drawing.svg).decode("latin-1")) if drawing else picture.digest if picture else ""
        said = (figure.caption, figure.alt) if figure else ("", "")
        exact, letters = markup.digests(markup.parse(said[0], inline=True))
        if drawn:
            found[name.removeprefix("figure:")] = (
                f"{markup.digest(drawn, exact, said[1])}.{markup.digest(drawn, letters, markup.letters(said[1]))}"
            )
    return found


def _terms(publication: Publication) -> Mapping[str, TracedTerm]:
    """Return the terms of a glossary that is printed."""
    records = [section.record for section in publication.sections if isinstance(section.record, Glossary)]
    return {
        term.id: TracedTerm(
            term=term.term, definition=".".join(markup.digests(markup.parse(term.definition, inline=True))), questions=term.questions
        )
        for record in records
        for term in record.terms
    }
