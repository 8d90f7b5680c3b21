"""Check that records are complete and agree with one another."""

from __future__ import annotations

import re
from typing import Final

from pipeline import markup, model, theme
from pipeline.checks.places import PACKAGED, Found, fault, key_spot, passages, register, spot, written
from pipeline.diagnostics import nearest
from pipeline.model import Book, Keys, Question
from pipeline.section_kinds import CHAPTER, KINDS

CODE_LINES, CODE_COLUMNS = 25, 68
RESERVED = ("answer-", "answers-", "term-", "formula-", "source-", "figure-", "index-", "box-", "title-")
PRESS = {kind.name for kind in KINDS if not kind.is_written} | {"nav", "toc"}
"""Ids that are the press's own."""
PAGE: Final = re.compile(r"page-(?:[0-9]+|[ivxlcdm]+)")
MADE: Final = re.compile(r"-title|(?:-[a-z]+)+(?:-[0-9]+)*-(?:h|t|i|fn|fnref|url)[0-9]+")
"""How ids end that are made for parts of a section: its title, and headings, tables, and notes in its texts."""
DOI: Final = re.compile(r"https://doi\.org/10\.\d{4,9}/\S+")
RESOLVER: Final = re.compile(r"https://(?:dx\.|www\.)?doi\.org/")


@register("C301", "question in no section")
def question_in_no_section(book: Book) -> Found:
    """A question stands in no section of ``book.yaml``, so no edition prints it."""
    listed = {name for division in book.outline.sections for name in division.questions}
    for question in book.questions.values():
        if question.id not in listed:
            yield fault(
                "C301", f"question '{question.id}' is in no section", spot(book, question, "id"), "list it under a section of book.yaml"
            )


@register("C302", "unknown question in a section")
def unknown_question(book: Book) -> Found:
    """``book.yaml`` lists a question that has no file."""
    for s, division in enumerate(book.outline.sections):
        for n, name in enumerate(division.questions):
            if name not in book.questions and ("question", name) not in book.refused:
                place = spot(book, book.outline, "sections", s, "questions", n)
                yield fault("C302", f"no question '{name}'", place, nearest(name, book.questions))


@register("C303", "listed twice")
def listed_twice(book: Book) -> Found:
    """``book.yaml`` lists a question or a chapter twice; a book prints each once."""
    outline = book.outline
    lists: list[tuple[Keys, str]] = [
        (("sections", s, "questions", n), name) for s, d in enumerate(outline.sections) for n, name in enumerate(d.questions)
    ]
    lists += [((key, n), name) for key in CHAPTER.places for n, name in enumerate(getattr(outline, key))]
    seen: set[str] = set()
    for keys, name in lists:
        if name in seen:
            yield fault("C303", f"'{name}' is listed twice", spot(book, outline, *keys), "delete one of the two")
        seen.add(name)


@register("C304", "unknown chapter")
def unknown_chapter(book: Book) -> Found:
    """``book.yaml`` lists a chapter that has no file."""
    for key in CHAPTER.places:
        for n, name in enumerate(getattr(book.outline, key)):
            if name not in book.chapters and ("chapter", name) not in book.refused:
                yield fault("C304", f"no chapter '{name}'", spot(book, book.outline, key, n), _where_to(book, name))


def _where_to(book: Book, name: str) -> str:
    write = f"write chapters/{name}.yaml: the package has this chapter in English only"
    return write if theme.has_chapter(name) else nearest(name, book.chapters)


@register("C305", "chapter not listed", "warning")
def chapter_not_listed(book: Book) -> Found:
    """A chapter of the book is in no list of ``book.yaml``, so no edition prints it."""
    listed = {name for place in CHAPTER.places for name in getattr(book.outline, place)}
    for chapter in book.chapters.values():
        if chapter.id not in listed and not book.origin(chapter).source.path.startswith(PACKAGED):
            yield fault("C305", f"chapter '{chapter.id}' is not listed", spot(book, chapter, "id"), "list it in book.yaml, or delete it")


@register("C306", "id in use")
def id_in_use(book: Book) -> Found:
    """Questions, chapters, and sections share one space of ids, and some names in it are the press's own."""
    divisions = {d.id for d in book.outline.sections}
    for record in written(book):
        if by := _taken(book, record.id, divisions):
            yield fault("C306", f"id '{record.id}' is taken {by}", spot(book, record, "id"), "choose another id")


def _taken(book: Book, name: str, divisions: set[str]) -> str:
    """Say what has an id already, or return an empty string."""
    if name in divisions:
        return "by a section"
    if name in PRESS or name.startswith(RESERVED) or PAGE.fullmatch(name):
        return "by a part that every book has"
    made = next((at for at in range(len(name)) if name[at] == "-" and MADE.fullmatch(name, at) and _has(book, name[:at], divisions)), 0)
    if made:
        return f"by a part of '{name[:made]}'"
    return "by a question and a chapter" if name in book.questions and name in book.chapters else ""


def _has(book: Book, name: str, divisions: set[str]) -> bool:
    return name in divisions or name in book.questions or name in book.chapters or name in PRESS


@register("C307", "story missing or misplaced")
def story_missing(book: Book) -> Found:
    """A behavioral question tells a story: it needs 'star', unless it is for hiring teams, and no other type may have it."""
    for question in book.questions.values():
        if question.type == "behavioral" and question.star is None and question.audience == "public":
            yield fault(
                "C307", "a behavioral question needs 'star'", spot(book, question, "type"), "write situation, task, action, and result"
            )
        if question.type != "behavioral" and question.star is not None:
            yield fault(
                "C307", f"a {question.type} question has no 'star'", key_spot(book, question, "star"), "delete it, or change the type"
            )


@register("C308", "unknown source")
def unknown_source(book: Book) -> Found:
    """A record cites a source that ``sources.yaml`` does not list."""
    for record in written(book):
        for n, cited in enumerate(record.sources):
            if cited.key not in book.works and not any(kind in ("work", "works") for kind, _ in book.refused):
                yield fault("C308", f"no source '{cited.key}'", spot(book, record, "sources", n, "key"), nearest(cited.key, book.works))


@register("C309", "no source", "warning")
def no_source(book: Book) -> Found:
    """A question with an answer cites nothing in a book that has sources. Readers want to check an answer, and to read on."""
    for question in book.questions.values():
        if book.works and not question.sources and (question.answer or question.summary or question.spoken):
            yield fault("C309", f"question '{question.id}' cites no source", spot(book, question, "id"), "name at least one source")


@register("C310", "example id twice")
def example_twice(book: Book) -> Found:
    """Two examples share an id; the values that texts print could come from either."""
    seen: dict[str, str] = {}
    for question in book.questions.values():
        for n, example in enumerate(question.examples):
            if example.id in seen:
                place = spot(book, question, "examples", n, "id")
                yield fault("C310", f"example '{example.id}' stands in '{seen[example.id]}' too", place, "rename it")
            seen.setdefault(example.id, question.id)


@register("C311", "example too long", "warning")
def example_too_long(book: Book) -> Found:
    """An example is longer or wider than a reader can take in: 25 lines of 68 columns."""
    for question in book.questions.values():
        for n, example in enumerate(question.examples):
            lines = example.code.rstrip("\n").split("\n")
            wide = max(map(len, lines))
            if len(lines) > CODE_LINES or wide > CODE_COLUMNS:
                message = f"example '{example.id}' is {len(lines)} lines of up to {wide} columns"
                yield fault(
                    "C311", message, spot(book, question, "examples", n, "code"), f"cut it to {CODE_LINES} lines of {CODE_COLUMNS} columns"
                )


@register("C312", "longer to say short than full")
def speak_order(book: Book) -> Found:
    """The short answer takes longer to say than the full one."""
    for question in book.questions.values():
        if question.speak is not None and question.speak.short >= question.speak.full:
            yield fault(
                "C312", "the short answer is not shorter than the full one", spot(book, question, "speak", "short"), "mend one of the two"
            )


@register("C313", "version not in the changes", "warning")
def version_in_changes(book: Book) -> Found:
    """``book.yaml`` bears a version that its list of changes does not tell about."""
    if book.outline.changes and book.outline.version not in {change.version for change in book.outline.changes}:
        yield fault(
            "C313", f"version {book.outline.version} is not in 'changes'", spot(book, book.outline, "version"), "say what it changed"
        )


@register("C318", "left out of book.yaml", "note")
def left_out(book: Book) -> Found:
    """``book.yaml`` needs a title. What else it leaves out is taken as said here, or is not printed."""
    outline, said = book.outline, book.origin(book.outline).source
    taken = {
        "id": outline.id, "lang": outline.lang, "version": outline.version,
        "sections": ", ".join(division.id for division in outline.sections[:8]),
        "date": "none", "creators": "none", "publisher": "none", "rights": "none", "errata": "none", "description": "none",
    }  # fmt: skip
    lacking = [f"{name}: {value}" for name, value in taken.items() if not said.holds((name,))]
    if lacking:
        where = spot(book, outline, "title")
        yield fault("C318", f"taken for what book.yaml does not say: {', '.join(lacking)}", where, "say what is otherwise")


@register("C314", "reviewed after the book's date", "warning")
def reviewed_later(book: Book) -> Found:
    """A record was reviewed after the date of the book that prints it."""
    for record in written(book):
        if record.reviewed is not None and book.outline.is_dated and record.reviewed > book.outline.date:
            yield fault(
                "C314", f"reviewed {record.reviewed}, after the book's date", spot(book, record, "reviewed"), "mend one of the dates"
            )


@register("C315", "candidate text points at a kit question")
def points_at_kit(book: Book) -> Found:
    """A public question names one that only hiring teams may see; or a text for candidates does, which would print its title.

    In a text, words for the link are enough: [[id|words]] prints these, and no more.
    """
    hidden = {*book.outline.kit_front, *book.outline.kit_back}
    for passage in passages(book):
        kit = getattr(passage.record, "audience", "") == "kit" or model.identity(passage.record) in hidden
        for reference in passage.text.references if not kit and passage.keys[0] not in model.INTERVIEWER_PARTS else ():
            named = book.questions.get(reference.id) if reference.kind == "section" else None
            if named is not None and named.audience == "kit" and not reference.label:
                where = passage.spot(reference.line, reference.column).at(reference.id)
                yield fault("C315", f"'{reference.id}' is for hiring teams only", where, f"write words for it: [[{reference.id}|words]]")
    for question in book.questions.values():
        for n, name in enumerate(question.see_also):
            other = book.questions.get(name)
            if question.audience == "public" and other is not None and other.audience == "kit":
                yield fault("C315", f"'{name}' is for hiring teams only", spot(book, question, "see_also", n), "delete it here")


@register("C317", "question asked twice", "warning")
def asked_twice(book: Book) -> Found:
    """Two questions have the same words, those of their choices included; capitals, punctuation, and spaces aside."""
    seen: dict[str, Question] = {}
    for question in book.questions.values():
        said = (markup.plain(markup.parse(text, inline=True)) for text in (question.ask, *(choice.text for choice in question.choices)))
        words = " ".join(re.findall(r"\w+", " ".join(said).casefold()))
        first = seen.setdefault(words, question)
        if first is not question and words:
            where = spot(book, question, "ask")
            yield fault("C317", f"question '{first.id}' asks the same, at {spot(book, first, 'ask').place}", where, "delete one of the two")


@register("C401", "unknown topic")
def unknown_topic(book: Book) -> Found:
    """A question bears a topic that ``book.yaml`` does not declare."""
    known = {topic.id for topic in book.outline.topics}
    for question in book.questions.values():
        for n, name in enumerate(question.topics):
            if name not in known:
                yield fault("C401", f"no topic '{name}'", spot(book, question, "topics", n), nearest(name, known))


@register("C402", "unknown competency")
def unknown_competency(book: Book) -> Found:
    """A question bears a competency that ``book.yaml`` does not declare."""
    known = {competency.id for competency in book.outline.competencies}
    for question in book.questions.values():
        if question.competency is not None and question.competency not in known:
            hint = nearest(question.competency, known)
            yield fault("C402", f"no competency '{question.competency}'", spot(book, question, "competency"), hint)


@register("C403", "declared twice")
def declared_twice(book: Book) -> Found:
    """A topic, a competency, or a section is declared twice."""
    for key in ("topics", "competencies", "sections"):
        seen: set[str] = set()
        for n, named in enumerate(getattr(book.outline, key)):
            if named.id in seen:
                yield fault("C403", f"'{named.id}' is declared twice", spot(book, book.outline, key, n, "id"), "delete one of the two")
            seen.add(named.id)


@register("C406", "work that cannot be found", "warning")
def work_without_address(book: Book) -> Found:
    """A work in ``sources.yaml`` has no address under which a reader finds it: its DOI, or else a stable page.

    A DOI is written as its address, https://doi.org/10.1000/182. For a work that has none, ``ignore.yaml`` says why.
    """
    for work in book.works.values():
        if work.url is None:
            message, hint = f"work '{work.key}' has no address", "add 'url:' with its DOI, or else a stable page"
            yield fault("C406", message, spot(book, work, "key"), hint)
        elif (RESOLVER.match(work.url) and not DOI.fullmatch(work.url)) or work.url.startswith("mailto:"):
            message, hint = f"the address of work '{work.key}' leads to no work", "write it as https://doi.org/10.1000/182"
            yield fault("C406", message, spot(book, work, "url"), hint)
