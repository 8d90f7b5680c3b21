"""What a build is asked for, for whom, in which looks, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline import bindery, brand, load, press, theme
from pipeline.brand import Brand
from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, nearest
from pipeline.model import Book, Edition
from pipeline.release import Artefact, Published, Release
from pipeline.theme import Look
from pipeline.work.limits import WORKER, Limits

LONGEST = 80
"""Characters of a recipient's name: more have no room at the foot of a page."""
RULES = (
    Rule("B112", "unknown edition", "The command names an edition that the book does not have; editions/<id>.yaml makes one."),
    Rule("B115", "unknown team", "The command names a team that the book does not have; teams/<id>.yaml makes one."),
    Rule("B117", "unknown paper", "The command names a paper that no edition is printed on; an edition's 'papers' lists them."),
    Rule(
        "B116",
        "recipient's name cannot be printed",
        "The name of whom a copy is for stands at the foot of its pages: 80 characters at most, all of them in the book's own face, and "
        "none that cannot be seen.",
    ),
    Rule(
        "P110",
        "warning of the layout engine",
        "The layout engine could not do what a style or a text asks. What it left out, a reader would miss, so the build stops.",
    ),
    Rule(
        "P111",
        "question does not fit on two facing pages",
        "In a kit a question has two facing pages: what to ask and to hear on the left, what to mark and to write on the right. "
        "No interviewer turns a page while somebody speaks.",
    ),
    Rule(
        "R102",
        "guides of another book",
        "The output folder holds the guides of a book with another id. A build replaces the guides of its own book only: the 'id' of "
        "book.yaml tells one from the other, whatever its title, version, and folder.",
    ),
    Rule(
        "R103",
        "nothing to compare",
        "Changes are told from what two manifests keep: digests of the texts that candidates' editions print, and their pages. "
        "What names none, is damaged, or was written by an older press has nothing of the sort.",
    ),
    Rule("R104", "releases that cannot be compared", "Two releases of one book are compared, in the candidates' editions that both have."),
    Rule(
        "R107",
        "the book is too much for this machine",
        "Reading or building the book met a limit of memory or of processor time: the machine's, or one of --untrusted. The place is the "
        "file that was looked at last. Nothing was published.",
    ),
    Rule("R101", "remembering or tidying failed", "The build is good, but the store or an old release could not be written or removed."),
)  # fmt: skip
Slot = tuple[str, str, str]
"""What an artefact is: its format, its edition, and its paper, if it has one."""


def slot(artefact: Artefact | Published) -> Slot:
    """Say what an artefact is."""
    return artefact.format, artefact.edition, artefact.paper


@dataclass(frozen=True, slots=True)
class Request:
    """What to build; empty tuples mean all that the editions name."""

    book: Path
    output: Path
    editions: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    jobs: int = 1
    strict: bool = False
    explain: bool = False
    store: Path | None = None
    cluster: str = ""
    """Address of a Dask scheduler that shares out the laying out; empty for this machine alone."""
    team: str = ""
    """Whose copies to make instead of the plain files; empty for nobody's."""
    recipients: tuple[str, ...] = ()
    """For whom to make copies, one each."""
    theme: Path | None = None
    """Folder of a theme that lies over the package's own, and below the book's."""
    bank: Path | None = None
    """Folder of a private bank that is joined to the book."""
    bank_store: Path | None = None
    """Where to remember what is made with the bank; None: nowhere, and never in ``store``."""
    plan: str = ""
    """Plan of interviews that stands in the place of those that editions name."""
    untrusted: bool = False
    """Whether nobody here has read the book: workers are confined."""

    @property
    def limits(self) -> Limits | None:
        """What a worker may take; None for all that there is."""
        return WORKER if self.untrusted else None

    @property
    def partial(self) -> bool:
        """Whether less than everything is asked for."""
        return bool(self.editions or self.formats or self.papers or self.branded)

    @property
    def branded(self) -> bool:
        """Whether copies are asked for."""
        return bool(self.team or self.recipients)

    def takes(self, edition: Edition) -> bool:
        """Tell whether an edition is asked for: by its own name, or with all forms of its plan."""
        return not self.editions or edition.id in self.editions or edition.family in self.editions

    def wants(self, edition: Edition, form: str, paper: str | None = None) -> bool:
        """Tell whether a file is asked for. Papers are a matter of PDFs: naming one asks for no other format."""
        if form not in edition.formats or (self.formats and form not in self.formats):
            return False
        if paper is None:
            return bool(self.formats) or not self.papers
        return not self.papers or paper in self.papers


@dataclass(frozen=True, slots=True)
class Relaid:
    """A signature that was laid out anew, and why."""

    edition: str
    paper: str
    signature: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pages:
    """How the pages of an artefact are filled."""

    path: str
    pages: int
    sparse: int
    """Body pages less than 35 % full."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a build."""

    release: Release
    diagnostics: tuple[Diagnostic, ...]
    unchanged: bool
    seconds: float
    pages: tuple[Pages, ...] = ()
    laid_out: tuple[Relaid, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)


def brands(book: Book, request: Request) -> tuple[Brand, ...]:
    """Return the copies asked for: one for each recipient, or the team's own; the plain guide when none is.

    Raises BookError for an unknown team, and for names that cannot be printed.
    """
    faults = [*_team_faults(book, request), *(fault for name in request.recipients for fault in _name_faults(name, book, request))]
    if faults:
        raise BookError(*faults)
    team = of_team(book, request.team)
    names = dict.fromkeys(brand.one_line(name) for name in request.recipients)
    return tuple(replace(team, recipient=name) for name in names) or (team,)


def of_team(book: Book, name: str) -> Brand:
    """Return the brand of a team; of none, the plain one."""
    if not name:
        return brand.PLAIN
    team, logo = book.teams[name], book.logos.get(name)
    return Brand(
        team.id, team.name, team.contact or "", (team.accent or "").lower(), logo.data if logo else b"", logo.type if logo else "",
        (team.logo_alt or team.name) if logo else "",
    )  # fmt: skip


def _team_faults(book: Book, request: Request) -> Iterator[Diagnostic]:
    if request.team and request.team not in book.teams:
        yield Diagnostic("B115", f"no team '{request.team}'", Place(str(request.book)), nearest(request.team, book.teams))


def _name_faults(given: str, book: Book, request: Request) -> Iterator[Diagnostic]:
    for message, hint in unprintable(given, book):
        yield Diagnostic("B116", f"the recipient's name cannot be printed: {message}", Place(str(request.book)), hint)


def unprintable(given: str, book: Book) -> Iterator[tuple[str, str]]:
    """Yield why a recipient's name cannot be printed, and what helps, if it cannot."""
    name = brand.one_line(given)
    look = theme.look(book.layers)
    face = look.font(look.face(theme.SANS))
    reasons = (
        ("it is empty", "write a name", not name),
        (f"it has {len(name)} characters", f"keep it within {LONGEST}", len(name) > LONGEST),
        (f"it holds {_listed(brand.hidden(name))}, which cannot be seen", "delete it", brand.hidden(name)),
        (f"the book's face has no {_listed(lacking := bindery.lacking(name, face))}", "write the name in Latin letters",
         lacking and not brand.hidden(name)),
    )  # fmt: skip
    for message, hint, found in reasons:
        if found:
            yield message, hint
            return


def _listed(characters: str) -> str:
    """Name characters: ``'☃' (U+2603)``; what cannot be seen by its number alone."""
    shown = [f"U+{ord(c):04X}" if brand.hidden(c) else f"'{c}' (U+{ord(c):04X})" for c in characters[:5]]
    return ", ".join(shown) + (", …" if len(characters) > 5 else "")


def likely_styles(request: Request) -> tuple[tuple[str, dict[str, bytes]], ...]:
    """Return the style sheets that what is asked for is probably laid out in, each with its fonts: the book has not been read yet."""
    found: dict[str, dict[str, bytes]] = {}
    for papers, look in _likely(request):
        known = [paper for paper in papers if paper in look.tokens.papers]
        wanted = (paper for paper in known if paper in request.papers or not request.papers)
        found |= {look.paged(look.laid_on(known, paper)): look.font_resources() for paper in wanted}
    return tuple(found.items())


def get_ready(request: Request) -> None:
    """Load what laying out and binding take, as the files of the editions asked for and of the theme have it."""
    press.get_ready(likely_styles(request))
    found = [look for _, look in _likely(request)]
    fonts = {name: data for look in found for name, data in look.font_resources().items()}
    of_figures = {name: data for look in found for name, data in look.slot_fonts().items()}
    bindery.get_ready(fonts.values(), tuple(of_figures.values()))


def _likely(request: Request) -> Iterator[tuple[Sequence[str], Look]]:
    found, layers = load.load_editions(request.book, request.theme)
    for edition in found:
        if edition.id in request.editions or not request.editions:
            yield edition.papers, theme.of_edition(layers, edition)
