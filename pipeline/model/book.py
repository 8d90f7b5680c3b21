"""The book as a whole: its editions and its teams, and all records with where each was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import BaseModel, Field, StringConstraints

from pipeline.diagnostics import Place
from pipeline.formats import CHOSEN, PAPERS, USUAL
from pipeline.model.appearance import ENGLISH, Layer, PictureFile, Writing
from pipeline.model.fields import (
    Color,
    Keys,
    Level,
    Plain,
    QuestionType,
    Record,
    Slug,
    identity,
    kind_of,
)
from pipeline.model.interviews import Exposure, FormName, Plan, Role
from pipeline.model.matter import Box, Chapter, Drawing, Figure, Formula, Logo, Picture, Term, Work
from pipeline.model.outline import Outline
from pipeline.model.questions import PARTS, Question
from pipeline.model.traces import Kept
from pipeline.section_kinds import PLACES, SectionKind

if TYPE_CHECKING:
    SectionPlace = str
    Part = str
    Format = str
else:
    SectionPlace, Part, Format = Literal[PLACES], Literal[tuple(PARTS)], Literal[CHOSEN]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Selection(Record):
    """Which questions an edition takes; an empty list takes all."""

    sections: tuple[Slug, ...] = ()
    """Sections of `book.yaml`."""
    types: tuple[QuestionType, ...] = ()
    """Types: `technical`, `scenario`, `behavioral`, `coding`."""
    levels: tuple[Level, ...] = ()
    """Levels: `foundation`, `intermediate`, `advanced`."""
    topics: tuple[Slug, ...] = ()
    """Topics; one in common is enough."""
    questions: tuple[Slug, ...] = ()
    """Questions by name."""


class Edition(Record):
    """One audience's book: what it takes, where answers stand, and what it is made into."""

    id: Slug
    """Id, name of the file, part of every file name."""
    title: Plain
    """What is printed on the cover."""
    audience: Literal["candidate", "kit"]
    """Who may see it: `candidate`, or `kit` for hiring teams, who alone get questions marked `kit`."""
    description: Plain
    """Whom it is for, in a sentence."""
    select: Selection = Selection()
    """Which questions it takes; all when left out."""
    sections: Annotated[tuple[SectionPlace, ...], Field(min_length=1)]
    """What it is made of, in order."""
    parts: tuple[Part, ...]
    """What is printed of each question, in order."""
    answers: Literal["inline", "end-of-section", "end-of-book", "none"]
    """Where answers stand: `inline`, `end-of-section`, `end-of-book`, or `none`."""
    answer_parts: tuple[Part, ...] = ()
    """What is printed of each answer, when answers stand apart."""
    flow: Literal["page", "run-on"] = "page"
    """How questions follow: `page` begins each on a new page, `run-on` does not."""
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = USUAL
    """What is made of it: `pdf`, `epub`, `html` (one file for any browser), `kindle` (an EPUB for Send to Kindle)."""
    papers: Annotated[tuple[Slug, ...], Field(min_length=1)] = PAPERS
    """Papers of the PDF: `a4`, `letter`, and those that the book's theme adds; the first also gives the EPUB its page numbers."""
    plan: Slug | None = None
    """The plan of interviews that it is made of."""
    fillable: bool = False
    """Whether places to write in become fields of a PDF form."""
    look: Slug | None = None
    """The edition that it looks like, as themes say of it: `practice` for a volume of one; itself when left out."""
    form: FormName | None = None
    """Which form of the plan: set by the press, never by you."""

    @property
    def look_name(self) -> str:
        """Under which name themes say what it looks like: all kits look alike."""
        return "interviewer" if self.plan or "spreads" in self.sections else self.look or self.id

    @property
    def family(self) -> str:
        """The name of its file, which is that of all editions for the forms of a plan."""
        return self.id.removesuffix(f"-{self.form.lower()}") if self.form else self.id

    def of_form(self, form: FormName) -> Edition:
        """Return the edition for one form of its plan."""
        return self.model_copy(update={"id": f"{self.id}-{form.lower()}", "title": f"{self.title} {form}", "form": form})

    def lists(self, kind: SectionKind) -> bool:
        """Tell whether sections of a kind have a place in the edition."""
        return any(place in self.sections for place in kind.places)

    def takes(self, section: str, question: Question) -> bool:
        """Tell whether the edition prints a question of a section."""
        pick = self.select
        return (
            question.status != "draft"
            and (question.audience == "public" or self.audience == "kit")
            and (not pick.sections or section in pick.sections)
            and (not pick.types or question.type in pick.types)
            and (not pick.levels or question.level in pick.levels)
            and (not pick.topics or bool(set(question.topics) & set(pick.topics)))
            and (not pick.questions or question.id in pick.questions)
        )


class Team(Record):
    """A hiring team or a publisher: its name, color, logo, and where to reach it."""

    id: Slug
    """Id, name of the file, part of the names of its copies."""
    name: Short
    """Name, as printed: 80 characters at most."""
    accent: Color | None = None
    """Color of headings and links, with a contrast of 4.5 on white at least."""
    logo: PictureFile | None = None
    """An SVG or PNG file in `teams/`, printed on white."""
    logo_alt: Short | None = None
    """What the logo shows; the name when it is left out."""
    contact: Contact | None = None
    """Where to reach the team: 200 characters at most."""
    editions: tuple[Slug, ...] = ()
    """Editions in its pack, all when left out."""
    formats: tuple[Format, ...] = ()
    """Formats in its pack, all when left out: `pdf`, `epub`."""
    papers: tuple[Slug, ...] = ()
    """Papers of the PDFs in its pack, all when left out."""
    plan: Slug | None = None
    """Plan of interviews in its pack, in the place of those that editions name."""
    bank: Slug | None = Field(default=None, alias="with")
    """Private bank in its pack: the name of a folder in the one that `--banks` names."""


class Ignore(Record):
    """A diagnostic that the author has weighed and set aside, with the reason."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")]
    """The code."""
    place: Plain
    """A file within the book's folder, or a file and a line: `book.yaml:7`."""
    reason: Plain
    """Why it may stay."""


class Ignores(Record):
    """The file of diagnostics set aside."""

    ignore: tuple[Ignore, ...]
    """The entries."""


class Located(Protocol):
    """A file that knows where each of its values stands."""

    @property
    def path(self) -> str:
        """Path as the author would type it."""

    def place(self, keys: Keys = (), *, of_key: bool = False) -> Place:
        """Return the place of a value, or of its key."""

    def place_in(self, keys: Keys, line: int, column: int, length: int = 1) -> Place:
        """Return the place of a line and column inside a text."""

    def unfolded(self, keys: Keys) -> tuple[str, tuple[int, int]] | None:
        """Return a text as it is written, before YAML joins its lines, and where it begins; None where YAML joins none."""

    def line_text(self, place: Place) -> str:
        """Return the line a place stands on."""

    def holds(self, keys: Keys) -> bool:
        """Tell whether a value stands at these keys."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was written: its file, and the keys that lead to it there."""

    source: Located
    keys: Keys = ()

    def place(self, keys: Keys = (), *, of_key: bool = False) -> Place:
        """Return the place of a field of the record."""
        return self.source.place((*self.keys, *keys), of_key=of_key)

    def place_in(self, keys: Keys, line: int, column: int, length: int = 1) -> Place:
        """Return the place of a line and column inside one of the record's texts."""
        return self.source.place_in((*self.keys, *keys), line, column, length)


@dataclass(frozen=True, eq=False)
class Book:
    """All that is written: the valid records by id, in the order they were read."""

    outline: Outline
    questions: Mapping[str, Question]
    chapters: Mapping[str, Chapter]
    boxes: Mapping[str, Box]
    figures: Mapping[str, Figure]
    drawings: Mapping[str, Drawing]
    terms: Mapping[str, Term]
    formulas: Mapping[str, Formula]
    works: Mapping[str, Work]
    editions: Mapping[str, Edition]
    teams: Mapping[str, Team]
    roles: Mapping[str, Role]
    plans: Mapping[str, Plan]
    exposure: Exposure
    logos: Mapping[str, Logo]
    """By the id of the team."""
    ignores: tuple[Ignore, ...]
    origins: Mapping[tuple[str, str], Origin]
    refused: frozenset[tuple[str, str]]
    """Kind and id of records that were refused: links to them are not reported again."""
    words: frozenset[str] = frozenset()
    """The book's own words, which no dictionary needs to know."""
    layers: tuple[Layer, ...] = ()
    """What its look is made of over the package's own, the later over the earlier."""
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """Those that texts show, by their paths in the book; that of a figure without its ending: ``figures/<id>``."""
    writing: Writing = ENGLISH
    """Its language, and the scripts of its texts."""
    previous: Kept | None = None
    """What the manifest of its last version keeps."""
    private: frozenset[tuple[str, str]] = frozenset()
    """Kind and id of records of a private bank that has been joined to it."""

    def origin(self, record: BaseModel) -> Origin:
        """Return where a record was written."""
        return self.origins[kind_of(record), identity(record)]

    def records(self) -> Iterator[Record]:
        """Yield every record, the outline first."""
        yield self.outline
        for group in (self.questions, self.chapters, self.boxes, self.figures, self.terms, self.formulas, self.works, self.editions,
                      self.teams, self.roles, self.plans):  # fmt: skip
            yield from group.values()


def question_numbers(book: Book) -> dict[str, str]:
    """Number public questions 1, 2, … through the book and kit questions K1, K2, …, the same in every edition.

    Those of a private bank come last: no other has another number because of them.
    """
    numbers: dict[str, str] = {}
    public = kit = 0
    listed = sorted(
        (name for each in book.outline.sections for name in each.questions), key=lambda name: ("question", name) in book.private
    )
    for name in (name for name in listed if name not in book.questions or book.questions[name].status != "draft"):
        if name in book.questions and book.questions[name].audience == "kit":
            kit += 1
            numbers[name] = f"K{kit}"
        else:
            public += 1
            numbers[name] = str(public)
    return numbers
